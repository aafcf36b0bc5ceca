"""The board: tiles, queues, who waits and agents, in their states, each brought about by its real cause."""

from playwright.async_api import expect

from tests.web.pages.conftest import SignIn
from tests.web.pages.house import WebHouse
from tests.web.pages.words import Words


async def test_an_empty_center_is_empty_and_not_broken(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam")
    await expect(page.locator(".kpis")).to_contain_text(say("kpi.noCalls"))
    await expect(page.locator(".agents")).to_contain_text(say("board.nobody"))
    await expect(page.locator(".waiters")).to_contain_text(say("board.nobodyWaits"))
    await expect(page.locator(".qt tbody tr")).to_have_count(2)
    await expect(page.locator(".qt")).to_contain_text(say("board.noneWaiting"))
    await expect(page.locator("[data-live=true]")).to_contain_text(say("live"))


async def test_frames_stand_before_the_figures(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam")
    await page.locator(".kpis[data-state=there]").wait_for()
    await page.context.set_offline(True)  # the network is gone before anything live has come
    await page.evaluate("() => { history.pushState(null, '', '/customers'); dispatchEvent(new PopStateEvent('popstate')) }")
    await page.locator(".customers").wait_for()
    await page.evaluate("() => { history.pushState(null, '', '/board'); dispatchEvent(new PopStateEvent('popstate')) }")
    await page.locator(".kpis").wait_for()
    for panel in (".qt", ".agents", ".waiters"):
        await expect(page.locator(panel)).to_have_attribute("data-state", "loading")
    await expect(page.locator(".kpis")).to_have_attribute("data-state", "loading")
    await expect(page.locator(".kpi h2").first).to_have_text(say("kpi.longest"))


async def test_a_call_goes_over_the_board(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam")
    await page.locator(".kpis[data-state=there]").wait_for()
    house.call_in()
    row = page.locator("tr[data-queue=billing]")
    await expect(row.locator("td.w")).to_have_text("1")
    await expect(page.locator(".waiters")).to_contain_text("Amelia Hartwell")
    ana = await house.at_desk("ana")
    chip = page.locator("[data-agent=ana]")
    await expect(chip).to_have_attribute("data-st", "ringing")
    house.answer(ana.device)
    await expect(chip).to_have_attribute("data-st", "talking")
    await expect(row.locator("td.w")).to_have_text("0")
    await expect(page.locator(".kpis")).to_contain_text("100.0%")
    await chip.press("Enter")
    menu = page.locator("#agent-menu")
    await expect(menu).to_contain_text("Amelia Hartwell")
    await page.keyboard.press("Escape")
    await expect(menu).to_have_count(0)


async def test_a_board_that_is_not_live_says_so_and_is_never_a_frozen_green(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam")
    await page.locator(".kpis[data-state=there]").wait_for()
    await house.stop_serving()
    banner = page.get_by_role("alert").filter(has_text=say("board.notLive", time="").split("。")[0].split(".")[0].strip()[:5])
    await expect(banner).to_be_visible()
    await expect(page.locator(".kpis")).to_have_css("opacity", "0.6")
    await expect(page.locator("[data-live=false]")).to_be_visible()
    house.call_in()
    await house.serve()
    await expect(page.locator("[data-live=true]")).to_be_visible()
    await expect(page.locator("tr[data-queue=billing] td.w")).to_have_text("1")
    await expect(banner).to_have_count(0)


async def test_a_figure_shows_its_formula_with_the_numbers_put_in(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam")
    await page.locator(".kpis[data-state=there]").wait_for()
    ana = await house.at_desk("ana")
    house.call_in()
    await expect(page.locator("[data-agent=ana]")).to_have_attribute("data-st", "ringing")
    house.answer(ana.device)
    level = page.locator("tr[data-queue=billing] td").nth(3).locator(".figure")
    await expect(level).to_contain_text("100.0%")
    await level.hover()
    tip = page.get_by_role("tooltip")
    await expect(tip).to_contain_text("=")
    await expect(tip).to_contain_text("100.0%")
    assert (await tip.locator(".frac").last.inner_text()).split() == ["1", "1"]


async def test_wall_mode_by_its_key(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam")
    await page.locator(".kpis[data-state=there]").wait_for()
    await page.keyboard.press("f")
    await expect(page.locator(".strip")).to_be_visible()
    await expect(page.locator(".rail")).to_be_hidden()
    await page.keyboard.press("f")
    await expect(page.locator(".rail")).to_be_visible()
