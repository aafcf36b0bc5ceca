"""Places in queues as callers know them: who is ahead of whom, followed from the events, apart from the routing's own rows.

A call that rings at an agent still has its place, for the offer may fail. A place may only get better while its queue and
priority stand, but for calls of a higher priority that enter, and for those that come back to a place they kept. Calls that
enter in the same millisecond came together: neither was first.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence

from msgspec import Struct

from callcenter.hub.state import State
from callcenter.kernel import events as e
from callcenter.kernel.call_state import CallState
from callcenter.kernel.ids import CallId, QueueId

Key = tuple[int, int, CallId]
"""(-priority, since, call): the smaller goes first."""
Complaint = tuple[str, str]


class _Entry(Struct):
    queue: QueueId
    key: Key
    talked: bool = False
    """An agent was with her since: what she queues for next is another matter."""


class Places:
    """All queues of one hub."""

    def __init__(self) -> None:
        self._rows: dict[QueueId, list[Key]] = {}
        self._entries: dict[CallId, _Entry] = {}
        """The last entry of each call that is not over."""
        self._waits: set[CallId] = set()

    def follow(self, events: Sequence[e.Recorded], state: State) -> Iterator[Complaint]:
        """After each decision; answers with what is wrong: (call, why)."""
        moved: list[CallId] = []
        for recorded in events:
            event = recorded.event
            match event:
                case e.CallQueued():
                    yield from self._enters(event, recorded.at)
                    moved.append(event.call)
                case e.CallConnected() | e.CallOver() | e.MessageBegan() | e.BeepAwaited():
                    self._leaves(event.call)
                    entry = self._entries.get(event.call)
                    if isinstance(event, e.CallOver):
                        self._entries.pop(event.call, None)
                    elif entry is not None:
                        entry.talked = True
                case e.OfferOver() | e.ConnectFailed() | e.OfferMade():
                    moved.append(event.call)
                case _:
                    pass
        for call in moved:
            yield from self._compare(call, state)

    def sweep(self, state: State) -> Iterator[Complaint]:
        """Compares every place with the hub's."""
        waiting = {call.id for call in state.calls.values() if call.state is CallState.QUEUED}
        for call in waiting ^ self._waits:
            yield call, "it waits in the state and not by its events, or the other way round"
        for call in waiting & self._waits:
            yield from self._compare(call, state)

    def _enters(self, event: e.CallQueued, at: int) -> Iterator[Complaint]:
        call, known = event.call, self._entries.get(event.call)
        key: Key = (-event.priority, event.since, call)
        kept = event.since < at
        if kept and (known is None or known.key[1] != event.since):
            yield call, f"it enters with a place since {event.since} that it never had"
        if known is not None and not known.talked and (known.queue, known.key[0]) == (event.queue, key[0]) and key > known.key:
            yield call, f"it lost its place since {known.key[1]} in the same queue"
        self._leaves(call)
        row = self._rows.setdefault(event.queue, [])
        if not kept:
            for behind in row[bisect_left(row, key) :]:
                if behind[0] == key[0] and behind[1] < event.since:
                    yield behind[2], f"call {call} entered ahead of it without a right"
        insort(row, key)
        self._entries[call] = _Entry(event.queue, key)
        self._waits.add(call)

    def _leaves(self, call: CallId) -> None:
        if call in self._waits:
            self._waits.discard(call)
            entry = self._entries[call]
            row = self._rows[entry.queue]
            del row[bisect_left(row, entry.key)]

    def _compare(self, call_id: CallId, state: State) -> Iterator[Complaint]:
        """The place in the hub's row must be the one that follows from the events, less those ahead who ring at an agent."""
        call = state.calls.get(call_id)
        if call is None or call_id not in self._waits:
            return
        entry = self._entries[call_id]
        place = state.matcher.position(call_id)
        if call.offer is not None:
            if place is not None:
                yield call_id, "it rings at an agent and is offered to others"
            return
        row = self._rows[entry.queue]
        ahead = row[: bisect_left(row, entry.key)]
        expected = 1 + sum(1 for key in ahead if state.calls[key[2]].offer is None)
        if place != expected:
            yield call_id, f"its place is {place}, and by the events it is {expected}"
