"""A center as values: queues, skills, agents, numbers, hours, flows, and the checks that hold across them.

These values stand in the log (`CenterChanged`), so they hold no personal value: people's names and outside numbers are ids of
personal rows. Labels of queues, reasons and dispositions are the center's own words and may be written out, in each language.
"""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.clock import HOUR, MINUTE, SECOND
from callcenter.kernel.flow import Flow, SayNumber, Spoken
from callcenter.kernel.ids import (
    AgentId,
    CampaignId,
    CarrierName,
    FlowId,
    HoursId,
    NumberId,
    PersonalId,
    PromptId,
    QueueId,
    SkillId,
    TeamId,
)
from callcenter.kernel.law import Pack, PackId
from callcenter.kernel.plain_values import Label, Mistake, Opening
from callcenter.kernel.words import Language

__all__ = [
    "NO_CENTER",
    "AgentValues",
    "Center",
    "Choice",
    "HoursValues",
    "Label",
    "Mistake",
    "NumberValues",
    "Opening",
    "Outside",
    "QueueValues",
    "SystemPrompt",
    "Timing",
    "Trunk",
    "mistakes",
]


class QueueValues(Struct, frozen=True, kw_only=True):
    id: QueueId
    label: Label
    skill: SkillId | None = None
    """The skill that every call of this queue needs; None: anyone in the queue's teams may answer."""
    minimum_level: int = 1
    priority: int = 0
    """Higher goes first."""
    ring_ms: int = 20 * SECOND
    service_level_ms: int = 20 * SECOND
    service_level_target: float = 0.8
    short_abandon_ms: int = 5 * SECOND
    abandon_target: float = 0.05
    longest_wait_alarm_ms: int = 3 * MINUTE
    wrap_up_ms: int = 45 * SECOND
    """The limit that turns amber; time over it is counted as overrun."""
    wrap_up_hard_ms: int = 5 * MINUTE
    announce_first_ms: int = 5 * SECOND
    announce_every_ms: int = 60 * SECOND
    """0: positions are not announced."""
    record: bool = True


class AgentValues(Struct, frozen=True, kw_only=True):
    id: AgentId
    name: PersonalId
    team: TeamId
    skills: dict[SkillId, int]
    """Levels 1 (beginner) to 5 (expert)."""
    active: bool = True


class NumberValues(Struct, frozen=True, kw_only=True):
    """A number of the center's own that people call."""

    id: NumberId
    dialed: str
    """E.164, or the bare digits that the trunk delivers."""
    label: Label
    flow: FlowId
    language: Language | None = None
    skills: dict[SkillId, int] = field(default_factory=dict)
    priority: int = 0


class HoursValues(Struct, frozen=True, kw_only=True):
    id: HoursId
    weekdays: tuple[tuple[Opening, ...], ...]
    """Seven rows, Monday first, in the center's zone."""
    holidays: tuple[date, ...] = ()


class Choice(Struct, frozen=True):
    """A code with its words: a disposition, or a reason for not being ready."""

    code: str
    label: Label


class Timing(Struct, frozen=True, kw_only=True):
    """Limits that hold for the whole center."""

    reject_delay_ms: int = 10 * SECOND
    device_error_delay_ms: int = 60 * SECOND
    missed_call_hold_ms: int = 5 * MINUTE
    line_lost_ms: int = 30 * SECOND
    """How long a caller is kept for an agent whose line was lost before she goes back to the head of the queue."""
    connect_ms: int = 5 * SECOND
    """From the agent's answer to both legs in the bridge."""
    place_ring_ms: int = 45 * SECOND
    transfer_ring_ms: int = 30 * SECOND
    ivr_step_ms: int = 2 * MINUTE
    """No prompt, gather or look-up of the IVR lasts longer."""
    ivr_total_ms: int = 15 * MINUTE
    longest_call_ms: int = 4 * HOUR
    device_answer_ms: int = 15 * SECOND
    """An agent's own softphone answers a call that she places, or that is rung again, within this time."""
    hang_up_ms: int = 10 * SECOND
    """A leg that we asked to end is taken for gone after this time."""


