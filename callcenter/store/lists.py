"""Call lists of campaigns: begin an import, see how it stands, get its refused rows, change what a list gets of the dials, take
it back. Carrying an import out is `list_import`; leads are dialed through `leads`.
"""

import hashlib
import shutil
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import msgspec
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.errors import Conflict, NotFound, Refused
from callcenter.kernel.ids import AccountId, AgentId, ContactId
from callcenter.store.database import Database
from callcenter.store.list_orders import Order, check
from callcenter.store.list_removal import remove_leads
from callcenter.store.tables.campaigns import CallListRow, CampaignRow, ListImportRow, ListRefusalRow
from callcenter.store.tables.leads import LeadAttemptRow, LeadRow
from dialer.reasons import words
from reporting.export import csv_text

HIGHEST = 1_000
PAGE = 1_000
STALE_MS = 30_000
"""An import without a batch for so long is nobody's: its process is gone."""
CODE_ENDS = "\t"
"""In the row of a failed import, between the code and the words."""


class CallList(Struct, frozen=True, kw_only=True):
    id: int
    campaign: int
    name: str
    state: str
    """filling, ready, withdrawing or withdrawn. Only leads of a ready list are seen and dialed."""
    active: bool
    priority: int
    share: float
    source: str
    leads: int
    created_by: str
    created_at: int


class ImportState(Struct, frozen=True, kw_only=True):
    """How an import stands, and what it brought so far."""

    list: int
    state: str
    """waiting, running, done, failed or withdrawn."""
    beat_at: int
    """Of the last batch, ms since the epoch."""
    file_name: str
    bytes_total: int
    bytes_done: int
    rows: int
    kept: int
    refused: dict[str, int]
    """Rows by reason (`dialer.reasons`)."""
    numbers_left_out: int
    linked: int
    why: str | None
    """Of a failed one, in English: what to do."""
    why_code: str
    """Stable; empty: no reason of ours."""
    ended_at: int | None


class KeptFile(Struct, frozen=True, kw_only=True):
    """A file in the folder of imports, under a random name."""

    file: str
    file_name: str
    sha256: str
    size: int


class ListChange(Struct, frozen=True, kw_only=True):
    """What is UNSET stays as it is."""

    name: str | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    priority: int | UnsetType = UNSET
    share: float | UnsetType = UNSET


class Withdrawn(Struct, frozen=True, kw_only=True):
    removed: int
    stayed: int
    """Leads that were dialed, or are being dialed right now: what was done stays on record; they are dialed no more."""


