"""Reading statistics: counters by queue, agent, quarter hour and day, and the calls behind a figure.

Every function is given an open SQLAlchemy connection and the tables, on SQLite or PostgreSQL, and changes nothing. Formulas are
in `reporting.metrics`. Days are the center's, in ISO form; standard reports read the day level, which has 20 rows a year and
subject where the calls have thousands.
"""

from collections.abc import Collection, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, RowMapping, Select, Table, and_, func, literal, not_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.kernel.clock import MINUTE
from callcenter.kernel.ids import CallId, ContactId, PersonalId
from reporting.counters import EVERYTHING, GREATEST, NOTHING, Counters, Kind, add, counters, flat
from reporting.tables import FIELDS, Tables


class Period(Struct, frozen=True):
    """Days of the center, both included."""

    first: str
    last: str


def _sums(table: Table, kind: Kind) -> list[ColumnElement[int]]:
    return [(func.max if name == GREATEST else func.sum)(table.c[name]).label(name) for name in FIELDS[kind]]


def _read(row: RowMapping, kind: Kind) -> Counters:
    return counters({name: int(row[name] or 0) for name in FIELDS[kind] if row[name]})


async def _grouped(
    connection: AsyncConnection, table: Table, kind: Kind, by: str, period: Period, subjects: Collection[str] | None
) -> dict[Any, Counters]:
    """Sums of one table's counters by one of its columns, in that column's order."""
    column = table.c[by]
    chosen = select(column, *_sums(table, kind)).where(table.c.day.between(period.first, period.last))
    if subjects is not None:
        chosen = chosen.where(table.c.subject.in_(subjects))
    rows = await connection.execute(chosen.group_by(column).order_by(column))
    return {row[by]: _read(row, kind) for row in rows.mappings()}


async def summary(connection: AsyncConnection, tables: Tables, period: Period) -> Counters:
    """The whole center: all queues together, the calls themselves, all agents' time."""
    found = await _grouped(connection, tables.days["center"], "center", "subject", period, None)
    return found.get(EVERYTHING, NOTHING)


async def by_queue(
    connection: AsyncConnection, tables: Tables, period: Period, queues: Collection[str] | None = None
) -> dict[str, Counters]:
    """Counters of each queue in the period; None: all that have any."""
    return await _grouped(connection, tables.days["queue"], "queue", "subject", period, queues)


async def by_agent(
    connection: AsyncConnection, tables: Tables, period: Period, agents: Collection[str] | None = None
) -> dict[str, Counters]:
    """Counters of each agent in the period; None: all that have any."""
    return await _grouped(connection, tables.days["agent"], "agent", "subject", period, agents)


async def by_day(
    connection: AsyncConnection, tables: Tables, kind: Kind, period: Period, subjects: Collection[str] | None = None
) -> dict[str, Counters]:
    """Counters of all these subjects together, day by day; days without any are missing."""
    return await _grouped(connection, tables.days[kind], kind, "day", period, subjects)


async def by_quarter(
    connection: AsyncConnection, tables: Tables, kind: Kind, period: Period, subjects: Collection[str] | None = None
) -> dict[int, Counters]:
    """Counters of all these subjects together by the start of the quarter hour; quarters without any are missing."""
    return await _grouped(connection, tables.intervals[kind], kind, "start_at", period, subjects)


def merged(quarters: Mapping[int, Counters], minutes: int) -> dict[int, Counters]:
    """Quarters put together to intervals of 15, 30 or 60 minutes; ValueError for others."""
    if minutes not in (15, 30, 60):
        raise ValueError(f"{minutes} minutes: write 15, 30 or 60")
    tallies: dict[int, dict[str, int]] = {}
    for start_at, found in quarters.items():
        # an hour of every zone that counts in whole or half hours begins where an hour or half hour of UTC does
        add(tallies.setdefault(start_at - start_at % (minutes * MINUTE), {}), flat(found))
    return {start_at: counters(tally) for start_at, tally in sorted(tallies.items())}


