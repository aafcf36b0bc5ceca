"""Campaigns: how lists are dialed, the plan and the progress against it, what could be called now, and who comes next."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from callcenter.api.schemas.callbacks import CallbackPlanBody, DispositionBody, SaidCount
from callcenter.api.schemas.common import Body, PhoneNumber, Words
from callcenter.api.schemas.queries import Day, Limit, Query

Mode = Literal["preview", "progressive", "predictive", "agentless"]
CampaignState = Literal["draft", "running", "paused", "stopped", "finished"]
Outcome = Literal[
    "answered", "busy", "no_answer", "invalid", "congestion", "blocked", "machine", "fax", "abandoned", "failed", "cancelled",
]  # fmt: skip
HoldCode = Literal[
    "no_version", "number_invalid", "number_costly", "country_not_covered", "zone_unknown", "do_not_call_own",
    "do_not_call_campaign", "do_not_call_registry", "consent_missing", "cap_life", "registry_missing", "registry_stale",
    "caller_id_missing", "rings_too_short", "message_missing", "holidays_unknown", "abandon_cap", "lock_abandoned",
    "lock_machine", "cap_window", "cap_day", "hours",
]  # fmt: skip
"""As `dialer.compliance.Hold`; a test holds the two together."""

Machines = Literal["off", "hang_up", "message"]
MessagePart = Literal["seller", "number", "purpose", "opt_out"]
Label = Annotated[str, Meta(max_length=200)]
Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Amount = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Money = Annotated[float, Meta(ge=0, le=1e12)]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]
Priority = Annotated[int, Meta(ge=-1_000, le=1_000)]
Share = Annotated[float, Meta(gt=0, le=1_000)]
Level = Annotated[int, Meta(ge=1, le=5)]
Teams = Annotated[list[str], Meta(max_length=100)]
Codes = Annotated[list[str], Meta(max_length=100)]
Wait = Annotated[int, Meta(ge=0, le=400 * 86_400_000)]


class LabelBody(Body, frozen=True, kw_only=True):
    """What people call it, in each language of the pages."""

    en: Label
    zh: Label


class RetryRuleBody(Body, frozen=True, kw_only=True):
    """What follows one outcome of a dial."""

    outcome: Outcome
    again: bool
    attempts: Annotated[int, Meta(ge=1, le=100)]
    """Dials of one number that may end so."""
    waits_ms: Annotated[list[Wait], Meta(min_length=1, max_length=20)]
    """After the first, second ... dial that ended so; the last holds for all that follow."""
    other_part: bool
    """Whether the next try is in another part of the day."""
    next_number: bool
    """Whether the lead's next number is tried first."""


class RecyclingBody(Body, frozen=True, kw_only=True):
    """Leads that were used up without a person begin anew after a while."""

    after_ms: Wait
    rounds: Annotated[int, Meta(ge=1, le=20)]


class RetryBody(Body, frozen=True, kw_only=True):
    most_attempts: Annotated[int, Meta(ge=1, le=100)]
    """Dials of one lead, all its numbers together."""
    rules: Annotated[list[RetryRuleBody], Meta(max_length=11)]
    """In a change: only the outcomes named are changed."""
    recycling: RecyclingBody | None


class CampaignBody(Body, frozen=True, kw_only=True):
    """Days are in the center's zone; 0 stands for a plan that was not made."""

    id: int
    name: str
    label: Words
    mode: Mode
    state: CampaignState
    first_day: str | None
    last_day: str | None
    goal: int
    goal_outcomes: list[str]
    """Dispositions that count as success."""
    planned_calls: int
    planned_minutes: int
    currency: str
    cost_per_call: float
    cost_per_minute: float
    expected_income: float
    budget: float
    priority: int
    share: float
    skill: str | None
    minimum_level: int
    teams: list[str]
    """Empty: all."""
    caller_id: str
    """E.164; empty: none is shown."""
    law: str | None
    """The law pack; null: nothing may be dialed."""
    retry: RetryBody
    dispositions: list[DispositionBody]
    """What agents choose from when a call is over; empty: the center's own."""
    callbacks: CallbackPlanBody
    ring_ms: int
    wrap_up_ms: int
    preview_ms: int
    carrier: str | None
    """The trunk that it dials over; null: the first that is up."""
    lines: int
    """Most dials and calls without an agent at once."""
    message: str | None
    """Prompt of an agentless campaign; of others, for those whom no agent takes in time."""
    message_contains: list[MessagePart]
    opt_out_key: str | None
    """The key that, pressed during the message, ends all calls."""
    machines: Machines
    """What becomes of answering machines. In preview nobody listens who answered."""
    voicemail: str | None
    """Prompt that is left to machines after their beep."""
    changed_at: int
    """Also the version; a change names the one it was made from."""
    agents: int
    """How many of the center's agents have the skill and are of the teams."""