def keep_file(source: Path, folder: Path, token: str, file_name: str) -> KeptFile:
    """Copies a file into the folder of imports, where it stays until its import has ended. `token`: a random word. Blocking."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / token
    with source.open("rb") as given, target.open("xb") as copy:
        shutil.copyfileobj(given, copy, 1 << 20)
    with target.open("rb") as copy:
        digest = hashlib.file_digest(copy, "sha256").hexdigest()
    return KeptFile(file=token, file_name=file_name[-200:], sha256=digest, size=target.stat().st_size)


class Lists:
    """Methods raise NotFound for what is not there, Refused for what cannot be kept, StoreFault when the database fails.

    Times are ms since the epoch; `by` is a log-in, empty for the command line.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- reading ------------------------------------------------------------------------------------------------------------

    async def lists(self, campaign: int) -> tuple[CallList, ...]:
        """Newest first."""
        query = select(CallListRow).where(CallListRow.campaign == campaign).order_by(CallListRow.id.desc())
        async with self._database.read() as session:
            return tuple(map(_list, await session.scalars(query)))

    async def list(self, id: int) -> CallList:
        async with self._database.read() as session:
            return _list(await _row(session, id))

    async def import_state(self, id: int) -> ImportState:
        async with self._database.read() as session:
            row = await session.get(ListImportRow, id)
        if row is None:
            raise NotFound("there is no such import")
        return _import(row)

    async def refused_csv(self, id: int, language: str) -> AsyncIterator[str]:
        """The refused rows as pieces of a CSV file (UTF-8): number of the row, the reason in words and as a code, the cells as
        they stood. No cell of it is run as a formula by a spreadsheet."""
        async with self._database.read() as session:
            row = await session.get(ListImportRow, id)
        if row is None:
            raise NotFound("there is no such import")
        heads = [column.head for column in msgspec.convert(row.asked, Order).columns]
        first = ["行号", "原因", "说明", "原因代码"] if language == "zh" else ["Row", "Reason", "Detail", "Code"]
        yield csv_text([*first, *heads], [])
        last = 0
        while True:
            query = select(ListRefusalRow).where(ListRefusalRow.call_list == id, ListRefusalRow.line > last)
            async with self._database.read() as session:
                rows = list(await session.scalars(query.order_by(ListRefusalRow.line).limit(PAGE)))
            if not rows:
                return
            last = rows[-1].line
            lines = ([one.line, words(one.reason, language), one.detail, one.reason, *one.cells] for one in rows)
            yield csv_text([], lines).removeprefix("\ufeff\r\n")

    async def interrupted(self, now: int) -> tuple[int, ...]:
        """Lists whose imports were begun and are nobody's now: to be carried on."""
        query = select(ListImportRow.call_list).where(
            ListImportRow.state.in_(("waiting", "running")), ListImportRow.beat_at < now - STALE_MS
        )
        async with self._database.read() as session:
            return tuple(await session.scalars(query.order_by(ListImportRow.call_list)))

    async def unfinished(self, campaign: int, sha256: str) -> ImportState | None:
        """The import of the same file into the same campaign that has not ended, if there is one."""
        query = (
            select(ListImportRow)
            .join(CallListRow, CallListRow.id == ListImportRow.call_list)
            .where(
                CallListRow.campaign == campaign, ListImportRow.sha256 == sha256, ListImportRow.state.in_(("waiting", "running"))
            )
        )
        async with self._database.read() as session:
            row = (await session.scalars(query.limit(1))).one_or_none()
        return None if row is None else _import(row)

    # -- changing -----------------------------------------------------------------------------------------------------------

    async def begin_import(
        self, campaign: int, name: str, kept: KeptFile, order: Order, by: str, now: int, *, priority: int = 0, share: float = 1.0
    ) -> int:
        """A list that waits to be filled from this file; its number. Raises Refused when the columns make no lead."""
        check(order)
        async with self._database.write() as session:
            row = await new_list(session, campaign, name, "import", by, now, priority=priority, share=share)
            waiting = ListImportRow(
                call_list=row.id, state="waiting", owner="", beat_at=now, file_name=kept.file_name, file=kept.file,
                sha256=kept.sha256, bytes_total=kept.size, bytes_done=0, asked=msgspec.to_builtins(order), lines_done=0,
                rows_read=0, kept=0, refused={}, numbers_left_out=0, linked=0, why=None, ended_at=None,
            )  # fmt: skip
            session.add(waiting)
            return row.id

    async def change(self, id: int, values: ListChange) -> CallList:
        async with self._database.write() as session:
            row = await _row(session, id)
            if values.name is not UNSET:
                row.name = _name(values.name)
            if values.priority is not UNSET:
                row.priority = _priority(values.priority)
            if values.share is not UNSET:
                row.share = _share(values.share)
            if values.active is not UNSET:
                row.active = values.active
            return _list(row)

    async def withdraw(self, id: int, folder: Path, now: int) -> Withdrawn:
        """Takes the list back: leads that were never dialed are gone, the others are dialed no more. After a crash it may be
        asked again. An import that still runs ends at its next batch."""
        async with self._database.write() as session:
            row = await _row(session, id)
            if row.state == "withdrawn":
                raise Conflict("the list was withdrawn before")
            row.state = "withdrawing"
            imported = await session.get(ListImportRow, id)
            file = ""
            if imported is not None:
                file, imported.file = imported.file, ""
                imported.state, imported.owner, imported.ended_at = "withdrawn", "", now
        if file:
            (folder / file).unlink(missing_ok=True)
        removed, stayed = await remove_leads(self._database, id)
        async with self._database.write() as session:
            await session.execute(delete(ListRefusalRow).where(ListRefusalRow.call_list == id))
            (await _row(session, id)).state = "withdrawn"
        return Withdrawn(removed=removed, stayed=stayed)

    async def assign(self, leads: Iterable[int], agent: AgentId | None) -> int:
        """Gives leads to a salesperson (None: to nobody); how many there were."""
        return await self._set(leads, agent=agent or "")

    async def link(
        self,
        leads: Iterable[int],
        *,
        contact: ContactId | UnsetType | None = UNSET,
        account: AccountId | UnsetType | None = UNSET,
        opportunity: int | UnsetType | None = UNSET,
    ) -> int:
        """Ties leads to what the CRM knows; None unties, UNSET leaves as it is. How many leads there were."""
        values = {"contact": contact, "account": account, "opportunity": opportunity}
        return await self._set(leads, **{name: value for name, value in values.items() if value is not UNSET})

    async def _set(self, leads: Iterable[int], **values: object) -> int:
        ids = list(leads)
        count = 0
        async with self._database.write() as session:
            for start in range(0, len(ids), PAGE):
                some = update(LeadRow).where(LeadRow.id.in_(ids[start : start + PAGE])).values(**values)
                count += (await session.execute(some)).rowcount  # type: ignore[attr-defined]
        return count

    async def counts(self, id: int) -> dict[str, int]:
        """Leads by state, and `dialed`: those that were dialed at least once."""
        by_state = select(LeadRow.state, func.count()).where(LeadRow.call_list == id).group_by(LeadRow.state)
        dialed = select(func.count(LeadAttemptRow.lead.distinct())).join(LeadRow, LeadRow.id == LeadAttemptRow.lead)
        async with self._database.read() as session:
            found = dict((await session.execute(by_state)).all())
            found["dialed"] = await session.scalar(dialed.where(LeadRow.call_list == id)) or 0
        return found


