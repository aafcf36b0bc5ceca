"""A relay on TCP between Chromium and the service: live connections through it can be held up or cut, as a bad network does.

It knows a live connection by the first line of its request and looks at nothing else.
"""

import asyncio
import contextlib

from tests.fixtures.ports import claim_free_port

LIVE = b"GET /api/v1/ws"
CHUNK = 64 * 1024


class Relay:
    """`origin` is where a browser finds the service through it."""

    def __init__(self, port: int) -> None:
        self._to = port
        self.port = claim_free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self._flows = asyncio.Event()
        self._flows.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._live: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    def hold(self) -> None:
        """From now on nothing comes from the service on a live connection, old or new; it stays open."""
        self._flows.clear()

    def go_on(self) -> None:
        """What was held up arrives."""
        self._flows.set()

    def cut(self) -> None:
        """Live connections end at once, without a goodbye."""
        for writer in tuple(self._live):
            writer.transport.abort()

    async def stop(self) -> None:
        self.go_on()
        if self._server is not None:
            self._server.close()
            for writer in tuple(self._open):
                writer.transport.abort()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with contextlib.suppress(ConnectionError):
            try:
                first = await reader.read(CHUNK)
                live = first.startswith(LIVE)
                if live:
                    self._live.add(writer)
                there, back = await asyncio.open_connection("127.0.0.1", self._to)
                back.write(first)
                await asyncio.gather(self._carry(reader, back, held=False), self._carry(there, writer, held=live))
            finally:
                self._open.discard(writer)
                self._live.discard(writer)
                writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, held: bool) -> None:
        try:
            while chunk := await reader.read(CHUNK):
                if held:
                    await self._flows.wait()
                writer.write(chunk)
                await writer.drain()
        finally:
            writer.close()
