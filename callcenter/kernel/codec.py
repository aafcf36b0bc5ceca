"""Events to bytes and back: msgspec JSON, a version beside each, and the upcasters that lift old versions.

An event's version is 1 until its meaning changes; then it stands in VERSIONS, and `UPCASTERS[(kind, old)]` turns the decoded
dictionary of the old version into one of the next.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from callcenter.kernel.events import AnyEvent

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

VERSIONS: dict[str, int] = {}
UPCASTERS: dict[tuple[str, int], Upcaster] = {}

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def kind(event: AnyEvent) -> str:
    return type(event).__name__


def version(event_kind: str) -> int:
    """The version in which events of this kind are written today."""
    return VERSIONS.get(event_kind, 1)


def encode(event: AnyEvent) -> bytes:
    return _encoder.encode(event)


def decode(
    payload: bytes,
    event_kind: str,
    written: int,
    *,
    upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS,
    versions: Mapping[str, int] = VERSIONS,
) -> AnyEvent:
    """The event that was written as `event_kind` in version `written`.

    Raises ValueError when it was written by a newer program than this, or cannot be read.
    """
    today = versions.get(event_kind, 1)
    if written == today:
        return _decoder.decode(payload)
    if written > today:
        raise ValueError(f"{event_kind} is written in version {written}; this program knows {today}: install the newer one")
    values = msgspec.json.decode(payload)
    for step in range(written, today):
        values = upcasters[(event_kind, step)](values)
    event: AnyEvent = msgspec.convert(values, AnyEvent, strict=False)
    return event
