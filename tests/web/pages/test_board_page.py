"""The board: tiles, queues, who waits and agents, in their states, each brought about by its real cause."""

import pytest
from playwright.async_api import expect

from tests.web.pages.conftest import SignIn
from tests.web.pages.house import WebHouse
from tests.web.pages.moves import height_of, state
from tests.web.pages.words import Words


async def test_an_empty_center_is_empty_and_not_broken(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam")
    await expect(page.locator(".kpis")).to_contain_text(say("kpi.noCalls"))
    await expect(page.locator(".agents")).to_contain_text(say("board.nobody"))
    await expect(page.locator(".waiters")).to_contain_text(say("board.nobodyWaits"))
    await expect(page.locator(".qt tbody tr")).to_have_count(2)
    await expect(page.locator(".qt")).to_contain_text(say("board.noneWaiting"))
    await expect(page.locator("[data-live=true]")).to_contain_text(say("live"))


PANELS = (".kpis", ".qt", ".agents", ".waiters")


async def test_frames_stand_before_the_figures(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam", "/customers", origin=house.relay.origin)
    await page.locator(".customers[data-state=there]").wait_for()
    house.relay.hold()  # the service's answers are held up, the connection stands
    await page.get_by_role("link", name=say("nav.board")).click()
    for panel in PANELS:
        await state(page, panel, "loading")
    await expect(page.locator(".kpi h2").first).to_have_text(say("kpi.longest"))
    heights = [await height_of(page.locator(panel)) for panel in (".kpis", ".qt")]
    house.relay.go_on()
    for panel in (".kpis", ".qt"):
        await state(page, panel, "there")
    await state(page, ".agents", "empty")
    assert [await height_of(page.locator(panel)) for panel in (".kpis", ".qt")] == pytest.approx(heights, abs=2)


async def test_figures_that_cannot_come_are_a_dash_and_the_reason(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam", "/customers", origin=house.relay.origin)
    await page.locator(".customers[data-state=there]").wait_for()
    await house.store_stops()  # nobody's log-in can be looked up, so no live connection is taken
    house.relay.cut()
    await page.get_by_role("link", name=say("nav.board")).click()
    for panel in PANELS:
        await state(page, panel, "error")
    for tile in await page.locator(".kpi").all():
        await expect(tile.locator(".v")).to_have_text("–")
        await expect(tile.locator(".tgt")).to_have_text(say("kpi.unknown"))
    row = page.locator(".qt tbody tr").first
    assert set((await row.locator("td").all_inner_texts())[1:]) == {"–"}
    await expect(row.locator("td.q")).to_have_text("Billing")
    await expect(page.locator(".agents .count")).to_have_text("–")
    for panel in (".qt", ".agents", ".waiters"):
        await expect(page.locator(panel).get_by_role("alert")).not_to_be_empty()
    await page.locator(".qt").get_by_role("button", name=say("tryAgain")).click()
    await state(page, ".qt", "error")
    await house.store_comes_back()  # it is tried again by itself too
    await state(page, ".qt", "there")
    await state(page, ".kpis", "there")


async def test_curves_that_cannot_be_read_are_a_dash_and_the_live_figures_go_on(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam", "/customers")
    await page.locator(".customers[data-state=there]").wait_for()
    await house.store_stops()
    await page.get_by_role("link", name=say("nav.board")).click()
    await state(page, ".kpis", "there")
    curve = page.locator(".kpis .spark-fault").first
    await expect(curve).to_have_text("–")
    assert (await curve.get_attribute("title") or "").startswith(say("kpi.noPast", why=""))
    house.call_in()
    await expect(page.locator("tr[data-queue=billing] td.w")).to_have_text("1")
    await house.store_comes_back()
    await expect(page.locator(".kpis .spark-fault")).to_have_count(0)


async def test_a_service_that_cannot_decide_is_told(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("sam")
    await state(page, ".kpis", "there")
    house.log_is_locked()
    house.call_in()  # what happens cannot be written down
    await expect(page.get_by_role("alert").filter(has_text=say("board.notDeciding"))).to_be_visible()
    await expect(page.locator("[data-live=false]")).to_be_visible()
    await house.log_is_free()
    await expect(page.locator("[data-live=true]")).to_be_visible()
    await expect(page.locator("tr[data-queue=billing] td.w")).to_have_text("1")


async def test_an_agent_is_told_that_nothing_is_decided(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await page.locator("[data-line=ready]").wait_for()
    house.log_is_locked()
    house.call_in()
    mark = page.locator("[data-line=not-deciding]")
    await expect(mark).to_have_text(say("line.notDeciding"))
    await house.log_is_free()
    await page.locator("[data-line=ready]").wait_for()


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
    for panel in PANELS:
        await expect(page.locator(panel)).to_have_css("opacity", "0.6")
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
