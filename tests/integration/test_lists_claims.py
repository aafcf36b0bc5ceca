"""Leads are claimed, released and settled on both databases: in order, under the gate, never twice, and along the index."""

import asyncio
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Select, select, text

from callcenter.kernel.center import Label, Opening
from callcenter.kernel.clock import DAY, HOUR, MINUTE
from callcenter.kernel.dialing import Mode, Outcome
from callcenter.kernel.ids import AgentId
from callcenter.kernel.law import AttemptCap, CallingHours, LawVersion, Pack, PackId, Rules
from callcenter.store import leads as claiming
from callcenter.store.claim_facts import LeadToDial
from callcenter.store.database import Database
from callcenter.store.do_not_call import DoNotCall
from callcenter.store.leads import Hold, Leads, Never, Pass
from callcenter.store.lists import ListChange
from callcenter.store.tables.leads import LeadAttemptRow, LeadRow
from dialer.compliance import verdict
from dialer.facts import CampaignFacts
from dialer.law import Law
from tests.integration.campaigning import NOW, Office, anyone, csv_file, phone, rows


@pytest.fixture
def dialing(database: Database) -> Leads:
    return Leads(database)


def ids(count: int, of: str = "a") -> list[str]:
    return [f"{of}{number}" for number in range(count)]


async def lead(office: Office, id: int) -> LeadRow:
    async with office.database.read() as session:
        return await session.get_one(LeadRow, id)


async def test_the_life_of_a_lead(office: Office, dialing: Leads, tmp_path: Path):
    campaign = await office.campaign()
    await office.imported(campaign, csv_file(tmp_path / "a.csv", [["Ann", phone(1)]]))
    (claim,) = (await dialing.claim(campaign, ["a1"], 7, NOW, anyone)).claims
    assert (claim.attempt, claim.e164, claim.name, claim.place, claim.rule) == ("a1", "+14152000001", "Ann", 0, "none/1/allowed")
    there = await lead(office, claim.lead)
    assert (there.state, there.next_at, there.attempt, there.attempts) == ("claimed", None, "a1", 0)
    assert (await dialing.claim(campaign, ["a2"], 7, NOW, anyone)).claims == ()
    assert await dialing.settle("a1", Outcome.BUSY, NOW + 20, NOW + HOUR)
    assert not await dialing.settle("a1", Outcome.ANSWERED, NOW + 21, None), "an attempt ends once"
    there = await lead(office, claim.lead)
    assert (there.state, there.next_at, there.attempts, there.outcome, there.last_at) == ("resting", NOW + HOUR, 1, "busy", NOW)
    assert (await dialing.claim(campaign, ["a2"], 7, NOW + HOUR - 1, anyone)).claims == ()
    (again,) = (await dialing.claim(campaign, ["a3"], 7, NOW + HOUR, anyone)).claims
    assert again.lead == claim.lead
    assert await dialing.settle("a3", Outcome.ANSWERED, NOW + HOUR + 1, None)
    there = await lead(office, claim.lead)
    assert (there.state, there.next_at, there.attempts, there.outcome) == ("done", None, 2, "answered")
    assert (await dialing.claim(campaign, ["a4"], 7, NOW + DAY, anyone)).claims == ()
    assert not await dialing.settle("never claimed", Outcome.BUSY, NOW, NOW)


async def test_promised_callbacks_go_first_and_the_longest_due_before_others(office: Office, dialing: Leads, tmp_path: Path):
    campaign = await office.campaign()
    await office.imported(campaign, csv_file(tmp_path / "a.csv", rows(4)))
    first, second = (await dialing.claim(campaign, ["a1", "a2"], 1, NOW, anyone)).claims
    assert (first.name, second.name) == ("Ann0", "Ann1"), "in the order of the file"
    await dialing.settle("a1", Outcome.NO_ANSWER, NOW + 1, NOW + 2)
    await dialing.settle("a2", Outcome.ANSWERED, NOW + 1, NOW + MINUTE, priority=9)
    found = (await dialing.claim(campaign, ids(9, "b"), 1, NOW + 1, anyone)).claims
    assert [one.name for one in found] == ["Ann2", "Ann3"]
    late = (await dialing.claim(campaign, ids(9, "c"), 1, NOW + MINUTE, anyone)).claims
    assert [one.name for one in late] == ["Ann1", "Ann0"]


