"""The agent's page while something else fails: no first views, a log that is locked, a transfer list that does not come."""

from playwright.async_api import expect

from callcenter.kernel.commands import FinishWrapUp, SignOut
from callcenter.kernel.ids import AgentId
from tests.web.pages.conftest import SignIn
from tests.web.pages.house import WebHouse
from tests.web.pages.moves import available, height_of, hold_is_free, in_a_call, state
from tests.web.pages.words import Words

TRY_AGAIN = {
    "en": "The database does not answer at the moment. Try again in a moment.",
    "zh": "操作未执行，请稍后重试。",
}
"""What the service says when it could not write."""
WRAP_UP_OVER = {
    "en": "The wrap-up of this call is over; its outcome can no longer be set here.",
    "zh": "该通话的话后处理已结束，不能再在此设置结果。",
}


async def test_the_call_card_keeps_its_place_until_the_first_views_come(house: WebHouse, sign_in: SignIn, say: Words):
    house.relay.hold()
    page = await sign_in("ana", origin=house.relay.origin)
    card = page.locator("[data-card]")
    await expect(card).to_have_attribute("data-card", "loading")
    await expect(card).to_have_attribute("aria-busy", "true")
    await state(page, ".myqueues", "loading")
    height = await height_of(card)
    house.relay.go_on()
    await expect(card).to_have_attribute("data-card", "idle")
    assert await height_of(card) == height


