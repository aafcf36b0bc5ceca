"""Campaigns over the API, with real lists: planned, changed by two people, looked at before they dial."""

import asyncio
from typing import get_args

import msgspec
import pytest

from callcenter.api.holds import HOLDS
from callcenter.api.schemas import campaigns as m
from callcenter.api.schemas import lists as s
from callcenter.kernel import commands as c
from callcenter.kernel.dialing import Machines, Mode, Outcome
from callcenter.runtime import clock
from callcenter.store.campaign_values import read_campaigns
from callcenter.store.leads import Leads, Pass
from callcenter.store.target_groups import FIELDS
from dialer.columns import Field
from dialer.compliance import Hold
from dialer.preflight import WORDS
from dialer.reasons import REASONS
from tests.api.house import LAWS, Client, House
from tests.api.test_lists import API, begun, campaign, csv, settled
from tests.integration.campaigning import rows
from tests.unit.hub.story import PEOPLE


@pytest.fixture
async def mia(house: House) -> Client:
    return await house.signed_in("mia")


def test_the_words_of_the_dialer_are_the_apis():
    assert set(get_args(m.HoldCode)) == {hold.value for hold in Hold} == {hold.value for hold in HOLDS}
    assert all(words.en != words.zh and words.zh for words in HOLDS.values())
    assert HOLDS.keys() == WORDS.keys()
    assert set(get_args(m.Outcome)) == {outcome.value for outcome in Outcome}
    assert set(get_args(m.Mode)) == {mode.value for mode in Mode}
    assert set(get_args(m.Machines)) == {one.value for one in Machines}
    assert get_args(s.LeadField) == get_args(Field)
    assert set(get_args(s.RefusalCode)) == REASONS.keys()
    assert set(get_args(s.ConditionBody.__annotations__["field"])) == set(FIELDS)


