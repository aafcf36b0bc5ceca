"""Leads while they are dialed: claimed for an attempt, released when nothing was dialed, settled when the attempt has ended.

A claim is one transaction: the next leads are picked along an index, the gate is asked with what the rows say at that moment, and
what it lets pass is marked with the attempt and the hub's epoch. What it holds is put off until it says, so that no tick looks at
it again. Two claimers never get one lead: on PostgreSQL the second skips rows that the first has locked, SQLite has one writer.
Nothing here knows the law; the gate is its verdict.
"""

import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from msgspec import Struct
from sqlalchemy import Select, and_, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.clock import DAY, MINUTE
from callcenter.kernel.dialing import AnswerTimes, Outcome
from callcenter.kernel.ids import AgentId
from callcenter.store import claim_facts
from callcenter.store.claim_facts import LeadToDial
from callcenter.store.database import Database
from callcenter.store.list_removal import WITHDRAWN
from callcenter.store.tables.campaigns import CallListRow
from callcenter.store.tables.leads import CallbackRow, LeadAttemptRow, LeadPhoneRow, LeadRow

MOST_LOOKED_AT = 400
"""Leads that one claim asks the gate about: a transaction is short. The next claim goes on behind those that were held."""
LOOKED_AT_FIRST = 20
CALLBACK = 100
"""Priority of a lead that was promised a call: before every other of its list."""
AFTER_SKIP_MS = MINUTE
"""A promised call that was claimed and not dialed comes again no sooner: it would go before all others at once."""
AGAIN_MS = DAY
"""When a lead is looked at again that the gate holds without an end."""


class Pass(Struct, frozen=True, kw_only=True):
    """It may be dialed now, on the number at `place`."""

    place: int
    rule: str
    """The rule that allowed it, stored with the attempt."""


class Hold(Struct, frozen=True, kw_only=True):
    """Not now. `until` is ms since the epoch; None: nobody knows an end."""

    until: int | None
    reason: str
    """A short code, without any personal value."""


class Never(Struct, frozen=True, kw_only=True):
    """It is done without another dial."""

    reason: str


Gate = Callable[[LeadToDial], Pass | Hold | Never]
"""Pure, and quick: it is asked inside the transaction."""


class Claim(Struct, frozen=True, kw_only=True):
    """A lead that is ours. `e164` and `name` are personal: neither goes into the log."""

    attempt: str
    lead: int
    call_list: int
    place: int
    e164: str
    name: str
    agent: AgentId | None
    """Who alone may get it."""
    contact: int | None
    account: int | None
    rule: str


class Claimed(Struct, frozen=True, kw_only=True):
    """What a claim brought. Fewer claims than attempts: nothing else is due, unless `looked_at` is `MOST_LOOKED_AT`."""

    claims: tuple[Claim, ...]
    held: dict[str, int]
    """Leads put off, by reason."""
    looked_at: int