async def test_an_idle_card_says_what_comes_and_offers_to_call(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await available(page, say)
    card = page.locator("[data-card=idle]")
    await expect(card).to_contain_text(say("card.availableNote"))
    await expect(card.get_by_placeholder(say("dial.placeholder"))).to_be_visible()
    await state(page, ".myqueues", "there")
    await state(page, ".mycalls", "empty")


async def test_a_desk_that_gets_no_telephone_says_why_and_asks_again_by_itself(house: WebHouse, sign_in: SignIn, say: Words):
    house.log_is_locked()
    page = await sign_in("ana")
    card = page.locator("[data-card]")
    await expect(card.get_by_role("alert")).to_have_text(TRY_AGAIN[say.language])
    await house.log_is_free()
    await expect(page.locator("[data-line=ready]")).to_be_attached()
    await expect(card.get_by_role("alert")).to_have_count(0)


async def test_an_outcome_that_the_service_refuses_stays_pressed_until_it_is_taken(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await in_a_call(page, house, say)
    house.log_is_locked()
    await page.keyboard.press("F2")
    await page.keyboard.press("1")
    key = page.get_by_role("button", name="Resolved")
    await expect(page.locator("[data-outcome=waiting]")).to_contain_text(TRY_AGAIN[say.language])
    await expect(key).to_have_attribute("aria-pressed", "true")
    await expect(key).to_have_class("is-late")
    again = page.locator(".outcome").get_by_role("button", name=say("tryAgain"))
    await again.click()
    await expect(key).to_have_class("is-late")  # amber until it is there, not only until the next attempt
    await house.log_is_free()
    await again.click()
    await expect(page.locator("[data-outcome=open]")).to_be_visible()
    await expect(key).to_have_attribute("aria-pressed", "true")
    await expect(key).not_to_have_class("is-late")
    await house.until(lambda now: next(iter(now.calls.values())).disposition == "resolved")


async def test_the_last_of_two_outcomes_counts_when_the_first_is_still_on_its_way(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await in_a_call(page, house, say)
    house.log_is_locked()
    await page.get_by_role("button", name="Resolved").click()
    await page.get_by_role("button", name="Wrong number").click()
    await house.log_is_free()
    await house.until(lambda now: next(iter(now.calls.values())).disposition == "wrong")
    await expect(page.locator("[data-outcome=open]")).to_be_visible()
    await expect(page.get_by_role("button", name="Wrong number")).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_role("button", name="Resolved")).to_have_attribute("aria-pressed", "false")


async def test_the_transfer_list_has_grey_rows_until_it_comes(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana", origin=house.relay.origin)
    await in_a_call(page, house, say)
    await house.at_desk("bo")
    house.relay.hold()
    await page.keyboard.press("F10")
    menu = page.get_by_role("dialog", name=say("transfer"))
    await expect(menu).to_have_attribute("data-state", "loading")
    await expect(menu.locator(".skel")).to_have_count(4)
    await expect(menu.get_by_role("button", name=say("transfer.now"))).to_be_disabled()
    house.relay.go_on()
    await expect(menu).to_have_attribute("data-state", "there")
    await expect(menu.get_by_role("option")).to_have_count(1)


async def test_a_transfer_list_that_cannot_come_is_tried_again(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana", origin=house.relay.origin)
    await in_a_call(page, house, say)
    await house.at_desk("bo")
    await house.store_stops()  # nobody's log-in can be looked up, so no live connection is taken
    house.relay.cut()
    await page.locator("[data-line=not-live]").wait_for()
    await page.keyboard.press("F10")
    menu = page.get_by_role("dialog", name=say("transfer"))
    await expect(menu).to_have_attribute("data-state", "error")
    again = menu.get_by_role("button", name=say("tryAgain"))
    await again.click()
    await expect(menu).to_have_attribute("data-state", "error")
    await house.store_comes_back()  # it is tried again by itself too
    await expect(menu).to_have_attribute("data-state", "there")
    await page.keyboard.press("Enter")
    await page.locator("[data-card=wrap]").wait_for()


async def test_a_transfer_that_the_service_refuses_can_be_tried_again(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await in_a_call(page, house, say)
    await house.at_desk("bo")
    await page.keyboard.press("F10")
    menu = page.get_by_role("dialog", name=say("transfer"))
    await menu.get_by_role("option").first.wait_for()
    house.log_is_locked()
    await page.keyboard.press("Enter")
    await expect(menu.get_by_role("alert")).to_contain_text(TRY_AGAIN[say.language])
    await house.log_is_free()
    await menu.get_by_role("button", name=say("tryAgain")).click()
    await page.locator("[data-card=wrap]").wait_for()


async def test_an_outcome_of_a_call_that_is_over_meanwhile_is_told_not_dropped(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await in_a_call(page, house, say)
    await house.stop_serving()
    await page.locator("[data-line=not-live]").wait_for()
    await page.get_by_role("button", name="Resolved").click()
    await expect(page.locator("[data-outcome=waiting]")).to_contain_text(say("outcome.queued"))
    ana = AgentId("ana")
    caller = next(iter(house.engine.state.calls.values())).customer
    assert caller is not None
    house.hang_up(caller)
    await house.until(lambda now: any(ana in call.wrapping for call in now.calls.values()))
    await house.engine.ask(FinishWrapUp(agent=ana))
    await house.serve()
    card = page.locator("[data-card=idle]")
    await expect(card.get_by_role("alert")).to_contain_text(WRAP_UP_OVER[say.language])


async def test_keys_that_are_pressed_twice_or_in_the_wrong_state_do_nothing_more(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    answers: list[tuple[str, int]] = []
    page.on("response", lambda answer: answers.append((answer.url, answer.status)) if answer.status >= 400 else None)
    await available(page, say)
    for key in ("F8", "F9", "Shift+F9", "F4", "F7", "F10", "F2", "1", "Escape"):
        await page.keyboard.press(key)
    house.call_in()
    await page.locator("[data-card=ringing]").wait_for()
    for key in ("F4", "F7", "F10", "Shift+F9", "F2", "1", "Escape", "F8", "F8", "F9"):
        await page.keyboard.press(key)
    await page.locator("[data-card=talking]").wait_for()
    for _ in range(3):
        await page.keyboard.press("F4")
    await page.locator("[data-card=holding]").wait_for()
    await hold_is_free(page)
    await page.keyboard.press("F4")
    await page.locator("[data-card=talking]").wait_for()
    await page.keyboard.press("F10")
    await page.keyboard.press("Control+k")
    for layer in (page.locator(".find-menu"), page.locator(".transfer")):
        await expect(layer).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(layer).to_have_count(0)
    await page.locator(".btn-end").first.dblclick()
    await page.locator("[data-card=wrap]").wait_for()
    for key in ("F8", "F9", "F4", "F7", "F10"):
        await page.keyboard.press(key)
    await page.get_by_role("button", name=say("finish", state=say("state.available"))).dblclick()
    await page.locator("[data-card=idle]").wait_for()
    await expect(page.locator("[data-card]").get_by_role("alert")).to_have_count(0)
    assert answers == []


async def test_a_call_that_is_given_up_is_told_and_escape_closes_what_was_found(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    field = page.get_by_placeholder(say("dial.placeholder"))
    await field.fill("911")
    await page.keyboard.press("Enter")
    card = page.locator("[data-card]")
    await expect(card.get_by_role("alert")).not_to_be_empty()
    await field.fill("amelia")
    await expect(card.get_by_role("alert")).to_have_count(0)
    found = page.locator(".dial-found button")
    await expect(found).to_contain_text("Amelia Hartwell")
    await page.keyboard.press("Escape")
    await expect(found).to_have_count(0)
    await field.fill("hartwell")
    await found.first.dblclick()
    await page.locator("[data-card=placing]").wait_for()
    await page.keyboard.press("Shift+F9")
    await page.keyboard.press("Shift+F9")
    idle = page.locator("[data-card=idle]")
    await expect(idle).to_contain_text(say("notice.call_not_placed"))
    await expect(idle.get_by_role("alert")).to_have_count(0)


async def test_whoever_is_signed_out_after_her_call_is_told_so(house: WebHouse, sign_in: SignIn, say: Words):
    """Her log-in at this telephone has ended; the page of another log-in of hers shows what comes."""
    page, board = await sign_in("ana"), await sign_in("sam", "/board")
    await in_a_call(page, house, say)
    await expect(page.locator("[data-then=available]")).to_contain_text(say("state.available"))
    await house.engine.ask(SignOut(agent=AgentId("ana"), after_call=True))
    await expect(page.locator("[data-then=signed_out]")).to_contain_text(say("then", state=say("state.signed_out")))
    await board.locator("[data-agent=ana]").first.click()
    await expect(board.locator("#agent-menu")).to_contain_text(say("agent.after"))
    await page.keyboard.press("Shift+F9")
    finish = page.get_by_role("button", name=say("finish", state=say("state.signed_out")))
    await finish.click()
    await house.until(lambda state: AgentId("ana") not in state.leaving)
