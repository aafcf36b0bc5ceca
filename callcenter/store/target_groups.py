"""Target groups: customers that a filter finds become a list of a campaign.

A filter is conditions over simple fields; all of them must hold. It is counted before it becomes a list, and filled in small
transactions by the number of the contact, so one that was interrupted goes on where it was, as an import does.
"""

import asyncio
from typing import Any, Literal

import msgspec
from msgspec import Struct, field
from sqlalchemy import ColumnElement, and_, func, not_, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from callcenter.kernel.errors import Conflict, NotFound, Refused
from callcenter.store import lead_rows
from callcenter.store.database import Database
from callcenter.store.lead_numbers import read_number
from callcenter.store.list_known import Looking
from callcenter.store.lists import new_list
from callcenter.store.tables.campaigns import CallListRow, ListImportRow
from callcenter.store.tables.crm import AccountRow, ContactPhoneRow, ContactRow, OpportunityRow
from dialer.lead import BadNumber, Lead, LeadNumber
from dialer.screening import Owner, Policy, Screened, screen

BATCH = 200
"""Contacts in one transaction; their numbers are read in a thread, about 10 ms."""
SHOWN = 20
MOST_CONDITIONS = 50

Op = Literal["is", "is_not", "contains", "begins", "one_of", "empty", "not_empty", "at_least", "at_most"]

_TEXTS: dict[str, InstrumentedAttribute[Any]] = {
    "name": ContactRow.search_name,
    "tier": ContactRow.tier,
    "email": ContactRow.email,
    "language": ContactRow.language,
    "note": ContactRow.note,
    "account.name": AccountRow.search_name,
    "account.number": AccountRow.number,
    "account.tier": AccountRow.tier,
    "account.address": AccountRow.address,
    "phone": ContactPhoneRow.e164,
    "phone.label": ContactPhoneRow.label,
    "opportunity.name": OpportunityRow.name,
    "opportunity.stage": OpportunityRow.stage,
    "opportunity.team": OpportunityRow.team,
    "opportunity.agent": OpportunityRow.agent,
}
_AMOUNTS: dict[str, InstrumentedAttribute[Any]] = {
    "created_at": ContactRow.created_at,
    "changed_at": ContactRow.changed_at,
    "opportunity.value": OpportunityRow.value,
    "opportunity.probability": OpportunityRow.probability,
    "opportunity.changed_at": OpportunityRow.changed_at,
}
_MANY: dict[str, InstrumentedAttribute[Any]] = {"phone": ContactPhoneRow.contact, "opportunity": OpportunityRow.contact}
"""Of which a contact may have several."""
FIELDS = tuple(_TEXTS | _AMOUNTS)
"""What a condition may ask: fields of the contact, its account, any of its phones, any of its opportunities."""


class Condition(Struct, frozen=True, kw_only=True):
    """Texts are compared without regard to case. Times are ms since the epoch."""

    field: str
    op: Op
    value: str | float | tuple[str, ...] = ""
    """Several for `one_of`; nothing for `empty` and `not_empty`."""


class Target(Struct, frozen=True, kw_only=True):
    """Everybody with a telephone for whom all conditions hold. No condition: every contact."""

    conditions: tuple[Condition, ...] = ()
    policy: Policy = field(default_factory=Policy)


class Counted(Struct, frozen=True, kw_only=True):
    contacts: int
    """For whom the conditions hold."""
    with_number: int
    """Of those, who have a number that can be dialed."""
    shown: tuple[str, ...]
    """Names of the first of them."""


