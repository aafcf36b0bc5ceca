"""The invariants find what they are there for: each is shown a state that is wrong in one way, planted after a true story."""

from collections.abc import Callable

import msgspec
import pytest

from callcenter.hub.deadlines import Due
from callcenter.hub.state import Pending, State
from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.ids import AgentId, CallId, EffectId, OfferId, QueueId
from callcenter.kernel.presence import Presence
from callcenter.kernel.words import NotReady, OfferEnd
from callcenter.operations.simulate import ServiceResync
from callcenter.simulation.follower import Follower
from callcenter.simulation.invariants import (
    AGREES,
    DEADLINE,
    NOTHING_LEFT,
    ONE_CALL,
    ONE_END,
    PLACE,
    SHIFT,
    Violation,
    Watch,
)
from callcenter.simulation.replication import FAILED, Replication
from tests.simulation.storms import fair
from tests.unit.hub.story import Story

ANA, BO = AgentId("ana"), AgentId("bo")


class Watched:
    """A story whose steps are watched."""

    def __init__(self) -> None:
        self.story = Story()
        self.watch = Watch()
        self.seen = 0

    def steps(self) -> list[Violation]:
        """Shows the watch what happened since, event by event's decision time."""
        fresh = self.story.events[self.seen :]
        self.seen = len(self.story.events)
        self.watch.step(fresh, self.story.hub.state, self.story.now)
        return self.watch.violations

    def says(self, *events: e.AnyEvent) -> list[Violation]:
        """Shows the watch events that never happened."""
        state = self.story.hub.state
        made = [e.Recorded(state.position, self.story.now, event) for event in events]
        self.watch.step(made, state, self.story.now)
        return self.watch.violations


@pytest.fixture
def talking() -> Watched:
    """Ana talks to one caller, another waits."""
    watched = Watched()
    story = watched.story
    story.signs_in("ana")
    watched.steps()
    story.waits()
    watched.steps()
    story.answers("ana")
    watched.steps()
    story.waits(caller="+12125550124")
    assert watched.steps() == []
    watched.watch.sweep(story.hub.state, story.now)
    assert watched.watch.violations == []
    return watched


def of(watched: Watched) -> tuple[State, CallId, CallId]:
    """The state, the call that Ana is in, and the one that waits."""
    state = watched.story.hub.state
    talks = next(call.id for call in state.calls.values() if call.agent == ANA)
    waits = next(call.id for call in state.calls.values() if call.state is CallState.QUEUED)
    return state, talks, waits


def two_calls(state: State, talks: CallId, waits: CallId) -> None:
    state.calls[waits].agent = ANA


def no_limit(state: State, talks: CallId, waits: CallId) -> None:
    state.deadlines.clear(Due.LONGEST, talks)


def over_with_agent(state: State, talks: CallId, waits: CallId) -> None:
    state.calls[talks].state = CallState.OVER


def forgotten(state: State, talks: CallId, waits: CallId) -> None:
    del state.calls[talks]


def pending_of_nobody(state: State, talks: CallId, waits: CallId) -> None:
    state.pending[EffectId("e-x")] = Pending(EffectId("e-x"), "PlayPrompts", CallId("c-gone"), None)


def wraps_without_limit(state: State, talks: CallId, waits: CallId) -> None:
    state.agents[ANA].activity = Activity.WRAPPING
    state.calls[talks].wrapping.add(ANA)
    state.calls[talks].agent = None


def busy_and_gone(state: State, talks: CallId, waits: CallId) -> None:
    state.agents[ANA].presence = Presence.SIGNED_OUT


def aside_for_ever(state: State, talks: CallId, waits: CallId) -> None:
    state.agents[ANA].aside = NotReady.MISSED_CALL


def lost_from_the_row(state: State, talks: CallId, waits: CallId) -> None:
    state.matcher.drop_call(waits)


def offer_of_nobody(state: State, talks: CallId, waits: CallId) -> None:
    state.calls[waits].offer = OfferId("o-x")


