"""Calls that were promised: hers or anyone's, kept in every mode, through the gate; moved, cancelled and given back."""

from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.center import Label, Opening
from callcenter.kernel.clock import DAY, HOUR, MINUTE
from callcenter.kernel.dialing import Mode, Outcome
from callcenter.kernel.errors import Conflict, Refused
from callcenter.kernel.follow_up import Disposition, Follow
from callcenter.kernel.ids import AgentId, CampaignId, LeadId
from callcenter.kernel.law import AttemptCap, CallingHours, Pack, Rules
from callcenter.operations.one_lead import lines, of_rows
from callcenter.simulation.phones import Outside
from callcenter.store.callbacks import Callbacks, Promise
from callcenter.store.campaigns import CampaignChange
from callcenter.store.database import Database
from callcenter.store.do_not_call import DoNotCall
from callcenter.store.tables.leads import CallbackRow
from dialer.compliance import Hold
from dialer.facts import CampaignFacts
from dialer.law import Law
from tests.integration.campaigning import Office
from tests.integration.dialing import NOON, Dialer, campaign, law
from tests.integration.test_dialing import attempts, filled, rows

ANA, BO = AgentId("ana"), AgentId("bo")
PROMISED = Disposition(code="promised", label=Label("Call back", "回拨"), follow=Follow.CALLBACK)


class Spring:
    """A campaign with a lead that ana talked with, promised for an hour later, and others whom nobody reaches."""

    def __init__(self, database: Database, office: Office, folder: Path) -> None:
        self.database, self.office, self.folder = database, office, folder

    async def promises(
        self, *, mine: bool, mode: Mode = Mode.PROGRESSIVE, others: int = 3, pack: Pack | None = None, after_ms: int = HOUR
    ) -> Dialer:
        self.dialer = dialer = Dialer(self.database, pack or law())
        self.id: CampaignId = await dialer.opens(campaign(mode=Mode.PROGRESSIVE, dispositions=(PROMISED,)))
        self.number, *self.others = await filled(dialer, self.office, self.id, self.folder, 1 + others)
        dialer.network.anywhere = Outside(does="no_answer")
        dialer.behave(self.number, after_ms=3_000, hangs_up_after_ms=10_000)
        await dialer.works("ana", self.id)
        await dialer.starts(self.id)
        await dialer.until(lambda: dialer.hub.state.agents[ANA].activity is Activity.WRAPPING)
        self.at = dialer.now + after_ms
        call = dialer.all(e.CallConnected)[0].call
        said = c.SetDisposition(agent=ANA, call=call, code="promised", at=self.at, mine=mine, note="ask for the brother")
        await dialer.asks(said)
        if mode is not Mode.PROGRESSIVE:
            await dialer.campaigns.change(int(self.id), CampaignChange(mode=mode), "ana", dialer.now)
            await dialer.center_changes()
        await dialer.asks(c.FinishWrapUp(agent=ANA))
        self.lead = LeadId((await rows(dialer))[0].id)
        return dialer

    async def promise(self) -> Promise:
        (found,) = await Callbacks(self.database).of_campaign(int(self.id))
        return found

    async def state(self) -> str:
        async with self.database.read() as session:
            return (await session.scalars(select(CallbackRow.state))).one()

    def rung(self) -> int:
        return self.dialer.dialed.count(self.number)

    async def away(self) -> None:
        """Ana works nothing."""
        await self.dialer.asks(c.WorkCampaign(agent=ANA, campaign=None))


@pytest.fixture
def spring(database: Database, office: Office, tmp_path: Path) -> Spring:
    return Spring(database, office, tmp_path)


