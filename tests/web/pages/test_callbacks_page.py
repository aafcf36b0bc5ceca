"""What an agent says of a campaign's call on her page: a promise with its time, told when the law forbids it; the list of
promises, its reminder, and what the campaign manager sees. By the keyboard, in both languages.
"""

import re

from playwright.async_api import Page, expect

from callcenter.runtime import clock
from callcenter.simulation.phones import Outside
from tests.api.house import Client
from tests.api.test_callbacks import OUTCOMES
from tests.api.test_lists import API
from tests.api.test_working import opened
from tests.web.pages.conftest import SignIn
from tests.web.pages.house import WebHouse
from tests.web.pages.moves import available
from tests.web.pages.test_working_page import choose, read_for_a_second, spring
from tests.web.pages.words import Words


async def manager(house: WebHouse) -> Client:
    house.carrier.network.anywhere = Outside(after_ms=300, rings_after_ms=50)
    return await house.signed_in("mia")


async def in_wrap_up(house: WebHouse, page: Page, say: Words) -> None:
    card = page.locator("[data-card=lead]")
    await expect(card).to_contain_text("Maya Marsh")
    await read_for_a_second(card, say)
    await page.keyboard.press("Shift+F8")
    await page.locator("[data-card=talking]").wait_for()
    await page.keyboard.press("Shift+F9")
    await page.locator("[data-card=wrap]").wait_for()


async def test_a_call_is_promised_moved_cancelled_and_taken_by_the_keyboard(house: WebHouse, sign_in: SignIn, say: Words):
    mia = await manager(house)
    of = await opened(house, mia, dispositions=OUTCOMES)
    page = await sign_in("ana")
    await available(page, say)
    await choose(page, say, spring(say))
    await in_wrap_up(house, page, say)

    outcome = page.locator(".outcome")
    for one in OUTCOMES:
        await expect(outcome).to_contain_text(one["label"][say.language])
    await page.keyboard.press("F2")
    await page.keyboard.press("1")
    form = outcome.locator("form.saying")
    await expect(form).to_contain_text(say("say.noTime"))
    await form.get_by_role("button", name=say("say.inHour")).press("Enter")
    await expect(form.locator("[data-hour=allowed]")).to_contain_text(say("say.allowed"))
    await expect(form).to_contain_text(re.compile(say("say.there", time=".*")))
    await form.locator("input[name=promise_note]").fill("ask for the brother")
    await page.keyboard.press("Enter")
    await expect(form).to_have_count(0)
    await expect(outcome.get_by_role("button", pressed=True)).to_contain_text(OUTCOMES[0]["label"][say.language])
    await page.get_by_role("button", name=say("finish", state=say("state.available"))).press("Enter")

    panel = page.locator(".mypromises")
    row = panel.locator("li[data-callback]")
    await expect(row).to_contain_text("Maya Marsh")
    await expect(row).to_contain_text("ask for the brother")
    await expect(panel.locator("[data-remind]")).to_have_count(0)

    await row.get_by_role("button", name=say("promised.cancelOf", name="Maya Marsh")).press("Enter")
    await expect(row).to_have_count(0)
    await expect(panel.locator("[data-done]")).to_contain_text(say("promised.cancelled", name="Maya Marsh"))
    await panel.get_by_role("button", name=say("promised.undo")).press("Enter")
    await expect(row).to_contain_text("Maya Marsh")

    (one,) = (await mia.get(f"{API}/campaigns/{of}/callbacks")).json()["items"]
    soon = {"seen": one["changed_at"], "at": clock.now() + 120_000, "agent": "ana"}
    assert (await mia.ask("PATCH", f"{API}/callbacks/{one['id']}", soon)).status == 200
    await page.reload()
    await expect(panel.locator("[data-remind]")).to_contain_text("Maya Marsh")
    await page.locator("[data-card=lead], [data-card=idle]").first.wait_for()
    await page.keyboard.press("Alt+b")
    lead = page.locator("[data-card=lead]")
    await expect(lead).to_contain_text("Maya Marsh")
    await expect(page.locator("[data-promised]")).to_contain_text("ask for the brother")
    await read_for_a_second(lead, say)
    await page.keyboard.press("Shift+F8")
    await expect(page.locator("[data-card=talking]")).to_contain_text("Maya Marsh")


async def test_an_hour_that_is_forbidden_is_said_before_it_is_promised(house: WebHouse, sign_in: SignIn, say: Words):
    mia = await manager(house)
    await opened(house, mia, dispositions=OUTCOMES)
    page = await sign_in("ana")
    await available(page, say)
    await choose(page, say, spring(say))
    await in_wrap_up(house, page, say)
    await mia.post(f"{API}/do-not-call/numbers", {"number": "(212) 555-0190"})
    await page.keyboard.press("F2")
    await page.keyboard.press("1")
    form = page.locator(".outcome form.saying")
    await form.get_by_role("button", name=say("say.tomorrow")).press("Enter")
    said = form.locator("[data-hour=forbidden]")
    await expect(said).to_contain_text("在本中心的免呼名单中" if say.language == "zh" else "On the center's do-not-call list")
    await expect(form.get_by_role("button", name=say("say.promise"))).to_be_disabled()
    await page.keyboard.press("Escape")
    await expect(form).to_have_count(0)

    await page.keyboard.press("F2")
    await page.keyboard.press("2")
    await expect(form).to_contain_text(say("say.value", currency="USD"))
    await form.locator("input[name=probability]").fill("80")
    await form.locator("input[name=value]").fill("1200")
    await page.keyboard.press("Enter")
    await expect(page.locator(".outcome").get_by_role("button", pressed=True)).to_contain_text("sold")


async def test_the_manager_plans_outcomes_and_sees_promises_and_successes(house: WebHouse, sign_in: SignIn, say: Words):
    mia = await manager(house)
    of = await opened(house, mia, start=False)
    page = await sign_in("mia")
    await page.goto(f"{house.origin}/campaigns/{of}/plan")
    group = page.locator("[data-group=outcomes]")
    await expect(group).to_contain_text(say("out.none"))
    await group.locator("[data-act=add-outcome]").press("Enter")
    await group.locator("input[name=out_code]").fill("sold")
    await group.locator("input[name=out_en]").fill("Sold")
    await group.locator("input[name=out_zh]").fill("成交")
    await group.locator("select[name=out_result]").select_option("success")
    await group.locator("select[name=out_follow]").select_option("opportunity")
    await group.locator("input[name=out_probability]").fill("80")
    await page.locator("input[name=goal]").fill("10")
    await page.get_by_role("button", name=say("set.save")).press("Enter")
    await expect(page.get_by_role("status")).to_contain_text(say("set.saved"))
    kept = (await mia.get(f"{API}/campaigns/{of}")).json()
    (one,) = kept["dispositions"]
    assert (one["code"], one["result"], one["follow"], one["probability"]) == ("sold", "success", "opportunity", 0.8)

    await page.goto(f"{house.origin}/campaigns/{of}")
    await expect(page.locator("[data-panel=progress]")).to_contain_text(say("plan.successes"))
    await expect(page.locator("[data-panel=callbacks]")).to_contain_text(say("promised.none"))
