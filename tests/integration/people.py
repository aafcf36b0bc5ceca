"""People who use the running service over HTTP and WebSocket as its pages do: somebody signed in, a supervisor at the board.

Nothing of the product is imported. Agents with their telephones are in `service`.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec

from tests.integration.center import PASSWORD

Json = dict[str, Any]


def now() -> int:
    """Milliseconds since the epoch."""
    return round(time.time() * 1000)


class Answered(Exception):
    """The service refused; `status` and the body's `code` say how."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.code = body.get("code", "") if isinstance(body, dict) else ""


class Person:
    """Somebody with a log-in, over HTTP as a page would."""

    def __init__(self, url: str, login: str) -> None:
        self.url = url
        self.login = login
        self.http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Origin": url}, timeout=aiohttp.ClientTimeout(total=20)
        )

    async def ask(self, method: str, path: str, body: Json | None = None) -> Any:
        """One request; raises Answered for a refusal."""
        content = None if body is None else msgspec.json.encode(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        async with self.http.request(method, f"{self.url}/api/v1{path}", data=content, headers=headers) as answer:
            data = await answer.read()
            decoded = msgspec.json.decode(data) if data and answer.content_type == "application/json" else data
            if answer.status >= 400:
                raise Answered(answer.status, decoded)
            return decoded

    async def sign_in(self) -> None:
        await self.ask("POST", "/session", {"login": self.login, "password": PASSWORD})

    async def close(self) -> None:
        await self.http.close()


class Board(Person):
    """A supervisor who follows the board: what is shown now, and waiting until it shows something."""

    def __init__(self, url: str, login: str) -> None:
        super().__init__(url, login)
        self.queues: dict[str, Json] = {}
        self.agents: dict[str, Json] = {}
        self.calls: dict[str, Json] = {}
        self.center: Json = {}
        self.seen: list[Json] = []
        """Every state of every call that was shown, in order."""
        self.live = True
        """What the last heartbeat said: False is shown to people as "not live"."""
        self.closed: int | None = None
        """With which code the service has closed the socket."""
        self._changed = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None

    async def follow(self, topic: str = "board") -> None:
        ticket = (await self.ask("POST", "/session/ticket"))["ticket"]
        socket = await self.http.ws_connect(f"{self.url}/api/v1/ws?ticket={ticket}", max_msg_size=0)
        await socket.send_json({"type": "subscribe", "id": 1, "topic": topic})
        self._reading = asyncio.create_task(self._read(socket))
        await self.until(lambda board: bool(board.center), "the board shows nothing")

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                continue
            message = msgspec.json.decode(frame.data)
            match message["type"]:
                case "snapshot":
                    self._take(message, {"queues": (), "agents": (), "calls": ()})
                case "delta":
                    self._take({**message["set"], "center": message["center"]}, message["remove"])
                case "heartbeat":
                    self.live = message["ready"]
                case "error":
                    raise AssertionError(f"the board was refused: {message}")
            async with self._changed:
                self._changed.notify_all()
        self.closed = socket.close_code
        async with self._changed:
            self._changed.notify_all()

    def _take(self, new: Mapping[str, Any], gone: Mapping[str, Any]) -> None:
        self.center = new["center"] or self.center
        for name, shown in (("queues", self.queues), ("agents", self.agents), ("calls", self.calls)):
            shown.update(new[name])
            for one in gone[name]:
                shown.pop(one, None)
        self.seen.extend(new["calls"].values())

    async def until(self, condition: "Callable[[Board], Any]", what: str, seconds: float = 15) -> Any:
        """Waits until the condition holds of what is shown, and returns what it returned."""

        async def wait() -> Any:
            while not (found := condition(self)):
                async with self._changed:
                    await self._changed.wait()
                assert self._reading is not None
                if self._reading.done():
                    self._reading.result()
            return found

        try:
            return await asyncio.wait_for(wait(), seconds)
        except TimeoutError:
            states = {name: one["state"] for name, one in self.agents.items() if one["state"] != "signed_out"}
            calls = [(one["state"], one["queue"], one["end"]) for one in self.calls.values()]
            raise AssertionError(f"{what} (not within {seconds} s); agents {states}, calls {calls}") from None

    async def changed(self, seconds: float = 0.5) -> None:
        """Waits until something else is shown, or for so long."""
        async with self._changed:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), seconds)

    def call_of(self, number: str) -> Json | None:
        """The live call with this customer."""
        return next((call for call in self.calls.values() if call["number"] and call["number"]["value"] == number), None)

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        await super().close()


@dataclass
class Click:
    """What an agent did at her desk, and when; the recount's account of it."""

    at: int
    until: int
    agent: str
    did: str
    to: dict[str, str] = field(default_factory=dict)
    refused: str = ""
