"""A campaign as the values that decisions need: how it dials, under which law, who works it, what is tried again, what is played.

They stand in the log as part of the center, so that a dial of last year can be derived again. Leads and their numbers do not.
"""

from msgspec import Struct, field

from callcenter.kernel.clock import MINUTE, SECOND
from callcenter.kernel.dialing import CallbackPlan, Machines, Mode, RetryPlan, TrunkLimits
from callcenter.kernel.follow_up import Disposition
from callcenter.kernel.ids import CampaignId, CarrierName, PromptId, QueueId, SkillId, TeamId
from callcenter.kernel.law import MessagePart, PackId, Rules
from callcenter.kernel.plain_values import Label


class CampaignValues(Struct, frozen=True, kw_only=True):
    id: CampaignId
    name: str
    """Short word by which people and commands name it."""
    label: Label
    mode: Mode
    law: PackId | None = None
    """None, or a pack that the center does not have: nothing is dialed."""
    own: Rules = field(default_factory=Rules)
    """What the campaign forbids on top of the law."""
    first_day: str | None = None
    """ISO date in the center's zone from which it may run; None: any."""
    last_day: str | None = None
    carrier: CarrierName | None = None
    """The trunk over which it dials; None: the center's first one that is up."""
    limits: TrunkLimits = field(default_factory=TrunkLimits)
    lines: int = 100
    """Most dials and calls of the campaign at once."""
    ring_ms: int = 25 * SECOND
    """How long an unanswered dial rings."""
    caller_id: str = ""
    """A number of the center's own, E.164; empty: the one of the center."""
    skill: SkillId | None = None
    minimum_level: int = 1
    teams: tuple[TeamId, ...] = ()
    """Whose agents may work it; empty: all."""
    priority: int = 0
    """Between campaigns: higher goes first."""
    share: float = 1.0
    """Between campaigns of one priority whose trunk is short of lines, above 0."""
    retry: RetryPlan = field(default_factory=RetryPlan)
    dispositions: tuple[Disposition, ...] = ()
    """What its agents choose from when a call is over; empty: the center's own list."""
    callbacks: CallbackPlan = field(default_factory=CallbackPlan)
    wrap_up_ms: int = MINUTE
    preview_ms: int = 0
    """Time to read in preview, after which the lead is given back; 0: no limit."""
    message: PromptId | None = None
    """Agentless: what is said. Else: what somebody hears whom no agent takes in time. None: the dial is hung up."""
    message_contains: tuple[MessagePart, ...] = ()
    opt_out_key: str | None = None
    """The key that, pressed during the message, puts the callee on the center's do-not-call list at once."""

    machines: Machines = Machines.OFF
    """What becomes of answering machines. In preview nobody listens: an agent is on the line."""
    voicemail: PromptId | None = None
    """What is left to machines after their beep."""

    @property
    def listens(self) -> bool:
        """Whether it is listened who answers, before anybody of ours is there."""
        return self.machines is not Machines.OFF and self.mode is not Mode.PREVIEW

    @property
    def leaves_message(self) -> bool:
        return self.machines is Machines.MESSAGE and self.voicemail is not None

    @property
    def queue(self) -> QueueId:
        """Of its own: where somebody waits who answered its dial."""
        return QueueId(f"campaign/{self.id}")
