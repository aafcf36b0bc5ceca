"""When a lead is tried next, on which of its numbers, and why: a pure function of the plan, what was tried, and a callback.

The law is not asked here: whoever dials takes `not_before` to `compliance.next_allowed_at`. A callback that was promised goes
before every rule of retry; the same facts give the same answer, whenever they are asked.
"""

from functools import lru_cache
from typing import Literal

from msgspec import Struct

from callcenter.kernel.dialing import CallbackPlan, DayPart, Outcome, RetryPlan, RetryRule
from callcenter.kernel.ids import AgentId
from callcenter.kernel.law import CallingHours
from dialer.compliance import length
from dialer.windows import is_open, opens_everywhere

PART_HORIZON_DAYS = 14
"""A part of the day that does not come in so long is not waited for."""
_NO_RULE = RetryRule(again=False, attempts=1)


class Tried(Struct, frozen=True, kw_only=True):
    """One dial of the lead that has ended."""

    number: int
    """Index in the lead's numbers."""
    at: int
    ended_at: int
    outcome: Outcome
    """What the plan is asked with: as it ended, or as whoever talked with her says."""
    done: bool = False
    """Whoever talked with her says that nothing follows."""
    again_at: int | None = None
    """Or that she is to be tried again then."""


class Callback(Struct, frozen=True, kw_only=True):
    """A call that was promised. Whoever dials it takes it off the lead; its outcome is one like any other."""

    at: int
    agent: AgentId | None = None
    """Who keeps it ("mine"); None: anyone."""
    number: int | None = None
    """Which of the lead's numbers she asked for; None: the one that is tried first."""


class LeadWork(Struct, frozen=True, kw_only=True):
    """What the campaign knows of its work on a lead."""

    zones: tuple[tuple[str, ...], ...]
    """For each of the lead's numbers, in their order, the zones it may be in; () where nobody knows."""
    tried: tuple[Tried, ...] = ()
    """In order."""
    callback: Callback | None = None
    rounds: int = 0
    """How often it has begun anew."""
    round_from: int = 0
    """Index in `tried` where the present round begins."""


class Next(Struct, frozen=True, kw_only=True):
    """What comes next for a lead. `not_before` is when, in ms; in the past, it is due."""

    kind: Literal["dial", "callback", "done"]
    number: int | None = None
    not_before: int | None = None
    agent: AgentId | None = None
    """Of a callback: the only one who may keep it, until `anyone_from`."""
    anyone_from: int | None = None
    remind_at: int | None = None
    """When its agent is reminded of a callback."""
    new_round: bool = False
    """Whoever dials it begins a new round: `rounds` + 1, `round_from` at the end of `tried`."""
    reasons: tuple[str, ...] = ()
    """Stable codes with figures, such as `no_answer 2 of 4`, `wait 4 hours`, `other part evening`, `next number 2 of 3`."""


def next_attempt(plan: RetryPlan, callbacks: CallbackPlan, work: LeadWork, now: int) -> Next:
    """What comes next. `now` matters for callbacks only: whose they are by now, and whether they have expired."""
    live = [number for number in range(len(work.zones)) if not _dead(plan, work, number)]
    if not live:
        return Next(kind="done", reasons=("no number left",))
    late: tuple[str, ...] = ()
    if work.callback is not None:
        if now < work.callback.at + callbacks.expires_ms:
            return _callback(callbacks, work.callback, live, now)
        late = ("callback expired",)
    this_round = work.tried[work.round_from :]
    if not this_round:
        since = work.tried[-1].ended_at if work.tried else None
        return Next(kind="dial", number=live[0], not_before=since if since is not None else now, reasons=(*late, "first attempt"))
    last = this_round[-1]
    if last.done:
        return Next(kind="done", reasons=(*late, "said to be done"))
    if last.again_at is not None:
        number = last.number if last.number in live else live[0]
        return Next(kind="dial", number=number, not_before=last.again_at, reasons=(*late, "said to be tried then"))
    rule = _rule(plan, last.outcome)
    if not rule.again:
        return Next(kind="done", reasons=(*late, f"outcome {last.outcome}"))
    counted = sum(_rule(plan, one.outcome).counts for one in this_round)
    open_numbers = [number for number in live if not _used_up(plan, this_round, number)]
    if counted >= plan.most_attempts:
        return _finished(plan, work, live, (*late, f"attempts {counted} of {plan.most_attempts}"))
    if not open_numbers:
        return _finished(plan, work, live, (*late, "every number used up"))
    return _again(plan, work, this_round, open_numbers, late)


def part_of(parts: tuple[DayPart, ...], zones: tuple[str, ...], at: int) -> DayPart | None:
    """The part of the day in which an attempt was, by the clock of the first zone."""
    if not zones:
        return None
    return next((part for part in parts if is_open(_hours(part), zones[0], at)), None)


