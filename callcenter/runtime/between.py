"""What the hub's process and the web processes of one center say to each other. Two topics are said to all, EVENTS and NOTICES;
requests are asked of the hub alone.

Events hold no personal value and are a copy of what the log has; a command may hold a number that somebody has written, and an
account has its password: what carries these is as private as the database, and keeps them for seconds.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from callcenter.broadcast.others import AnyNotice
from callcenter.kernel.commands import AnyCommand, Done
from callcenter.kernel.errors import CarrierFault, Conflict, HouseError, NotFound, Refused, TryAgain
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import CarrierName
from callcenter.runtime.list_desk import Loading
from callcenter.store.database import StoreFault
from callcenter.store.event_log import EventRow, LogFault, from_row, to_row
from callcenter.store.lists import Withdrawn
from callcenter.telephony.port import CarrierHealth, DeviceAccount

EVENTS = "events"
NOTICES = "notices"

# -- said to all ------------------------------------------------------------------------------------------------------------


class Beat(Struct, frozen=True, kw_only=True, tag="beat"):
    """How the hub is, once a second."""

    life: str
    """One from a start of the hub to its end: what was asked of one life is not carried out by another."""
    position: int
    """How far the log reaches."""
    why_not: str
    """Of the hub's own `Deciding`."""
    url: str
    """Where the hub's process serves what carriers need."""
    carriers: dict[CarrierName, CarrierHealth]
    loading: tuple[Loading, ...] = ()
    """Registries."""


class Appended(Struct, frozen=True, tag="appended"):
    """Events that the log has now, without gaps."""

    rows: list[EventRow]


def appended(events: Sequence[Recorded]) -> bytes:
    return encode(Appended([to_row(event) for event in events]))


def recorded(message: Appended) -> list[Recorded]:
    """Raises LogFault for events of a newer program."""
    return [from_row(position, at, kind, version, payload) for position, at, kind, version, _, _, payload in message.rows]


# -- asked of the hub -------------------------------------------------------------------------------------------------------


class CarryOut(Struct, frozen=True, tag="command"):
    """Answered with Carried."""

    command: AnyCommand


class OpenDevice(Struct, frozen=True, tag="open_device"):
    """Answered with a DeviceAccount."""

    carrier: CarrierName
    device: str


class CloseDevice(Struct, frozen=True, tag="close_device"):
    carrier: CarrierName
    device: str


class FillList(Struct, frozen=True, tag="fill_list"):
    """A list was begun: its rows are there."""

    call_list: int


class WithdrawList(Struct, frozen=True, tag="withdraw_list"):
    call_list: int


class LoadRegistry(Struct, frozen=True, kw_only=True, tag="load_registry"):
    upload: str
    user: int
    name: str
    loaded_at: int


Wanted = CarryOut | OpenDevice | CloseDevice | FillList | WithdrawList | LoadRegistry


class Request(Struct, frozen=True):
    """`life`: of the hub that is asked."""

    life: str
    wanted: Wanted


class Carried(Struct, frozen=True, tag="carried"):
    """`position`: the command's events are at or before it."""

    done: Done
    position: int


class Account(Struct, frozen=True, tag="account"):
    account: DeviceAccount


class TookBack(Struct, frozen=True, tag="took_back"):
    """None: it takes longer than anybody waits."""

    withdrawn: Withdrawn | None


class Ok(Struct, frozen=True, tag="ok"):
    pass


class Failed(Struct, frozen=True, tag="failed"):
    """A HouseError: `kind` is its class, as far as the difference matters to whoever is told."""

    kind: str
    code: str
    why: str
    retryable: bool = False


Reply = Carried | Account | TookBack | Ok | Failed


def failed(error: HouseError) -> Failed:
    for kind, of in _KINDS.items():
        if isinstance(error, of):
            return Failed(kind, error.code, error.why, getattr(error, "retryable", False))
    return Failed("try_again", error.code, error.why)


def error(failure: Failed) -> HouseError:
    """The error that the hub's process met, to be raised here."""
    match failure.kind:
        case "carrier":
            return CarrierFault(failure.why, retryable=failure.retryable)
        case "store":
            return LogFault(failure.code, failure.why)
        case "not_found":
            return NotFound(failure.why)
        case "conflict":
            return Conflict(failure.why)
        case "refused":
            return Refused(failure.code, failure.why)
    return TryAgain(failure.why)


_KINDS: dict[str, type[HouseError] | tuple[type[HouseError], ...]] = {
    "carrier": CarrierFault,
    "store": (LogFault, StoreFault),
    "not_found": NotFound,
    "conflict": Conflict,
    "refused": Refused,
}

# -- bytes ------------------------------------------------------------------------------------------------------------------

_encoder = msgspec.msgpack.Encoder()
_said: msgspec.msgpack.Decoder[Beat | Appended] = msgspec.msgpack.Decoder(Beat | Appended)
_notice: msgspec.msgpack.Decoder[AnyNotice] = msgspec.msgpack.Decoder(AnyNotice)
_request = msgspec.msgpack.Decoder(Request)
_reply: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


def encode(message: Any) -> bytes:
    return _encoder.encode(message)


def said(message: bytes) -> Beat | Appended:
    """What came under EVENTS. This and what follows raise msgspec.MsgspecError for what a newer program says."""
    return _said.decode(message)


def notice(message: bytes) -> AnyNotice:
    return _notice.decode(message)


def request(message: bytes) -> Request:
    return _request.decode(message)


def reply(message: bytes) -> Reply:
    return _reply.decode(message)
