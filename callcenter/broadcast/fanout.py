"""In-process fan-out: one publisher, any number of subscriptions, each with a bounded queue of its own.

A subscription may say which items are urgent to it: the others wait for an urgent one, or for the next `nudge`, and are then read
together. Waking a thousand subscribers for what concerns one of them would take longer than telling that one.

A subscriber who does not keep up is closed, never waited for: it has missed something, so it must take a snapshot anew.
Knows nothing of what it carries. One event loop; nothing here is safe to call from another thread.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

CAPACITY = 256
TURNS = 50
"""Subscriptions are nudged by turns: to write to a thousand pages takes a tenth of a second, and what is urgent waits no longer
than one turn takes."""


class Lagging(Exception):
    """The subscriber was too slow and has been closed: subscribe again, beginning with a snapshot."""


class Subscription(Generic[T]):
    """What one subscriber has not read yet, oldest first."""

    def __init__(self, owner: "Fanout[T]", capacity: int, urgent: Callable[[T], bool] | None, turn: int) -> None:
        self._owner = owner
        self._capacity = capacity
        self._urgent = urgent
        self._due = False
        """Something that is pending has waited long enough."""
        self.turn = turn
        self._pending: deque[T] = deque()
        self._woken = asyncio.Event()
        self._open = True
        self.lagging = False

    def _put(self, item: T) -> None:
        if len(self._pending) >= self._capacity:
            self.lagging = True
            self._pending.clear()
            self.close()
        else:
            self._pending.append(item)
            if self._urgent is None or self._urgent(item) or len(self._pending) * 2 > self._capacity:
                self._due = True
                self._woken.set()

    def _nudge(self) -> None:
        if self._pending:
            self._due = True
            self._woken.set()

    async def get(self) -> list[T]:
        """Everything published since the last call, at least one item. Empty once the subscription was closed by its owner.

        Returns when there is an urgent item, or after a nudge. Raises Lagging when it was closed because it did not keep up.
        """
        while self._open and not self._due:
            self._woken.clear()
            await self._woken.wait()
        if self.lagging:
            raise Lagging
        items = list(self._pending)
        self._pending.clear()
        self._due = False
        return items

    def close(self) -> None:
        """Undoes the subscription. What is pending can still be read; whoever waits in `get` wakes. May be repeated."""
        self._open = False
        self._owner._forget(self)
        self._woken.set()


class Fanout(Generic[T]):
    """`publish` never blocks and never raises for a subscriber's sake."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._subscriptions: set[Subscription[T]] = set()
        self._turns: tuple[set[Subscription[T]], ...] = tuple(set() for _ in range(TURNS))
        self._made = 0
        self.cut = 0
        """How many subscribers were closed because they did not keep up, since the start."""

    def __len__(self) -> int:
        return len(self._subscriptions)

    def publish(self, item: T) -> None:
        for subscription in tuple(self._subscriptions):
            subscription._put(item)
            if subscription.lagging:
                self.cut += 1

    def nudge(self, turn: int) -> None:
        """Wakes the subscriptions of this turn (0 to TURNS - 1) that have something to read."""
        for subscription in self._turns[turn]:
            subscription._nudge()

    def subscribe(self, capacity: int | None = None, urgent: Callable[[T], bool] | None = None) -> Subscription[T]:
        """From the next `publish` on. `urgent` says which items wake it at once; None: all."""
        self._made += 1
        subscription = Subscription(self, capacity or self._capacity, urgent, self._made % TURNS)
        self._subscriptions.add(subscription)
        self._turns[subscription.turn].add(subscription)
        return subscription

    def close(self) -> None:
        for subscription in tuple(self._subscriptions):
            subscription.close()

    def _forget(self, subscription: Subscription[T]) -> None:
        self._subscriptions.discard(subscription)
        self._turns[subscription.turn].discard(subscription)