async def compared(
    connection: AsyncConnection, tables: Tables, kind: Kind, period: Period, earlier: Period
) -> dict[str, tuple[Counters, Counters]]:
    """Each subject in the period, and in an earlier one beside it."""
    now = await _grouped(connection, tables.days[kind], kind, "subject", period, None)
    then = await _grouped(connection, tables.days[kind], kind, "subject", earlier, None)
    return {subject: (now.get(subject, NOTHING), then.get(subject, NOTHING)) for subject in sorted(now.keys() | then.keys())}


async def agents_load(
    connection: AsyncConnection, tables: Tables, day: str, agents: Collection[str] | None = None
) -> dict[str, dict[int, Counters]]:
    """A day of each agent by quarter hour: where her time went."""
    table = tables.intervals["agent"]
    chosen = select(table).where(table.c.day == day)
    if agents is not None:
        chosen = chosen.where(table.c.subject.in_(agents))
    found: dict[str, dict[int, Counters]] = {}
    for row in (await connection.execute(chosen.order_by(table.c.subject, table.c.start_at))).mappings():
        found.setdefault(row["subject"], {})[row["start_at"]] = _read(row, "agent")
    return found


# -- the calls behind a figure ----------------------------------------------------------------------------------------------

Order = Literal["newest", "longest"]


class CallFilter(Struct, frozen=True, kw_only=True):
    """Which calls: the figure's own moment (queue entry, offer, conversation, begin of the call) lies in [since, until)."""

    since: int
    until: int
    queues: tuple[str, ...] | None = None
    agents: tuple[str, ...] | None = None


class CallRow(Struct, frozen=True, kw_only=True):
    """One thing that a figure counted, with its call. A call counted twice, for two entries, comes twice."""

    call: CallId
    seq: int
    at: int
    """The figure's moment."""
    length_ms: int
    """Of an entry the wait, of a conversation talk + hold + wrap-up, of an offer its ringing, of a call the whole."""
    queue: str | None
    agent: str | None
    outcome: str | None
    """Of the entry, offer or conversation; of a call its end."""
    direction: str
    started_at: int
    over_at: int | None
    customer: PersonalId | None
    contact: ContactId | None
    number: str | None
    end: str | None
    disposition: str | None
    recorded: bool


class CallPage(Struct, frozen=True):
    """`after` asks for the next page; None: this was the last."""

    rows: tuple[CallRow, ...]
    total: int
    """How many the figure counts."""
    after: str | None


class _Source(Struct, frozen=True, kw_only=True):
    """What a figure counts: rows of `table` with `where`."""

    table: Table
    seq: ColumnElement[int] | None
    """None: a row for each call."""
    at: ColumnElement[int]
    length: ColumnElement[int]
    queue: ColumnElement[Any]
    agent: ColumnElement[Any]
    outcome: ColumnElement[Any]
    where: ColumnElement[bool]


def _calls(tables: Tables, *where: ColumnElement[bool]) -> _Source:
    t = tables.call_record
    agent = func.coalesce(t.c.placed_by, t.c.agent)
    return _Source(
        table=t, seq=None, at=t.c.started_at, length=func.coalesce(t.c.over_at - t.c.started_at, 0),
        queue=t.c.queue, agent=agent, outcome=t.c.outcome, where=and_(true(), *where),
    )  # fmt: skip


def _entries(tables: Tables, *where: ColumnElement[bool]) -> _Source:
    t = tables.queue_entry
    return _Source(
        table=t, seq=t.c.seq, at=t.c.queued_at, length=func.coalesce(t.c.wait_ms, 0), queue=t.c.queue, agent=t.c.agent,
        outcome=t.c.outcome, where=and_(not_(t.c.back), *where),
    )  # fmt: skip


def _offers(tables: Tables, *where: ColumnElement[bool]) -> _Source:
    t = tables.offer
    return _Source(
        table=t, seq=t.c.seq, at=t.c.made_at, length=func.coalesce(t.c.ended_at - t.c.made_at, 0), queue=t.c.queue,
        agent=t.c.agent, outcome=t.c.outcome, where=and_(true(), *where),
    )  # fmt: skip


