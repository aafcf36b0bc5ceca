"""Has call lists read by another process (`list_worker`), and tells how far it is. The service's loop only reads its lines."""

import asyncio
import secrets
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from callcenter.kernel.errors import Conflict, HouseError, NotFound, Refused, TryAgain
from callcenter.kernel.law import Pack
from callcenter.runtime.list_worker import ImportJob, Job, OutlookJob, PreviewJob, RegistryJob, Told
from callcenter.store.campaign_outlook import Outlook
from callcenter.store.database import StoreFault
from callcenter.store.do_not_call import Registry
from callcenter.store.list_import import Progress
from callcenter.store.list_orders import Choice, Preview
from dialer.facts import CampaignFacts

LONGEST_LINE = 64 << 20
"""Of an answer: a preview has 20 rows of at most 200 cells."""
ENDS_WITHIN_S = 5.0
TOO_BIG = "the file needs more memory than a list may: save it as CSV, or split it, and import that"


class StoreUnavailable(TryAgain):
    """What `StoreFault` told the other process."""

    code = StoreFault.code


class ListJobs:
    """`folder` is where files of imports are kept until these have ended."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._url, self.folder = database_url, folder
        self.peak_mb = self.cpu_s = 0.0
        """Of the last import's process."""

    async def preview(self, path: Path, choice: Choice | None = None) -> Preview:
        """Raises Refused when the file is no list, with what to do."""
        job = PreviewJob(database_url=self._url, path=str(path), choice=choice or Choice())
        async with self._answers(job) as (answers, _):
            async for told in answers:
                if told.preview is not None:
                    return told.preview
        raise Refused("file_too_big", TOO_BIG)

    async def carry_out(self, call_list: int) -> AsyncGenerator[Progress, None]:
        """Progress of an import, batch by batch; the last is done or failed. To close it early (`contextlib.aclosing`) ends the
        process, and the import may be carried out again: it goes on where it was.

        Raises Conflict when it has ended before or another process took it over, TryAgain when the database failed or the
        process was killed.
        """
        job = ImportJob(database_url=self._url, folder=str(self.folder), list=call_list, owner=secrets.token_hex(8))
        async with self._answers(job) as (answers, process):
            async for told in answers:
                if told.progress is not None and told.progress.state == "running":
                    yield told.progress
                elif told.done is not None:
                    self.peak_mb, self.cpu_s = told.peak_mb, told.cpu_s
                    yield told.done
                    return
        if process.returncode not in (-signal.SIGABRT, -signal.SIGSEGV):
            raise TryAgain("the process of the import was ended by force: start it again, and it goes on where it was")
        async with self._answers(msgspec.structs.replace(job, give_up=TOO_BIG)) as (answers, _):
            async for told in answers:
                if told.done is not None:
                    yield told.done

    async def load_registry(self, path: Path, name: str, loaded_at: int) -> Registry:
        """Replaces a do-not-call registry by the numbers in a file. `loaded_at`: from when they are, ms since the epoch."""
        job = RegistryJob(database_url=self._url, path=str(path), name=name, loaded_at=loaded_at)
        async with self._answers(job) as (answers, _):
            async for told in answers:
                if told.registry is not None:
                    return told.registry
        raise Refused("file_too_big", TOO_BIG)

    async def preflight(self, campaign: int, facts: CampaignFacts, pack: Pack, now: int) -> Outlook:
        """What of a campaign's leads could be called at `now` under the pack, and what holds the others back."""
        job = OutlookJob(database_url=self._url, campaign=campaign, facts=facts, pack=pack, now=now)
        async with self._answers(job) as (answers, _):
            async for told in answers:
                if told.outlook is not None:
                    return told.outlook
        raise TryAgain("the process that looks through the leads has died: try again")

    @asynccontextmanager
    async def _answers(self, job: Job) -> AsyncIterator[tuple[AsyncIterator[Told], Process]]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "callcenter.runtime.list_worker",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LONGEST_LINE,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            # Over a pipe: the address of the database may hold a password, and command lines are public.
            process.stdin.write(msgspec.json.encode(job) + b"\n")
            yield _lines(process.stdout), process
        finally:
            process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), ENDS_WITHIN_S)
            except TimeoutError:
                process.kill()
                await process.wait()


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[Told]:
    while line := await stream.readline():
        told = msgspec.json.decode(line, type=Told)
        if told.refused is not None:
            raise _as_error(*told.refused)
        yield told


def _as_error(code: str, why: str) -> HouseError:
    kind = next((kind for kind in (Conflict, NotFound, TryAgain, StoreUnavailable) if kind.code == code), None)
    return Refused(code, why) if kind is None else kind(why)
