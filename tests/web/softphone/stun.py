"""The least STUN server (RFC 8489): says to each who asks from where the question came, and remembers who asked."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

COOKIE = 0x2112A442


class Stun(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.asked: set[str] = set()
        """Addresses."""
        self.port = 0
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) < 20 or data[:2] != b"\x00\x01":
            return
        self.asked.add(addr[0])
        port = addr[1] ^ COOKIE >> 16
        host = int.from_bytes(socket.inet_aton(addr[0]), "big") ^ COOKIE
        mapped = struct.pack("!HHBBHI", 0x0020, 8, 0, 1, port, host)
        self._transport.sendto(struct.pack("!HH", 0x0101, len(mapped)) + data[4:20] + mapped, addr)


@asynccontextmanager
async def stun(address: str) -> AsyncIterator[Stun]:
    """A server at this address, on a free port."""
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(Stun, local_addr=(address, 0))
    try:
        yield server
    finally:
        transport.close()
