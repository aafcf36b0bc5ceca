"""What the board and the agent's desk show, as values: queues, agents, live calls, and the change from one position to the next.

How events become views is in `reporting.live`. Names and numbers are ids of personal rows, which the API resolves
(`personal_ids` says which). Times are absolute ms since the epoch: a page counts by itself. An entity in a delta replaces
the whole entity of the same id.
"""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.center import Label
from callcenter.kernel.flow import Spoken
from callcenter.kernel.ids import (
    AgentId,
    AttemptId,
    CallId,
    CampaignId,
    CarrierName,
    ContactId,
    LegId,
    NumberId,
    OfferId,
    PersonalId,
    QueueId,
    SkillId,
    TeamId,
)
from callcenter.kernel.leg_state import LegState
from callcenter.kernel.presence import Presence
from callcenter.kernel.signals import ContactMatch
from callcenter.kernel.words import CallEnd, Cause, Language, LegRole, NotReady, Party
from reporting.agent_time import Category
from reporting.call_record import Direction, IvrVisit, Keyed
from reporting.counters import Counters


class AgentState(StrEnum):
    """The one word under which an agent stands on the board: her activity, and her presence while she is idle."""

    AVAILABLE = "available"
    RINGING = "ringing"
    DIALING = "dialing"
    TALKING = "talking"
    HOLDING = "holding"
    WRAP_UP = "wrap_up"
    NOT_READY = "not_ready"
    SIGNED_OUT = "signed_out"


class Figures(Struct, frozen=True, kw_only=True):
    """Metrics of the day so far, by `reporting.metrics`; None where nothing was counted yet. Rates are 0 to 1."""

    service_level: float | None = None
    abandon_rate: float | None = None
    asa_ms: float | None = None
    aht_ms: float | None = None
    transfer_rate: float | None = None
    occupancy: float | None = None
    """From ended stretches of time; the running one counts from its end on."""


class QueueView(Struct, frozen=True, kw_only=True):
    id: QueueId
    label: Label
    skill: SkillId | None
    waiting: int
    """Calls that wait now, one whose offer rings included."""
    oldest_since: int | None
    """Since when the longest waiting one waits."""
    today: Counters
    """Of the center's day: entries since local midnight, and ended stretches of time of the agents who serve the queue."""
    figures: Figures
    service_level_ms: int
    service_level_target: float
    short_abandon_ms: int
    abandon_target: float
    longest_wait_alarm_ms: int


class OfferView(Struct, frozen=True, kw_only=True):
    offer: OfferId
    call: CallId
    agent: AgentId
    queue: QueueId | None
    made_at: int
    expires_at: int
    reasons: tuple[str, ...]
    accepted: bool = False


class SetAsideView(Struct, frozen=True):
    """The system keeps offers from her."""

    why: NotReady
    since: int
    until: int


class WrapUpView(Struct, frozen=True):
    call: CallId
    queue: QueueId | None
    since: int
    limit_at: int
    """Amber from here on."""
    hard_at: int
    """Ended by the system here."""


class LeadView(Struct, frozen=True, kw_only=True):
    """A lead in preview, hers to read. What it says stands in its row."""

    attempt: AttemptId
    since: int
    until: int | None = None
    """It is given back then; None: no limit."""


class AgentView(Struct, frozen=True, kw_only=True):
    id: AgentId
    name: PersonalId
    team: TeamId
    skills: dict[SkillId, int]
    queues: tuple[QueueId, ...]
    """Queues that she serves, in the center's order."""
    presence: Presence = Presence.SIGNED_OUT
    reason: str | None = None
    """Why she is not ready: a code of the center's reasons; None right after sign-in."""
    presence_since: int = 0
    activity: Activity = Activity.IDLE
    activity_since: int = 0
    state: AgentState = AgentState.SIGNED_OUT
    state_since: int = 0
    set_aside: SetAsideView | None = None
    carrier: CarrierName | None = None
    device: str | None = None
    reachable: bool = False
    leaving: bool = False
    """She is signed out when the call and its wrap-up are over: her log-in has ended."""
    signed_in_at: int | None = None
    call: CallId | None = None
    """The call she is offered, places, talks in or wraps up."""
    offer: OfferView | None = None
    wrap_up: WrapUpView | None = None
    campaign: CampaignId | None = None
    """The one that she works besides her queues."""
    lead: LeadView | None = None
    today: Counters = Counters()
    """Finished conversations, offers, placed calls and ended stretches of time of the center's day."""
    figures: Figures = Figures()
    category: Category | None = None
    """What her time counts as now; add `now - max(category_since, day_start)` to today's for the figure of this moment."""
    category_since: int = 0


class LegView(Struct, frozen=True, kw_only=True):
    id: LegId
    role: LegRole
    state: LegState
    since: int
    agent: AgentId | None = None
    number: PersonalId | None = None
    up_at: int | None = None
    cause: Cause | None = None


class ConversationView(Struct, frozen=True, kw_only=True):
    agent: AgentId
    connected_at: int
    held_since: int | None = None
    line_lost_until: int | None = None
    """Her line was lost; she is rung again until then."""
    left_at: int | None = None
    why: str | None = None
    hold_ms: int = 0
    """Ended holds together."""


class TransferView(Struct, frozen=True, kw_only=True):
    """A transfer that is under way."""

    agent: AgentId
    since: int
    to_agent: AgentId | None = None
    to_number: PersonalId | None = None
    until: int = 0


