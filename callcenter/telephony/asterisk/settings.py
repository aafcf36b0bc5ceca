"""How one Asterisk and the service find each other, and which Asterisk is good enough."""

import re

from msgspec import Struct

OLDEST = (22, 10, 1)
"""Below: read-only users could write through the socket (GHSA-wcvv-g26m-wx5c), and GHSA-vrfp-mg3q-3959."""


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


def new_enough(version: str) -> bool:
    """Is an Asterisk version (e.g. 22.10.1+dfsg-1, 22.10.1~dfsg) at least OLDEST?"""
    numbers = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", version)
    return numbers is not None and tuple(int(part or 0) for part in numbers.groups()) >= OLDEST
