"""The single writer: one inbox, one hub, append, then act, then announce.

The hub decides ahead of the disk; while one batch is being written the next one gathers. Effects, replies and announcements
wait for their batch. When an append fails, nothing of it has happened: the hub is thrown away, commands are answered "try
again", signals are kept and decided anew on the state that the log holds. When another hub has written, this one stops.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from callcenter.hub.apply import apply
from callcenter.hub.hub import Hub, Tick
from callcenter.hub.state import State
from callcenter.hub.turn import Decision
from callcenter.kernel.commands import AnyCommand, Command, Done
from callcenter.kernel.errors import Conflict, HouseError, TryAgain
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import Entropy, PersonalId
from callcenter.kernel.personal import PersonalRow
from callcenter.kernel.signals import AnySignal, CarrierDown
from callcenter.runtime import clock, resync
from callcenter.runtime.performer import Performer
from callcenter.store.event_log import EventLog, LogFault
from callcenter.telephony.port import CarrierSnapshot

log = structlog.get_logger(__name__)

Incoming = AnySignal | CarrierSnapshot | AnyCommand | Tick
Listener = Callable[[Sequence[Recorded]], None]

LARGEST_BATCH = 1_000
"""Decisions written in one transaction at most."""
PAUSES_S = (0.05, 0.2, 0.5, 1.0)
"""Between attempts to read the log again after a failed append; the last one repeats."""
LEASE_MS = 10_000


@dataclass(slots=True)
class _Item:
    item: Incoming
    answer: asyncio.Future[Done] | None = None


@dataclass(slots=True)
class _Decided:
    item: _Item
    decision: Decision | None
    error: HouseError | None = None


class Engine:
    """Runs one hub over one log. `state` is what is decided, which may be a batch ahead of `position`, what is stored."""

    def __init__(
        self,
        event_log: EventLog,
        performer: Performer,
        *,
        holder: str,
        now: Callable[[], int] = clock.now,
        seed: Callable[[], bytes] = clock.seed,
    ) -> None:
        self._log = event_log
        self._performer = performer
        self._holder = holder
        self._now = now
        self._seed = seed
        self._hub = Hub()
        self._inbox: deque[_Item] = deque()
        self._decided: list[_Decided] = []
        self._work = asyncio.Event()
        self._written = asyncio.Event()
        self._writing = False
        self._idle = asyncio.Event()
        """Set when nothing is left to decide or to write, and when this engine has to stop."""
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at: int | None = None
        self._recovering = False
        self._tasks: list[asyncio.Task[None]] = []
        self.position = 0
        self.listeners: list[Listener] = []
        self.stopped: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Done, with the reason, when the engine had to stop for good."""

    # -- for others -----------------------------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        return self._hub.state

    @property
    def _busy(self) -> bool:
        return bool(self._inbox or self._decided or self._writing)

    @property
    def writable(self) -> bool:
        """Whether decisions reach the log at present."""
        return not self._recovering and not self.stopped.done()

    def personal(self, row: PersonalId | None) -> str:
        return self._hub.state.value(row)

    def tell(self, signal: AnySignal | CarrierSnapshot) -> None:
        """Takes in what the world says. Never blocks, never raises; for the engine's own event loop only."""
        self._put(_Item(signal))

    async def ask(self, command: AnyCommand) -> Done:
        """Carries out a command; returns when its events are stored. Raises Refused, NotFound, TryAgain."""
        if not self.writable:
            raise TryAgain("The database does not answer at the moment. Try again in a moment.")
        answer: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._put(_Item(command, answer))
        return await answer

    # -- life -----------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Takes the lease, folds the log, settles what was left open, and begins to decide. Raises Conflict or LogFault."""
        await self._log.acquire(self._holder, LEASE_MS)
        self._hub = Hub(await self._fold())
        self.position = self._hub.state.position
        self._performer.start(self.tell)
        for carrier, up in list(self._hub.state.carriers.items()):
            if up:
                self.tell(CarrierDown(carrier=carrier, why="the service was started"))
        self._performer.perform(resync.repeated_jobs(self._hub.state))
        self._tasks = [
            asyncio.create_task(self._decide_loop(), name="hub"),
            asyncio.create_task(self._write_loop(), name="log"),
            asyncio.create_task(self._lease_loop(), name="lease"),
        ]
        self._set_timer()

    async def close(self) -> None:
        """Writes what is decided, then lets go. Calls in progress are not touched."""
        if self.writable and self._busy:
            await self._idle.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._timer is not None:
            self._timer.cancel()
        await self._performer.close()
        for item in self._inbox:
            _refuse(item)
        if not self.stopped.done():
            self.stopped.cancel()
            try:
                await self._log.release()
            except LogFault:
                log.warning("lease_not_released")

    async def _fold(self) -> State:
        state = State()
        rows = await self._log.personal_all()
        state.personal.update(rows)
        async for batch in self._log.read():
            for recorded in batch:
                apply(state, recorded)
        return state

    # -- deciding -------------------------------------------------------------------------------------------------------

    def _put(self, item: _Item) -> None:
        self._idle.clear()
        self._inbox.append(item)
        self._work.set()

    async def _decide_loop(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            if self._recovering:
                continue
            while self._inbox and not self._recovering:
                item = self._inbox.popleft()
                self._decide(item)
                if len(self._decided) >= LARGEST_BATCH:
                    await asyncio.sleep(0)
            self._set_timer()

    def _decide(self, item: _Item) -> None:
        now = max(self._now(), self._hub.state.at)
        if isinstance(item.item, CarrierSnapshot):
            self._resync(item.item, now)
            return
        try:
            decision = self._hub.decide(item.item, now, Entropy(self._seed()))
        except HouseError as error:
            self._keep(_Decided(item, None, error))
        except Exception:
            # A bug in a decision: the state may be half changed. Log it, drop the item, fold anew.
            log.exception("decision_failed", kind=type(item.item).__name__)
            _refuse(item)
            self._recovering = True
            self._written.set()
        else:
            self._keep(_Decided(item, decision))

    def _resync(self, snapshot: CarrierSnapshot, now: int) -> None:
        for signal in list(resync.missed(self._hub.state, snapshot, now)):
            self._decide(_Item(signal))
        entropy = Entropy(self._seed())
        remedies = tuple(resync.remedies(self._hub.state, snapshot, entropy))
        if remedies:
            self._keep(_Decided(_Item(Tick()), Decision((), remedies)))
        log.info("carrier_resynced", carrier=snapshot.carrier, legs=len(snapshot.legs), bridges=len(snapshot.bridges))

    def _keep(self, decided: _Decided) -> None:
        self._decided.append(decided)
        self._written.set()

    def _set_timer(self) -> None:
        """Wakes the hub at its next deadline."""
        at = self._hub.next_deadline()
        if at == self._timer_at and self._timer is not None:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._timer_at = at
        if at is not None:
            delay = max(0, at - self._now()) / 1000
            self._timer = asyncio.get_running_loop().call_later(delay, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._timer_at = None
        self._put(_Item(Tick()))

    # -- writing --------------------------------------------------------------------------------------------------------

    async def _write_loop(self) -> None:
        while True:
            await self._written.wait()
            self._written.clear()
            while self._decided and not self._recovering:
                batch, self._decided = self._decided, []
                self._writing = True
                try:
                    await self._append(batch)
                except Conflict as conflict:
                    self._stop(batch, conflict.why)
                    return
                except LogFault as fault:
                    log.error("append_failed", code=fault.code, why=fault.why)
                    await self._recover(batch)
                else:
                    self._release(batch)
                finally:
                    self._writing = False
            if self._recovering:
                await self._recover([])
            if not self._busy:
                self._idle.set()

    async def _append(self, batch: list[_Decided]) -> None:
        events: list[Recorded] = []
        personal: list[PersonalRow] = []
        erased: list[PersonalId] = []
        for decided in batch:
            if decided.decision is not None:
                events.extend(decided.decision.events)
                personal.extend(decided.decision.personal)
                erased.extend(decided.decision.erased)
        if events:
            await self._log.append(self.position, events, personal, erased)

    def _release(self, batch: list[_Decided]) -> None:
        """The batch is stored: act, answer, announce."""
        events: list[Recorded] = []
        for decided in batch:
            if decided.decision is not None:
                events.extend(decided.decision.events)
                self._performer.perform(decided.decision.effects)
            answer = decided.item.answer
            if answer is not None and not answer.done():
                if decided.error is not None:
                    answer.set_exception(decided.error)
                else:
                    assert decided.decision is not None
                    answer.set_result(decided.decision.reply or Done())
        if events:
            self.position = events[-1].position
            self._announce(events)

    def _announce(self, events: Sequence[Recorded]) -> None:
        for listener in self.listeners:
            try:
                listener(events)
            except Exception:
                log.exception("listener_failed", listener=getattr(listener, "__qualname__", "?"))

    # -- when the log fails ---------------------------------------------------------------------------------------------

    async def _recover(self, failed: list[_Decided]) -> None:
        """Throws the hub away and folds anew. Signals are kept in their order, commands are answered "try again"."""
        self._recovering = True
        waiting = [decided.item for decided in (*failed, *self._decided)]
        self._decided = []
        kept = [item for item in waiting if not isinstance(item.item, Command | Tick)]
        for item in waiting:
            _refuse(item)
        for item in [item for item in self._inbox if isinstance(item.item, Command)]:
            _refuse(item)
        self._inbox = deque(item for item in self._inbox if not isinstance(item.item, Command))
        self._inbox.extendleft(reversed(kept))
        attempt = 0
        while True:
            await asyncio.sleep(PAUSES_S[min(attempt, len(PAUSES_S) - 1)])
            attempt += 1
            try:
                await self._log.renew(LEASE_MS)
                state = await self._fold()
            except Conflict as conflict:
                self._stop([], conflict.why)
                return
            except LogFault as fault:
                log.error("log_unreachable", code=fault.code, attempt=attempt)
                continue
            break
        self._hub = Hub(state)
        unannounced = await self._since(self.position)
        self.position = state.position
        self._recovering = False
        if unannounced:
            # The append had reached the disk after all: what it asked for is pending and is settled as after a restart.
            self._announce(unannounced)
            self._performer.perform(resync.repeated_jobs(state))
        log.warning("log_recovered", position=self.position, kept_signals=len(kept))
        self._put(_Item(Tick()))

    async def _since(self, position: int) -> list[Recorded]:
        events: list[Recorded] = []
        async for batch in self._log.read(position):
            events.extend(batch)
        return events

    def _stop(self, batch: list[_Decided], why: str) -> None:
        """Another hub has written: nothing more is done here."""
        log.critical("another_hub_is_active", why=why)
        self._recovering = True
        for decided in (*batch, *self._decided):
            _refuse(decided.item)
        for item in self._inbox:
            _refuse(item)
        self._inbox.clear()
        self._decided = []
        self._idle.set()
        if not self.stopped.done():
            self.stopped.set_result(why)

    async def _lease_loop(self) -> None:
        while True:
            await asyncio.sleep(LEASE_MS / 3000)
            if self._recovering:
                continue
            try:
                await self._log.renew(LEASE_MS)
            except Conflict as conflict:
                self._stop([], conflict.why)
                return
            except LogFault as fault:
                log.error("lease_not_renewed", code=fault.code)


def _refuse(item: _Item) -> None:
    if item.answer is not None and not item.answer.done():
        item.answer.set_exception(TryAgain("The database does not answer at the moment. Try again in a moment."))
