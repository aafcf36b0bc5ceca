"""An engine that counts what it does, and whether the log can be written now: for /metrics and /readyz. Decides nothing."""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import get_args

from callcenter.kernel.effects import AnyEffect
from callcenter.kernel.errors import HouseError
from callcenter.kernel.signals import AnySignal, EffectFailed
from callcenter.runtime.engine import Engine
from callcenter.runtime.items import Decided
from callcenter.runtime.performer import Performer
from callcenter.store.event_log import EventLog
from callcenter.telephony.port import CarrierSnapshot

BUCKETS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
RECENTLY_S = 10.0
"""For so long a failed append, after which none has succeeded, makes the service not ready."""
ASK_AGAIN_S = 1.0
"""The log is asked so often at most, however many probes there are."""
EFFECTS = frozenset(kind.__name__ for kind in get_args(AnyEffect))


@dataclass(slots=True)
class Vitals:
    """Counted since the process began."""

    decisions: int = 0
    """Items decided and stored."""
    appended: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))
    """Appends by how long they took: one count for each of BUCKETS_S, the last for those above."""
    append_s: float = 0.0
    append_failures: int = 0
    failed_at: float | None = None
    """When the last append failed (monotonic); None: the last one did not."""
    effects_failed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By the effect's kind and the fault."""

    def append_done(self, decisions: int, seconds: float) -> None:
        self.decisions += decisions
        self.appended[bisect_left(BUCKETS_S, seconds)] += 1
        self.append_s += seconds
        self.failed_at = None


class WatchedEngine(Engine):
    """`vitals` may be read at any time."""

    def __init__(self, event_log: EventLog, performer: Performer, *, holder: str) -> None:
        super().__init__(event_log, performer, holder=holder)
        self.vitals = Vitals()

    async def _append(self, batch: list[Decided]) -> None:
        began = time.perf_counter()
        try:
            await super()._append(batch)
        except Exception:
            self.vitals.append_failures += 1
            self.vitals.failed_at = time.monotonic()
            raise
        self.vitals.append_done(len(batch), time.perf_counter() - began)

    def tell(self, signal: AnySignal | CarrierSnapshot) -> None:
        if isinstance(signal, EffectFailed):
            kind = signal.kind if signal.kind in EFFECTS else "other"
            self.vitals.effects_failed[(kind, signal.fault.value)] += 1
        super().tell(signal)


class LogCheck:
    """Whether the log takes what is written: the lease is renewed, which is a small transaction of its own."""

    def __init__(self, vitals: Vitals, renew: Callable[[], Awaitable[None]]) -> None:
        self._vitals = vitals
        self._renew = renew
        self._said = ""
        self._asked_at: float | None = None

    async def __call__(self) -> str:
        """Empty, or what is wrong and what to do."""
        now = time.monotonic()
        if self._asked_at is None or now - self._asked_at >= ASK_AGAIN_S or self._said:
            self._asked_at = now
            try:
                await self._renew()
                self._said = ""
            except HouseError as error:
                self._said = error.why
        failed_at = self._vitals.failed_at
        if not self._said and failed_at is not None and now - failed_at < RECENTLY_S:
            return "the event log could not be written a moment ago: see the log of the service"
        return self._said
