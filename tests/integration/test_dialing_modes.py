"""Predictive, agentless and preview: the same path with another number, and the choice of an agent before the dial."""

from pathlib import Path

import pytest

from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.center import Opening
from callcenter.kernel.clock import MINUTE
from callcenter.kernel.dialing import Mode, Outcome
from callcenter.kernel.errors import NotFound, Refused
from callcenter.kernel.ids import AgentId
from callcenter.kernel.law import AbandonCap, CallingHours, Rules
from callcenter.kernel.words import CallEnd, Fate
from callcenter.simulation.phones import Outside
from callcenter.store.campaigns import CampaignChange
from callcenter.store.database import Database
from callcenter.store.do_not_call import DoNotCall
from tests.integration.campaigning import Office
from tests.integration.dialing import NOON, Dialer, campaign, law
from tests.integration.test_dialing import attempts, filled, rows

ANA, BO = AgentId("ana"), AgentId("bo")


async def test_predictive_dials_more_than_there_are_agents(database: Database, office: Office, tmp_path: Path):
    dialer = Dialer(database, law(abandon=AbandonCap(share=0.2, window_days=30)))
    spring = await dialer.opens(campaign(mode=Mode.PREDICTIVE))
    numbers = await filled(dialer, office, spring, tmp_path, 300)
    for place, number in enumerate(numbers):
        if place % 5:
            dialer.behave(number, does="no_answer")
        else:
            dialer.behave(number, after_ms=6_000, hangs_up_after_ms=30_000)
    for name in ("ana", "bo"):
        await dialer.works(name, spring)
    await dialer.starts(spring)
    most = 0
    for _ in range(500):
        await dialer.advances(1)
        await dialer.wraps_up()
        most = max(most, sum(line.number is not None and line.state != "up" for line in dialer.network.lines.values()))
    assert most > 2, "with one answer in five, two agents are kept busy by more than two dials"
    asked = dialer.all(e.LeadsAsked)
    assert all(event.inputs.alpha <= event.inputs.tau or event.inputs.free for event in asked)
    judged = [event.fate for event in dialer.all(e.AttemptJudged)]
    assert judged.count(Fate.CONNECTED) > 5
    assert judged.count(Fate.ABANDONED) <= 0.2 * len(judged)
    counter = dialer.hub.state.campaigns[spring].counter
    assert counter is not None
    assert sum(day.connected + day.abandoned for day in counter.days.values()) == len(judged)
    assert dialer.watch.violations == []


