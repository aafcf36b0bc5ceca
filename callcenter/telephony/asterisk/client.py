"""The transport to one Asterisk: our end of the WebSocket that Asterisk itself opens, carrying events and requests.

What happens on it comes out as a stream of items in the order in which the socket had them: `Connected`, events, `Reply` to a
request, `Disconnected`. The reader only decodes and queues: Asterisk drops whoever reads slowly, so nobody makes it wait.
"Ready" means that an `echo` came back. Requests that await their reply are kept in `outstanding`; ARI's HTTP half is in `files`.
Nothing here knows calls.

Time limits are asyncio.timeout and not wait_for: before Python 3.12 that one may swallow the cancellation of a task that is to
end.
"""

import asyncio
import hmac
import socket as socket_module
from base64 import b64decode
from binascii import Error as Base64Error
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import msgspec
import structlog
from aiohttp import WSMsgType, web
from msgspec import Struct

from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.echo import Echo
from callcenter.telephony.asterisk.frames import frame
from callcenter.telephony.asterisk.outstanding import Asked, Outstanding
from callcenter.telephony.asterisk.replies import NO_ANSWER, Reply
from callcenter.telephony.asterisk.requests import Request
from callcenter.telephony.asterisk.settings import OLDEST, AsteriskSettings, new_enough

ASK_AGAIN_MS = 200
"""Between questions to an Asterisk that does not yet say what it is."""
OLD_FOR_MS = 30_000
"""How long an Asterisk that is too old is sent away unheard: dropped, it comes back at once."""
SILENT_ECHOES = 3
"""After so many unanswered echoes in a row the socket is given up: a frozen peer never says goodbye."""

log = structlog.get_logger(__name__)


_CLOSED = "Asterisk closed the socket: it is restarting, or the network broke."
_UNREADABLE = "What came over the socket was no WebSocket any more, or a message too large: Asterisk is to open another."


class Connected(Struct, frozen=True, kw_only=True):
    """Asterisk's socket is open, its version is good, and an echo came back. Later items belong to this session."""

    session: int
    version: str
    startup_time: str
    """Another one than before: Asterisk was restarted, and everything it had is gone."""


class Disconnected(Struct, frozen=True, kw_only=True):
    session: int
    why: str


class Misheard(Struct, frozen=True):
    """Asterisk said something that could not be understood: what is known of its calls may be wrong from here on."""


Item = Connected | Disconnected | Misheard | Reply | ari.AnyEvent


