"""The lists of a running service: files that are sent, imports and target groups that are filled in the background, one at a
time, and go on after a restart; registries that are loaded, lists that are taken back, and pre-flights.

What is done and how far it is stands in the rows, so nothing here has to be remembered: a loop looks for imports that are
nobody's. Only the loading of a registry is told from memory; a restart leaves the old registry as it was.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from sqlalchemy import select

from callcenter.kernel.clock import HOUR
from callcenter.kernel.errors import Conflict, HouseError, TryAgain
from callcenter.kernel.law import Pack
from callcenter.runtime.list_jobs import ListJobs
from callcenter.runtime.uploads import Uploads
from callcenter.store.campaign_outlook import Outlook, Outlooks
from callcenter.store.database import Database
from callcenter.store.list_orders import Choice, Order, Preview
from callcenter.store.lists import Lists, Withdrawn
from callcenter.store.tables.campaigns import CallListRow, ListImportRow
from callcenter.store.target_groups import Target, TargetGroups
from dialer.facts import CampaignFacts
from dialer.law import Law
from dialer.screening import Policy

LOOK_S = 5.0
"""How often it is looked for work that is nobody's."""
SWEEP_MS = HOUR
MOST_TRIES = 5
"""An import whose process is killed again and again is left alone until the next start."""
SMALL = 500
"""Waiting leads of which a pre-flight is made in this process: a fifth of a second, in a thread."""
PREVIEWS = 2
"""At a time: each is a process."""
WITHIN_S = 2.0
"""So long who takes a list back waits for its end; a long list goes on without her."""
FOLDER = "imports"
"""In the data folder: files whose import has not ended."""

log = structlog.get_logger(__name__)


class Loading(Struct, frozen=True, kw_only=True):
    """A registry that is being loaded, or could not be: then `code` and `why` say so."""

    name: str
    began_at: int
    code: str = ""
    why: str = ""


class Fill(Struct, frozen=True, kw_only=True):
    """What is to become a list of a campaign, and how it is dialed."""

    campaign: int
    name: str
    by: str
    """A log-in."""
    priority: int = 0
    share: float = 1.0


