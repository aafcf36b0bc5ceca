"""An engine that really runs: a log in a file, the simulated carrier in real time, and everything that was announced.

No pages, no database of rows. The stories are in the test files.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from callcenter.kernel import commands as c
from callcenter.kernel import signals as s
from callcenter.kernel.center import Center
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId, CallId, LegId, RecordingId
from callcenter.runtime import clock
from callcenter.runtime.engine import Engine
from callcenter.runtime.performer import Performer
from callcenter.store.event_log import EventLog
from callcenter.telephony.port import Carrier
from callcenter.telephony.simulated.adapter import SimulatedCarrier
from tests.unit.hub.story import CARRIER, DIALED, PEOPLE, center

ANA = AgentId("ana")


class NobodyKnown:
    """Jobs of a center without customers: every look-up answers that nobody was found."""

    async def look_up(self, number: str) -> tuple[s.ContactMatch, ...]:
        return ()

    async def store_recording(self, carrier: Carrier, recording: RecordingId, call: CallId) -> tuple[int, int]:
        size = 0
        async for piece in await carrier.fetch_recording(recording):
            size += len(piece)
        return size, 0


class Running:
    """`use` another engine of `make` before `start` when the usual one will not do."""

    def __init__(self, log: EventLog, carrier: SimulatedCarrier | None = None) -> None:
        self.log = log
        self.carrier = carrier or SimulatedCarrier(CARRIER, clock=clock.now, seed=b"test")
        self.carrier.use_prompts(center().prompts)
        self.announced: list[Recorded] = []
        self._changed = asyncio.Event()
        self.use(self.make())

    def make(self, performer: Performer | None = None, **options: Any) -> Engine:
        """An engine on this log and carrier; `options` are those of Engine."""
        return Engine(self.log, performer or Performer({CARRIER: self.carrier}, NobodyKnown()), holder="test", **options)

    def use(self, engine: Engine) -> None:
        self.engine = engine
        engine.listeners.append(self._heard)

    def _heard(self, events: Sequence[Recorded]) -> None:
        self.announced.extend(events)
        self._changed.set()

    async def start(self) -> None:
        """Without a center."""
        await self.log.open()
        await self.engine.start()
        await self.carrier.start(self.engine.tell)

    async def open(self, values: Center | None = None) -> None:
        """Starts, and the center is `values`, or the usual one."""
        await self.start()
        await self.engine.ask(c.ApplyCenter(version=1, center=values or center(), personal=PEOPLE))

    async def stop(self) -> None:
        await self.carrier.close()
        await self.engine.close()
        await self.log.close()

    async def until(self, condition: Callable[[], bool], seconds: float = 10) -> None:
        """Waits until the condition holds of what was announced; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def seen(self, kind: type) -> bool:
        return any(isinstance(recorded.event, kind) for recorded in self.announced)

    def call_in(self, caller: str = "+12125550123") -> LegId:
        return self.carrier.pump.act(lambda now: self.carrier.network.call_in(caller, DIALED))


async def stored(log: EventLog) -> list[Recorded]:
    return [recorded async for batch in log.read() for recorded in batch]