class CampaignListBody(Body, frozen=True, kw_only=True):
    items: list[CampaignBody]


class CampaignCreate(Body, frozen=True, kw_only=True):
    """A draft, which dials nothing."""

    name: Name
    """Short word, unique; everything else may be changed later."""
    label: LabelBody
    mode: Mode = "preview"
    law: str | None = None


class CampaignPatch(Body, frozen=True, kw_only=True):
    """What is left out stays as it is. Everything may be changed while the campaign runs."""

    seen: int
    """`changed_at` of the campaign as it was seen; a newer one is a conflict."""
    label: LabelBody | UnsetType = UNSET
    mode: Mode | UnsetType = UNSET
    first_day: Day | UnsetType | None = UNSET
    last_day: Day | UnsetType | None = UNSET
    goal: Amount | UnsetType = UNSET
    goal_outcomes: Codes | UnsetType = UNSET
    planned_calls: Amount | UnsetType = UNSET
    planned_minutes: Amount | UnsetType = UNSET
    currency: Currency | UnsetType = UNSET
    cost_per_call: Money | UnsetType = UNSET
    cost_per_minute: Money | UnsetType = UNSET
    expected_income: Money | UnsetType = UNSET
    budget: Money | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    share: Share | UnsetType = UNSET
    skill: str | UnsetType | None = UNSET
    minimum_level: Level | UnsetType = UNSET
    teams: Teams | UnsetType = UNSET
    caller_id: str | UnsetType = UNSET
    """In any written form."""
    law: str | UnsetType | None = UNSET
    retry: RetryBody | UnsetType = UNSET
    dispositions: Annotated[list[DispositionBody], Meta(max_length=30)] | UnsetType = UNSET
    callbacks: CallbackPlanBody | UnsetType = UNSET
    ring_ms: Annotated[int, Meta(ge=5_000, le=180_000)] | UnsetType = UNSET
    wrap_up_ms: Annotated[int, Meta(ge=1_000, le=3_600_000)] | UnsetType = UNSET
    preview_ms: Annotated[int, Meta(ge=0, le=3_600_000)] | UnsetType = UNSET
    carrier: str | UnsetType | None = UNSET
    lines: Annotated[int, Meta(ge=1, le=10_000)] | UnsetType = UNSET
    message: str | UnsetType | None = UNSET
    message_contains: Annotated[list[MessagePart], Meta(max_length=4)] | UnsetType = UNSET
    opt_out_key: Annotated[str, Meta(pattern=r"^[0-9*#]$")] | UnsetType | None = UNSET
    machines: Machines | UnsetType = UNSET
    voicemail: str | UnsetType | None = UNSET


class CauseBody(Body, frozen=True, kw_only=True):
    """Why nothing is dialed, or less than might be."""

    code: str
    """Stable, as `hub.dialing.why` has them: no_agents, nobody_free, not_due, law:hours, held:do_not_call_own, ..."""
    text: Words
    count: int
    """Agents or leads that it concerns; 0 where there is nothing to count."""
    until: int | None
    """When it ends by itself; null: nobody knows, or somebody must do something."""


class AbandonBody(Body, frozen=True, kw_only=True):
    """Abandoned calls by the law pack's own rule and window."""

    answers: int
    """By a person, in the window."""
    abandons: int
    rate: float
    cap: float
    left: int
    """How many more may be abandoned now; 0: only where nobody can be lost."""
    since: str
    """First day of the window."""
    machines: int
    """Dials that a machine or a fax answered, in the window; they are not among `answers`."""
    machine_share: float
    """Of everything that answered."""


class LiveCampaignBody(Body, frozen=True, kw_only=True):
    """What a campaign does at this instant, as the hub knows it."""

    state: CampaignState
    dialing: int
    """Dials that nobody has answered."""
    waiting: int
    """Persons who answered and have nobody yet."""
    agents_free: int
    agents_busy: int
    """Talking, in wrap-up, or leaving."""
    causes: list[CauseBody]
    """Empty: nothing keeps it from dialing."""
    abandon: AbandonBody | None
    """null: the law pack has no cap, or the campaign was never started."""
    now: int