@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, Mode.PREDICTIVE])
async def test_anyones_goes_before_every_other_when_its_hour_has_come(spring: Spring, mode: Mode):
    dialer = await spring.promises(mine=False, mode=mode, others=40)
    dialer.network.anywhere = Outside(does="busy")
    await dialer.advances((spring.at - dialer.now) / 1000 - 1)
    assert spring.rung() == 1, "not before its time"
    before = len(dialer.dialed)
    await dialer.until(lambda: spring.rung() == 2, 180)
    assert dialer.dialed[before:].index(spring.number) <= 3, "those that were asked for already go on"
    await dialer.until(lambda: dialer.hub.state.agents[ANA].activity is Activity.WRAPPING)
    await dialer.settles()
    assert await spring.state() == "kept"
    assert (await rows(dialer))[0].priority == 0
    assert dialer.watch.violations == []


async def test_hers_waits_for_her_and_is_taken_as_a_preview(spring: Spring):
    dialer = await spring.promises(mine=True)
    await dialer.works("bo", spring.id)
    promise = await spring.promise()
    assert (promise.agent, promise.at, promise.remind_at, promise.anyone_at) == (
        ANA, spring.at, spring.at - 5 * MINUTE, spring.at + 30 * MINUTE,
    )  # fmt: skip
    assert (promise.name, promise.e164, promise.note) == ("Ann0", spring.number, "ask for the brother")
    told = list(lines(await of_rows(spring.database, dialer.hub.state, spring.lead, dialer.now), "en"))
    assert any("answered, promised" in line for line in told)
    assert any("a callback was promised for" in line and "ana's; anyone's from" in line for line in told)
    assert any("now: callback -> " in line for line in told)
    take = c.TakeCallback(agent=ANA, campaign=spring.id, lead=spring.lead)
    await dialer.advances((promise.remind_at - dialer.now) / 1000 - 60)
    await dialer.until(lambda: dialer.hub.state.agents[ANA].activity is Activity.IDLE)
    await dialer.asks(take)
    assert dialer.all(e.LeadPreviewed) == [], "not before she is reminded"
    await dialer.advances((spring.at - dialer.now) / 1000 + 10 * 60)
    assert spring.rung() == 1, "nobody else dials it"
    await dialer.asks(c.TakeCallback(agent=BO, campaign=spring.id, lead=spring.lead))
    assert dialer.all(e.LeadPreviewed) == []
    await dialer.asks(take)
    await dialer.asks(take)
    (shown,) = dialer.all(e.LeadPreviewed)
    assert (shown.agent, shown.lead, shown.asked_for) == (ANA, spring.lead, True)
    assert dialer.hub.state.attempts[shown.attempt].reader == ANA
    await dialer.asks(c.DialLead(agent=ANA, attempt=shown.attempt))
    await dialer.until(lambda: any(event.agent == ANA for event in dialer.all(e.CallConnected)[1:]))
    await dialer.until(lambda: dialer.hub.state.agents[ANA].activity is Activity.WRAPPING)
    await dialer.settles()
    assert spring.rung() == 2
    assert await spring.state() == "kept"
    assert dialer.watch.violations == []


async def test_hers_that_is_skipped_stays_hers(spring: Spring):
    dialer = await spring.promises(mine=True, others=0)
    await spring.away()
    await dialer.advances(3600)
    await dialer.asks(c.TakeCallback(agent=ANA, campaign=spring.id, lead=spring.lead))
    (shown,) = dialer.all(e.LeadPreviewed)
    await dialer.asks(c.SkipLead(agent=ANA, attempt=shown.attempt))
    await dialer.works("bo", spring.id)
    await dialer.advances(600)
    assert spring.rung() == 1
    assert await spring.state() == "open"
    await dialer.asks(c.TakeCallback(agent=ANA, campaign=spring.id, lead=spring.lead))
    assert len(dialer.all(e.LeadPreviewed)) == 2


async def test_hers_is_anyones_when_she_does_not_come(spring: Spring):
    dialer = await spring.promises(mine=True, others=0)
    await dialer.asks(c.SignOut(agent=ANA))
    await dialer.works("bo", spring.id)
    await dialer.advances((spring.at - dialer.now) / 1000 + 29 * 60)
    assert spring.rung() == 1
    await dialer.until(lambda: spring.rung() == 2, 180)
    await dialer.until(lambda: dialer.all(e.CallConnected)[-1].agent == BO)


