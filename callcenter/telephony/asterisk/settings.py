"""How one Asterisk and the service find each other, and which Asterisk is good enough."""

import re

from msgspec import Struct

OLDEST = (22, 10, 1)
"""Below: read-only users could write through the socket (GHSA-wcvv-g26m-wx5c), and GHSA-vrfp-mg3q-3959."""


class DetectionSettings(Struct, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    """Where Asterisk finds us; never a public address: the sound of calls travels there in the clear."""
    port: int = 0
    """0: a free one."""
    told: str = ""
    """What Asterisk is told instead (host:port), when it reaches us by another address."""
    most: int = 50
    """Legs listened to at once: a third of a core at most, in the process that decides (docs/performance.md: cost of one)."""
    grace_ms: int = 200
    """So late may a verdict be by the clock; then it is `undecided`."""


class AsteriskSettings(Struct, frozen=True, kw_only=True):
    """How one Asterisk and the service find each other. Passwords come from the environment or a file, never from the log."""

    name: str
    """Name of the carrier, last part of the path that Asterisk's websocket_client.conf names."""
    listen_host: str = "127.0.0.1"
    listen_port: int
    """Where Asterisk finds us; never the public port."""
    listen_user: str
    listen_password: str
    application: str = "callcenter"
    ari_url: str
    """Asterisk's own web server, e.g. http://127.0.0.1:8088/ari: for recordings' files, the start-up check and doctor."""
    ari_user: str
    ari_password: str
    request_timeout_ms: int = 5_000
    echo_every_ms: int = 2_000
    echo_timeout_ms: int = 1_500
    audit_every_ms: int = 30_000
    """Between two quiet comparisons of what we know with what Asterisk has."""
    detection: DetectionSettings = DetectionSettings()


class SoftphoneSettings(Struct, frozen=True, kw_only=True):
    """What softphones need besides their password."""

    domain: str = "callcenter.invalid"
    """Domain of their SIP addresses; it is looked up nowhere."""
    media_address: str = ""
    """Asterisk's address for sound, when it must not be the one of the default route (loopback in tests)."""
    ice_servers: tuple[dict[str, str | list[str]], ...] = ()
    """STUN and TURN servers, as a browser's RTCPeerConnection wants them."""


def new_enough(version: str) -> bool:
    """Is an Asterisk version (e.g. 22.10.1+dfsg-1, 22.10.1~dfsg) at least OLDEST?"""
    numbers = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", version)
    return numbers is not None and tuple(int(part or 0) for part in numbers.groups()) >= OLDEST
