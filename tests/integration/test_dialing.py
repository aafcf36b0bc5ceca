"""The hub dials a campaign end to end: rows, gate, claims, dials, answers, agents, outcomes, rows again; on both databases."""

from pathlib import Path

from sqlalchemy import select

from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.campaign_state import CampaignState
from callcenter.kernel.center import Opening
from callcenter.kernel.dialing import Mode, Outcome
from callcenter.kernel.law import CallingHours, Rules
from callcenter.kernel.words import CallEnd, Fate
from callcenter.simulation.phones import Outside
from callcenter.store.database import Database
from callcenter.store.do_not_call import DoNotCall
from callcenter.store.tables.leads import LeadAttemptRow, LeadRow
from reporting.records import RecordBook
from tests.integration.campaigning import Office, csv_file, phone
from tests.integration.dialing import Dialer, campaign, law


def e164(number: int) -> str:
    return "+1" + "".join(digit for digit in phone(number) if digit.isdigit())


async def filled(dialer: Dialer, office: Office, id: str, tmp_path: Path, count: int, first: int = 0) -> list[str]:
    """So many leads with a number each, which are returned."""
    numbers = range(first, first + count)
    await office.imported(int(id), csv_file(tmp_path / f"list{first}.csv", [[f"Ann{n}", phone(n)] for n in numbers]))
    return [e164(number) for number in numbers]


async def rows(dialer: Dialer) -> list[LeadRow]:
    async with dialer.database.read() as session:
        return list(await session.scalars(select(LeadRow).order_by(LeadRow.id)))


async def attempts(dialer: Dialer) -> list[LeadAttemptRow]:
    async with dialer.database.read() as session:
        return list(await session.scalars(select(LeadAttemptRow).order_by(LeadAttemptRow.claimed_at)))


async def test_a_lead_is_dialed_answered_and_given_to_an_agent(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await dialer.opens(campaign())
    one, two = await filled(dialer, office, spring, tmp_path, 2)
    dialer.behave(one, after_ms=4_000, hangs_up_after_ms=20_000)
    dialer.behave(two, does="busy")
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: len(dialer.all(e.AttemptSettled)) == 1)
    await dialer.wraps_up()
    await dialer.until(lambda: len(dialer.all(e.AttemptSettled)) == 2)
    assert dialer.dialed == [one, two], "one free agent, one dial at a time"
    connected = dialer.all(e.CallConnected)
    assert [event.agent for event in connected] == ["ana"]
    over = {event.lead: event for event in dialer.all(e.AttemptOver)}
    assert [event.outcome for event in over.values()] == [Outcome.ANSWERED, Outcome.BUSY]
    first, second = await rows(dialer)
    assert (first.state, first.outcome, first.attempts) == ("done", "answered", 1)
    assert (second.state, second.outcome, second.attempts) == ("resting", "busy", 1)
    assert second.next_at is not None
    assert second.next_at > dialer.now
    assert [row.outcome for row in await attempts(dialer)] == ["answered", "busy"]
    assert {row.rule for row in await attempts(dialer)} == {"test 1 allowed"}
    judged = dialer.all(e.AttemptJudged)
    assert [event.fate for event in judged] == [Fate.CONNECTED]
    assert dialer.watch.violations == []
    campaign_row = await dialer.campaigns.campaign(int(spring))
    assert campaign_row.state == "running"
    book = RecordBook()
    for recorded in dialer.log:
        book.apply(recorded)
    records = [(one.direction, one.campaign, one.lead, one.dial_outcome, one.fate) for one in book.records.values()]
    assert records == [
        ("outbound", spring, first.id, Outcome.ANSWERED, Fate.CONNECTED),
        ("outbound", spring, second.id, Outcome.BUSY, None),
    ]
    answered = next(one for one in book.records.values() if one.dial_outcome is Outcome.ANSWERED)
    assert [(entry.queue, entry.agent) for entry in answered.entries] == [(f"campaign/{spring}", "ana")]
    assert all(one.settled for one in book.records.values())


async def test_nothing_is_dialed_without_agents_and_at_once_when_the_last_one_goes(
    dialer: Dialer, office: Office, tmp_path: Path
):
    spring = await dialer.opens(campaign(mode=Mode.PREDICTIVE))
    await filled(dialer, office, spring, tmp_path, 30)
    dialer.network.anywhere = Outside(does="no_answer")
    await dialer.starts(spring)
    await dialer.advances(60)
    assert dialer.dialed == []
    await dialer.works("ana", spring)
    await dialer.until(lambda: dialer.dialed != [])
    await dialer.asks(c.SetNotReady(agent="ana", reason="break"))  # type: ignore[arg-type]
    rung = len(dialer.dialed)
    await dialer.advances(120)
    assert len(dialer.dialed) == rung


