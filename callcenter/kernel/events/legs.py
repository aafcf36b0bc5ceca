"""Events of what calls are made of: legs, bridges, recordings."""

from callcenter.kernel.events.base import CallEvent
from callcenter.kernel.ids import AgentId, BridgeId, CarrierName, EffectId, LegId, PersonalId, RecordingId
from callcenter.kernel.words import Cause, LegRole


class LegDialed(CallEvent, frozen=True, kw_only=True):
    """We asked for a leg; `effect` is pending until the leg answers or ends."""

    carrier: CarrierName
    leg: LegId
    effect: EffectId
    role: LegRole
    agent: AgentId | None = None
    device: str | None = None
    number: PersonalId | None = None
    give_up_at: int
    ring_ms: int = 0
    """How long a number outside may ring; 0 in logs of before it was kept, and for devices."""


class LegRang(CallEvent, frozen=True, kw_only=True):
    leg: LegId
    give_up_at: int | None = None
    """From now on it is this; None: as `LegDialed` said."""


class LegUp(CallEvent, frozen=True, kw_only=True):
    leg: LegId
    happened_at: int | None = None
    """As in CallArrived."""


class LegDropped(CallEvent, frozen=True, kw_only=True):
    """We asked for the end of a leg; it is gone when the carrier says so, or at `by` at the latest."""

    leg: LegId
    by: int


class LegDoubted(CallEvent, frozen=True, kw_only=True):
    """The carrier does not know a leg that we take for alive; without word of its end until `by` it counts as lost."""

    leg: LegId
    by: int


class LegDown(CallEvent, frozen=True, kw_only=True):
    leg: LegId
    cause: Cause
    by_us: bool = False
    detail: str = ""
    happened_at: int | None = None
    """As in CallArrived."""


class LegInBridge(CallEvent, frozen=True, kw_only=True):
    leg: LegId
    bridge: BridgeId


class LegOutOfBridge(CallEvent, frozen=True, kw_only=True):
    leg: LegId
    bridge: BridgeId


class LegJoining(CallEvent, frozen=True, kw_only=True):
    """We asked for the leg to be in the bridge; `effect` is pending until it is, or fails."""

    leg: LegId
    bridge: BridgeId
    effect: EffectId


class BridgeOver(CallEvent, frozen=True, kw_only=True):
    bridge: BridgeId


class RecordingAsked(CallEvent, frozen=True, kw_only=True):
    recording: RecordingId
    bridge: BridgeId
    effect: EffectId


class RecordingRuns(CallEvent, frozen=True, kw_only=True):
    recording: RecordingId


class RecordingStopped(CallEvent, frozen=True, kw_only=True):
    """We asked for its end; it counts as failed when the carrier does not say so until `by`."""

    recording: RecordingId
    by: int


class RecordingOver(CallEvent, frozen=True, kw_only=True):
    recording: RecordingId
    duration_ms: int


class RecordingFailed(CallEvent, frozen=True, kw_only=True):
    recording: RecordingId
    why: str


class RecordingStoreAsked(CallEvent, frozen=True, kw_only=True):
    recording: RecordingId
    effect: EffectId


class RecordingKept(CallEvent, frozen=True, kw_only=True):
    recording: RecordingId
    effect: EffectId
    size: int
    duration_ms: int
