"""An agent's time: which second was talk, hold, wrap-up, idle, reserved, dialing or not ready.

Rules (design/domain.md): activity wins, so a second is not-ready time only while she is idle; a hold for a missed call is not
ready, a delay after a rejected offer or a device error is idle; a wrap-up counts as such to its end, and what lies over its
limit is counted once more as overrun. Log-in time is the time in which she is signed in or still has a call: the seven
categories add up to it exactly.

Only the two life-cycle tables of the kernel move an agent here. Nothing here knows queues or formulas.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import get_args

import msgspec
from msgspec import Struct

from callcenter.kernel import events as e
from callcenter.kernel.activity import ACTIVITY, Activity
from callcenter.kernel.clock import QUARTER
from callcenter.kernel.ids import AgentId
from callcenter.kernel.presence import PRESENCE, Presence
from callcenter.kernel.words import NotReady
from reporting.counters import Tally


class Category(StrEnum):
    """What a second of an agent counts as."""

    TALK = "talk"
    HOLD = "hold"
    WRAP_UP = "wrap_up"
    IDLE = "idle"
    RESERVED = "reserved"
    DIALING = "dialing"
    NOT_READY = "not_ready"


OF_ACTIVITY = {
    Activity.RESERVED: Category.RESERVED,
    Activity.DIALING: Category.DIALING,
    Activity.TALKING: Category.TALK,
    Activity.HOLDING: Category.HOLD,
    Activity.WRAPPING: Category.WRAP_UP,
}

PRESENCE_EVENTS = frozenset(event for row in PRESENCE.moves.values() for event in row)
ACTIVITY_EVENTS = frozenset(event for row in ACTIVITY.moves.values() for event in row)
_OF_AGENTS = ACTIVITY_EVENTS | {kind for kind in get_args(e.AnyEvent) if issubclass(kind, e.AgentEvent)}


class AgentState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where an agent stands in both tables, and since when."""

    presence: Presence = Presence.SIGNED_OUT
    presence_since: int = 0
    reason: str | None = None
    activity: Activity = Activity.IDLE
    activity_since: int = 0
    set_aside: NotReady | None = None
    missed_at: int = 0
    """When a hold for a missed call last began or ended."""
    limit_at: int | None = None
    """Of the wrap-up that runs."""

    @property
    def category(self) -> Category | None:
        """What her time counts as; None: she is not there."""
        working = OF_ACTIVITY.get(self.activity)
        if working is not None:
            return working
        if self.presence is Presence.SIGNED_OUT:
            return None
        if self.presence is Presence.NOT_READY or self.set_aside is NotReady.MISSED_CALL:
            return Category.NOT_READY
        return Category.IDLE


ABSENT = AgentState()


class Span(Struct, frozen=True):
    """A stretch of one agent's time in one category, `since` included and `until` not."""

    agent: AgentId
    category: Category
    since: int
    until: int
    limit_at: int | None = None
    """Wrap-up: time from here on is overrun besides."""

    def tally(self) -> Tally:
        """The milliseconds under their counters' names."""
        found = {f"{self.category.value}_ms": self.until - self.since}
        if self.limit_at is not None:
            over = self.until - max(self.since, self.limit_at)
            if over > 0:
                found["overrun_ms"] = over
        return found


def split(span: Span) -> Iterator[Span]:
    """The same time in pieces, none of which crosses a border between quarter hours."""
    since = span.since
    while since < span.until:
        until = min(span.until, since - since % QUARTER + QUARTER)
        yield Span(span.agent, span.category, since, until, span.limit_at)
        since = until


def move(state: AgentState, at: int, event: e.AnyEvent) -> AgentState:
    """The agent's state after an event of hers; raises IllegalMove when no row of the tables fits."""
    kind = type(event)
    if kind in PRESENCE_EVENTS:
        presence = PRESENCE.next(state.presence, kind)
        reason = event.reason if isinstance(event, e.AgentNotReady) else None
        aside = state.set_aside if presence is not Presence.SIGNED_OUT else None
        return msgspec.structs.replace(
            state, presence=presence, presence_since=at, reason=reason, set_aside=aside
        )  # fmt: skip
    if kind in ACTIVITY_EVENTS:
        activity = ACTIVITY.next(state.activity, kind)
        limit_at = event.limit_at if isinstance(event, e.WrapUpStarted) else None
        since = state.activity_since if activity is state.activity else at
        return msgspec.structs.replace(state, activity=activity, activity_since=since, limit_at=limit_at)
    if isinstance(event, e.AgentSetAside | e.AgentBack):
        aside = event.why if isinstance(event, e.AgentSetAside) else None
        missed = NotReady.MISSED_CALL in (aside, state.set_aside)
        return msgspec.structs.replace(state, set_aside=aside, missed_at=at if missed else state.missed_at)
    return state


def agent_of(event: e.AnyEvent) -> AgentId | None:
    """Whose state an event may change; None when it changes nobody's."""
    return event.agent if type(event) in _OF_AGENTS else None  # type: ignore[union-attr]


class Clock(Struct, omit_defaults=True):
    """One agent: her state, and from when on her time is not yet accounted for."""

    state: AgentState = ABSENT
    since: int = 0


class AgentClock:
    """Folds events into spans of agents' time.

    Every millisecond between sign-in and sign-out comes out exactly once: in the span that an event closes, or in one that
    `settle` cuts off while it still runs.
    """

    def __init__(self, clocks: dict[AgentId, Clock] | None = None) -> None:
        self.clocks: dict[AgentId, Clock] = {} if clocks is None else clocks

    def state(self, agent: AgentId) -> AgentState:
        clock = self.clocks.get(agent)
        return ABSENT if clock is None else clock.state

    def apply(self, recorded: e.Recorded) -> Span | None:
        """The span that the event closed, if it did; spans of no length are not told."""
        agent = agent_of(recorded.event)
        if agent is None:
            return None
        clock = self.clocks.get(agent)
        if clock is None:
            clock = self.clocks[agent] = Clock()
        before = clock.state
        after = move(before, recorded.at, recorded.event)
        clock.state = after
        if after.category is None:
            # who has gone leaves nothing behind, so that a fold from midnight on equals one from the beginning
            del self.clocks[agent]
        if after.category is before.category and after.limit_at == before.limit_at:
            return None
        span = _span(agent, before, clock.since, recorded.at)
        clock.since = recorded.at
        return span

    def settle(self, agent: AgentId, now: int) -> Span | None:
        """Cuts off what has run up to `now`; the rest of the span goes on from there."""
        clock = self.clocks.get(agent)
        if clock is None or now <= clock.since:
            return None
        span = _span(agent, clock.state, clock.since, now)
        clock.since = now
        return span

    def settle_all(self, now: int) -> list[Span]:
        return [span for span in (self.settle(agent, now) for agent in self.clocks) if span is not None]


def _span(agent: AgentId, state: AgentState, since: int, until: int) -> Span | None:
    category = state.category
    if category is None or until <= since:
        return None
    return Span(agent, category, since, until, state.limit_at)