async def test_a_campaign_is_planned_and_two_people_do_not_overwrite_each_other(house: House, mia: Client):
    of = await campaign(mia, mode="progressive")
    first = (await mia.get(f"{API}/campaigns/{of}")).json()
    assert (first["state"], first["agents"], first["retry"]["most_attempts"]) == ("draft", 3, 8)
    plan = {
        "seen": first["changed_at"], "first_day": "2026-11-01", "last_day": "2026-11-30", "goal": 40,
        "goal_outcomes": ["resolved"],
        "planned_calls": 1200, "budget": 300.5, "cost_per_call": 0.02, "currency": "EUR",
        "skill": "billing", "minimum_level": 5, "teams": ["day"], "caller_id": "(212) 555-0100", "ring_ms": 20_000,
    }  # fmt: skip
    rules = [rule | {"waits_ms": [60_000], "attempts": 2} for rule in first["retry"]["rules"] if rule["outcome"] == "busy"]
    plan["retry"] = {"most_attempts": 5, "rules": rules, "recycling": {"after_ms": 86_400_000, "rounds": 2}}
    changed = await mia.ask("PATCH", f"{API}/campaigns/{of}", plan)
    assert changed.status == 200, changed.text
    now = changed.json()
    assert (now["caller_id"], now["goal_outcomes"], now["agents"], now["currency"]) == ("+12125550100", ["resolved"], 1, "EUR")
    busy, other = (
        next(rule for rule in now["retry"]["rules"] if rule["outcome"] == outcome) for outcome in ("busy", "no_answer")
    )
    assert (busy["waits_ms"], other) == (
        [60_000], next(rule for rule in first["retry"]["rules"] if rule["outcome"] == "no_answer"),
    )  # fmt: skip

    late = await mia.ask("PATCH", f"{API}/campaigns/{of}", {"seen": first["changed_at"], "goal": 1})
    assert (late.status, late.code) == (409, "conflict")
    for odd, code in (
        ({"law": "mars"}, "unknown_law"), ({"skill": "juggling"}, "no_skill"), ({"teams": ["north"]}, "no_team"),
        ({"goal_outcomes": ["nothing"]}, "unknown_disposition"), ({"caller_id": "12"}, "bad_number"),
        ({"last_day": "2026-10-01"}, "bad_day"), ({"ring_ms": 1}, "bad_request"), ({"retry": None}, "bad_request"),
        ({"machines": "message"}, "bad_message"), ({"machines": "shout"}, "bad_request"),
        ({"voicemail": "nowhere"}, "unknown_prompt"),
    ):  # fmt: skip
        reply = await mia.ask("PATCH", f"{API}/campaigns/{of}", {"seen": now["changed_at"], **odd})
        assert (reply.status // 100, reply.code) == (4, code), reply.text
        assert reply.json()["message"]["zh"] != reply.json()["message"]["en"]
    twice = await asyncio.gather(*(mia.post(f"{API}/campaigns", {"name": "same", "label": first["label"]}) for _ in range(2)))
    assert sorted(one.status for one in twice) == [201, 409]
    assert [one["name"] for one in (await mia.get(f"{API}/campaigns")).json()["items"]] == ["same", "spring"]
    told = (await (await house.signed_in("uma")).get(f"{API}/audit?action=campaign_changed")).json()["items"]
    assert '"ring_ms"' in told[0]["details"]
    message = {"seen": now["changed_at"], "machines": "message", "voicemail": "welcome"}
    left = await mia.ask("PATCH", f"{API}/campaigns/{of}", message)
    assert (left.status, left.json()["machines"], left.json()["voicemail"]) == (200, "message", "welcome"), left.text


async def test_pre_flight_counts_every_lead_once_and_says_what_holds_it(house: House, mia: Client):
    of = await campaign(mia)
    made = await begun(mia, of, csv(rows(12)), priority=5)
    off = await begun(mia, of, csv(rows(4, 100)), "West")
    leads = (await mia.get(f"{API}/lists/{(await settled(mia, made))['id']}/leads")).json()["items"]
    await settled(mia, off)
    await mia.ask("PATCH", f"{API}/lists/{off}", {"active": False})
    for lead in leads[5:8]:
        await mia.post(f"{API}/do-not-call/numbers", {"number": lead["numbers"][0]["number"]["value"]})
    dialing, now = Leads(house.database), clock.now()
    taken = await dialing.claim(of, ["a1", "a2", "a3"], 1, now, lambda lead: Pass(place=0, rule="none"))
    await dialing.settle("a1", Outcome.ANSWERED, now, None)
    await dialing.settle("a2", Outcome.BUSY, now, now + 600_000)

    found = (await mia.get(f"{API}/campaigns/{of}/preflight")).json()
    assert (found["done"], found["not_due"], found["claimed"], found["switched_off"]) == (1, 1, 1, 4)
    assert found["not_due_until"] == now + 600_000
    own = [one for one in found["held"] if one["code"] == "do_not_call_own"]
    assert [claim.lead for claim in taken.claims] == [lead["id"] for lead in leads[:3]]
    assert [(one["leads"], one["until"]) for one in own] == [(3, None)]
    assert found["leads"] == 16 == found["callable_now"] + 3 + 1 + 1 + 1 + 4

    coming = (await mia.get(f"{API}/campaigns/{of}/next?limit=50")).json()["items"]
    assert len(coming) == 10, "everybody who waits: due, or later"
    assert coming[-1]["due_at"] == now + 600_000
    assert [one["reason"]["en"] for one in coming if not one["allowed"]] == ["On the center's do-not-call list"] * 3
    assert all(one["rule"].startswith("none ") for one in coming)
    stood = (await mia.get(f"{API}/campaigns/{of}/progress")).json()
    assert (stood["dials"], stood["open"], stood["reached"], stood["leads"]["fresh"]) == (3, 1, 1, 13)
    assert stood["outcomes"] == [{"outcome": "answered", "dials": 1}, {"outcome": "busy", "dials": 1}]

    seen = (await mia.get(f"{API}/campaigns/{of}")).json()["changed_at"]
    await mia.ask("PATCH", f"{API}/campaigns/{of}", {"seen": seen, "law": "china-example"})
    strict = (await mia.get(f"{API}/campaigns/{of}/preflight")).json()
    assert (strict["callable_now"], strict["leads"]) == (0, 16)
    assert strict["held"][0]["code"] == "country_not_covered"
    assert strict["held"][0]["rules"][0]["rule"].startswith("china-example ")


async def test_without_a_law_nothing_is_asked(mia: Client):
    of = await campaign(mia, law=None)
    assert (await mia.get(f"{API}/campaigns/{of}/preflight")).json()["law"] is None
    refused = await mia.get(f"{API}/campaigns/{of}/next")
    assert (refused.status, refused.code) == (409, "no_law")
    laws = {one["id"]: one for one in (await mia.get(f"{API}/laws")).json()["items"]}
    assert laws["none"]["hours"] is None
    assert laws["us-federal"]["abandon_share"] == 0.03
    assert laws["us-federal"]["registries"] == ["us-national"]
    assert laws["us-federal"]["hours"][0] == [{"since": 480, "until": 1260}]


async def test_a_campaign_starts_pauses_stops_and_says_why_it_dials_nothing(house: House, mia: Client):
    of = await campaign(mia)
    unknown = await mia.post(f"{API}/campaigns/{of}/start")
    assert (unknown.status, unknown.code) == (404, "not_found"), "the hub has not been told of it yet"
    assert (await mia.get(f"{API}/campaigns/{of}/live")).json()["causes"][0]["code"] == "no_campaign"
    async with house.database.read() as session:
        campaigns = await read_campaigns(session)
    center = msgspec.structs.replace(house.engine.state.center, campaigns=campaigns, laws=LAWS)
    await house.engine.ask(c.ApplyCenter(version=2, center=center, personal=PEOPLE))

    for move, state, cause in (
        ("start", "running", "no_agents"), ("start", "running", "no_agents"), ("pause", "paused", "paused_asked"),
        ("start", "running", "no_agents"), ("stop", "stopped", "not_running"),
    ):  # fmt: skip
        live = (await mia.post(f"{API}/campaigns/{of}/{move}")).json()
        assert (live["state"], cause in {one["code"] for one in live["causes"]}) == (state, True), (move, live)
        assert (await mia.get(f"{API}/campaigns/{of}")).json()["state"] == state
    assert all(one["text"]["zh"] != one["text"]["en"] for one in live["causes"])
    refused = await mia.post(f"{API}/campaigns/{of}/pause")
    assert (refused.status, refused.code) == (409, "campaign_state")
    assert (await mia.post(f"{API}/campaigns/{of}/finish")).json()["state"] == "finished"
    assert (await mia.post(f"{API}/campaigns/{of}/start")).code == "campaign_state"
    told = (await (await house.signed_in("uma")).get(f"{API}/audit?action=campaign_stopped")).json()["items"]
    assert [(one["login"], one["subject"]) for one in told] == [("mia", f"campaigns/{of}")]
