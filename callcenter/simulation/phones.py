"""The things of a simulated phone network: lines with what they hear, devices, numbers outside, recordings, and who holds a
phone. Values and views; what moves them is in `switch`, `dialing` and `carrier`.
"""

from typing import Literal

from msgspec import Struct, field

from callcenter.kernel.flow import Spoken
from callcenter.kernel.ids import BridgeId, CallId, EffectId, LegId, RecordingId
from callcenter.kernel.words import Cause, Language, LegRole, Treatment
from callcenter.simulation.agenda import Appointment
from callcenter.simulation.sound import Stretch

LineState = Literal["offered", "dialing", "ringing", "up", "ended"]


class Speaking(Struct, kw_only=True):
    """Prompts under way on a line."""

    effect: EffectId
    prompts: tuple[Spoken, ...]
    language: Language
    then: Treatment
    ends: Appointment | None = None


class Gathering(Struct, kw_only=True):
    """Keys being collected on a line; the prompt, if it still plays, is part of it."""

    effect: EffectId
    prompts: tuple[Spoken, ...]
    language: Language
    maximum: int
    terminator: str
    between_ms: int
    timeout_ms: int
    digits: str = ""
    speaking: bool = True
    ends: Appointment | None = None


class Line(Struct, kw_only=True, eq=False):
    """One leg, seen from the network."""

    leg: LegId
    state: LineState
    inbound: bool
    person: "Person"
    caller: str = ""
    dialed: str = ""
    device: str | None = None
    number: str | None = None
    call: CallId | None = None
    role: LegRole | None = None
    hears: Speaking | Gathering | Treatment = Treatment.SILENCE
    """What it hears while it is in no bridge."""
    ahead: str = ""
    """Keys that a caller pressed ahead of the question."""
    bridge: BridgeId | None = None
    tone: int = 0
    """What this party says, in Hz, a multiple of 10; 0: nothing."""
    muted: bool = False
    gives_up: Appointment | None = None
    """When the ringing ends by itself."""
    ring_ms: int = 0
    """How long it may ring."""
    answers_as: "Outside | None" = None
    """Who, or what, is at a number outside; None: a person."""
    findings: list[Appointment] | None = None
    """What will be found about her, while she is listened to."""

    @property
    def prompts(self) -> tuple[Spoken, ...]:
        """The prompts that it hears now."""
        if self.bridge is None and isinstance(self.hears, Speaking | Gathering):
            return self.hears.prompts
        return ()


class Person:
    """Whoever holds a phone. The network tells her what her phone does; she answers by the network's verbs, now or later.

    This one does nothing at all: a story moves her by hand.
    """

    def rings(self, line: Line, now: int) -> None:
        """Her phone rings."""

    def answered(self, line: Line, now: int) -> None:
        """Her call was answered, or she answered."""

    def hears(self, line: Line, now: int) -> None:
        """She hears something else: see `line.hears` and `line.bridge`."""

    def in_company(self, line: Line, others: int, now: int) -> None:
        """She is in a bridge with so many others."""

    def ended(self, line: Line, cause: Cause, now: int) -> None:
        """The line is gone."""


NOBODY = Person()


class Device(Struct, kw_only=True, eq=False):
    """An agent's phone."""

    name: str
    registered: bool = False
    person: Person = NOBODY
    answers_itself: frozenset[LegRole] = frozenset()
    """Calls of these roles are answered by the softphone without anybody touching it."""
    tone: int = 0
    line: LegId | None = None


Who = Literal["person", "machine", "fax", "odd"]


class Outside(Struct, frozen=True, kw_only=True):
    """How a number outside behaves when it is called. Times from the moment of dialing, in milliseconds."""

    does: Literal["answers", "busy", "no_answer", "rejects", "invalid", "congestion", "unreachable", "fails"] = "answers"
    rings_after_ms: int = 200
    """busy, invalid, congestion, unreachable and fails end without ringing, after this time."""
    after_ms: int = 3_000
    """When it answers or rejects."""
    hangs_up_after_ms: int | None = None
    """How long it stays on the line; None: until we hang up."""
    tone: int = 0
    who: Who = "person"
    """What answers; `odd` is a person whom every detector takes for a machine."""
    greeting_ms: int = 600
    """How long she, or it, speaks first."""
    beep_ms: int | None = 600
    """Of a machine: from the end of its greeting to the end of its beep; None: it has none."""


REFUSALS: dict[str, Cause] = {
    "busy": Cause.BUSY,
    "invalid": Cause.INVALID_NUMBER,
    "congestion": Cause.CONGESTION,
    "unreachable": Cause.UNREACHABLE,
    "fails": Cause.FAILED,
}


class Recording(Struct, kw_only=True, eq=False):
    """What a bridge heard, as stretches with the same parties."""

    recording: RecordingId
    bridge: BridgeId
    began_at: int
    since_at: int
    tones: tuple[int, ...] = ()
    stretches: list[Stretch] = field(default_factory=list)
    duration_ms: int | None = None
    """None while it runs."""

    def turn(self, tones: tuple[int, ...], now: int) -> None:
        """From now on these are heard."""
        if now > self.since_at:
            self.stretches.append(Stretch(self.since_at - self.began_at, now - self.began_at, self.tones))
        self.since_at = now
        self.tones = tones


class SeenLine(Struct, frozen=True, kw_only=True):
    """A line as a carrier would list it; the fields are those of the port's LegSeen."""

    leg: LegId
    up: bool
    ringing: bool
    bridge: BridgeId | None
    caller: str
    dialed: str
    inbound: bool


class Seen(Struct, frozen=True, kw_only=True):
    """Everything that the network has, as after a reconnect; the fields are those of the port's CarrierSnapshot."""

    legs: tuple[SeenLine, ...]
    bridges: tuple[BridgeId, ...]
    recordings: tuple[RecordingId, ...]
    working: tuple[EffectId, ...]
    reachable: tuple[str, ...]
