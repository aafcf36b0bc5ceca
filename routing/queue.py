"""Queues as ordered rows: who waits, in which order, since when. Which agent gets whom is decided in `routing.matching`.

The order of a queue is priority first, then the time that counts for the place, then the call's id (so that two runs agree).
"""

from bisect import bisect_left, insort
from typing import Any

from msgspec import Struct

from callcenter.kernel.ids import CallId, QueueId, SkillId

PlaceKey = tuple[int, int, CallId]


class Waiting(Struct, frozen=True, kw_only=True):
    """A call that waits for an agent."""

    call: CallId
    queue: QueueId
    since: int
    """The time that counts for the place, ms since the epoch; earlier than the entry when a place was kept."""
    priority: int
    """Higher goes first."""
    skills: dict[SkillId, int]
    """The level that the agent must have at least, by skill; empty: anybody."""


def place(waiting: Waiting) -> PlaceKey:
    """The sort key of a waiting call; smaller goes first."""
    return (-waiting.priority, waiting.since, waiting.call)


class QueueRow:
    """The calls of one queue in order. Adding, removing and finding a place cost the logarithm of the length."""

    __slots__ = ("_by_age", "_by_place")

    def __init__(self) -> None:
        self._by_place: list[PlaceKey] = []
        self._by_age: list[tuple[int, CallId]] = []

    def __len__(self) -> int:
        return len(self._by_place)

    def add(self, waiting: Waiting) -> None:
        insort(self._by_place, place(waiting))
        insort(self._by_age, (waiting.since, waiting.call))

    def remove(self, waiting: Waiting) -> None:
        take_out(self._by_place, place(waiting))
        take_out(self._by_age, (waiting.since, waiting.call))

    def position(self, waiting: Waiting) -> int:
        """The 1-based place of a call of this row."""
        return bisect_left(self._by_place, place(waiting)) + 1

    def oldest(self) -> int | None:
        """Since when the longest-waiting call waits, whatever its priority; None when nobody waits."""
        return self._by_age[0][0] if self._by_age else None


def take_out(row: list[Any], key: Any) -> None:
    """Removes a key that is in a sorted list."""
    index = bisect_left(row, key)
    assert row[index] == key, "what is taken out was put in"
    del row[index]
