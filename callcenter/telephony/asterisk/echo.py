"""Is anybody there? A user event to ourselves that must come back: the only proof that Asterisk answers and its events reach us.

A socket that is open proves nothing (another program may have taken our events, or the peer may be frozen). When to ask, and
what follows from a missed echo, is decided in `client`.
"""

import asyncio
from collections.abc import Awaitable, Callable

from msgspec import Struct

from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.replies import Reply
from callcenter.telephony.asterisk.settings import AsteriskSettings

ECHO = "callcenter-echo"
"""Name of the user event."""


class Missed(Struct, frozen=True):
    """No echo: what is wrong and what to do."""

    why: str
    silent: bool
    """Asterisk does not answer at all; False: it answers, but its events do not reach us."""


class Echo:
    """Echoes of one Asterisk. `ask` puts a request on its socket and answers with the reply."""

    def __init__(self, settings: AsteriskSettings, ask: Callable[[r.Request], Awaitable[Reply]]) -> None:
        self._settings = settings
        self._ask = ask
        self._called = 0
        self._calls: dict[str, asyncio.Future[None]] = {}

    async def call(self) -> Missed | None:
        """None when the echo came back in time. Cancelled when the socket is lost meanwhile (`forget`)."""
        loop = asyncio.get_running_loop()
        self._called += 1
        nonce = str(self._called)
        heard: asyncio.Future[None] = loop.create_future()
        self._calls[nonce] = heard
        limit = self._settings.echo_timeout_ms / 1000
        asked = loop.time()
        try:
            try:
                async with asyncio.timeout(limit):
                    reply = await self._ask(r.user_event(ECHO, self._settings.application, {"nonce": nonce}))
            except TimeoutError:
                waited = f"no answer for {self._settings.echo_timeout_ms} ms"
                return Missed(f"Asterisk is silent: {waited}. If this stays, look at its machine.", silent=True)
            if not reply.good:
                return self._taken(f"{reply.status} {reply.message}")
            try:
                async with asyncio.timeout(max(0.05, limit - (loop.time() - asked))):
                    await heard
            except TimeoutError:
                return self._taken("its events do not reach us")
            return None
        finally:
            del self._calls[nonce]

    def heard(self, event: ari.ChannelUserevent) -> None:
        """A user event came; one that is no echo of ours, or late, is passed by."""
        if event.eventname == ECHO:
            call = self._calls.get(str(event.userevent.get("nonce", "")))
            if call is not None and not call.done():
                call.set_result(None)

    def forget(self) -> None:
        """The socket is lost: nothing will come back on it."""
        for call in self._calls.values():
            call.cancel()

    def _taken(self, what: str) -> Missed:
        application = self._settings.application
        return Missed(
            f"Another program has taken the application {application} ({what}). Stop that program, take the section "
            f"[{application}] out of ari.conf, run `module reload res_ari.so`, put it back after a few seconds and reload again.",
            silent=False,
        )
