"""What an auditor asks of a campaign: the abandon rate by the rule's own definition with the calls behind it, hours, attempts.

Everything is derived anew from stored facts, and compared with what was decided at the time; where the two differ, the report
says so. It holds no name and no number: a lead's row and the place of its number name whom a dial was for.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct, structs

from callcenter.kernel.clock import DAY, local
from callcenter.kernel.dialing import Outcome
from callcenter.kernel.law import AbandonCap, LawVersion
from callcenter.kernel.words import Fate
from dialer.abandon_cap import AbandonCounter, AnswerFacts, fate, message_missing
from dialer.compliance import Hold, verdict
from dialer.facts import CampaignFacts, History, LeadFacts
from dialer.law import Law
from dialer.zones import Number, clock_of, is_zone

CHECKED = (
    Hold.NO_VERSION, Hold.NUMBER_INVALID, Hold.NUMBER_COSTLY, Hold.COUNTRY_NOT_COVERED, Hold.ZONE_UNKNOWN, Hold.HOLIDAYS_UNKNOWN,
    Hold.HOURS, Hold.CAP_LIFE, Hold.CAP_WINDOW, Hold.CAP_DAY, Hold.LOCK_ABANDONED, Hold.LOCK_MACHINE,
)  # fmt: skip
"""What can be asked again long afterwards. Do-not-call lists, consents and the age of registries were others then: for those
stands the rule that was stored when the gate let the dial pass."""


class Whom(Struct, frozen=True, kw_only=True):
    """Who was dialed, with every dial of the same lead or number, whatever the campaign."""

    number: Number
    lead: LeadFacts
    history: History


class Answer(Struct, frozen=True, kw_only=True):
    """An answered dial as the log tells of it."""

    attempt: str
    facts: AnswerFacts
    judged: Fate
    """What it counted as at the time."""
    heard: str | None = None
    """The listener's last word on who answered, with its confidence; None: nobody listened."""
    confidence: float | None = None


class Dial(Struct, frozen=True, kw_only=True):
    """One dial as log and rows tell of it. Times in ms since the epoch."""

    attempt: str
    call: str
    lead: int
    place: int
    """Which of the lead's numbers, from 0."""
    rule: str
    """By which the gate let it pass."""
    claimed_at: int
    """When the gate was asked; what came before it counts towards caps."""
    dialed_at: int
    outcome: Outcome
    law: Law
    facts: CampaignFacts
    """Law and campaign as they were then."""
    whom: Whom | None
    """None: the lead was erased since."""
    answer: Answer | None = None


# -- the report -------------------------------------------------------------------------------------------------------------


class RuleVersion(Struct, frozen=True, kw_only=True):
    law: str
    """The pack."""
    version: str
    valid_from: str
    valid_until: str | None
    sources: tuple[str, ...]
    connect_ms: int
    """An agent must be there so long after the end of the greeting (after the answer, where that is not known)."""
    cap: AbandonCap | None
    message_within_ms: int | None


class AbandonDay(Struct, frozen=True, kw_only=True):
    """The rate at the end of a day of the campaign's zone, over the rule's own window."""

    day: str
    since: str
    answers: int
    """By persons, the abandoned and the estimated ones with them."""
    abandons: int
    machines: int
    estimated: int
    rate: float
    cap: float
    kept: bool


class AnsweredCall(Struct, frozen=True, kw_only=True):
    attempt: str
    call: str
    lead: int
    answered_at: int
    greeting_end_at: int | None
    agent_at: int | None
    message_played_at: int | None
    waited_ms: int | None
    """From the end of the greeting to the agent; None: no agent came."""
    heard: str | None
    """Who answered, by the listener; None: nobody listened."""
    confidence: float | None
    counts_as: Fate
    message_missing: bool
    """Abandoned, and without the message that the law wants, or with it too late."""


class Breach(Struct, frozen=True, kw_only=True):
    """A dial that the gate would not let pass when it is asked again for the instant of the dial."""

    attempt: str
    call: str
    lead: int
    at: int
    code: Hold
    rule: str
    why: str


class Difference(Struct, frozen=True, kw_only=True):
    """What was decided at the time and what follows from the stored facts now."""

    attempt: str
    stored: str
    derived: str


class Hours(Struct, frozen=True, kw_only=True):
    """By the callee's clock, in every zone that is possible for the number."""

    dials: dict[str, int]
    """By hour, 00 to 23; a dial counts once in each hour that it may have been."""
    earliest: str | None
    latest: str | None


