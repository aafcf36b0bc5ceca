"""Words of dialing that campaigns, the law, retry rules and pacing share: modes, outcomes, kinds of numbers, plans of retry.

Values only: `dialer` decides what they lead to. A campaign carries them, so they stand in the log and hold no personal value.
"""

from enum import StrEnum
from typing import Literal

from msgspec import Struct, field

from callcenter.kernel.clock import DAY, HOUR, MINUTE, SECOND
from callcenter.kernel.plain_values import Opening
from callcenter.kernel.words import Answerer


class Mode(StrEnum):
    PREVIEW = "preview"
    """An agent reads the lead first and says when it is dialed: she is on the line before anybody answers."""
    PROGRESSIVE = "progressive"
    """One dial for each free agent."""
    PREDICTIVE = "predictive"
    AGENTLESS = "agentless"
    """Nobody but a message answers."""


class Machines(StrEnum):
    """What a campaign does about answering machines."""

    OFF = "off"
    """Nobody listens: whoever answers is a person from the first moment on."""
    HANG_UP = "hang_up"
    MESSAGE = "message"
    """A message of its own is left after the beep."""


class Outcome(StrEnum):
    """How an attempt ended, once."""

    ANSWERED = "answered"
    """By a person who was connected (to an agent, or to the message of an agentless campaign)."""
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    """It rang, or the network says that nobody took it or the phone is off."""
    INVALID = "invalid"
    """No such number: never dialed again."""
    CONGESTION = "congestion"
    """The network or the trunk had no room."""
    BLOCKED = "blocked"
    """The callee or a filter refuses calls from us."""
    MACHINE = "machine"
    FAX = "fax"
    ABANDONED = "abandoned"
    """A person answered and we did not connect in time."""
    FAILED = "failed"
    """The attempt broke on our side or the trunk's; it says nothing about the callee."""
    CANCELLED = "cancelled"
    """We ended it before anybody answered."""


class Heard(Struct, frozen=True, kw_only=True):
    """What a listener made of an answer."""

    answerer: Answerer
    confidence: float
    """Share of such verdicts that are right, as measured beforehand; 0.5 for undecided."""
    delay_ms: int
    """From the answer to the verdict."""
    why: str
    """The listener's rule: pause, phrase, beep, information, fax, time; deaf, busy or refused where nothing could be heard;
    silent where it said nothing in time."""


class AnswerTimes(Struct, frozen=True, kw_only=True):
    """The facts of one answered attempt that its row keeps, ms since the epoch; None: it did not happen, or is not known."""

    answered_at: int | None = None
    greeting_end_at: int | None = None
    agent_at: int | None = None
    message_played_at: int | None = None
    heard: Heard | None = None
    """The last verdict; None: nobody listened."""


NO_TIMES = AnswerTimes()
"""Nobody answered."""


class NumberKind(StrEnum):
    FIXED = "fixed"
    MOBILE = "mobile"
    FIXED_OR_MOBILE = "fixed_or_mobile"
    """The country's plan does not tell, as in the United States."""
    TOLL_FREE = "toll_free"
    COSTLY = "costly"
    """Premium, shared-cost, universal and personal numbers."""
    OTHER = "other"


class DayPart(Struct, frozen=True, kw_only=True):
    """A stretch of the callee's day that attempts are spread over, on the weekdays given (0 is Monday)."""

    name: str
    opening: Opening
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)


DAY_PARTS = (
    DayPart(name="morning", opening=Opening(9 * 60, 12 * 60), weekdays=(0, 1, 2, 3, 4)),
    DayPart(name="afternoon", opening=Opening(12 * 60, 17 * 60), weekdays=(0, 1, 2, 3, 4)),
    DayPart(name="evening", opening=Opening(17 * 60, 20 * 60), weekdays=(0, 1, 2, 3, 4)),
    DayPart(name="weekend", opening=Opening(9 * 60, 20 * 60), weekdays=(5, 6)),
)


class RetryRule(Struct, frozen=True, kw_only=True):
    """What follows one outcome."""

    again: bool = True
    """False: the lead is done after it."""
    attempts: int = 3
    """Dials of one number that may end so; then that number is used up."""
    backoff_ms: tuple[int, ...] = (2 * HOUR,)
    """Wait after the first, second ... dial of a number that ended so; the last holds for all that follow."""
    other_part: bool = False
    """Whether the next try is in another part of the day than the last."""
    next_number: bool = False
    """Whether the lead's next number is tried before this one again, at once."""
    number_dead: bool = False
    """Whether the number is never dialed again."""
    counts: bool = True
    """Whether it counts towards the lead's greatest attempts: a fault of our own does not."""


