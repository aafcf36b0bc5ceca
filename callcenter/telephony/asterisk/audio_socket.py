"""Asterisk's AudioSocket: it opens a TCP connection for each channel that is listened to, says its id, and sends the sound.

Frames are one byte of kind, two of length, then as many: an id of 16 bytes first, after it signed linear sound of 8 kHz, until
either side closes (app_audiosocket of Asterisk 22). Nothing here knows legs or detectors. A connection that does not name an id
that was announced is closed; that id is the only key to this port, so it is random and used once.
"""

import asyncio
from collections.abc import Callable, Iterator
from uuid import UUID

from msgspec import Struct

HANG_UP, ID, SOUND, FAULT = 0x00, 0x01, 0x10, 0xFF
NAME_WITHIN_S = 2.0
"""A connection that has not said its id by then is nobody's."""
MOST_NAMELESS = 16
"""Connections without a name, besides those that are expected this moment."""


class Frames:
    """Cuts the stream into frames: (kind, content). Raises nothing: every stream of bytes is some frames and a rest."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def take(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        self._rest += data
        while len(self._rest) >= 3:
            end = 3 + int.from_bytes(self._rest[1:3], "big")
            if len(self._rest) < end:
                return
            frame = self._rest[0], bytes(self._rest[3:end])
            del self._rest[:end]
            yield frame


class Listener(Struct, frozen=True, kw_only=True):
    """Who awaits a connection. Both are called on the loop and must not wait."""

    sound: Callable[[bytes], None]
    """Little-endian 16-bit samples, usually 20 ms of them."""
    closed: Callable[[], None]
    """The far end is gone, or talks nonsense. Not called for a connection that `forget` closed."""


class AudioSocket:
    """The port. `start`, then `expect` an id before Asterisk is told of it; `forget` closes its connection."""

    def __init__(self, host: str, port: int = 0) -> None:
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None
        self._listeners: dict[bytes, Listener] = {}
        self._open: dict[bytes, _Connection] = {}
        self._nameless: set[_Connection] = set()

    @property
    def address(self) -> str:
        """As Asterisk is told it, host:port."""
        return f"{self._host}:{self._port}"

    async def start(self) -> None:
        """Listens; port 0 takes a free one. Raises OSError when the port is taken."""
        self._server = await asyncio.get_running_loop().create_server(lambda: _Connection(self), self._host, self._port)
        self._port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        if self._server is None:
            return
        self._server.close()
        for connection in [*self._open.values(), *self._nameless]:
            connection.abort()
        self._listeners.clear()
        await self._server.wait_closed()

    def expect(self, name: UUID, listener: Listener) -> None:
        self._listeners[name.bytes] = listener

    def forget(self, name: UUID) -> None:
        self._listeners.pop(name.bytes, None)
        connection = self._open.pop(name.bytes, None)
        if connection is not None:
            connection.abort()

    # -- connections --------------------------------------------------------------------------------------------------------

    def came(self, connection: "_Connection") -> bool:
        """May it stay until it has said its id?"""
        if len(self._nameless) >= len(self._listeners) + MOST_NAMELESS:
            return False
        self._nameless.add(connection)
        return True

    def named(self, connection: "_Connection", name: bytes) -> Listener | None:
        """Whose sound it brings; None: nobody's. Each id is good for one connection."""
        self._nameless.discard(connection)
        listener = self._listeners.pop(name, None)
        if listener is not None:
            self._open[name] = connection
        return listener

    def went(self, connection: "_Connection", name: bytes) -> None:
        self._nameless.discard(connection)
        if self._open.get(name) is connection:
            del self._open[name]


class _Connection(asyncio.Protocol):
    def __init__(self, socket: AudioSocket) -> None:
        self._socket = socket
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None
        self._name = b""
        self._listener: Listener | None = None
        self._limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._socket.came(self):
            self._limit = asyncio.get_running_loop().call_later(NAME_WITHIN_S, self.abort)
        else:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        for kind, content in self._frames.take(data):
            if self._listener is not None and kind == SOUND:
                self._listener.sound(content)
            elif self._listener is None and kind == ID and len(content) == 16:
                self._name, self._listener = content, self._socket.named(self, content)
                if self._limit is not None:
                    self._limit.cancel()
                if self._listener is None:
                    self.abort()
            elif self._listener is None or kind in (HANG_UP, FAULT):
                self._end()
            if self._transport is None or self._transport.is_closing():
                return

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()

    def abort(self) -> None:
        """Closes without telling its listener."""
        self._listener = None
        self._end()

    def _end(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
        self._socket.went(self, self._name)
        if self._transport is not None:
            self._transport.abort()
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.closed()