class Leads:
    """The functions of this file in transactions of their own. Times are ms since the epoch. Raises StoreFault."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(
        self, campaign: int, attempts: Sequence[str], epoch: int, now: int, gate: Gate, agents: Collection[AgentId] = ()
    ) -> Claimed:
        async with self._database.write() as session:
            return await claim(session, campaign, attempts, epoch, now, gate, agents)

    async def claim_one(self, lead: int, attempt: str, epoch: int, now: int, gate: Gate) -> Claimed:
        async with self._database.write() as session:
            return await claim_one(session, lead, attempt, epoch, now, gate)

    async def release(self, epoch: int, keep: Collection[str], now: int) -> tuple[str, ...]:
        async with self._database.write() as session:
            return await release(session, epoch, keep, now)

    async def give_back(self, attempts: Collection[str], now: int) -> tuple[str, ...]:
        async with self._database.write() as session:
            return await give_back(session, attempts, now)

    async def settle(
        self, attempt: str, outcome: Outcome, at: int, next_at: int | None, *, priority: int = 0, number_dead: bool = False
    ) -> bool:
        async with self._database.write() as session:
            return await settle(session, attempt, outcome, at, next_at, priority=priority, number_dead=number_dead)

    async def look_again(self, campaign: int, now: int) -> int:
        """After a change of the rules: every lead that was held is due at once. How many there were."""
        held = update(LeadRow).where(
            LeadRow.call_list.in_(select(CallListRow.id).where(CallListRow.campaign == campaign)),
            LeadRow.next_at > now,
            LeadRow.held.is_not(None),
        )
        async with self._database.write() as session:
            return (await session.execute(held.values(next_at=now, held=None))).rowcount  # type: ignore[attr-defined,no-any-return]


# -- claiming -----------------------------------------------------------------------------------------------------------------


async def claim(
    session: AsyncSession,
    campaign: int,
    attempts: Sequence[str],
    epoch: int,
    now: int,
    gate: Gate,
    agents: Collection[AgentId] = (),
) -> Claimed:
    """At most one lead for each attempt, in the order of lists and leads; the session writes.

    Leads that are assigned to somebody are only looked at when she is among `agents`, and go before those that are anybody's.
    """
    sqlite = session.get_bind().dialect.name == "sqlite"
    lists = await _lists(session, campaign)
    left = list(attempts)
    claims: list[Claim] = []
    held: Counter[str] = Counter()
    looked_at = 0
    for call_list, most_of_it in _turns(lists, left):
        short = min(most_of_it, len(left))
        while short > 0 and looked_at < MOST_LOOKED_AT:
            most = min(max(short, LOOKED_AT_FIRST), MOST_LOOKED_AT - looked_at)
            rows = await _due(session, call_list, [*agents, ""], now, most)
            if not rows:
                break
            found = await claim_facts.read(session, rows, sqlite=sqlite)
            put_off: list[dict[str, object]] = []
            expired: list[int] = []
            for row, lead in zip(rows, found, strict=True):
                if short == 0:
                    break
                looked_at += 1
                said = gate(lead)
                if isinstance(said, Pass):
                    claims.append(_claim(session, row, lead, said, left.pop(0), epoch, now))
                    short -= 1
                else:
                    held[said.reason] += 1
                    put_off.append(_put_off(row, said, now))
                    if isinstance(said, Never) and lead.promised is not None:
                        expired.append(row.id)
            await session.flush()
            if put_off:
                await (await session.connection()).execute(_PUT_OFF, put_off)
            if expired:
                late = update(CallbackRow).where(CallbackRow.lead.in_(expired), CallbackRow.state == "open")
                await session.execute(late.values(state="expired", changed_at=now))
        if not left or looked_at >= MOST_LOOKED_AT:
            break
    return Claimed(claims=tuple(claims), held=dict(held), looked_at=looked_at)


async def claim_one(session: AsyncSession, lead: int, attempt: str, epoch: int, now: int, gate: Gate) -> Claimed:
    """This lead or none, whenever it is due by its row; what the gate holds is left as it is. The session writes."""
    row = await session.get(LeadRow, lead, with_for_update=True)
    call_list = None if row is None else await session.get(CallListRow, row.call_list)
    if row is None or call_list is None or row.state in ("claimed", "done") or call_list.state != "ready" or not call_list.active:
        return Claimed(claims=(), held={"not_there": 1}, looked_at=0)
    sqlite = session.get_bind().dialect.name == "sqlite"
    (found,) = await claim_facts.read(session, [row], sqlite=sqlite)
    said = gate(found)
    if not isinstance(said, Pass):
        return Claimed(claims=(), held={said.reason: 1}, looked_at=1)
    claim = _claim(session, row, found, said, attempt, epoch, now)
    await session.flush()
    return Claimed(claims=(claim,), held={}, looked_at=1)


_PUT_OFF = (
    update(LeadRow.__table__)  # type: ignore[arg-type]
    .where(LeadRow.__table__.c.id == bindparam("lead"))
    .values(state=bindparam("to_state"), next_at=bindparam("to_next"), held=bindparam("to_held"), outcome=bindparam("to_outcome"))
)


def _put_off(lead: LeadRow, said: Hold | Never, now: int) -> dict[str, object]:
    values: dict[str, object] = {"lead": lead.id, "to_held": said.reason}
    if isinstance(said, Never):
        return values | {"to_state": "done", "to_next": None, "to_outcome": lead.outcome or said.reason}
    until = now + AGAIN_MS if said.until is None else max(said.until, now + 1)
    return values | {"to_state": lead.state, "to_next": until, "to_outcome": lead.outcome}


def _claim(session: AsyncSession, row: LeadRow, lead: LeadToDial, said: Pass, attempt: str, epoch: int, now: int) -> Claim:
    number = next(one.asked.number.e164 for one in lead.numbers if one.place == said.place)
    row.state, row.next_at, row.attempt, row.held = "claimed", None, attempt, None
    session.add(
        LeadAttemptRow(
            attempt=attempt, lead=row.id, campaign=row.campaign, place=said.place, e164=number, epoch=epoch, claimed_at=now,
            rule=said.rule, outcome=None, settled_at=None,
        )
    )  # fmt: skip
    return Claim(
        attempt=attempt,
        lead=row.id,
        call_list=row.call_list,
        place=said.place,
        e164=number,
        name=row.name,
        agent=lead.agent,
        contact=row.contact,
        account=row.account,
        rule=said.rule,
    )


async def _lists(session: AsyncSession, campaign: int) -> list[CallListRow]:
    """Those that are dialed, higher priority first."""
    ready = select(CallListRow).where(CallListRow.campaign == campaign, CallListRow.state == "ready", CallListRow.active)
    return list(await session.scalars(ready.order_by(CallListRow.priority.desc(), CallListRow.id)))


def _turns(lists: Sequence[CallListRow], left: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Which list is asked for how many, as long as attempts are left: within one priority by share, then whichever has more."""
    for _, group in itertools.groupby(lists, key=lambda one: one.priority):
        equals = list(group)
        wanted = _by_share(equals, left)
        yield from ((one.id, wanted[one.id]) for one in equals if wanted[one.id])
        yield from ((one.id, len(left)) for one in equals if left)