RETRY_RULES: dict[Outcome, RetryRule] = {
    Outcome.ANSWERED: RetryRule(again=False, attempts=1),
    Outcome.BUSY: RetryRule(attempts=5, backoff_ms=(5 * MINUTE, 15 * MINUTE, HOUR)),
    Outcome.NO_ANSWER: RetryRule(attempts=4, backoff_ms=(2 * HOUR, 4 * HOUR, DAY), other_part=True, next_number=True),
    Outcome.INVALID: RetryRule(attempts=1, number_dead=True, next_number=True, backoff_ms=(0,), counts=False),
    Outcome.CONGESTION: RetryRule(attempts=10, backoff_ms=(2 * MINUTE, 5 * MINUTE, 15 * MINUTE), counts=False),
    Outcome.BLOCKED: RetryRule(attempts=2, backoff_ms=(DAY,), next_number=True),
    Outcome.MACHINE: RetryRule(attempts=4, backoff_ms=(4 * HOUR, DAY), other_part=True),
    Outcome.FAX: RetryRule(attempts=1, number_dead=True, next_number=True, backoff_ms=(0,)),
    # The law's lock-out may hold it longer.
    Outcome.ABANDONED: RetryRule(attempts=2, backoff_ms=(3 * DAY,)),
    Outcome.FAILED: RetryRule(attempts=10, backoff_ms=(MINUTE, 5 * MINUTE, 30 * MINUTE), counts=False),
    Outcome.CANCELLED: RetryRule(attempts=5, backoff_ms=(30 * MINUTE,)),
}


class Recycling(Struct, frozen=True, kw_only=True):
    """Leads that were used up without a person are worked again after a while."""

    after_ms: int = 30 * DAY
    """From the last attempt."""
    rounds: int = 1
    """How often a lead may begin anew."""
    outcomes: tuple[Outcome, ...] = (Outcome.BUSY, Outcome.NO_ANSWER, Outcome.MACHINE, Outcome.CANCELLED)
    """Only leads whose last attempt ended so."""


class RetryPlan(Struct, frozen=True, kw_only=True):
    rules: dict[Outcome, RetryRule] = field(default_factory=lambda: dict(RETRY_RULES))
    most_attempts: int = 8
    """Dials of one lead in one round, all numbers together."""
    day_parts: tuple[DayPart, ...] = DAY_PARTS
    """Empty: the time of the day is left to chance and the law."""
    recycling: Recycling | None = None


class CallbackPlan(Struct, frozen=True, kw_only=True):
    """How scheduled callbacks of a campaign are kept."""

    remind_before_ms: int = 5 * MINUTE
    """The agent is reminded so long before."""
    owner_waits_ms: int = 30 * MINUTE
    """After this time without its agent, her callback is anyone's."""
    expires_ms: int = 96 * HOUR
    """Not kept so long after its time, it is an ordinary lead again (VICIdial's figure)."""


class TrunkLimits(Struct, frozen=True, kw_only=True):
    """When a trunk counts as dead, and how it is tried again."""

    silent_in_a_row: int = 8
    """Dials that ended, or wait too long, without any sign of life and none with one between them."""
    silent_ms: int = 12 * SECOND
    """A dial without ringing or progress for so long counts as silent before it ends."""
    cool_ms: int = 30 * SECOND
    """The first pause; it doubles with each failed probing."""
    longest_cool_ms: int = 10 * MINUTE
    probes: int = 2
    """Dials under way at once while it is being tried again."""
    alive_to_close: int = 3
    """Probes with a sign of life until it is used as before."""


Ownership = Literal["mine", "anyone"]


class Inputs(Struct, frozen=True, kw_only=True):
    """What a decision was made of, condensed: stored with each dial and derived again by a replay."""

    free: int
    waiting: int
    talking: int
    wrapping: int
    leaving: int
    talking_mean_ms: int
    ringing: int
    oldest_ringing_ms: int
    p: float
    """Answer rate of a dial of which nothing else is known."""
    alpha: float
    """Chance that the answer of one dial more would be lost, after those dialed now; 0 where it was not asked."""
    tau: float
    """The chance that was allowed."""
    bank: float
    slack: float | None
    """Abandons that the legal window has left; None without a cap."""
    gated: bool
