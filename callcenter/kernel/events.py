"""Events: what happened. Appended once, never changed; folding them is the only way state comes about.

No event holds a personal value: numbers, names, gathered digits and free text are ids of personal rows. Fields may be added
with a default; anything else needs a new version and an upcaster in `callcenter.kernel.codec`.
"""

from msgspec import Struct, field

from callcenter.kernel.center import Center
from callcenter.kernel.flow import Spoken
from callcenter.kernel.ids import (
    AgentId,
    BridgeId,
    CallId,
    CarrierName,
    ContactId,
    EffectId,
    FlowId,
    LegId,
    NodeId,
    NumberId,
    OfferId,
    PersonalId,
    QueueId,
    RecordingId,
    SkillId,
)
from callcenter.kernel.signals import ContactMatch
from callcenter.kernel.words import (
    CallEnd,
    Cause,
    GatherEnd,
    Language,
    LegRole,
    NotReady,
    OfferEnd,
    Party,
    Treatment,
)


class Event(Struct, frozen=True, tag=True, tag_field="event", kw_only=True, omit_defaults=True):
    pass


# -- the center and its carriers --------------------------------------------------------------------------------------------


class CenterChanged(Event, frozen=True, kw_only=True):
    version: int
    center: Center


class CarrierChanged(Event, frozen=True, kw_only=True):
    carrier: CarrierName
    up: bool


class SignalIgnored(Event, frozen=True, kw_only=True):
    """A signal that fits no row of a table: late, doubled, or about something unknown. Counted, never acted on."""

    signal: str
    why: str
    leg: LegId | None = None


class PersonErased(Event, frozen=True, kw_only=True):
    rows: tuple[PersonalId, ...]


# -- agents -----------------------------------------------------------------------------------------------------------------


class AgentEvent(Event, frozen=True, kw_only=True):
    agent: AgentId


class AgentSignedIn(AgentEvent, frozen=True, kw_only=True):
    """She is not ready until she says that she is available."""

    carrier: CarrierName
    device: str
    reachable: bool


class AgentMoved(AgentEvent, frozen=True, kw_only=True):
    """Signed in again, on another device or the same one loaded anew."""

    carrier: CarrierName
    device: str
    reachable: bool


class AgentSignedOut(AgentEvent, frozen=True, kw_only=True):
    pass


class DeviceReachable(AgentEvent, frozen=True, kw_only=True):
    pass


class DeviceUnreachable(AgentEvent, frozen=True, kw_only=True):
    pass


class AgentAvailable(AgentEvent, frozen=True, kw_only=True):
    pass


class AgentNotReady(AgentEvent, frozen=True, kw_only=True):
    reason: str


class AgentSetAside(AgentEvent, frozen=True, kw_only=True):
    """The system keeps offers from her until `until`, whatever she chose."""

    why: NotReady
    until: int


class AgentBack(AgentEvent, frozen=True, kw_only=True):
    """What the system put on her is over."""

    by_agent: bool


class WrapUpStarted(AgentEvent, frozen=True, kw_only=True):
    call: CallId
    queue: QueueId | None
    limit_at: int
    hard_at: int


class WrapUpEnded(AgentEvent, frozen=True, kw_only=True):
    call: CallId
    by_limit: bool


# -- calls ------------------------------------------------------------------------------------------------------------------


class CallEvent(Event, frozen=True, kw_only=True):
    call: CallId


class CallArrived(CallEvent, frozen=True, kw_only=True):
    carrier: CarrierName
    leg: LegId
    answer_by: int
    caller: PersonalId | None
    """None: withheld."""
    dialed: PersonalId
    number: NumberId | None
    """The center's number that was called; None: not one of ours."""


class CallBlocked(CallEvent, frozen=True, kw_only=True):
    """The caller's number is on the center's list; the call is not answered."""


class CallPlaced(CallEvent, frozen=True, kw_only=True):
    """An agent calls somebody: her own device rings first."""

    carrier: CarrierName
    agent: AgentId
    number: PersonalId
    contact: ContactId | None = None


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


class LegRang(CallEvent, frozen=True, kw_only=True):
    leg: LegId


