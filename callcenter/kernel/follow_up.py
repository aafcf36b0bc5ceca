"""What an agent may say of a campaign's call when it is over, and what follows: dispositions as a campaign lists them, and one as
she picked it. They stand in the log: what she writes in words is an id of a personal row.
"""

from enum import StrEnum

from msgspec import Struct

from callcenter.kernel.clock import DAY
from callcenter.kernel.dialing import Outcome
from callcenter.kernel.ids import AgentId, PersonalId, TeamId
from callcenter.kernel.plain_values import Label


class Result(StrEnum):
    """What it is for the campaign's goal."""

    SUCCESS = "success"
    NEUTRAL = "neutral"
    FAILURE = "failure"


class Follow(StrEnum):
    """What becomes of the lead."""

    PLAN = "plan"
    """What the retry plan says of an answered dial."""
    DONE = "done"
    RULE = "rule"
    """It is tried again as the plan says of another outcome, such as no answer."""
    LATER = "later"
    """It is tried again at a time, as any lead."""
    CALLBACK = "callback"
    """It is called at the time that was promised."""
    OPPORTUNITY = "opportunity"
    """A team follows it; the lead is done."""
    DO_NOT_CALL = "do_not_call"
    """All its numbers are on the center's own list, at once."""


class Disposition(Struct, frozen=True, kw_only=True):
    code: str
    label: Label
    result: Result = Result.NEUTRAL
    follow: Follow = Follow.PLAN
    like: Outcome = Outcome.NO_ANSWER
    """Of `rule`: whose rule holds."""
    after_ms: int = DAY
    """Of `later`: how long after, where the agent names no time."""
    probability: float = 0.5
    """Of `opportunity`, where the agent says nothing else: of a sale, 0 to 1."""
    value: float = 0.0
    """Likewise: money expected, in the campaign's currency."""
    team: TeamId | None = None
    """Likewise: who follows it; None: nobody yet."""


class FollowUp(Struct, frozen=True, kw_only=True):
    """A disposition as it was picked."""

    code: str
    agent: AgentId
    """Who picked it."""
    at: int | None = None
    """The time that was promised, ms since the epoch; None: none was."""
    mine: bool = False
    """The callback is hers; else anyone's."""
    note: PersonalId | None = None
    probability: float | None = None
    """None, here and below: as the disposition has it."""
    value: float | None = None
    team: TeamId | None = None


def find(dispositions: tuple[Disposition, ...], code: str) -> Disposition | None:
    return next((one for one in dispositions if one.code == code), None)
