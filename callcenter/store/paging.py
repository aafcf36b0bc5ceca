"""Long lists in pages: a cursor names the last row seen, so that rows added meanwhile shift nothing."""

import base64
import binascii
import hashlib
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from callcenter.kernel.errors import Refused

T = TypeVar("T")
CHECKED = 6
"""Bytes that say whether a cursor is as it was given out."""


class Page(Struct, Generic[T], frozen=True):
    """`next` is the cursor of the rows after these; None: these were the last."""

    items: tuple[T, ...]
    next: str | None = None


def cursor(of: str, *last: str | int) -> str:
    """An opaque word for the sort key of the last row shown. `of` names the list, so that no other takes it."""
    text = msgspec.json.encode([of, *last])
    return base64.urlsafe_b64encode(_check(text) + text).decode().rstrip("=")


def after(given: str, of: str, *kinds: type) -> tuple[object, ...]:
    """The sort key in a cursor of ours; Refused when it is none, was changed, or is of another list."""
    values: list[str | int] = []
    try:
        padded = given.encode() + b"=" * (-len(given) % 4)
        whole = base64.b64decode(padded, altchars=b"-_", validate=True)
        if whole[:CHECKED] == _check(whole[CHECKED:]):
            values = msgspec.json.decode(whole[CHECKED:], type=list[str | int])
    except (ValueError, binascii.Error, msgspec.DecodeError):
        values = []
    if tuple(map(type, values)) != (str, *kinds) or values[0] != of or not all(map(_keepable, values)):
        raise Refused("bad_cursor", "this cursor was not given out for this list: begin without one")
    return tuple(values[1:])


def _check(text: bytes) -> bytes:
    """Finds slips and changes; whoever makes one up on purpose only gets another place in a list that he may read anyhow."""
    return hashlib.blake2b(text, digest_size=CHECKED, person=b"cursor").digest()


def _keepable(value: str | int) -> bool:
    """Whether a row could hold it, on either database."""
    return "\0" not in value if isinstance(value, str) else -(1 << 63) <= value < 1 << 63