PLANTED: list[tuple[Callable[[State, CallId, CallId], None], str]] = [
    (two_calls, ONE_CALL),
    (no_limit, DEADLINE),
    (over_with_agent, NOTHING_LEFT),
    (forgotten, NOTHING_LEFT),
    (pending_of_nobody, NOTHING_LEFT),
    (wraps_without_limit, DEADLINE),
    (busy_and_gone, AGREES),
    (aside_for_ever, DEADLINE),
    (lost_from_the_row, PLACE),
    (offer_of_nobody, AGREES),
]


@pytest.mark.parametrize(("plant", "rule"), PLANTED, ids=[plant.__name__ for plant, _ in PLANTED])
def test_what_is_wrong_is_found(talking, plant, rule):
    plant(*of(talking))
    talking.watch.sweep(talking.story.hub.state, talking.story.now)
    assert rule in {one.rule for one in talking.watch.violations}


def test_an_offer_that_ends_twice_is_found(talking):
    offer = talking.story.last(e.OfferMade)
    again = e.OfferOver(call=offer.call, offer=offer.offer, agent=offer.agent, end=OfferEnd.REJECTED)
    assert ONE_END in {one.rule for one in talking.says(again)}


def test_an_offer_that_never_ends_is_found(talking):
    state, talks, _ = of(talking)
    offer = msgspec.structs.replace(talking.story.last(e.OfferMade), offer=OfferId("o-open"), call=talks)
    over = msgspec.structs.replace(_some_end(), call=talks)
    assert ONE_END in {one.rule for one in talking.says(offer, over)}
    assert state.calls[talks].agent == ANA


def _some_end() -> e.CallOver:
    story = Story()
    story.caller_hangs_up(story.calls())
    return story.last(e.CallOver)


def test_entering_ahead_of_somebody_without_a_right_is_found(talking):
    _, talks, waits = of(talking)
    entered = next(event for event in talking.story.all(e.CallQueued) if event.call == waits)
    before = msgspec.structs.replace(entered, call=talks, since=entered.since - 1)
    assert PLACE in {one.rule for one in talking.says(before)}


def test_losing_a_place_in_the_same_queue_is_found(talking):
    _, _, waits = of(talking)
    entered = next(event for event in talking.story.all(e.CallQueued) if event.call == waits)
    talking.story.advances(5)
    later = msgspec.structs.replace(entered, since=talking.story.now)
    found = [one for one in talking.says(later) if one.rule == PLACE]
    assert "lost its place" in found[0].why


def test_a_higher_priority_and_a_kept_place_go_ahead_by_right():
    watched = Watched()
    story = watched.story
    first = story.waits()
    second = story.waits(caller="+12125550124")
    assert watched.steps() == []
    entered = next(event for event in story.all(e.CallQueued) if event.call == second)
    state = story.hub.state
    urgent = msgspec.structs.replace(entered, priority=entered.priority + 1, since=story.now)
    found = watched.says(urgent)
    assert not [one for one in found if one.about == first]
    assert state.calls[first].queue == QueueId("billing")


def test_seconds_that_are_missing_are_found(talking):
    # The clock hears that she signed out; the state says that she is still there.
    talking.story.advances(60)
    talking.watch._shifts._clock.clocks.pop(ANA)
    talking.story.advances(60)
    talking.watch.sweep(talking.story.hub.state, talking.story.now)
    assert SHIFT in {one.rule for one in talking.watch.violations}


def test_the_follower_is_the_state_until_somebody_changes_it_without_an_event(talking):
    follower, story = Follower(), talking.story
    follower.follow(story.events, story.personal)
    assert list(follower.differences(story.hub.state)) == []
    story.hub.state.agents[BO].reachable = True
    (difference,) = follower.differences(story.hub.state)
    assert difference.startswith("agents: ")


def test_a_hub_that_fails_ends_the_day_and_is_told():
    played = Replication(fair(100), 1, ServiceResync())
    played.hub.state.matcher = None  # type: ignore[assignment]
    found = played.play()
    assert {one.rule for one in found.violations} == {FAILED}
    assert found.violations[0].why.startswith("AttributeError in ")
