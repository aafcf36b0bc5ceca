"""Who calls: the match bar, the customer and the timeline in their states, each brought about by its real cause."""

import pytest
from playwright.async_api import expect

from tests.api.house import UNKNOWN_CALLER
from tests.web.pages.conftest import SignIn
from tests.web.pages.house import WebHouse
from tests.web.pages.moves import available, height_of, in_a_call, show, state
from tests.web.pages.words import Words

CONTACTS = ("contact", "contact_phone")


async def test_an_exact_match_is_shown_with_all_that_is_known(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await state(page, ".match", "empty")
    await state(page, ".cust", "empty")
    await state(page, ".timeline", "empty")
    await expect(page.locator(".cust")).to_contain_text(say("customer.idle"))
    await available(page, say)
    house.call_in()
    await state(page, ".match", "chosen")
    await expect(page.locator(".match")).to_contain_text(say("match.bySystem"))
    await expect(page.locator(".cust")).to_contain_text("Hartwell Frames")
    await expect(page.locator(".cust")).to_contain_text(say("customer.confirmed"))


async def test_an_unknown_number_becomes_a_contact_while_it_rings(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await available(page, say)
    house.call_in(UNKNOWN_CALLER)
    await state(page, ".match", "new")
    await expect(page.locator(".match")).to_contain_text(say("match.new"))
    height = await height_of(page.locator(".match"))
    await page.get_by_placeholder(say("match.newName")).fill("Noor Aziz")
    await page.keyboard.press("Enter")
    await state(page, ".match", "chosen")
    await expect(page.locator("[data-card=ringing]")).to_contain_text("Noor Aziz")
    assert abs(await height_of(page.locator(".match")) - height) <= 8, "the slot keeps its height"


async def test_a_slow_customer_store_delays_the_pop_and_never_the_call(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await available(page, say)
    await house.store_hangs(*CONTACTS)
    house.call_in()
    await page.locator("[data-card=ringing]").wait_for()
    await state(page, ".match", "loading")
    await expect(page.locator("[data-card=ringing]")).to_contain_text(say("lookUp.pending"))
    await page.keyboard.press("F8")
    await page.locator("[data-card=talking]").wait_for()
    await house.store_goes_on()
    await state(page, ".match", "chosen")
    await expect(page.locator("[data-card=talking]")).to_contain_text("Amelia Hartwell")


async def test_a_customer_store_that_is_away_leaves_the_call_by_its_number(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await available(page, say)
    await house.store_stops()
    house.call_in()
    await page.locator("[data-card=ringing]").wait_for()
    await state(page, ".match", "error")
    await expect(page.locator(".match")).to_contain_text(say("match.failed"))
    await page.keyboard.press("F8")
    await page.locator("[data-card=talking]").wait_for()
    await house.store_comes_back()
    await page.get_by_role("button", name=say("match.someoneElse")).click()
    await page.get_by_placeholder(say("match.find")).fill("amelia")
    await page.get_by_role("option", name="Amelia Hartwell").click()
    await state(page, ".match", "chosen")
    await expect(page.locator(".match")).to_contain_text(say("match.byAgent"))


@pytest.mark.parametrize(("panel", "tables"), [(".cust", CONTACTS), (".timeline", ("call_record",))])
async def test_customer_and_timeline_load_and_come(
    house: WebHouse, sign_in: SignIn, say: Words, panel: str, tables: tuple[str, ...]
):
    page = await sign_in("ana")
    await in_a_call(page, house, say)
    await house.recorded()  # the call itself is on the timeline from now on
    await page.reload()
    await state(page, panel, "there")
    await house.store_hangs(*tables)
    await page.reload()
    await state(page, panel, "loading")
    await house.store_goes_on()
    await state(page, panel, "there")


async def test_customer_and_timeline_say_what_failed_and_try_again(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    contact = (await (await house.signed_in("ana")).get("/api/v1/contacts?q=amelia")).json()["items"][0]["id"]
    await page.locator("[data-card=idle]").wait_for()
    await house.store_stops()
    await show(page, f"/customers/{contact}")
    await state(page, ".cust", "error")
    await state(page, ".timeline", "error")
    await expect(page.locator(".timeline .fault")).to_contain_text(say("tryAgain"))
    await house.store_comes_back()
    await page.locator(".timeline").get_by_role("button", name=say("tryAgain")).click()
    await state(page, ".timeline", "empty")
    await state(page, ".cust", "there")  # tried again by itself
    await expect(page.locator(".timeline")).to_contain_text(say("timeline.none"))


async def test_without_the_service_the_last_data_stay_and_say_how_old_they_are(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await in_a_call(page, house, say)
    await house.recorded()
    await page.reload()
    await state(page, ".cust", "there")
    await state(page, ".timeline", "there")
    await house.stop_serving()
    for panel in (".cust", ".timeline"):
        await state(page, panel, "stale")
        await expect(page.locator(panel)).to_contain_text(say("asOf", time="").strip())
    await expect(page.locator(".cust")).to_contain_text("Hartwell Frames")
    await expect(page.locator(".timeline")).to_contain_text(say("timeline.goingOn"))
    await house.serve()
    for panel in (".cust", ".timeline"):
        await state(page, panel, "there")


async def test_who_calls_stays_open_while_the_line_to_the_service_is_away(house: WebHouse, sign_in: SignIn, say: Words):
    page = await sign_in("ana")
    await available(page, say)
    await house.store_hangs(*CONTACTS)
    house.call_in()
    await page.locator("[data-card=ringing]").wait_for()
    await state(page, ".match", "loading")
    await house.stop_serving()
    await state(page, ".match", "disconnected")
    await expect(page.locator(".match")).to_contain_text(say("match.offline"))
    await house.store_goes_on()
    await house.serve()
    await state(page, ".match", "chosen")
