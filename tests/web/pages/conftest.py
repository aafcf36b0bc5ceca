"""A running house with the built pages, and people in a real Chromium, in each language."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.api.house import PASSWORD
from tests.fixtures.chromium import Launch, chromiums
from tests.fixtures.postgres import Postgres
from tests.fixtures.processes import program
from tests.web.pages.house import WebHouse
from tests.web.pages.words import Words

WAIT_MS = 15_000
"""For anything that a page should show: generous, since several browsers share two cores."""

HERE = Path(__file__).parent

expect.set_options(timeout=WAIT_MS)

SignIn = Callable[..., Awaitable[Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser lives in one loop from the first test to the last, so its tests run there too, and so must every fixture here:
    one that awaits something of another loop waits for good."""
    for item in items:
        if item.path.parent == HERE and item.get_closest_marker("asyncio"):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session")
async def house(tmp_path: Path, postgres: Postgres) -> AsyncIterator[WebHouse]:
    found = WebHouse(tmp_path, postgres)
    await found.start()
    yield found
    await found.stop()


@pytest.fixture(params=["en", "zh"])
def say(request: pytest.FixtureRequest) -> Words:
    """The pages' words in the language of this run."""
    return Words(request.param)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium_without_a_frame() -> AsyncIterator[Browser]:
    """At two thirds of the whole one's processor time, and started once: a start costs as much as a short test. Where there is
    sound it is the whole one, as the agents have it (tests/web/softphone, test_device.py here)."""
    async with chromiums() as launch:
        yield await launch(start=program("chromium-headless-shell", "chromium-headless-shell"))


@pytest_asyncio.fixture(loop_scope="session")
async def chromium() -> AsyncIterator[Launch]:
    """`chromiums` for one test."""
    async with chromiums() as launch:
        yield launch


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium_without_a_frame: Browser) -> AsyncIterator[Browser]:
    """Where nobody is signed in and nothing is kept: what a test opens in it ends with the test."""
    yield chromium_without_a_frame
    for context in chromium_without_a_frame.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def sign_in(house: WebHouse, browser: Browser, say: Words) -> AsyncIterator[SignIn]:
    """`await sign_in("ana")`: her page, after sign-in, in this run's language. An error in the page's own code fails the test.

    `origin`: where the pages are taken from, when that is not the service itself.
    """
    broken: list[str] = []

    async def through_the_door(login: str, path: str = "/", width: int = 1440, height: int = 900, origin: str = "") -> Page:
        await house.speak(login, say.language)
        context = await browser.new_context(viewport={"width": width, "height": height}, locale=say.locale)
        page = await context.new_page()
        page.set_default_timeout(WAIT_MS)
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda message: broken.append(message.text) if "Content Security Policy" in message.text else None)
        await page.goto((origin or house.origin) + path)
        await page.locator("input[name=login]").fill(login)
        await page.locator("input[name=password]").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.locator(".me").wait_for()
        return page

    yield through_the_door
    assert broken == []
