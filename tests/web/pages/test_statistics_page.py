"""Statistics: charts and table in their states, formulas, the calls behind a figure, the filter in the address."""

from pathlib import Path

from playwright.async_api import expect

from tests.web.pages.conftest import SignIn
from tests.web.pages.house import WebHouse
from tests.web.pages.moves import state
from tests.web.pages.words import Words


async def answered(house: WebHouse) -> None:
    """One call, answered and over, in the tables."""
    ana = await house.at_desk("ana")
    caller = house.call_in()
    desk = await (await ana.socket()).follow("desk")
    await desk.until(lambda seen: seen.call is not None and seen.call["offer"] and seen.call["contact"])
    house.answer(ana.device)
    await desk.until(lambda seen: seen.call["state"] == "connected")
    house.hang_up(caller)
    await desk.until(lambda seen: seen.call is not None and seen.call["state"] == "over")
    await ana.post("/api/v1/me/wrap-up/finish")
    await house.recorded()


async def test_nothing_to_show_yet(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam", "/statistics")
    await expect(page.locator("[data-chart=abandon_rate]")).to_contain_text(say("stat.none"))
    await page.locator(".pick").filter(has_text=say("board.queues")).click()
    await page.get_by_role("menuitemcheckbox", name="Billing").click()
    await page.keyboard.press("Escape")
    assert "queue=billing" in page.url
    await page.locator("[data-chart=abandon_rate]").get_by_role("button", name=say("stat.clear")).click()
    assert "queue=" not in page.url


async def test_a_figure_opens_its_calls_and_the_address_keeps_it(house: WebHouse, sign_in: SignIn, say: Words):
    await answered(house)
    page = await sign_in("sam", "/statistics")
    row = page.locator("[data-row=billing]")
    await row.get_by_role("button").nth(1).click()
    drill = page.locator(".drillbox")
    await expect(drill).to_contain_text("Amelia Hartwell")
    await expect(drill).to_contain_text(say("drill.all", n=1))
    address = page.url
    assert "open=billing" in address
    await page.goto(address)
    await expect(page.locator(".drillbox")).to_contain_text("Amelia Hartwell")
    await expect(page.locator("[data-chart=abandon_rate] canvas")).to_be_visible()
    await page.get_by_role("button", name=say("stat.agents"), exact=True).click()
    await expect(page.locator("[data-row=ana]")).to_be_visible()


async def test_loading_keeps_the_frame(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam", "/board")
    await page.locator(".kpis").wait_for()
    await house.store_hangs(*(f"{level}_{kind}" for level in ("interval", "day") for kind in ("center", "queue", "agent")))
    await page.get_by_role("link", name=say("nav.statistics")).click()
    await expect(page.locator("[data-chart=occupancy]")).to_have_attribute("data-state", "loading")
    await expect(page.locator(".tblp")).to_have_attribute("data-state", "loading")
    await house.store_goes_on()
    await expect(page.locator(".tblp")).to_have_attribute("data-state", "there")


async def test_a_store_that_is_away_is_named_and_tried_again(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam", "/board")
    await page.locator(".kpis").wait_for()
    await house.store_stops()
    await page.get_by_role("link", name=say("nav.statistics")).click()
    await expect(page.locator(".tblp .fault")).to_contain_text(say("tryAgain"))
    await expect(page.locator("[data-chart=occupancy]")).to_have_attribute("data-state", "error")
    await house.store_comes_back()
    await page.locator(".tblp").get_by_role("button", name=say("tryAgain")).click()
    await expect(page.locator(".tblp")).to_have_attribute("data-state", "there")
    await expect(page.locator("[data-chart=occupancy] .fault")).to_have_count(0)


async def test_the_table_as_a_file(house: WebHouse, sign_in: SignIn, say: Words):
    await answered(house)
    page = await sign_in("sam", "/statistics")
    await page.get_by_role("button", name=say("stat.export")).click()
    async with page.expect_download() as coming:
        await page.get_by_role("menuitem", name=say("stat.export.table")).click()
    saved = await (await coming.value).path()
    assert "Billing" in Path(saved).read_text("utf-8-sig")


async def test_what_is_shown_stays_when_the_service_is_away(house: WebHouse, sign_in: SignIn, say: Words):
    await answered(house)
    page = await sign_in("sam", "/statistics")
    await state(page, "[data-chart=occupancy]", "there")
    await state(page, ".tblp", "there")
    await house.stop_serving()
    await page.get_by_role("button", name=say("stat.agents"), exact=True).click()
    await expect(page.locator(".tblp .fault")).to_contain_text(say("tryAgain"))
    await state(page, "[data-chart=occupancy]", "there")
    await page.get_by_role("button", name=say("stat.queues"), exact=True).click()
    await expect(page.locator("[data-live]")).to_have_count(0)  # counted, never live: nothing here can be stale
    await house.serve()
    await expect(page.locator("[data-row=billing]")).to_be_visible()
    await expect(page.locator(".tblp .fault")).to_have_count(0)


async def test_the_filter_that_failed_is_named(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam", "/statistics?first=2001-01-01&last=2020-01-01")  # longer than anything is counted at once
    for panel in (".tblp", "[data-chart=occupancy]"):
        await state(page, panel, "error")
        await expect(page.locator(panel).locator(".fault")).to_contain_text(f"{say('stat.days')}: ")
