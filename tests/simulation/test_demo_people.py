"""The demo keeps its promises, on many seeds: alive from the first seconds, and a person who signs in soon gets a call."""

from collections import Counter

import pytest

from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.commands import FinishWrapUp, HangUp, SetNotReady, SignOut
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId
from callcenter.kernel.presence import Presence
from callcenter.kernel.words import CallEnd
from tests.simulation.demo_center import WEDNESDAY_NOON, DemoDay, sample_center

SEEDS = range(12)
ANA = AgentId("1001")
SUNDAY_NIGHT = WEDNESDAY_NOON + 4 * 86_400_000 + 11 * 3_600_000
"""Some queues of the sample center are closed then."""


def first(events: list[Recorded], kind: type, **fields: object) -> Recorded | None:
    for recorded in events:
        if isinstance(recorded.event, kind) and all(getattr(recorded.event, k) == v for k, v in fields.items()):
            return recorded
    return None


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("start", [WEDNESDAY_NOON, SUNDAY_NIGHT], ids=["open", "night"])
def test_the_board_is_alive_within_seconds_and_stays_so(seed, start):
    day = DemoDay(seed, start=start)
    events = day.goes_on(20)
    assert first(events, e.AgentAvailable) is not None
    assert first(events, e.CallQueued) is not None
    assert first(events, e.CallConnected) is not None
    for minute in range(8):
        assert first(day.goes_on(60), e.CallConnected), f"nobody was connected in minute {minute}"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("start", [WEDNESDAY_NOON, SUNDAY_NIGHT], ids=["open", "night"])
def test_a_person_who_becomes_available_is_offered_a_call_within_twenty_seconds(seed, start):
    day = DemoDay(seed, start=start)
    day.goes_on(90)
    day.person_comes(ANA)
    mine = day.hub.state.agents[ANA]
    since, mark = day.now, len(day.diary.events) - 2
    for _ in range(3):
        while first(day.diary.events[mark:], e.OfferMade, agent=ANA) is None:
            assert day.now - since <= 20_000, "no offer in 20 s"
            day.goes_on(0.5)
        for _ in range(60):  # she answers, greets, and ends it; the caller may be faster
            day.goes_on(1)
            if mine.activity is not Activity.RESERVED:
                break
        day.goes_on(4)
        if mine.activity in (Activity.TALKING, Activity.HOLDING):
            assert mine.call is not None
            day.ask(HangUp(agent=ANA, call=mine.call))
        since, mark = day.now, len(day.diary.events)
        if mine.activity is Activity.WRAPPING:
            day.ask(FinishWrapUp(agent=ANA))


def test_all_that_a_center_lives_through_is_seen_in_two_hours():
    day = DemoDay(3)
    events = day.goes_on(2 * 3_600)
    seen = {type(recorded.event) for recorded in events}
    wanted = {
        e.CallHeld, e.CallRetrieved, e.CallPlaced, e.PlacedCallFailed, e.OfferOver, e.AgentSetAside, e.AgentNotReady,
        e.DispositionSet, e.RecordingKept, e.PositionTold, e.WrapUpEnded,
    }  # fmt: skip
    assert wanted - seen == set()
    ends = Counter(recorded.event.end for recorded in events if isinstance(recorded.event, e.CallOver))
    assert ends[CallEnd.COMPLETED] > 200
    assert ends[CallEnd.ABANDONED_IN_QUEUE] > 5
    assert ends[CallEnd.ABANDONED_IN_IVR] > 1
    assert set(ends) <= {
        CallEnd.COMPLETED, CallEnd.ABANDONED_IN_QUEUE, CallEnd.ABANDONED_IN_IVR, CallEnd.NOT_REACHED, CallEnd.CLOSED,
    }  # fmt: skip
    queues = Counter(recorded.event.queue for recorded in events if isinstance(recorded.event, e.CallQueued))
    assert set(queues) == set(sample_center().queues)


def test_a_person_takes_over_a_played_desk_and_gives_it_back():
    day = DemoDay(5, persons=())
    day.goes_on(60)
    assert day.demo.played[ANA].on_duty
    day.person_comes(ANA)
    day.goes_on(120)
    assert not day.demo.played[ANA].on_duty
    mine = day.hub.state.agents[ANA]
    assert mine.device == f"{ANA}-page"
    day.ask(SetNotReady(agent=ANA, reason="lunch"))
    for _ in range(300):
        if mine.activity is Activity.IDLE:
            break
        day.goes_on(1)
    day.ask(SignOut(agent=ANA))
    day.goes_on(45)
    assert day.demo.played[ANA].on_duty
    assert mine.presence is Presence.AVAILABLE


def test_when_it_stops_nobody_calls_and_nobody_is_left_behind():
    day = DemoDay(2)
    day.goes_on(120)
    day.demo.stop(day.now)
    day.goes_on(900)
    assert first(day.goes_on(60), e.CallArrived) is None
    assert not day.demo.crowd.callers
    assert not [agent for agent in day.hub.state.agents.values() if agent.activity is not Activity.IDLE]


def test_one_seed_is_one_day():
    def day(seed: int) -> list[Recorded]:
        return DemoDay(seed).goes_on(300)

    assert day(8) == day(8)
    assert day(8) != day(9)
