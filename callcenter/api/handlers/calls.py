"""Call records: lists, the calls behind a figure, one call whole, its notes and recordings, and a customer's timeline.

Whose calls somebody reads is in `callcenter.api.reach`; a list by customer shows everybody's, for the timeline is the customer's.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec
from aiohttp import web
from msgspec import Struct

from callcenter.api.call_list import CallLine, Wanted, call_of_recording, lines_of, list_calls, reached, records_of
from callcenter.api.errors import ApiError
from callcenter.api.numbers import phone_number
from callcenter.api.period import days
from callcenter.api.reach import Reach
from callcenter.api.record_body import detail
from callcenter.api.route import Ask
from callcenter.api.schemas import calls as c
from callcenter.api.schemas import customers as k
from callcenter.api.schemas.common import PhoneNumber
from callcenter.api.schemas.queries import CallQuery, Paging
from callcenter.kernel.clock import MINUTE
from callcenter.kernel.errors import Refused
from callcenter.kernel.ids import AgentId, CallId, ContactId, PersonalId, RecordingId
from callcenter.kernel.personal import ERASED
from callcenter.store.audit import Entry
from callcenter.store.tables import reporting_tables
from reporting import queries
from reporting.call_record import CallRecord
from reporting.queries import CallFilter, CallRow
from reporting.tables import record_of

EVER = 1 << 62
ONE_LISTENING_MS = 10 * MINUTE
"""A player asks for a recording in many ranges; within this time that is one listening of one person."""


async def find_calls(ask: Ask) -> c.CallListBody:
    query = ask.asked(CallQuery)
    reach = ask.reach
    since, until = _span(ask, query)
    if query.figure is not None:
        # A figure of a queue counts what other teams did in it: it is narrowed by queue, and whoever is named.
        by_agent = bool(query.agent) or reach.role == "agent"
        chosen = CallFilter(
            since=since,
            until=until,
            queues=reach.named_queues(query.queue) if query.queue or not by_agent else None,
            agents=reach.named_agents(query.agent) if by_agent else None,
        )
        return await _behind(ask, query, chosen)
    everybodys = query.contact is not None
    wanted = Wanted(
        since=since,
        until=until,
        queues=tuple(query.queue) or None,
        agents=tuple(query.agent) or None if everybodys or not query.agent else reach.named_agents(query.agent),
        direction=query.direction,
        end=query.end,
        contact=None if query.contact is None else ContactId(query.contact),
        reach=None if everybodys else reach,
    )
    async with ask.services.database.read() as session:
        page = await list_calls(await session.connection(), wanted, limit=query.limit, cursor_=query.cursor)
    shown = await _shown(ask, page.items)
    return c.CallListBody(items=[_summary(ask, line, shown, None) for line in page.items], total=None, next=page.next)


async def _behind(ask: Ask, query: CallQuery, chosen: CallFilter) -> c.CallListBody:
    """Exactly what the figure counted."""
    if query.direction is not None or query.end is not None or query.contact is not None:
        raise ApiError("bad_request", "a figure takes days, queues and agents only", field="figure")
    assert query.figure is not None
    async with ask.services.database.read() as session:
        connection = await session.connection()
        try:
            page = await queries.calls_behind(
                connection, reporting_tables, query.figure, chosen, after=query.cursor, limit=query.limit
            )
        except ValueError as mistake:
            if str(mistake).startswith("after"):
                raise Refused("bad_cursor", "this cursor was not given out for this list: begin without one") from mistake
            raise ApiError("bad_request", str(mistake), field="figure") from mistake
        lines = await lines_of(connection, [row.call for row in page.rows])
        seen = await reached(connection, lines.keys(), ask.reach)
    shown = await _shown(ask, (line for line in lines.values() if line.call in seen))
    items = [
        _summary(ask, lines[row.call], shown, row)
        if row.call in seen
        else _outline(_summary(ask, lines[row.call], _Shown(), row))
        for row in page.rows
    ]
    return c.CallListBody(items=items, total=page.total, next=page.after)


def _span(ask: Ask, query: CallQuery) -> tuple[int, int]:
    if query.first is None and query.last is None:
        return 0, EVER
    period = days(query.first or query.last, query.last, ask.services.engine.state.center.tz(), ask.now)
    return period.since_at, period.until_at


async def read_call(ask: Ask) -> c.CallDetailBody:
    call = CallId(ask.word("call"))
    record, line = await _record(ask, call)
    if not ask.reach.call(record):
        raise ApiError("not_found")
    note = await ask.services.crm.note(call)
    shown = await _shown(ask, [line], record)
    notes = c.NotesBody(
        text="" if note is None else note.text,
        author=None if note is None else note.author,
        saved_at=None if note is None else note.saved_at,
    )
    audible = {one.recording for one in record.recordings if ask.reach.recording(record, one.recording)}
    return detail(record, _summary(ask, line, shown, None), notes, audible, lambda row: _number(ask, shown, row))


async def _record(ask: Ask, call: CallId) -> tuple[CallRecord, CallLine]:
    async with ask.services.database.read() as session:
        connection = await session.connection()
        body = await queries.call_body(connection, reporting_tables, call)
        if body is not None:
            return record_of(body), (await lines_of(connection, [call]))[call]
    if call in ask.parts.stage.calls:
        raise ApiError("try_again", "the call has only just begun")
    raise ApiError("not_found")


async def _may_touch(ask: Ask, call: CallId) -> None:
    """Raises ApiError unless there is such a call and the one who asks has to do with it."""
    live = ask.parts.stage.calls.get(call)
    if live is not None and ask.reach.live_call(live):
        return
    record, _ = await _record(ask, call)
    if not ask.reach.call(record):
        raise ApiError("not_found")


async def read_notes(ask: Ask) -> c.NotesBody:
    call = CallId(ask.word("call"))
    await _may_touch(ask, call)
    note = await ask.services.crm.note(call)
    if note is None:
        return c.NotesBody(text="", author=None, saved_at=None)
    return c.NotesBody(text=note.text, author=note.author, saved_at=note.saved_at)


async def write_notes(ask: Ask) -> c.NotesBody:
    call = CallId(ask.word("call"))
    await _may_touch(ask, call)
    note = await ask.services.crm.save_note(call, ask.read(c.NotesRequest).text, ask.who.user.login, ask.now)
    return c.NotesBody(text=note.text, author=note.author, saved_at=note.saved_at)


async def read_recording(ask: Ask) -> web.StreamResponse:
    """The file; aiohttp answers Range requests. Who hears it is in the audit log before the first sound of it."""
    recording = RecordingId(ask.word("recording"))
    async with ask.services.database.read() as session:
        call = await call_of_recording(await session.connection(), recording)
    if call is None:
        raise ApiError("not_found")
    record, _ = await _record(ask, call)
    if not ask.reach.recording(record, recording):
        raise ApiError("not_found")
    kept = await ask.services.recordings.find(recording)
    entry = Entry(action="listened", subject=f"recordings/{recording}", user_id=ask.who.user.id, details={"call": call})
    await ask.services.audit.add(ask.now, entry, once_in_ms=ONE_LISTENING_MS)
    return web.FileResponse(kept.path, headers={"Content-Type": kept.media_type, "Cache-Control": "private, no-store"})


async def read_timeline(ask: Ask) -> k.TimelineBody:
    contact = ContactId(ask.whole("contact"))
    await ask.services.crm.contact(contact)  # NotFound
    query = ask.asked(Paging)
    async with ask.services.database.read() as session:
        connection = await session.connection()
        page = await list_calls(connection, Wanted(contact=contact), limit=query.limit, cursor_=query.cursor)
        records = await records_of(connection, [line.call for line in page.items if line.recording is not None])
    notes = await ask.services.crm.notes([line.call for line in page.items])
    reach = ask.reach
    items = [
        k.TimelineItem(
            kind="call",
            at=line.started_at,
            call=line.call,
            direction=_direction(line.direction),
            end=line.outcome,
            queue=line.queue,
            agent=line.agent,
            agent_name=_agent_name(ask, line.agent),
            talk_ms=line.talk_ms,
            disposition=line.disposition,
            notes=notes[line.call].text if line.call in notes else "",
            recording=_audible(reach, records, line),
        )
        for line in page.items
    ]
    return k.TimelineBody(items=items, next=page.next)


def _audible(reach: Reach, records: dict[CallId, CallRecord], line: CallLine) -> str | None:
    """The line's recording, for those who may hear it."""
    if line.recording is None or line.call not in records:
        return None
    return line.recording if reach.recording(records[line.call], RecordingId(line.recording)) else None


