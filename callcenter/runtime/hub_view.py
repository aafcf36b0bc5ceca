"""The hub as another process sees it: its state folded from the log and from what the hub's process says, and commands carried
over to it.

The log is the truth and what is said only makes haste: a batch that does not follow on the last one, a beat that is ahead of what
was folded, and a line that was away each have the log read, so nothing said is ever needed. While no beat comes the log is looked
at every two seconds, and `writable` is False: what is shown may be old, and commands are answered "try again" at once.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec
import structlog

from callcenter.broadcast.redis_line import NoAnswer, RedisLine
from callcenter.hub import checkpoint
from callcenter.hub.apply import apply
from callcenter.hub.state import State
from callcenter.kernel.commands import AnyCommand, Done
from callcenter.kernel.errors import HouseError, TryAgain
from callcenter.kernel.events import CenterChanged, Recorded
from callcenter.kernel.ids import CallId, PersonalId
from callcenter.runtime import between as b
from callcenter.runtime.checkpoints import EVERY, Forgetting
from callcenter.runtime.folding import folded
from callcenter.store.event_log import EventLog

log = structlog.get_logger(__name__)

Listener = Callable[[Sequence[Recorded]], None]

FRESH_S = 3.0
"""Without a beat for so long, or so long behind the last one, what is shown is not called live."""
LOOK_S = 2.0
"""Between looks at the log while nothing is heard."""
TAKEN_WITHIN_S = 5.0
"""What the hub has not taken by then it never will."""
LOOK_FOR_HUB_S = 0.25
SHOWN_WITHIN_S = 2.0
"""So long an answer waits until what was asked for is in the state here too."""
MOST_UNREAD = 1_000
"""Batches; behind so many the log is read instead."""

NO_HUB = "the hub does not answer: see whether `callcenter serve --role hub` runs"
NO_LINE = "Redis does not answer, which joins this process to the hub: see whether it runs; calls go on meanwhile"
BEHIND = "this process is behind the event log: see its log"
TRY_AGAIN = "The center does not take orders at the moment; calls go on. Try again in a moment."
UNKNOWN = "Whether this was done is not known here. Look at how things stand, then try again."


class HubView:
    """A `Deciding`. `listeners` are called with every event, once, in order, after it was folded."""

    def __init__(self, event_log: EventLog, line: RedisLine, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._log, self._line, self._monotonic = event_log, line, monotonic
        self._state = State()
        self._forgetting = Forgetting()
        self._forgot_at = 0
        self._unread: deque[list[Recorded]] = deque()
        self._woken = asyncio.Event()
        self._moved = asyncio.Event()
        self._beat: b.Beat | None = None
        self._beat_at = self._level_at = float("-inf")
        self._least = 0
        """The log reaches at least so far."""
        self._read_log = False
        self._following: asyncio.Task[None] | None = None
        self.listeners: list[Listener] = []
        line.listen(b.EVENTS, self._hear)
        line.up.append(self._missed_something)

    # -- for others ---------------------------------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        return self._state

    @property
    def position(self) -> int:
        return self._state.position

    @property
    def beat(self) -> b.Beat | None:
        """What the hub said last, if that is lately."""
        return self._beat if self._monotonic() - self._beat_at < FRESH_S else None

    @property
    def writable(self) -> bool:
        return not self.why_not

    @property
    def why_not(self) -> str:
        beat = self.beat
        if beat is None:
            return NO_HUB if self._line.connected else NO_LINE
        if self._level_at + FRESH_S < self._monotonic() and self.position < self._least:
            return BEHIND
        return beat.why_not

    def personal(self, row: PersonalId | None) -> str:
        return self._state.value(row)

    async def recall(self, needed: Callable[[], set[PersonalId]]) -> None:
        self._forgetting.also_needed.append(needed)
        await self._learn(needed())

    async def known(self, call: CallId) -> bool:
        return call in self._state.calls or bool(await self._log.read_call(call))

    async def ask(self, command: AnyCommand) -> Done:
        answer = await self.request(b.CarryOut(command))
        assert isinstance(answer, b.Carried)
        self._reaches(answer.position)
        with suppress(TimeoutError):
            async with asyncio.timeout(SHOWN_WITHIN_S):
                while self.position < answer.position:
                    await self._moved.wait()
        return answer.done

    async def request(self, wanted: b.Wanted) -> b.Reply:
        """Has the hub's process do something. Raises what it raised there; TryAgain without an answer."""
        beat = self.beat
        if beat is None:
            raise TryAgain(TRY_AGAIN)
        try:
            answer = b.reply(await self._asked(b.encode(b.Request(beat.life, wanted)), beat.life))
        except NoAnswer as lost:
            log.warning("no_answer_of_the_hub", kind=type(wanted).__name__, why=str(lost))
            raise TryAgain(UNKNOWN) from lost
        except msgspec.MsgspecError as mistake:
            log.error("answer_not_understood", kind=type(wanted).__name__)
            raise TryAgain(UNKNOWN) from mistake
        if isinstance(answer, b.Failed):
            raise b.error(answer)
        return answer

    async def _asked(self, message: bytes, life: str) -> bytes:
        """Whoever asked a hub that is gone need not wait until the time is over: no other life will carry it out."""
        asking = asyncio.create_task(self._line.ask(message, TAKEN_WITHIN_S), name="hub.ask")
        try:
            while not (await asyncio.wait({asking}, timeout=LOOK_FOR_HUB_S))[0]:
                beat = self.beat
                if beat is None or beat.life != life:
                    raise NoAnswer("the hub is gone")
            return asking.result()
        finally:
            asking.cancel()

    # -- life ---------------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Folds what the log has, and follows. The line is started by whoever made it. Raises LogFault."""
        self._state = await folded(self._log)
        self._forgot_at = self.position
        self._level_at = self._monotonic()
        self._following = asyncio.create_task(self._follow(), name="hub.view")

    async def close(self) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)

    # -- hearing ------------------------------------------------------------------------------------------------------------

    def _hear(self, message: bytes) -> None:
        try:
            heard = b.said(message)
            if isinstance(heard, b.Appended):
                self._unread.append(b.recorded(heard))
                if len(self._unread) > MOST_UNREAD:
                    self._unread.clear()
                    self._missed_something()
                self._woken.set()
                return
        except (msgspec.MsgspecError, HouseError):
            log.error("not_understood")  # of a newer hub; the log will say the same
            return
        self._beat, self._beat_at = heard, self._monotonic()
        self._reaches(heard.position)

    def _reaches(self, position: int) -> None:
        self._least = max(self._least, position)
        if self.position >= self._least:
            self._level_at = self._monotonic()
        else:
            self._woken.set()

    def _missed_something(self) -> None:
        self._read_log = True
        self._woken.set()

    # -- folding ------------------------------------------------------------------------------------------------------------

    async def _follow(self) -> None:
        while True:
            try:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S):
                        await self._woken.wait()
                self._woken.clear()
                await self._take_in()
            except HouseError as error:
                log.warning("log_not_followed", code=error.code, position=self.position)
                self._read_log = True
                await asyncio.sleep(LOOK_S / 4)
            except Exception:
                log.exception("hub_not_followed", position=self.position)
                await self._begin_anew()

    async def _take_in(self) -> None:
        while self._unread:
            events = [event for event in self._unread.popleft() if event.position > self.position]
            if events and events[0].position != self.position + 1:
                self._read_log = True
                break
            await self._fold(events)
        if self._read_log or self.position < self._least or self.beat is None:
            self._read_log = False
            async for events in self._log.read(self.position):
                await self._fold(events)
        if self.position >= self._least:
            self._level_at = self._monotonic()

    async def _fold(self, events: list[Recorded]) -> None:
        if not events:
            return
        anew = any(isinstance(event.event, CenterChanged) for event in events)
        await self._learn(checkpoint.named(b.appended(events)), anew=anew)
        for event in events:
            apply(self._state, event)
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        for listener in self.listeners:
            listener(events)
        if self.position - self._forgot_at >= EVERY:
            self._forgot_at = self.position
            self._forgetting.let_go(self._state, checkpoint.named(checkpoint.dump(self._state)))

    async def _learn(self, named: set[PersonalId], *, anew: bool = False) -> None:
        """Values come from the log's store: none is ever said on the line. Only a center's rows may take another value."""
        missing = named if anew else named - self._state.personal.keys()
        if missing:
            self._state.personal.update(await self._log.personal(missing))

    async def _begin_anew(self) -> None:
        """The state may be half changed. What follows is folded on a new one."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                state = await folded(self._log, self._state.personal)
            except Exception:
                log.exception("log_not_folded")
                continue
            missed = state.position - self.position
            self._state, self._read_log = state, True
            log.warning("hub_folded_anew", position=state.position, missed=missed)
            return
