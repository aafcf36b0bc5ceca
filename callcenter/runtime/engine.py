"""The single writer: one inbox, one hub, append, then act, then announce.

The hub decides ahead of the disk; while one batch is being written the next one gathers. Effects, replies and announcements
wait for their batch. When an append fails, nothing of it has happened: the hub is thrown away, commands are answered "try
again", signals are kept and decided anew on the state that the log holds. When another hub has written, this one stops.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import count

import structlog

from callcenter.hub.deadlines import Key
from callcenter.hub.hub import Hub, Tick
from callcenter.hub.state import State
from callcenter.hub.turn import Decision
from callcenter.kernel.commands import AnyCommand, Command, Done
from callcenter.kernel.effects import AnyEffect
from callcenter.kernel.errors import Conflict, HouseError, TryAgain
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import CallId, Entropy, PersonalId
from callcenter.kernel.personal import PersonalRow
from callcenter.kernel.signals import AnySignal, CarrierDown
from callcenter.runtime import clock, resync
from callcenter.runtime.alarm import Alarm
from callcenter.runtime.checkpoints import Checkpoints
from callcenter.runtime.folding import folded, since
from callcenter.runtime.items import WENT_WRONG, Decided, Item, refuse
from callcenter.runtime.lease import LEASE_MS, hold
from callcenter.runtime.performer import Performer
from callcenter.store.event_log import EventLog, LogFault
from callcenter.telephony.port import CarrierSnapshot

log = structlog.get_logger(__name__)

Listener = Callable[[Sequence[Recorded]], None]

LARGEST_BATCH = 1_000
"""Decisions written in one transaction at most."""
PAUSES_S = (0.05, 0.2, 0.5, 1.0)
"""Between attempts to read the log again after a failed append; the last one repeats."""
CLOSE_WITHIN_S = 5.0


class Engine:
    """Runs one hub over one log. `state` is what is decided, which may be a batch ahead of `position`, what is stored."""

    def __init__(
        self,
        event_log: EventLog,
        performer: Performer,
        *,
        holder: str,
        checkpoints: Checkpoints | None = None,
        now: Callable[[], int] = clock.now,
        seed: Callable[[], bytes] = clock.seed,
    ) -> None:
        self._log = event_log
        self._performer = performer
        self._checkpoints = checkpoints or Checkpoints(event_log)
        self._holder = holder
        self._clock = clock.Steady(now)
        self._seed = seed
        self._hub = Hub()
        self._inbox: deque[Item] = deque()
        self._decided: list[Decided] = []
        self._batch: list[Decided] = []
        """What is being written."""
        self._singly = 0
        """So many are written one by one, because one of them cannot be written."""
        self._broken = False
        """A decision failed and may have left the state half changed: what was decided before is written, then all is folded."""
        self._left_out: set[Key] = set()
        """Deadlines that could not be decided."""
        self._work = asyncio.Event()
        self._written = asyncio.Event()
        self._idle = asyncio.Event()
        """Set when nothing is left to decide or to write, and when this engine has to stop."""
        self._alarm = Alarm(lambda: self._clock.at(self._hub.state.at), lambda: self._put(Item(Tick())), self._was_away)
        self._recovering = False
        self._tasks: list[asyncio.Task[None]] = []
        self.position = 0
        self.fault = ""
        """What was wrong when an append failed last, and what to do about it."""
        self.listeners: list[Listener] = []
        self.stopped: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """Done, with the reason, when the engine had to stop for good."""

    # -- for others -----------------------------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        return self._hub.state

    @property
    def _busy(self) -> bool:
        return bool(self._inbox or self._decided or self._batch)

    @property
    def writable(self) -> bool:
        """Whether decisions reach the log at present."""
        return not (self._recovering or self._broken or self.stopped.done())

    @property
    def why_not(self) -> str:
        """Empty when `writable`; else what is wrong, and what to do about it."""
        return "" if self.writable else f"the event log cannot be written: {self.fault or 'see the log of the service'}"

    def personal(self, row: PersonalId | None) -> str:
        return self._hub.state.value(row)

    async def recall(self, needed: Callable[[], set[PersonalId]]) -> None:
        """From now on `personal` also has the values of the rows that `needed` tells. Raises LogFault."""
        self._checkpoints.forgetting.also_needed.append(needed)
        state = self._hub.state
        for row, value in (await self._log.personal(needed() - state.personal.keys())).items():
            state.personal.setdefault(row, value)

    def tell(self, signal: AnySignal | CarrierSnapshot) -> None:
        """Takes in what the world says. Never blocks, never raises; for the engine's own event loop only."""
        self._put(Item(signal))

    async def ask(self, command: AnyCommand) -> Done:
        """Carries out a command; returns when its events are stored. Raises Refused, NotFound, TryAgain."""
        if not self.writable:
            raise TryAgain("The database does not answer at the moment. Try again in a moment.")
        answer: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        self._put(Item(command, answer))
        return await answer

    async def known(self, call: CallId) -> bool:
        """Whether the log has ever had this call, ended ones included. Raises LogFault."""
        return call in self._hub.state.calls or bool(await self._log.read_call(call))

    # -- life -----------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Takes the lease, folds the log, settles what was left open, and begins to decide. Raises Conflict or LogFault."""
        epoch = await self._log.acquire(self._holder, LEASE_MS)
        self._begin(await folded(self._log))
        self._alarm.wait_for(self._hub.state.carriers)
        self._performer.start(self.tell)
        for carrier, up in list(self._hub.state.carriers.items()):
            if up:
                self.tell(CarrierDown(carrier=carrier, why="the service was started"))
        self._performer.begin_leads(epoch, resync.known_attempts(self._hub.state))
        self._settle_jobs()
        self._tasks = [
            asyncio.create_task(self._decide_loop(), name="hub"),
            asyncio.create_task(self._write_loop(), name="log"),
            asyncio.create_task(self._lease_loop(), name="lease"),
        ]
        for task in self._tasks:
            task.add_done_callback(self._ended)
        self._alarm.set(self._hub.next_deadline())

    def _begin(self, state: State) -> None:
        self._hub = Hub(state)
        self.position = state.position
        self._checkpoints.begin(state)

    async def close(self) -> None:
        """Writes what is decided, then lets go. Calls in progress are not touched."""
        if self.writable and self._busy:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_WITHIN_S):
                    await self._idle.wait()
        if self.writable and not self._busy:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_WITHIN_S):
                    await self._checkpoints.close(self._hub.state, self.position)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._alarm.cancel()
        await self._performer.close()
        for item in (*(decided.item for decided in (*self._batch, *self._decided)), *self._inbox):
            refuse(item)
        if not self.stopped.done():
            self.stopped.cancel()
            try:
                await self._log.release()
            except LogFault:
                log.warning("lease_not_released")

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A loop that is gone for good leaves a service that looks alive and is not: better to end and be started again."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.critical("engine_loop_failed", loop=task.get_name(), exc_info=error)
            self._stop([], f"the service cannot go on ({type(error).__name__}): see its log, and start it again")

    def _settle_jobs(self, *, again: bool = True) -> None:
        """What was asked of jobs is done again, if it may not have been; claims whose answer may be lost count as failed."""
        if again:
            self._perform(resync.repeated_jobs(self._hub.state))
        for signal in resync.unknown_claims(self._hub.state):
            self.tell(signal)

    # -- deciding -------------------------------------------------------------------------------------------------------

    def _put(self, item: Item) -> None:
        self._idle.clear()
        self._inbox.append(item)
        self._work.set()

    async def _decide_loop(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            while self._inbox and len(self._decided) < LARGEST_BATCH and not (self._recovering or self._broken):
                self._decide(self._inbox.popleft())
            if not (self._recovering or self._broken):
                self._alarm.set(self._hub.next_deadline())

    def _decide(self, item: Item) -> None:
        now = self._clock.at(self._hub.state.at)
        if isinstance(item.item, Tick) and self._alarm.patient:
            return
        try:
            if isinstance(item.item, CarrierSnapshot):
                self._resync(item, item.item, now)
            else:
                self._keep(Decided(item, self._hub.decide(item.item, now, Entropy(self._seed()))))
        except HouseError as error:
            self._keep(Decided(item, None, error))
        except Exception:
            # A bug. The item is left out, what was decided before it is written, then all is folded anew.
            log.exception("decision_failed", kind=type(item.item).__name__)
            refuse(item, WENT_WRONG)
            if isinstance(item.item, Tick) and self._hub.trying is not None:
                self._left_out.add(self._hub.trying)
            self._broken = True
            self._written.set()

    def _resync(self, item: Item, snapshot: CarrierSnapshot, now: int) -> None:
        for signal in list(resync.missed(self._hub.state, snapshot, now)):
            if signal in item.leave_out:
                continue
            self._decide(Item(signal))
            if self._broken:
                self._inbox.appendleft(Item(snapshot, leave_out=(*item.leave_out, signal)))
                return
        remedies = tuple(resync.remedies(self._hub.state, snapshot, Entropy(self._seed())))
        if remedies:
            self._keep(Decided(Item(snapshot), Decision((), remedies)))
        self._alarm.seen(snapshot.carrier)
        log.info("carrier_resynced", carrier=snapshot.carrier, legs=len(snapshot.legs), bridges=len(snapshot.bridges))

    def _keep(self, decided: Decided) -> None:
        self._decided.append(decided)
        self._written.set()

    def _was_away(self) -> None:
        """The process stood still: what its carriers have is seen before anything is decided that fell due meanwhile."""
        log.warning("was_away")
        self._alarm.wait_for([carrier for carrier, up in self._hub.state.carriers.items() if up])
        self._performer.look_again(after_ms=0)

    # -- writing --------------------------------------------------------------------------------------------------------

    async def _write_loop(self) -> None:
        while True:
            await self._written.wait()
            self._written.clear()
            while self._decided and not self._recovering:
                most = 1 if self._singly else LARGEST_BATCH
                self._batch, self._decided = self._decided[:most], self._decided[most:]
                self._singly = max(0, self._singly - 1)
                self._work.set()
                try:
                    await self._append(self._batch)
                except Conflict as conflict:
                    self._stop(self._batch, conflict.why)
                    return
                except LogFault as fault:
                    log.error("append_failed", code=fault.code, why=fault.why)
                    self.fault = fault.why
                    await self._recover(self._batch)
                except Exception:
                    await self._unwritable(self._batch)
                else:
                    self._release(self._batch)
                self._batch = []
            if self._broken and not self._recovering:
                await self._recover([])
            if not self._busy:
                self._idle.set()

    async def _unwritable(self, batch: list[Decided]) -> None:
        """A bug, not a fault of the log: the decision that cannot be written is found and left out, the others are written."""
        log.exception("decision_not_written", decisions=len(batch))
        if len(batch) == 1:
            refuse(batch[0].item, WENT_WRONG)
            await self._recover([])
        else:
            self._singly = len(batch)
            await self._recover(batch)

    async def _append(self, batch: list[Decided]) -> None:
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

    def _release(self, batch: list[Decided]) -> None:
        """The batch is stored: act, answer, announce."""
        events: list[Recorded] = []
        for decided in batch:
            if decided.decision is not None:
                events.extend(decided.decision.events)
                self._perform(decided.decision.effects)
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
            self._checkpoints.look(self._hub.state, self.position)

    def _perform(self, effects: Iterable[AnyEffect]) -> None:
        try:
            self._performer.perform(effects)
        except Exception:
            log.exception("effects_not_performed")

    def _announce(self, events: Sequence[Recorded]) -> None:
        for listener in self.listeners:
            try:
                listener(events)
            except Exception:
                log.exception("listener_failed", listener=getattr(listener, "__qualname__", "?"))

    # -- when the log fails ---------------------------------------------------------------------------------------------

    async def _recover(self, failed: list[Decided]) -> None:
        """Throws the hub away and folds anew. Signals are kept in their order, commands are answered "try again"."""
        self._recovering = True
        waiting = [decided.item for decided in (*failed, *self._decided)]
        self._decided = []
        kept = [item for item in waiting if not isinstance(item.item, Command | Tick)]
        for item in (*waiting, *self._inbox):
            refuse(item)  # signals have nobody who waits for an answer
        self._inbox = deque([*kept, *(item for item in self._inbox if not isinstance(item.item, Command))])
        for attempt in count(1):
            await asyncio.sleep(PAUSES_S[min(attempt, len(PAUSES_S)) - 1])
            try:
                await self._log.fence(LEASE_MS)
                state = await folded(self._log, self._hub.state.personal)
                unannounced = await since(self._log, self.position)
            except Conflict as conflict:
                self._stop([], conflict.why)
                return
            except LogFault as fault:
                log.error("log_unreachable", code=fault.code, attempt=attempt)
                continue
            except Exception:
                log.exception("log_not_folded", attempt=attempt)
                continue
            break
        self._begin(state)
        self._hub.leave_out(self._left_out)
        self._recovering = self._broken = False
        if unannounced:
            # The append had reached the disk after all: what it asked for is pending and is settled as after a restart.
            self._announce(unannounced)
            self._performer.look_again(after_ms=resync.YOUNG_MS)
        self._settle_jobs(again=bool(unannounced))
        log.warning("log_recovered", position=self.position, kept_signals=len(kept))
        self._put(Item(Tick()))

    def _stop(self, batch: list[Decided], why: str) -> None:
        """Another hub has written: nothing more is done here."""
        log.critical("another_hub_is_active", why=why)
        self._recovering = True
        for item in (*(decided.item for decided in (*batch, *self._decided)), *self._inbox):
            refuse(item)
        self._inbox, self._decided = deque(), []
        self._idle.set()
        if not self.stopped.done():
            self.stopped.set_result(why)

    async def _lease_loop(self) -> None:
        try:
            await hold(self._log, lambda: self._recovering)
        except Conflict as conflict:
            self._stop([], conflict.why)
