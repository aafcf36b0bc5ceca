"""An attempt that has ended, and what the campaign's plan makes of its lead; when a campaign has something to dial again.

Both read rows with their facts, so they are done in the transaction that writes, or right after it.
"""

from collections.abc import Collection, Iterator

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.dialing import AnswerTimes, Outcome, RetryPlan, RetryRule
from callcenter.kernel.ids import AgentId
from callcenter.store import claim_facts, do_not_call, leads
from callcenter.store.claim_facts import LeadToDial
from callcenter.store.tables.campaigns import CallListRow
from callcenter.store.tables.leads import LeadAttemptRow, LeadRow
from dialer.facts import Past
from dialer.planner import Line, upcoming
from dialer.retry import Next, Tried


def lines_of(lead: LeadToDial) -> tuple[Line, ...]:
    return tuple(Line(place=one.place, dead=one.dead, asked=one.asked) for one in lead.numbers)


def tried_of(lead: LeadToDial) -> tuple[tuple[int, Tried], ...]:
    """Its ended dials."""
    return tuple(_tried(lead))


def _tried(lead: LeadToDial) -> Iterator[tuple[int, Tried]]:
    for place, past in lead.past:
        if past.outcome is not None:
            yield place, _one(past)


def _one(past: Past) -> Tried:
    assert past.outcome is not None
    return Tried(number=0, at=past.at, ended_at=past.at if past.ended_at is None else past.ended_at, outcome=past.outcome)


async def settle_by_plan(
    session: AsyncSession, attempt: str, outcome: Outcome, at: int, plan: RetryPlan, times: AnswerTimes | None = None
) -> Next | None:
    """Ends an attempt once and puts its lead where the plan says. None: it was settled before, or never claimed."""
    tried = await session.get(LeadAttemptRow, attempt)
    if tried is None or tried.settled_at is not None:
        return None
    row = await session.get_one(LeadRow, tried.lead)
    sqlite = session.get_bind().dialect.name == "sqlite"
    (lead,) = await claim_facts.read(session, [row], sqlite=sqlite)
    this = Tried(number=0, at=tried.claimed_at, ended_at=at, outcome=outcome)
    following = upcoming(plan, lines_of(lead), (*tried_of(lead), (tried.place, this)), at)
    next_at = None if following.kind == "done" else max(at, following.not_before or at)
    rule = plan.rules.get(outcome, RetryRule(again=False))
    await leads.settle(session, attempt, outcome, at, next_at, number_dead=rule.number_dead, times=times)
    return following


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
