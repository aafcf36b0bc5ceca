"""Events of campaigns: whether one runs, leads that were asked for, and attempts from the claim of a lead to the one outcome.

Numbers of leads are rows' numbers, their telephone numbers personal ids. What a dial itself lives through are events of its call.
"""

from msgspec import field

from callcenter.kernel.dialing import Heard, Inputs, Outcome
from callcenter.kernel.events.base import AgentEvent, CallEvent, CampaignEvent
from callcenter.kernel.follow_up import FollowUp
from callcenter.kernel.ids import AgentId, AttemptId, CallId, CampaignId, CarrierName, ContactId, EffectId, LeadId, PersonalId
from callcenter.kernel.words import Fate, Pause


class CampaignStarted(CampaignEvent, frozen=True, kw_only=True):
    """`effect` is pending until the campaign's row says so too, here and in the three that follow."""

    effect: EffectId
    by: str
    """Log-in; empty: the system, or the command line."""


class CampaignPaused(CampaignEvent, frozen=True, kw_only=True):
    effect: EffectId
    by: str
    why: Pause = Pause.ASKED
    until: int | None = None
    """When it goes on by itself; None: when somebody says so."""


class CampaignStopped(CampaignEvent, frozen=True, kw_only=True):
    effect: EffectId
    by: str


class CampaignFinished(CampaignEvent, frozen=True, kw_only=True):
    effect: EffectId
    by: str


class CampaignKept(CampaignEvent, frozen=True, kw_only=True):
    """The row has the state that `effect` was to write."""

    effect: EffectId


class AgentWorks(AgentEvent, frozen=True, kw_only=True):
    """She works this campaign from now on; None: the queues alone."""

    campaign: CampaignId | None


class LeadsAsked(CampaignEvent, frozen=True, kw_only=True):
    """So many leads are wanted; `effect` is pending until the claim is answered. From here on they count as ringing."""

    effect: EffectId
    attempts: tuple[AttemptId, ...]
    inputs: Inputs
    """What the decision was made of."""
    agent: AgentId | None = None
    """In preview: who will read it."""
    anew: bool = False
    """The first after a start: leads that the gate held are looked at again."""
    lead: LeadId | None = None
    """A promised call that `agent` keeps: this lead or none."""


class LeadsAnswered(CampaignEvent, frozen=True, kw_only=True):
    """The claim's answer; what it brought is told by the events that follow in the same decision."""

    effect: EffectId
    claimed: int
    held: dict[str, int] = field(default_factory=dict)
    """Leads that the gate put off, by reason."""
    again_at: int | None = None
    """Nothing more is due before; None: there may be more at once."""
    failed: str = ""
    """Why nothing is known of the claim; empty: it was made."""


class LeadPreviewed(CampaignEvent, frozen=True, kw_only=True):
    """An agent reads a lead that is claimed for her; she dials it, or skips it, until `until` (None: no limit)."""

    attempt: AttemptId
    agent: AgentId
    lead: LeadId
    place: int
    number: PersonalId
    rule: str
    contact: ContactId | None
    until: int | None
    asked_for: bool = False
    """It is a promised call that she took, whatever campaign she works."""


class AttemptDialed(CallEvent, frozen=True, kw_only=True):
    """A campaign dials: the call begins, and its leg is dialed in the same decision."""

    attempt: AttemptId
    campaign: CampaignId
    carrier: CarrierName
    lead: LeadId
    place: int
    """Which of the lead's numbers."""
    number: PersonalId
    rule: str
    """The rule by which the gate let it pass."""
    p: float
    """How likely a person was to answer, as far as known."""
    agents: int
    """Who worked the campaign at that moment."""
    only: AgentId | None = None
    """The only one who may get it."""
    contact: ContactId | None = None


class LeadDialed(CallEvent, frozen=True, kw_only=True):
    """In preview: the call that an agent places is the dial of the lead that she has read."""

    attempt: AttemptId
    campaign: CampaignId
    p: float
    agents: int


