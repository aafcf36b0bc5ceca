"""What this machine has of networks, and which ports are free: asked of the system, decided nowhere else."""

import ipaddress
import json
import socket
import subprocess
from dataclasses import dataclass

from callcenter.operations.pbx.options import IPV4_HOST, Options, Trouble

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """From where this center is reached, and by which addresses sound comes here."""

    listen: str
    """Address for pages and telephones: loopback, or all."""
    networks: tuple[str, ...]
    """Networks that this machine is part of; telephones there may call in."""
    addresses: tuple[str, ...]
    """This machine's own, without loopback."""
    external: str = ""
    """The router's public address when HOST is not this machine's own."""

    @property
    def loopback(self) -> bool:
        return self.listen == LOOPBACK


def reach(options: Options) -> Reach:
    """Raises Trouble when nobody could find this machine under HOST."""
    if not options.host or _is_loopback(options.host):
        return Reach(listen=LOOPBACK, networks=(), addresses=())
    own = _interfaces()
    addresses = tuple(str(one.ip) for one in own)
    external = options.external
    if not external:
        found = _look_up(options.host)
        if not any(_is_loopback(one) or one in addresses for one in found):
            external = found[0]
    networks = tuple(dict.fromkeys(str(one.network) for one in own))
    return Reach(listen="0.0.0.0", networks=networks, addresses=addresses, external=external)


def _is_loopback(host: str) -> bool:
    return host == "localhost" or host.startswith("127.")


def _look_up(host: str) -> list[str]:
    """IPv4 addresses, at least one. Raises Trouble."""
    try:
        answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        raise Trouble(
            f"HOST={host} is a name that this machine cannot look up: give it an address in the network's DNS or in /etc/hosts,"
            " write this machine's address instead of a name, or add EXTERNAL= with the public address"
        ) from None
    ours = [str(one[4][0]) for one in answers if one[0] == socket.AF_INET]
    if not ours:
        raise Trouble(
            f"HOST={host} is looked up to {answers[0][4][0]}, an IPv6 address, and telephones and sound are served over IPv4"
            f" only: {IPV4_HOST}"
        )
    return ours


def _interfaces() -> list[ipaddress.IPv4Interface]:
    try:
        done = subprocess.run(["ip", "-json", "-4", "address", "show", "up"], capture_output=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        raise Trouble("the program ip does not tell this machine's addresses; as root: apt-get install iproute2") from None
    return [
        ipaddress.IPv4Interface(f"{one['local']}/{one['prefixlen']}")
        for link in json.loads(done.stdout)
        for one in link["addr_info"]
        if one["scope"] != "host"
    ]


def check_port(name: str, address: str, port: int, kind: socket.SocketKind) -> None:
    """Raises Trouble when somebody else has the port, with the words to say instead."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a page that has just been closed is nobody else
        try:
            probe.bind((address, port))
        except OSError as error:
            transport = "TCP" if kind is socket.SOCK_STREAM else "UDP"
            raise Trouble(
                f"{transport} port {port} cannot be had ({error.strerror}): stop the program that has it, or take another one,"
                f" make pbx {name}={port + 1}"
            ) from None


def held_port(taken: int) -> socket.socket:
    """A socket with a port of loopback that nobody else gets until it is closed, and not the one that is taken already.

    The kernel chooses: two that are started at the same time would look for the same free one.
    """
    while True:
        held = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        held.bind((LOOPBACK, 0))
        if port_of(held) != taken:
            return held
        held.close()


def port_of(held: socket.socket) -> int:
    return int(held.getsockname()[1])


def default_address() -> tuple[str, ...]:
    """This machine's address on its way to others; none without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing; asks the kernel which address it would use
        except OSError:
            return ()
        return (str(probe.getsockname()[0]),)
