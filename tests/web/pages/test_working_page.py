"""An agent works a campaign on her page: her choice, the lead that she reads, dialing, and what she sees when nothing comes."""

import re

from playwright.async_api import Locator, Page, expect

from callcenter.simulation.phones import Outside
from tests.api.house import Client
from tests.api.test_lists import API
from tests.api.test_working import opened
from tests.web.pages.conftest import SignIn
from tests.web.pages.house import WebHouse
from tests.web.pages.moves import available, height_of
from tests.web.pages.words import Words


async def manager(house: WebHouse) -> Client:
    house.carrier.network.anywhere = Outside(after_ms=300, rings_after_ms=50)
    return await house.signed_in("mia")


def spring(say: Words) -> str:
    return "春季" if say.language == "zh" else "Spring"


async def read_for_a_second(card: Locator, say: Words) -> None:
    """The buttons of a new lead do not listen for a moment. There is a minute and a half to read."""
    await expect(card).to_contain_text(re.compile(say("lead.left", time=r"(1:2[0-8]|1:[01]\d|0:\d\d)")))


async def choose(page: Page, say: Words, name: str) -> None:
    await page.keyboard.press("Alt+w")
    menu = page.get_by_role("menu", name=say("work.title"))
    await menu.get_by_role("menuitemradio", name=name).click()
    await expect(menu).to_have_count(0)


async def test_a_lead_is_read_skipped_and_dialed_by_the_keyboard(house: WebHouse, sign_in: SignIn, say: Words):
    mia = await manager(house)
    page = await sign_in("ana")
    await available(page, say)
    await page.keyboard.press("Alt+w")
    await expect(page.get_by_role("menu", name=say("work.title"))).to_contain_text(say("work.none"))
    await page.keyboard.press("Escape")
    height = await height_of(page.locator("[data-card]"))

    of = await opened(house, mia)
    await choose(page, say, spring(say))
    await expect(page.locator(f"button.work[data-campaign='{of}']")).to_contain_text(spring(say))
    card = page.locator("[data-card=lead]")
    said = ("Maya Marsh", "+1 212 555 0190", "Harbor Light", "Renewal due", spring(say), "New York", say("lead.neverCalled"))
    for told in said:
        await expect(card).to_contain_text(told)
    assert await height_of(card) == height, "nothing jumps"
    panel = page.locator(".panel.lead")
    for told in ("Maya Marsh", "gold", "Harbor Light"):
        await expect(panel).to_contain_text(told)

    await read_for_a_second(card, say)
    await page.keyboard.press("Alt+s")
    await expect(card).to_contain_text("Amelia Hartwell")
    await expect(page.locator(".cust:not(.lead)")).to_contain_text("Hartwell Frames")  # a customer is shown as for a caller
    await read_for_a_second(card, say)
    await page.keyboard.press("Shift+F8")
    talking = page.locator("[data-card=talking]")
    await expect(talking).to_contain_text("Amelia Hartwell")
    await expect(talking).to_contain_text(spring(say))
    await expect(panel).to_contain_text("Amelia Hartwell")
    await page.keyboard.press("F2")
    await page.keyboard.press("1")
    await page.keyboard.press("Shift+F9")
    await page.locator("[data-card=wrap]").wait_for()
    await expect(panel).to_contain_text("Amelia Hartwell")
    await page.get_by_role("button", name=say("finish", state=say("state.available"))).click()
    await expect(card).to_contain_text("Theo Brandt")

    await mia.post(f"{API}/campaigns/{of}/pause")
    stands = page.locator("[data-card=idle] [data-work=stands]")
    await expect(stands).to_contain_text("已手动暂停" if say.language == "zh" else "Somebody has paused it")
    await choose(page, say, say("work.queuesOnly"))
    await expect(stands).to_have_count(0)
    await expect(page.locator("button.work")).to_contain_text(say("work.queues"))


async def test_an_answered_dial_reaches_her_by_itself_with_its_name(house: WebHouse, sign_in: SignIn, say: Words):
    mia = await manager(house)
    page = await sign_in("ana", width=390, height=844)
    await available(page, say)
    await opened(house, mia, mode="progressive")
    await choose(page, say, spring(say))
    talking = page.locator("[data-card=talking]")
    await expect(talking).to_contain_text("Maya Marsh")
    await expect(talking).to_contain_text(spring(say))
    await expect(page).to_have_title(say("title.call", queue=spring(say)))