class Outside(Struct, frozen=True, kw_only=True):
    """Calls to numbers outside."""

    region: str = "US"
    """ISO 3166 region in whose national form agents write numbers."""
    countries: tuple[str, ...] = ("US",)
    """Regions that may be called at all; everything else is refused, and everywhere numbers that cost more than usual."""
    caller_id: str = ""
    """The center's own number shown to the callee, E.164."""
    emergency: tuple[str, ...] = ("112", "911")
    """Never dialed by the service: agents use their own phone, so that the place of the call is right."""


class Trunk(Struct, frozen=True, kw_only=True):
    """What a carrier's lines to numbers outside can bear. Calls of people are never refused by it: the dialer keeps to it."""

    lines: int = 0
    """Calls with numbers outside at once, incoming ones among them; 0: nobody counts."""
    keep_free: int = 0
    """Of them, those that the dialer leaves to callers and to calls that agents place."""
    dials_per_second: int = 0
    """Dials of campaigns that the carrier takes within any second; 0: no limit."""


class Center(Struct, frozen=True, kw_only=True):
    name: str
    zone: str
    """IANA name, e.g. America/New_York."""
    languages: tuple[Language, ...] = ("en", "zh")
    default_language: Language = "en"
    queues: dict[QueueId, QueueValues] = field(default_factory=dict)
    agents: dict[AgentId, AgentValues] = field(default_factory=dict)
    teams: dict[TeamId, Label] = field(default_factory=dict)
    skills: dict[SkillId, Label] = field(default_factory=dict)
    numbers: dict[NumberId, NumberValues] = field(default_factory=dict)
    hours: dict[HoursId, HoursValues] = field(default_factory=dict)
    flows: dict[FlowId, Flow] = field(default_factory=dict)
    prompts: dict[PromptId, Label] = field(default_factory=dict)
    """The text of each prompt in each language."""
    dispositions: tuple[Choice, ...] = ()
    reasons: tuple[Choice, ...] = ()
    blocked: tuple[PersonalId, ...] = ()
    """Numbers whose calls are not answered."""
    default_queue: QueueId | None = None
    """Where a call goes when no rule says where."""
    timing: Timing = field(default_factory=Timing)
    outside: Outside = field(default_factory=Outside)
    trunks: dict[CarrierName, Trunk] = field(default_factory=dict)
    agents_hear_own: bool = False
    """Whether an agent may hear the recordings of conversations that she had. Nobody's rule lets her hear a colleague's."""
    campaigns: dict[CampaignId, CampaignValues] = field(default_factory=dict)
    laws: dict[PackId, Pack] = field(default_factory=dict)
    """The rule packs by which those campaigns are checked."""

    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def queue(self, queue: QueueId | None) -> QueueValues | None:
        """The queue of this name, those in which answered dials of a campaign wait included; None when there is none."""
        found = self.queues.get(queue) if queue is not None else None
        if found is not None or queue is None:
            return found
        return next((queue_of(one) for one in self.campaigns.values() if one.queue == queue), None)

    def words(self, spoken: Spoken) -> Label | None:
        """What a caller hears, to be read; None for a prompt that the center does not have."""
        if isinstance(spoken, SayNumber):
            return Label(str(spoken.value), str(spoken.value))
        return self.prompts.get(spoken.prompt)

    def number_dialed(self, dialed: str) -> NumberValues | None:
        """The center's number with these digits, however the trunk writes it."""
        digits = dialed.lstrip("+")
        for number in self.numbers.values():
            if number.dialed.lstrip("+") == digits:
                return number
        return None


