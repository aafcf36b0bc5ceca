"""An agent's side of a campaign, with real lists, the real hub and a carrier in real time: she chooses, reads, skips, dials."""

from typing import Any

import msgspec
import pytest

from callcenter.kernel import commands as c
from callcenter.kernel.ids import AgentId, CampaignId, SkillId
from callcenter.kernel.words import Fate
from callcenter.runtime.seal import opened as opened_seal
from callcenter.simulation.phones import Outside
from callcenter.store.campaign_values import read_campaigns
from dialer.auditor_report import Report
from tests.api.house import KNOWN_CALLER, LAWS, Client, House, Page
from tests.api.test_lists import API, begun, campaign, csv, settled
from tests.unit.hub.story import PEOPLE

HEADS = "Name,Company,Phone,Note,Plan"
LEADS = [
    ["Maya Marsh", "Harbor Light", "(212) 555-0190", "Renewal due", "gold"],
    ["Amelia Hartwell", "", KNOWN_CALLER, "", ""],
    ["Theo Brandt", "Summit Print", "(415) 555-0108", "", ""],
]


async def opened(
    house: House, mia: Client, name: str = "spring", *, mode: str = "preview", leads: bool = True, start: bool = True, **more: Any
) -> int:
    """A campaign with a list, and the hub knows it."""
    of = await campaign(mia, name, mode=mode)
    seen = (await mia.get(f"{API}/campaigns/{of}")).json()["changed_at"]
    plan = {"seen": seen, "preview_ms": 90_000, "wrap_up_ms": 5_000, **more}
    assert (await mia.ask("PATCH", f"{API}/campaigns/{of}", plan)).status == 200
    if leads:
        await settled(mia, await begun(mia, of, csv(LEADS, HEADS), policy={"contacts": "link"}))
    async with house.database.read() as session:
        campaigns = await read_campaigns(session)
    center = msgspec.structs.replace(house.engine.state.center, campaigns=campaigns, laws=LAWS)
    version = house.engine.state.center_version + 1
    await house.engine.ask(c.ApplyCenter(version=version, center=center, personal=PEOPLE))
    if start:
        assert (await mia.post(f"{API}/campaigns/{of}/start")).status == 200
    return of


@pytest.fixture
async def mia(house: House) -> Client:
    return await house.signed_in("mia")


@pytest.fixture
async def ana(house: House) -> Client:
    house.carrier.network.anywhere = Outside(after_ms=200, rings_after_ms=50)
    return await house.at_desk("ana")


def me(page: Page) -> Any:
    return page.shown["agents"]["ana"]


async def lead_of(client: Client) -> Any:
    return (await client.get(f"{API}/me/lead")).json()["lead"]


async def test_what_she_may_work_is_what_runs_for_her_team_and_skills(house: House, mia: Client, ana: Client):
    of = await opened(house, mia, leads=False)
    await opened(house, mia, "resting", leads=False, start=False)
    await opened(house, mia, "robot", leads=False, mode="agentless")
    strict = await opened(house, mia, "strict", leads=False, skill="billing", minimum_level=5)
    mine = (await ana.get(f"{API}/me/campaigns")).json()["items"]
    bo = await house.at_desk("bo")
    others = (await bo.get(f"{API}/me/campaigns")).json()["items"]
    agents = house.engine.state.agents
    able = [agents[AgentId(name)].values.skills.get(SkillId("billing"), 0) >= 5 for name in ("ana", "bo")]
    assert able == [True, False], "the two differ, or this shows nothing"
    assert ([one["id"] for one in mine], [one["id"] for one in others]) == ([of, strict], [of])
    assert (mine[0]["label"], mine[0]["mode"], mine[0]["chosen"]) == ({"en": "Spring", "zh": "春季"}, "preview", False)
    refused = await bo.put(f"{API}/me/campaign", {"campaign": strict})
    assert (refused.status, refused.code) == (409, "not_your_campaign")
    assert (await bo.put(f"{API}/me/campaign", {"campaign": 999})).code == "not_found"
    assert (await bo.put(f"{API}/me/campaign", {"campaign": "spring"})).code == "bad_request"
    far = await house.signed_in("bo")
    await bo.ask("DELETE", f"{API}/session")
    assert (await far.get(f"{API}/me/lead")).json() == {"lead": None}

    assert (await ana.put(f"{API}/me/campaign", {"campaign": of})).status == 200
    assert (await mia.post(f"{API}/campaigns/{of}/pause")).status == 200
    kept = (await ana.get(f"{API}/me/campaigns")).json()["items"]
    (hers,) = [one for one in kept if one["chosen"]]
    assert (hers["id"], hers["state"], hers["causes"][0]["code"]) == (of, "paused", "paused_asked"), "it says why nothing comes"


