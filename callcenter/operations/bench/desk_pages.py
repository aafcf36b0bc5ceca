"""The pages of `bench desk`: many agents' WebSockets in one process, which notes when each of them read that it rings.

Run in a process of its own by `desk`, which it knows only by a pipe: seats come in, the times come back.
"""

import asyncio
import json
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection

from aiohttp import ClientSession, ClientWebSocketResponse, DummyCookieJar, TCPConnector, WSMsgType

SUBSCRIBE = '{"type": "subscribe", "id": 1, "topic": "desk"}'


@dataclass(frozen=True, slots=True)
class Seat:
    """One agent's page. `stalls`: it stops reading once it has its snapshot."""

    agent: str
    token: str
    ticket: str
    stalls: bool


def pages(url: str, pipe: Connection) -> None:
    """Opens pages as seats come, answers each list with their number, and the end (None) with all times, ns since the epoch."""
    asyncio.run(_pages(url, pipe))


async def _pages(url: str, pipe: Connection) -> None:
    seen: dict[tuple[str, str], int] = {}
    readers: set[asyncio.Task[None]] = set()
    async with ClientSession(cookie_jar=DummyCookieJar(), connector=TCPConnector(limit=0)) as http:
        while (seats := await asyncio.to_thread(pipe.recv)) is not None:
            for seat in seats:
                socket = await http.ws_connect(
                    f"{url}/api/v1/ws", params={"ticket": seat.ticket},
                    headers={"Origin": url, "Cookie": f"session={seat.token}"}, max_msg_size=0,
                )  # fmt: skip
                await socket.receive_json()  # welcome
                await socket.send_str(SUBSCRIBE)
                snapshot = await socket.receive_json()
                assert snapshot["type"] == "snapshot", snapshot
                readers.add(asyncio.create_task(_stall(socket) if seat.stalls else _read(socket, seat.agent, seen)))
            pipe.send(len(seats))
        pipe.send(seen)
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)


def lateness(pipe: Connection) -> None:
    """The yardstick: an idle process that asks to be woken every 10 ms; answers with the ms by which it was late, once asked."""
    late: list[float] = []
    while not late or not pipe.poll(0):
        began = time.perf_counter()
        time.sleep(0.01)
        late.append((time.perf_counter() - began) * 1000 - 10)
    pipe.send(late)


async def _stall(socket: ClientWebSocketResponse) -> None:
    """The page stands still: what comes stays in the kernel, then with the service."""
    transport = socket._conn.transport if socket._conn is not None else None
    assert transport is not None
    transport.pause_reading()
    await asyncio.Event().wait()


async def _read(socket: ClientWebSocketResponse, agent: str, seen: dict[tuple[str, str], int]) -> None:
    async for message in socket:
        at = time.time_ns()
        if message.type is not WSMsgType.TEXT or '"state":"ringing"' not in message.data:
            continue
        mine = json.loads(message.data).get("set", {}).get("agents", {}).get(agent)
        if mine is not None and mine["state"] == "ringing":
            seen.setdefault((agent, mine["call"]), at)