class LegUp(CallEvent, frozen=True, kw_only=True):
    leg: LegId


class LegDropped(CallEvent, frozen=True, kw_only=True):
    """We asked for the end of a leg; it is gone when the carrier says so, or at `by` at the latest."""

    leg: LegId
    by: int


class LegDown(CallEvent, frozen=True, kw_only=True):
    leg: LegId
    cause: Cause
    by_us: bool = False
    detail: str = ""


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


class IvrStarted(CallEvent, frozen=True, kw_only=True):
    flow: FlowId | None
    """None: no flow belongs to the number; the call goes to the default queue."""
    until: int


class IvrVisited(CallEvent, frozen=True, kw_only=True):
    """A node was left by this outcome (a node name, a key's meaning, 'timeout', ...)."""

    node: NodeId
    outcome: str


class IvrWaits(CallEvent, frozen=True, kw_only=True):
    """The flow stands at a node for the `attempt`-th time; `deadline` ends the wait whatever the carrier does."""

    node: NodeId
    attempt: int
    deadline: int
    look_up: bool = False
    """It waits for the contact look-up."""
    leave: CallEnd | None = None
    """The flow has said good-bye: the call ends with this when the prompt is over."""


class PromptAsked(CallEvent, frozen=True, kw_only=True):
    leg: LegId
    effect: EffectId
    prompts: tuple[Spoken, ...]
    gather: bool
    then: Treatment = Treatment.SILENCE


class PromptOver(CallEvent, frozen=True, kw_only=True):
    """`failure` names a fault (missing media, ...) when the prompt could not be played."""

    leg: LegId
    effect: EffectId
    failure: str | None = None


class DigitsEntered(CallEvent, frozen=True, kw_only=True):
    """`digits` names a personal row; None for menu keys (the visit says which way was taken) and for secret digits."""

    leg: LegId
    effect: EffectId
    end: GatherEnd
    count: int
    into: str | None = None
    digits: PersonalId | None = None


class LanguageChosen(CallEvent, frozen=True, kw_only=True):
    language: Language
    why: str
    """contact, number, key or default."""


class ContactsAsked(CallEvent, frozen=True, kw_only=True):
    effect: EffectId
    number: PersonalId


class ContactsMatched(CallEvent, frozen=True, kw_only=True):
    effect: EffectId
    matches: tuple[ContactMatch, ...]


class ContactsUnknown(CallEvent, frozen=True, kw_only=True):
    """The customer store did not answer: `why` is for operators."""

    effect: EffectId
    why: str


class ContactChosen(CallEvent, frozen=True, kw_only=True):
    contact: ContactId
    agent: AgentId | None
    """None: chosen by the system, the match being exact and single."""


class RequirementsSet(CallEvent, frozen=True, kw_only=True):
    skills: dict[SkillId, int] = field(default_factory=dict)
    priority: int | None = None


class CallQueued(CallEvent, frozen=True, kw_only=True):
    """A queue entry begins. `since` is the time that counts for its place: earlier than now when a place was kept."""

    queue: QueueId
    since: int
    priority: int
    skills: dict[SkillId, int]
    """Everything that the agent must have: the queue's skill and what the flow asked for."""
    back: bool = False
    """True when the call comes back to a queue entry that an agent had answered (line lost): no new entry is counted."""


class PositionTold(CallEvent, frozen=True, kw_only=True):
    position: int
    next_at: int | None


class AnnouncementsSet(CallEvent, frozen=True, kw_only=True):
    next_at: int | None


class OfferMade(CallEvent, frozen=True, kw_only=True):
    offer: OfferId
    agent: AgentId
    leg: LegId
    expires_at: int
    reasons: tuple[str, ...]
    """Why this agent, in the routing's words: rules and figures, no names."""


class OfferOver(CallEvent, frozen=True, kw_only=True):
    """An offer that did not become a connection: any end but ACCEPTED."""

    offer: OfferId
    agent: AgentId
    end: OfferEnd


class OfferAccepted(CallEvent, frozen=True, kw_only=True):
    offer: OfferId
    agent: AgentId
    connect_by: int


