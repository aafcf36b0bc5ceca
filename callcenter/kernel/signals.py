"""Signals: what the world outside tells us. Carriers speak the first half, jobs of ours (look-ups, storage) the second.

Signals are never stored, so they may hold numbers in the clear; the hub turns those into personal rows before an event names
them. Every answer to an effect comes back as one of these, failures included. A signal may come late, twice or never.
"""

from msgspec import Struct

from callcenter.kernel.ids import (
    AccountId,
    AgentId,
    AttemptId,
    BridgeId,
    CallId,
    CampaignId,
    CarrierName,
    ContactId,
    EffectId,
    LeadId,
    LegId,
    RecordingId,
)
from callcenter.kernel.words import Answerer, Cause, Fault, GatherEnd, Language, Match, PlaybackEnd


class Signal(Struct, frozen=True, tag=True, tag_field="signal", kw_only=True):
    pass


class LegOffered(Signal, frozen=True, kw_only=True):
    """Somebody calls. The leg exists and waits; nothing has been answered."""

    carrier: CarrierName
    leg: LegId
    caller: str
    """As the network wrote it; empty when withheld."""
    dialed: str
    happened_at: int | None = None
    """When, by the carrier's own clock, of a call that was over before we could hear of it; None: now."""


class LegRinging(Signal, frozen=True, kw_only=True):
    """The far end alerts, or sends early media: the trunk is alive."""

    leg: LegId


class LegAnswered(Signal, frozen=True, kw_only=True):
    leg: LegId
    happened_at: int | None = None
    """As in LegOffered."""


class LegEnded(Signal, frozen=True, kw_only=True):
    leg: LegId
    cause: Cause
    by_us: bool = False
    """True when it ended because we asked for it."""
    detail: str = ""
    """The carrier's own words for the cause (SIP and Q.850 codes), for the record."""
    happened_at: int | None = None
    """As in LegOffered."""


class PlaybackEnded(Signal, frozen=True, kw_only=True):
    leg: LegId
    effect: EffectId
    end: PlaybackEnd


class DigitsGathered(Signal, frozen=True, kw_only=True):
    """A gather ended; `digits` may be empty."""

    leg: LegId
    effect: EffectId
    digits: str
    end: GatherEnd


class LegJoined(Signal, frozen=True, kw_only=True):
    bridge: BridgeId
    leg: LegId


class LegLeft(Signal, frozen=True, kw_only=True):
    bridge: BridgeId
    leg: LegId


class BridgeClosed(Signal, frozen=True, kw_only=True):
    bridge: BridgeId


class RecordingStarted(Signal, frozen=True, kw_only=True):
    recording: RecordingId


class RecordingEnded(Signal, frozen=True, kw_only=True):
    recording: RecordingId
    duration_ms: int


class AnswerJudged(Signal, frozen=True, kw_only=True):
    """Who answered a leg that is listened to. Times in ms since the answer."""

    leg: LegId
    answerer: Answerer
    confidence: float
    delay_ms: int
    why: str
    greeting_end_ms: int | None = None
    """The end of what was said first, where it is over."""
    correction: bool = False
    """There was another verdict before this one."""


class BeepHeard(Signal, frozen=True, kw_only=True):
    """A machine's beep is over: now it records. Times in ms since the answer; `heard_ms` is when this was said."""

    leg: LegId
    began_ms: int
    ended_ms: int
    heard_ms: int


class DeviceChanged(Signal, frozen=True, kw_only=True):
    """A device of an agent became reachable, or stopped being so."""

    carrier: CarrierName
    device: str
    reachable: bool


class EffectFailed(Signal, frozen=True, kw_only=True):
    """An effect was not carried out. `kind` is the effect's tag."""

    effect: EffectId
    kind: str
    fault: Fault
    leg: LegId | None = None
    detail: str = ""


class CarrierUp(Signal, frozen=True, kw_only=True):
    """The carrier is ready: it answers, and its events reach us. Comes after the signals of the resync."""

    carrier: CarrierName


class CarrierDown(Signal, frozen=True, kw_only=True):
    carrier: CarrierName
    why: str


# -- answers of our own jobs ------------------------------------------------------------------------------------------------


class ContactMatch(Struct, frozen=True, kw_only=True):
    contact: ContactId
    account: AccountId | None
    match: Match
    language: Language | None = None


class ContactsFound(Signal, frozen=True, kw_only=True):
    """Best match first; empty when nobody was found."""

    effect: EffectId
    call: CallId
    matches: tuple[ContactMatch, ...]


class LookUpFailed(Signal, frozen=True, kw_only=True):
    effect: EffectId
    call: CallId
    why: str


class RecordingStored(Signal, frozen=True, kw_only=True):
    effect: EffectId
    recording: RecordingId
    size: int
    """Bytes."""
    duration_ms: int


class RecordingLost(Signal, frozen=True, kw_only=True):
    effect: EffectId
    recording: RecordingId
    why: str


class ClaimedLead(Struct, frozen=True, kw_only=True):
    """A lead that is ours to dial. `number` (E.164) is in the clear, as in every signal."""

    attempt: AttemptId
    lead: LeadId
    place: int
    """Which of its numbers."""
    number: str
    rule: str
    """By which the gate let it pass."""
    agent: AgentId | None = None
    """Who alone may get it."""
    contact: ContactId | None = None
    state: str | None = None
    """Where she lives, ISO 3166 with the country, and her time zone: the hours are asked once more before the dial."""
    zone: str | None = None


class LeadsClaimed(Signal, frozen=True, kw_only=True):
    effect: EffectId
    campaign: CampaignId
    attempts: tuple[AttemptId, ...]
    """All that were asked for; those without a claim lead to nothing."""
    claims: tuple[ClaimedLead, ...]
    held: dict[str, int]
    again_at: int | None
    """When there is something to ask for again; None: at once."""


class ClaimFailed(Signal, frozen=True, kw_only=True):
    """Nobody knows whether leads were claimed."""

    effect: EffectId
    campaign: CampaignId
    why: str


class ClaimsUndone(Signal, frozen=True, kw_only=True):
    effect: EffectId


class LeadSettled(Signal, frozen=True, kw_only=True):
    effect: EffectId
    next_at: int | None
    reasons: tuple[str, ...] = ()


class FollowUpDone(Signal, frozen=True, kw_only=True):
    effect: EffectId
    next_at: int | None
    """When the lead is due again; None: it is done, or its call is not settled yet."""


class NumberListed(Signal, frozen=True, kw_only=True):
    effect: EffectId


class CampaignStateKept(Signal, frozen=True, kw_only=True):
    effect: EffectId


CarrierSignal = (
    LegOffered
    | LegRinging
    | LegAnswered
    | LegEnded
    | PlaybackEnded
    | DigitsGathered
    | LegJoined
    | LegLeft
    | BridgeClosed
    | RecordingStarted
    | RecordingEnded
    | AnswerJudged
    | BeepHeard
    | DeviceChanged
    | EffectFailed
    | CarrierUp
    | CarrierDown
)
LeadSignal = LeadsClaimed | ClaimFailed | ClaimsUndone | LeadSettled | FollowUpDone | NumberListed | CampaignStateKept
JobSignal = ContactsFound | LookUpFailed | RecordingStored | RecordingLost | LeadSignal
AnySignal = CarrierSignal | JobSignal