def _by_share(lists: Sequence[CallListRow], attempts: Sequence[str]) -> Counter[int]:
    """An attempt's id decides which list it goes to, so shares hold over time without anything to be remembered."""
    total = sum(one.share for one in lists)
    wanted: Counter[int] = Counter()
    for attempt in attempts:
        point = int.from_bytes(hashlib.blake2b(attempt.encode(), digest_size=8).digest(), "big") / 2**64 * total
        for one in lists:
            point -= one.share
            if point < 0 or one is lists[-1]:
                wanted[one.id] += 1
                break
    return wanted


async def _due(session: AsyncSession, call_list: int, agents: Sequence[str], now: int, most: int) -> list[LeadRow]:
    """The next leads of a list, locked."""
    found: list[LeadRow] = []
    for agent in agents:
        priority: int | None = None
        while len(found) < most:
            priority = await session.scalar(highest(call_list, agent, priority))
            if priority is None:
                break
            query = due(call_list, agent, priority, now, most - len(found))
            found.extend(await session.scalars(query.with_for_update(skip_locked=True)))
    return found


def highest(call_list: int, agent: str, below: int | None) -> Select[int]:
    """The highest priority of leads that wait, below another: a step along the index."""
    query = select(func.max(LeadRow.priority)).where(
        LeadRow.call_list == call_list, LeadRow.agent == agent, LeadRow.next_at.is_not(None)
    )
    return query if below is None else query.where(LeadRow.priority < below)


def due(call_list: int, agent: str, priority: int, now: int, most: int) -> Select[LeadRow]:
    """Leads of one priority that are due, longest first: a walk along the index."""
    return (
        select(LeadRow)
        .where(LeadRow.call_list == call_list, LeadRow.agent == agent, LeadRow.priority == priority, LeadRow.next_at <= now)
        .order_by(LeadRow.next_at, LeadRow.id)
        .limit(most)
    )