def _callback(plan: CallbackPlan, callback: Callback, live: list[int], now: int) -> Next:
    number = callback.number if callback.number in live else live[0]
    reasons = ("callback",) if callback.number is None or number == callback.number else ("callback", "its number is dead")
    if callback.agent is None:
        return Next(kind="callback", number=number, not_before=callback.at, reasons=(*reasons, "anyone"))
    anyone_from = callback.at + plan.owner_waits_ms
    if now >= anyone_from:
        return Next(
            kind="callback", number=number, not_before=callback.at, reasons=(*reasons, "its agent did not come", "anyone")
        )
    return Next(
        kind="callback",
        number=number,
        not_before=callback.at,
        agent=callback.agent,
        anyone_from=anyone_from,
        remind_at=callback.at - plan.remind_before_ms,
        reasons=(*reasons, "its agent"),
    )


def _again(plan: RetryPlan, work: LeadWork, tried: tuple[Tried, ...], numbers: list[int], late: tuple[str, ...]) -> Next:
    last = tried[-1]
    rule = _rule(plan, last.outcome)
    so_often = sum(one.number == last.number and one.outcome is last.outcome for one in tried)
    reasons = [*late, f"{last.outcome} {so_often} of {rule.attempts}"]
    ready = {number: _ready(plan, tried, number) for number in numbers}
    if last.number in numbers and not rule.next_number:
        number = last.number
    else:
        # In the order of the list, beginning after the last one: the soonest, and of those the first.
        number = min(numbers, key=lambda one: (ready[one], (one - last.number - 1) % len(work.zones)))
    not_before = ready[number]
    if number != last.number:
        reasons.append(f"next number {number + 1} of {len(work.zones)}")
    if not_before > last.ended_at:
        reasons.append(f"wait {length(not_before - last.ended_at)}")
    before = [one for one in tried if one.number == number]
    if before and _rule(plan, before[-1].outcome).other_part and plan.day_parts:
        not_before, reason = _other_part(plan.day_parts, work.zones[number], before, not_before)
        reasons.append(reason)
    return Next(kind="dial", number=number, not_before=not_before, reasons=tuple(reasons))


def _other_part(parts: tuple[DayPart, ...], zones: tuple[str, ...], before: list[Tried], since: int) -> tuple[int, str]:
    """The soonest time in a part that has been tried least, and never the last one's."""
    if not zones:
        return since, "part of the day unknown"
    last = part_of(parts, zones, before[-1].at)
    counts = {part.name: 0 for part in parts if part is not last}
    for one in before:
        part = part_of(parts, zones, one.at)
        if part is not None and part.name in counts:
            counts[part.name] += 1
    least = [part for part in parts if counts.get(part.name) == min(counts.values(), default=0)]
    found = [
        (opens, index)
        for index, part in enumerate(least)
        if (opens := opens_everywhere([(_hours(part), zone) for zone in zones], since, PART_HORIZON_DAYS)) is not None
    ]
    if not found:
        return since, "no other part of the day"
    opens, index = min(found)
    return opens, f"other part {least[index].name}"


def _ready(plan: RetryPlan, tried: tuple[Tried, ...], number: int) -> int:
    """When this number may be tried again by the outcomes that it had."""
    mine = [one for one in tried if one.number == number]
    if not mine:
        return tried[-1].ended_at
    rule = _rule(plan, mine[-1].outcome)
    # How often in a row: a wait grows while the same thing goes on happening.
    row = next((index for index, one in enumerate(reversed(mine)) if one.outcome is not mine[-1].outcome), len(mine))
    waits = rule.backoff_ms or (0,)
    return mine[-1].ended_at + waits[min(row, len(waits)) - 1]


def _used_up(plan: RetryPlan, tried: tuple[Tried, ...], number: int) -> bool:
    # Whoever said what follows has had the last word about that dial.
    outcomes = [one.outcome for one in tried if one.number == number and not one.done and one.again_at is None]
    return any(outcomes.count(outcome) >= _rule(plan, outcome).attempts for outcome in set(outcomes))


def _dead(plan: RetryPlan, work: LeadWork, number: int) -> bool:
    return any(one.number == number and _rule(plan, one.outcome).number_dead for one in work.tried)


def _finished(plan: RetryPlan, work: LeadWork, live: list[int], reasons: tuple[str, ...]) -> Next:
    recycling = plan.recycling
    last = work.tried[-1]
    if recycling is None or last.outcome not in recycling.outcomes or work.rounds >= recycling.rounds:
        return Next(kind="done", reasons=reasons)
    return Next(
        kind="dial",
        number=live[0],
        not_before=last.ended_at + recycling.after_ms,
        new_round=True,
        reasons=(*reasons, f"recycled {work.rounds + 1} of {recycling.rounds}", f"wait {length(recycling.after_ms)}"),
    )


def _rule(plan: RetryPlan, outcome: Outcome) -> RetryRule:
    """A plan that forgets an outcome is done after it: nobody is dialed because a rule is missing."""
    return plan.rules.get(outcome, _NO_RULE)


@lru_cache(maxsize=256)
def _hours(part: DayPart) -> CallingHours:
    return CallingHours(weekdays=tuple((part.opening,) if day in part.weekdays else () for day in range(7)))
