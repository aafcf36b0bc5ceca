"""The call card, notes, outcome keys and the transfer list in their states, each brought about by its real cause."""

from playwright.async_api import expect

from tests.api.house import KNOWN_CALLER
from tests.web.pages.conftest import SignIn
from tests.web.pages.house import WebHouse
from tests.web.pages.moves import available, height_of, hold_is_free, in_a_call
from tests.web.pages.words import Words


async def test_a_call_from_ringing_to_the_end_by_the_keyboard_alone(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await available(page, say)
    height = await height_of(page.locator("[data-card]"))
    house.call_in()
    ringing = page.locator("[data-card=ringing]")
    await expect(ringing).to_contain_text(say("card.incoming"))
    await expect(ringing).to_contain_text("Amelia Hartwell")
    await expect(page).to_have_title(say("title.ringing", queue="Billing"))
    assert await height_of(ringing) == height, "nothing jumps"

    await page.keyboard.press("F8")
    await expect(page.locator("[data-card=talking]")).to_contain_text("Amelia Hartwell")
    await page.keyboard.press("F4")
    await expect(page.locator("[data-card=holding]")).to_contain_text(say("resume"))
    await hold_is_free(page)
    await page.keyboard.press("F4")
    await page.locator("[data-card=talking]").wait_for()
    await page.keyboard.press("F7")
    await expect(page.locator("[data-card=talking]")).to_contain_text(say("card.muted"))

    await page.keyboard.press("Alt+n")
    await page.keyboard.type("Asked for the invoice")
    await page.keyboard.press("F2")
    await page.keyboard.press("1")
    await expect(page.get_by_role("button", name="Resolved")).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_label(say("notes"))).to_have_value("Asked for the invoice")
    await page.keyboard.press("Shift+F9")
    await expect(page.locator("[data-card=wrap]")).to_contain_text(say("state.wrap_up"))
    await page.get_by_role("button", name=say("finish", state=say("state.available"))).click()
    await expect(page.locator("[data-card=idle]")).to_contain_text(say("state.available"))


async def test_a_pop_leaves_the_cursor_where_it_is(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await available(page, say)
    field = page.get_by_placeholder(say("dial.placeholder"))
    find = page.get_by_role("button", name=say("find.placeholder"))
    await find.click()
    typed = page.get_by_role("textbox", name=say("find.placeholder"))
    await typed.fill("Ame")
    house.call_in()
    await page.locator("[data-card=ringing]").wait_for()
    await page.keyboard.type("lia")
    await expect(typed).to_have_value("Amelia")
    await expect(field).to_have_count(0)
    await page.keyboard.press("F9")
    await page.locator("[data-card=idle]").wait_for()
    await expect(typed).to_be_visible()


async def test_an_offer_that_nobody_takes_sets_her_aside_until_back(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await available(page, say)
    house.call_in()
    await page.locator("[data-card=ringing]").wait_for()
    aside = page.locator("[data-card=idle]")
    await expect(aside).to_contain_text(say("aside.missed_call"), timeout=40_000)
    await aside.get_by_role("button", name=say("back")).click()
    await page.locator("[data-card=ringing]").wait_for()  # the caller kept first place


async def test_a_lost_line_keeps_the_caller_and_comes_back_by_itself(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await in_a_call(page, house, say)
    await page.reload()
    await expect(page.locator("[data-card=talking]")).to_contain_text("Amelia Hartwell")


async def test_without_the_service_the_card_says_so_and_goes_on_afterwards(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await in_a_call(page, house, say)
    await house.stop_serving()
    await expect(page.locator("[data-card=talking]")).to_contain_text(say("card.notLive"))
    await expect(page.locator("[data-line=not-live]")).to_contain_text(say("line.notLive"))

    await page.get_by_role("button", name="Resolved").click()
    await expect(page.locator("[data-outcome=waiting]")).to_contain_text(say("outcome.queued"))
    await page.get_by_label(say("notes")).fill("Line was away")
    await expect(page.locator("[data-notes=kept]")).to_contain_text(say("notes.keptOffline"))

    await house.serve()
    await expect(page.locator("[data-card=talking]")).not_to_contain_text(say("card.notLive"))
    await expect(page.get_by_role("button", name="Resolved")).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("[data-outcome=open]")).to_be_visible()
    await expect(page.locator("[data-notes=saved]")).to_be_visible()


async def test_notes_that_the_store_does_not_take_stay_here_and_go_later(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    notes = page.get_by_label(say("notes"))
    await expect(notes).to_have_attribute("placeholder", say("notes.idle"))
    await in_a_call(page, house, say)
    await expect(notes).to_have_attribute("placeholder", say("notes.hint"))
    await house.store_stops()
    await notes.fill("Written while the store was away")
    await expect(page.locator("[data-notes=kept]")).to_contain_text(say("notes.kept"))
    await house.store_comes_back()
    await expect(page.locator("[data-notes=saved]")).to_be_visible()
    await page.reload()
    await expect(notes).to_have_value("Written while the store was away")


async def test_outcomes_wait_until_the_two_have_talked(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await available(page, say)
    await expect(page.get_by_role("button", name="Resolved")).to_be_disabled()
    house.call_in()
    await page.locator("[data-card=ringing]").wait_for()
    await expect(page.get_by_role("button", name="Resolved")).to_be_disabled()
    await expect(page.locator(".outcome")).to_contain_text(say("outcome.after"))
    await page.keyboard.press("F8")
    await expect(page.get_by_role("button", name="Resolved")).to_be_enabled()


async def test_the_transfer_list(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await in_a_call(page, house, say)
    await page.keyboard.press("F10")
    menu = page.get_by_role("dialog", name=say("transfer"))
    await expect(menu).to_contain_text(say("transfer.nobody"))
    await menu.get_by_role("button", name=say("transfer.queues")).first.click()
    await expect(menu.get_by_role("option")).to_have_count(2)
    await page.keyboard.press("Escape")

    bo = await house.at_desk("bo")
    await page.keyboard.press("F10")
    row = menu.get_by_role("option").first
    await expect(row).to_contain_text(say("state.available"))
    await house.stop_serving()
    await expect(row).to_contain_text(say("unknown"))
    await expect(menu.get_by_role("button", name=say("transfer.now"))).to_be_disabled()
    await house.serve()
    await expect(row).to_contain_text(say("state.available"))
    await page.keyboard.press("Enter")
    await page.locator("[data-card=wrap]").wait_for()
    house.answer(bo.device)


async def test_an_agent_calls_a_customer_from_the_customers_page(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await page.keyboard.press("Control+k")
    await page.get_by_role("textbox", name=say("find.placeholder")).fill("amelia")
    await page.get_by_role("option", name="Amelia Hartwell").click()
    await expect(page.get_by_role("heading", name="Amelia Hartwell")).to_be_visible()
    await page.get_by_role("button", name=say("dial.call"), exact=True).first.click()
    await expect(page.locator("[data-card=placing]")).to_contain_text("Amelia Hartwell")
    assert KNOWN_CALLER[-4:] in await page.locator("[data-card=placing]").inner_text()
    await page.keyboard.press("Shift+F9")
    await expect(page.locator("[data-card=idle]")).to_be_visible()
