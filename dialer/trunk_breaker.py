"""A circuit breaker for each trunk: a dead one is found out by dials that end, or hang, without any sign of life.

Closed: dials go. Open: none goes until the pause is over. Trying: a few probes at a time; enough signs of life close it, one more
silent end opens it again for twice as long. A trunk that nothing is dialed over says nothing and keeps its state.
"""

from enum import StrEnum

from msgspec import Struct, field

from callcenter.kernel.dialing import TrunkLimits
from dialer.outcome import TrunkSign


class Circuit(StrEnum):
    CLOSED = "closed"
    """Used as usual."""
    OPEN = "open"
    TRYING = "trying"


class Permit(Struct, frozen=True, kw_only=True):
    allowed: bool
    why: str
    """A sentence for the campaign's page; empty when the trunk is used as usual."""
    until: int | None = None
    """When it is tried again; None where no time is known."""


class TrunkBreaker(Struct, kw_only=True):
    """One trunk's. Every time is ms since the epoch; the same calls in the same order make the same state."""

    limits: TrunkLimits = field(default_factory=TrunkLimits)
    circuit: Circuit = Circuit.CLOSED
    silent: int = 0
    """Silent dials since the last sign of life."""
    waiting: dict[str, int] = field(default_factory=dict)
    """Dials under way without a sign of life yet, with the time of each."""
    opened_at: int | None = None
    cool_ms: int = 0
    """Of the present or the last pause."""
    seen: int = 0
    """Silent dials that opened it."""
    alive: int = 0
    """Signs of life since it is being tried."""

    def dialed(self, attempt: str, at: int) -> None:
        self.waiting[attempt] = at

    def progressed(self, attempt: str) -> None:
        """Ringing, progress or an answer."""
        if attempt in self.waiting:
            del self.waiting[attempt]
            self._lives()

    def ended(self, attempt: str, sign: TrunkSign, at: int) -> None:
        """`sign` by `dialer.outcome.told`. A dial that had progressed has told what it knows."""
        waited = self.waiting.pop(attempt, None)
        if sign is TrunkSign.ALIVE and waited is not None:
            self._lives()
        elif sign is TrunkSign.SILENT and waited is not None:
            self.silent += 1
            if self.circuit is Circuit.TRYING:
                self._open(at, doubled=True)
            self.tick(at)

    def tick(self, now: int) -> None:
        """Looks at the clock: pauses end, and dials that hang too long count before they end."""
        if self.circuit is Circuit.OPEN and self.opened_at is not None and now >= self.opened_at + self.cool_ms:
            self.circuit, self.alive = Circuit.TRYING, 0
            # What hung when it was opened is no probe, and would open it again at once.
            self.waiting.clear()
        if self.circuit is Circuit.CLOSED and self.silent + self._late(now) >= self.limits.silent_in_a_row:
            self._open(now, doubled=False)
        elif self.circuit is Circuit.TRYING and self._late(now):
            self._open(now, doubled=True)

    def permit(self, now: int) -> Permit:
        """Whether one more dial may go over the trunk at `now`."""
        self.tick(now)
        if self.circuit is Circuit.CLOSED:
            return Permit(allowed=True, why="")
        if self.circuit is Circuit.TRYING:
            if len(self.waiting) < self.limits.probes:
                return Permit(allowed=True, why="the trunk is being tried again")
            return Permit(allowed=False, why=f"the trunk is being tried again with {self.limits.probes} calls at a time")
        assert self.opened_at is not None
        return Permit(
            allowed=False,
            why=f"{self.seen} calls in a row over the trunk never rang: it seems dead and is left alone",
            until=self.opened_at + self.cool_ms,
        )

    def next_deadline(self) -> int | None:
        """When `tick` has something to do; None: not before the next dial."""
        if self.circuit is Circuit.OPEN:
            return None if self.opened_at is None else self.opened_at + self.cool_ms
        return min(self.waiting.values()) + self.limits.silent_ms if self.waiting else None

    def _late(self, now: int) -> int:
        return sum(now - at >= self.limits.silent_ms for at in self.waiting.values())

    def _lives(self) -> None:
        self.silent = 0
        if self.circuit is Circuit.OPEN:
            # Something rings after all: no need to wait for the end of the pause.
            self.circuit, self.alive = Circuit.TRYING, 0
        if self.circuit is Circuit.TRYING:
            self.alive += 1
            if self.alive >= self.limits.alive_to_close:
                self.circuit, self.opened_at, self.cool_ms = Circuit.CLOSED, None, 0

    def _open(self, at: int, *, doubled: bool) -> None:
        cool = self.cool_ms * 2 if doubled else self.limits.cool_ms
        self.circuit, self.opened_at, self.cool_ms = Circuit.OPEN, at, min(cool, self.limits.longest_cool_ms)
        self.seen = self.silent + self._late(at)
