"""Carries out one import: reads the kept file, screens its rows, writes leads and refusals batch by batch.

A batch, its refusals and how far the file was read are one transaction, so an import that is killed goes on behind the last
batch, and its list is seen by nobody before the end. Each batch says whose it is: when another process has taken the import over,
this one's next batch finds that out and writes nothing. Rows that were written are the memory for duplicates, so a million rows
need no more room than a thousand. Runs in a process of its own (`callcenter.runtime.list_worker`).
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.errors import Conflict, HouseError, NotFound, Refused, TryAgain
from callcenter.store import lead_rows, list_orders
from callcenter.store.database import Database
from callcenter.store.lead_numbers import read_number
from callcenter.store.list_files import FileRow
from callcenter.store.list_known import Looking
from callcenter.store.list_orders import Order
from callcenter.store.list_removal import remove_leads
from callcenter.store.lists import CODE_ENDS
from callcenter.store.tables.campaigns import CallListRow, ListImportRow, ListRefusalRow
from dialer.importer import Importer, RefusedRow
from dialer.lead import Lead
from dialer.screening import Screened, screen

BATCH = 2_000
"""Rows in one transaction, which holds SQLite's one writer for about a tenth of a second."""
MOST_FORMULA_ROWS = 1_000
"""Rows with formulas after which the file is refused as a whole."""

Made = tuple[FileRow, Lead | RefusedRow | None]


class Progress(Struct, frozen=True, kw_only=True):
    """How far an import is; told after each batch."""

    state: str
    """running, done or failed."""
    rows: int
    """With something in them."""
    kept: int
    refused: int
    bytes_done: int
    bytes_total: int


