"""When a delivery is tried again, and when it is given up. Pure.

Two things are kept apart: one delivery that the receiver will not take (its own pauses grow, others go on), and a receiver that
is not there (everything of its subscription waits, and single attempts show when it is back).
"""

import random

from msgspec import Struct

FIRST_MS = 1_000
LONGEST_MS = 3_600_000
GIVE_UP_AFTER_MS = 24 * 3_600_000
DOWN_AFTER = 3
"""Attempts that failed in a row by the receiver's fault, until it counts as down."""
LOOK_AGAIN_MS = 60_000
"""A receiver that is down is asked at least this often."""
LONGEST_WISH_MS = 3_600_000
"""A Retry-After of more than this counts as this."""


def pause_ms(attempts: int, dice: random.Random, longest_ms: int = LONGEST_MS) -> int:
    """After the attempt of this number (from 1): doubled each time, and by chance up to half as much shorter, so that what failed
    together is not tried again together."""
    whole = min(FIRST_MS * 2 ** min(attempts - 1, 30), longest_ms)
    return int(whole * (0.5 + dice.random() / 2))


class Receiver(Struct):
    """How one subscription's receiver does, as far as this process has seen."""

    failures: int = 0
    """In a row."""
    resume_at: int = 0

    @property
    def down(self) -> bool:
        return self.failures >= DOWN_AFTER

    def answered(self) -> bool:
        """It took something, or refused it in its right mind. True: it had been down."""
        was_down = self.down
        self.failures, self.resume_at = 0, 0
        return was_down

    def failed(self, now: int, dice: random.Random) -> bool:
        """It was not there. True: it counts as down from now on."""
        self.failures += 1
        if self.down:
            self.resume_at = now + pause_ms(self.failures - DOWN_AFTER + 1, dice, LOOK_AGAIN_MS)
        return self.failures == DOWN_AFTER
