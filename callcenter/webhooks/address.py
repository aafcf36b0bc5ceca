"""Where a delivery may go: rules for URLs, and which addresses a name may lead to. Opens nothing itself.

Whoever may write a URL here makes this machine send requests. So each address is looked at when the connection is made, not when
the URL is written: a name that leads to a public address today may lead to the PBX tomorrow. Private networks must be allowed
by whoever runs the service (`webhook_networks` of the settings file).
"""

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult

from callcenter.kernel.errors import Refused

Network = IPv4Network | IPv6Network
Ip = IPv4Address | IPv6Address

LONGEST_URL = 2_000
_LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_EMBEDDING: tuple[Network, ...] = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("::/96"))
"""IPv6 addresses that a gateway turns into whatever IPv4 address they hold."""


class AddressNotAllowed(OSError):
    """The name leads only to addresses to which nothing is sent."""


def networks(words: Sequence[str]) -> tuple[Network, ...]:
    """Raises ValueError."""
    return tuple(ip_network(word) for word in words)


class Fence:
    """`allowed`: networks besides the public ones."""

    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        self._allowed = tuple(allowed)

    def check(self, url: str) -> None:
        """Raises Refused (`url_not_allowed`) with what to write instead. A name is not looked up here."""
        if len(url) > LONGEST_URL or any(ord(letter) <= 32 or ord(letter) == 127 for letter in url):
            raise _refused("it is too long or holds a space: write https://host/path")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise _refused("it is no URL: write https://host/path") from None
        if not host or port == 0:
            raise _refused("it names no host: write https://host/path")
        if parts.username is not None or parts.password is not None:
            raise _refused("it holds a user name or password, which the log would show: check the signature instead")
        if parts.fragment:
            raise _refused("what stands behind # is never sent: leave it out")
        if parts.scheme != "https" and not (parts.scheme == "http" and self._here(parts)):
            raise _refused("only https is sent to, and http to this machine where webhook_networks allows it")
        literal = _literal(host)
        if literal is not None and not self.allows(literal):
            raise _refused("this address is in a private network: allow it with webhook_networks in the settings file")

    def allows(self, ip: Ip) -> bool:
        """Whether something may be sent there."""
        if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        if any(ip.version == network.version and ip in network for network in self._allowed):
            return True
        if ip.is_multicast or ip.is_reserved or ip.is_unspecified or not ip.is_global:
            return False
        if isinstance(ip, IPv6Address):
            return ip.sixtofour is None and ip.teredo is None and not any(ip in network for network in _EMBEDDING)
        return True

    def _here(self, parts: SplitResult) -> bool:
        host = parts.hostname or ""
        ip = _literal(host)
        if ip is None:
            return host == "localhost" and any(self.allows(ip_address(one)) for one in ("127.0.0.1", "::1"))
        return any(ip.version == network.version and ip in network for network in _LOOPBACK) and self.allows(ip)


class FencedResolver(AbstractResolver):
    """Names to those of their addresses to which something may be sent; asked anew for every connection.

    It has threads of its own: a name server that is silent holds up nobody who waits for a thread for something else. aiohttp
    does not ask it for a host that is an address already: `Fence.check` has to be asked before every attempt.
    """

    def __init__(self, fence: Fence, threads: int) -> None:
        self._fence = fence
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="webhook-names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AddressFamily.AF_UNSPEC
    ) -> list[ResolveResult]:
        look_up = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM)
        found: list[ResolveResult] = [
            {"hostname": host, "host": str(to[0]), "port": port, "family": kind, "proto": proto, "flags": socket.AI_NUMERICHOST}
            for kind, _, proto, _, to in await asyncio.get_running_loop().run_in_executor(self._pool, look_up)
        ]
        allowed = [one for one in found if self._fence.allows(ip_address(one["host"].partition("%")[0]))]
        if found and not allowed:
            raise AddressNotAllowed(f"{len(found)} addresses, none allowed")
        return allowed

    async def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def _literal(host: str) -> Ip | None:
    """The address that the host is; old spellings of one (017.1, 0x7f000001, 2130706433) count as what they lead to."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeEncodeError):
        return None


def _refused(why: str) -> Refused:
    return Refused("url_not_allowed", f"Nothing is sent to this URL: {why}.")
