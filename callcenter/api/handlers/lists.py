"""Call lists: a file is sent, looked at and becomes a list; customers become one by a filter; a list is looked through, changed
and taken back. Reading files is another process's work (`callcenter.runtime.list_desk`)."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import msgspec
from aiohttp import web
from msgspec import UNSET

from callcenter.api import errors
from callcenter.api.handlers.campaigns import counts_body
from callcenter.api.holds import hold_words, refusal_words
from callcenter.api.numbers import phone_number
from callcenter.api.route import Ask
from callcenter.api.schemas import lists as m
from callcenter.api.schemas.common import PhoneNumber, Words
from callcenter.kernel.errors import TryAgain
from callcenter.runtime.list_desk import Fill
from callcenter.store import audit
from callcenter.store.audit import Action, Entry
from callcenter.store.campaign_outlook import Counts
from callcenter.store.lead_pages import ShownLead
from callcenter.store.list_orders import Choice, PreviewRow
from callcenter.store.lists import CallList, ImportState, ListChange
from callcenter.store.target_groups import Condition, Target
from dialer.columns import Column
from dialer.screening import Policy

PIECE = 1 << 20
SILENT_S = 60.0
"""A sender who sends nothing for so long is gone."""


async def send_file(ask: Ask) -> m.UploadBody:
    name = ask.asked(m.UploadQuery).name
    kept = await ask.services.lists.uploads.receive(_pieces(ask.http), name, ask.who.user.id, ask.now)
    return m.UploadBody(id=kept.id, file_name=kept.file_name, size=kept.size)


async def forget_file(ask: Ask) -> None:
    await ask.services.lists.uploads.remove(ask.word("upload"), ask.who.user.id)


async def preview_file(ask: Ask) -> m.PreviewBody:
    given = ask.read(m.PreviewRequest)
    columns = None if given.columns is None else tuple(Column(head=one.head, field=one.field) for one in given.columns)
    choice = Choice(
        encoding=given.encoding, separator=given.separator, sheet=given.sheet, header=given.header, columns=columns
    )  # fmt: skip
    found, order = await ask.services.lists.preview(ask.word("upload"), ask.who.user.id, choice)
    form = found.order.form
    return m.PreviewBody(
        order=order,
        kind=form.kind,
        encoding=form.encoding,
        separator=form.separator,
        sheet=form.sheet,
        sheets=list(form.sheets),
        header=found.order.header,
        columns=[m.ColumnBody(head=one.head, field=one.field) for one in found.order.columns],
        rows=[_line(row, ask.services.region) for row in found.rows],
    )


async def begin_import(ask: Ask) -> m.ListBody:
    given, campaign = ask.read(m.ImportRequest), ask.whole("campaign")
    fill = _fill(ask, given)
    async with ask.services.database.together() as session:
        made = await ask.services.lists.begin_import(given.upload, ask.who.user.id, given.order, fill, _policy(given.policy))
        await audit.append(session, ask.now, _entry(ask, "list_begun", made, campaign=campaign))
        return await _body(ask, made)


async def count_target(ask: Ask) -> m.TargetCountBody:
    found = await ask.services.lists.targets.count(Target(conditions=_conditions(ask.read(m.TargetCountRequest).conditions)))
    return m.TargetCountBody(contacts=found.contacts, with_number=found.with_number, shown=list(found.shown))


async def begin_target(ask: Ask) -> m.ListBody:
    given, campaign = ask.read(m.TargetRequest), ask.whole("campaign")
    target = Target(conditions=_conditions(given.conditions), policy=_policy(given.policy))
    async with ask.services.database.together() as session:
        made = await ask.services.lists.begin_target(target, _fill(ask, given))
        await audit.append(session, ask.now, _entry(ask, "list_begun", made, campaign=campaign))
        return await _body(ask, made)


async def list_lists(ask: Ask) -> m.ListListBody:
    campaign = (await ask.services.campaigns.campaign(ask.whole("campaign"))).id
    counts = (await ask.services.outlooks.standing(campaign)).lists
    found = await ask.services.lists.lists.lists(campaign)
    states = [await ask.services.lists.lists.import_state(one.id) for one in found]
    return m.ListListBody(
        items=[_list(one, state, counts.get(one.id, Counts())) for one, state in zip(found, states, strict=True)]
    )


async def read_list(ask: Ask) -> m.ListBody:
    return await _body(ask, ask.whole("list"))


async def change_list(ask: Ask) -> m.ListBody:
    given, id = ask.read(m.ListPatch), ask.whole("list")
    change = ListChange(name=given.name, active=given.active, priority=given.priority, share=given.share)
    told = {name: value for name, value in msgspec.structs.asdict(given).items() if value is not UNSET and name != "name"}
    async with ask.services.database.together() as session:
        await ask.services.lists.lists.change(id, change)
        await audit.append(session, ask.now, _entry(ask, "list_changed", id, **told))
    return await _body(ask, id)


async def withdraw_list(ask: Ask) -> m.WithdrawnBody:
    id = (await ask.services.lists.lists.list(ask.whole("list"))).id
    await ask.services.audit.add(ask.now, _entry(ask, "list_withdrawn", id))
    done = await ask.services.lists.withdraw(id)
    if done is None:
        return m.WithdrawnBody(removed=None, stayed=None)
    return m.WithdrawnBody(removed=done.removed, stayed=done.stayed)


async def refused_csv(ask: Ask) -> web.StreamResponse:
    """What leaves the house as a file is in the audit log before it does."""
    id = (await ask.services.lists.lists.import_state(ask.whole("list"))).list
    await ask.services.audit.add(ask.now, _entry(ask, "exported", id, what="refused rows"))
    language = ask.who.user.language or ask.services.engine.state.center.default_language
    response = web.StreamResponse(
        headers={"Content-Disposition": f'attachment; filename="refused-{id}.csv"', "Cache-Control": "no-store"}
    )
    response.content_type, response.charset = "text/csv", "utf-8"
    await response.prepare(ask.http)
    async for piece in ask.services.lists.lists.refused_csv(id, language):
        await response.write(piece.encode())
    await response.write_eof()
    return response


async def list_leads(ask: Ask) -> m.LeadListBody:
    query, region = ask.asked(m.LeadQuery), ask.services.region
    page = await ask.services.leads.page(
        ask.whole("list"), query.q, query.state, region, limit=query.limit, cursor_=query.cursor
    )  # fmt: skip
    return m.LeadListBody(items=[_lead(one, region) for one in page.items], next=page.next)


# -- what is asked for ------------------------------------------------------------------------------------------------


async def _pieces(http: web.Request) -> AsyncIterator[bytes]:
    """A megabyte at a time, so that the disk is written in few steps."""
    held = bytearray()
    try:
        while piece := await asyncio.wait_for(http.content.readany(), SILENT_S):
            held += piece
            if len(held) >= PIECE:
                yield bytes(held)
                held.clear()
    except (TimeoutError, ConnectionError):
        raise TryAgain("the file stopped coming: send it again") from None
    if held:
        yield bytes(held)


def _fill(ask: Ask, given: m.ImportRequest | m.TargetRequest) -> Fill:
    return Fill(
        campaign=ask.whole("campaign"), name=given.name, by=ask.who.user.login, priority=given.priority, share=given.share
    )  # fmt: skip


def _policy(given: m.PolicyBody) -> Policy:
    return Policy(**msgspec.structs.asdict(given))


def _conditions(given: list[m.ConditionBody]) -> tuple[Condition, ...]:
    return tuple(
        Condition(field=one.field, op=one.op, value=tuple(one.value) if isinstance(one.value, list) else one.value)
        for one in given
    )


# -- what is answered -------------------------------------------------------------------------------------------------


async def _body(ask: Ask, id: int) -> m.ListBody:
    lists = ask.services.lists.lists
    found = await lists.list(id)
    counts = (await ask.services.outlooks.standing(found.campaign)).lists.get(id, Counts())
    return _list(found, await lists.import_state(id), counts)


def _list(found: CallList, state: ImportState, counts: Counts) -> m.ListBody:
    plain = {name: getattr(found, name) for name in found.__struct_fields__}
    return msgspec.convert(
        plain | {"counts": counts_body(counts), "filled": _import(state, found)}, m.ListBody, from_attributes=True
    )  # fmt: skip


def _import(state: ImportState, found: CallList) -> m.ImportBody:
    refused = sorted(state.refused.items(), key=lambda one: -one[1])
    why = None
    if state.why is not None:
        why = Words(en=state.why, zh=errors.CHINESE.get(state.why_code, errors.CHINESE["import_failed"]))
    return m.ImportBody(
        state=cast(m.ImportState, state.state),
        file_name=state.file_name,
        bytes_total=state.bytes_total,
        bytes_done=state.bytes_done,
        rows=state.rows,
        kept=state.kept,
        refused=[
            m.RefusalCount(code=cast(m.RefusalCode, code), text=refusal_words(code), rows=rows) for code, rows in refused
        ],
        numbers_left_out=state.numbers_left_out,
        linked=state.linked,
        why=why,
        began_at=found.created_at,
        ended_at=state.ended_at,
    )  # fmt: skip


def _line(row: PreviewRow, region: str) -> m.PreviewLine:
    numbers = () if row.lead is None else row.lead.numbers
    return m.PreviewLine(
        line=row.line,
        cells=list(row.cells),
        name="" if row.lead is None else row.lead.name,
        numbers=[_number(one.e164, region) for one in numbers],
        zones=list(numbers[0].zones) if numbers else [],
        refused=None if row.refused is None else refusal_words(row.refused),
    )


def _lead(one: ShownLead, region: str) -> m.LeadBody:
    plain = {name: getattr(one, name) for name in m.LeadBody.__struct_fields__ if name not in ("held", "numbers", "extra")}
    return m.LeadBody(
        held=None if one.held is None else hold_words(one.held),
        extra={head: str(value) for head, value in one.extra.items()},
        numbers=[
            m.LeadNumberBody(number=_number(each.e164, region), label=each.label, kind=each.kind, dead=each.dead)
            for each in one.numbers
        ],
        **plain,
    )


def _number(e164: str, region: str) -> PhoneNumber:
    return phone_number(e164, region) or PhoneNumber(value="", shown="")


def _entry(ask: Ask, action: Action, call_list: int, **details: object) -> Entry:
    return Entry(action=action, subject=f"lists/{call_list}", user_id=ask.who.user.id, details=details)