class RecordingView(StrEnum):
    NONE = "none"
    STARTING = "starting"
    RUNNING = "running"
    OVER = "over"
    FAILED = "failed"


class CallView(Struct, frozen=True, kw_only=True):
    """A call with which somebody still has to do: it goes on, or an agent wraps it up (state over)."""

    id: CallId
    direction: Direction
    carrier: CarrierName
    started_at: int
    state: CallState
    state_since: int
    customer: PersonalId | None = None
    """Her number; None: withheld."""
    dialed: PersonalId | None = None
    number: NumberId | None = None
    placed_by: AgentId | None = None
    campaign: CampaignId | None = None
    """The campaign whose dial it is, and the attempt."""
    attempt: AttemptId | None = None
    language: Language | None = None
    language_why: str | None = None
    matches: tuple[ContactMatch, ...] = ()
    looking_up: bool = False
    """The customer store has been asked and has not answered yet."""
    look_up_failed: bool = False
    hears: tuple[Spoken, ...] = ()
    """The prompts that are being played to her."""
    contact: ContactId | None = None
    contact_by: AgentId | None = None
    visits: tuple[IvrVisit, ...] = ()
    keyed: tuple[Keyed, ...] = ()
    queue: QueueId | None = None
    """The queue that it is or was in last."""
    queued_at: int | None = None
    place_since: int | None = None
    """The time that counts for its place."""
    waiting_since: int | None = None
    """Of the last queue entry; the wait goes on while `wait_ms` is None."""
    wait_ms: int | None = None
    """The wait of that entry, once it is over."""
    priority: int = 0
    skills: dict[SkillId, int] = {}
    """Everything the agent must have."""
    told_position: int | None = None
    offer: OfferView | None = None
    """The open one."""
    legs: tuple[LegView, ...] = ()
    conversations: tuple[ConversationView, ...] = ()
    agent: AgentId | None = None
    """Who talks with the customer now, or talked last."""
    transfer: TransferView | None = None
    recording: RecordingView = RecordingView.NONE
    recording_since: int | None = None
    disposition: str | None = None
    end: CallEnd | None = None
    by: Party | None = None
    over_at: int | None = None


class CenterView(Struct, frozen=True, kw_only=True):
    """What concerns the whole center; changes replace it as a whole."""

    name: str
    zone: str
    version: int
    day: str
    """The center's day that the counters are of, ISO form."""
    day_start: int
    day_end: int
    carriers: dict[CarrierName, bool]
    """Which are up."""
    in_ivr: int
    """Calls in a flow now."""
    waiting: int
    oldest_since: int | None
    today: Counters
    """All queues together, and the calls themselves: arrived, abandoned in the IVR, blocked, placed."""
    figures: Figures


class LiveSnapshot(Struct, frozen=True, kw_only=True):
    """Everything at one committed position."""

    position: int
    at: int
    """Time of the last event."""
    center: CenterView
    queues: dict[QueueId, QueueView]
    agents: dict[AgentId, AgentView]
    calls: dict[CallId, CallView]


class Delta(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The change that one event (or several together) made: whole entities to put in, ids to take out."""

    position: int
    at: int
    center: CenterView | None = None
    queues: dict[QueueId, QueueView] = {}
    agents: dict[AgentId, AgentView] = {}
    calls: dict[CallId, CallView] = {}
    queues_gone: tuple[QueueId, ...] = ()
    agents_gone: tuple[AgentId, ...] = ()
    calls_gone: tuple[CallId, ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing that a page shows has changed but the position."""
        return not (
            self.center or self.queues or self.agents or self.calls
            or self.queues_gone or self.agents_gone or self.calls_gone
        )  # fmt: skip


def patch(snapshot: LiveSnapshot, delta: Delta) -> LiveSnapshot:
    """The snapshot after the delta; neither argument is changed."""
    queues = {**snapshot.queues, **delta.queues}
    agents = {**snapshot.agents, **delta.agents}
    calls = {**snapshot.calls, **delta.calls}
    for queue in delta.queues_gone:
        queues.pop(queue, None)
    for agent in delta.agents_gone:
        agents.pop(agent, None)
    for call in delta.calls_gone:
        calls.pop(call, None)
    return LiveSnapshot(
        position=delta.position,
        at=delta.at,
        center=snapshot.center if delta.center is None else delta.center,
        queues=queues,
        agents=agents,
        calls=calls,
    )


def waiting_order(snapshot: LiveSnapshot, queue: QueueId) -> list[CallId]:
    """The calls that wait in a queue, first in line first: the position of a call is its index here plus 1."""
    waiting = [call for call in snapshot.calls.values() if call.queue == queue and call.state is CallState.QUEUED]
    waiting.sort(key=lambda call: (-call.priority, call.place_since or 0, call.id))
    return [call.id for call in waiting]


def personal_ids(part: LiveSnapshot | Delta) -> set[PersonalId]:
    """The personal rows that a reader of this snapshot or delta needs."""
    return {*_of_agents(part.agents.values()), *_of_calls(part.calls.values())}


def _of_agents(agents: Iterable[AgentView]) -> Iterable[PersonalId]:
    return (agent.name for agent in agents)


def _of_calls(calls: Iterable[CallView]) -> Iterable[PersonalId]:
    for call in calls:
        ids = [call.customer, call.dialed, *(keyed.digits for keyed in call.keyed), *(leg.number for leg in call.legs)]
        if call.transfer is not None:
            ids.append(call.transfer.to_number)
        yield from (found for found in ids if found is not None)
