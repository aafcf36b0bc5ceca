"""An attempt that has ended, and what the campaign's plan makes of its lead; when a campaign has something to dial again.

Both read rows with their facts, so they are done in the transaction that writes, or right after it.
"""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.clock import MINUTE
from callcenter.kernel.dialing import AnswerTimes, CallbackPlan, Outcome, RetryPlan, RetryRule
from callcenter.kernel.ids import AgentId
from callcenter.store import claim_facts, do_not_call, leads
from callcenter.store.claim_facts import LeadToDial
from callcenter.store.claim_facts import tried_of as tried_of_row
from callcenter.store.leads import CALLBACK
from callcenter.store.tables.campaigns import CallListRow
from callcenter.store.tables.leads import CallbackRow, LeadAttemptRow, LeadRow
from dialer.planner import Line, Promised, upcoming
from dialer.retry import Next, Tried

OURS = (Outcome.FAILED, Outcome.CONGESTION, Outcome.CANCELLED)
"""Dials that broke on our side, or that we ended: no promise was kept or missed by them."""
LEAST_WAIT_MS = MINUTE


def lines_of(lead: LeadToDial) -> tuple[Line, ...]:
    return tuple(Line(place=one.place, dead=one.dead, asked=one.asked) for one in lead.numbers)


def tried_of(lead: LeadToDial) -> tuple[tuple[int, Tried], ...]:
    """Its ended dials."""
    return lead.tried


def promised_of(lead: LeadToDial, plan: CallbackPlan, taken_by: AgentId | None = None) -> Promised | None:
    """Its callback that is open. `taken_by`: who takes it by her own choice."""
    return None if lead.promised is None else Promised(callback=lead.promised, plan=plan, taken_by=taken_by)


def may_take(lead: LeadToDial, plan: CallbackPlan, agent: AgentId, now: int) -> bool:
    """Whether a promised call is hers to keep: her own, or anyone's by now."""
    one = lead.promised
    return one is not None and (one.agent in (None, agent) or now >= one.at + plan.owner_waits_ms)


def waits_until(following: Next) -> int | None:
    """When claims may look at the lead again: at a callback that is its agent's when anyone may keep it."""
    if following.kind == "done":
        return None
    return following.not_before if following.anyone_from is None else following.anyone_from


def priority_of(following: Next) -> int:
    return CALLBACK if following.kind == "callback" else 0


async def settle_by_plan(
    session: AsyncSession,
    attempt: str,
    outcome: Outcome,
    at: int,
    plan: RetryPlan,
    callbacks: CallbackPlan | None = None,
    times: AnswerTimes | None = None,
) -> Next | None:
    """Ends an attempt once and puts its lead where the plan says, or what an agent said already. A callback that it was to keep
    is off the lead, unless the dial broke on our side. None: it was settled before, or never claimed."""
    tried = await session.get(LeadAttemptRow, attempt)
    if tried is None or tried.settled_at is not None:
        return None
    row = await session.get_one(LeadRow, tried.lead)
    sqlite = session.get_bind().dialect.name == "sqlite"
    (lead,) = await claim_facts.read(session, [row], sqlite=sqlite)
    past = (*tried_of(lead), (tried.place, tried_of_row(tried, outcome, at)))
    if outcome not in OURS:
        await dialed(session, row.id, attempt, outcome, at)
        (lead,) = await claim_facts.read(session, [row], sqlite=sqlite)
    following = upcoming(plan, lines_of(lead), past, at, promised_of(lead, callbacks or CallbackPlan()))
    next_at = waits_until(following)
    if following.kind == "callback" and outcome in OURS:
        without = upcoming(plan, lines_of(lead), past, at).not_before
        next_at = max(next_at or at, at + LEAST_WAIT_MS if without is None else without)
    rule = plan.rules.get(outcome, RetryRule(again=False))
    await leads.settle(
        session,
        attempt,
        outcome,
        at,
        None if next_at is None else max(at, next_at),
        priority=priority_of(following),
        number_dead=rule.number_dead,
        times=times,
    )
    return following


async def dialed(session: AsyncSession, lead: int, attempt: str, outcome: Outcome, at: int) -> None:
    """Whoever dials a promised call takes it off the lead. One that was promised in this very call stays."""
    older = select(CallbackRow).where(CallbackRow.lead == lead, CallbackRow.state == "open")
    for row in await session.scalars(older):
        if row.attempt != attempt:
            row.state, row.changed_at = "kept" if outcome is Outcome.ANSWERED else "missed", max(at, row.changed_at + 1)
    await session.flush()


async def next_due(session: AsyncSession, campaign: int, agents: Collection[AgentId]) -> int | None:
    """When the first lead of the campaign's lists is due for one of these agents or for anybody; None: none is ever."""
    ready = select(CallListRow.id).where(CallListRow.campaign == campaign, CallListRow.state == "ready", CallListRow.active)
    found: int | None = None
    for call_list in await session.scalars(ready):
        for agent in [*agents, ""]:
            priority = await session.scalar(leads.highest(call_list, agent, None))
            while priority is not None:
                first = await session.scalar(
                    select(func.min(LeadRow.next_at)).where(
                        LeadRow.call_list == call_list, LeadRow.agent == agent, LeadRow.priority == priority
                    )
                )
                if first is not None:
                    found = first if found is None else min(found, first)
                priority = await session.scalar(leads.highest(call_list, agent, priority))
    return found


async def opt_out(session: AsyncSession, attempt: str, at: int) -> None:
    """The number of an attempt is on the center's own do-not-call list from now on. Nothing for an attempt that is not there."""
    tried = await session.get(LeadAttemptRow, attempt)
    if tried is not None:
        await do_not_call.add(session, tried.e164, "key", at)
