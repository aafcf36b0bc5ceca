"""Shifts: how long each agent was there, taken from the hub's state, against the seconds that the statistics give her.

The two ways are apart from each other: here the state after each decision says who is there, there the events move the clocks
of `reporting.agent_time`. To the millisecond, the seven categories must add up to the log-in time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from callcenter.hub.state import State
from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.ids import AgentId
from callcenter.kernel.machine import IllegalMove
from callcenter.kernel.presence import Presence
from reporting.agent_time import AgentClock, Span


class Shifts:
    """All agents of one hub."""

    def __init__(self) -> None:
        self._clock = AgentClock()
        self._counted: dict[AgentId, Counter[str]] = {}
        self._came_at: dict[AgentId, int] = {}
        self._was_there: Counter[AgentId] = Counter()
        """Milliseconds of shifts that are over."""

    def follow(
        self, events: Sequence[e.Recorded], agents: Iterable[AgentId], state: State, now: int
    ) -> Iterator[tuple[AgentId, str]]:
        """After each decision; `agents` are those whom its events name. Answers with events that her clock cannot follow."""
        for recorded in events:
            try:
                self._count(self._clock.apply(recorded))
            except IllegalMove as illegal:
                yield getattr(recorded.event, "agent", AgentId("")), str(illegal)
        for agent in agents:
            her = state.agents.get(agent)
            there = her is not None and (her.presence is not Presence.SIGNED_OUT or her.activity is not Activity.IDLE)
            if there:
                self._came_at.setdefault(agent, now)
            elif agent in self._came_at:
                self._was_there[agent] += now - self._came_at.pop(agent)

    def sweep(self, state: State, now: int) -> Iterator[tuple[AgentId, str]]:
        """(agent, why) for each whose seconds do not add up."""
        for span in self._clock.settle_all(now):
            self._count(span)
        for agent in self._came_at.keys() | self._was_there.keys() | self._counted.keys():
            running = now - self._came_at[agent] if agent in self._came_at else 0
            shift = self._was_there[agent] + running
            parts = self._counted.get(agent, Counter())
            if parts.total() != shift:
                told = ", ".join(f"{name} {ms}" for name, ms in sorted(parts.items()))
                yield agent, f"she was there for {shift} ms, and her seconds make {parts.total()}: {told}"

    def _count(self, span: Span | None) -> None:
        if span is not None:
            self._counted.setdefault(span.agent, Counter())[span.category.value] += span.until - span.since
