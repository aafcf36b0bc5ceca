"""The record of one call as values: every leg, queue entry, offer, conversation, hold, wrap-up, transfer and recording.

How events become a record is in `reporting.folding`, how it is counted in `reporting.tally`. Outside numbers and keyed digits
are ids of personal rows. Times are ms since the epoch; None means not (yet) happened.
"""

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from callcenter.kernel.call_state import CallState
from callcenter.kernel.dialing import Outcome
from callcenter.kernel.ids import (
    AgentId,
    AttemptId,
    BridgeId,
    CallId,
    CampaignId,
    CarrierName,
    ContactId,
    FlowId,
    LeadId,
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
from callcenter.kernel.words import CallEnd, Cause, Fate, Language, LegRole, OfferEnd, Party

Direction = Literal["inbound", "outbound"]


class EntryEnd(StrEnum):
    """How a queue entry ended."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    """The caller hung up."""
    FLOWED_OUT = "flowed_out"
    """It went on to another queue."""
    ENDED = "ended"
    """The system ended it: a failure, a gap."""


class LegRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    leg: LegId
    role: LegRole
    carrier: CarrierName
    dialed_at: int
    """When the caller's leg came in, or ours was asked for."""
    agent: AgentId | None = None
    number: PersonalId | None = None
    rang_at: int | None = None
    up_at: int | None = None
    dropped_at: int | None = None
    """When we asked for its end."""
    down_at: int | None = None
    cause: Cause | None = None
    by_us: bool = False
    detail: str = ""


class IvrVisit(Struct, frozen=True):
    """A node that was left at `at`."""

    at: int
    node: NodeId
    outcome: str


class Keyed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Digits that were asked for; `digits` is None for menu keys and secret ones."""

    at: int
    count: int
    into: str | None = None
    digits: PersonalId | None = None


class QueueEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One stay in one queue. The wait runs from `waiting_since` to `ended_at`."""

    queue: QueueId
    queued_at: int
    """The moment of the entry: it says in which interval the entry counts."""
    since: int
    """The time that counts for its place in the queue; earlier than `queued_at` when a place was kept."""
    waiting_since: int
    """`since`, but never before the end of the caller's last conversation: talking is not waiting."""
    priority: int
    skills: dict[SkillId, int]
    service_level_ms: int
    """The queue's threshold and short-abandon limit when the call came in."""
    short_abandon_ms: int
    back: bool = False
    """The call came back to an entry that was answered before; it counts as no new one."""
    ended_at: int | None = None
    end: EntryEnd | None = None
    agent: AgentId | None = None
    """Who answered."""

    @property
    def wait_ms(self) -> int | None:
        return None if self.ended_at is None else self.ended_at - self.waiting_since

    @property
    def in_time(self) -> bool:
        """It ended within the service-level threshold."""
        wait = self.wait_ms
        return wait is not None and wait <= self.service_level_ms

    @property
    def short(self) -> bool:
        """An abandon too early to be counted as one."""
        wait = self.wait_ms
        return self.end is EntryEnd.ABANDONED and wait is not None and wait < self.short_abandon_ms


class OfferRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    offer: OfferId
    agent: AgentId
    leg: LegId
    made_at: int
    expires_at: int
    reasons: tuple[str, ...]
    entry: int | None = None
    """Index of the queue entry that it served; None: a transfer to this agent."""
    ended_at: int | None = None
    end: OfferEnd | None = None
    joined_at: int | None = None
    """Accepted, and the two heard each other."""
    connect_failed: str | None = None
    """Accepted, but the two were not joined, and why."""

    @property
    def open(self) -> bool:
        """It rings, or was accepted and waits to be joined."""
        if self.end is None:
            return True
        return self.end is OfferEnd.ACCEPTED and self.joined_at is None and self.connect_failed is None


class HoldRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    agent: AgentId
    since: int
    until: int | None = None
    line_lost: bool = False
    """The caller heard music because the agent's line was gone."""
    give_up_at: int | None = None
    """Until when a call whose line was lost waits for its agent."""


class WrapUpRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    since: int
    limit_at: int
    hard_at: int
    until: int | None = None
    by_limit: bool = False
    """The hard limit ended it."""

    @property
    def overrun_ms(self) -> int:
        """Time over the limit, 0 while it runs."""
        return 0 if self.until is None else max(0, self.until - max(self.limit_at, self.since))


class Conversation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One agent's part in a call, from hearing the customer to the end of her wrap-up."""

    agent: AgentId
    leg: LegId
    connected_at: int
    entry: int | None = None
    """Index of the queue entry that it answers; None for a call that she placed."""
    holds: tuple[HoldRecord, ...] = ()
    left_at: int | None = None
    why: str | None = None
    """caller_hung_up, agent_hung_up, transferred, line_lost, carrier_failed or too_long."""
    wrap_up: WrapUpRecord | None = None

    @property
    def hold_ms(self) -> int:
        """Ended holds together."""
        return sum(hold.until - hold.since for hold in self.holds if hold.until is not None)

    @property
    def talk_ms(self) -> int:
        """Without holds; 0 while it runs."""
        return 0 if self.left_at is None else self.left_at - self.connected_at - self.hold_ms

    @property
    def wrap_up_ms(self) -> int:
        return 0 if self.wrap_up is None or self.wrap_up.until is None else self.wrap_up.until - self.wrap_up.since

    @property
    def finished(self) -> bool:
        return self.left_at is not None and self.wrap_up is not None and self.wrap_up.until is not None


class TransferRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    agent: AgentId
    at: int
    to_queue: QueueId | None = None
    to_agent: AgentId | None = None
    to_number: PersonalId | None = None
    until: int | None = None
    """When it will be given up."""
    ended_at: int | None = None
    done: bool = False
    """Somebody answered (a transfer to a queue is done at once)."""
    why: str | None = None
    """Why it failed."""


class RecordingRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    recording: RecordingId
    bridge: BridgeId
    asked_at: int
    runs_at: int | None = None
    over_at: int | None = None
    duration_ms: int | None = None
    kept_at: int | None = None
    """When the file was in the store."""
    size: int | None = None
    """Bytes."""
    failed_at: int | None = None
    why: str | None = None

    @property
    def settled(self) -> bool:
        return self.kept_at is not None or self.failed_at is not None


class CallRecord(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One call from its first event to its last, wrap-up, disposition and recording included."""

    call: CallId
    direction: Direction
    carrier: CarrierName
    started_at: int
    state: CallState
    state_since: int
    customer: PersonalId | None = None
    """The customer's number; None: withheld."""
    dialed: PersonalId | None = None
    """What an inbound caller dialed."""
    number: NumberId | None = None
    placed_by: AgentId | None = None
    answered_at: int | None = None
    """When the customer's leg was up: an inbound one answered by us, an outbound one by the customer."""
    over_at: int | None = None
    end: CallEnd | None = None
    by: Party | None = None
    """Who hung up."""
    cause: Cause | None = None
    certain_until: int | None = None
    """Of a call with the end LOST: the last event before the gap; the true end lies between it and `over_at`."""
    placing_failed: Cause | None = None
    language: Language | None = None
    language_why: str | None = None
    matches: tuple[ContactMatch, ...] = ()
    looking_up: bool = False
    look_up_failed: bool = False
    contact: ContactId | None = None
    contact_by: AgentId | None = None
    """Who chose the contact; None: the system."""
    flow: FlowId | None = None
    ivr_since: int | None = None
    ivr_until: int | None = None
    """When the flow let the caller go: into a queue, or to the end."""
    visits: tuple[IvrVisit, ...] = ()
    keyed: tuple[Keyed, ...] = ()
    skills: dict[SkillId, int] = {}
    """Asked for by the flow, besides the queue's own."""
    priority: int | None = None
    told_position: int | None = None
    legs: tuple[LegRecord, ...] = ()
    entries: tuple[QueueEntry, ...] = ()
    offers: tuple[OfferRecord, ...] = ()
    conversations: tuple[Conversation, ...] = ()
    transfers: tuple[TransferRecord, ...] = ()
    recordings: tuple[RecordingRecord, ...] = ()
    disposition: str | None = None
    disposition_by: AgentId | None = None
    disposition_at: int | None = None
    campaign: CampaignId | None = None
    """The campaign that dialed it; the attempt, and which lead."""
    attempt: AttemptId | None = None
    lead: LeadId | None = None
    dial_outcome: Outcome | None = None
    """How the attempt ended; None: no attempt, or under way."""
    fate: Fate | None = None
    """What the answer counts as under the law."""
    message_at: int | None = None
    """The campaign's message began."""
    opted_out: bool = False

    @property
    def ivr_ms(self) -> int:
        if self.ivr_since is None or self.ivr_until is None:
            return 0
        return self.ivr_until - self.ivr_since

    @property
    def queue(self) -> QueueId | None:
        """The queue that it is or was in last."""
        return self.entries[-1].queue if self.entries else None

    @property
    def busy(self) -> bool:
        """Somebody still has to do with it: it goes on, an offer is open, or an agent wraps up."""
        return (
            self.over_at is None
            or any(offer.open for offer in self.offers)
            or not all(conversation.finished for conversation in self.conversations)
        )

    @property
    def settled(self) -> bool:
        """Nothing more is due: only a late disposition may still change it."""
        return (
            not self.busy
            and all(leg.down_at is not None for leg in self.legs)
            and all(recording.settled for recording in self.recordings)
        )
