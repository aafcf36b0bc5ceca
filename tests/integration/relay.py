"""A wire that can be cut: passes TCP on from one loopback port to another. Imports nothing of ours."""

import asyncio
import socket
import struct
from contextlib import suppress

LOOPBACK = "127.0.0.1"


class Relay:
    """Listens on `port`, passes on to `target`. Cut, it closes everything and refuses; frozen, it keeps open and swallows."""

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self.target = target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()

    async def mend(self) -> None:
        self._flows.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._pass_on, LOOPBACK, self.port)

    async def reset(self) -> None:
        """Cut by TCP's RST on both sides, as by a firewall that has forgotten the connection."""
        for writer in self._writers:
            wire: socket.socket | None = writer.get_extra_info("socket")
            if wire is not None:
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await self.cut()

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()
        self._writers.clear()

    def freeze(self) -> None:
        """Half open: nothing passes, nobody is told."""
        self._flows.clear()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        self._writers.add(writer)
        try:
            try:
                there, back = await asyncio.open_connection(LOOPBACK, self.target)
            except OSError:
                return
            ends.append(back)
            self._writers.add(back)
            await asyncio.gather(self._copy(reader, back), self._copy(there, writer))
        finally:
            # Also when the loop ends this moment: left open, Asterisk would wait on it for an answer to its handshake.
            for end in ends:
                end.transport.abort()
                self._writers.discard(end)

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                await self._flows.wait()
                target.write(data)
                await target.drain()
        target.transport.abort()