def _conversations(tables: Tables, by_entry: bool, *where: ColumnElement[bool]) -> _Source:
    """`by_entry`: in the interval of the queue entry, as a queue counts; else in that of the conversation."""
    t = tables.conversation
    return _Source(
        table=t, seq=t.c.seq, at=t.c.queued_at if by_entry else t.c.connected_at,
        length=t.c.talk_ms + t.c.hold_ms + t.c.wrap_up_ms, queue=t.c.queue, agent=t.c.agent, outcome=t.c.why,
        where=and_(t.c.finished, *where),
    )  # fmt: skip


BEHIND: dict[str, str] = {
    "abandon_rate": "abandoned_counted", "abandon_rate_all": "abandoned", "ivr_abandon_rate": "abandoned_in_ivr",
    "service_level": "answered_in_time", "service_level_answered": "answered_in_time", "asa": "answered",
    "aqt_abandoned": "abandoned_counted", "awt": "waited", "max_wait": "waited", "aht": "handled", "wrap_up_time": "handled",
    "transfer_rate": "transferred", "hold_rate": "held", "wrap_up_overrun": "overrun", "agent_hung_up_first": "agent_hung_up",
    "agent_answer_rate": "accepted", "missed_rate": "missed", "reach_rate": "reached",
}  # fmt: skip
"""Of a metric: the count whose calls explain it (those above the line; of a mean all that it is the mean of)."""

COUNTED_CALLS = (
    "arrived", "blocked", "closed", "ended_by_flow", "abandoned_in_ivr", "lost", "failed", "placed", "reached",
    "offered", "answered", "answered_in_time", "abandoned", "abandoned_counted", "short_abandoned", "abandoned_in_time", "waited",
    "flowed_out", "ended", "came_back", "offers", "accepted", "rejected", "missed", "withdrawn", "device_errors",
    "handled", "transferred", "held", "agent_hung_up", "overrun",
)  # fmt: skip
"""Counts whose calls can be listed."""


def _source(tables: Tables, figure: str, by_entry: bool) -> _Source:
    """What the figure counts; ValueError for one that has no calls."""
    name = BEHIND.get(figure, figure)
    call, entry, offer, one = tables.call_record.c, tables.queue_entry.c, tables.offer.c, tables.conversation.c
    match name:
        case "arrived":
            return _calls(tables, call.direction == "inbound")
        case "blocked" | "closed" | "ended_by_flow" | "abandoned_in_ivr" | "lost" | "failed":
            return _calls(tables, call.direction == "inbound", call.outcome == name)
        case "placed":
            return _calls(tables, call.direction == "outbound")
        case "reached":
            return _calls(tables, call.direction == "outbound", call.agent.is_not(None))
        case "offered":
            return _entries(tables)
        case "answered" | "abandoned" | "flowed_out" | "ended":
            return _entries(tables, entry.outcome == name)
        case "answered_in_time":
            return _entries(tables, entry.outcome == "answered", entry.in_time)
        case "abandoned_in_time":
            return _entries(tables, entry.outcome == "abandoned", entry.in_time)
        case "abandoned_counted":
            return _entries(tables, entry.outcome == "abandoned", not_(entry.short))
        case "short_abandoned":
            return _entries(tables, entry.short)
        case "waited":
            return _entries(tables, entry.ended_at.is_not(None))
        case "came_back":
            return msgspec.structs.replace(_entries(tables), where=entry.back)
        case "offers":
            return _offers(tables)
        case "accepted" | "rejected" | "withdrawn":
            return _offers(tables, offer.outcome == name)
        case "missed":
            return _offers(tables, offer.outcome == "rang_out")
        case "device_errors":
            return _offers(tables, offer.outcome == "device_error")
        case "handled":
            return _conversations(tables, by_entry)
        case "transferred" | "agent_hung_up":
            return _conversations(tables, by_entry, one.why == name)
        case "held":
            hold = tables.hold.c
            return _conversations(
                tables, by_entry, select(hold.seq).where(hold.call == one.call, hold.conversation == one.seq).exists()
            )  # fmt: skip
        case "overrun":
            wrap = tables.wrap_up.c
            return _conversations(
                tables, by_entry, select(wrap.seq).where(wrap.call == one.call, wrap.seq == one.seq, wrap.overrun_ms > 0).exists()
            )  # fmt: skip
        case _:
            raise ValueError(f"{figure!r} has no calls behind it: use one of {', '.join((*COUNTED_CALLS, *BEHIND))}")


