"""A heap over the heads of many sorted rows, corrected when it is looked at. Knows nothing of calls or agents.

Each row stands in the heap under a key that is at most the key of its head. A head that left its row is noticed only when it
comes up (its successor is never smaller), so taking heads away costs nothing here; only a new smaller head has to be told.
"""

from collections.abc import Callable
from heapq import heapify, heappop, heappush, heapreplace
from typing import Any

Key = tuple[Any, ...]


class Heads:
    """`head(row)` answers with the key of the row's head now, or None for a row that is empty or out of question."""

    __slots__ = ("_head", "_heap", "_listed")

    def __init__(self, head: Callable[[int], Key | None]) -> None:
        self._head = head
        self._heap: list[tuple[Key, int]] = []
        self._listed: dict[int, tuple[Key, int]] = {}

    def lower(self, row: int, key: Key) -> None:
        """The row has a head again, or one with a smaller key. Telling it for nothing does no harm."""
        listed = self._listed.get(row)
        entry = (key, row)
        if listed is not None and listed <= entry:
            return
        self._listed[row] = entry
        if len(self._heap) > 2 * len(self._listed) + 16:
            self._heap = list(self._listed.values())
            heapify(self._heap)
        else:
            heappush(self._heap, entry)

    def first(self) -> int | None:
        """The row with the smallest head, or None when no row has one."""
        heap, listed = self._heap, self._listed
        while heap:
            entry = heap[0]
            row = entry[1]
            if listed.get(row) != entry:
                heappop(heap)  # superseded by a smaller one
                continue
            key = self._head(row)
            if key is None:
                heappop(heap)
                del listed[row]
            elif key != entry[0]:
                corrected = (key, row)
                listed[row] = corrected
                heapreplace(heap, corrected)
            else:
                return row
        return None