async def test_what_the_gate_holds_is_not_looked_at_again(office: Office, dialing: Leads, tmp_path: Path):
    campaign = await office.campaign()
    await office.imported(campaign, csv_file(tmp_path / "a.csv", rows(6)))
    asked: list[int] = []

    def gate(one: LeadToDial) -> Pass | Hold | Never:
        asked.append(one.id)
        answers = (Hold(until=NOW + HOUR, reason="hours"), Hold(until=None, reason="cap_life"), Never(reason="do_not_call_own"))
        return answers[one.id % 4] if one.id % 4 < 3 else anyone(one)

    found = await dialing.claim(campaign, ids(6), 1, NOW, gate)
    assert found.looked_at == 6
    assert sum(found.held.values()) + len(found.claims) == 6
    assert (await dialing.claim(campaign, ids(6, "b"), 1, NOW, gate)).looked_at == 0
    assert len(asked) == 6
    async with office.database.read() as session:
        all_ = list(await session.scalars(select(LeadRow).order_by(LeadRow.id)))
    for one in all_:
        expected = [
            ("fresh", NOW + HOUR, "hours"), ("fresh", NOW + claiming.AGAIN_MS, "cap_life"),
            ("done", None, "do_not_call_own"), ("claimed", None, None),
        ][one.id % 4]  # fmt: skip
        assert (one.state, one.next_at, one.held) == expected
    assert await dialing.look_again(campaign, NOW) == sum(one.id % 4 < 2 for one in all_)
    assert (await dialing.claim(campaign, ids(6, "c"), 1, NOW, gate)).looked_at == sum(one.id % 4 < 2 for one in all_)


