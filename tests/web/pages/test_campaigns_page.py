"""The campaign manager's pages: a campaign made and planned, a file imported, what could be called, do-not-call; trouble."""

from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import expect

from callcenter.kernel import commands as c
from callcenter.store.campaign_values import read_campaigns
from tests.api.house import LAWS, Client
from tests.api.test_lists import API, begun, campaign, csv, settled
from tests.integration.campaigning import csv_file, rows
from tests.unit.hub.story import PEOPLE
from tests.web.pages.conftest import SignIn
from tests.web.pages.house import WebHouse
from tests.web.pages.moves import show, state
from tests.web.pages.test_every_page import cut_off
from tests.web.pages.words import Words

english = pytest.mark.parametrize("say", ["en"], indirect=True)
chinese = pytest.mark.parametrize("say", ["zh"], indirect=True)
"""Where both languages go the same way, one of them is asked: the words of both are checked without a browser."""


@pytest_asyncio.fixture(loop_scope="session")
async def mia(house: WebHouse) -> Client:
    return await house.signed_in("mia")

DROPPED = """(where, [name, content]) => {
    const dropped = new DataTransfer();
    dropped.items.add(new File([Uint8Array.from(content, (letter) => letter.charCodeAt(0))], name));
    where.dispatchEvent(new DragEvent('drop', {dataTransfer: dropped, bubbles: true, cancelable: true}));
}"""


async def known_to_the_hub(house: WebHouse) -> None:
    """As the service's watch over the directory does it."""
    async with house.database.read() as session:
        campaigns = await read_campaigns(session)
    center = msgspec.structs.replace(house.engine.state.center, campaigns=campaigns, laws=LAWS)
    version = house.engine.state.center_version + 1
    await house.engine.ask(c.ApplyCenter(version=version, center=center, personal=PEOPLE))


@english
async def test_from_a_new_campaign_to_an_imported_list_and_back(house: WebHouse, sign_in: SignIn, say: Words, tmp_path: Path):
    page = await sign_in("mia")
    await expect(page).to_have_url(house.origin + "/campaigns")
    await expect(page.locator("[data-panel=campaigns]")).to_contain_text(say("camp.none"))
    await page.get_by_role("button", name=say("camp.new")).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("input[name=en]")).to_be_focused()
    await page.keyboard.type("Spring renewal!")
    await expect(page.locator("input[name=short]")).to_have_value("spring-renewal")
    await page.locator("select[name=law]").select_option("none")
    await page.locator("input[name=en]").press("Enter")
    await page.wait_for_url("**/plan")
    await page.get_by_role("link", name=say("camp.back")).click()
    await expect(page.locator("[data-panel=lists]")).to_contain_text(say("list.none"))
    await expect(page.locator("[data-panel=preflight]")).to_contain_text(say("pre.none"))

    await page.get_by_role("link", name=say("list.add")).click()
    people = [*rows(60), ["Nobody", ""], ["Twice", rows(1)[0][1]]]
    file = csv_file(tmp_path / "people.csv", people, ("Who is it", "Reach at"))
    await page.locator("[data-drop]").evaluate(DROPPED, ["photo.csv", "\x89PNG\r\n\x1a\n" + "x" * 900])
    await expect(page.locator(".fault")).to_contain_text("is a picture: ask for the table itself")
    await page.get_by_role("button", name=say("new.other")).click()
    await page.locator("[data-drop]").evaluate(DROPPED, ["people.csv", file.read_text()])
    mapping = page.locator("[data-mapping]")
    await expect(mapping.locator("select[name=column1]")).to_have_value("phone")
    await expect(mapping.locator("select[name=column0]")).to_have_value("extra")
    await mapping.locator("select[name=column0]").select_option("name")
    await expect(mapping.locator("tbody tr").first).to_contain_text("Ann0 · +1")
    await mapping.locator("select[name=column1]").select_option("skip")
    await expect(mapping).to_contain_text(say("new.noPhone"))
    await expect(page.get_by_role("button", name=say("new.import"), exact=True)).to_be_disabled()
    await mapping.locator("select[name=column1]").select_option("phone")
    await expect(page.locator("input[name=list]")).to_have_value("people")
    await page.get_by_role("button", name=say("new.import"), exact=True).click()

    await page.wait_for_url("**/lists/*")
    await expect(page.locator("section[data-list-state=ready]")).to_be_visible()
    await expect(page.locator(".fill-counts")).to_contain_text("60")
    await expect(page.locator("[data-refusal=no_number]")).to_contain_text("There is no telephone number")
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name=say("fill.csv")).click()
    refused = await (await downloading.value).path()
    assert "duplicate_in_list" in refused.read_text("utf-8-sig")
    await page.get_by_label(say("list.find")).fill("ann59")
    await expect(page.locator("[data-lead]")).to_have_count(1)
    await page.get_by_role("link", name=say("new.back")).click()
    await expect(page.locator("[data-panel=preflight]")).to_contain_text(say("pre.all", all=60))
    await expect(page.locator("[data-panel=next] li")).to_have_count(20)
    await page.locator("[data-list=people] a").click()
    undo = page.get_by_role("button", name=say("list.undo"))
    await undo.click()
    await page.get_by_role("button", name=say("hook.sure")).click()
    await expect(page.locator("[role=status]").first).to_contain_text(say("list.undone", n=60, stayed=0))
    await expect(page.locator("section[data-list-state=withdrawn]")).to_be_visible()