class AriClient:
    """One Asterisk's socket. Start it, `activate` it, and take `next_item` in a loop."""

    def __init__(self, settings: AsteriskSettings) -> None:
        self._settings = settings
        self._items: asyncio.Queue[Item] = asyncio.Queue()
        self._socket: web.WebSocketResponse | None = None
        self._transport: asyncio.Transport | None = None
        self._session = 0
        self._announced = False
        self._active = False
        self._why = "Asterisk has not connected yet: is it running, and does websocket_client.conf name this address?"
        self._version = ""
        self._outstanding = Outstanding(self._items.put_nowait)
        self._requests = 0
        self._echo = Echo(settings, self.ask)
        self._check_now = asyncio.Event()
        self._spoken = asyncio.Event()
        self._refuse_until = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None
        self._listener: asyncio.Server | None = None
        self.unknown: Counter[str] = Counter()
        """Messages that were not understood or not used, by Asterisk's type."""

    # -- life ---------------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Listens. Raises OSError when the port is taken."""
        app = web.Application()
        app.router.add_get(f"/carrier/asterisk/{self._settings.name}", self._accept)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        assert self._runner.server is not None
        where = self._settings.listen_host, self._settings.listen_port
        self._listener = await asyncio.get_running_loop().create_server(self._runner.server, *where)
        self._spawn(self._expire_requests())

    def activate(self, active: bool = True) -> None:
        """A passive service answers Asterisk with 503, so Asterisk keeps asking and its calls keep waiting."""
        self._active = active
        if not active and self._socket is not None:
            self._spawn(self._drop("this service is passive"))

    async def close(self) -> None:
        """Lets go of the socket; channels and bridges stay as they are."""
        self._active = False
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # Asterisk comes back the moment it is dropped: nobody listens any more by then.
        await self._stop_listening()
        await self._drop("the service ends")
        if self._runner is not None:
            await self._runner.cleanup()

    async def _stop_listening(self) -> None:
        """asyncio forgets, and leaves open, a connection that it accepted in the turn before its server is closed; Asterisk would
        wait on it for good. So accepting ends first, and the server when the last accepted has become one that can be closed."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        for socket in listener.sockets:
            asyncio.get_running_loop().remove_reader(socket)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        listener.close()

    @property
    def ready(self) -> bool:
        return not self._why

    @property
    def why_not(self) -> str:
        """What is wrong and what to do; empty when ready."""
        return self._why

    @property
    def version(self) -> str:
        return self._version

    @property
    def backlog(self) -> int:
        """Items read from the socket and not yet taken."""
        return self._items.qsize()

    @property
    def orphans(self) -> int:
        """Replies nobody waited for any more."""
        return self._outstanding.orphans

    async def next_item(self) -> Item:
        return await self._items.get()

    # -- requests -----------------------------------------------------------------------------------------------------------

    def send(self, request: Request, token: Any = None) -> None:
        """Puts a request on the socket; its Reply comes with the items, in the order of the socket. Never raises or waits."""
        self._put_on_socket(Asked(request=request, token=token))

    async def ask(self, request: Request) -> Reply:
        """A request whose Reply comes back here and not with the items. Never raises for anything Asterisk does."""
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._put_on_socket(Asked(request=request, answer=answer))
        return await answer

    def _put_on_socket(self, asked: Asked) -> None:
        socket = self._socket
        if socket is None or socket.closed:
            self._outstanding.refuse(asked, "Asterisk is not connected")
            return
        self._requests += 1
        request_id = f"{self._session}.{self._requests}"
        due = asyncio.get_running_loop().time() + self._settings.request_timeout_ms / 1000
        self._outstanding.add(request_id, asked, due)
        # The writer keeps the order of calls: each frame is handed to the transport before send_str first yields.
        self._spawn(self._write(socket, request_id, frame(request_id, asked.request)))

    async def _write(self, socket: web.WebSocketResponse, request_id: str, text: bytes) -> None:
        try:
            await socket.send_str(text.decode())
        except (ConnectionError, RuntimeError) as error:
            self._outstanding.fail(request_id, f"the socket broke: {type(error).__name__}")

    async def _expire_requests(self) -> None:
        """Every request ends: with Asterisk's answer, with the socket, or here."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(0.1, self._settings.request_timeout_ms / 2000))
            for request_id, request in self._outstanding.overdue(loop.time()).items():
                log.warning("ari.request_timed_out", carrier=self._settings.name, operation=request.operation)
                self._outstanding.fail(request_id, f"no answer within {self._settings.request_timeout_ms} ms")

    # -- the socket ---------------------------------------------------------------------------------------------------------

    async def _accept(self, request: web.Request) -> web.StreamResponse:
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        if self._socket is not None:
            # Asterisk opens a second socket only after it has given up the first.
            await self._drop("Asterisk opened a new socket")
        socket = web.WebSocketResponse(protocols=("ari",), max_msg_size=16 * 2**20, compress=False)
        await socket.prepare(request)
        self._session += 1
        session = self._session
        self._spoken.clear()
        self._socket = socket
        self._transport = request.transport
        log.info("ari.connected", carrier=self._settings.name, session=session)
        hello = self._spawn(self._greet(session))
        why = _CLOSED
        try:
            why = await self._read(socket)
        finally:
            hello.cancel()
            if self._socket is socket:
                self._lost(session, why)
        return socket

    def _refusal(self, request: web.Request) -> web.Response | None:
        """The answer to one who may not come in now; None: she may."""
        if not _right_password(self._settings, request.headers.get("Authorization", "")):
            log.warning("ari.refused", carrier=self._settings.name, why="wrong user or password")
            self._complain("Asterisk came with another user or password: compare websocket_client.conf with the settings.")
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="carrier"'})
        if not self._active:
            return web.Response(status=503, text="passive", headers={"Retry-After": "1"})
        if asyncio.get_running_loop().time() < self._refuse_until:
            return web.Response(status=503, text=self._why)
        if "ari" not in request.headers.get("Sec-WebSocket-Protocol", "").replace(" ", "").split(","):
            self._complain("Asterisk did not offer the subprotocol ari: set protocols=ari in websocket_client.conf.")
            return web.Response(status=400, text="subprotocol ari is missing")
        return None

    async def _read(self, socket: web.WebSocketResponse) -> str:
        """Drains the socket; says why it ended. No awaiting of anybody here: a reader that stalls is cut off by Asterisk."""
        why = _CLOSED
        tcp = None if self._transport is None else self._transport.get_extra_info("socket")
        async for message in socket:
            self._spoken.set()
            if tcp is not None:
                # Asterisk writes without TCP_NODELAY: its next event waits for our acknowledgement of this one, which the
                # kernel would put off for 40 ms. The option is forgotten after each use.
                tcp.setsockopt(socket_module.IPPROTO_TCP, socket_module.TCP_QUICKACK, 1)
            if message.type is not WSMsgType.TEXT:
                why = _UNREADABLE if message.type is WSMsgType.ERROR else why
                continue
            item = ari.decode(message.data)
            if isinstance(item, ari.RESTResponse):
                self._outstanding.replied(item)
            elif isinstance(item, ari.Unknown):
                self.unknown[item.kind] += 1
                if item.why != ari.NOT_USED:
                    log.warning("ari.not_understood", carrier=self._settings.name, type=item.kind, why=item.why)
                    self._items.put_nowait(Misheard())
            elif isinstance(item, ari.ChannelUserevent):
                self._echo.heard(item)
            elif isinstance(item, ari.ApplicationRegistered | ari.ApplicationUnregistered | ari.ApplicationReplaced):
                # They come after a reload as well as after a theft: only an echo tells.
                log.info("ari.application", carrier=self._settings.name, type=type(item).__name__)
                self._check_now.set()
            else:
                self._items.put_nowait(item)
        return why

    def _lost(self, session: int, why: str) -> None:
        self._socket = None
        self._not_ready(why)
        self._outstanding.fail_all("the socket broke")
        self._echo.forget()
        if self._announced:
            self._announced = False
            self._items.put_nowait(Disconnected(session=session, why=why))

    async def _drop(self, why: str) -> None:
        socket, session, transport = self._socket, self._session, self._transport
        if socket is None:
            return
        self._lost(session, why)
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(1):
                await socket.close()
        if transport is not None:
            transport.abort()  # a frozen peer never says goodbye

    def _not_ready(self, why: str) -> None:
        if self._why != why:
            log.warning("ari.not_ready", carrier=self._settings.name, why=why)
        self._why = why

    def _complain(self, why: str) -> None:
        """About a connection that we refused; a good one that stands already is not the worse for it."""
        if self._socket is None:
            self._not_ready(why)

    # -- is anybody there ---------------------------------------------------------------------------------------------------

    async def _greet(self, session: int) -> None:
        """After the handshake: version, event filter, then one echo every few seconds."""
        with suppress(TimeoutError):
            # Asterisk speaks first. A request that reaches it together with our handshake lies unread in its buffer.
            async with asyncio.timeout(self._settings.echo_timeout_ms / 1000):
                await self._spoken.wait()
        about = await self._ask_what_it_is()
        if about is None:
            await self._drop(self._why)
            return
        self._version = about.system.version
        if not new_enough(about.system.version):
            self._refuse_until = asyncio.get_running_loop().time() + OLD_FOR_MS / 1000
            oldest = ".".join(map(str, OLDEST))
            await self._drop(f"Asterisk {about.system.version} is refused: upgrade it to {oldest} or later (security fixes).")
            return
        await self.ask(r.filter_events(self._settings.application, ari.ALLOWED))
        await self._watch(session, about)

    async def _ask_what_it_is(self) -> ari.AsteriskInfo | None:
        """Asks until there is an answer to be used: 503 while it boots. None when there is no answer at all."""
        while True:
            info = await self.ask(r.asterisk_info())
            what = f"{info.status} {info.message}"
            if info.good:
                try:
                    return ari.read(info.body, ari.AsteriskInfo)
                except msgspec.DecodeError:
                    what = "its answer is not as described"
            # Closed, it would come back at once, and so on a hundred times a second.
            self._not_ready(f"Asterisk does not say what it is ({what}); it is asked again. If this stays, restart Asterisk.")
            if info.status == NO_ANSWER:
                return None
            await asyncio.sleep(ASK_AGAIN_MS / 1000)

    async def _watch(self, session: int, about: ari.AsteriskInfo) -> None:
        """One echo after another: says `Connected` and `Disconnected`, and gives up a socket on which nobody answers."""
        missed = 0
        while True:
            self._check_now.clear()
            fault = await self._echo.call()
            if fault is None:
                missed = 0
                self._why = ""
                if not self._announced:
                    self._announced = True
                    self._items.put_nowait(
                        Connected(session=session, version=self._version, startup_time=about.status.startup_time)
                    )
            else:
                missed += 1
                if missed == 1 and self._announced:
                    continue  # one echo may be lost in a reload; the second is asked for at once
                self._not_ready(fault.why)
                if self._announced:
                    self._announced = False
                    self._items.put_nowait(Disconnected(session=session, why=fault.why))
                if missed >= SILENT_ECHOES and fault.silent:
                    await self._drop(fault.why)
                    return
            with suppress(TimeoutError):
                async with asyncio.timeout(self._settings.echo_every_ms / 1000):
                    await self._check_now.wait()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _right_password(settings: AsteriskSettings, header: str) -> bool:
    """Whether an Authorization header holds the user and password that Asterisk was given for us."""
    kind, _, encoded = header.partition(" ")
    if kind.lower() != "basic":
        return False
    try:
        given = b64decode(encoded, validate=True)
    except (Base64Error, ValueError):
        return False
    wanted = f"{settings.listen_user}:{settings.listen_password}".encode()
    return hmac.compare_digest(given, wanted)
