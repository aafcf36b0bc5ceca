"""Who answers a campaign's dial: persons, machines, faxes, and persons who are taken for machines; what follows for each."""

from pathlib import Path

import pytest

from callcenter.kernel import commands as c
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.dialing import Machines, Mode, Outcome
from callcenter.kernel.ids import AgentId, CampaignId
from callcenter.kernel.words import Answerer, CallEnd, Fate, Fault, OfferEnd
from callcenter.operations import one_lead
from callcenter.simulation.phones import Outside
from callcenter.store.campaigns import Campaign
from callcenter.store.do_not_call import DoNotCall
from reporting.records import RecordBook
from tests.integration.campaigning import Office
from tests.integration.dialing import NOON, Dialer, campaign, law
from tests.integration.test_dialing import attempts, filled, rows


def leaves(**values: object) -> Campaign:
    """A campaign that leaves machines a message."""
    return campaign(**{"machines": Machines.MESSAGE, "voicemail": "sorry", **values})


def at(dialer: Dialer, kind: type[e.AnyEvent], place: int = 0) -> int:
    """When an event happened."""
    return [one.at for one in dialer.log if isinstance(one.event, kind)][place]


def answered_at(dialer: Dialer) -> int:
    return at(dialer, e.AnswerListened)


async def dialed(dialer: Dialer, office: Office, tmp_path: Path, values: Campaign, callee: Outside) -> CampaignId:
    """One lead, which answers so; one agent; the campaign runs."""
    spring = await dialer.opens(values)
    (one,) = await filled(dialer, office, spring, tmp_path, 1)
    dialer.network.outside[one] = callee
    if values.mode is not Mode.AGENTLESS:
        await dialer.works("ana", spring)
    await dialer.starts(spring)
    return spring


async def settled(dialer: Dialer) -> e.AttemptOver:
    await dialer.until(lambda: dialer.all(e.AttemptSettled) != [])
    (over,) = dialer.all(e.AttemptOver)
    assert dialer.watch.violations == []
    assert dialer.hub.state.attempts == {}
    return over


def takes_long(dialer: Dialer, by_ms: int) -> None:
    """The agent's telephone rings so long before it is answered."""
    device = dialer.network.devices["phone-ana"]
    device.answers_itself = frozenset()
    dialer.network.agenda.arrange(dialer.now + by_ms, lambda now: dialer.network.answer("phone-ana", now))


async def test_a_person_is_connected_after_her_greeting_and_the_law_counts_from_its_end(
    dialer: Dialer, office: Office, tmp_path: Path
):
    person = Outside(after_ms=4_000, greeting_ms=800, hangs_up_after_ms=20_000)
    spring = await dialed(dialer, office, tmp_path, campaign(machines=Machines.HANG_UP), person)
    await dialer.until(lambda: dialer.all(e.CallConnected) != [])
    (heard,) = dialer.all(e.AnswerHeard)
    assert (heard.heard.answerer, heard.heard.why, heard.greeting_end_at) == (Answerer.HUMAN, "pause", answered_at(dialer) + 800)
    assert at(dialer, e.AnswerHeard) == at(dialer, e.CallQueued) == answered_at(dialer) + 800 + 520
    (answered,) = dialer.all(e.AttemptAnswered)
    assert answered.by == answered_at(dialer) + 800 + 2_000
    over = await settled(dialer)
    assert (over.outcome, over.fate, over.greeting_end_at) == (Outcome.ANSWERED, Fate.CONNECTED, answered_at(dialer) + 800)
    (row,) = await attempts(dialer)
    assert (row.answerer, row.confidence, row.heard_ms, row.heard_why) == ("human", 0.97, 1_320, "pause")
    assert (row.answered_at, row.greeting_end_at, row.agent_at) == (over.answered_at, over.greeting_end_at, over.agent_at)
    explained = await one_lead.of_rows(dialer.database, dialer.hub.state, over.lead, dialer.now)
    told = "\n".join(one_lead.lines(explained, "en"))
    assert "answered by: a person (heard 1.3 s after the answer, 97 % sure, by pause)" in told
    assert "真人" in "\n".join(one_lead.lines(explained, "zh"))
    assert spring in dialer.hub.state.campaigns


