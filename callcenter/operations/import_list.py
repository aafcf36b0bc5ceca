"""`callcenter import-list`: a file becomes a list of a campaign, from a shell. The service may run meanwhile.

The same file for the same campaign goes on where an import of it was killed. The campaign is made as a draft when there is none
of that name: a draft dials nothing.
"""

import asyncio
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from msgspec import Struct

from callcenter.kernel.clock import DAY
from callcenter.kernel.errors import Conflict, NotFound, Refused
from callcenter.runtime import clock
from callcenter.runtime.list_desk import FOLDER
from callcenter.runtime.list_jobs import ListJobs
from callcenter.store.campaigns import Campaign, Campaigns
from callcenter.store.database import Database
from callcenter.store.do_not_call import DoNotCall
from callcenter.store.list_import import Progress
from callcenter.store.list_orders import Choice, Order
from callcenter.store.lists import STALE_MS, KeptFile, Lists, keep_file
from config.settings import Settings


class RegistryUsed(Struct, frozen=True, kw_only=True):
    """A do-not-call registry that was asked, and how old its data are."""

    name: str
    age_days: int


class Imported(Struct, frozen=True, kw_only=True):
    """What one import brought."""

    campaign: str
    campaign_made: bool
    list: int
    name: str
    columns: dict[str, str]
    """What each column of the file became, by its head."""
    encoding: str
    """Of CSV; empty for a workbook."""
    rows: int
    kept: int
    refused: int
    reasons: dict[str, int]
    numbers_left_out: int
    linked: int
    """Leads that belong to a customer of the CRM."""
    registries: tuple[RegistryUsed, ...]
    refused_file: str | None
    seconds: float
    peak_mb: float


class ListImporting:
    """Inside `async with`, `carry_out` may be called."""

    def __init__(self, settings: Settings) -> None:
        settings.data.mkdir(parents=True, exist_ok=True)
        self._database = Database(settings.database_url)
        self._folder = settings.data / FOLDER
        self._jobs = ListJobs(settings.database_url, self._folder)
        self._lists, self._campaigns = Lists(self._database), Campaigns(self._database)

    async def __aenter__(self) -> "ListImporting":
        await self._database.upgrade()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        await self._database.close()

    async def carry_out(
        self, file: Path, campaign: str, name: str, choice: Choice, refused_file: Path, tell: Callable[[Progress], None]
    ) -> Imported:
        """`refused_file` is written when a row is refused. Raises Refused when the file is no list, or its import failed."""
        begun = clock.now()
        order = (await self._jobs.preview(file, choice)).order
        id, made = await self._campaign(campaign)
        call_list = await self._begin(file, id, name, order)
        async for progress in self._jobs.carry_out(call_list):
            tell(progress)
        state = await self._lists.import_state(call_list)
        if state.state != "done":
            raise Refused("import_failed", state.why or "the import did not end: start it again, and it goes on where it was")
        refused = sum(state.refused.values())
        if refused:
            await self._write_refused(call_list, refused_file)
        return Imported(
            campaign=campaign,
            campaign_made=made,
            list=call_list,
            name=(await self._lists.list(call_list)).name,
            columns={column.head: column.field for column in order.columns},
            encoding=order.form.encoding,
            rows=state.rows,
            kept=state.kept,
            refused=refused,
            reasons=state.refused,
            numbers_left_out=state.numbers_left_out,
            linked=state.linked,
            registries=await self._registries(),
            refused_file=str(refused_file) if refused else None,
            seconds=round((clock.now() - begun) / 1000, 2),
            peak_mb=round(self._jobs.peak_mb, 1),
        )

    async def _campaign(self, name: str) -> tuple[int, bool]:
        try:
            return (await self._campaigns.named(name)).id, False
        except NotFound:
            return (await self._campaigns.create(Campaign(name=name), "", clock.now())).id, True

    async def _begin(self, file: Path, campaign: int, name: str, order: Order) -> int:
        """A new list, or the one that an import of this file was killed in."""
        kept = await asyncio.to_thread(keep_file, file, self._folder, secrets.token_hex(16), file.name)
        try:
            before = await self._lists.unfinished(campaign, kept.sha256)
            if before is None:
                return await self._new_list(campaign, name or file.stem, kept, order)
        except BaseException:
            await asyncio.to_thread((self._folder / kept.file).unlink)
            raise
        await asyncio.to_thread((self._folder / kept.file).unlink)
        if before.state == "running" and clock.now() - before.beat_at < STALE_MS:
            raise Conflict("an import of this file into this campaign is running: wait for it (after a crash, half a minute)")
        return before.list

    async def _new_list(self, campaign: int, name: str, kept: KeptFile, order: Order) -> int:
        """Under the first of `name`, `name 2`, ... that is free."""
        taken = {one.name for one in await self._lists.lists(campaign)}
        base = re.sub(r" \d+$", "", name)
        number = 2
        while name in taken:
            name, number = f"{base} {number}", number + 1
        return await self._lists.begin_import(campaign, name, kept, order, "", clock.now())

    async def _write_refused(self, call_list: int, file: Path) -> None:
        pieces = [piece async for piece in self._lists.refused_csv(call_list, "en")]
        await asyncio.to_thread(file.write_text, "".join(pieces), "utf-8", newline="")

    async def _registries(self) -> tuple[RegistryUsed, ...]:
        now = clock.now()
        found = await DoNotCall(self._database).registries()
        return tuple(RegistryUsed(name=one.name, age_days=max(0, now - one.loaded_at) // DAY) for one in found)


def lines(found: Imported) -> list[str]:
    """For a terminal."""
    told = [f"list {found.list} ({found.name}) of campaign {found.campaign}: {found.kept:,} leads of {found.rows:,} rows"]
    if found.campaign_made:
        told.append(f"campaign {found.campaign} was made as a draft, because there was none of this name")
    told += [f"  {count:>9,} refused: {reason}" for reason, count in sorted(found.reasons.items(), key=lambda one: -one[1])]
    if found.refused_file:
        told.append(f"refused rows with reasons: {found.refused_file}")
    if found.numbers_left_out:
        told.append(f"{found.numbers_left_out:,} numbers were left out of leads that have another")
    if found.linked:
        told.append(f"{found.linked:,} leads belong to customers of the CRM")
    told += [f"do-not-call registry {one.name}: {one.age_days} days old" for one in found.registries]
    told.append(f"{found.seconds:.1f} s, at most {found.peak_mb:.0f} MB")
    return told