# -- after the claim ----------------------------------------------------------------------------------------------------------


async def release(session: AsyncSession, epoch: int, keep: Collection[str], now: int) -> tuple[str, ...]:
    """At the start of a hub: claims of epochs before this one of which no event tells are undone; their attempts.

    `keep` are attempts that have an event: they were dialed, and are settled by what the carrier says.
    """
    open_ = select(LeadAttemptRow.attempt).where(LeadAttemptRow.settled_at.is_(None), LeadAttemptRow.epoch < epoch)
    return await give_back(session, [one for one in await session.scalars(open_) if one not in keep], now)


async def give_back(session: AsyncSession, attempts: Iterable[str], now: int) -> tuple[str, ...]:
    """Claims that led to no dial are as if they had not been; leads are due again. Which of them there were."""
    undone: list[str] = []
    for some in _hundreds(list(attempts)):
        query = (
            select(LeadRow, CallListRow.state)
            .join(CallListRow, CallListRow.id == LeadRow.call_list)
            .join(LeadAttemptRow, and_(LeadAttemptRow.lead == LeadRow.id, LeadAttemptRow.attempt == LeadRow.attempt))
            .where(LeadAttemptRow.attempt.in_(some), LeadAttemptRow.settled_at.is_(None))
            .with_for_update(of=LeadRow)
        )
        freed = (await session.execute(query)).all()
        for lead, list_state in freed:
            undone.append(lead.attempt or "")
            lead.attempt = None
            again_at = now + AFTER_SKIP_MS if lead.priority >= CALLBACK else now
            rest(lead, again_at if list_state == "ready" else None)
        await session.flush()
        ids = undone[-len(freed) :] if freed else []
        await session.execute(delete(LeadAttemptRow).where(LeadAttemptRow.attempt.in_(ids)))
    return tuple(undone)


async def settle(
    session: AsyncSession,
    attempt: str,
    outcome: Outcome,
    at: int,
    next_at: int | None,
    *,
    priority: int = 0,
    number_dead: bool = False,
    times: AnswerTimes | None = None,
) -> bool:
    """An attempt has ended. `next_at`: when the lead is due again (None: it is done); `priority`: with which it waits, above 0
    for a callback that was promised; `number_dead`: this number is never dialed again.

    False: it was settled before, or never claimed; nothing is changed then.
    """
    tried = await session.get(LeadAttemptRow, attempt, with_for_update=True)
    if tried is None or tried.settled_at is not None:
        return False
    tried.outcome, tried.settled_at = str(outcome), at
    if times is not None:
        _keep(tried, times)
    lead = await session.get(LeadRow, tried.lead, with_for_update=True)
    assert lead is not None, "an attempt goes with its lead"
    if number_dead:
        phone = await session.get(LeadPhoneRow, (lead.id, tried.place))
        if phone is not None:
            phone.dead = True
    if lead.attempt != attempt:
        return True
    call_list = await session.get_one(CallListRow, lead.call_list)
    lead.attempts, lead.last_at, lead.outcome, lead.attempt = lead.attempts + 1, tried.claimed_at, str(outcome), None
    lead.priority = priority
    rest(lead, next_at if call_list.state in ("ready", "filling") else None)
    return True


def _keep(tried: LeadAttemptRow, times: AnswerTimes) -> None:
    tried.answered_at, tried.greeting_end_at = times.answered_at, times.greeting_end_at
    tried.agent_at, tried.message_played_at = times.agent_at, times.message_played_at
    if times.heard is not None:
        tried.answerer, tried.confidence = str(times.heard.answerer), times.heard.confidence
        tried.heard_ms, tried.heard_why = times.heard.delay_ms, times.heard.why


def rest(lead: LeadRow, next_at: int | None) -> None:
    lead.next_at = next_at
    if next_at is not None:
        lead.state = "resting" if lead.attempts else "fresh"
    else:
        lead.state, lead.outcome = "done", lead.outcome or WITHDRAWN


def _hundreds(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), 500):
        yield values[start : start + 500]