async def test_a_person_whom_nobody_takes_hears_the_message_two_seconds_after_her_greeting(
    dialer: Dialer, office: Office, tmp_path: Path
):
    await dialed(dialer, office, tmp_path, campaign(machines=Machines.HANG_UP), Outside(after_ms=4_000, greeting_ms=900))
    await dialer.until(lambda: dialer.dialed != [])
    dialer.network.unregister("phone-ana", dialer.now)
    await dialer.until(lambda: dialer.all(e.MessageBegan) != [])
    assert at(dialer, e.MessageBegan) == answered_at(dialer) + 900 + 2_000
    assert (await settled(dialer)).fate is Fate.ABANDONED


async def test_who_speaks_long_is_a_person_in_time_and_waits_from_the_end_of_her_words(
    dialer: Dialer, office: Office, tmp_path: Path
):
    await dialed(dialer, office, tmp_path, campaign(machines=Machines.HANG_UP), Outside(after_ms=4_000, greeting_ms=2_500))
    await dialer.until(lambda: dialer.dialed != [])
    dialer.network.unregister("phone-ana", dialer.now)
    await dialer.until(lambda: dialer.all(e.MessageBegan) != [])
    first, second = dialer.all(e.AnswerHeard)
    assert (first.heard.answerer, first.greeting_end_at) == (Answerer.UNDECIDED, answered_at(dialer) + 1_500)
    assert at(dialer, e.CallQueued) == answered_at(dialer) + 1_500, "nobody is kept waiting for what is not known"
    assert (second.heard.answerer, second.greeting_end_at) == (Answerer.HUMAN, answered_at(dialer) + 2_500)
    assert second.by == answered_at(dialer) + 4_500 == at(dialer, e.MessageBegan)
    over = await settled(dialer)
    assert (over.greeting_end_at, over.fate) == (answered_at(dialer) + 2_500, Fate.ABANDONED)


async def test_a_machine_that_is_found_out_is_taken_from_the_queue_and_hung_up(dialer: Dialer, office: Office, tmp_path: Path):
    machine = Outside(after_ms=4_000, who="machine", greeting_ms=2_000, beep_ms=500)
    await dialed(dialer, office, tmp_path, campaign(machines=Machines.HANG_UP), machine)
    await dialer.until(lambda: dialer.dialed != [])
    takes_long(dialer, 60_000)
    over = await settled(dialer)
    assert (over.outcome, over.fate, over.agent_at) == (Outcome.MACHINE, Fate.MACHINE, None)
    assert over.heard is not None
    assert (over.heard.answerer, over.heard.why, over.heard.delay_ms) == (Answerer.MACHINE, "beep", 2_740)
    assert [event.end for event in dialer.all(e.OfferOver)] == [OfferEnd.WITHDRAWN], "her telephone rings no more"
    assert [event.end for event in dialer.all(e.CallOver)] == [CallEnd.MACHINE]
    assert dialer.all(e.MessageBegan) == []
    counter = dialer.hub.state.campaigns[CampaignId(over.campaign)].counter
    assert counter is not None
    assert [(day.connected, day.abandoned, day.machines) for day in counter.days.values()] == [(0, 0, 1)]
    book = RecordBook()
    for recorded in dialer.log:
        book.apply(recorded)
    (record,) = book.records.values()
    assert (record.end, record.dial_outcome) == (CallEnd.MACHINE, Outcome.MACHINE)
    (lead,) = await rows(dialer)
    assert (lead.outcome, lead.state) == ("machine", "resting")