class Repeats(Struct, frozen=True, kw_only=True):
    """By this campaign, in the period."""

    numbers: dict[str, int]
    """How many numbers were dialed once, twice, ..."""
    most_in_24_hours: int
    """To one number."""


class Report(Struct, frozen=True, kw_only=True):
    campaign: int
    name: str
    zone: str
    """In which its days are counted."""
    since: str
    until: str
    """The last day, which is in it."""
    made_at: int
    program: str
    laws: tuple[str, ...]
    """The packs under which it dialed, and under which it stands."""
    versions: tuple[RuleVersion, ...]
    dials: int
    outcomes: dict[str, int]
    hours: Hours
    repeats: Repeats
    abandon: tuple[AbandonDay, ...]
    answered: tuple[AnsweredCall, ...]
    rules: dict[str, int]
    """Dials by the rule that was stored with them."""
    checked: tuple[Hold, ...] = CHECKED
    breaches: tuple[Breach, ...] = ()
    not_checked: int = 0
    """Dials whose lead was erased since."""
    differences: tuple[Difference, ...] = ()

    @property
    def worst(self) -> AbandonDay | None:
        return max(self.abandon, key=lambda day: day.rate, default=None)


class Period(Struct, frozen=True, kw_only=True):
    """Whole days of the campaign's zone, both ends in it."""

    since: date
    until: date
    zone: str

    def has(self, at: int) -> bool:
        return self.since <= self.day(at) <= self.until

    def day(self, at: int) -> date:
        return local(at, clock_of(self.zone)).date()


class About(Struct, frozen=True, kw_only=True):
    campaign: int
    name: str
    made_at: int
    program: str


def report(about: About, period: Period, dials: Sequence[Dial], earlier: Iterable[Answer], law: Law | None) -> Report:
    """`dials`: those of the period, in order. `earlier`: answers before it, for windows that reach back, counted as they were.
    `law`: under which the campaign stands now, also when nothing was dialed."""
    answered = [(dial, dial.answer) for dial in dials if dial.answer is not None]
    packs = [*{id(dial.law): dial.law.pack for dial in dials}.values(), *([law.pack] if law is not None else [])]
    versions = {(pack.id, one.version): one for pack in reversed(packs) for one in pack.versions if _holds(one, period)}
    return Report(
        campaign=about.campaign,
        name=about.name,
        zone=period.zone,
        since=period.since.isoformat(),
        until=period.until.isoformat(),
        made_at=about.made_at,
        program=about.program,
        laws=tuple(sorted({pack.id for pack in packs})),
        versions=tuple(_version(pack, one) for (pack, _), one in sorted(versions.items())),
        dials=len(dials),
        outcomes=_counted(dial.outcome.value for dial in dials),
        hours=_hours(dials),
        repeats=_repeats(dials),
        abandon=tuple(_abandon(period, answered, earlier)),
        answered=tuple(_answered(dial, answer) for dial, answer in answered),
        rules=_counted(dial.rule for dial in dials),
        breaches=tuple(breach for dial in dials for breach in _breaches(dial)),
        not_checked=sum(dial.whom is None for dial in dials),
        differences=tuple(found for dial, answer in answered if (found := _difference(dial, answer)) is not None),
    )


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def _holds(version: LawVersion, period: Period) -> bool:
    return version.valid_from <= period.until and (version.valid_until is None or version.valid_until > period.since)


def _version(pack: str, version: LawVersion) -> RuleVersion:
    return RuleVersion(
        law=pack,
        version=version.version,
        valid_from=version.valid_from.isoformat(),
        valid_until=version.valid_until.isoformat() if version.valid_until is not None else None,
        sources=version.sources,
        connect_ms=version.connect_ms,
        cap=version.abandon,
        message_within_ms=version.message.within_ms if version.message is not None else None,
    )


def _hours(dials: Sequence[Dial]) -> Hours:
    clocks = [
        sorted({local(dial.dialed_at, clock_of(zone)).strftime("%H:%M") for zone in zones})
        for dial in dials
        if (zones := _zones(dial))
    ]
    hours: Counter[str] = Counter()
    for clock in clocks:
        hours.update({time[:2] for time in clock})
    return Hours(
        dials=dict(sorted(hours.items())),
        earliest=min((clock[0] for clock in clocks), default=None),
        latest=max((clock[-1] for clock in clocks), default=None),
    )