async def new_list(
    session: AsyncSession, campaign: int, name: str, source: str, by: str, now: int, *, priority: int, share: float
) -> CallListRow:
    """A list that is being filled, in a transaction that writes more."""
    if await session.get(CampaignRow, campaign) is None:
        raise NotFound("there is no such campaign")
    row = CallListRow(
        campaign=campaign, name=_name(name), state="filling", active=True, priority=_priority(priority), share=_share(share),
        source=source, leads=0, created_by=by, created_at=now,
    )  # fmt: skip
    taken = select(CallListRow.id).where(CallListRow.campaign == campaign, CallListRow.name == row.name)
    if await session.scalar(taken) is not None:
        raise Refused("name_taken", "the campaign has a list of this name: choose another")
    session.add(row)
    await session.flush()
    return row


async def _row(session: AsyncSession, id: int) -> CallListRow:
    row = await session.get(CallListRow, id)
    if row is None:
        raise NotFound("there is no such list")
    return row


def _name(name: str) -> str:
    if not (name := name.strip()) or len(name) > 200:
        raise Refused("name_missing", "a list needs a name of at most 200 characters")
    return name


def _priority(priority: int) -> int:
    if not -HIGHEST <= priority <= HIGHEST:
        raise Refused("bad_priority", f"a priority lies between -{HIGHEST} and {HIGHEST}")
    return priority


def _share(share: float) -> float:
    if not 0 < share <= HIGHEST:
        raise Refused("bad_share", f"a share lies above 0 and is at most {HIGHEST}")
    return share


def _list(row: CallListRow) -> CallList:
    return CallList(
        id=row.id, campaign=row.campaign, name=row.name, state=row.state, active=row.active, priority=row.priority,
        share=row.share, source=row.source, leads=row.leads, created_by=row.created_by, created_at=row.created_at,
    )  # fmt: skip


def _import(row: ListImportRow) -> ImportState:
    code, _, why = (row.why or "").rpartition(CODE_ENDS)
    return ImportState(
        list=row.call_list, state=row.state, beat_at=row.beat_at, file_name=row.file_name, bytes_total=row.bytes_total,
        bytes_done=row.bytes_done, rows=row.rows_read, kept=row.kept, refused=row.refused,
        numbers_left_out=row.numbers_left_out, linked=row.linked, why=why or None, why_code=code, ended_at=row.ended_at,
    )  # fmt: skip
