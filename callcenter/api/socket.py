"""The WebSocket around `callcenter.api.session`: one task reads, one writes; whoever is too slow is cut.

Commands do not come this way. All sockets of a log-in close when it ends.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import structlog
from aiohttp import WSMsgType, web

from callcenter.api import shared
from callcenter.api.schemas.live import AnyServerMessage
from callcenter.api.session import (
    BROKEN_RULES,
    GOING_DOWN,
    HEARTBEAT_MS,
    LARGEST_MESSAGE,
    SIGNED_OUT,
    TOO_SLOW,
    Closing,
    Session,
)
from callcenter.api.stage import Stage
from callcenter.auth.sessions import SignedIn
from callcenter.auth.users import User
from callcenter.broadcast.fanout import Lagging
from callcenter.kernel.errors import HouseError

SEND_WITHIN_S = 10.0
CLOSE_WITHIN_S = 10.0
"""A page that is cut is given so long to take what was on its way, and to read why."""
TURNED_S = 0.5
"""How often it is looked whether what is shown is still live: one look for all pages, which are told at once when it turns."""
UNSENT_BYTES = 1 << 20
"""What may wait in the socket's buffer before a send waits for the page."""

Standing = Callable[[Collection[str], int], Awaitable[Mapping[str, SignedIn]]]
"""Which of these log-ins still stand, and with which rights: `Sessions.standing`."""

log = structlog.get_logger()