async def test_one_claim_looks_at_so_many_and_the_next_goes_on(
    office: Office, dialing: Leads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(claiming, "MOST_LOOKED_AT", 30)
    campaign = await office.campaign()
    await office.imported(campaign, csv_file(tmp_path / "a.csv", rows(70)))

    def gate(one: LeadToDial) -> Pass | Hold:
        return anyone(one) if one.id > 65 else Hold(until=NOW + HOUR, reason="hours")  # type: ignore[return-value]

    assert (await dialing.claim(campaign, ids(9), 1, NOW, gate)).held == {"hours": 30}
    assert (await dialing.claim(campaign, ids(9), 1, NOW, gate)).held == {"hours": 30}
    last = await dialing.claim(campaign, ids(9), 1, NOW, gate)
    assert (len(last.claims), last.held) == (5, {"hours": 5})


async def test_lists_by_priority_and_share(office: Office, dialing: Leads, tmp_path: Path):
    campaign = await office.campaign()
    one = await office.imported(campaign, csv_file(tmp_path / "one.csv", rows(300)), share=3)
    two = await office.imported(campaign, csv_file(tmp_path / "two.csv", rows(100, 300)), share=1)
    low = await office.imported(campaign, csv_file(tmp_path / "low.csv", rows(50, 500)), priority=-1)
    found = (await dialing.claim(campaign, ids(100), 1, NOW, anyone)).claims
    shares = Counter(claim.call_list for claim in found)
    assert 60 <= shares[one] <= 90, "three of four, by the attempts' ids"
    assert shares[one] + shares[two] == 100
    rest = (await dialing.claim(campaign, ids(400, "b"), 1, NOW, anyone)).claims
    assert Counter(claim.call_list for claim in (*found, *rest)) == {one: 300, two: 100, low: 50}
    await office.lists.change(low, ListChange(active=False))
    assert (await dialing.claim(campaign, ["c1"], 1, NOW, anyone)).claims == ()


async def test_a_list_that_is_empty_leaves_its_share_to_its_equals(office: Office, dialing: Leads, tmp_path: Path):
    campaign = await office.campaign()
    await office.imported(campaign, csv_file(tmp_path / "one.csv", rows(1)))
    two = await office.imported(campaign, csv_file(tmp_path / "two.csv", rows(60, 10)))
    await office.imported(campaign, csv_file(tmp_path / "low.csv", rows(60, 100)), priority=-1)
    found = (await dialing.claim(campaign, ids(50), 1, NOW, anyone)).claims
    assert Counter(claim.call_list for claim in found)[two] >= 49


async def test_assigned_leads_are_their_salespersons(office: Office, dialing: Leads, tmp_path: Path):
    campaign = await office.campaign()
    await office.imported(campaign, csv_file(tmp_path / "a.csv", rows(3)))
    async with office.database.read() as session:
        first = await session.scalar(select(LeadRow.id).order_by(LeadRow.id.desc()))
    assert first is not None
    await office.lists.assign([first], AgentId("ana"))
    (claim,) = (await dialing.claim(campaign, ["a1"], 1, NOW, anyone, agents=[AgentId("ana")])).claims
    assert (claim.lead, claim.agent) == (first, "ana"), "her own go first"
    await dialing.give_back(["a1"], NOW)
    found = (await dialing.claim(campaign, ids(5), 1, NOW, anyone)).claims
    assert first not in {one.lead for one in found}
    assert len(found) == 2


async def test_at_start_claims_without_an_event_are_released(office: Office, dialing: Leads, tmp_path: Path):
    campaign = await office.campaign()
    await office.imported(campaign, csv_file(tmp_path / "a.csv", rows(3)))
    old = (await dialing.claim(campaign, ["a1", "a2"], 7, NOW, anyone)).claims
    (new,) = (await dialing.claim(campaign, ["a3"], 8, NOW, anyone)).claims
    assert await dialing.release(8, {"a2"}, NOW + 5) == ("a1",)
    released, kept = await lead(office, old[0].lead), await lead(office, old[1].lead)
    assert (released.state, released.next_at, released.attempts) == ("fresh", NOW + 5, 0)
    assert (kept.state, kept.attempt) == ("claimed", "a2"), "it was dialed: what the carrier says settles it"
    assert (await lead(office, new.lead)).state == "claimed", "of this epoch"
    async with office.database.read() as session:
        assert sorted(await session.scalars(select(LeadAttemptRow.attempt))) == ["a2", "a3"]
    assert await dialing.release(8, {"a2"}, NOW + 6) == ()
    assert await dialing.settle("a2", Outcome.FAILED, NOW + 9, NOW + 10)
    assert not await dialing.settle("a1", Outcome.FAILED, NOW + 9, NOW + 10), "it was released"


async def test_a_dead_number_is_told_to_the_gate(office: Office, dialing: Leads, tmp_path: Path):
    campaign = await office.campaign()
    await office.imported(campaign, csv_file(tmp_path / "a.csv", [["Ann", phone(1), phone(2)]], ("Name", "Phone", "Mobile")))
    await dialing.claim(campaign, ["a1"], 1, NOW, anyone)
    await dialing.settle("a1", Outcome.INVALID, NOW + 1, NOW + 1, number_dead=True)
    seen: list[LeadToDial] = []

    def gate(one: LeadToDial) -> Pass | Hold:
        seen.append(one)
        return Pass(place=next(number.place for number in one.numbers if not number.dead), rule="r")

    (claim,) = (await dialing.claim(campaign, ["a2"], 1, NOW + 1, gate)).claims
    assert (claim.place, claim.e164) == (1, "+13122000002")
    assert [(place, past.outcome) for place, past in seen[0].past] == [(0, Outcome.INVALID)]


async def test_the_law_is_asked_with_what_the_rows_say(office: Office, dialing: Leads, tmp_path: Path):
    """The real gate: an attempt in another campaign counts for the number, and an opt-out holds from the next claim on."""
    always = CallingHours(weekdays=((Opening(0, 1440),),) * 7)
    rules = Rules(hours=always, attempts=(AttemptCap(limit=1, per="window", window_ms=DAY),))
    version = LawVersion(version="1", valid_from=date(2026, 1, 1), everywhere=rules)
    law = Law(Pack(id=PackId("test"), label=Label("Test", "测试"), versions=(version,)))

    def gate(one: LeadToDial) -> Pass | Hold:
        asked = one.numbers[0].asked
        said = verdict(law, asked.number, asked.lead, asked.history, CampaignFacts(mode=Mode.PREVIEW), NOW)
        return Pass(place=0, rule=said.rule.key) if said.allowed else Hold(until=said.until, reason=str(said.code))

    spring, autumn = await office.campaign(), await office.campaign("autumn")
    await office.imported(spring, csv_file(tmp_path / "a.csv", rows(1)))
    await office.imported(autumn, csv_file(tmp_path / "b.csv", rows(3)))
    await DoNotCall(office.database).add(phone(1), "US", "key", NOW)
    (claim,) = (await dialing.claim(spring, ["a1"], 1, NOW - HOUR, gate, ())).claims or await due_now(dialing, spring, gate)
    assert claim.rule == "allowed"
    await dialing.settle(claim.attempt, Outcome.NO_ANSWER, NOW, NOW + HOUR)
    found = await dialing.claim(autumn, ids(5, "b"), 1, NOW, gate)
    assert [one.name for one in found.claims] == ["Ann2"]
    assert found.held == {"cap_window": 1, "do_not_call_own": 1}


async def due_now(dialing: Leads, campaign: int, gate: claiming.Gate) -> tuple[claiming.Claim, ...]:
    """Nothing is due before it was imported."""
    return (await dialing.claim(campaign, ["a1"], 1, NOW, gate)).claims


async def test_several_claimers_never_get_one_lead(office: Office, rows_url: str, tmp_path: Path):
    """Each with a connection pool of its own, as separate processes have."""
    campaign = await office.campaign()
    await office.imported(campaign, csv_file(tmp_path / "a.csv", rows(200)))
    databases = [Database(rows_url) for _ in range(4)]
    try:
        claimers = [claims(Leads(database), campaign, f"c{number}") for number, database in enumerate(databases)]
        found = [one for some in await asyncio.gather(*claimers) for one in some]
    finally:
        for database in databases:
            await database.close()
    assert len(found) == 200
    assert len(set(found)) == 200


async def claims(dialing: Leads, campaign: int, name: str) -> list[int]:
    """Until nothing is left: who skips what another has locked may come back empty-handed while that one commits."""
    got: list[int] = []
    for turn in range(400):
        found = (await dialing.claim(campaign, ids(7, f"{name}-{turn}-"), 1, NOW, anyone)).claims
        if not found:
            break
        got += [one.lead for one in found]
    return got


async def plan(database: Database, query: Select) -> str:  # type: ignore[type-arg]
    compiled = query.compile(database.engine.sync_engine, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN" if database.sqlite else "EXPLAIN"
    async with database.write() as session:
        if not database.sqlite:
            await session.execute(text("ANALYZE lead"))
        return "\n".join(str(tuple(row)) for row in await session.execute(text(f"{explain} {compiled}")))


async def test_picking_walks_along_the_index(office: Office, tmp_path: Path):
    campaign = await office.campaign()
    call_list = await office.imported(campaign, csv_file(tmp_path / "a.csv", rows(3_000)))
    highest, below = claiming.highest(call_list, "", None), claiming.highest(call_list, "", 5)
    for query in (claiming.due(call_list, "", 0, NOW, 20), highest, below):
        told = await plan(office.database, query)
        assert "ix_lead_next" in told, told
        assert "sort" not in told.lower(), told
        assert "temp b-tree" not in told.lower(), told
        assert "seq scan" not in told.lower(), told
