"""Writes leads and their numbers by the thousand: one statement on SQLite, COPY on PostgreSQL, no work for each value."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.tables.leads import LeadPhoneRow, LeadRow
from dialer.lead import Lead
from dialer.screening import Owner, Screened

_LEAD = (
    "id", "call_list", "campaign", "line", "state", "priority", "next_at", "attempts", "agent", "contact", "account",
    "opportunity", "name", "first_name", "last_name", "company", "email", "city", "province", "postal_code", "country", "zone",
    "language", "external_id", "consent", "note", "extra", "created_at",
)  # fmt: skip
_PHONE = ("lead", "place", "campaign", "call_list", "e164", "written", "label", "region", "kind", "zones", "dead")


async def write(
    session: AsyncSession, campaign: int, call_list: int, leads: Sequence[Screened], at: int, *, opportunities: Sequence[int] = ()
) -> None:
    """New leads, free to be dialed from `at` on (ms since the epoch). `opportunities`: one for each lead, 0 for none; or no list.

    The session has written before, so on SQLite nobody else writes.
    """
    rows: list[tuple[Any, ...]] = []
    phones: list[tuple[Any, ...]] = []
    chances = opportunities or [0] * len(leads)
    for id, one, opportunity in zip(await _ids(session, len(leads)), leads, chances, strict=True):
        rows.append(_row(id, campaign, call_list, one.lead, one.owner, opportunity, at))
        phones.extend(_phones(id, campaign, call_list, one.lead))
    await insert_rows(session, LeadRow.__tablename__, _LEAD, rows)
    await insert_rows(session, LeadPhoneRow.__tablename__, _PHONE, phones)


async def insert_rows(session: AsyncSession, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Values as the drivers take them; JSON as text."""
    if not rows:
        return
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(columns))
        await connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", list(rows))
        return
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None, "an open connection has one"
    await driver.copy_records_to_table(table, records=rows, columns=columns)


async def _ids(session: AsyncSession, count: int) -> Iterable[int]:
    """So many numbers that no lead had before."""
    if (await session.connection()).dialect.name == "sqlite":
        last = await session.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = 'lead'")) or 0
        return range(last + 1, last + count + 1)
    given = text("SELECT nextval(pg_get_serial_sequence('lead', 'id')) FROM generate_series(1, :count)")
    return list(await session.scalars(given, {"count": count}))


def _row(
    id: int, campaign: int, call_list: int, lead: Lead, owner: Owner | None, opportunity: int, at: int
) -> tuple[Any, ...]:
    contact, account = (owner.contact, owner.account) if owner is not None else (None, None)
    extra = msgspec.json.encode(lead.extra).decode() if lead.extra else "{}"
    return (
        id, call_list, campaign, lead.line, "fresh", 0, at, 0, lead.agent, contact, account, opportunity or None,
        lead.name, lead.first_name, lead.last_name, lead.company, lead.email, lead.city, lead.state, lead.postal_code,
        lead.country, lead.zone, lead.language, lead.external_id, lead.consent, lead.note, extra, at,
    )  # fmt: skip


def _phones(id: int, campaign: int, call_list: int, lead: Lead) -> Iterable[tuple[Any, ...]]:
    for place, one in enumerate(lead.numbers):
        yield (
            id, place, campaign, call_list, one.e164, one.written, one.label, one.region, one.kind.value, " ".join(one.zones),
            False,
        )  # fmt: skip