async def test_without_agents_the_message_is_said_and_the_key_opts_out(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await dialer.opens(campaign(mode=Mode.AGENTLESS, lines=2))
    one, two, three = await filled(dialer, office, spring, tmp_path, 3)
    await dialer.starts(spring)
    await dialer.advances(1)
    assert dialer.dialed == [one, two], "as many as it has lines"
    await dialer.until(lambda: len(dialer.all(e.MessageBegan)) == 2)
    call = dialer.hub.state.calls[dialer.all(e.MessageBegan)[0].call]
    assert call.customer is not None
    dialer.network.press(call.customer, "9", dialer.now)
    await dialer.until(lambda: len(dialer.all(e.AttemptSettled)) == 3)
    assert dialer.dialed == [one, two, three]
    assert {event.end for event in dialer.all(e.CallOver)} == {CallEnd.MESSAGE_HEARD}
    assert {event.outcome for event in dialer.all(e.AttemptOver)} == {Outcome.ANSWERED}
    assert {event.fate for event in dialer.all(e.AttemptJudged)} == {Fate.CONNECTED}
    assert await DoNotCall(dialer.database).listed(one, "US") == ("own",)
    assert await DoNotCall(dialer.database).listed(two, "US") == ()
    assert dialer.watch.violations == []


async def test_a_lead_is_read_and_dialed_by_its_agent(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await dialer.opens(campaign(mode=Mode.PREVIEW))
    one, two, _ = await filled(dialer, office, spring, tmp_path, 3)
    dialer.behave(one, after_ms=4_000, hangs_up_after_ms=10_000)
    await dialer.works("ana", spring)
    await dialer.works("bo", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: len(dialer.all(e.LeadPreviewed)) == 2)
    assert dialer.dialed == []
    first, second = dialer.all(e.LeadPreviewed)
    assert (first.agent, second.agent) == (ANA, BO)
    with pytest.raises(NotFound):
        await dialer.asks(c.DialLead(agent=BO, attempt=first.attempt))
    call = (await dialer.asks(c.DialLead(agent=ANA, attempt=first.attempt))).call
    assert (await dialer.asks(c.DialLead(agent=ANA, attempt=first.attempt))).call == call, "repeated, it dials nobody twice"
    with pytest.raises(NotFound):
        await dialer.asks(c.DialLead(agent=BO, attempt=first.attempt))
    await dialer.asks(c.SkipLead(agent=BO, attempt=second.attempt))
    await dialer.until(lambda: dialer.all(e.CallConnected) != [])
    assert dialer.dialed == [one]
    await dialer.until(lambda: dialer.all(e.AttemptSettled) != [])
    assert [event.fate for event in dialer.all(e.AttemptJudged)] == [Fate.CONNECTED]
    limits = [one.event.limit_at - one.at for one in dialer.log if isinstance(one.event, e.WrapUpStarted)]
    assert limits == [1_000], "the campaign's"
    assert next(row for row in await rows(dialer) if row.attempts).outcome == "answered"
    assert two not in dialer.dialed
    assert dialer.watch.violations == []


async def test_a_lead_that_nobody_reads_in_time_goes_back(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await dialer.opens(campaign(mode=Mode.PREVIEW, preview_ms=30_000))
    await filled(dialer, office, spring, tmp_path, 1)
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: dialer.all(e.LeadPreviewed) != [])
    await dialer.advances(29)
    assert [event.why for event in dialer.all(e.AttemptsDropped)] == []
    await dialer.advances(2)
    assert [event.why for event in dialer.all(e.AttemptsDropped)] == ["not read in time"]
    await dialer.asks(c.WorkCampaign(agent=ANA, campaign=None))
    await dialer.advances(1)
    assert [row.state for row in await rows(dialer)] == ["fresh"]
    assert await attempts(dialer) == []


async def test_whose_device_fails_has_dialed_nobody(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await dialer.opens(campaign(mode=Mode.PREVIEW))
    await filled(dialer, office, spring, tmp_path, 1)
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: dialer.all(e.LeadPreviewed) != [])
    await dialer.decides(c.DialLead(agent=ANA, attempt=dialer.all(e.LeadPreviewed)[0].attempt))
    dialer.network.unregister("phone-ana", dialer.now)
    await dialer.advances(1)
    assert dialer.dialed == []
    assert [event.why for event in dialer.all(e.AttemptsDropped)] == ["never dialed"]
    assert [row.state for row in await rows(dialer)] == ["fresh"]


async def test_the_window_is_asked_once_more_before_the_dial(database: Database, office: Office, tmp_path: Path):
    until = CallingHours(weekdays=tuple((Opening(8 * 60, 13 * 60 + 1),) for _ in range(7)))
    dialer = Dialer(database, law(everywhere=Rules(hours=until)))
    spring = await dialer.opens(campaign(mode=Mode.PREVIEW))
    await filled(dialer, office, spring, tmp_path, 1)
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: dialer.all(e.LeadPreviewed) != [], 10)
    await dialer.advances((NOON + MINUTE - dialer.now) / 1000 + 1)
    with pytest.raises(Refused, match="time of day"):
        await dialer.asks(c.DialLead(agent=ANA, attempt=dialer.all(e.LeadPreviewed)[0].attempt))
    assert dialer.dialed == []


async def test_a_claim_that_comes_late_is_not_dialed_outside_the_window(database: Database, office: Office, tmp_path: Path):
    until = CallingHours(weekdays=tuple((Opening(8 * 60, 13 * 60 + 1),) for _ in range(7)))
    dialer = Dialer(database, law(everywhere=Rules(hours=until)))
    spring = await dialer.opens(campaign())
    await filled(dialer, office, spring, tmp_path, 1)
    await dialer.works("ana", spring)

    def slow(step: str) -> None:
        if step == "after ClaimLeads":
            dialer.now = NOON + MINUTE

    dialer.hook = slow
    await dialer.starts(spring)
    await dialer.advances(120)
    assert dialer.dialed == []
    assert [event.why for event in dialer.all(e.AttemptsDropped)] == ["hours"]


async def test_a_call_in_a_queue_goes_first(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await dialer.opens(campaign())
    (one,) = await filled(dialer, office, spring, tmp_path, 1)
    dialer.behave(one, after_ms=5_000)
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: dialer.dialed != [])
    leg = dialer.network.call_in("+12125550123", "+15555550100")
    await dialer.until(lambda: any(call.inbound and call.node == "tongue" for call in dialer.hub.state.calls.values()))
    dialer.network.press(leg, "1", dialer.now)
    await dialer.until(lambda: any(call.inbound and call.node == "menu" for call in dialer.hub.state.calls.values()))
    dialer.network.press(leg, "1", dialer.now)
    await dialer.until(lambda: any(event.queue == "billing" for event in dialer.all(e.CallQueued)))
    assert dialer.all(e.OfferMade)[0].call == dialer.all(e.CallArrived)[0].call
    await dialer.until(lambda: dialer.all(e.AttemptJudged) != [])
    assert [event.fate for event in dialer.all(e.AttemptJudged)] == [Fate.ABANDONED]


async def test_the_mode_may_change_while_it_runs(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await dialer.opens(campaign())
    await filled(dialer, office, spring, tmp_path, 5)
    dialer.network.anywhere = Outside(does="no_answer")
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: len(dialer.dialed) == 1)
    await dialer.campaigns.change(int(spring), CampaignChange(mode=Mode.PREVIEW), "ana", dialer.now)
    await dialer.center_changes()
    await dialer.advances(40)
    assert len(dialer.dialed) == 1
    assert len(dialer.all(e.LeadPreviewed)) >= 1


async def test_a_campaign_is_for_its_skill(dialer: Dialer):
    spring = await dialer.opens(campaign(skill="technical", minimum_level=4))
    with pytest.raises(Refused, match="other teams or skills"):
        await dialer.works("ana", spring)
    await dialer.works("chen", spring)
    assert dialer.hub.state.agents[AgentId("chen")].campaign == spring