@pytest.mark.parametrize("mine", [True, False])
async def test_what_broke_on_our_side_keeps_the_promise_open(spring: Spring, mine: bool):
    dialer = await spring.promises(mine=mine, others=0)
    dialer.behave(spring.number, does="fails")
    await dialer.advances(3600)
    if mine:
        await dialer.asks(c.TakeCallback(agent=ANA, campaign=spring.id, lead=spring.lead))
        await dialer.asks(c.DialLead(agent=ANA, attempt=dialer.all(e.LeadPreviewed)[0].attempt))
    await dialer.until(lambda: len(dialer.all(e.AttemptSettled)) == 2)
    assert dialer.all(e.AttemptOver)[-1].outcome is Outcome.FAILED
    assert await spring.state() == "open"
    dialer.behave(spring.number, after_ms=3_000, hangs_up_after_ms=10_000)
    if not mine:
        await dialer.until(lambda: spring.rung() == 3, 300)
        await dialer.until(lambda: len(dialer.all(e.AttemptSettled)) == 3)
        assert await spring.state() == "kept"


async def test_who_is_not_reached_then_is_tried_by_the_plan(spring: Spring):
    dialer = await spring.promises(mine=False, others=0)
    dialer.behave(spring.number, does="busy")
    await dialer.until(lambda: len(dialer.all(e.AttemptSettled)) == 2, 4000)
    assert await spring.state() == "missed"
    (lead,) = await rows(dialer)
    assert (lead.state, lead.priority, lead.next_at) == ("resting", 0, (await attempts(dialer))[1].settled_at + 5 * MINUTE)  # type: ignore[operator]


async def test_nobody_keeps_it_for_ever(spring: Spring):
    dialer = await spring.promises(mine=False, others=0)
    await dialer.asks(c.PauseCampaign(campaign=spring.id))
    await dialer.advances(100 * 3600)
    await dialer.starts(spring.id)
    await dialer.advances(120)
    assert spring.rung() == 1
    assert await spring.state() == "expired"
    assert (await rows(dialer))[0].state == "done"


# -- the law ----------------------------------------------------------------------------------------------------------------

HOURS = CallingHours(weekdays=tuple((Opening(9 * 60, 17 * 60),) for _ in range(7)))
PREVIEW = CampaignFacts(mode=Mode.PREVIEW, agent_guaranteed=True, caller_id="+12125550000")


async def test_an_hour_that_the_law_forbids_is_refused_with_the_next_one(spring: Spring):
    pack = law(everywhere=Rules(hours=HOURS))
    dialer = await spring.promises(mine=True, pack=pack)
    attempt = dialer.all(e.AttemptDialed)[0].attempt
    evening = NOON + 7 * HOUR  # 20:00 in New York
    said = await Callbacks(spring.database).hour(attempt, evening, Law(pack), PREVIEW)
    assert (said.hold, said.until) == (Hold.HOURS, NOON + 20 * HOUR)
    assert said.until is not None
    assert (await Callbacks(spring.database).hour(attempt, said.until, Law(pack), PREVIEW)).hold is None
    for number in spring.others:
        dialer.behave(number, after_ms=3_000, hangs_up_after_ms=5_000)
    await dialer.until(lambda: len(dialer.all(e.CallConnected)) == 2)
    call = dialer.all(e.CallConnected)[1].call
    with pytest.raises(Refused, match="nobody may be called there"):
        await dialer.asks(c.SetDisposition(agent=ANA, call=call, code="promised", at=evening))


async def test_a_promise_passes_the_same_gate_when_its_hour_has_come(spring: Spring):
    dialer = await spring.promises(mine=False, others=0, pack=law(everywhere=Rules(hours=HOURS)), after_ms=3 * HOUR)
    await DoNotCall(spring.database).add(spring.number, "US", "administrator", dialer.now)
    await dialer.advances(4 * 3600)
    assert spring.rung() == 1
    assert (await rows(dialer))[0].held == "do_not_call_own"
    assert await spring.state() == "open"


