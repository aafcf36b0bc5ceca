"""The transport to one Asterisk: our end of the WebSocket that Asterisk itself opens, carrying events and requests.

What happens on it comes out as a stream of items in the order in which the socket had them: `Connected`, events, `Reply` to a
request, `Disconnected`. The reader only decodes and queues: Asterisk drops whoever reads slowly, so nobody makes it wait.
"Ready" means an echo: a user event to ourselves that must come back; a socket that is open proves nothing (another program may
have taken our events, or the peer may be frozen). Nothing here knows calls; ARI's HTTP half is in `files`.
"""

import asyncio
import hmac
import socket as socket_module
from base64 import b64decode
from binascii import Error as Base64Error
from collections import Counter
from contextlib import suppress
from typing import Any

import msgspec
import structlog
from aiohttp import WSMsgType, web
from msgspec import Struct

from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.frames import frame
from callcenter.telephony.asterisk.replies import NO_ANSWER, Reply
from callcenter.telephony.asterisk.requests import Request
from callcenter.telephony.asterisk.settings import OLDEST, AsteriskSettings, new_enough

ECHO = "callcenter-echo"
ASK_AGAIN_MS = 200

# asyncio.timeout and not wait_for: before Python 3.12 that one may swallow the cancellation of a task that is to end.
log = structlog.get_logger(__name__)


class Connected(Struct, frozen=True, kw_only=True):
    """Asterisk's socket is open, its version is good, and an echo came back. Later items belong to this session."""

    session: int
    version: str
    startup_time: str
    """Another one than before: Asterisk was restarted, and everything it had is gone."""


class Disconnected(Struct, frozen=True, kw_only=True):
    session: int
    why: str


Item = Connected | Disconnected | Reply | ari.AnyEvent