async def test_a_lead_is_read_skipped_dialed_and_gone(house: House, mia: Client, ana: Client):
    of = await opened(house, mia, cost_per_call=0.25, cost_per_minute=60.0)
    page = await (await ana.socket()).follow("desk")
    assert me(page)["campaign"] is None
    assert (await ana.put(f"{API}/me/campaign", {"campaign": of})).status == 200
    await page.until(lambda page: me(page)["lead"])
    assert me(page)["campaign"] == {"id": of, "label": {"en": "Spring", "zh": "春季"}}
    shown, first = me(page)["lead"], await lead_of(ana)
    assert (first["attempt"], first["until"], first["reading"]) == (shown["attempt"], shown["until"], True)
    assert shown["until"] - shown["since"] == 90_000
    assert (first["name"], first["company"], first["note"], first["extra"]) == (
        "Maya Marsh", "Harbor Light", "Renewal due", {"Plan": "gold"},
    )  # fmt: skip
    assert (first["number"]["value"], first["place"], first["numbers"]) == ("+12125550190", 1, 1)
    assert (first["zone"], first["contact"], first["earlier"]) == ("America/New_York", None, [])

    bo = await house.at_desk("bo")
    for act in ("dial", "skip"):
        stolen = await bo.post(f"{API}/me/leads/{first['attempt']}/{act}")
        assert (stolen.status, stolen.code) == (404, "not_found"), "it is not hers"
    assert (await ana.post(f"{API}/me/leads/{first['attempt']}/skip")).status == 200
    again = await ana.post(f"{API}/me/leads/{first['attempt']}/skip")
    assert (again.status, again.code) == (404, "not_found")
    await page.until(lambda page: me(page)["lead"] and me(page)["lead"]["attempt"] != first["attempt"])
    second = await lead_of(ana)
    assert (second["name"], second["number"]["value"]) == ("Amelia Hartwell", KNOWN_CALLER)
    assert second["contact"] is not None, "a customer, so that the page shows her and what there was with her"

    key = {"Idempotency_Key": "0123456789abcdef"}
    url = f"{API}/me/leads/{second['attempt']}/dial"
    made = await ana.ask("POST", url, **key)
    twin = await ana.ask("POST", url, **key)
    plain = await ana.post(url)
    assert (made.status, twin.status, plain.status) == (201, 201, 201)
    assert made.json() == twin.json() == plain.json()
    assert twin.headers["Idempotency-Replayed"] == "true"
    assert (await bo.post(url)).code == "not_found", "whose call it is, only she is told"
    await page.until(lambda page: page.call and page.call["state"] == "connected")
    assert me(page)["lead"] is None
    assert (page.call["id"], page.call["campaign"]["id"], page.call["attempt"]) == (made.json()["call"], of, second["attempt"])
    talking = await lead_of(ana)
    assert (talking["reading"], talking["until"], talking["name"]) == (False, None, "Amelia Hartwell")
    await ana.post(f"{API}/calls/{page.call['id']}/hang-up")
    await page.until(lambda page: me(page)["wrap_up"])
    assert (await ana.put(f"{API}/calls/{page.call['id']}/disposition", {"code": "resolved"})).status == 200
    await ana.post(f"{API}/me/wrap-up/finish")
    await page.until(lambda page: me(page)["lead"])
    stood = (await mia.get(f"{API}/campaigns/{of}/progress")).json()
    assert (stood["dials"] - stood["open"], stood["reached"], stood["outcomes"]) == (1, 1, [{"outcome": "answered", "dials": 1}])
    await house.recorded()
    billed = (await mia.get(f"{API}/campaigns/{of}/progress")).json()
    assert billed["minutes"] > 0
    assert billed["cost"] == pytest.approx(billed["dials"] * 0.25 + billed["minutes"] * 60)
    sealed, key_ = await mia.get(f"{API}/campaigns/{of}/report"), (await mia.get(f"{API}/report-key")).json()["key"]
    told = msgspec.json.decode(opened_seal(sealed.text, key_)[0], type=Report)
    assert (told.dials, told.outcomes, [one.counts_as for one in told.answered]) == (1, {"answered": 1}, [Fate.CONNECTED])
    third = await lead_of(ana)
    assert third["name"] in ("Theo Brandt", "Maya Marsh")

    assert (await ana.put(f"{API}/me/campaign", {"campaign": None})).status == 200
    await page.until(lambda page: me(page)["lead"] is None and me(page)["campaign"] is None)
    assert await lead_of(ana) is None
    assert (await ana.post(f"{API}/me/leads/{third['attempt']}/dial")).code == "not_found"
    logged = b"".join([msgspec.json.encode(one) async for batch in house.log.read(0) for one in batch])
    for personal in ("Maya", "Hartwell", "5550190", "Harbor", "Renewal due"):
        assert personal.encode() not in logged, "what she reads comes from the rows"


async def test_a_lead_waits_while_a_caller_is_taken_and_goes_with_the_campaign(house: House, mia: Client, ana: Client):
    of = await opened(house, mia)
    page = await (await ana.socket()).follow("desk")
    await ana.put(f"{API}/me/campaign", {"campaign": of})
    await page.until(lambda page: me(page)["lead"])
    read = me(page)["lead"]["attempt"]
    caller = house.call_in()
    await page.until(lambda page: page.call and page.call["offer"])
    assert page.call["campaign"] is None
    busy = await ana.post(f"{API}/me/leads/{read}/dial")
    assert (busy.status, busy.code) == (409, "busy")
    house.answer(ana.device)
    await page.until(lambda page: page.call["state"] == "connected")
    assert (me(page)["lead"]["attempt"], (await lead_of(ana))["attempt"]) == (read, read)
    house.hang_up(caller)
    await page.until(lambda page: me(page)["wrap_up"])
    await mia.post(f"{API}/campaigns/{of}/stop")
    await page.until(lambda page: me(page)["lead"] is None)
    assert me(page)["campaign"]["id"] == of
    assert house.engine.state.campaigns[CampaignId(str(of))].state == "stopped"


async def test_an_answered_dial_says_whose_it_is(house: House, mia: Client, ana: Client):
    of = await opened(house, mia, mode="progressive")
    page = await (await ana.socket()).follow("desk")
    await ana.put(f"{API}/me/campaign", {"campaign": of})
    await page.until(lambda page: page.call and page.call["state"] == "connected")
    assert page.call["campaign"] == {"id": of, "label": {"en": "Spring", "zh": "春季"}}
    assert {leg["role"] for leg in page.call["legs"]} == {"dialed", "taking"}, "her phone answers it by itself"
    lead = await lead_of(ana)
    assert (lead["attempt"], lead["name"], lead["reading"]) == (page.call["attempt"], "Maya Marsh", False)
