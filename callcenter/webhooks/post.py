"""One attempt: a signed POST over HTTP, and what became of it in one word. When to try, and what follows, is decided elsewhere.

No redirect is followed (it would lead around the fence), no cookie kept, no proxy of the environment used; of the answer only the
status counts, and at most a little of its body is read, so that the connection can be used again.
"""

import asyncio
import ssl
import time

import aiohttp
from msgspec import Struct

from callcenter.kernel.errors import Refused
from callcenter.webhooks.address import AddressNotAllowed, Fence, FencedResolver
from callcenter.webhooks.figures import Fault

TIMEOUT_S = 10.0
CONNECT_S = 5.0
MOST_READ = 4_096
ABOUT_THE_BODY = frozenset({400, 413, 422})
"""Statuses by which a receiver refuses this one event; others say something of the receiver."""
MAY_ASK_TO_WAIT = frozenset({429, 503})


class Attempt(Struct, frozen=True, kw_only=True):
    """`fault` None: the receiver has it."""

    fault: Fault | None
    status: int | None
    took_ms: int
    wait_ms: int = 0
    """How long the receiver asked us to wait."""

    @property
    def receiver_there(self) -> bool:
        """It took the event, or understood and refused it."""
        return self.fault is None or self.status in ABOUT_THE_BODY


class Post:
    """Begin with `open`; connections are kept and shared by all subscriptions."""

    def __init__(self, fence: Fence, *, threads: int = 50, timeout_s: float = TIMEOUT_S) -> None:
        self._fence = fence
        self._threads = threads
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=min(CONNECT_S, timeout_s))
        self._session: aiohttp.ClientSession | None = None
        self._resolver: FencedResolver | None = None

    async def open(self) -> None:
        self._resolver = FencedResolver(self._fence, self._threads)
        connector = aiohttp.TCPConnector(resolver=self._resolver, use_dns_cache=False, limit=0, keepalive_timeout=15)
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=self._timeout, auto_decompress=False
        )

    async def close(self) -> None:
        if self._session is not None and self._resolver is not None:
            await self._session.close()
            await self._resolver.close()

    async def attempt(self, url: str, body: bytes, headers: dict[str, str]) -> Attempt:
        """Never raises for anything that the receiver or the network does."""
        assert self._session is not None, "open first"
        began = time.monotonic()
        status: int | None = None
        wait_ms = 0
        try:
            self._fence.check(url)
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                status = response.status
                fault = _fault(status)
                if status in MAY_ASK_TO_WAIT:
                    wait_ms = _wait_ms(response.headers.get("Retry-After", ""))
                await response.content.read(MOST_READ)
        except Refused:
            fault = "address_not_allowed"
        except TimeoutError:
            fault = None if status is not None and _fault(status) is None else "timeout"
        except (aiohttp.ClientError, OSError, ValueError, asyncio.IncompleteReadError) as error:
            fault = _fault(status) if status is not None else _kind(error)
        return Attempt(fault=fault, status=status, took_ms=int((time.monotonic() - began) * 1000), wait_ms=wait_ms)


def _fault(status: int) -> Fault | None:
    if 200 <= status < 300:
        return None
    if status == 410:
        return "gone"
    if status >= 500:
        return "server_error"
    return "redirect" if 300 <= status < 400 else "client_error"


def _kind(error: Exception) -> Fault:
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, AddressNotAllowed):
        return "address_not_allowed"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "unknown_name"
    if isinstance(error, aiohttp.ClientSSLError) or isinstance(cause, ssl.SSLError):
        return "tls"
    if isinstance(cause, ConnectionRefusedError):
        return "refused"
    if isinstance(error, aiohttp.ClientResponseError | aiohttp.InvalidURL | ValueError):
        return "protocol"
    return "unreachable"


def _wait_ms(header: str) -> int:
    """Seconds only: the form with a date is not asked for by anybody who minds."""
    return int(header) * 1000 if header.isascii() and header.isdigit() and len(header) < 7 else 0