class CallingTime(Body, frozen=True, kw_only=True):
    """Minutes after midnight where the callee is; `until` is not included."""

    since: int
    until: int


class LawBody(Body, frozen=True, kw_only=True):
    """A law pack as it holds now. Places may forbid more: the pack's file has all of it."""

    id: str
    label: Words
    version: str | None
    """null: none holds now, and nobody may be called."""
    countries: list[str]
    """Whose numbers may be called; empty: every country."""
    hours: list[list[CallingTime]] | None
    """Seven rows, Monday first; null: every hour."""
    abandon_share: float | None
    """At most so many of the calls answered by a person may be abandoned; null: no cap."""
    abandon_days: int | None
    """Over so many days with today; null: the campaign's life."""
    least_ring_ms: int
    caller_id: bool
    """Whether a number must be shown."""
    message: bool
    """Whether abandoned calls need a message."""
    registries: list[str]
    """Do-not-call registries that must be loaded."""


class LawListBody(Body, frozen=True, kw_only=True):
    """The law packs, and what else a campaign chooses from."""

    items: list[LawBody]
    carriers: list[str]
    prompts: list[str]
    """For its message."""


class LeadCounts(Body, frozen=True, kw_only=True):
    """Each lead is in one of them."""

    fresh: int
    """Not dialed yet."""
    resting: int
    """To be tried again."""
    claimed: int
    """Being dialed."""
    reached: int
    """A person was connected."""
    used_up: int
    """Done without a person."""
    not_allowed: int
    """Done without a dial: the law or the callee forbids it."""


class OutcomeCount(Body, frozen=True, kw_only=True):
    outcome: Outcome
    dials: int


class ProgressBody(Body, frozen=True, kw_only=True):
    """How far a campaign is, by its leads and dials."""

    leads: LeadCounts
    dials: int
    """That have ended, and those under way."""
    open: int
    """Under way."""
    outcomes: list[OutcomeCount]
    reached: int
    """Dials answered by a person."""
    said: list[SaidCount]
    """What agents said of them, most first."""
    successes: int
    """Of those, what counts towards the goal."""
    cost: float
    """Of the dials and of `minutes`, in the campaign's currency."""
    minutes: float
    """From answer to end, of calls that have ended."""
    income: float
    """Value times probability of the opportunities that it brought in its currency."""
    elapsed: float | None
    """Share of the planned days that is over, 0 to 1; null: no days were planned."""
    now: int


class HoldRule(Body, frozen=True, kw_only=True):
    rule: str
    """Pack, version, and the key in the pack's file."""
    leads: int


class HoldGroup(Body, frozen=True, kw_only=True):
    """Leads held by one reason first."""

    code: HoldCode
    text: Words
    leads: int
    rules: list[HoldRule]
    """Most first."""
    until: int | None
    """When time alone may free the first of them; null: it frees none."""


class PreflightBody(Body, frozen=True, kw_only=True):
    """What could be called at this instant. The counts add up to `leads`."""

    leads: int
    callable_now: int
    held: list[HoldGroup]
    not_due: int
    """To be tried again later by the retry plan."""
    not_due_until: int | None
    """When the first of them is."""
    claimed: int
    """Being dialed."""
    done: int
    switched_off: int
    """In lists that are switched off."""
    left_out: int
    """Of a very large campaign: waiting leads that were not looked at."""
    law: str | None
    """By which pack; null: the campaign has none, nothing may be dialed and nothing was asked."""
    now: int


class ReportQuery(Query, frozen=True, kw_only=True):
    """Days of the center's zone, both included; without them today."""

    first: Day | None = None
    last: Day | None = None


class ReportKeyBody(Body, frozen=True, kw_only=True):
    key: str
    """Base64 of an Ed25519 public key. Give it to the auditor by another way than the report."""


class NextQuery(Query, frozen=True, kw_only=True):
    limit: Limit = 20


class NextLead(Body, frozen=True, kw_only=True):
    """Somebody in the order in which leads are looked at, with the verdict of this instant."""

    lead: int
    list_name: str
    name: str
    company: str
    number: PhoneNumber
    attempts: int
    due_at: int
    allowed: bool
    reason: Words | None
    """Why not."""
    rule: str
    """The rule that allows or forbids it."""
    until: int | None
    """When time alone may free her; null: it does not, or she is free."""


class NextBody(Body, frozen=True, kw_only=True):
    items: list[NextLead]
    now: int
