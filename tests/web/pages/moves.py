"""What tests of several pages do and ask again and again."""

from playwright.async_api import Locator, Page, expect

from tests.web.pages.house import WebHouse
from tests.web.pages.words import Words


async def height_of(shown: Locator) -> float:
    box = await shown.bounding_box()
    assert box is not None
    return box["height"]


async def state(page: Page, panel: str, wanted: str) -> None:
    await expect(page.locator(panel)).to_have_attribute("data-state", wanted)


async def available(page: Page, say: Words) -> None:
    await page.get_by_role("button", name=say("goAvailable")).click()
    await expect(page.locator("[data-card=idle][data-st=available]")).to_be_visible()


async def in_a_call(page: Page, house: WebHouse, say: Words) -> None:
    await available(page, say)
    house.call_in()
    await page.locator("[data-card=ringing]").wait_for()
    await page.keyboard.press("F8")
    await page.locator("[data-card=talking]").wait_for()


async def show(page: Page, path: str) -> None:
    """Another page of ours, without loading anything anew, as a press on a link does it."""
    await page.evaluate("(path) => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }", path)


async def hold_is_free(page: Page) -> None:
    """The news that she holds can come before the answer to who asked for it; until that the key does nothing more."""
    await expect(page.locator("button[title=F4]")).to_be_enabled()