async def test_an_answer_that_no_agent_takes_hears_the_message_and_may_opt_out(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await dialer.opens(campaign())
    (one,) = await filled(dialer, office, spring, tmp_path, 1)
    dialer.behave(one, after_ms=4_000)
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: dialer.dialed != [])
    dialer.network.unregister("phone-ana", dialer.now)  # her line is gone before the callee is there
    await dialer.until(lambda: dialer.all(e.MessageBegan) != [])
    answered, message = dialer.all(e.AttemptAnswered)[0], dialer.all(e.MessageBegan)[0]
    began_at = next(recorded.at for recorded in dialer.log if recorded.event is message)
    answered_at = next(recorded.at for recorded in dialer.log if recorded.event is answered)
    assert message.abandoned
    assert began_at - answered_at == 2_000
    (judged,) = [recorded for recorded in dialer.log if isinstance(recorded.event, e.AttemptJudged)]
    assert judged.at == began_at, "it is counted in the same decision"
    assert isinstance(judged.event, e.AttemptJudged)
    assert judged.event.fate is Fate.ABANDONED
    call = dialer.hub.state.calls[message.call]
    assert call.customer is not None
    dialer.network.press(call.customer, "9", dialer.now)
    await dialer.settles()
    assert await DoNotCall(dialer.database).listed(one, "US") == ("own",)
    await dialer.until(lambda: dialer.all(e.AttemptSettled) != [])
    assert [event.end for event in dialer.all(e.CallOver)] == [CallEnd.DROPPED]
    (lead,) = await rows(dialer)
    assert lead.outcome == "abandoned"
    assert dialer.watch.violations == []


async def test_a_stop_ends_what_rings_and_gives_back_what_was_claimed(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await dialer.opens(campaign())
    await filled(dialer, office, spring, tmp_path, 3)
    dialer.network.anywhere = Outside(does="no_answer")
    await dialer.works("ana", spring)
    await dialer.works("bo", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: len(dialer.dialed) == 2)
    await dialer.asks(c.StopCampaign(campaign=spring))
    await dialer.advances(1)
    assert [event.outcome for event in dialer.all(e.AttemptOver)] == [Outcome.CANCELLED, Outcome.CANCELLED]
    assert not dialer.network.lines
    assert dialer.hub.state.attempts == {}
    assert [row.state for row in await rows(dialer)] == ["resting", "resting", "fresh"]
    assert (await dialer.campaigns.campaign(int(spring))).state == "stopped"
    await dialer.advances(600)
    assert len(dialer.dialed) == 2


async def test_a_claim_that_comes_after_the_stop_is_given_back(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await dialer.opens(campaign())
    await filled(dialer, office, spring, tmp_path, 3)
    await dialer.works("ana", spring)

    dialer.right_after["ClaimLeads"] = c.PauseCampaign(campaign=spring)
    await dialer.starts(spring)
    await dialer.advances(5)
    assert dialer.dialed == []
    assert [event.why for event in dialer.all(e.AttemptsDropped)] == ["paused"]
    assert [row.state for row in await rows(dialer)] == ["fresh"] * 3
    assert await attempts(dialer) == []


async def test_a_dead_trunk_pauses_the_campaign_and_it_goes_on_by_itself(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await dialer.opens(campaign())
    await filled(dialer, office, spring, tmp_path, 40)
    dialer.network.anywhere = Outside(does="fails")
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: dialer.all(e.CampaignPaused) != [])
    dead = len(dialer.dialed)
    assert dead == 8
    paused = dialer.all(e.CampaignPaused)[0]
    assert (paused.why.value, paused.until is not None) == ("trunk", True)
    assert (await dialer.campaigns.campaign(int(spring))).state == "paused"
    dialer.network.anywhere = Outside(does="busy", rings_after_ms=300)
    await dialer.until(lambda: dialer.hub.state.campaigns[spring].state is CampaignState.RUNNING)
    await dialer.advances(60)
    assert len(set(dialer.dialed)) == 40
    assert {row.outcome for row in await rows(dialer)} == {"busy"}, "those that failed were dialed again"


async def test_the_law_holds_whoever_is_claimed(database: Database, office: Office, tmp_path: Path):
    night = CallingHours(weekdays=tuple((Opening(20 * 60, 21 * 60),) for _ in range(7)))
    dialer = Dialer(database, law(everywhere=Rules(hours=night)))
    spring = await dialer.opens(campaign())
    await filled(dialer, office, spring, tmp_path, 5)
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.advances(10)
    assert dialer.dialed == []
    assert {row.held for row in await rows(dialer)} == {"hours"}
    assert dialer.hub.state.campaigns[spring].held == {"hours": 5}