@chinese
async def test_a_plan_is_changed_by_two_people(house: WebHouse, sign_in: SignIn, say: Words, mia: Client):
    of = await campaign(mia)
    page = await sign_in("mia", f"/campaigns/{of}/plan")
    await page.goto(f"{house.origin}/campaigns/{of}/plan")
    await page.locator("select[name=law]").select_option("us-federal")
    await expect(page.locator("form")).to_contain_text("08:00–21:00")
    await expect(page.locator("select[name=machines]")).to_have_count(0)  # in preview an agent hears who answers
    await page.locator("select[name=mode]").select_option("progressive")
    await page.locator("select[name=machines]").select_option("message")
    await page.locator("select[name=voicemail]").select_option("welcome")
    await expect(page.locator("form")).to_contain_text(say("machines.message.what"))
    await page.locator("input[name=goal]").fill("40")
    await page.get_by_label(f"{say('dialed.busy')}: {say('set.waits')}").fill("5, 10")
    await page.get_by_role("button", name=say("set.save")).click()
    await expect(page.locator("[role=status]")).to_contain_text(say("set.saved"))
    kept = (await mia.get(f"{API}/campaigns/{of}")).json()
    assert (kept["goal"], kept["law"], kept["machines"], kept["voicemail"]) == (40, "us-federal", "message", "welcome")
    assert next(rule for rule in kept["retry"]["rules"] if rule["outcome"] == "busy")["waits_ms"] == [300_000, 600_000]

    await mia.ask("PATCH", f"{API}/campaigns/{of}", {"seen": kept["changed_at"], "budget": 12})
    await page.locator("input[name=goal]").fill("50")
    await page.get_by_role("button", name=say("set.save")).click()
    await expect(page.locator("form [role=alert]")).to_be_visible()
    await page.get_by_role("button", name=say("set.reload")).click()
    await expect(page.locator("input[name=budget]")).to_have_value("12")
    await expect(page.locator("input[name=goal]")).to_have_value("40")
    assert (await mia.get(f"{API}/campaigns/{of}")).json()["goal"] == 40


@english
async def test_a_campaign_starts_says_why_it_dials_nothing_and_stops(
    house: WebHouse, sign_in: SignIn, say: Words, mia: Client
):
    of = await campaign(mia)
    made = await begun(mia, of, csv(rows(6)))
    number = (await mia.get(f"{API}/lists/{(await settled(mia, made))['id']}/leads")).json()["items"][0]["numbers"][0]["number"]
    await mia.post(f"{API}/do-not-call/numbers", {"number": number["value"]})
    await known_to_the_hub(house)
    page = await sign_in("mia")
    preflight = page.locator("[data-panel=preflight]")
    await expect(preflight).to_contain_text(say("pre.some", n=1, all=6))
    await expect(preflight.locator("[data-hold=do_not_call_own] .n")).to_have_text("1")
    await expect(preflight.locator("[data-hold=none] .n")).to_have_text("5")
    await expect(page.locator("[data-panel=next] [data-allowed=false]")).to_contain_text("On the center's do-not-call list")
    await page.get_by_role("button", name=say("camp.start"), exact=True).click()
    await expect(page.locator("[data-campaign-state=running]")).to_be_visible()
    await expect(preflight.locator("[data-cause=no_agents]")).to_be_visible()
    await page.set_viewport_size({"width": 390, "height": 844})
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390, "every button fits a small screen"
    await page.get_by_role("button", name=say("camp.stop"), exact=True).click()
    await expect(page.locator("[data-campaign-state=running]")).to_be_visible()
    await page.get_by_role("button", name=say("hook.sure")).click()
    await expect(page.locator("[data-campaign-state=stopped]")).to_be_visible()
    await page.locator("[data-list=East]").get_by_role("button", name=say("list.on")).click()
    await expect(preflight).to_contain_text(say("pre.off"))