class ListDesk:
    """`now` reads the clock, ms since the epoch. Methods raise what the stores and `ListJobs` do."""

    def __init__(self, database: Database, jobs: ListJobs, now: Callable[[], int]) -> None:
        self._database, self._jobs, self._now = database, jobs, now
        self.uploads = Uploads(jobs.folder)
        self.lists, self.targets = Lists(database), TargetGroups(database)
        self._work: dict[int, asyncio.Task[None]] = {}
        self._tries: dict[int, int] = {}
        self._loads: dict[str, Loading] = {}
        self._others: set[asyncio.Task[Any]] = set()
        self._using: set[str] = set()
        self._filling, self._looking = asyncio.Lock(), asyncio.Lock()
        self._reading = asyncio.Semaphore(PREVIEWS)
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._loop = asyncio.create_task(self._look_after(), name="lists")

    async def close(self) -> None:
        """What is being filled ends where it is, and goes on at the next start."""
        tasks = [task for task in (self._loop, *self._work.values(), *self._others) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- files and lists ----------------------------------------------------------------------------------------------------

    async def preview(self, upload: str, user: int, choice: Choice) -> tuple[Preview, str]:
        """With a word for its order, by which an import says that it means this preview."""
        found = await self.uploads.find(upload, user)
        async with self._reading:
            made = await self._jobs.preview(self.uploads.path(found.id), choice)
        await self.uploads.keep_order(found, made.order)
        return made, word_of(made.order)

    async def begin_import(self, upload: str, user: int, seen: str, fill: Fill, policy: Policy) -> int:
        """A list that is filled from now on; its number. Raises Conflict when another preview was shown since."""
        found = await self.uploads.find(upload, user)
        if found.order is None or word_of(found.order) != seen:
            raise Conflict("the preview was changed meanwhile: look at it again, then import")
        if found.id in self._using:
            raise Conflict("this file is being imported already: look at the lists")
        self._using.add(found.id)
        try:
            order = Order(form=found.order.form, header=found.order.header, columns=found.order.columns, policy=policy)
            made = await self.lists.begin_import(
                fill.campaign, fill.name, found.kept, order, fill.by, self._now(), priority=fill.priority, share=fill.share
            )
        except BaseException:
            self._using.discard(found.id)
            raise
        self._database.afterwards(lambda: self._begin(made, found.id))
        return made

    async def begin_target(self, target: Target, fill: Fill) -> int:
        made = await self.targets.begin(
            fill.campaign, fill.name, target, fill.by, self._now(), priority=fill.priority, share=fill.share
        )
        self._database.afterwards(lambda: self._begin(made))
        return made

    async def withdraw(self, call_list: int) -> Withdrawn | None:
        """Takes a list back, or stops its import. None: it takes longer than anybody waits, and goes on."""
        await self.lists.list(call_list)
        task = self._beside(self.lists.withdraw(call_list, self._jobs.folder, self._now()))
        done, _ = await asyncio.wait({task}, timeout=WITHIN_S)
        return task.result() if done else None

    # -- registries and pre-flight ------------------------------------------------------------------------------------------

    async def load_registry(self, upload: str, user: int, name: str, loaded_at: int) -> None:
        """In the background; `loading` tells how it stands."""
        found = await self.uploads.find(upload, user)
        if name in self._loads and not self._loads[name].code:
            raise Conflict("this registry is being loaded: wait for it")
        self._loads[name] = Loading(name=name, began_at=self._now())
        self._database.afterwards(lambda: self._beside(self._load(found.id, name, loaded_at)))

    def loading(self) -> tuple[Loading, ...]:
        return tuple(self._loads.values())

    async def preflight(self, campaign: int, facts: CampaignFacts, pack: Pack) -> Outlook:
        """One at a time: it takes a processor. A small campaign is not worth a process."""
        now, outlooks = self._now(), Outlooks(self._database)
        async with self._looking:
            if await outlooks.waiting(campaign, now) <= SMALL:
                return await outlooks.preflight(campaign, facts, Law(pack), now)
            return await self._jobs.preflight(campaign, facts, pack, now)

    async def _load(self, upload: str, name: str, loaded_at: int) -> None:
        code, why = "import_failed", "the registry could not be loaded: try again"
        try:
            await self._jobs.load_registry(self.uploads.path(upload), name, loaded_at)
            code = ""
        except HouseError as error:
            code, why = error.code, error.why
        finally:
            before = self._loads.pop(name)
            if code:
                self._loads[name] = Loading(name=name, began_at=before.began_at, code=code, why=why)
            log.info("registry_loaded", code=code or "done")
        self.uploads.taken(upload)
        await asyncio.to_thread(self.uploads.path(upload).unlink, True)

    # -- in the background --------------------------------------------------------------------------------------------------

    def fill(self, call_list: int) -> None:
        """A list that another process has begun."""
        self._begin(call_list)

    def _begin(self, call_list: int, upload: str = "") -> None:
        if upload:
            self.uploads.taken(upload)
            self._using.discard(upload)
        if call_list not in self._work:
            task = self._work[call_list] = asyncio.create_task(self._fill(call_list), name=f"list {call_list}")
            task.add_done_callback(lambda _: self._work.pop(call_list))

    async def _fill(self, call_list: int) -> None:
        async with self._filling:
            begun = self._now()
            try:
                found = await self.lists.list(call_list)
                if found.state != "filling":
                    return
                if found.source == "target":
                    await self.targets.fill(call_list, secrets.token_hex(8), begun)
                else:
                    async with aclosing(self._jobs.carry_out(call_list)) as progress:
                        async for _ in progress:
                            self._tries.pop(call_list, None)
            except HouseError as error:
                self._tries[call_list] = self._tries.get(call_list, 0) + isinstance(error, TryAgain)
                log.warning("list_not_filled", list=call_list, code=error.code)
            else:
                log.info("list_filled", list=call_list, took_ms=self._now() - begun)

    async def _look_after(self) -> None:
        swept_at = 0
        while True:
            try:
                for call_list in await self.lists.interrupted(self._now()):
                    if self._tries.get(call_list, 0) < MOST_TRIES:
                        self._begin(call_list)
                for call_list in await self._half_withdrawn():
                    await self.lists.withdraw(call_list, self._jobs.folder, self._now())
                if self._now() >= swept_at + SWEEP_MS:
                    await self.uploads.sweep(self._now(), await self._needed())
                    swept_at = self._now()
            except HouseError as error:
                log.warning("lists_not_looked_after", code=error.code)
            await asyncio.sleep(LOOK_S)

    async def _half_withdrawn(self) -> tuple[int, ...]:
        """Lists that somebody took back before the service ended."""
        query = (
            select(CallListRow.id)
            .join(ListImportRow, ListImportRow.call_list == CallListRow.id)
            .where(CallListRow.state == "withdrawing", ListImportRow.state == "withdrawn")
        )
        async with self._database.read() as session:
            found = tuple(await session.scalars(query))
        return () if self._others else found

    async def _needed(self) -> frozenset[str]:
        async with self._database.read() as session:
            return frozenset(await session.scalars(select(ListImportRow.file).where(ListImportRow.file != "")))

    def _beside(self, job: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(job)
        self._others.add(task)
        task.add_done_callback(self._others.discard)
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())  # whoever waits is told; else the loop
        return task


def word_of(order: Order) -> str:
    """The same word for the same way of reading a file."""
    return hashlib.sha256(msgspec.json.encode(order)).hexdigest()[:16]
