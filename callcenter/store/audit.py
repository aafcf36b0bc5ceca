"""The audit log: who did what, in the order in which it was written, with a chain of hashes over all of it.

An entry is written in the transaction of what it tells of, so that neither can be without the other. A row that is changed, taken
out or put in between breaks the chain, and `verify` says where. Rows cut off at the end leave a whole chain behind: what shows
that is the number and the hash of the last row, which `callcenter doctor` prints and the service's log has for every entry.

Entries name people by the numbers of their log-ins and customers not at all.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal

import msgspec
import structlog
from msgspec import Struct
from sqlalchemy import ColumnElement, event, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.database import Database
from callcenter.store.paging import Page, after, cursor
from callcenter.store.tables.audit import AuditRow

Action = Literal[
    "signed_in", "signed_out", "throttled", "password_changed",
    "user_created", "user_changed", "password_reset", "sessions_ended",
    "center_changed", "listened", "exported",
    "webhook_created", "webhook_changed", "webhook_secret_changed", "webhook_switched_off", "webhook_deleted",
    "campaign_created", "campaign_changed", "campaign_started", "campaign_paused", "campaign_stopped", "campaign_finished",
    "list_begun", "list_changed", "list_withdrawn",
    "do_not_call_added", "do_not_call_removed", "registry_loaded",
]  # fmt: skip

FIRST = "0" * 64
CHAIN_LOCK = 0x61756469
"""PostgreSQL's advisory lock of this chain: whoever adds to it holds it until the end of the transaction."""
BATCH = 1_000

log = structlog.get_logger()


class Entry(Struct, frozen=True, kw_only=True):
    """What is to be written. `user_id`: who did it; None: nobody who is signed in."""

    action: Action
    subject: str
    user_id: int | None = None
    details: dict[str, Any] = {}


class Written(Entry, frozen=True, kw_only=True):
    id: int
    at: int
    previous: str
    hash: str


class Chain(Struct, frozen=True, kw_only=True):
    """What `verify` found: how many rows hold together, the hash of the last of them, and the first row that does not."""

    count: int = 0
    head: str = FIRST
    broken: int | None = None

    def and_then(self, row: Written) -> "Chain":
        """With the next row, in order of their numbers. Once broken, a chain stays so."""
        if self.broken is not None:
            return self
        if row.id != self.count + 1 or row.previous != self.head or row.hash != hash_of(row):
            return Chain(count=self.count, head=self.head, broken=row.id)
        return Chain(count=row.id, head=row.hash)


async def append(session: AsyncSession, now: int, *entries: Entry) -> None:
    """Adds entries in the transaction of `session`, which must be one that writes."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has let no other writer in since the transaction began
        await session.execute(text("SELECT pg_advisory_xact_lock(:chain)"), {"chain": CHAIN_LOCK})
    last = (await session.execute(select(AuditRow.id, AuditRow.hash).order_by(AuditRow.id.desc()).limit(1))).one_or_none()
    number, previous = (0, FIRST) if last is None else (last.id, last.hash)
    lines: list[dict[str, Any]] = []
    for entry in entries:
        number += 1
        row = AuditRow(
            id=number,
            at=now,
            user_id=entry.user_id,
            action=entry.action,
            subject=entry.subject,
            details=entry.details,
            previous=previous,
        )
        row.hash = ""
        previous = row.hash = hash_of(_written(row))
        session.add(row)
        lines.append({"entry": number, "action": entry.action, "chain": previous})
    await session.flush()
    # Only what is committed is told: a line in the log is the proof that the row was there.
    event.listen(session.sync_session, "after_commit", lambda _: [log.info("audit", **line) for line in lines], once=True)


def hash_of(row: Written) -> str:
    """Over every column but the hash itself."""
    told = [row.id, row.at, row.user_id, row.action, row.subject, row.details, row.previous]
    return hashlib.sha256(msgspec.json.encode(told, order="sorted")).hexdigest()


class AuditLog:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, now: int, entry: Entry, *, once_in_ms: int = 0) -> None:
        """For what changes nothing else. `once_in_ms`: not again when the same person has done the same within this time."""
        async with self._database.write() as session:
            if once_in_ms:
                same = (
                    AuditRow.subject == entry.subject,
                    AuditRow.action == entry.action,
                    AuditRow.user_id.is_(entry.user_id) if entry.user_id is None else AuditRow.user_id == entry.user_id,
                    AuditRow.at > now - once_in_ms,
                )
                if await session.scalar(select(AuditRow.id).where(*same).limit(1)) is not None:
                    return
            await append(session, now, entry)

    async def page(
        self, *, limit: int, cursor_: str | None, user_id: int | None = None, action: Action | None = None
    ) -> Page[Written]:
        """Newest first. Raises Refused for a cursor of another list."""
        where: list[ColumnElement[bool]] = []
        if cursor_ is not None:
            where.append(AuditRow.id < after(cursor_, "audit", int)[0])
        if user_id is not None:
            where.append(AuditRow.user_id == user_id)
        if action is not None:
            where.append(AuditRow.action == action)
        async with self._database.read() as session:
            rows = list(await session.scalars(select(AuditRow).where(*where).order_by(AuditRow.id.desc()).limit(limit + 1)))
        return Page(tuple(map(_written, rows[:limit])), cursor("audit", rows[limit - 1].id) if len(rows) > limit else None)

    async def verify(self) -> Chain:
        """Reads all of it, up to the first row that does not follow from the one before."""
        chain = Chain()
        async for rows in self._batches():
            for row in rows:
                chain = chain.and_then(_written(row))
        return chain

    async def _batches(self) -> AsyncIterator[Sequence[AuditRow]]:
        last = -(1 << 62)
        while True:
            async with self._database.read() as session:
                chosen = select(AuditRow).where(AuditRow.id > last).order_by(AuditRow.id).limit(BATCH)
                rows = list(await session.scalars(chosen))
            if not rows:
                return
            yield rows
            last = rows[-1].id


def _written(row: AuditRow) -> Written:
    """Not checked against the words of Action: a row that somebody changed must be read to be found."""
    return Written(**{name: getattr(row, name) for name in Written.__struct_fields__})
