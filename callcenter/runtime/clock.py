"""The one reader of the wall clock and the one source of chance."""

import secrets
import time
from collections.abc import Callable


def now() -> int:
    """Milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000


def seed() -> bytes:
    """Sixteen bytes for the entropy of one decision."""
    return secrets.token_bytes(16)


class Steady:
    """The time of decisions: never less than that of the last event, whatever the machine's clock does."""

    def __init__(self, wall: Callable[[], int] = now) -> None:
        self._wall = wall
        self._last, self._turn = 0, 0.0

    def at(self, last_event: int) -> int:
        """Milliseconds since the epoch. After the clock was set back, time goes on at half its pace until the clock has caught
        up, so that nobody waits an hour longer."""
        wall, turn = self._wall(), time.monotonic()
        then = max(self._last, last_event)
        if wall < then:
            then += round((turn - self._turn) * 500) if self._turn else 0
        self._last, self._turn = max(wall, then), turn
        return self._last
