"""Leads of a list as people look them up: in pages, by a part of the name or company, by a number in any form, by state."""

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.errors import NotFound
from callcenter.store.database import Database
from callcenter.store.lead_numbers import read_number
from callcenter.store.paging import Page, after, cursor
from callcenter.store.tables.campaigns import CallListRow
from callcenter.store.tables.leads import LeadPhoneRow, LeadRow
from dialer.lead import BadNumber

LeadState = Literal["fresh", "resting", "claimed", "done"]
FEWEST_DIGITS = 4
"""Fewer digits are looked for in names only."""


class ShownNumber(Struct, frozen=True, kw_only=True):
    e164: str
    written: str
    label: str
    kind: str
    dead: bool
    """Never dialed again."""


class ShownLead(Struct, frozen=True, kw_only=True):
    """A lead with its numbers. Everything in it is personal."""

    id: int
    line: int
    state: str
    name: str
    company: str
    email: str
    city: str
    province: str
    country: str
    zone: str
    language: str
    consent: str
    note: str
    agent: str
    contact: int | None
    account: int | None
    attempts: int
    last_at: int | None
    next_at: int | None
    outcome: str | None
    held: str | None
    extra: dict[str, Any]
    numbers: tuple[ShownNumber, ...] = ()


class LeadPages:
    """Raises NotFound, Refused for a cursor of another list, StoreFault."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, call_list: int, text: str, state: LeadState | None, region: str, *, limit: int, cursor_: str | None
    ) -> Page[ShownLead]:
        """In the order of the file. `region`: in whose national form a number may be written. A name is looked for row by row,
        so a rare one in a list of a million takes a second or two; a number is found at once."""
        of = f"leads {call_list} {state or ''} {text}"
        query = select(LeadRow).where(LeadRow.call_list == call_list).order_by(LeadRow.id).limit(limit + 1)
        if state is not None:
            query = query.where(LeadRow.state == state)
        if cursor_ is not None:
            query = query.where(LeadRow.id > after(cursor_, of, int)[0])
        if text := text.strip():
            query = query.where(_matches(text, call_list, region))
        async with self._database.read() as session:
            if await session.get(CallListRow, call_list) is None:
                raise NotFound("there is no such list")
            rows = list(await session.scalars(query))
            numbers = await _numbers(session, [row.id for row in rows[:limit]])
        items = tuple(_lead(row, numbers.get(row.id, ())) for row in rows[:limit])
        return Page(items, cursor(of, rows[limit - 1].id) if len(rows) > limit else None)


def _matches(text: str, call_list: int, region: str) -> Any:
    digits = "".join(letter for letter in text if letter.isdigit())
    if len(digits) >= FEWEST_DIGITS and not any(letter.isalpha() for letter in text):
        read = read_number(text, region)
        exact = () if isinstance(read, BadNumber) else (LeadPhoneRow.e164 == read.e164,)
        begins = LeadPhoneRow.e164.startswith(f"+{digits}")
        there = select(LeadPhoneRow.lead).where(LeadPhoneRow.call_list == call_list, or_(begins, *exact))
        return LeadRow.id.in_(there)
    part = text.casefold()
    columns = (LeadRow.name, LeadRow.company, LeadRow.external_id)
    return or_(*(func.lower(column).contains(part, autoescape=True) for column in columns))


async def _numbers(session: AsyncSession, leads: Sequence[int]) -> dict[int, tuple[ShownNumber, ...]]:
    query = select(LeadPhoneRow).where(LeadPhoneRow.lead.in_(leads)).order_by(LeadPhoneRow.lead, LeadPhoneRow.place)
    found: dict[int, tuple[ShownNumber, ...]] = {}
    for row in await session.scalars(query):
        one = ShownNumber(e164=row.e164, written=row.written, label=row.label, kind=row.kind, dead=row.dead)
        found[row.lead] = (*found.get(row.lead, ()), one)
    return found


def _lead(row: LeadRow, numbers: tuple[ShownNumber, ...]) -> ShownLead:
    plain = {name: getattr(row, name) for name in ShownLead.__struct_fields__ if name != "numbers"}
    return ShownLead(numbers=numbers, **plain)