async def test_a_machine_is_left_a_message_after_its_beep(dialer: Dialer, office: Office, tmp_path: Path):
    machine = Outside(after_ms=4_000, who="machine", greeting_ms=2_000, beep_ms=500)
    await dialed(dialer, office, tmp_path, leaves(), machine)
    await dialer.until(lambda: dialer.dialed != [])
    takes_long(dialer, 60_000)
    over = await settled(dialer)
    (message,) = dialer.all(e.MessageBegan)
    assert (message.machine, message.abandoned) == (True, False)
    assert over.message_played_at == at(dialer, e.MessageBegan) == answered_at(dialer) + 2_740
    assert (over.outcome, over.fate) == (Outcome.MACHINE, Fate.MACHINE)
    assert [event.end for event in dialer.all(e.CallOver)] == [CallEnd.MACHINE]
    (row,) = await attempts(dialer)
    assert (row.outcome, row.answerer, row.message_played_at) == ("machine", "machine", over.message_played_at)
    explained = await one_lead.of_rows(dialer.database, dialer.hub.state, over.lead, dialer.now)
    assert "message from" in "\n".join(one_lead.lines(explained, "en"))


async def test_an_agent_who_has_the_machine_already_keeps_it(dialer: Dialer, office: Office, tmp_path: Path):
    machine = Outside(after_ms=4_000, who="machine", greeting_ms=6_000, beep_ms=500)
    await dialed(dialer, office, tmp_path, leaves(), machine)
    await dialer.until(lambda: dialer.all(e.CallConnected) != [])
    await dialer.advances(20)
    call = dialer.all(e.CallConnected)[0].call
    assert [event.heard.answerer for event in dialer.all(e.AnswerHeard)] == [Answerer.UNDECIDED]
    assert dialer.hub.state.calls[call].agent == "ana"
    # What was on its way when she was joined changes nothing.
    leg = dialer.hub.state.calls[call].customer
    assert leg is not None
    late = s.AnswerJudged(leg=leg, answerer=Answerer.MACHINE, confidence=0.99, delay_ms=6_740, why="beep", correction=True)
    await dialer.decides(late)
    await dialer.decides(s.BeepHeard(leg=leg, began_ms=6_200, ended_ms=6_500, heard_ms=6_740))
    assert dialer.all(e.AnswerHeard)[-1].late
    assert dialer.hub.state.calls[call].agent == "ana"
    await dialer.asks(c.HangUp(agent=AgentId("ana"), call=call))
    over = await settled(dialer)
    assert (over.outcome, over.fate) == (Outcome.ANSWERED, Fate.CONNECTED)
    assert over.heard is not None
    assert over.heard.answerer is Answerer.MACHINE, "it is kept with the attempt"


async def test_a_machine_without_a_beep_is_left_nothing_and_not_waited_for_without_end(
    dialer: Dialer, office: Office, tmp_path: Path
):
    silent = Outside(after_ms=4_000, who="machine", greeting_ms=30_000, beep_ms=None)
    await dialed(dialer, office, tmp_path, leaves(mode=Mode.AGENTLESS), silent)
    over = await settled(dialer)
    assert (over.outcome, over.message_played_at) == (Outcome.MACHINE, None)
    assert at(dialer, e.CallOver) == answered_at(dialer) + 45_000
    assert over.heard is not None
    assert over.heard.why == "phrase"


async def test_without_agents_a_person_hears_the_message_at_once_and_a_machine_after_its_beep(
    dialer: Dialer, office: Office, tmp_path: Path
):
    spring = await dialer.opens(leaves(mode=Mode.AGENTLESS))
    person, machine, fax = await filled(dialer, office, spring, tmp_path, 3)
    dialer.behave(person, after_ms=2_000, greeting_ms=700)
    dialer.behave(machine, after_ms=2_000, who="machine", greeting_ms=9_000, beep_ms=600)
    dialer.behave(fax, after_ms=2_000, who="fax")
    await dialer.starts(spring)
    await dialer.until(lambda: len(dialer.all(e.AttemptSettled)) == 3)
    first, second = dialer.all(e.MessageBegan)
    assert [(one.machine, one.abandoned) for one in (first, second)] == [(False, False), (True, False)]
    assert at(dialer, e.MessageBegan, 0) == answered_at(dialer) + 700 + 520
    assert at(dialer, e.MessageBegan, 1) == answered_at(dialer) + 9_000 + 600 + 240
    outcomes = {event.outcome: event.fate for event in dialer.all(e.AttemptOver)}
    assert outcomes == {
        Outcome.ANSWERED: Fate.CONNECTED, Outcome.MACHINE: Fate.MACHINE, Outcome.FAX: Fate.MACHINE,
    }  # fmt: skip
    assert [row.outcome for row in await rows(dialer)] == ["answered", "machine", "fax"]
    assert dialer.watch.violations == []


