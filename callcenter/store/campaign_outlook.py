"""What a campaign manager looks at before and while her lists are worked: how far they are, what could be called now, what holds
the rest back and by which rule, and who comes next. Only reads: the verdicts are those that the gate would give at this instant.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence

import msgspec
from msgspec import Struct, field
from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.hub.dialing.floor import facts as facts_of
from callcenter.kernel.center import Center
from callcenter.kernel.dialing import Outcome
from callcenter.kernel.errors import NotFound
from callcenter.store import claim_facts
from callcenter.store.campaign_values import values_of
from callcenter.store.claim_facts import LeadToDial
from callcenter.store.database import Database
from callcenter.store.do_not_call import DoNotCall
from callcenter.store.leads import due, highest
from callcenter.store.list_removal import WITHDRAWN
from callcenter.store.tables import reporting_tables
from callcenter.store.tables.campaigns import CallListRow, CampaignRow
from callcenter.store.tables.crm import OpportunityRow
from callcenter.store.tables.leads import LeadAttemptRow, LeadRow
from dialer.compliance import Hold, Verdict, verdict
from dialer.facts import CampaignFacts
from dialer.law import Law, RuleName
from dialer.preflight import Candidate, Group, Preflight, preflight

BATCH = 500
MOST_LOOKED_AT = 20_000
"""Leads that one pre-flight asks the gate about; of a larger campaign it looks at the first of each list, and says so."""
FAR = 1 << 52
MOST_AGENTS = 50
"""Assigned agents of one list whose leads are looked for in the order of claims."""


class Counts(Struct, frozen=True, kw_only=True):
    """Leads of one list; what is in them adds up to all of them."""

    fresh: int = 0
    """Never dialed, and waiting."""
    resting: int = 0
    """Dialed, and to be tried again."""
    claimed: int = 0
    """Being dialed."""
    reached: int = 0
    """Done: a person was connected."""
    used_up: int = 0
    """Done without a person."""
    not_allowed: int = 0
    """Done without a dial."""


class Standing(Struct, frozen=True, kw_only=True):
    """How far a campaign is. `outcomes`: ended dials by how they ended; `open`: dials that have not."""

    lists: dict[int, Counts]
    outcomes: dict[Outcome, int]
    open: int
    said: Counter[str] = field(default_factory=Counter)
    """What agents said of answered ones, by the code."""
    connected_ms: int = 0
    """From answer to end, of calls that have ended: what a carrier bills."""
    income: dict[str, float] = field(default_factory=dict)
    """Value times probability of the opportunities that it brought, by currency."""


class Outlook(Struct, frozen=True, kw_only=True):
    """Every lead of the lists is in one of the counts; `looked_at` are those whose verdict was asked."""

    callable_now: int = 0
    held: tuple[Group, ...] = ()
    not_due: int = 0
    """To be tried again later, by the retry plan."""
    not_due_until: int | None = None
    """When the first of them is."""
    claimed: int = 0
    done: int = 0
    switched_off: int = 0
    """In lists that are not dialed until somebody says otherwise."""
    looked_at: int = 0
    left_out: int = 0
    """Waiting leads beyond `MOST_LOOKED_AT`, whose verdict was not asked."""


class Upcoming(Struct, frozen=True, kw_only=True):
    """A lead in the order of claims, with the number that would be dialed and the verdict about it."""

    lead: int
    list_name: str
    name: str
    company: str
    e164: str
    attempts: int
    next_at: int
    verdict: Verdict


class Outlooks:
    """Raises StoreFault. `now` is ms since the epoch."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self, campaign: int) -> Standing:
        """Lists that are being filled or taken back are nobody's to count yet."""
        lists = select(CallListRow.id).where(
            CallListRow.campaign == campaign, CallListRow.state.in_(("ready", "withdrawn"))
        )
        dialed = case((LeadRow.attempts > 0, 1), else_=0)
        leads = (
            select(LeadRow.call_list, LeadRow.state, LeadRow.outcome, dialed, func.count())
            .where(LeadRow.call_list.in_(lists))
            .group_by(LeadRow.call_list, LeadRow.state, LeadRow.outcome, dialed)
        )
        dials = select(LeadAttemptRow.outcome, func.count()).where(LeadAttemptRow.campaign == campaign)
        counts: dict[int, Counter[str]] = {}
        async with self._database.read() as session:
            for call_list, state, outcome, was_dialed, count in await session.execute(leads):
                counts.setdefault(call_list, Counter())[_kind(state, outcome, bool(was_dialed))] += count
            by_outcome = (await session.execute(dials.group_by(LeadAttemptRow.outcome))).all()
            words = select(LeadAttemptRow.disposition, func.count()).where(
                LeadAttemptRow.campaign == campaign, LeadAttemptRow.disposition.is_not(None)
            )
            by_word = (await session.execute(words.group_by(LeadAttemptRow.disposition))).all()
            record = reporting_tables.call_record.c
            connected = await session.scalar(
                select(func.sum(record.over_at - record.answered_at)).where(record.campaign == campaign)
            )
            hoped = func.sum(OpportunityRow.value * OpportunityRow.probability)
            incomes = select(OpportunityRow.currency, hoped).where(OpportunityRow.campaign == campaign)
            income = (await session.execute(incomes.group_by(OpportunityRow.currency))).all()
        return Standing(
            lists={call_list: Counts(**found) for call_list, found in counts.items()},
            outcomes={Outcome(outcome): count for outcome, count in by_outcome if outcome is not None},
            open=sum(count for outcome, count in by_outcome if outcome is None),
            said=Counter({code: count for code, count in by_word if code is not None}),
            connected_ms=int(connected or 0),
            income=dict(income),
        )

    async def facts(self, campaign: int, center: Center) -> CampaignFacts:
        """What the gate is told of a campaign by its row, whether it is finished or not. Raises NotFound."""
        registries = {one.name: one.loaded_at for one in await DoNotCall(self._database).registries()}
        async with self._database.read() as session:
            row = await session.get(CampaignRow, campaign)
        if row is None:
            raise NotFound("there is no such campaign")
        return facts_of(center, values_of(row), registries)

    async def preflight(self, campaign: int, facts: CampaignFacts, law: Law, now: int, most: int = MOST_LOOKED_AT) -> Outlook:
        """A large campaign takes seconds of processor time: it belongs into the process of imports."""
        found = await self._waiting(campaign, now)
        total = Preflight(leads=0, callable_now=0, held=())
        async for leads in self._leads(campaign, now, most):
            total = added(total, await asyncio.to_thread(_asked, law, facts, leads, now))
        return msgspec.structs.replace(
            found,
            callable_now=total.callable_now,
            held=total.held,
            looked_at=total.leads,
            left_out=max(0, found.left_out - total.leads),
        )

    async def waiting(self, campaign: int, now: int) -> int:
        """Leads about which a pre-flight would ask the gate."""
        return (await self._waiting(campaign, now)).left_out

    async def next_up(self, campaign: int, facts: CampaignFacts, law: Law, now: int, count: int) -> tuple[Upcoming, ...]:
        """In the order in which they would be looked at: what is due first, then what becomes due."""
        async with self._database.read() as session:
            ready = select(CallListRow).where(CallListRow.campaign == campaign, CallListRow.state == "ready", CallListRow.active)
            lists = list(await session.scalars(ready.order_by(CallListRow.priority.desc(), CallListRow.id)))
            names = {one.id: one.name for one in lists}
            found = [row for one in lists for row in await _in_order(session, one.id, now, count)]
            found += [row for one in lists for row in await _in_order(session, one.id, None, count) if row not in found]
            rows = found[:count]
            leads = await claim_facts.read(session, rows, sqlite=self._database.sqlite)
        shown = []
        for row, lead in zip(rows, leads, strict=True):
            if lead.numbers:
                said, candidate = _first(lead, law, facts, now)
                shown.append(
                    Upcoming(
                        lead=row.id, list_name=names[row.call_list], name=row.name, company=row.company,
                        e164=candidate.number.e164, attempts=row.attempts, next_at=row.next_at or now, verdict=said,
                    )
                )  # fmt: skip
        return tuple(shown)

    async def _waiting(self, campaign: int, now: int) -> Outlook:
        """The leads of whose state the law has nothing to say; `left_out` are all the others."""
        later = case((LeadRow.next_at > now, 1), else_=0)
        put_off = case((LeadRow.held.is_not(None), 1), else_=0)
        query = (
            select(LeadRow.state, CallListRow.active, later, put_off, func.count(), func.min(LeadRow.next_at))
            .join(CallListRow, CallListRow.id == LeadRow.call_list)
            .where(CallListRow.campaign == campaign, CallListRow.state == "ready")
            .group_by(LeadRow.state, CallListRow.active, later, put_off)
        )
        counts: Counter[str] = Counter()
        until: int | None = None
        async with self._database.read() as session:
            for state, active, is_later, is_put_off, count, first in await session.execute(query):
                if state in ("done", "claimed"):
                    counts[state] += count
                elif not active:
                    counts["switched_off"] += count
                elif is_later and not is_put_off:
                    counts["not_due"] += count
                    until = first if until is None else min(until, first)
                else:
                    counts["left_out"] += count
        return msgspec.structs.replace(Outlook(not_due_until=until), **counts)

    async def _leads(self, campaign: int, now: int, most: int) -> AsyncIterator[list[LeadToDial]]:
        """Those that wait for nothing but the gate."""
        ready = select(CallListRow.id).where(CallListRow.campaign == campaign, CallListRow.state == "ready", CallListRow.active)
        async with self._database.read() as session:
            lists = list(await session.scalars(ready.order_by(CallListRow.priority.desc(), CallListRow.id)))
        left = most
        for place, call_list in enumerate(lists):
            share = left // (len(lists) - place)
            last = 0
            while share > 0:
                query = (
                    select(LeadRow)
                    .where(LeadRow.call_list == call_list, LeadRow.id > last, LeadRow.next_at.is_not(None))
                    .where((LeadRow.next_at <= now) | LeadRow.held.is_not(None))
                    .order_by(LeadRow.id)
                    .limit(min(BATCH, share))
                )
                async with self._database.read() as session:
                    rows = list(await session.scalars(query))
                    if not rows:
                        break
                    last, share, left = rows[-1].id, share - len(rows), left - len(rows)
                    yield await claim_facts.read(session, rows, sqlite=self._database.sqlite)


