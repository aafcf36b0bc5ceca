"""The softphones' way to Asterisk's SIP socket: a WebSocket on the page's own origin, passed on frame by frame.

So one certificate and one port serve page and telephone, and Asterisk's web server stays on loopback. Nothing is read here:
who may register is Asterisk's decision, by the password made for that log-in.
"""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import structlog
from aiohttp import WSMsgType, web

LARGEST = 64 * 1024
"""Bytes; a SIP message is a few thousand."""
HEARTBEAT_S = 20

log = structlog.get_logger(__name__)


def asterisk_socket(ari_url: str) -> str:
    """http://host:8088/ari -> ws://host:8088/ws."""
    parts = urlsplit(ari_url)
    return urlunsplit(("wss" if parts.scheme == "https" else "ws", parts.netloc, "/ws", "", ""))


class SipSocket:
    """Passes SIP between pages and one Asterisk."""

    def __init__(self, path: str, upstream: str) -> None:
        self.path = path
        self._upstream = upstream
        self._http: aiohttp.ClientSession | None = None

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.get(self.path, self._pass_on)]

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        origin = urlsplit(request.headers.get("Origin", "")).netloc
        if origin != request.host:
            return web.Response(status=403, text="another site's page")
        if self._http is None:
            self._http = aiohttp.ClientSession()
        try:
            asterisk = await self._http.ws_connect(
                self._upstream, protocols=("sip",), max_msg_size=LARGEST, heartbeat=HEARTBEAT_S
            )
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("sip_socket.no_asterisk", why=type(error).__name__)
            return web.Response(status=502, text="the telephone exchange does not answer")
        page = web.WebSocketResponse(protocols=("sip",), max_msg_size=LARGEST, heartbeat=HEARTBEAT_S)
        try:
            await page.prepare(request)
            ways = [asyncio.create_task(_copy(page, asterisk)), asyncio.create_task(_copy(asterisk, page))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        finally:
            await asterisk.close()
            with suppress(ConnectionError, RuntimeError):
                await page.close()
        return page


Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse


async def _copy(source: Socket, target: Socket) -> None:
    async for message in source:
        if message.type is WSMsgType.TEXT:
            await target.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await target.send_bytes(message.data)
