"""Which number of a lead is dialed now, by the retry plan and the law together; when it is due again after an attempt.

The plan says what should come next, the law what may. Where the law keeps one number for good the next one is asked, so that
a lead is not lost for one bad number; where it says "not now" the lead waits.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from callcenter.kernel.dialing import CallbackPlan, RetryPlan
from callcenter.kernel.ids import AgentId
from dialer.compliance import Verdict, verdict
from dialer.facts import CampaignFacts
from dialer.law import Law
from dialer.preflight import Candidate
from dialer.retry import Callback, LeadWork, Next, Tried, next_attempt


class Line(Struct, frozen=True, kw_only=True):
    """One of a lead's numbers."""

    place: int
    dead: bool
    """Never dialed again."""
    asked: Candidate


class Choice(Struct, frozen=True, kw_only=True):
    """`place`: the number to dial now; None: none. Then `until` is when to look again (None: nobody knows), unless it is
    `done`."""

    place: int | None = None
    rule: str = ""
    """Of an allowed dial, the rule by which."""
    reason: str = ""
    until: int | None = None
    done: bool = False


class Promised(Struct, frozen=True, kw_only=True):
    """A callback that is open, and the plan by which it is kept. `callback.number` is the place of the number."""

    callback: Callback
    plan: CallbackPlan = CallbackPlan()
    taken_by: AgentId | None = None
    """Who takes it now by her own choice; None: it is claimed as any lead."""


def upcoming(
    plan: RetryPlan, lines: Sequence[Line], tried: Sequence[tuple[int, Tried]], now: int, promised: Promised | None = None
) -> Next:
    """What the plan says comes next. `tried`: ended dials in order, each with the place of its number, whatever its `number`."""
    places = {line.place: index for index, line in enumerate(lines)}
    known = tuple(replace(one, number=places[place]) for place, one in tried if place in places)
    zones = tuple(line.asked.number.zones or line.asked.number.country_zones for line in lines)
    rounds = round_from = 0
    for index in range(1, len(known)):
        before = LeadWork(zones=zones, tried=known[:index], rounds=rounds, round_from=round_from)
        if next_attempt(plan, CallbackPlan(), before, known[index].at).new_round:
            rounds, round_from = rounds + 1, index
    work = LeadWork(zones=zones, tried=known, rounds=rounds, round_from=round_from)
    if promised is None:
        return next_attempt(plan, CallbackPlan(), work, now)
    place = promised.callback.number
    callback = replace(promised.callback, number=None if place is None else places.get(place))
    return next_attempt(plan, promised.plan, replace(work, callback=callback), now)


def choose(
    law: Law,
    plan: RetryPlan,
    campaign: CampaignFacts,
    lines: Sequence[Line],
    tried: Sequence[tuple[int, Tried]],
    now: int,
    promised: Promised | None = None,
) -> Choice:
    """What the gate says about a lead that is due. Of a callback that is its agent's it holds until anyone may keep it, unless
    she takes it herself; that she may do from her reminder on."""
    following = upcoming(plan, lines, tried, now, promised)
    if following.kind == "done" or following.number is None:
        return Choice(done=True, reason="used_up")
    asked_for = promised is not None and following.kind == "callback"
    taken_by = promised.taken_by if promised is not None and asked_for else None
    if following.agent is not None and following.agent != taken_by:
        return Choice(reason="callback", until=following.anyone_from)
    early_ms = promised.plan.remind_before_ms if promised is not None and taken_by is not None else 0
    if following.not_before is not None and following.not_before > now + early_ms:
        return Choice(reason="callback" if asked_for else "retry", until=following.not_before - early_ms)
    first: Verdict | None = None
    order = [*range(following.number, len(lines)), *range(following.number)]
    for line in (lines[index] for index in order):
        if line.dead:
            continue
        lead = replace(line.asked.lead, asked_for=True) if asked_for else line.asked.lead
        said = verdict(law, line.asked.number, lead, line.asked.history, campaign, now)
        if said.allowed:
            return Choice(place=line.place, rule=str(said.rule))
        first = first or said
        if said.until is not None:
            break  # it opens again by itself, and the plan wants this one
    if first is None:
        return Choice(done=True, reason="used_up")
    assert first.code is not None
    return Choice(reason=first.code.value, until=first.until)
