"""What `make pbx NAME=value ...` may say, read and refused in words. Looks only whether named files are there."""

import difflib
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

NAMES: Mapping[str, str] = {
    "HOST": "name or address of this machine for other computers: everything over TLS",
    "PORT": "of the pages (8080; with HOST 8443)",
    "CERT": "PEM file with a certificate and its chain, for HOST (else one is made)",
    "KEY": "its private key",
    "EXTERNAL": "public address, when HOST is reached through a translating router",
    "SIP_PORT": "where telephones call in, UDP (5060)",
    "RTP": "ports for sound, UDP (20000-20199)",
    "TRUNK": "HOST:PORT that takes calls to numbers outside (127.0.0.1:5080); calls from there come in",
    "TRUNK_USER": "our name there, with CALLCENTER_TRUNK_PASSWORD in the environment",
    "STUN": "HOST:PORT of a STUN server, for browsers",
    "TURN": "HOST:PORT of a TURN server, for browsers, with TURN_USER and CALLCENTER_TURN_PASSWORD in the environment",
    "TURN_USER": "user at the TURN server",
    "DATA": "folder for everything that is kept (var/pbx)",
}
FEWEST_SOUND_PORTS = 20
IPV4_HOST = "write an IPv4 address of this machine, or a name that has one"


class Trouble(Exception):
    """`make pbx` cannot go on; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    host: str = ""
    """Empty: for this machine only, without TLS."""
    port: int = 8080
    certificate: Path | None = None
    key: Path | None = None
    external: str = ""
    sip_port: int = 5060
    rtp: tuple[int, int] = (20000, 20199)
    trunk: tuple[str, int] = ("127.0.0.1", 5080)
    trunk_user: str = ""
    stun: str = ""
    turn: str = ""
    turn_user: str = ""
    data: Path = Path("var/pbx")

    @property
    def secure(self) -> bool:
        return bool(self.host)

    @property
    def origin(self) -> str:
        """Where people find the pages."""
        if not self.secure:
            return f"http://127.0.0.1:{self.port}"
        return f"https://{self.host}" + ("" if self.port == 443 else f":{self.port}")


def read(arguments: Sequence[str]) -> Options:
    """Options of `NAME=value` words; an empty value is as good as none. Raises Trouble."""
    given: dict[str, str] = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals or name not in NAMES:
            near = difflib.get_close_matches(name.upper(), NAMES, 1)
            known = "\n".join(f"  {one:<10} {what}" for one, what in NAMES.items())
            meant = f", is it {near[0]}=" if near else ""
            raise Trouble(f"{argument!r} is nothing that make pbx knows{meant}; it knows\n{known}")
        if value.strip():
            given[name] = value.strip()
    host = given.get("HOST", "")
    if _is_ipv6(host):
        raise Trouble(f"HOST={host} is an IPv6 address, and telephones and sound are served over IPv4 only: {IPV4_HOST}")
    if host and not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", host):
        raise Trouble(f"HOST={host}: write a name such as calls.example.com or an IPv4 address, without https:// and port")
    certificate, key = (Path(given[name]).resolve() if name in given else None for name in ("CERT", "KEY"))
    if (certificate is None) != (key is None):
        raise Trouble("CERT and KEY belong together: name both files, or neither for a certificate made here")
    if certificate and not host:
        raise Trouble("a certificate is for other computers: say also under which name they reach this one, HOST=name")
    for name, file in (("CERT", certificate), ("KEY", key)):
        if file and not file.is_file():
            raise Trouble(f"{name}={file}: there is no such file")
    if "TURN_USER" in given and "TURN" not in given:
        raise Trouble("TURN_USER is set without TURN: name the server too, TURN=turn.example.com:3478")
    return Options(
        host=host,
        port=_port("PORT", given.get("PORT", "8443" if host else "8080")),
        certificate=certificate,
        key=key,
        external=_address(given.get("EXTERNAL", "")),
        sip_port=_port("SIP_PORT", given.get("SIP_PORT", "5060")),
        rtp=_range(given.get("RTP", "20000-20199")),
        trunk=_server("TRUNK", given.get("TRUNK", "127.0.0.1:5080"), 5060),
        trunk_user=given.get("TRUNK_USER", ""),
        stun=_joined("STUN", given.get("STUN", "")),
        turn=_joined("TURN", given.get("TURN", "")),
        turn_user=given.get("TURN_USER", ""),
        data=Path(given.get("DATA", "var/pbx")).resolve(),
    )


def _port(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise Trouble(f"{name}={text}: a port is a number from 1 to 65535")
    return int(text)


def _range(text: str) -> tuple[int, int]:
    first, dash, last = text.partition("-")
    if not dash:
        raise Trouble(f"RTP={text}: write the first and the last port, such as RTP=20000-20199")
    ports = _port("RTP", first), _port("RTP", last)
    if ports[0] < 1024 or ports[1] - ports[0] + 1 < FEWEST_SOUND_PORTS:
        raise Trouble(f"RTP={text}: at least {FEWEST_SOUND_PORTS} ports above 1023 are needed, four for each call")
    return ports


def _server(name: str, text: str, port: int) -> tuple[str, int]:
    host, _, number = text.partition(":")
    if not re.fullmatch(r"[A-Za-z0-9.-]+(:\d+)?", text):
        raise Trouble(f"{name}={text}: write HOST:PORT, such as {name}=192.0.2.7:{port}")
    return host, _port(name, number) if number else port


def _joined(name: str, text: str) -> str:
    if not text:
        return ""
    host, port = _server(name, text, 3478)
    return f"{host}:{port}"


def _address(text: str) -> str:
    if text:
        try:
            ipaddress.IPv4Address(text)
        except ValueError:
            not_this = ", not an IPv6 one" if _is_ipv6(text) else ""
            raise Trouble(f"EXTERNAL={text}: write the public IPv4 address{not_this}, such as EXTERNAL=203.0.113.7") from None
    return text


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
