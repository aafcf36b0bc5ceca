"""A program that receives webhooks: a real web server on loopback that keeps what it is sent and answers as it is told.

It checks signatures by itself, from what docs/webhooks.md says, and imports nothing of the product.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fixtures.ports import claim_free_port


@dataclass(frozen=True)
class Taken:
    """One request as it came."""

    raw: bytes
    headers: dict[str, str]
    at: float
    status: int

    @property
    def event(self) -> Any:
        return json.loads(self.raw)

    @property
    def id(self) -> str:
        return str(self.event["id"])

    @property
    def subject(self) -> str:
        event = self.event
        return str((event.get("call") or event.get("agent") or event)["id"])

    def signed_with(self, secret: str) -> bool:
        """Whether one of its signatures was made with this secret, now."""
        fields = dict(part.split("=", 1) for part in self.headers["Callcenter-Signature"].split(","))
        at = fields.pop("t")
        expected = hmac.new(secret.encode(), at.encode() + b"." + self.raw, hashlib.sha256).hexdigest()
        return abs(time.time() - int(at)) < 300 and expected in fields.values()


Answer = Callable[["Receiver", bytes], Awaitable[web.StreamResponse]]


async def accept(_: "Receiver", __: bytes) -> web.StreamResponse:
    return web.Response(status=204)


def refuse(status: int, **headers: str) -> Answer:
    async def answer(_: "Receiver", __: bytes) -> web.StreamResponse:
        return web.Response(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return answer


async def hang(receiver: "Receiver", _: bytes) -> web.StreamResponse:
    """Takes the request and says nothing until the receiver is stopped."""
    await receiver.over.wait()
    return web.Response(status=500)


@dataclass
class Receiver:
    """`answer` may be changed at any time. `taken` holds everything that was answered, `came` counts what began."""

    answer: Answer = accept
    port: int = field(default_factory=claim_free_port)
    taken: list[Taken] = field(default_factory=list)
    came: list[str] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def good(self) -> list[Taken]:
        """What it has accepted."""
        return [one for one in self.taken if one.status < 300]

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.good]

    async def start(self) -> None:
        self.over.clear()
        app = web.Application()
        app.router.add_post("/hook", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        """The port is closed; what hangs is cut."""
        self.over.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def until(self, condition: Callable[["Receiver"], object], seconds: float = 30) -> None:
        async with self._changed, asyncio.timeout(seconds):
            await self._changed.wait_for(lambda: condition(self))

    async def _take(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        await self._note(lambda: self.came.append(str(json.loads(raw)["id"])))
        response = await self.answer(self, raw)
        taken = Taken(raw, dict(request.headers), time.monotonic(), response.status)
        await self._note(lambda: self.taken.append(taken))
        return response

    async def _note(self, note: Callable[[], None]) -> None:
        async with self._changed:
            note()
            self._changed.notify_all()


def in_order(taken: list[Taken]) -> bool:
    """Whether the events of each call and agent came in the order of the log, repetitions left out."""
    last: dict[str, int] = {}
    seen: set[str] = set()
    for one in taken:
        if one.id in seen:
            continue
        seen.add(one.id)
        place = one.event["position"]
        if place < last.get(one.subject, 0):
            return False
        last[one.subject] = place
    return True
