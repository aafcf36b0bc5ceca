"""The ARI events that we use, and the values inside them, as Asterisk's own description (rest-api/*.json) has them.

A test holds every Struct here against that description: names, types, and that what Asterisk may leave out has a default. Only
fields that we read are listed. `decode` tolerates what it does not know and says so.
"""

import re
from datetime import datetime
from typing import TypeVar, get_args

import msgspec
from msgspec import Struct, field

# -- values -----------------------------------------------------------------------------------------------------------------


class CallerID(Struct, frozen=True):
    name: str
    number: str


class DialplanCEP(Struct, frozen=True):
    """Where the channel stands in the dialplan."""

    context: str
    exten: str
    app_name: str
    app_data: str


class Channel(Struct, frozen=True):
    id: str
    name: str
    state: str
    """Down, Rsrvd, OffHook, Dialing, Ring, Ringing, Up, Busy, ..."""
    caller: CallerID
    connected: CallerID
    dialplan: DialplanCEP
    creationtime: str
    protocol_id: str = ""
    """The SIP Call-ID."""


class Bridge(Struct, frozen=True):
    id: str
    channels: list[str]
    creationtime: str
    name: str = ""


class Playback(Struct, frozen=True):
    id: str
    target_uri: str
    state: str
    """queued, playing, continuing, done, failed"""


class LiveRecording(Struct, frozen=True):
    name: str
    target_uri: str
    state: str
    """queued, recording, paused, done, failed, canceled"""
    duration: int | None = None
    """Seconds."""
    cause: str | None = None


class StoredRecording(Struct, frozen=True):
    name: str
    format: str


class DeviceState(Struct, frozen=True):
    name: str
    state: str
    """UNKNOWN, NOT_INUSE, INUSE, BUSY, INVALID, UNAVAILABLE, RINGING, RINGINUSE, ONHOLD"""


class Endpoint(Struct, frozen=True):
    technology: str
    resource: str
    channel_ids: list[str]
    state: str | None = None
    """unknown, offline, online"""


class Application(Struct, frozen=True):
    name: str
    channel_ids: list[str]
    bridge_ids: list[str]


class SystemInfo(Struct, frozen=True):
    version: str
    entity_id: str


class StatusInfo(Struct, frozen=True):
    startup_time: str


class AsteriskInfo(Struct, frozen=True):
    system: SystemInfo = SystemInfo(version="", entity_id="")
    status: StatusInfo = StatusInfo(startup_time="")


# -- events -----------------------------------------------------------------------------------------------------------------


class Event(Struct, frozen=True, tag=True, tag_field="type", kw_only=True):
    application: str
    timestamp: str


class StasisStart(Event, frozen=True, kw_only=True):
    args: list[str]
    channel: Channel


class StasisEnd(Event, frozen=True, kw_only=True):
    channel: Channel


class ChannelStateChange(Event, frozen=True, kw_only=True):
    channel: Channel


class ChannelDestroyed(Event, frozen=True, kw_only=True):
    cause: int
    """Q.850."""
    channel: Channel
    tech_cause: int | None = None
    """The SIP status."""


class ChannelHangupRequest(Event, frozen=True, kw_only=True):
    """Somebody ends the channel: comes before what the end brings with it (a prompt that "failed", say)."""

    channel: Channel
    cause: int = 0
    tech_cause: int | None = None


class ChannelDtmfReceived(Event, frozen=True, kw_only=True):
    digit: str
    channel: Channel


class ChannelEnteredBridge(Event, frozen=True, kw_only=True):
    bridge: Bridge
    channel: Channel | None = None


class ChannelLeftBridge(Event, frozen=True, kw_only=True):
    bridge: Bridge
    channel: Channel


class BridgeDestroyed(Event, frozen=True, kw_only=True):
    bridge: Bridge


class Dial(Event, frozen=True, kw_only=True):
    """The progress of a dial: dialstatus is empty, RINGING, PROGRESS, PROCEEDING, ANSWER, BUSY, NOANSWER, ..."""

    peer: Channel
    dialstatus: str


class PlaybackFinished(Event, frozen=True, kw_only=True):
    playback: Playback


class RecordingStarted(Event, frozen=True, kw_only=True):
    recording: LiveRecording


class RecordingFinished(Event, frozen=True, kw_only=True):
    recording: LiveRecording


class RecordingFailed(Event, frozen=True, kw_only=True):
    recording: LiveRecording


class DeviceStateChanged(Event, frozen=True, kw_only=True):
    device_state: DeviceState


class ChannelUserevent(Event, frozen=True, kw_only=True):
    eventname: str
    userevent: dict[str, object] = field(default_factory=dict)


class ApplicationRegistered(Event, frozen=True, kw_only=True):
    pass


class ApplicationUnregistered(Event, frozen=True, kw_only=True):
    pass


class ApplicationReplaced(Event, frozen=True, kw_only=True):
    pass


class RESTResponse(Struct, frozen=True, tag=True, tag_field="type", kw_only=True):
    """The answer to one of our requests, on the same socket as the events."""

    request_id: str
    status_code: int
    reason_phrase: str
    message_body: str = ""


AnyEvent = (
    StasisStart
    | StasisEnd
    | ChannelStateChange
    | ChannelDestroyed
    | ChannelHangupRequest
    | ChannelDtmfReceived
    | ChannelEnteredBridge
    | ChannelLeftBridge
    | BridgeDestroyed
    | Dial
    | PlaybackFinished
    | RecordingStarted
    | RecordingFinished
    | RecordingFailed
    | DeviceStateChanged
    | ChannelUserevent
    | ApplicationRegistered
    | ApplicationUnregistered
    | ApplicationReplaced
)
ALLOWED: tuple[str, ...] = (*(kind.__name__ for kind in get_args(AnyEvent)), "RESTResponse")
"""What the application's event filter lets through. Without RESTResponse the filter swallows the answers to our requests."""


class Unknown(Struct, frozen=True):
    """A message that we do not use, or whose shape is not the one described. `kind` is Asterisk's type, or "" for no type."""

    kind: str
    why: str


NOT_USED = "not used"
"""The `why` of a well-made message of a kind that we do not read."""
_KIND = re.compile(r"[A-Za-z]{1,40}")
T = TypeVar("T")


class _Typed(Struct):
    type: str = ""


_decoder: msgspec.json.Decoder[AnyEvent | RESTResponse] = msgspec.json.Decoder(AnyEvent | RESTResponse)
_typed = msgspec.json.Decoder(_Typed)
_known = frozenset(ALLOWED)


def decode(text: str | bytes) -> "AnyEvent | RESTResponse | Unknown":
    """One message of the socket. Never raises for anything that may stand there."""
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        try:
            kind = _typed.decode(text).type
        except (msgspec.DecodeError, RecursionError):
            return Unknown("", "neither JSON nor an event")
        if kind in _known:
            return Unknown(kind, why)
        # The word goes into the log and the metrics: only what can be the name of an event.
        return Unknown(kind, NOT_USED) if _KIND.fullmatch(kind) else Unknown("", "no event is called so")


def read(body: str | bytes, kind: type[T]) -> T:
    """The body of an answer. Raises msgspec.DecodeError, and nothing else, when it is not as described."""
    try:
        return msgspec.json.decode(body, type=kind)
    except RecursionError:
        raise msgspec.DecodeError("nested too deeply") from None


def moment(timestamp: str) -> int | None:
    """ARI's "2026-11-22T17:12:19.549+0000" as milliseconds since the epoch; None when it is no time."""
    try:
        return round(datetime.fromisoformat(timestamp).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
