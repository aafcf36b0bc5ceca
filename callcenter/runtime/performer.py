"""Performing effects: carriers are told in order, jobs of our own run beside. Whatever happens comes back as a signal."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from typing import Any, Protocol

import structlog

from callcenter.kernel import effects as fx
from callcenter.kernel import signals as s
from callcenter.kernel.errors import CarrierFault
from callcenter.kernel.ids import AttemptId, CallId, CarrierName, RecordingId
from callcenter.kernel.signals import ContactMatch
from callcenter.kernel.words import Fault
from callcenter.runtime.lead_desk import LeadDesk
from callcenter.store.recordings import BadRecording
from callcenter.telephony.port import Carrier

log = structlog.get_logger(__name__)

LOOK_UP_TRIES = 3
STORE_TRIES = 5
FIRST_PAUSE_S = 0.2


class Jobs(Protocol):
    """Effects that are ours to do. Each raises whatever goes wrong; the performer tells it as a signal."""

    async def look_up(self, number: str) -> tuple[ContactMatch, ...]: ...

    async def store_recording(self, carrier: Carrier, recording: RecordingId, call: CallId) -> tuple[int, int]:
        """Size in bytes and duration in ms."""


class Performer:
    """Takes effects whose events are stored, and carries them out in the order given."""

    def __init__(self, carriers: Mapping[CarrierName, Carrier], jobs: Jobs, leads: LeadDesk | None = None) -> None:
        """Without `leads` there are none, and every claim fails."""
        self._carriers = carriers
        self._jobs = jobs
        self._leads = leads
        self._lanes: dict[CarrierName, asyncio.Queue[fx.AnyCarrierEffect]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._tell: Callable[[s.AnySignal], None] = lambda signal: None

    def start(self, tell: Callable[[s.AnySignal], None]) -> None:
        self._tell = tell
        for name in self._carriers:
            self._lanes[name] = asyncio.Queue()
            self._spawn(self._lane(name))

    def begin_leads(self, epoch: int, keep: Collection[AttemptId]) -> None:
        """Once, after `start` and before anything is performed: claims that nobody knows of are released."""
        if self._leads is not None:
            self._leads.begin(epoch, keep, self._tell)
            self._spawn(self._leads.run())

    def perform(self, effects: Iterable[fx.AnyEffect]) -> None:
        for effect in effects:
            if isinstance(effect, fx.LookUpContacts):
                self._spawn(self._look_up(effect))
            elif isinstance(effect, fx.StoreRecording):
                self._spawn(self._store(effect))
            elif isinstance(effect, fx.LeadEffect):
                self._of_leads(effect)
            else:
                lane = self._lanes.get(effect.carrier)
                if lane is None:
                    self._fail(effect, Fault.UNAVAILABLE, "no such carrier is configured")
                else:
                    lane.put_nowait(effect)

    def _of_leads(self, effect: fx.LeadEffect) -> None:
        if self._leads is not None:
            self._leads.perform(effect)
        elif isinstance(effect, fx.ClaimLeads):
            self._tell(s.ClaimFailed(effect=effect.effect, campaign=effect.campaign, why="there are no leads here"))

    def look_again(self, after_ms: int) -> None:
        """Has every carrier tell after that time what it has."""
        self._spawn(self._look(after_ms))

    async def _look(self, after_ms: int) -> None:
        await asyncio.sleep(after_ms / 1000)
        for carrier in self._carriers.values():
            carrier.look_again()

    async def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _lane(self, name: CarrierName) -> None:
        """One carrier's effects, one after the other: what a leg hears last is what was asked last."""
        carrier, lane = self._carriers[name], self._lanes[name]
        while True:
            effect = await lane.get()
            try:
                await carrier.perform(effect)
            except Exception:
                # The port promises not to raise; a bug in one adapter must not stop every call after it.
                log.exception("effect_not_performed", carrier=name, kind=type(effect).__name__, effect=effect.effect)
                self._fail(effect, Fault.UNAVAILABLE, "the adapter failed")

    def _fail(self, effect: fx.AnyCarrierEffect, fault: Fault, detail: str) -> None:
        self._tell(
            s.EffectFailed(
                effect=effect.effect,
                kind=type(effect).__name__,
                fault=fault,
                leg=getattr(effect, "leg", None),
                detail=detail,
            )
        )

    async def _look_up(self, effect: fx.LookUpContacts) -> None:
        for attempt in range(1, LOOK_UP_TRIES + 1):
            try:
                matches = await self._jobs.look_up(effect.number)
            except Exception as error:
                log.warning("look_up_failed", call=effect.call, attempt=attempt, error=type(error).__name__)
                if attempt == LOOK_UP_TRIES:
                    self._tell(s.LookUpFailed(effect=effect.effect, call=effect.call, why=type(error).__name__))
                    return
                await asyncio.sleep(FIRST_PAUSE_S * 2**attempt)
            else:
                self._tell(s.ContactsFound(effect=effect.effect, call=effect.call, matches=matches))
                return

    async def _store(self, effect: fx.StoreRecording) -> None:
        carrier = self._carriers.get(effect.carrier)
        if carrier is None:
            self._tell(s.RecordingLost(effect=effect.effect, recording=effect.recording, why="no such carrier"))
            return
        for attempt in range(1, STORE_TRIES + 1):
            try:
                size, duration_ms = await self._jobs.store_recording(carrier, effect.recording, effect.call)
            except Exception as error:
                hopeless = isinstance(error, BadRecording) or (isinstance(error, CarrierFault) and not error.retryable)
                final = hopeless or attempt == STORE_TRIES
                log.warning("recording_not_stored", recording=effect.recording, attempt=attempt, error=type(error).__name__)
                if final:
                    self._tell(s.RecordingLost(effect=effect.effect, recording=effect.recording, why=type(error).__name__))
                    return
                await asyncio.sleep(FIRST_PAUSE_S * 4**attempt)
            else:
                self._tell(
                    s.RecordingStored(effect=effect.effect, recording=effect.recording, size=size, duration_ms=duration_ms)
                )
                return