def _zones(dial: Dial) -> tuple[str, ...]:
    version = dial.law.at(dial.dialed_at)
    if dial.whom is None or version is None:
        return ()
    found = version.zones(dial.whom.number, dial.whom.lead.state, dial.whom.lead.zone)
    return tuple(zone for zone in found if is_zone(zone))


def _repeats(dials: Sequence[Dial]) -> Repeats:
    times: dict[tuple[int, int] | str, list[int]] = {}
    for dial in dials:
        whom = dial.whom.number.e164 if dial.whom is not None else (dial.lead, dial.place)
        times.setdefault(whom, []).append(dial.dialed_at)
    counts = Counter(len(one) for one in times.values())
    return Repeats(
        numbers={str(count): counts[count] for count in sorted(counts)},
        most_in_24_hours=max((_within_a_day(sorted(one)) for one in times.values()), default=0),
    )


def _within_a_day(times: Sequence[int]) -> int:
    first = most = 0
    for index, at in enumerate(times):
        while at - times[first] >= DAY:
            first += 1
        most = max(most, index - first + 1)
    return most


def _abandon(period: Period, answered: Sequence[tuple[Dial, Answer]], earlier: Iterable[Answer]) -> Iterable[AbandonDay]:
    """Each day of the period on which somebody answered, counted by what follows from the facts."""
    counter = AbandonCounter(zone=period.zone)
    for before in earlier:
        counter.count(before.facts.answered_at, before.judged)
    by_day: dict[date, list[tuple[Dial, Answer]]] = {}
    for dial, answer in answered:
        by_day.setdefault(period.day(answer.facts.answered_at), []).append((dial, answer))
    for day in sorted(by_day):
        for dial, answer in by_day[day]:
            counter.count(answer.facts.answered_at, _fate(dial, answer))
        law, last = max(((dial.law, answer.facts.answered_at) for dial, answer in by_day[day]), key=lambda pair: pair[1])
        version = law.at(last)
        if version is not None and version.version.abandon is not None:
            figure = counter.figure(version.version.abandon, last)
            yield AbandonDay(
                day=day.isoformat(),
                since=figure.since.isoformat(),
                answers=figure.answers,
                abandons=figure.abandons,
                machines=figure.machines,
                estimated=figure.estimated,
                rate=figure.rate,
                cap=figure.cap,
                kept=figure.rate <= figure.cap,
            )


def _fate(dial: Dial, answer: Answer) -> Fate:
    version = dial.law.at(answer.facts.answered_at)
    return answer.judged if version is None else fate(answer.facts, version.version)


def _answered(dial: Dial, answer: Answer) -> AnsweredCall:
    facts = answer.facts
    version = dial.law.at(facts.answered_at)
    spoken = facts.answered_at if facts.greeting_end_at is None else facts.greeting_end_at
    return AnsweredCall(
        attempt=dial.attempt,
        call=dial.call,
        lead=dial.lead,
        answered_at=facts.answered_at,
        greeting_end_at=facts.greeting_end_at,
        agent_at=facts.agent_at,
        message_played_at=facts.message_played_at,
        waited_ms=None if facts.agent_at is None else max(0, facts.agent_at - spoken),
        heard=answer.heard,
        confidence=answer.confidence,
        counts_as=_fate(dial, answer),
        message_missing=version is not None and message_missing(facts, version.version),
    )


def _difference(dial: Dial, answer: Answer) -> Difference | None:
    derived = _fate(dial, answer)
    if derived is answer.judged:
        return None
    return Difference(attempt=dial.attempt, stored=answer.judged.value, derived=derived.value)


def _breaches(dial: Dial) -> Iterable[Breach]:
    """The gate, asked again for the instant of the dial, with what had been dialed before it."""
    if dial.whom is None:
        return
    past = tuple(one for one in dial.whom.history.past if one.at < dial.claimed_at)
    history = structs.replace(dial.whom.history, past=past)
    found = verdict(dial.law, dial.whom.number, dial.whom.lead, history, dial.facts, dial.dialed_at)
    for held in found.reasons:
        if held.code in CHECKED:
            yield Breach(
                attempt=dial.attempt,
                call=dial.call,
                lead=dial.lead,
                at=dial.dialed_at,
                code=held.code,
                rule=str(held.rule),
                why=held.why,
            )
