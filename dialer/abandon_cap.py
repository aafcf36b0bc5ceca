"""Abandoned calls by the law's own definition, and how many more there may be, for each campaign.

Four facts of an answered attempt decide: when it was answered, when the greeting ended, when an agent (or the message of an
agentless campaign) was there, and when the message for abandoned calls began. A person who was taken for a machine counts as
abandoned; what nobody found out is estimated by the share that the pack names. The counter holds one row a day and no call.
"""

from datetime import date, timedelta
from fractions import Fraction

from msgspec import Struct, field

from callcenter.kernel.clock import local
from callcenter.kernel.law import AbandonCap, LawVersion
from callcenter.kernel.words import Fate
from dialer.zones import clock_of

LONGEST_WINDOW_DAYS = 366
"""Days kept one by one; older ones are one sum, for caps over a campaign's whole life."""


class AnswerFacts(Struct, frozen=True, kw_only=True):
    """What is stored of an answered attempt; times in ms since the epoch, None: it did not happen, or is not known."""

    answered_at: int
    greeting_end_at: int | None = None
    agent_at: int | None = None
    """An agent and the callee hear each other; in an agentless campaign, its message begins."""
    message_played_at: int | None = None
    """The message for abandoned calls begins."""
    taken_for_machine: bool = False
    """The detector said machine (or fax), and the call was treated so."""
    was_person: bool | None = None
    """Found out otherwise, by an ear or a keypress: True, a person; False, a machine. None: only the detector knows."""


def fate(facts: AnswerFacts, version: LawVersion) -> Fate:
    """What the attempt counts as under `version`. A hang-up by the callee before anybody was there is an abandoned call."""
    machine = facts.taken_for_machine if facts.was_person is None else not facts.was_person
    if machine:
        return Fate.MACHINE
    if facts.agent_at is None:
        return Fate.ABANDONED
    return Fate.ABANDONED if facts.agent_at - _spoken(facts) > version.connect_ms else Fate.CONNECTED


def was_abandoned(facts: AnswerFacts, version: LawVersion) -> bool:
    return fate(facts, version) is Fate.ABANDONED


def message_missing(facts: AnswerFacts, version: LawVersion) -> bool:
    """Whether an abandoned call lacked the message that the law wants, or had it too late."""
    if version.message is None or not was_abandoned(facts, version):
        return False
    played = facts.message_played_at
    return played is None or played - _spoken(facts) > version.message.within_ms


def _spoken(facts: AnswerFacts) -> int:
    """From when the law counts: the end of the greeting; not known, the answer, which is stricter."""
    return facts.answered_at if facts.greeting_end_at is None else facts.greeting_end_at


class DayCount(Struct):
    connected: int = 0
    abandoned: int = 0
    machines: int = 0


class AbandonFigure(Struct, frozen=True, kw_only=True):
    """The rate over a cap's window. `answers` holds the abandoned ones too."""

    answers: int
    abandons: int
    machines: int
    since: date
    """The first day counted."""
    cap: float
    left: int
    """How many more may be abandoned now, by the answers there are; 0: dial only where nobody can be lost."""
    estimated: int
    """Persons among the machines by the pack's estimate, in `answers` and `abandons` already."""

    @property
    def rate(self) -> float:
        """Abandoned as a share of answered by a person; 0 without answers."""
        return self.abandons / self.answers if self.answers else 0.0

    @property
    def machine_share(self) -> float:
        """Machines as a share of everything that answered; 0 without answers."""
        everything = self.answers - self.estimated + self.machines
        return self.machines / everything if everything else 0.0


class AbandonCounter(Struct, kw_only=True):
    """Answers of one campaign by the day in its zone. Grows by a row a day, up to `LONGEST_WINDOW_DAYS`; msgspec carries it."""

    zone: str
    days: dict[str, DayCount] = field(default_factory=dict)
    """By ISO date."""
    before: DayCount = field(default_factory=DayCount)
    """The sum of days that were dropped."""
    began: date | None = None
    """The day of the campaign's first answer."""

    def count(self, answered_at: int, fate: Fate, times: int = 1) -> None:
        """An answered attempt, in the day of its answer; `times` -1 takes one back."""
        day = local(answered_at, clock_of(self.zone)).date()
        row = self._row(day)
        match fate:
            case Fate.CONNECTED:
                row.connected += times
            case Fate.ABANDONED:
                row.abandoned += times
            case Fate.MACHINE:
                row.machines += times

    def correct(self, answered_at: int, was: Fate, now_is: Fate) -> None:
        """What was counted as `was` is something else after all: a machine that turns out to be a person."""
        self.count(answered_at, was, -1)
        self.count(answered_at, now_is)

    def figure(self, cap: AbandonCap, now: int) -> AbandonFigure:
        """The rate over `cap`'s window, which ends with the day of `now`."""
        today = local(now, clock_of(self.zone)).date()
        began = self.began if self.began is not None else today
        since = began if cap.window_days is None else max(began, today - timedelta(days=cap.window_days - 1))
        rows = [row for day, row in self.days.items() if since.isoformat() <= day]
        if cap.window_days is None:
            rows.append(self.before)
        connected, abandoned, machines = (
            sum(row.connected for row in rows), sum(row.abandoned for row in rows), sum(row.machines for row in rows)
        )  # fmt: skip
        # Shares are decimals of a file, and floats only on the way: 3 % of 700 is 21 and never 20.999.
        estimated = -((-_exact(cap.machine_error) * machines) // 1)
        answers, abandons = connected + abandoned + int(estimated), abandoned + int(estimated)
        return AbandonFigure(
            answers=answers,
            abandons=abandons,
            machines=machines,
            since=since,
            cap=cap.share,
            left=max(0, int(_exact(cap.share) * answers // 1) - abandons),
            estimated=int(estimated),
        )

    def _row(self, day: date) -> DayCount:
        if self.began is None or day < self.began:
            self.began = day
        row = self.days.get(day.isoformat())
        if row is not None:
            return row
        newest = max(map(date.fromisoformat, self.days), default=day)
        if day <= newest - timedelta(days=LONGEST_WINDOW_DAYS):
            return self.before
        row = self.days[day.isoformat()] = DayCount()
        if day > newest:
            last = (day - timedelta(days=LONGEST_WINDOW_DAYS)).isoformat()
            for old in [one for one in self.days if one <= last]:
                gone = self.days.pop(old)
                self.before = DayCount(
                    self.before.connected + gone.connected,
                    self.before.abandoned + gone.abandoned,
                    self.before.machines + gone.machines,
                )
        return row


def _exact(share: float) -> Fraction:
    return Fraction(str(share))