class Sockets:
    """The open sockets of this process, by log-in."""

    def __init__(self, stage: Stage, clock: Callable[[], int], ready: Callable[[], bool], standing: Standing) -> None:
        self._stage = stage
        self._clock = clock
        self._ready = ready
        self._standing = standing
        self._open: defaultdict[str, set[Socket]] = defaultdict(set)
        self._turned = asyncio.Event()
        """Set, and replaced by a new one, when what is shown becomes live, or is not live any more."""
        self.cut = 0
        """How many were cut because they were too slow."""

    @property
    def live(self) -> bool:
        return self._ready() and self._stage.alive

    def __len__(self) -> int:
        return sum(len(sockets) for sockets in self._open.values())

    async def serve(self, request: web.Request, who: SignedIn, session: Session) -> web.WebSocketResponse:
        """Runs one socket to its end, which comes at the latest when the log-in ends or its rights change."""

        async def valid() -> bool:
            with contextlib.suppress(HouseError):  # a database that does not answer signs nobody out
                now = (await self._standing([log_in], self._clock())).get(log_in)
                return now is not None and rights(now.user) == rights(who.user)
            return True

        log_in = who.log_in
        response = web.WebSocketResponse(max_msg_size=LARGEST_MESSAGE, compress=False, writer_limit=UNSENT_BYTES)
        await response.prepare(request)
        socket = Socket(response, session, self._stage, self._clock, self, rights(who.user), valid)
        self._open[log_in].add(socket)
        try:
            closing = await socket.run()
        finally:
            self._open[log_in].discard(socket)
            if not self._open[log_in]:
                del self._open[log_in]
        if closing is not None:
            if closing.code == TOO_SLOW:
                self.cut += 1
            with contextlib.suppress(ConnectionError, TimeoutError):
                async with asyncio.timeout(CLOSE_WITHIN_S):
                    await response.close(code=closing.code, message=closing.why.encode())
        return response

    async def watch(self) -> None:
        """Ends what another process has made stale. One look at the database for all sockets: a look for each would take more
        of the processor than all that is sent."""
        while True:
            await asyncio.sleep(HEARTBEAT_MS / 1000)
            open_now = {log_in: tuple(sockets) for log_in, sockets in self._open.items()}
            try:
                standing = await self._standing(open_now, self._clock())
            except HouseError as error:  # a database that does not answer signs nobody out
                log.warning("sockets.not_watched", code=error.code)
                continue
            for log_in, sockets in open_now.items():
                now = standing.get(log_in)
                for socket in sockets:
                    if now is None or rights(now.user) != socket.rights:
                        socket.end(Closing(SIGNED_OUT, "signed out"))

    async def tell_turns(self) -> None:
        """Has every page told at once when what is shown stops being live, and when it is live again."""
        live = self.live
        while True:
            await asyncio.sleep(TURNED_S)
            if live != self.live:
                live = self.live
                log.info("sockets.turned", live=live)
                turned, self._turned = self._turned, asyncio.Event()
                turned.set()

    async def turned(self, within_s: float) -> None:
        """Returns then, or when so many seconds are over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._turned.wait()

    def end(self, log_in: str) -> None:
        """Closes the sockets of a log-in that is over."""
        for socket in tuple(self._open.get(log_in, ())):
            socket.end(Closing(SIGNED_OUT, "signed out"))

    async def close(self) -> None:
        """The service goes down."""
        for sockets in tuple(self._open.values()):
            for socket in tuple(sockets):
                socket.end(Closing(GOING_DOWN, "going down"))


class Socket:
    """One page's, from its welcome to its end."""

    def __init__(
        self,
        response: web.WebSocketResponse,
        session: Session,
        stage: Stage,
        clock: Callable[[], int],
        sockets: Sockets,
        rights: tuple[object, ...],
        valid: Callable[[], Awaitable[bool]],
    ) -> None:
        self.rights = rights
        self._response = response
        self._session = session
        self._stage = stage
        self._clock = clock
        self._sockets = sockets
        self._valid = valid
        self._changes = stage.changes.subscribe(urgent=session.urgent)
        self._ended: asyncio.Future[Closing] = asyncio.get_running_loop().create_future()
        self._sending = asyncio.Lock()

    def end(self, closing: Closing) -> None:
        if not self._ended.done():
            self._ended.set_result(closing)

    async def run(self) -> Closing | None:
        """Returns why the server closes the socket; None when the page has closed it."""
        tasks = [
            asyncio.create_task(job, name=f"socket.{name}")
            for name, job in (("read", self._read()), ("changes", self._send_changes()), ("heartbeat", self._send_heartbeats()))
        ]
        try:
            waiting: list[asyncio.Future[Any]] = [*tasks, self._ended]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._changes.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if self._ended.done():
            return self._ended.result()
        self._ended.cancel()
        for task in tasks:
            error = None if task.cancelled() else task.exception()
            if isinstance(error, Closing):
                return error
            if error is not None and not isinstance(error, ConnectionError):
                log.error("socket.failed", kind=type(error).__name__)
                return Closing(1011, "internal error")
        return None

    async def _read(self) -> None:
        await self._send(self._session.welcome(self._clock()))
        async for message in self._response:
            if message.type is WSMsgType.ERROR:
                raise Closing(BROKEN_RULES, "message not understood")
            if message.type is not WSMsgType.TEXT:
                raise Closing(BROKEN_RULES, "messages are text")
            if not await self._valid():
                raise Closing(SIGNED_OUT, "signed out")
            # No await between the snapshot and its place among the changes: both are in one turn of the loop.
            for answer in self._session.receive(message.data, self._clock(), self._stage):
                await self._send(answer)

    async def _send_changes(self) -> None:
        while True:
            try:
                changes = await self._changes.get()
            except Lagging:
                raise Closing(TOO_SLOW, "too slow: subscribe again") from None
            if not changes:
                raise Closing(GOING_DOWN, "no longer live")
            change = shared.merged(tuple(changes))
            for delta in self._session.changed(change, self._clock(), self._stage):
                await self._send_text(shared.delta_frame(change, delta))

    async def _send_heartbeats(self) -> None:
        while True:
            await self._sockets.turned(HEARTBEAT_MS / 1000)
            stage = self._stage
            await self._send(self._session.heartbeat(self._clock(), stage.position, stage.center_version, self._sockets.live))

    async def _send(self, message: AnyServerMessage) -> None:
        await self._send_text(shared.frame(message))

    async def _send_text(self, text: str) -> None:
        try:
            async with self._sending, asyncio.timeout(SEND_WITHIN_S):
                await self._response.send_str(text)
        except TimeoutError:
            raise Closing(TOO_SLOW, "too slow: subscribe again") from None


def rights(user: User) -> tuple[object, ...]:
    """What a socket was opened with, and must not outlive."""
    return user.role, user.agent, user.teams
