"""A process of its own that reads call lists and looks through campaigns, so that neither a large nor a hostile file delays a
decision.

It is told what to do on stdin as one line of JSON (a `Job`), and answers in lines of JSON on stdout (`Told`). When stdin is
closed, who asked is gone, and it ends at once. Its memory is limited: a file that needs more kills this process and nothing else.
"""

import asyncio
import os
import resource
import sys
import threading
from pathlib import Path

import msgspec
from msgspec import Struct

from callcenter.kernel.errors import HouseError
from callcenter.kernel.law import Pack
from callcenter.runtime import clock
from callcenter.store.campaign_outlook import Outlook, Outlooks
from callcenter.store.database import Database
from callcenter.store.do_not_call import DoNotCall, Registry
from callcenter.store.list_import import ListImport, Progress
from callcenter.store.list_orders import Choice, Preview, preview, registry_numbers, rules
from dialer.facts import CampaignFacts
from dialer.law import Law

MOST_MEMORY = 3 << 30
"""Bytes of address space."""
NICE = 5
"""Behind the service, which decides about calls."""


class PreviewJob(Struct, frozen=True, tag="preview"):
    database_url: str
    path: str
    choice: Choice


class ImportJob(Struct, frozen=True, tag="import"):
    database_url: str
    folder: str
    list: int
    owner: str
    give_up: str = ""
    """Why it is to be undone instead of carried out."""


class RegistryJob(Struct, frozen=True, tag="registry"):
    """The numbers of a do-not-call registry."""

    database_url: str
    path: str
    name: str
    loaded_at: int


class OutlookJob(Struct, frozen=True, tag="outlook"):
    """The pre-flight of a campaign under a pack, at an instant."""

    database_url: str
    campaign: int
    facts: CampaignFacts
    pack: Pack
    now: int


Job = PreviewJob | ImportJob | RegistryJob | OutlookJob


class Told(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the answer: one of the fields is set."""

    progress: Progress | None = None
    preview: Preview | None = None
    done: Progress | None = None
    registry: Registry | None = None
    outlook: Outlook | None = None
    refused: tuple[str, str] | None = None
    """Code and why, of an error that a person may be shown."""
    peak_mb: float = 0.0
    """The most memory that this process held, MB; with `done`."""
    cpu_s: float = 0.0
    """Its processor time, s; with `done`."""


async def _carry_out(job: Job) -> Told:
    database = Database(job.database_url, bulk=True)
    try:
        if isinstance(job, PreviewJob):
            return Told(preview=preview(Path(job.path), await rules(database), job.choice))
        if isinstance(job, RegistryJob):
            numbers = registry_numbers(Path(job.path), await rules(database))
            loading = DoNotCall(database).load_registry(job.name, numbers, job.loaded_at, clock.now())
            return Told(registry=await loading)
        if isinstance(job, OutlookJob):
            looking = Outlooks(database).preflight(job.campaign, job.facts, Law(job.pack), job.now)
            return Told(outlook=await looking)
        work = ListImport(
            database, Path(job.folder), job.list, job.owner, clock.now, lambda progress: _tell(Told(progress=progress))
        )
        done = await (work.give_up(job.give_up) if job.give_up else work.run())
        used = resource.getrusage(resource.RUSAGE_SELF)
        return Told(done=done, peak_mb=_peak_kb(used.ru_maxrss) / 1024, cpu_s=used.ru_utime + used.ru_stime)
    finally:
        await database.close()


def _peak_kb(otherwise: int) -> int:
    """The most memory that this process has had. Linux's ru_maxrss counts also what its parent had when it was made."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return otherwise
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), otherwise)


def _tell(told: Told) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
    sys.stdout.buffer.flush()


def _end_with_asker() -> None:
    while sys.stdin.buffer.read(1 << 16):
        pass
    os._exit(1)


def main() -> None:
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=_end_with_asker, daemon=True).start()
    try:
        told = asyncio.run(_carry_out(job))
    except HouseError as error:
        told = Told(refused=(error.code, error.why))
    except MemoryError:
        told = Told(refused=("file_too_big", "the file needs more memory than a list may: save it as CSV, and import that"))
    _tell(told)
    sys.stdout.flush()
    os._exit(0)  # the thread that listens for the asker's end never ends by itself


if __name__ == "__main__":
    main()