class SystemPrompt:
    """Prompts that the service itself speaks. A center that lacks one leaves the sentence out."""

    POSITION = PromptId("queue_position")
    """Before the number: "You are number" ..."""
    NEXT = PromptId("queue_next")
    """Instead of number one: "You are next in line"."""
    TROUBLE = PromptId("trouble")
    """The flow failed: the caller is told that a person will take over."""


LAST_IN_LINE = -1_000_000
"""Priority of campaigns' queues: a call in any other queue goes first."""


def queue_of(campaign: CampaignValues) -> QueueValues:
    """The queue in which somebody waits who answered a campaign's dial."""
    return QueueValues(
        id=campaign.queue,
        label=campaign.label,
        skill=campaign.skill,
        minimum_level=campaign.minimum_level,
        priority=LAST_IN_LINE + campaign.priority,
        wrap_up_ms=campaign.wrap_up_ms,
        wrap_up_hard_ms=max(campaign.wrap_up_ms, 5 * MINUTE),
        announce_every_ms=0,
    )


NO_CENTER = Center(name="", zone="UTC")


def mistakes(center: Center) -> Iterator[Mistake]:
    """What does not hold across the values of a center. Flows are checked by `ivr.check` besides."""
    for queue in center.queues.values():
        where = f"queues.{queue.id}"
        if queue.skill is not None and queue.skill not in center.skills:
            yield Mistake(f"{where}.skill", f"there is no skill {queue.skill!r}", _one_of(center.skills))
        if not queue.ring_ms > 0:
            yield Mistake(f"{where}.ring_ms", "an offer must ring for some time", "for example 20s")
        if queue.wrap_up_hard_ms < queue.wrap_up_ms:
            yield Mistake(f"{where}.wrap_up_hard_ms", "the hard limit lies before the limit", "a longer time than wrap_up")
    for name, trunk in center.trunks.items():
        if trunk.keep_free and not trunk.keep_free < trunk.lines:
            why = "as many lines are kept free as there are: nothing would ever be dialed"
            yield Mistake(f"trunks.{name}.keep_free", why, "fewer than lines")
    for agent in center.agents.values():
        if agent.team not in center.teams:
            yield Mistake(f"agents.{agent.id}.team", f"there is no team {agent.team!r}", _one_of(center.teams))
        for skill, level in agent.skills.items():
            if skill not in center.skills:
                yield Mistake(f"agents.{agent.id}.skills.{skill}", f"there is no skill {skill!r}", _one_of(center.skills))
            if not 1 <= level <= 5:
                yield Mistake(f"agents.{agent.id}.skills.{skill}", f"level {level} is out of range", "a level from 1 to 5")
    dialed: dict[str, NumberId] = {}
    for number in center.numbers.values():
        where = f"numbers.{number.id}"
        if number.flow not in center.flows:
            yield Mistake(f"{where}.flow", f"there is no flow {number.flow!r}", _one_of(center.flows))
        for skill in number.skills:
            if skill not in center.skills:
                yield Mistake(f"{where}.skills.{skill}", f"there is no skill {skill!r}", _one_of(center.skills))
        other = dialed.setdefault(number.dialed.lstrip("+"), number.id)
        if other != number.id:
            yield Mistake(f"{where}.dialed", f"number {other} is dialed the same way", "another number, or remove one")
    for hours in center.hours.values():
        if len(hours.weekdays) != 7:
            yield Mistake(f"hours.{hours.id}", "a week has seven days", "a row for each of mon to sun")
    if center.default_queue is not None and center.default_queue not in center.queues:
        yield Mistake("default_queue", f"there is no queue {center.default_queue!r}", _one_of(center.queues))
    if not center.queues:
        yield Mistake("queues", "a center without a queue can answer nobody", "at least one queue")
    elif center.default_queue is None:
        yield Mistake("default_queue", "calls that no rule sends anywhere need a queue", _one_of(center.queues))


def _one_of(names: dict[str, object] | dict) -> str:  # type: ignore[type-arg]
    return "one of " + ", ".join(sorted(map(str, names))) if names else "declare one first"