@pytest.mark.parametrize("key", ["9", None])
async def test_a_person_taken_for_a_machine_who_presses_a_key_counts_as_abandoned(
    dialer: Dialer, office: Office, tmp_path: Path, key: str | None
):
    """Nothing but a beep lets the message begin: this one is said by the story."""
    if key is None:
        dialer = Dialer(dialer.database, law(message=None))  # else a campaign without a key dials nobody
    spring = await dialed(dialer, office, tmp_path, leaves(opt_out_key=key), Outside(after_ms=4_000, who="odd"))
    await dialer.until(lambda: dialer.all(e.BeepAwaited) != [])
    call = dialer.hub.state.calls[dialer.all(e.BeepAwaited)[0].call]
    assert call.customer is not None
    await dialer.decides(s.BeepHeard(leg=call.customer, began_ms=2_000, ended_ms=2_300, heard_ms=2_540))
    await dialer.until(lambda: dialer.all(e.MessageBegan) != [])
    dialer.network.press(call.customer, "9", dialer.now)
    over = await settled(dialer)
    assert (over.outcome, over.fate) == (Outcome.ABANDONED, Fate.ABANDONED)
    assert [event.end for event in dialer.all(e.CallOver)] == [CallEnd.DROPPED]
    assert len(dialer.all(e.PersonFound)) == 1
    counter = dialer.hub.state.campaigns[spring].counter
    assert counter is not None
    assert [(day.abandoned, day.machines) for day in counter.days.values()] == [(1, 0)]
    assert await DoNotCall(dialer.database).listed(dialer.dialed[0], "US") == (() if key is None else ("own",))


async def test_where_nobody_can_listen_whoever_answers_is_a_person_from_the_answer_on(
    dialer: Dialer, office: Office, tmp_path: Path
):
    machine = Outside(after_ms=4_000, who="machine", hangs_up_after_ms=20_000)
    await dialed(dialer, office, tmp_path, leaves(), machine)
    dialer.network.fail_next("DetectAnswer", Fault.REFUSED)
    await dialer.until(lambda: dialer.all(e.CallConnected) != [])
    (heard,) = dialer.all(e.AnswerHeard)
    assert (heard.heard.answerer, heard.heard.why, heard.greeting_end_at) == (Answerer.UNDECIDED, "refused", None)
    (answered,) = dialer.all(e.AttemptAnswered)
    assert answered.by == answered_at(dialer) + 2_000
    assert (await settled(dialer)).outcome is Outcome.ANSWERED


async def test_a_verdict_that_never_comes_is_not_waited_for_and_one_that_comes_late_still_counts(
    dialer: Dialer, office: Office, tmp_path: Path
):
    machine = Outside(after_ms=4_000, who="machine", greeting_ms=1_400, beep_ms=200, hangs_up_after_ms=20_000)
    await dialed(dialer, office, tmp_path, campaign(machines=Machines.HANG_UP), machine)
    dialer.network.lose_next("AnswerJudged")
    await dialer.until(lambda: dialer.all(e.AnswerListened) != [])
    takes_long(dialer, 60_000)
    over = await settled(dialer)
    first, second = dialer.all(e.AnswerHeard)
    assert (first.heard.why, at(dialer, e.AnswerHeard)) == ("silent", answered_at(dialer) + 1_800)
    assert second.heard.why == "beep"
    assert over.outcome is Outcome.MACHINE


