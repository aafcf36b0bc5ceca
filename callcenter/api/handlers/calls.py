"""Call records: lists, the calls behind a figure, one call whole, its notes and recordings, and a customer's timeline.

An agent reads the calls in which she took part; a list by customer shows everybody's, for the timeline is the customer's.
"""

from collections.abc import Iterable
from typing import Literal

from aiohttp import web
from msgspec import Struct

from callcenter.api.call_list import CallLine, Wanted, call_of_recording, lines_of, list_calls
from callcenter.api.errors import ApiError
from callcenter.api.numbers import phone_number
from callcenter.api.period import days
from callcenter.api.record_body import detail
from callcenter.api.route import Ask
from callcenter.api.schemas import calls as c
from callcenter.api.schemas import customers as k
from callcenter.api.schemas.common import PhoneNumber
from callcenter.api.schemas.queries import CallQuery, Paging
from callcenter.kernel.errors import Refused
from callcenter.kernel.ids import AgentId, CallId, ContactId, PersonalId, RecordingId
from callcenter.kernel.personal import ERASED
from callcenter.store.tables import reporting_tables
from reporting import queries
from reporting.call_record import CallRecord
from reporting.queries import CallFilter, CallRow
from reporting.tables import record_of

EVER = 1 << 62


async def find_calls(ask: Ask) -> c.CallListBody:
    query = ask.asked(CallQuery)
    queues, agents = tuple(query.queue) or None, _agents_shown(ask, query)
    since, until = _span(ask, query)
    if query.figure is not None:
        return await _behind(ask, query, CallFilter(since=since, until=until, queues=queues, agents=agents))
    wanted = Wanted(
        since=since,
        until=until,
        queues=queues,
        agents=agents,
        direction=query.direction,
        end=query.end,
        contact=None if query.contact is None else ContactId(query.contact),
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
    shown = await _shown(ask, lines.values())
    items = [_summary(ask, lines[row.call], shown, row) for row in page.rows]
    return c.CallListBody(items=items, total=page.total, next=page.after)


def _span(ask: Ask, query: CallQuery) -> tuple[int, int]:
    if query.first is None and query.last is None:
        return 0, EVER
    period = days(query.first or query.last, query.last, ask.services.engine.state.center.tz(), ask.now)
    return period.since_at, period.until_at


def _agents_shown(ask: Ask, query: CallQuery) -> tuple[str, ...] | None:
    """Whose calls: an agent's own, unless the list is a customer's."""
    named = tuple(query.agent) or None
    if ask.who.user.role != "agent":
        return named
    if query.contact is not None and query.figure is None:
        return named
    if named is not None and named != (ask.agent,):
        raise ApiError("forbidden", "these are a colleague's calls", field="agent")
    return (ask.agent,)


async def read_call(ask: Ask) -> c.CallDetailBody:
    call = CallId(ask.word("call"))
    record, line = await _record(ask, call)
    if ask.who.user.role == "agent" and ask.agent not in people(record):
        raise ApiError("not_found")
    note = await ask.services.crm.note(call)
    shown = await _shown(ask, [line], record)
    notes = c.NotesBody(
        text="" if note is None else note.text,
        author=None if note is None else note.author,
        saved_at=None if note is None else note.saved_at,
    )
    return detail(record, _summary(ask, line, shown, None), notes, lambda row: _number(ask, shown, row))


async def _record(ask: Ask, call: CallId) -> tuple[CallRecord, CallLine]:
    async with ask.services.database.read() as session:
        connection = await session.connection()
        body = await queries.call_body(connection, reporting_tables, call)
        if body is not None:
            return record_of(body), (await lines_of(connection, [call]))[call]
    if call in ask.parts.stage.calls:
        raise ApiError("try_again", "the call has only just begun")
    raise ApiError("not_found")


def people(record: CallRecord) -> set[AgentId]:
    """The agents who took part: talked, placed it, or were offered it."""
    found = {conversation.agent for conversation in record.conversations} | {offer.agent for offer in record.offers}
    return found if record.placed_by is None else found | {record.placed_by}


async def _may_touch(ask: Ask, call: CallId) -> None:
    """Raises ApiError unless there is such a call and the one who asks has to do with it."""
    if call in ask.parts.stage.calls:
        if ask.who.user.role != "agent":
            return
        view = ask.parts.stage.calls[call]
        talked = {conversation.agent for conversation in view.conversations}
        if ask.agent in talked or ask.agent == view.placed_by or (view.offer is not None and view.offer.agent == ask.agent):
            return
    record, _ = await _record(ask, call)
    if ask.who.user.role == "agent" and ask.agent not in people(record):
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
    """The file; aiohttp answers Range requests."""
    recording = RecordingId(ask.word("recording"))
    async with ask.services.database.read() as session:
        call = await call_of_recording(await session.connection(), recording)
    if call is None:
        raise ApiError("not_found")
    await _may_touch(ask, call)
    kept = await ask.services.recordings.find(recording)
    return web.FileResponse(kept.path, headers={"Content-Type": kept.media_type, "Cache-Control": "private, no-store"})


async def read_timeline(ask: Ask) -> k.TimelineBody:
    contact = ContactId(ask.whole("contact"))
    await ask.services.crm.contact(contact)  # NotFound
    query = ask.asked(Paging)
    async with ask.services.database.read() as session:
        connection = await session.connection()
        page = await list_calls(connection, Wanted(contact=contact), limit=query.limit, cursor_=query.cursor)
        mine: set[CallId] | None = None
        if ask.who.user.role == "agent":
            own = Wanted(contact=contact, agents=(ask.agent,))
            mine = {line.call for line in (await list_calls(connection, own, limit=query.limit, cursor_=query.cursor)).items}
    notes = await ask.services.crm.notes([line.call for line in page.items])
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
            recording=line.recording if mine is None or line.call in mine else None,
        )
        for line in page.items
    ]
    return k.TimelineBody(items=items, next=page.next)


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
        values |= await ask.services.read_personal(rows - values.keys())
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