class ListImport:
    """`owner` is a random word of this run; `now` reads the clock; `tell` is called after each batch."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        call_list: int,
        owner: str,
        now: Callable[[], int],
        tell: Callable[[Progress], None],
    ) -> None:
        self._database, self._folder, self._list, self._owner = database, folder, call_list, owner
        self._now, self._tell = now, tell
        self._formulas = 0

    async def run(self) -> Progress:
        """To its end, from wherever it stands. An import that cannot be done is undone as a whole, and says why in its row.

        Raises Conflict when it has ended or another process has it, TryAgain when the database fails (it may go on later).
        """
        campaign, name, created_at, order = await self._take()
        try:
            await self._read(campaign, name, created_at, order)
        except (Conflict, TryAgain):
            raise
        except HouseError as error:
            return await self._fail(error.code, error.why)
        except MemoryError:
            return await self._fail("file_too_big", "the file needs more memory than a list may: save it as CSV, and import that")
        except Exception as error:
            why = f"the import broke on a mistake of the program's ({type(error).__name__}): report it"
            return await self._fail("import_failed", why)
        return await self._finish(campaign)

    async def give_up(self, why: str) -> Progress:
        """Undoes it as a whole: it cannot be carried out, as its process showed by dying."""
        await self._take()
        return await self._fail("file_too_big", why)

    # -- the steps ----------------------------------------------------------------------------------------------------------

    async def _take(self) -> tuple[int, str, int, Order]:
        """From now on the import is ours."""
        async with self._database.write() as session:
            row = await session.get(ListImportRow, self._list, with_for_update=True)
            if row is None:
                raise NotFound("there is no such import")
            if row.state not in ("waiting", "running"):
                raise Conflict(f"the import has ended: it is {row.state}")
            row.state, row.owner, row.beat_at = "running", self._owner, self._now()
            call_list = await session.get_one(CallListRow, self._list)
            self._file, self._behind, self._total = self._folder / row.file, row.lines_done, row.bytes_total
            self._counts = Counter(rows=row.rows_read, kept=row.kept, left_out=row.numbers_left_out, linked=row.linked)
            self._refused = Counter(row.refused)
            self._formulas = self._refused["formula"]
            return call_list.campaign, call_list.name, call_list.created_at, msgspec.convert(row.asked, Order)

    async def _read(self, campaign: int, name: str, created_at: int, order: Order) -> None:
        if not await asyncio.to_thread(self._file.is_file):
            raise Refused("file_gone", "the kept file of this import is gone: import it again")
        importer = Importer(order.columns, await list_orders.rules(self._database), read_number)
        looking = Looking(self._database, campaign, self._list, order.policy)
        batches = self._batches(order, importer)
        ahead = asyncio.create_task(asyncio.to_thread(next, batches, None))
        try:
            while (read := await ahead) is not None:
                batch, taken_out = read
                # The next rows are read while these are written: SQLite and PostgreSQL leave this process time for it.
                ahead = asyncio.create_task(asyncio.to_thread(next, batches, None))
                await self._write(batch, looking, campaign, created_at, taken_out)
        finally:
            if not ahead.done():
                await asyncio.wait([ahead])
            if ahead.done() and not ahead.cancelled():
                ahead.exception()
            batches.close()

    def _batches(self, order: Order, importer: Importer) -> Generator[tuple[list[Made], int], None, None]:
        """With the numbers that were left out although their rows were not."""
        found = list_orders.data_rows(self._file, order, self._behind)
        before = 0
        while batch := [(row, importer.row(row.line, row.cells)) for row in itertools.islice(found, BATCH)]:
            yield batch, importer.left_out - before
            before = importer.left_out

    async def _write(self, batch: list[Made], looking: Looking, campaign: int, created_at: int, taken_out: int) -> None:
        leads = [made for _, made in batch if isinstance(made, Lead)]
        known = await looking.at(number.e164 for lead in leads for number in lead.numbers)
        kept: list[Screened] = []
        refused: list[RefusedRow] = []
        for row, made in batch:
            if isinstance(made, Lead):
                screened = screen(made, row.cells, known, looking.policy)
                (kept if isinstance(screened, Screened) else refused).append(screened)  # type: ignore[arg-type]
            elif made is not None:
                refused.append(made)
        self._refused.update(row.reason for row in refused)
        if self._refused["formula"] > MOST_FORMULA_ROWS:
            why = f"more than {MOST_FORMULA_ROWS:,} rows hold formulas: copy the list, paste it as values, and import that"
            raise Refused("formulas", why)
        self._counts.update(
            rows=len(kept) + len(refused),
            kept=len(kept),
            left_out=taken_out + sum(one.left_out for one in kept),
            linked=sum(one.owner is not None for one in kept),
        )
        last = batch[-1][0]
        async with self._database.write() as session:
            await self._still_ours(session, lines_done=last.line, bytes_done=last.bytes_done)
            if kept:
                await lead_rows.write(session, campaign, self._list, kept, created_at)
            if refused:
                await session.execute(insert(ListRefusalRow), [_refusal(self._list, row) for row in refused])
        self._tell(self._progress("running", last.bytes_done))

    async def _finish(self, campaign: int) -> Progress:
        async with self._database.write() as session:
            await self._still_ours(session, state="done", bytes_done=self._total, ended_at=self._now(), file="")
            done = update(CallListRow).where(CallListRow.id == self._list).values(state="ready", leads=self._counts["kept"])
            await session.execute(done)
        await self._database.onto_disk()  # before the file is gone from which it could be repeated
        await asyncio.to_thread(self._file.unlink, missing_ok=True)
        progress = self._progress("done", self._total)
        self._tell(progress)
        return progress

    async def _fail(self, code: str, why: str) -> Progress:
        async with self._database.write() as session:
            await self._still_ours(session, why=f"{code}{CODE_ENDS}{why}")
            await session.execute(update(CallListRow).where(CallListRow.id == self._list).values(state="withdrawing"))
        await remove_leads(self._database, self._list)
        async with self._database.write() as session:
            await self._still_ours(session, state="failed", ended_at=self._now(), file="")
            await session.execute(update(CallListRow).where(CallListRow.id == self._list).values(state="withdrawn"))
        await asyncio.to_thread(self._file.unlink, missing_ok=True)
        progress = self._progress("failed", 0)
        self._tell(progress)
        return progress

    async def _still_ours(self, session: AsyncSession, **values: Any) -> None:
        changed = await session.execute(
            update(ListImportRow)
            .where(ListImportRow.call_list == self._list, ListImportRow.owner == self._owner, ListImportRow.state == "running")
            .values(
                beat_at=self._now(),
                rows_read=self._counts["rows"],
                kept=self._counts["kept"],
                refused=dict(self._refused),
                numbers_left_out=self._counts["left_out"],
                linked=self._counts["linked"],
                **values,
            )
        )
        if changed.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict("another process has taken this import over, or it was withdrawn")

    def _progress(self, state: str, bytes_done: int) -> Progress:
        return Progress(
            state=state,
            rows=self._counts["rows"],
            kept=self._counts["kept"],
            refused=self._refused.total(),
            bytes_done=bytes_done,
            bytes_total=self._total,
        )


def _refusal(call_list: int, row: RefusedRow) -> dict[str, Any]:
    cells: Sequence[str] = row.cells
    return {"call_list": call_list, "line": row.line, "reason": row.reason, "detail": row.detail, "cells": list(cells)}