@chinese
async def test_numbers_are_put_on_the_list_and_a_slip_is_undone(house: WebHouse, sign_in: SignIn, say: Words, mia: Client):
    await campaign(mia)
    page = await sign_in("mia", "/do-not-call")
    await page.goto(house.origin + "/do-not-call")
    await expect(page.locator("[data-panel=barred]")).to_contain_text(say("dnc.none"))
    await page.get_by_role("button", name=say("dnc.campaign", name="spring")).click()
    await page.locator("input[name=number]").fill("(212) 555-0160")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-register=spring]")).to_contain_text("1")
    await page.get_by_role("button", name=say("dnc.own")).click()
    await page.locator("input[name=number]").fill("(212) 555-0142")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-number='+12125550142']")).to_be_visible()
    await page.get_by_role("button", name=say("dnc.undo")).click()
    await expect(page.locator("[data-number]")).to_have_count(0)
    await page.locator("input[name=number]").fill("12")
    await page.keyboard.press("Enter")
    await expect(page.locator("[role=alert]")).to_be_visible()
    await page.locator("input[name=number]").fill("212 555 0150")
    await page.get_by_role("button", name=say("dnc.check")).click()
    await expect(page.locator(".done-line")).to_contain_text(say("dnc.onNone", number="+1 212 555 0150"))
    content = csv([], "Phone\n(212) 555-0142\n(212) 555-0143")
    await page.locator("input[type=file]").set_input_files({"name": "us.csv", "mimeType": "text/csv", "buffer": content})
    await page.locator("input[name=registry]").fill("us-national")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-register=us-national]")).to_contain_text("2")


@english
async def test_customers_become_a_list_by_a_filter(house: WebHouse, sign_in: SignIn, say: Words, mia: Client):
    of = await campaign(mia)
    page = await sign_in("mia")
    await show(page, f"/campaigns/{of}/new-list")
    await page.get_by_role("button", name=say("new.customers")).click()
    await page.get_by_label(say("target.field")).select_option("account.name")
    await page.get_by_label(say("target.op")).select_option("begins")
    await page.get_by_label(say("target.value")).fill("nobody at all")
    await expect(page.locator(".counted")).to_contain_text(say("target.nobody"))
    await page.get_by_label(say("target.value")).fill("hartwell")
    await expect(page.locator(".counted")).to_contain_text("Amelia Hartwell")
    await page.locator("input[name=list]").fill("Frames")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-lead] a")).to_contain_text("Amelia Hartwell")


@chinese
async def test_an_auditor_looks_and_changes_nothing(house: WebHouse, sign_in: SignIn, say: Words, mia: Client):
    of = await campaign(mia)
    made = await begun(mia, of, csv([["A name that is rather long for a telephone", rows(1)[0][1]], ["Nobody", ""]]))
    await settled(mia, made)
    page = await sign_in("uma", width=390, height=844)
    for path, shows in (
        (f"/campaigns/{of}", ".next-rows li"), (f"/lists/{made}", "[data-lead]"), ("/do-not-call", "[data-register=own]"),
        (f"/campaigns/{of}/plan", "input[name=goal]:disabled"),
    ):  # fmt: skip
        await show(page, path)
        await expect(page.locator(shows).first).to_be_visible()
        assert await cut_off(page) == [], path
        for word in ("camp.start", "list.add", "list.undo", "dnc.add", "set.save", "camp.new"):
            await expect(page.get_by_role("button", name=say(word), exact=True)).to_have_count(0)


async def test_loading_empty_away_and_back(house: WebHouse, sign_in: SignIn, say: Words, mia: Client):
    of = await campaign(mia)
    page = await sign_in("mia")
    await expect(page.locator("[data-panel=lists][data-state=empty]")).to_be_visible()
    await house.store_hangs("call_list", "lead")
    await show(page, "/do-not-call")
    await show(page, f"/campaigns/{of}")
    await state(page, "[data-panel=lists]", "loading")
    await state(page, "[data-panel=progress]", "loading")
    await house.store_goes_on()
    await state(page, "[data-panel=lists]", "empty")
    await expect(page.locator("[data-panel=abandon]")).to_contain_text(say("abandon.noCap"))
    await expect(page.locator("[data-panel=preflight]")).to_contain_text(say("pre.none"))
    await house.store_stops()
    await page.get_by_role("button", name=say("pre.again")).click()
    await expect(page.locator("[data-panel=preflight] .fault")).to_be_visible()
    await expect(page.locator("[data-panel=preflight]")).to_contain_text(say("pre.none"))
    await house.store_comes_back()
    await expect(page.locator("[data-panel=preflight] .fault")).to_have_count(0)
