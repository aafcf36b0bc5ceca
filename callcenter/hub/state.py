"""What the hub knows: calls, legs, agents, offers, what is pending. Only `hub.apply` changes it.

Everything here can be folded from the log. Finished calls are forgotten once nothing of theirs is open.
"""

from dataclasses import dataclass, field
from typing import Literal

from callcenter.hub.deadlines import Deadlines
from callcenter.hub.dialing.state import Attempt, Campaign, Job
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.center import NO_CENTER, AgentValues, Center, QueueValues
from callcenter.kernel.flow import Spoken
from callcenter.kernel.ids import (
    AgentId,
    AttemptId,
    BridgeId,
    CallId,
    CampaignId,
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
from callcenter.kernel.law import PackId
from callcenter.kernel.leg_state import LegState
from callcenter.kernel.personal import ERASED
from callcenter.kernel.presence import Presence
from callcenter.kernel.signals import ContactMatch
from callcenter.kernel.words import CallEnd, Language, LegRole, NotReady
from dialer.law import Law
from dialer.trunk_breaker import TrunkBreaker
from routing.matching import Matcher

LookUp = Literal["none", "pending", "found", "not_found", "failed"]


@dataclass(slots=True)
class Leg:
    id: LegId
    call: CallId
    carrier: CarrierName
    role: LegRole
    state: LegState
    agent: AgentId | None = None
    device: str | None = None
    number: PersonalId | None = None
    effect: EffectId | None = None
    """The originate that made it, while it is pending."""
    bridge: BridgeId | None = None
    joining: EffectId | None = None
    """The join that is under way, into `destination`."""
    destination: BridgeId | None = None
    ring_ms: int = 0
    """How long a number outside may ring, once it does."""

    @property
    def alive(self) -> bool:
        return self.state not in (LegState.DROPPED, LegState.DOWN)

    @property
    def up(self) -> bool:
        return self.state is LegState.UP


@dataclass(slots=True)
class Prompting:
    """What a leg is being told or asked."""

    effect: EffectId
    leg: LegId
    prompts: tuple[Spoken, ...]
    gather: bool


@dataclass(slots=True)
class Call:
    id: CallId
    carrier: CarrierName
    inbound: bool
    state: CallState
    began_at: int
    party: PersonalId | None
    """The customer's number; None when withheld."""
    customer: LegId | None = None
    number: NumberId | None = None
    campaign: CampaignId | None = None
    dial: AttemptId | None = None
    """The dial of a campaign that it is, or was."""
    only: AgentId | None = None
    """Whose lead it is: nobody else gets its first conversation."""
    legs: list[LegId] = field(default_factory=list)
    """Those that are not down."""

    flow: FlowId | None = None
    node: NodeId | None = None
    attempt: int = 0
    leave: CallEnd | None = None
    awaits_look_up: bool = False
    prompting: Prompting | None = None
    unspoken: int = 0
    """Prompts in a row that came to nothing."""
    language: Language | None = None
    variables: dict[str, PersonalId] = field(default_factory=dict)

    look_up: LookUp = "none"
    look_up_effect: EffectId | None = None
    matches: tuple[ContactMatch, ...] = ()
    contact: ContactId | None = None

    skills: dict[SkillId, int] = field(default_factory=dict)
    priority: int = 0
    queue: QueueId | None = None
    """The queue of the present or last entry."""
    queue_skills: dict[SkillId, int] = field(default_factory=dict)
    queue_priority: int = 0
    since: int = 0

    offer: OfferId | None = None
    agent: AgentId | None = None
    """Who is in the conversation, or places the call, or is waited for after her line was lost."""
    agent_leg: LegId | None = None
    on_hold: bool = False
    """The agent put the customer on hold; it outlives her line."""
    bridge: BridgeId | None = None
    connected_at: int | None = None
    target: LegId | None = None
    """The outside leg of a transfer."""

    recording: RecordingId | None = None
    """The one that runs or was asked for in the present bridge."""
    open_recordings: set[RecordingId] = field(default_factory=set)
    served: set[AgentId] = field(default_factory=set)
    """Agents who were in the conversation."""
    wrapping: set[AgentId] = field(default_factory=set)
    """Agents who are still in wrap-up for it."""
    disposition: str | None = None


@dataclass(slots=True)
class Offer:
    id: OfferId
    call: CallId
    agent: AgentId
    leg: LegId
    accepted: bool = False


@dataclass(slots=True)
class Agent:
    values: AgentValues
    presence: Presence = Presence.SIGNED_OUT
    reason: str | None = None
    activity: Activity = Activity.IDLE
    aside: NotReady | None = None
    idle_since: int = 0
    carrier: CarrierName | None = None
    device: str | None = None
    reachable: bool = False
    call: CallId | None = None
    """The call she is in, rings for, places or wraps up."""
    offer: OfferId | None = None
    campaign: CampaignId | None = None
    """The one that she works besides her queues."""
    talking_at: int = 0
    wrapping_at: int = 0
    """When she was connected last, and when her last wrap-up began."""

    @property
    def id(self) -> AgentId:
        return self.values.id


@dataclass(slots=True)
class Recording:
    id: RecordingId
    call: CallId
    bridge: BridgeId
    effect: EffectId | None
    running: bool = False
    stopping: bool = False
    storing: EffectId | None = None


@dataclass(slots=True)
class Pending:
    """An effect that was asked for in an event and has no outcome yet."""

    effect: EffectId
    kind: str
    call: CallId
    carrier: CarrierName | None
    leg: LegId | None = None
    recording: RecordingId | None = None
    number: PersonalId | None = None
    """What a look-up looks up."""
    since: int = 0


@dataclass(slots=True)
class State:
    position: int = 0
    at: int = 0
    """Time of the newest event."""
    center: Center = NO_CENTER
    center_version: int = 0
    personal: dict[PersonalId, str] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()
    carriers: dict[CarrierName, bool] = field(default_factory=dict)
    down_since: dict[CarrierName, int] = field(default_factory=dict)
    """Carriers that are down."""
    calls: dict[CallId, Call] = field(default_factory=dict)
    legs: dict[LegId, Leg] = field(default_factory=dict)
    past_legs: dict[LegId, None] = field(default_factory=dict)
    """The last callers' legs that are down, oldest first: told once more, one makes no second call."""
    agents: dict[AgentId, Agent] = field(default_factory=dict)
    leaving: set[AgentId] = field(default_factory=set)
    """Those who are signed out as soon as they are idle."""
    offers: dict[OfferId, Offer] = field(default_factory=dict)
    recordings: dict[RecordingId, Recording] = field(default_factory=dict)
    pending: dict[EffectId, Pending] = field(default_factory=dict)
    bridges: dict[BridgeId, CallId] = field(default_factory=dict)
    campaigns: dict[CampaignId, Campaign] = field(default_factory=dict)
    attempts: dict[AttemptId, Attempt] = field(default_factory=dict)
    jobs: dict[EffectId, Job] = field(default_factory=dict)
    """What campaigns asked of the leads' rows."""
    breakers: dict[CarrierName, TrunkBreaker] = field(default_factory=dict)
    dialed: dict[CarrierName, list[int]] = field(default_factory=dict)
    """When campaigns dialed within a second of the last dial."""
    unsettled: dict[AttemptId, None] = field(default_factory=dict)
    """Attempts to which something happened in this decision; empty between two."""
    laws: dict[PackId, Law] = field(default_factory=dict)
    """The center's rule packs made ready for questions, as they are asked for."""
    devices: dict[tuple[CarrierName, str], AgentId] = field(default_factory=dict)
    deadlines: Deadlines = field(default_factory=Deadlines)
    matcher: Matcher = field(default_factory=Matcher)
    ignored: int = 0

    def value(self, row: PersonalId | None) -> str:
        """The personal value behind an id; empty for None, 'erased' for a row that was deleted."""
        return "" if row is None else self.personal.get(row, ERASED)

    def queue_of(self, call: Call) -> QueueValues | None:
        return self.center.queue(call.queue)

    def law(self, campaign: CampaignId) -> Law | None:
        """The law of a campaign; None when it has none."""
        values = self.center.campaigns.get(campaign)
        pack = self.center.laws.get(values.law) if values is not None and values.law is not None else None
        if pack is None:
            return None
        law = self.laws.get(pack.id)
        if law is None:
            law = self.laws[pack.id] = Law(pack)
        return law

    def carrier_up(self, carrier: CarrierName | None) -> bool:
        return carrier is not None and self.carriers.get(carrier, False)
