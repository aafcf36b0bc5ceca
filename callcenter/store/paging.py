"""Long lists in pages: a cursor names the last row seen, so that rows added meanwhile shift nothing."""

import base64
import binascii
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from callcenter.kernel.errors import Refused

T = TypeVar("T")


class Page(Struct, Generic[T], frozen=True):
    """`next` is the cursor of the rows after these; None: these were the last."""

    items: tuple[T, ...]
    next: str | None = None


def cursor(*last: str | int) -> str:
    """An opaque word for the sort key of the last row shown."""
    return base64.urlsafe_b64encode(msgspec.json.encode(last)).decode().rstrip("=")


def after(given: str, *kinds: type) -> tuple[object, ...]:
    """The sort key in a cursor of ours; Refused when it is none, or of another list."""
    try:
        padded = given.encode() + b"=" * (-len(given) % 4)
        values = msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=list[str | int])
    except (ValueError, binascii.Error, msgspec.DecodeError):
        values = []
    if tuple(map(type, values)) != kinds or not all(map(_keepable, values)):
        raise Refused("bad_cursor", "this cursor was not given out for this list: begin without one")
    return tuple(values)


def _keepable(value: str | int) -> bool:
    """Whether a row could hold it, on either database."""
    return "\0" not in value if isinstance(value, str) else -(1 << 63) <= value < 1 << 63
