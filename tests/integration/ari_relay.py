"""A wire between Asterisk and the service that understands the messages on it: it can spoil one of them, or slip one in.

Asterisk is the WebSocket's client here, so its frames are masked and the service's are not. Imports nothing of ours.
"""

import asyncio
import json
import re
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tests.integration.relay import Relay

Json = dict[str, Any]
Spoil = Callable[[bytes], "list[bytes]"]
"""A whole message -> what goes on the wire in its place: frames, ready to be written."""

TEXT, BINARY = 1, 2
_MASK = b"\x5a\xa5\x3c\xc3"


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """One message as Asterisk would send it."""
    size = len(payload)
    head = struct.pack("!B", 0x80 | opcode)
    if size < 126:
        head += struct.pack("!B", 0x80 | size)
    elif size < 1 << 16:
        head += struct.pack("!BH", 0x80 | 126, size)
    else:
        head += struct.pack("!BQ", 0x80 | 127, size)
    return head + _MASK + _masked(payload, _MASK)


def _masked(payload: bytes, mask: bytes) -> bytes:
    size = len(payload)
    key = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
    return (int.from_bytes(payload, "big") ^ key).to_bytes(size, "big")


class Plan:
    """One message that will be spoiled. `done` is set when it has been."""

    def __init__(self, what: re.Pattern[str], spoil: Spoil) -> None:
        self.what = what
        self.spoil = spoil
        self.done = asyncio.Event()


class AriRelay(Relay):
    """A Relay that reads along. Requests are known as "POST channels/ID/answer", events by their type and their text."""

    def __init__(self, port: int, target: int) -> None:
        super().__init__(port, target)
        self._to_service: asyncio.StreamWriter | None = None
        self._asked: dict[str, str] = {}
        self._answers: list[Plan] = []
        self._events: list[Plan] = []

    def spoil_answer(self, request: str, spoil: Spoil) -> Plan:
        """The answer to the next request that matches (a pattern, e.g. "POST channels/[^/]+/answer")."""
        plan = Plan(re.compile(request), spoil)
        self._answers.append(plan)
        return plan

    def spoil_event(self, event: str, spoil: Spoil) -> Plan:
        """The next event whose text matches (a pattern, e.g. '"type":"StasisStart"')."""
        plan = Plan(re.compile(event), spoil)
        self._events.append(plan)
        return plan

    def let_be(self) -> None:
        """Nothing more is spoiled."""
        self._answers.clear()
        self._events.clear()

    def inject(self, payload: bytes, opcode: int = TEXT) -> None:
        """Asterisk seems to say this now."""
        self.inject_raw(frame(payload, opcode))

    def inject_raw(self, data: bytes) -> None:
        assert self._to_service is not None, "Asterisk is not connected"
        self._to_service.write(data)

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """The first flow that begins with a request line is Asterisk's."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await source.readuntil(b"\r\n\r\n")
            from_asterisk = head.startswith(b"GET ")
            target.write(head)
            if from_asterisk:
                self._to_service = target
            while True:
                raw, opcode, payload = await _read(source)
                await self._flows.wait()
                if opcode == TEXT and from_asterisk:
                    for piece in self._heard(raw, payload):
                        target.write(piece)
                else:
                    if opcode == TEXT:
                        self._said(payload)
                    target.write(raw)
                await target.drain()
        target.transport.abort()

    def _said(self, payload: bytes) -> None:
        """A request of the service."""
        request: Json = json.loads(payload)
        self._asked[request["request_id"]] = f"{request['method']} {request['uri']}"

    def _heard(self, raw: bytes, payload: bytes) -> list[bytes]:
        """What becomes of a message of Asterisk."""
        message: Json = json.loads(payload)
        if message["type"] == "RESTResponse":
            text, plans = self._asked.pop(message["request_id"], ""), self._answers
        else:
            text, plans = payload.decode(), self._events
        for plan in plans:
            if plan.what.search(text):
                plans.remove(plan)
                plan.done.set()
                return plan.spoil(payload)
        return [raw]


async def _read(source: asyncio.StreamReader) -> tuple[bytes, int, bytes]:
    """One frame: as it stands, its opcode, its payload."""
    head = await source.readexactly(2)
    size = head[1] & 0x7F
    more = 2 if size == 126 else 8 if size == 127 else 0
    length = await source.readexactly(more)
    if more:
        size = int.from_bytes(length, "big")
    mask = await source.readexactly(4) if head[1] & 0x80 else b""
    body = await source.readexactly(size)
    opcode = head[0] & 0x0F if head[0] & 0x80 else -1
    return head + length + mask + body, opcode, _masked(body, mask) if mask else body
