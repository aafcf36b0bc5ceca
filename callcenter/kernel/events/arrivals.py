"""Events of calls that come in: arrival, the flow, the look-up, the queue, offers until one is accepted."""

from msgspec import field

from callcenter.kernel.events.base import CallEvent
from callcenter.kernel.flow import Spoken
from callcenter.kernel.ids import (
    AgentId,
    CarrierName,
    EffectId,
    FlowId,
    LegId,
    NodeId,
    NumberId,
    OfferId,
    PersonalId,
    QueueId,
    SkillId,
)
from callcenter.kernel.signals import ContactMatch
from callcenter.kernel.words import CallEnd, GatherEnd, Language, OfferEnd, Treatment


class CallArrived(CallEvent, frozen=True, kw_only=True):
    carrier: CarrierName
    leg: LegId
    answer_by: int
    caller: PersonalId | None
    """None: withheld."""
    dialed: PersonalId
    number: NumberId | None
    """The center's number that was called; None: not one of ours."""
    happened_at: int | None = None
    """When, by the carrier's own clock, of a call that was over before we could hear of it; None: when it was recorded."""


class CallBlocked(CallEvent, frozen=True, kw_only=True):
    """The caller's number is on the center's list; the call is not answered."""


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
    own_skills: bool = True
    """False: what the flow asked for holds no longer, in no later entry either, because the call has left that queue."""


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