class ConnectFailed(CallEvent, frozen=True, kw_only=True):
    """The agent had answered, but the two were not joined: she hung up at once, or the carrier failed."""

    agent: AgentId
    why: str


class CallConnected(CallEvent, frozen=True, kw_only=True):
    """Customer and agent hear each other. The first one of a queue entry ends the wait."""

    agent: AgentId
    leg: LegId
    bridge: BridgeId
    until: int
    """The longest that the call may last."""


class CallHeld(CallEvent, frozen=True, kw_only=True):
    agent: AgentId


class CallRetrieved(CallEvent, frozen=True, kw_only=True):
    agent: AgentId


class LineLost(CallEvent, frozen=True, kw_only=True):
    """The agent's device vanished in mid-call: the customer hears music, the call waits for her until `until`."""

    agent: AgentId
    until: int


class LineRestored(CallEvent, frozen=True, kw_only=True):
    agent: AgentId
    leg: LegId


class AgentLeft(CallEvent, frozen=True, kw_only=True):
    """The agent's part in the conversation is over (hang-up, transfer, line lost for good)."""

    agent: AgentId
    why: str
    """caller_hung_up, agent_hung_up, transferred, line_lost, carrier_failed or too_long."""


class TransferStarted(CallEvent, frozen=True, kw_only=True):
    """A blind transfer: to an agent or to a number. (To a queue it is CallQueued at once.)"""

    agent: AgentId
    to_agent: AgentId | None = None
    to_number: PersonalId | None = None
    until: int = 0


class TransferFailed(CallEvent, frozen=True, kw_only=True):
    why: str


class TransferCompleted(CallEvent, frozen=True, kw_only=True):
    """The customer talks with the outside number; no agent is in the call any more."""

    leg: LegId


class PlacedCallFailed(CallEvent, frozen=True, kw_only=True):
    """The customer was not reached; the presence that the agent chose stands."""

    agent: AgentId
    cause: Cause


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


class DispositionSet(CallEvent, frozen=True, kw_only=True):
    code: str
    agent: AgentId


class CallOver(CallEvent, frozen=True, kw_only=True):
    """The call's last event but for wrap-up, disposition and recording. Its legs are told to end in the same decision."""

    end: CallEnd
    by: Party
    cause: Cause = Cause.NORMAL


AnyEvent = (
    CenterChanged
    | CarrierChanged
    | SignalIgnored
    | PersonErased
    | AgentSignedIn
    | AgentMoved
    | AgentSignedOut
    | DeviceReachable
    | DeviceUnreachable
    | AgentAvailable
    | AgentNotReady
    | AgentSetAside
    | AgentBack
    | WrapUpStarted
    | WrapUpEnded
    | CallArrived
    | CallBlocked
    | CallPlaced
    | LegDialed
    | LegRang
    | LegUp
    | LegDropped
    | LegDown
    | LegInBridge
    | LegOutOfBridge
    | LegJoining
    | BridgeOver
    | IvrStarted
    | IvrVisited
    | IvrWaits
    | PromptAsked
    | PromptOver
    | DigitsEntered
    | LanguageChosen
    | ContactsAsked
    | ContactsMatched
    | ContactsUnknown
    | ContactChosen
    | RequirementsSet
    | CallQueued
    | PositionTold
    | AnnouncementsSet
    | OfferMade
    | OfferOver
    | OfferAccepted
    | ConnectFailed
    | CallConnected
    | CallHeld
    | CallRetrieved
    | LineLost
    | LineRestored
    | AgentLeft
    | TransferStarted
    | TransferFailed
    | TransferCompleted
    | PlacedCallFailed
    | RecordingAsked
    | RecordingRuns
    | RecordingStopped
    | RecordingOver
    | RecordingFailed
    | RecordingStoreAsked
    | RecordingKept
    | DispositionSet
    | CallOver
)


class Recorded(Struct, frozen=True):
    """An event with its place in the log (from 1, without gaps) and the time of the decision (ms since the epoch)."""

    position: int
    at: int
    event: AnyEvent
