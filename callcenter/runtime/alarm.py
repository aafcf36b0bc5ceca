"""When the engine is woken: at the hub's next deadline, and after an absence not before the carriers have been listed.

Somebody may have answered, joined or gone while nobody looked. A deadline that passed in that time says only that we were away:
decided first, it would take a call from an agent who has it. So it waits for what the carriers have to say, but not for ever.
"""

import asyncio
from collections.abc import Callable, Collection

from callcenter.kernel.ids import CarrierName

PATIENCE_MS = 5_000
"""The longest wait for carriers after an absence: one that is gone must not hold up everybody else."""
AWAY_MS = 2_000
"""An alarm that rings so late: the process, or the whole machine, stood still."""
LOOK_AGAIN_S = 30.0
"""The clock is looked at least this often: timers stand still while a machine sleeps, the clock does not."""


class Alarm:
    """One timer. `now` reads the clock in ms since the epoch; `ring` is called when something is due, `was_away` when it was due
    long ago."""

    def __init__(self, now: Callable[[], int], ring: Callable[[], None], was_away: Callable[[], None]) -> None:
        self._now = now
        self._ring = ring
        self._was_away = was_away
        self._unseen: set[CarrierName] = set()
        self._patient_until = 0
        self._at: int | None = None
        self._expected = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def patient(self) -> bool:
        """Nothing that is due is to be decided yet."""
        return bool(self._unseen) and self._now() < self._patient_until

    def wait_for(self, carriers: Collection[CarrierName]) -> None:
        """We were away: no deadline counts before each of these has been seen."""
        self._unseen = set(carriers)
        self._patient_until = self._now() + PATIENCE_MS

    def seen(self, carrier: CarrierName) -> None:
        """What this carrier has is known again."""
        self._unseen.discard(carrier)

    def set(self, at: int | None) -> None:
        """The next deadline is at this time; None: there is none."""
        if at is not None and self.patient:
            at = max(at, self._patient_until)
        if at == self._at and self._timer is not None:
            return
        self.cancel()
        self._at = at
        if at is not None:
            now = self._now()
            delay_s = min(max(0, at - now) / 1000, LOOK_AGAIN_S)
            self._expected = now + round(delay_s * 1000)
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._rings)

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _rings(self) -> None:
        self._timer = None
        self._at = None
        if self._now() - self._expected >= AWAY_MS:
            self._was_away()
        self._ring()
