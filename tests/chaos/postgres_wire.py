"""A wire in front of PostgreSQL that fails in the middle of one statement: its answer is lost, or it is late. Imports nothing of
ours.

A statement is known by a word in what the client sends for it (of a prepared one: among its values).
"""

import asyncio
from typing import Literal

from tests.integration.relay import LOOPBACK, Relay

How = Literal["never asked", "answer lost", "asked late"]
"""The connection breaks before the statement reaches the server; after it was carried out and before its answer is there; or
at once, and the statement reaches the server only with `arrive`."""


class PostgresWire(Relay):
    def __init__(self, port: int, target: int) -> None:
        super().__init__(port, target)
        self._plan: tuple[bytes, How] | None = None
        self._late: tuple[asyncio.StreamReader, asyncio.StreamWriter, bytes] | None = None
        self.broke = asyncio.Event()
        """Set when it has failed as planned."""

    def break_at(self, word: bytes, how: How) -> None:
        self._plan = (word, how)
        self.broke.clear()

    @property
    def late(self) -> bytes:
        """The statement that has not arrived yet."""
        assert self._late is not None, "nothing is late"
        return self._late[2]

    async def arrive(self) -> None:
        """The late statement reaches the server; returns when the server has answered."""
        assert self._late is not None, "nothing is late"
        answers, server, statement = self._late
        self._late = None
        server.write(statement)
        async with asyncio.timeout(10):
            assert await answers.read(65536), "the server did not answer"
        server.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(LOOPBACK, self.target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, back}
        down = asyncio.create_task(self._copy(there, writer))
        try:
            while data := await reader.read(65536):
                if self._plan is not None and self._plan[0] in data:
                    how = self._plan[1]
                    self._plan = None
                    down.cancel()
                    await asyncio.wait([down])
                    if how == "answer lost":
                        back.write(data)
                        assert await there.read(65536)
                    elif how == "asked late":
                        self._late = (there, back, data)
                        self._writers.discard(back)
                    self.broke.set()
                    break
                back.write(data)
                await back.drain()
        except (ConnectionError, asyncio.CancelledError):
            pass  # the base class would tell the loop of a task that was cancelled with it
        finally:
            down.cancel()
            writer.transport.abort()
            if self._late is None or self._late[1] is not back:
                back.transport.abort()
            self._writers -= {writer, back}