class AttemptsDropped(CampaignEvent, frozen=True, kw_only=True):
    """Claims that lead to no dial; `effect` is pending until they are given back."""

    effect: EffectId
    attempts: tuple[AttemptId, ...]
    why: str


class ClaimsGivenBack(CampaignEvent, frozen=True, kw_only=True):
    effect: EffectId


class AnswerListened(CallEvent, frozen=True, kw_only=True):
    """Somebody, or something, is there, and it is listened who. Without a word until `by`, it is a person."""

    attempt: AttemptId
    by: int


class AnswerHeard(CallEvent, frozen=True, kw_only=True):
    """What was heard of who answered; what follows is told by the events after it."""

    attempt: AttemptId
    heard: Heard
    greeting_end_at: int | None = None
    """From when the law counts, where that is known (better) by this."""
    by: int | None = None
    """A person who waits already: until when she does, by this."""
    late: bool = False
    """An agent was with her, or the message had begun: it is kept, and changes nothing."""


class BeepAwaited(CallEvent, frozen=True, kw_only=True):
    """A machine: the message waits for its beep, until `until` at the latest. Who was waiting for an agent is not any more."""

    attempt: AttemptId
    until: int


class PersonFound(CallEvent, frozen=True, kw_only=True):
    """A person was taken for a machine: she pressed a key while the message for machines played."""

    attempt: AttemptId


class AttemptAnswered(CallEvent, frozen=True, kw_only=True):
    """Somebody is there: a person, as far as is known. Without an agent until `by` she hears the message for abandoned calls."""

    attempt: AttemptId
    by: int | None
    """None: nobody of ours is to come (agentless), or somebody is there already (preview)."""


class MessageBegan(CallEvent, frozen=True, kw_only=True):
    """The callee hears the campaign's message; the call ends with it."""

    attempt: AttemptId
    abandoned: bool
    """Nobody took the call in time; else the campaign has no agents."""
    until: int
    """The call ends then at the latest."""
    machine: bool = False
    """It is left to a machine, after its beep."""


class OptedOut(CallEvent, frozen=True, kw_only=True):
    """By key; `effect` is pending until the number is on the do-not-call list."""

    attempt: AttemptId
    effect: EffectId


class OptOutKept(CampaignEvent, frozen=True, kw_only=True):
    effect: EffectId


class AttemptJudged(CampaignEvent, frozen=True, kw_only=True):
    """What an answered attempt counts as under the law, once, as soon as it is known."""

    attempt: AttemptId
    fate: Fate
    answered_at: int
    cap: float | None
    """The greatest share of abandoned calls by the law that held; None: it names none."""


class AttemptOver(CampaignEvent, frozen=True, kw_only=True):
    """The one outcome, with the facts that the law asks for; `effect` is pending until the lead is settled."""

    attempt: AttemptId
    effect: EffectId
    call: CallId
    lead: LeadId
    outcome: Outcome
    why: str
    """The network's codes, or what decided."""
    dialed_at: int
    rang_at: int | None = None
    answered_at: int | None = None
    greeting_end_at: int | None = None
    agent_at: int | None = None
    message_played_at: int | None = None
    fate: Fate | None = None
    heard: Heard | None = None
    """The last verdict of whoever listened; None: nobody did."""


class AttemptSettled(CampaignEvent, frozen=True, kw_only=True):
    effect: EffectId
    next_at: int | None
    """When the lead is due again; None: it is done, or was settled before."""
    reasons: tuple[str, ...] = ()


class FollowUpAsked(CampaignEvent, frozen=True, kw_only=True):
    """What an agent said of the attempt's call; `effect` is pending until the rows have it and what follows is done. A later one
    of the same attempt takes its place."""

    attempt: AttemptId
    effect: EffectId
    follow_up: FollowUp


class FollowUpKept(CampaignEvent, frozen=True, kw_only=True):
    effect: EffectId
    next_at: int | None
    """When the lead is due again; None: it is done, or its call is not settled yet."""