async def calls_behind(
    connection: AsyncConnection,
    tables: Tables,
    figure: str,
    chosen: CallFilter,
    *,
    order: Order = "newest",
    after: str | None = None,
    limit: int = 50,
) -> CallPage:
    """The calls that a figure counted, a page at a time; `figure` is a count of COUNTED_CALLS or a metric of BEHIND.

    Filtered by queues alone, conversations belong to the interval of their queue entry, as they do in the queue's figures.
    Raises ValueError for a figure that has no calls, and for an `after` that is none of ours.
    """
    source = _source(tables, figure, by_entry=chosen.queues is not None and chosen.agents is None)
    where = [source.where, source.at >= chosen.since, source.at < chosen.until]
    if chosen.queues is not None:
        where.append(source.queue.in_(chosen.queues))
    if chosen.agents is not None:
        where.append(source.agent.in_(chosen.agents))
    call = tables.call_record
    recorded = select(tables.recording.c.seq).where(
        tables.recording.c.call == call.c.call, tables.recording.c.kept_at.is_not(None)
    )  # fmt: skip
    rank = source.length if order == "longest" else source.at
    place: list[ColumnElement[Any]] = [rank, call.c.call, *([] if source.seq is None else [source.seq])]
    rows: Select[Any] = select(
        call.c.call, (literal(0) if source.seq is None else source.seq).label("seq"), source.at.label("at"),
        source.length.label("length_ms"),
        source.queue.label("the_queue"), source.agent.label("the_agent"), source.outcome.label("the_outcome"),
        call.c.direction, call.c.started_at, call.c.over_at, call.c.customer, call.c.contact, call.c.number,
        call.c.outcome.label("end_of_call"), call.c.disposition, recorded.exists().label("recorded"),
        rank.label("rank"),
    )  # fmt: skip
    if source.table is not call:
        rows = rows.select_from(source.table.join(call, call.c.call == source.table.c.call))
    counted = select(func.count()).select_from(source.table).where(*where)
    if after is not None:
        where.append(tuple_(*place) < tuple_(*_position(after)[: len(place)]))
    rows = rows.where(*where).order_by(*(part.desc() for part in place)).limit(limit + 1)
    total = int((await connection.execute(counted)).scalar_one())
    found = (await connection.execute(rows)).mappings().all()
    page = tuple(_call_row(row) for row in found[:limit])
    last = found[limit - 1] if len(found) > limit else None
    return CallPage(page, total, None if last is None else f"{last['rank']}.{last['call']}.{last['seq']}")


def _position(after: str) -> tuple[int, str, int]:
    try:
        rank, call, seq = after.split(".")
        if not call.isalnum() or abs(int(rank)) >= 1 << 63 or abs(int(seq)) >= 1 << 31:  # no row has it, no database takes it
            raise ValueError
        return int(rank), call, int(seq)
    except ValueError:
        raise ValueError("after: give back what the page before answered, unchanged") from None


def _call_row(row: RowMapping) -> CallRow:
    return CallRow(
        call=row["call"], seq=row["seq"], at=row["at"], length_ms=row["length_ms"], queue=row["the_queue"],
        agent=row["the_agent"], outcome=row["the_outcome"], direction=row["direction"], started_at=row["started_at"],
        over_at=row["over_at"], customer=row["customer"], contact=row["contact"], number=row["number"],
        end=row["end_of_call"], disposition=row["disposition"], recorded=bool(row["recorded"]),
    )  # fmt: skip


async def call_body(connection: AsyncConnection, tables: Tables, call: str) -> str | None:
    """The whole record of a call as JSON (`reporting.tables.record_of` reads it); None: there is no such call."""
    table = tables.call_record
    body: str | None = (await connection.execute(select(table.c.body).where(table.c.call == call))).scalar_one_or_none()
    return body
