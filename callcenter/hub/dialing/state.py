"""What the hub knows of campaigns: whether they run, what they have learned, and attempts under way. Only folding changes it."""

from dataclasses import dataclass, field
from typing import Literal

from callcenter.kernel.campaign_state import CAMPAIGN, CampaignState
from callcenter.kernel.dialing import NO_TIMES, AnswerTimes, Heard, Outcome
from callcenter.kernel.follow_up import FollowUp
from callcenter.kernel.ids import AgentId, AttemptId, CallId, CampaignId, CarrierName, ContactId, EffectId, LeadId, PersonalId
from callcenter.kernel.words import Fate, Pause
from dialer.abandon_cap import AbandonCounter
from dialer.attempt_state import Attempt as Record
from dialer.pacing.estimates import Estimates

JobKind = Literal["ClaimLeads", "GiveBackClaims", "SettleAttempt", "KeepOptOut", "KeepFollowUp", "KeepCampaignState"]


@dataclass(slots=True)
class Campaign:
    id: CampaignId
    state: CampaignState = CAMPAIGN.start
    pause: Pause | None = None
    resume_at: int | None = None
    """A pause that ends by itself ends then."""
    anew: bool = False
    """Started, and no lead asked for since."""
    again_at: int | None = None
    """Nothing is due before, as the last claim said."""
    held: dict[str, int] = field(default_factory=dict)
    """Leads that the gate put off since the start, by reason."""
    claimed: int = 0
    """Leads that came since the start."""
    estimates: Estimates = field(default_factory=Estimates)
    counter: AbandonCounter | None = None
    """None before the first start."""


@dataclass(slots=True)
class Attempt:
    """From its claim to its outcome. In preview it has an agent before it has a call."""

    id: AttemptId
    campaign: CampaignId
    lead: LeadId
    place: int
    number: PersonalId
    rule: str
    carrier: CarrierName | None = None
    call: CallId | None = None
    reader: AgentId | None = None
    """Who reads it in preview, and has not dialed it yet."""
    contact: ContactId | None = None
    p: float = -1.0
    agents: int = 0
    record: Record = field(default_factory=Record)
    listened: bool = False
    """It was asked who answered."""
    heard: Heard | None = None
    """The last verdict."""
    learned: bool = False
    """Pacing knows whether a person answered."""
    judged: Fate | None = None
    asked_for: bool = False
    """A promised call that she took, whatever campaign she works."""


@dataclass(slots=True)
class Job:
    """Something asked of the leads' rows that has no outcome yet."""

    effect: EffectId
    kind: JobKind
    campaign: CampaignId
    attempts: tuple[AttemptId, ...] = ()
    agent: AgentId | None = None
    """Of a claim in preview: for whom."""
    lead: LeadId | None = None
    """Of a claim: the one that is wanted; None: any that are due."""
    state: CampaignState | None = None
    outcome: Outcome | None = None
    follow_up: FollowUp | None = None
    revision: int = 0
    """Of two follow-ups of one attempt the higher one holds."""
    times: AnswerTimes = NO_TIMES
    at: int = 0
