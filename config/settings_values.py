"""Values that only a settings file has: addresses, URLs of pages, of databases and of servers for sound. Each is a reader of
`config.readers`; no URL in a file may hold a password.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from urllib.parse import urlsplit

from config.readers import Reader
from config.yaml import Place


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int
    """0: any free port."""

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        return self.host in ("localhost", "::1") or self.host.startswith("127.")


def _address(place: Place) -> Address | None:
    text = place.text("an address such as 127.0.0.1:8080")
    if text is None:
        return None
    found = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})", text)
    if not found or int(found[2]) > 65_535:
        place.refuse(f"{text!r} is no address with a port", "for example 127.0.0.1:8080, or 0.0.0.0:8080 for all networks")
        return None
    return Address(found[1].strip("[]"), int(found[2]))


def _web(schemes: tuple[str, ...], bare: bool, example: str) -> Callable[[Place], str | None]:
    def read(place: Place) -> str | None:
        text = place.text("a URL")
        if text is None:
            return None
        try:
            parts = urlsplit(text)
            good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if not good:
            place.refuse(f"{text!r} is no {' or '.join(schemes)} URL", f"for example {example}")
        elif parts.username or parts.password:
            place.refuse("a user or password stands in the URL", f"the URL without them, {example}", alone=True)
        elif bare and (parts.path.strip("/") or parts.query or parts.fragment):
            place.refuse("the URL has more than scheme, host and port", f"for example {example}")
        return text.rstrip("/")

    return read


def _store(schemes: tuple[str, ...], secret: str, example: str) -> Callable[[Place], str | None]:
    """A database's URL without its password."""

    def read(place: Place) -> str | None:
        text = place.text("a URL")
        if text is None:
            return None
        try:
            parts = urlsplit(text)
        except ValueError:
            place.refuse("this is no URL", example)
            return None
        if parts.scheme not in schemes:
            place.refuse(f"it begins with none of {', '.join(scheme + ':' for scheme in schemes)}", example)
            return None
        if parts.password:
            place.refuse("a password stands in the file", f"the URL without it, and set {secret} in the environment")
            return None
        return text

    return read


def ice_url(kind: str) -> Reader[str]:
    def read(place: Place) -> str | None:
        text = place.text(f"a {kind} URL")
        if text is not None and not re.fullmatch(rf"{kind}s?:[A-Za-z0-9.\-\[\]:]+(\?transport=(udp|tcp))?", text):
            place.refuse(f"{text!r} is no {kind} URL", f"for example {kind}:{kind}.example.com:3478")
            return None
        return text

    return Reader(f"a URL such as {kind}:{kind}.example.com:3478", read, "")


def _network(place: Place) -> str | None:
    text = place.text("a network such as 10.0.0.0/8")
    try:
        return None if text is None else str(ip_network(text))
    except ValueError:
        place.refuse(f"{text!r} is no network", "for example 10.0.0.0/8, or 127.0.0.1/32 for this machine")
        return None


ADDRESS: Reader[Address] = Reader("an address such as 127.0.0.1:8080", _address, Address("127.0.0.1", 0))
NETWORK: Reader[str] = Reader("a network such as 10.0.0.0/8", _network, "127.0.0.1/32")
ORIGIN: Reader[str] = Reader(
    "a URL such as https://calls.example.com", _web(("http", "https"), True, "https://calls.example.com"), "http://localhost"
)
ARI_URL: Reader[str] = Reader(
    "a URL such as http://127.0.0.1:8088/ari", _web(("http", "https"), False, "http://127.0.0.1:8088/ari"), "http://localhost"
)
DATABASE: Reader[str] = Reader(
    "sqlite:///FILE or postgresql://USER@HOST/NAME",
    _store(("sqlite", "postgresql"), "CALLCENTER_DATABASE_PASSWORD", "sqlite:///FILE or postgresql://USER@HOST/NAME"),
    "",
)
REDIS: Reader[str] = Reader(
    "redis://HOST:PORT/NUMBER", _store(("redis", "rediss"), "CALLCENTER_REDIS_PASSWORD", "redis://127.0.0.1:6379/0"), ""
)