class TargetGroups:
    """Raises Refused for a filter that cannot be, NotFound, StoreFault. Times are ms since the epoch."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, target: Target) -> Counted:
        holds = _where(target)
        query = select(func.count()).select_from(ContactRow).outerjoin(AccountRow, AccountRow.id == ContactRow.account)
        names = select(ContactRow.name).outerjoin(AccountRow, AccountRow.id == ContactRow.account).where(holds, _HAS_NUMBER)
        async with self._database.read() as session:
            contacts = await session.scalar(query.where(holds)) or 0
            with_number = await session.scalar(query.where(holds, _HAS_NUMBER)) or 0
            shown = tuple(await session.scalars(names.order_by(ContactRow.search_name, ContactRow.id).limit(SHOWN)))
        return Counted(contacts=contacts, with_number=with_number, shown=shown)

    async def begin(
        self, campaign: int, name: str, target: Target, by: str, now: int, *, priority: int = 0, share: float = 1.0
    ) -> int:
        """A list that waits to be filled; its number."""
        _where(target)
        async with self._database.write() as session:
            row = await new_list(session, campaign, name, "target", by, now, priority=priority, share=share)
            waiting = ListImportRow(
                call_list=row.id, state="waiting", owner="", beat_at=now, file_name="", file="", sha256="", bytes_total=0,
                bytes_done=0, asked=msgspec.to_builtins(target), lines_done=0, rows_read=0, kept=0, refused={},
                numbers_left_out=0, linked=0, why=None, ended_at=None,
            )  # fmt: skip
            session.add(waiting)
            return row.id

    async def fill(self, call_list: int, owner: str, now: int) -> int:
        """From wherever it stands to its end; how many leads it has. `owner`: a random word of this run.

        Raises Conflict when it has ended, or when somebody else took it over.
        """
        campaign, target, behind = await self._take(call_list, owner, now)
        looking = Looking(self._database, campaign, call_list, target.policy)
        while True:
            found = await self._contacts(target, behind)
            if not found:
                return await self._finish(call_list, owner, now)
            behind = found[-1].line
            leads = await asyncio.to_thread(_leads, found)
            known = await looking.at(number.e164 for lead, _ in leads for number in lead.numbers)
            screened = [(screen(lead, (), known, target.policy), one) for lead, one in leads]
            kept = [
                (Screened(lead=msgspec.structs.replace(made.lead, line=0), owner=one.owner, left_out=0), one.opportunity)
                for made, one in screened
                if isinstance(made, Screened)
            ]
            async with self._database.write() as session:
                row = await _ours(session.get(ListImportRow, call_list, with_for_update=True), owner)
                row.lines_done, row.rows_read, row.kept = behind, row.rows_read + len(found), row.kept + len(kept)
                row.linked, row.beat_at = row.kept, now
                reasons = dict(row.refused)
                for reason in ["no_number"] * (len(found) - len(leads)) + [
                    made.reason for made, _ in screened if not isinstance(made, Screened)
                ]:
                    reasons[reason] = reasons.get(reason, 0) + 1
                row.refused = reasons
                await session.flush()
                if kept:
                    chances = [opportunity for _, opportunity in kept]
                    await lead_rows.write(session, campaign, call_list, [one for one, _ in kept], now, opportunities=chances)

    async def _take(self, call_list: int, owner: str, now: int) -> tuple[int, Target, int]:
        async with self._database.write() as session:
            row = await session.get(ListImportRow, call_list, with_for_update=True)
            of = await session.get(CallListRow, call_list)
            if row is None or of is None or of.source != "target":
                raise NotFound("there is no such target group")
            if row.state not in ("waiting", "running"):
                raise Conflict(f"the target group is {row.state} already")
            row.state, row.owner, row.beat_at = "running", owner, now
            return of.campaign, msgspec.convert(row.asked, Target), row.lines_done

    async def _finish(self, call_list: int, owner: str, now: int) -> int:
        async with self._database.write() as session:
            row = await _ours(session.get(ListImportRow, call_list, with_for_update=True), owner)
            row.state, row.ended_at = "done", now
            made = update(CallListRow).where(CallListRow.id == call_list).values(state="ready", leads=row.kept)
            await session.execute(made)
            return row.kept

    async def _contacts(self, target: Target, behind: int) -> list["_Contact"]:
        mine = select(func.max(OpportunityRow.id)).where(OpportunityRow.contact == ContactRow.id)
        newest = mine.correlate(ContactRow).scalar_subquery()
        query = (
            select(ContactRow, AccountRow.name, newest)
            .outerjoin(AccountRow, AccountRow.id == ContactRow.account)
            .where(_where(target), ContactRow.id > behind)
            .order_by(ContactRow.id)
            .limit(BATCH)
        )
        async with self._database.read() as session:
            rows = (await session.execute(query)).all()
            ids = [contact.id for contact, _, _ in rows]
            phones = select(ContactPhoneRow).where(ContactPhoneRow.contact.in_(ids), ContactPhoneRow.e164.is_not(None))
            by_contact: dict[int, list[tuple[str, str]]] = {}
            for phone in await session.scalars(phones.order_by(ContactPhoneRow.contact, ContactPhoneRow.place)):
                by_contact.setdefault(phone.contact, []).append((phone.e164 or "", phone.label))
        return [
            _Contact(
                line=contact.id,
                owner=Owner(contact.id, contact.account),
                opportunity=opportunity or 0,
                lead=Lead(
                    line=contact.id, numbers=(), name=contact.name, company=company or "", email=contact.email,
                    language=contact.language or "",
                ),
                phones=tuple(by_contact.get(contact.id, ())),
            )
            for contact, company, opportunity in rows
        ]  # fmt: skip


class _Contact(Struct, frozen=True, kw_only=True):
    line: int
    owner: Owner
    opportunity: int
    lead: Lead
    phones: tuple[tuple[str, str], ...]


def _leads(found: list[_Contact]) -> list[tuple[Lead, _Contact]]:
    """Those with a number that can be dialed."""
    made = []
    for one in found:
        numbers: dict[str, LeadNumber] = {}
        for e164, label in one.phones:
            number = read_number(e164, "ZZ")
            if not isinstance(number, BadNumber):
                numbers[number.e164] = msgspec.structs.replace(number, label=label)
        if numbers:
            made.append((msgspec.structs.replace(one.lead, numbers=tuple(numbers.values())), one))
    return made


async def _ours(getting: Any, owner: str) -> ListImportRow:
    row: ListImportRow | None = await getting
    if row is None or row.owner != owner or row.state != "running":
        raise Conflict("another process has taken this target group over, or it was withdrawn")
    return row


_HAS_NUMBER = ContactRow.id.in_(select(ContactPhoneRow.contact).where(ContactPhoneRow.e164.is_not(None)))


def _where(target: Target) -> ColumnElement[bool]:
    if len(target.conditions) > MOST_CONDITIONS:
        raise Refused("bad_filter", f"a filter has at most {MOST_CONDITIONS} conditions")
    return and_(True, *map(_holds, target.conditions))


def _holds(condition: Condition) -> ColumnElement[bool]:
    column = (_TEXTS | _AMOUNTS).get(condition.field)
    if column is None:
        raise Refused("bad_filter", f"there is no field {condition.field!r}: choose one of {', '.join(FIELDS)}")
    asks = _amount(condition, column) if condition.field in _AMOUNTS else _text(condition, column)
    owner = _MANY.get(condition.field.partition(".")[0])
    if owner is None:
        return asks
    # Of many, one is enough; and for a negation none may be.
    if condition.op in ("is_not", "empty"):
        return ContactRow.id.not_in(select(owner).where(not_(asks), owner.is_not(None)))
    return ContactRow.id.in_(select(owner).where(asks, owner.is_not(None)))


def _amount(condition: Condition, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    if not isinstance(condition.value, int | float) or condition.op not in ("at_least", "at_most", "is", "is_not"):
        raise Refused("bad_filter", f"{condition.field} is compared with a number: at_least, at_most, is or is_not")
    match condition.op:
        case "at_least":
            return column >= condition.value
        case "at_most":
            return column <= condition.value
        case "is":
            return column == condition.value
        case _:
            return column != condition.value


def _text(condition: Condition, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    there = func.lower(func.coalesce(column, ""))
    value = condition.value
    if condition.op in ("empty", "not_empty"):
        return there == "" if condition.op == "empty" else there != ""
    if condition.op == "one_of":
        if not isinstance(value, tuple) or not value:
            raise Refused("bad_filter", f"{condition.field} one_of: give the words")
        return or_(*(there == one.lower() for one in value))
    if not isinstance(value, str) or condition.op in ("at_least", "at_most"):
        raise Refused("bad_filter", f"{condition.field} is compared with a text: is, is_not, contains, begins, one_of")
    match condition.op:
        case "is":
            return there == value.lower()
        case "is_not":
            return there != value.lower()
        case "contains":
            return there.contains(value.lower(), autoescape=True)
        case _:
            return there.startswith(value.lower(), autoescape=True)
