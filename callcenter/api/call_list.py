"""Call records as rows of a list: those that match a filter, newest first, a page at a time.

The calls behind a figure are chosen by `reporting.queries`; here they only get the rest of their row. Nothing is resolved:
numbers are ids of personal rows until `callcenter.api.handlers.calls` shows them.
"""

from collections.abc import Collection

from msgspec import Struct
from sqlalchemy import ColumnElement, RowMapping, and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.api.reach import Reach
from callcenter.kernel.ids import CallId, ContactId, PersonalId
from callcenter.store.paging import Page, after, cursor
from callcenter.store.tables import reporting_tables as tables
from reporting.call_record import CallRecord
from reporting.tables import record_of


class CallLine(Struct, frozen=True, kw_only=True):
    call: CallId
    direction: str
    started_at: int
    over_at: int | None
    outcome: str | None
    customer: PersonalId | None
    contact: ContactId | None
    queue: str | None
    agent: str | None
    """Who talked in it last; of a placed call that nobody answered, who placed it."""
    wait_ms: int
    talk_ms: int
    disposition: str | None
    recording: str | None
    """The first one that can be listened to."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Which calls. Of an agent: those in which she talked, or that she placed or was offered."""

    since: int | None = None
    until: int | None = None
    queues: tuple[str, ...] | None = None
    agents: tuple[str, ...] | None = None
    direction: str | None = None
    end: str | None = None
    contact: ContactId | None = None
    reach: Reach | None = None
    """Only what this person may see; None: all."""


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    call, entry, offer = tables.call_record.c, tables.queue_entry.c, tables.offer.c
    where: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        where.append(call.started_at >= wanted.since)
    if wanted.until is not None:
        where.append(call.started_at < wanted.until)
    if wanted.direction is not None:
        where.append(call.direction == wanted.direction)
    if wanted.end is not None:
        where.append(call.outcome == wanted.end)
    if wanted.contact is not None:
        where.append(call.contact == wanted.contact)
    if wanted.queues is not None:
        where.append(call.call.in_(select(entry.call).where(entry.queue.in_(wanted.queues))))
    if wanted.agents is not None:
        where.append(
            or_(call.call.in_(select(offer.call).where(offer.agent.in_(wanted.agents))), *_of_agents(wanted.agents))
        )
    if wanted.reach is not None and wanted.reach.agents is not None:
        where.append(_reached(wanted.reach.agents, wanted.reach.queues or frozenset()))
    return where


def _reached(agents: Collection[str], queues: Collection[str]) -> ColumnElement[bool]:
    """What `Reach.call` says of a record, asked of the rows."""
    call, entry, offer, one = tables.call_record.c, tables.queue_entry.c, tables.offer.c, tables.conversation.c
    return or_(
        call.call.in_(select(offer.call).where(offer.agent.in_(agents))),
        *_of_agents(agents),
        and_(
            call.placed_by.is_(None),
            call.call.not_in(select(one.call)),
            call.call.in_(select(entry.call).where(entry.queue.in_(queues))),
        ),
    )


async def reached(connection: AsyncConnection, calls: Collection[CallId], reach: Reach) -> set[CallId]:
    """Those of these calls that this person may see."""
    if reach.whole:
        return set(calls)
    call = tables.call_record.c.call
    chosen = select(call).where(call.in_(set(calls)), *_conditions(Wanted(reach=reach)))
    return {CallId(found) for found in await connection.scalars(chosen)}


async def records_of(connection: AsyncConnection, calls: Collection[CallId]) -> dict[CallId, CallRecord]:
    """The whole records of these calls."""
    table = tables.call_record.c
    rows = await connection.execute(select(table.call, table.body).where(table.call.in_(set(calls))))
    return {CallId(call): record_of(body) for call, body in rows}


def _of_agents(agents: Collection[str]) -> list[ColumnElement[bool]]:
    call, conversation = tables.call_record.c, tables.conversation.c
    talked = select(conversation.call).where(conversation.agent.in_(agents))
    return [call.placed_by.in_(agents), call.call.in_(talked)]


async def list_calls(connection: AsyncConnection, wanted: Wanted, *, limit: int, cursor_: str | None) -> Page[CallLine]:
    """Raises Refused for a cursor of another list."""
    call = tables.call_record.c
    where = _conditions(wanted)
    if cursor_ is not None:
        where.append(tuple_(call.started_at, call.call) < tuple_(*after(cursor_, "calls", int, str)))
    chosen = select(tables.call_record).where(*where).order_by(call.started_at.desc(), call.call.desc()).limit(limit + 1)
    rows = (await connection.execute(chosen)).mappings().all()
    found = await _lines(connection, rows[:limit])
    more = cursor("calls", rows[limit - 1]["started_at"], rows[limit - 1]["call"]) if len(rows) > limit else None
    return Page(tuple(found), more)


async def lines_of(connection: AsyncConnection, calls: Collection[CallId]) -> dict[CallId, CallLine]:
    """The rows of these calls."""
    chosen = select(tables.call_record).where(tables.call_record.c.call.in_(set(calls)))
    found = await _lines(connection, (await connection.execute(chosen)).mappings().all())
    return {line.call: line for line in found}


async def _lines(connection: AsyncConnection, rows: Collection[RowMapping]) -> list[CallLine]:
    recording = tables.recording.c
    kept = select(recording.call, recording.recording).where(
        recording.call.in_([row["call"] for row in rows]), recording.kept_at.is_not(None)
    )
    recordings: dict[str, str] = {}
    for call, id in await connection.execute(kept.order_by(recording.call, recording.seq)):
        recordings.setdefault(call, id)
    return [
        CallLine(
            call=row["call"],
            direction=row["direction"],
            started_at=row["started_at"],
            over_at=row["over_at"],
            outcome=row["outcome"],
            customer=row["customer"],
            contact=row["contact"],
            queue=row["queue"],
            agent=row["agent"] or row["placed_by"],
            wait_ms=row["wait_ms"],
            talk_ms=row["talk_ms"],
            disposition=row["disposition"],
            recording=recordings.get(row["call"]),
        )
        for row in rows
    ]


async def call_of_recording(connection: AsyncConnection, recording: str) -> CallId | None:
    table = tables.recording.c
    found: str | None = (await connection.execute(select(table.call).where(table.recording == recording))).scalar()
    return None if found is None else CallId(found)