@pytest.mark.parametrize("binds", [True, False])
async def test_whether_a_cap_binds_for_what_was_asked_for_the_pack_says(spring: Spring, binds: bool):
    pack = law(everywhere=Rules(attempts=(AttemptCap(limit=1, per="window", window_ms=DAY, callbacks=binds),)))
    dialer = await spring.promises(mine=False, others=0, pack=pack)
    said = await Callbacks(spring.database).hour(dialer.all(e.AttemptDialed)[0].attempt, spring.at, Law(pack), PREVIEW)
    assert said.hold is (Hold.CAP_WINDOW if binds else None)
    await dialer.advances(2 * 3600)
    assert spring.rung() == (1 if binds else 2)


# -- changed by people ------------------------------------------------------------------------------------------------------


async def test_it_is_moved_cancelled_and_taken_back(spring: Spring):
    dialer = await spring.promises(mine=True, others=0)
    callbacks = Callbacks(spring.database)
    first = await spring.promise()
    moved = await callbacks.change(first.id, first.changed_at, spring.at + HOUR, None, dialer.now)
    assert (moved.at, moved.agent, moved.anyone_at) == (spring.at + HOUR, None, None)
    assert (await rows(dialer))[0].next_at == spring.at + HOUR
    with pytest.raises(Conflict):
        await callbacks.change(first.id, first.changed_at, spring.at, ANA, dialer.now)
    with pytest.raises(Refused, match="in the future"):
        await callbacks.change(first.id, moved.changed_at, dialer.now - HOUR, ANA, dialer.now)
    back = await callbacks.change(first.id, moved.changed_at, first.at, first.agent, dialer.now)
    assert (back.at, back.agent) == (first.at, ANA)
    gone = await callbacks.cancel(first.id, back.changed_at, dialer.now)
    assert gone.state == "cancelled"
    assert await callbacks.of_agent(ANA, [int(spring.id)], dialer.now) == ()
    assert (await rows(dialer))[0].state == "done"
    again = await callbacks.restore(first.id, gone.changed_at, dialer.now)
    assert again.state == "open"
    assert (await rows(dialer))[0].next_at == first.anyone_at
    assert await callbacks.of_agent(ANA, [], dialer.now) == (again,)
    assert await callbacks.of_agent(BO, [int(spring.id)], dialer.now) == (), "a colleague's is none of hers"
    assert await callbacks.of_agent(BO, [int(spring.id)], spring.at + 30 * MINUTE) == (again,)
    assert await callbacks.of_agent(BO, [], spring.at + 30 * MINUTE) == ()
    await dialer.advances((spring.at - dialer.now) / 1000)
    await dialer.asks(c.TakeCallback(agent=ANA, campaign=spring.id, lead=spring.lead))
    assert len(dialer.all(e.LeadPreviewed)) == 1


async def test_a_reader_of_another_campaigns_promise_gets_no_dial_of_her_own(spring: Spring):
    dialer = await spring.promises(mine=True, others=5)
    await dialer.advances((spring.at - dialer.now) / 1000)
    await dialer.until(lambda: dialer.hub.state.agents[ANA].activity is Activity.IDLE)
    await dialer.asks(c.TakeCallback(agent=ANA, campaign=spring.id, lead=spring.lead))
    await dialer.until(lambda: dialer.all(e.LeadPreviewed) != [])
    await dialer.advances(60)
    before = len(dialer.dialed)
    dialer.network.anywhere = Outside(does="busy")
    await dialer.advances(12 * 3600)
    assert len(dialer.dialed) == before, "nobody is dialed for an agent who is about to dial"
    await dialer.asks(c.SignOut(agent=ANA))
    assert [event.why for event in dialer.all(e.AttemptsDropped)][-1] == "its_agent_left"