async def _in_order(session: AsyncSession, call_list: int, now: int | None, most: int) -> list[LeadRow]:
    """The next leads of a list as claims take them, unlocked: somebody's own first, then anybody's. `now` None: whenever due."""
    assigned = select(LeadRow.agent).where(LeadRow.call_list == call_list, LeadRow.agent != "", LeadRow.next_at.is_not(None))
    agents = list(await session.scalars(assigned.distinct().limit(MOST_AGENTS)))
    found: list[LeadRow] = []
    for agent in (*agents, ""):
        priority: int | None = None
        while len(found) < most:
            priority = await session.scalar(highest(call_list, agent, priority))
            if priority is None:
                break
            found.extend(await session.scalars(due(call_list, agent, priority, now or FAR, most - len(found))))
    return found


def _asked(law: Law, facts: CampaignFacts, leads: Sequence[LeadToDial], now: int) -> Preflight:
    return preflight(law, facts, (_first(one, law, facts, now)[1] for one in leads if one.numbers), now)


def _first(lead: LeadToDial, law: Law, facts: CampaignFacts, now: int) -> tuple[Verdict, Candidate]:
    """The first of its numbers that may be dialed; where none may, the first and why not."""
    live = [one.asked for one in lead.numbers if not one.dead] or [lead.numbers[0].asked]
    said = [(verdict(law, one.number, one.lead, one.history, facts, now), one) for one in live]
    return next((each for each in said if each[0].allowed), said[0])


def _kind(state: str, outcome: str | None, dialed: bool) -> str:
    if state != "done":
        return state
    if outcome == Outcome.ANSWERED:
        return "reached"
    return "used_up" if dialed or outcome == WITHDRAWN else "not_allowed"


def added(one: Preflight, other: Preflight) -> Preflight:
    """The pre-flights of two parts of a campaign, taken together."""
    groups: dict[Hold, Group] = {group.code: group for group in one.held}
    for group in other.held:
        before = groups.get(group.code)
        groups[group.code] = group if before is None else _both(before, group)
    order = list(Hold)
    return Preflight(
        leads=one.leads + other.leads,
        callable_now=one.callable_now + other.callable_now,
        held=tuple(sorted(groups.values(), key=lambda each: order.index(each.code))),
    )


def _both(one: Group, other: Group) -> Group:
    rules: Counter[RuleName] = Counter(dict(one.rules))
    rules.update(dict(other.rules))
    ends = [end for end in (one.until, other.until) if end is not None]
    return Group(
        code=one.code,
        leads=one.leads + other.leads,
        rules=tuple(sorted(rules.items(), key=lambda each: (-each[1], str(each[0])))),
        until=min(ends, default=None),
        example=one.example,
    )
