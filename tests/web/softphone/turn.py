"""A real TURN server (coturn) for the tests: on an address and ports of its own, with one user, ended with the block."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fixtures.ports import free_ports
from tests.fixtures.processes import Program, program

RELAYED = 40
"""Ports that it may lend."""


@dataclass(frozen=True)
class Turn:
    address: str
    port: int
    user: str
    password: str
    log: Path

    @property
    def server(self) -> str:
        return f"{self.address}:{self.port}"

    def said(self) -> str:
        return self.log.read_text(errors="replace")


@contextmanager
def turn(folder: Path, address: str, port: int) -> Iterator[Turn]:
    """Listens on the port by UDP and TCP; asks everybody for the password (RFC 8489's long-term one)."""
    lent = free_ports(RELAYED)
    user, password = "desk", secrets.token_hex(12)
    own = folder / "turn"
    own.mkdir()
    settings = own / "turnserver.conf"
    settings.touch(mode=0o600)
    settings.write_text(
        f"listening-ip={address}\nrelay-ip={address}\nlistening-port={port}\nmin-port={lent[0]}\nmax-port={lent[-1]}\n"
        f"lt-cred-mech\nrealm=turn.invalid\nuser={user}:{password}\nuserdb={own / 'users'}\npidfile={own / 'pid'}\n"
        "no-cli\nno-tls\nno-dtls\nno-multicast-peers\nverbose\nlog-file=stdout\nsimple-log\n"
    )
    server = Program([program("turnserver", "coturn"), "-c", settings], own / "log")
    try:
        server.wait_until(lambda: _accepts(address, port), 20, "coturn")
        yield Turn(address, port, user, password, server.log)
    finally:
        server.stop()


def _accepts(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0