def _outline(summary: c.CallSummary) -> c.CallSummary:
    """A call that a figure counted and another team had: when, how long and how it ended, not with whom."""
    counted = summary.counted
    return msgspec.structs.replace(
        summary,
        number=None,
        contact=None,
        agent=None,
        agent_name=None,
        disposition=None,
        counted=None if counted is None else msgspec.structs.replace(counted, agent=None),
    )


# -- showing ----------------------------------------------------------------------------------------------------------------


class _Shown(Struct, frozen=True):
    """What had to be looked up for calls: their customers' names, and the values of personal rows."""

    names: dict[ContactId, str] = {}
    values: dict[PersonalId, str] = {}


async def _shown(ask: Ask, lines: Iterable[CallLine], record: CallRecord | None = None) -> _Shown:
    lines = list(lines)
    wanted = {line.contact for line in lines if line.contact is not None}
    contacts = await ask.services.crm.contacts(wanted) if wanted else {}
    rows = {line.customer for line in lines if line.customer is not None}
    if record is not None:
        rows |= {leg.number for leg in record.legs if leg.number is not None}
        rows |= {transfer.to_number for transfer in record.transfers if transfer.to_number is not None}
    known = ask.services.engine.state.personal
    values = {row: known[row] for row in rows & known.keys()}
    if rows - values.keys():
        values |= await ask.services.log.personal(rows - values.keys())
    return _Shown({id: contact.name for id, contact in contacts.items()}, values)


def _summary(ask: Ask, line: CallLine, shown: _Shown, counted: CallRow | None) -> c.CallSummary:
    return c.CallSummary(
        id=line.call,
        direction=_direction(line.direction),
        started_at=line.started_at,
        ended_at=line.over_at,
        end=line.outcome,
        number=_number(ask, shown, line.customer),
        contact=line.contact,
        contact_name=None if line.contact is None else shown.names.get(line.contact),
        queue=line.queue,
        agent=line.agent,
        agent_name=_agent_name(ask, line.agent),
        wait_ms=line.wait_ms,
        talk_ms=line.talk_ms,
        disposition=line.disposition,
        recorded=line.recording is not None,
        counted=None
        if counted is None
        else c.Counted(
            at=counted.at, length_ms=counted.length_ms, queue=counted.queue, agent=counted.agent, outcome=counted.outcome
        ),
    )


def _number(ask: Ask, shown: _Shown, row: PersonalId | None) -> PhoneNumber | None:
    return None if row is None else phone_number(shown.values.get(row, ERASED), ask.services.region)


def _agent_name(ask: Ask, agent: str | None) -> str | None:
    if agent is None:
        return None
    state = ask.services.engine.state
    values = state.center.agents.get(AgentId(agent))
    return agent if values is None else state.value(values.name)


def _direction(word: str) -> Literal["inbound", "outbound"]:
    return "outbound" if word == "outbound" else "inbound"
