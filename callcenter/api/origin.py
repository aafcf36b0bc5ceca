"""Where a browser's request may come from, and the headers that every answer carries.

Pure: strings in, a verdict out. The cookie alone proves nothing about who made the browser send it.
"""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PORTS = {"http": 80, "https": 443}


def normal(origin: str) -> str:
    """An origin as browsers write it: lower case, no path, no default port. Empty when it is none."""
    try:
        parts = urlsplit(origin.strip())
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in _PORTS or not parts.hostname:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if port in (None, _PORTS[parts.scheme]) else f":{port}")


def may_change(method: str, headers: Mapping[str, str], allowed: Collection[str]) -> bool:
    """Whether a request with these headers may change something.

    A browser says where a changing request comes from. A program that is no browser says it too, with the address of the service.
    """
    if method in SAFE:
        return True
    if headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    return normal(headers.get("Origin", "")) in allowed


def may_open_socket(headers: Mapping[str, str], allowed: Collection[str]) -> bool:
    """A WebSocket is opened by any page that wants to, with the cookie: the origin must be there and allowed."""
    return normal(headers.get("Origin", "")) in allowed


def policy(connect: Collection[str] = ()) -> str:
    """The Content-Security-Policy of the pages; `connect` holds further addresses that they may open sockets to."""
    return "; ".join(
        [
            "default-src 'self'",
            " ".join(["connect-src 'self'", *sorted(connect)]),
            "media-src 'self' blob:",
            "img-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def headers(connect: Collection[str] = ()) -> dict[str, str]:
    """Headers of every answer."""
    return {
        "Content-Security-Policy": policy(connect),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    }
