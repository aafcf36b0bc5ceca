"""The port for sound: who is expected is heard, everybody else is sent away, and nobody can keep it busy."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from callcenter.telephony.asterisk import audio_socket
from callcenter.telephony.asterisk.audio_socket import HANG_UP, ID, MOST_NAMELESS, SOUND, AudioSocket, Listener

Peer = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def port() -> AsyncIterator[AudioSocket]:
    socket = AudioSocket("127.0.0.1")
    await socket.start()
    yield socket
    await socket.close()


async def connect(port: AudioSocket, *frames: tuple[int, bytes]) -> Peer:
    host, _, number = port.address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(number))
    for kind, content in frames:
        writer.write(bytes([kind]) + len(content).to_bytes(2, "big") + content)
    return reader, writer


async def sent_away(peer: Peer, within: float = 5) -> None:
    reader, writer = peer
    async with asyncio.timeout(within):
        try:
            assert await reader.read() == b""
        except ConnectionError:
            pass
    writer.close()


class Heard:
    def __init__(self) -> None:
        self.sound: list[bytes] = []
        self.closed = asyncio.Event()
        self.some = asyncio.Event()
        self.listener = Listener(sound=self._take, closed=self.closed.set)

    def _take(self, data: bytes) -> None:
        self.sound.append(data)
        self.some.set()


async def test_who_is_expected_is_heard_until_she_ends(port: AudioSocket):
    name, heard = uuid4(), Heard()
    port.expect(name, heard.listener)
    peer = await connect(port, (ID, name.bytes), (SOUND, b"\x01\x00" * 160), (HANG_UP, b""))
    async with asyncio.timeout(5):
        await heard.closed.wait()
    assert heard.sound == [b"\x01\x00" * 160]
    await sent_away(peer)


@pytest.mark.parametrize("frames", [[(ID, bytes(16))], [(ID, b"short")], [(SOUND, bytes(320))], [(0x50, b"GET / HTTP/1.1")]])
async def test_who_is_not_expected_is_sent_away(port: AudioSocket, frames: list[tuple[int, bytes]]):
    await sent_away(await connect(port, *frames))


async def test_an_id_is_good_once(port: AudioSocket):
    name, heard = uuid4(), Heard()
    port.expect(name, heard.listener)
    _, writer = await connect(port, (ID, name.bytes), (SOUND, bytes(320)))
    async with asyncio.timeout(5):
        await heard.some.wait()
    await sent_away(await connect(port, (ID, name.bytes), (SOUND, bytes(320))))
    assert len(heard.sound) == 1
    assert not heard.closed.is_set()
    writer.close()
    async with asyncio.timeout(5):
        await heard.closed.wait()


async def test_who_is_forgotten_is_closed_and_not_told(port: AudioSocket):
    name, heard = uuid4(), Heard()
    port.expect(name, heard.listener)
    peer = await connect(port, (ID, name.bytes), (SOUND, bytes(320)))
    async with asyncio.timeout(5):
        await heard.some.wait()
    port.forget(name)
    await sent_away(peer)
    assert not heard.closed.is_set()


async def test_who_says_nothing_is_sent_away(port: AudioSocket, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audio_socket, "NAME_WITHIN_S", 0.05)
    await sent_away(await connect(port))


async def test_many_who_say_nothing_do_not_pile_up(port: AudioSocket):
    silent = [await connect(port) for _ in range(MOST_NAMELESS)]
    await sent_away(await connect(port), within=1)
    for _, writer in silent:
        writer.close()