class _Pending(Struct):
    request: Request
    due: float
    token: Any
    answer: asyncio.Future[Reply] | None


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
        self._pending: dict[str, _Pending] = {}
        self._requests = 0
        self._echoes: dict[str, asyncio.Future[None]] = {}
        self._check_now = asyncio.Event()
        self._spoken = asyncio.Event()
        self._refuse_until = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self.unknown: Counter[str] = Counter()
        """Messages that were not understood or not used, by Asterisk's type: for the metrics."""
        self.orphans = 0
        """Replies nobody waited for any more."""

    # -- life ---------------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Listens. Raises OSError when the port is taken."""
        app = web.Application()
        app.router.add_get(f"/carrier/asterisk/{self._settings.name}", self._accept)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, self._settings.listen_host, self._settings.listen_port)
        await self._site.start()
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
        if self._site is not None and self._runner is not None and self._site in self._runner.sites:
            # Asterisk comes back the moment it is dropped: nobody listens any more by then.
            # A connection accepted this moment has to become one that cleanup can close: left open, Asterisk would wait on it.
            await self._site.stop()
            await asyncio.sleep(0.05)
        await self._drop("the service ends")
        if self._runner is not None:
            await self._runner.cleanup()

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

    async def next_item(self) -> Item:
        return await self._items.get()

    # -- requests -----------------------------------------------------------------------------------------------------------

    def send(self, request: Request, token: Any = None) -> None:
        """Puts a request on the socket; its Reply comes with the items, in the order of the socket. Never raises or waits."""
        self._put_on_socket(_Pending(request=request, due=0.0, token=token, answer=None))

    async def ask(self, request: Request) -> Reply:
        """A request whose Reply comes back here and not with the items. Never raises for anything Asterisk does."""
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._put_on_socket(_Pending(request=request, due=0.0, token=None, answer=answer))
        return await answer

    def _put_on_socket(self, pending: _Pending) -> None:
        socket = self._socket
        if socket is None or socket.closed:
            self._settle(pending, NO_ANSWER, "Asterisk is not connected", "")
            return
        pending.due = asyncio.get_running_loop().time() + self._settings.request_timeout_ms / 1000
        self._requests += 1
        request_id = f"{self._session}.{self._requests}"
        self._pending[request_id] = pending
        text = frame(request_id, pending.request)
        # The writer keeps the order of calls: each frame is handed to the transport before send_str first yields.
        self._spawn(self._write(socket, request_id, text))

    async def _write(self, socket: web.WebSocketResponse, request_id: str, text: bytes) -> None:
        try:
            await socket.send_str(text.decode())
        except (ConnectionError, RuntimeError) as error:
            if pending := self._pending.pop(request_id, None):
                self._settle(pending, NO_ANSWER, f"the socket broke: {type(error).__name__}", "")

    def _settle(self, pending: _Pending, status: int, reason: str, body: str) -> None:
        reply = Reply(request=pending.request, status=status, reason=reason, body=body, token=pending.token)
        if pending.answer is None:
            self._items.put_nowait(reply)
        elif not pending.answer.done():
            pending.answer.set_result(reply)

    async def _expire_requests(self) -> None:
        """Every request ends: with Asterisk's answer, with the socket, or here."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(0.1, self._settings.request_timeout_ms / 2000))
            now = loop.time()
            for request_id in [name for name, pending in self._pending.items() if pending.due <= now]:
                pending = self._pending.pop(request_id)
                log.warning("ari.request_timed_out", carrier=self._settings.name, operation=pending.request.operation)
                self._settle(pending, NO_ANSWER, f"no answer within {self._settings.request_timeout_ms} ms", "")

    # -- the socket ---------------------------------------------------------------------------------------------------------

    async def _accept(self, request: web.Request) -> web.StreamResponse:
        loop = asyncio.get_running_loop()
        if not self._right_password(request.headers.get("Authorization", "")):
            log.warning("ari.refused", carrier=self._settings.name, why="wrong user or password")
            self._complain("Asterisk came with another user or password: compare websocket_client.conf with the settings.")
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="carrier"'})
        if not self._active:
            return web.Response(status=503, text="passive", headers={"Retry-After": "1"})
        if loop.time() < self._refuse_until:
            return web.Response(status=503, text=self._why)
        if "ari" not in request.headers.get("Sec-WebSocket-Protocol", "").replace(" ", "").split(","):
            self._complain("Asterisk did not offer the subprotocol ari: set protocols=ari in websocket_client.conf.")
            return web.Response(status=400, text="subprotocol ari is missing")
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
        try:
            await self._read(socket)
        finally:
            hello.cancel()
            if self._socket is socket:
                self._lost(session, "Asterisk closed the socket: it is restarting, or the network broke.")
        return socket

    def _right_password(self, header: str) -> bool:
        kind, _, encoded = header.partition(" ")
        if kind.lower() != "basic":
            return False
        try:
            given = b64decode(encoded, validate=True)
        except (Base64Error, ValueError):
            return False
        wanted = f"{self._settings.listen_user}:{self._settings.listen_password}".encode()
        return hmac.compare_digest(given, wanted)

    async def _read(self, socket: web.WebSocketResponse) -> None:
        """Drains the socket. No awaiting of anybody here: a reader that stalls is cut off by Asterisk."""
        tcp = None if self._transport is None else self._transport.get_extra_info("socket")
        async for message in socket:
            self._spoken.set()
            if tcp is not None:
                # Asterisk writes without TCP_NODELAY: its next event waits for our acknowledgement of this one, which the
                # kernel would put off for 40 ms. The option is forgotten after each use.
                tcp.setsockopt(socket_module.IPPROTO_TCP, socket_module.TCP_QUICKACK, 1)
            if message.type is not WSMsgType.TEXT:
                continue
            item = ari.decode(message.data)
            if isinstance(item, ari.RESTResponse):
                pending = self._pending.pop(item.request_id, None)
                if pending is None:
                    self.orphans += 1
                else:
                    self._settle(pending, item.status_code, item.reason_phrase, item.message_body)
            elif isinstance(item, ari.Unknown):
                self.unknown[item.kind] += 1
                if item.why != "not used":
                    log.warning("ari.not_understood", carrier=self._settings.name, type=item.kind, why=item.why)
            elif isinstance(item, ari.ChannelUserevent):
                if item.eventname == ECHO:
                    waiting = self._echoes.get(str(item.userevent.get("nonce", "")))
                    if waiting is not None and not waiting.done():
                        waiting.set_result(None)
            elif isinstance(item, ari.ApplicationRegistered | ari.ApplicationUnregistered | ari.ApplicationReplaced):
                # They come after a reload as well as after a theft: only an echo tells.
                log.info("ari.application", carrier=self._settings.name, type=type(item).__name__)
                self._check_now.set()
            else:
                self._items.put_nowait(item)

    def _lost(self, session: int, why: str) -> None:
        self._socket = None
        self._not_ready(why)
        pending, self._pending = self._pending, {}
        for one in pending.values():
            self._settle(one, NO_ANSWER, "the socket broke", "")
        for waiting in self._echoes.values():
            waiting.cancel()
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
        """After the handshake: version, event filter, first echo; then one echo every few seconds."""
        with suppress(TimeoutError):
            # Asterisk speaks first. A request that reaches it together with our handshake lies unread in its buffer.
            async with asyncio.timeout(self._settings.echo_timeout_ms / 1000):
                await self._spoken.wait()
        while not (info := await self.ask(r.asterisk_info())).good:
            # 503 while it boots. Closed, it would come back at once, and so on a hundred times a second.
            self._not_ready(f"Asterisk does not say what it is ({info.status} {info.message}); it is asked again.")
            if info.status == NO_ANSWER:
                await self._drop(self._why)
                return
            await asyncio.sleep(ASK_AGAIN_MS / 1000)
        about = msgspec.json.decode(info.body, type=ari.AsteriskInfo)
        self._version = about.system.version
        if not new_enough(about.system.version):
            self._refuse_until = asyncio.get_running_loop().time() + 30
            oldest = ".".join(map(str, OLDEST))
            await self._drop(f"Asterisk {about.system.version} is refused: upgrade it to {oldest} or later (security fixes).")
            return
        await self.ask(r.filter_events(self._settings.application, ari.ALLOWED))
        missed = 0
        while True:
            self._check_now.clear()
            why = await self._echo()
            if not why:
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
                self._not_ready(why)
                if self._announced:
                    self._announced = False
                    self._items.put_nowait(Disconnected(session=session, why=why))
                if missed >= 3 and why.startswith(_SILENT):
                    await self._drop(why)
                    return
            with suppress(TimeoutError):
                async with asyncio.timeout(self._settings.echo_every_ms / 1000):
                    await self._check_now.wait()

    async def _echo(self) -> str:
        """Empty when the echo came back; else what is wrong."""
        loop = asyncio.get_running_loop()
        self._requests += 1
        nonce = f"{self._session}.{self._requests}"
        heard: asyncio.Future[None] = loop.create_future()
        self._echoes[nonce] = heard
        limit = self._settings.echo_timeout_ms / 1000
        try:
            asked = loop.time()
            request = r.user_event(ECHO, self._settings.application, {"nonce": nonce})
            try:
                async with asyncio.timeout(limit):
                    reply = await self.ask(request)
            except TimeoutError:
                return f"{_SILENT}: no answer for {self._settings.echo_timeout_ms} ms. If this stays, look at its machine."
            if not reply.good:
                return _taken(self._settings.application, f"{reply.status} {reply.message}")
            try:
                async with asyncio.timeout(max(0.05, limit - (loop.time() - asked))):
                    await heard
            except TimeoutError:
                return _taken(self._settings.application, "its events do not reach us")
            return ""
        finally:
            del self._echoes[nonce]

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


_SILENT = "Asterisk is silent"


def _taken(application: str, what: str) -> str:
    return (
        f"Another program has taken the application {application} ({what}). Stop that program, take the section "
        f"[{application}] out of ari.conf, run `module reload res_ari.so`, put it back and reload again."
    )
