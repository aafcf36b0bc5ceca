"""What `translate` remembers of the channels, bridges and recordings it speaks about. Values only; nothing here decides."""

from typing import Literal

from msgspec import Struct, field

from callcenter.kernel.effects import DetectAnswer, Gather, PlayPrompts
from callcenter.kernel.ids import BridgeId, EffectId, LegId, RecordingId
from callcenter.kernel.signals import CarrierSignal
from callcenter.kernel.words import Cause, Treatment
from callcenter.telephony.asterisk.requests import Request


class Speaking(Struct, kw_only=True):
    """Prompts under way. Files are played one by one: of a list, Asterisk tells only how its last file went."""

    asked: PlayPrompts
    files: list[str]
    """Media still to come."""
    playback: str | None = None
    """Id of the file that plays now."""
    count: int = 0


class Gathering(Struct, kw_only=True):
    """Keys being collected, its prompt being part of it."""

    asked: Gather
    files: list[str]
    playback: str | None = None
    count: int = 0
    digits: str = ""
    due_at: int | None = None
    """When silence ends it; None while the prompt plays."""


class Line(Struct, kw_only=True):
    """A leg and its channel; the channel's id is the leg's."""

    leg: LegId
    inbound: bool
    state: Literal["offered", "dialing", "ringing", "up"]
    caller: str = ""
    dialed: str = ""
    hears: Speaking | Gathering | Treatment = Treatment.SILENCE
    ahead: str = ""
    """Keys that the caller pressed ahead of the question."""
    stale: bool = False
    """Found by a listing: what it hears is not known."""
    guarded: bool = False
    """The dialplan still counts down its eight seconds, as far as we know."""
    adopting: bool = False
    """It was asked to stop that."""
    bridge: BridgeId | None = None
    """Where we have put it."""
    joined: bool = False
    """Asterisk has said that it is in there."""
    leaving: bool = False
    """We have asked for it to leave."""
    astray: bool = False
    """It left, or was taken out, without our asking; until something is asked of it."""
    then: Treatment = Treatment.SILENCE
    """What it hears once it has left the bridge."""
    ending: Cause | None = None
    """We have asked for its end."""
    by_us: bool = False
    hanging_up: bool = False
    """Its end has begun: what fails now fails because of that."""
    detail: str = ""
    gives_up_at: int | None = None
    """When its ringing ends."""
    ring_ms: int = 0
    """How long it may ring."""
    listened: bool = False
    """It was asked to be listened to."""


class Tape(Struct, kw_only=True):
    """A recording."""

    recording: RecordingId
    bridge: BridgeId
    effect: EffectId | None
    """Who asked for it; None when it was found running."""
    state: Literal["asked", "running", "stopping", "ended"] = "asked"
    began_at: int = 0
    """Asterisk's clock."""
    duration_ms: int = 0


class Room(Struct, kw_only=True):
    """A bridge of ours."""

    bridge: BridgeId
    closing: EffectId | None = None
    """Asked to close, and waits for its recordings to end: a bridge deleted under a recording ends it without a word."""
    close_by: int = 0


class Token(Struct, frozen=True, kw_only=True):
    """What a request was for; comes back with its reply."""

    step: str
    effect: EffectId | None = None
    kind: str = ""
    """The effect's tag."""
    leg: LegId | None = None
    bridge: BridgeId | None = None
    recording: RecordingId | None = None
    part: str = ""
    number: int = 0
    """Which listing asked."""


class Send(Struct, frozen=True):
    """A request to be put on the socket, its reply to be given back with the token."""

    request: Request
    token: Token


class LookAgain(Struct, frozen=True):
    """Nobody can say what Asterisk has done: what it has is to be listed again."""


class Listen(Struct, frozen=True):
    """A leg that is up is to be listened to."""

    leg: LegId
    asked: DetectAnswer


class ListenNoMore(Struct, frozen=True):
    leg: LegId


Out = Send | LookAgain | Listen | ListenNoMore | CarrierSignal


class Known(Struct):
    """Everything at once."""

    lines: dict[LegId, Line] = field(default_factory=dict)
    rooms: dict[BridgeId, Room] = field(default_factory=dict)
    tapes: dict[RecordingId, Tape] = field(default_factory=dict)
    devices: dict[str, bool] = field(default_factory=dict)
    """Device -> reachable."""
