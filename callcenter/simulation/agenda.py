"""What will happen in a simulated world, in a heap of (time, sequence). Knows no phone and no person.

Whoever pops sees things in one order only: by time, then by when they were arranged. So a seed is a world.
"""

from collections.abc import Callable
from heapq import heapify, heappop, heappush

Action = Callable[[int], object]
"""Given the time for which it was arranged, ms since the epoch."""


class Appointment:
    """Something arranged; cancelling it twice, or after it happened, does no harm."""

    __slots__ = ("_agenda", "action", "at")

    def __init__(self, at: int, action: Action, agenda: "Agenda") -> None:
        self.at = at
        self.action: Action | None = action
        self._agenda = agenda

    def cancel(self) -> None:
        if self.action is not None:
            self.action = None
            self._agenda.cancelled()


class Agenda:
    """Appointments by time. Nothing runs but by `run`."""

    __slots__ = ("_cancelled", "_heap", "_sequence", "now")

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Appointment]] = []
        self._sequence = 0
        self._cancelled = 0
        self.now = 0
        """How far `run` has come."""

    def arrange(self, at: int, action: Action) -> Appointment:
        self._sequence += 1
        appointment = Appointment(at, action, self)
        heappush(self._heap, (at, self._sequence, appointment))
        return appointment

    def cancelled(self) -> None:
        """Cancelled entries are thrown out when they are more than half."""
        self._cancelled += 1
        if self._cancelled > 64 and self._cancelled * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[2].action is not None]
            heapify(self._heap)
            self._cancelled = 0

    def next_at(self) -> int | None:
        """When the next thing happens; None when nothing is arranged."""
        while self._heap and self._heap[0][2].action is None:
            heappop(self._heap)
            self._cancelled = max(self._cancelled - 1, 0)
        return self._heap[0][0] if self._heap else None

    def run(self, now: int) -> None:
        """Everything up to and including `now`, each at the time for which it was arranged."""
        while (at := self.next_at()) is not None and at <= now:
            appointment = heappop(self._heap)[2]
            action = appointment.action
            appointment.action = None
            assert action is not None
            self.now = at
            action(at)
        self.now = max(self.now, now)