async def test_a_doubled_and_an_older_verdict_change_nothing(dialer: Dialer, office: Office, tmp_path: Path):
    person = Outside(after_ms=4_000, greeting_ms=3_000, hangs_up_after_ms=20_000)
    await dialed(dialer, office, tmp_path, campaign(machines=Machines.HANG_UP), person)
    dialer.network.double_next("AnswerJudged")
    await dialer.until(lambda: dialer.all(e.AnswerHeard) != [])
    assert [event.signal for event in dialer.all(e.SignalIgnored)] == ["AnswerJudged"]
    assert len(dialer.all(e.AnswerHeard)) == 1
    assert (await settled(dialer)).fate is Fate.CONNECTED


async def test_who_hangs_up_while_it_is_listened_has_been_abandoned(dialer: Dialer, office: Office, tmp_path: Path):
    brief = Outside(after_ms=4_000, greeting_ms=900, hangs_up_after_ms=1_000)
    await dialed(dialer, office, tmp_path, campaign(machines=Machines.HANG_UP), brief)
    over = await settled(dialer)
    assert (over.outcome, over.fate, over.heard) == (Outcome.ABANDONED, Fate.ABANDONED, None)
    assert [event.end for event in dialer.all(e.CallOver)] == [CallEnd.DROPPED]


async def test_one_free_agent_is_one_dial_while_it_is_listened(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await dialer.opens(campaign(machines=Machines.HANG_UP))
    numbers = await filled(dialer, office, spring, tmp_path, 3)
    for number in numbers:
        dialer.behave(number, after_ms=2_000, greeting_ms=1_000, hangs_up_after_ms=30_000)
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: dialer.all(e.AnswerListened) != [])
    await dialer.advances(0.5)
    assert len(dialer.dialed) == 1, "who is listened to may be the person for whom she is free"


@pytest.mark.parametrize("after", ["AnswerListened", "BeepAwaited"])
async def test_after_a_start_nobody_listens(dialer: Dialer, office: Office, tmp_path: Path, after: str):
    """Who was not known is a person; a machine that was known is left nothing."""
    odd = Outside(after_ms=4_000, who="odd")
    await dialed(dialer, office, tmp_path, leaves(), odd)
    kind = getattr(e, after)
    await dialer.until(lambda: dialer.all(kind) != [])
    await dialer.dies_and_starts()
    if after == "AnswerListened":
        await dialer.until(lambda: dialer.all(e.CallConnected) != [])
        (heard,) = dialer.all(e.AnswerHeard)
        assert (heard.heard.why, heard.heard.answerer) == ("deaf", Answerer.UNDECIDED)
        for line in list(dialer.network.lines.values()):
            dialer.network.hang_up(line.leg, dialer.now)
        assert (await settled(dialer)).outcome is Outcome.ANSWERED
    else:
        over = await settled(dialer)
        assert (over.outcome, over.message_played_at) == (Outcome.MACHINE, None)
        assert dialer.now - NOON < 60_000


async def test_the_rows_are_written_as_the_event_says_also_after_a_death(dialer: Dialer, office: Office, tmp_path: Path):
    class Stop(Exception):
        pass

    def hook(step: str) -> None:
        if step == "before SettleAttempt":
            raise Stop

    await dialed(dialer, office, tmp_path, leaves(mode=Mode.AGENTLESS), Outside(after_ms=4_000, who="fax"))
    dialer.hook = hook
    with pytest.raises(Stop):
        await dialer.advances(30)
    dialer.hook = lambda step: None
    await dialer.dies_and_starts()
    await dialer.until(lambda: dialer.all(e.AttemptSettled) != [])
    (row,) = await attempts(dialer)
    assert (row.outcome, row.answerer, row.heard_why) == ("fax", "fax", "fax")
    assert row.answered_at is not None


async def test_off_nobody_listens(dialer: Dialer, office: Office, tmp_path: Path):
    asked: list[str] = []
    dialer.hook = asked.append
    await dialed(dialer, office, tmp_path, campaign(), Outside(after_ms=4_000, who="machine", hangs_up_after_ms=20_000))
    assert (await settled(dialer)).outcome is Outcome.ANSWERED
    assert not any(fx.DetectAnswer.__name__ in step for step in asked)
