"""`bench import`: files become lists as in the product: in the process that reads them, with E.164, zones, duplicates, customers
and a do-not-call registry asked for each row; and claims from the list that came out.

While a list is imported, the loop of this process, which would be the service's, is watched for lateness. The yardstick is the
same file read by the csv module alone.
"""

import asyncio
import csv
import os
import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

from callcenter.kernel.clock import HOUR
from callcenter.operations.bench.report import Found, machine, p50, p99, progress
from callcenter.operations.bench.servers import postgres
from callcenter.runtime import clock
from callcenter.runtime.list_jobs import ListJobs
from callcenter.store.campaigns import Campaign, Campaigns
from callcenter.store.claim_facts import LeadToDial
from callcenter.store.database import Database
from callcenter.store.do_not_call import DoNotCall
from callcenter.store.lead_rows import insert_rows
from callcenter.store.leads import Hold, Leads, Pass
from callcenter.store.lists import Lists, keep_file

SECONDS_GOAL, CLAIM_MS_GOAL = 10.0, 20.0
"""For 100,000 rows; for a claim of 20 leads. The import's memory is to be the same for any number of rows."""
CONTACTS, REGISTRY = 20_000, 100_000
CLAIMS, AT_ONCE = 60, 20
HEADS = ("First name", "Last name", "Phone", "Mobile", "Company", "E-mail", "City", "State", "Zip", "Notes")
AREAS = (201, 212, 305, 312, 404, 415, 512, 602, 617, 713, 808, 907)
PIECE = 2_000
_CONTACT = ("id", "name", "search_name", "tier", "email", "external_url", "note", "created_at", "changed_at")
_PHONE = ("id", "contact", "place", "label", "number", "e164", "last9", "last7")


def lists(*, full: bool = False, small: bool = False) -> Found:
    """Everything. `small` is for seeing that it runs: its figures say nothing. `full`: a million rows, and PostgreSQL."""
    return asyncio.run(_lists(full=full, small=small))


async def _lists(*, full: bool, small: bool) -> Found:
    about = machine()
    sizes = [500] if small else [10_000, 100_000, 1_000_000] if full else [10_000, 100_000]
    rows: list[dict[str, object]] = []
    ratios: dict[str, float] = {}
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="callcenter-bench-lists-")))
        await _on(f"sqlite:///{folder / 'center.db'}", folder, sizes, rows, ratios, "")
        if full:
            own = await stack.enter_async_context(postgres())
            await _on(own, folder, sizes[1:], rows, ratios, "postgresql_")
    if not small:
        timed = next(float(str(row["seconds"])) for row in rows if row["rows"] == 100_000)
        ratios["seconds_of_100k_to_goal"] = timed / SECONDS_GOAL
        ratios["peak_of_largest_to_smallest"] = float(str(rows[len(sizes) - 1]["peak_mb"])) / float(str(rows[0]["peak_mb"]))
    about["load_after"] = round(os.getloadavg()[0], 2)
    return Found(bench="import", machine=about, rows=rows, ratios={name: round(value, 4) for name, value in ratios.items()})


async def _on(
    url: str, folder: Path, sizes: list[int], rows: list[dict[str, object]], ratios: dict[str, float], prefix: str
) -> None:
    """Adds a row for each size, and figures of claims from the largest, which begin with `prefix`."""
    database = Database(url)
    try:
        await database.upgrade()
        await _world(database, small=sizes[-1] < 10_000)
        for size in sizes:
            file = folder / f"{prefix}{size}.csv"
            _write(file, size)
            rows.append(await _import(database, url, folder, file, size, ratios, prefix))
            file.unlink()
        await _claims(database, sizes[-1], ratios, prefix)
    finally:
        await database.close()


def _number(place: int) -> str:
    """The number of that place in a row of millions of different ones."""
    area = AREAS[place % len(AREAS)]
    return f"{area}{200 + place // len(AREAS) % 700 :03}{place // len(AREAS) // 700 % 10_000:04}"


async def _world(database: Database, *, small: bool) -> None:
    """Customers with telephones, and a registry, some of whose numbers the lists have."""
    share = 100 if small else 1
    now = clock.now()

    async def pieces() -> AsyncIterator[list[str]]:
        for start in range(0, REGISTRY // share, PIECE):
            yield [f"+1{_number(place * 101)}" for place in range(start, min(start + PIECE, REGISTRY // share))]

    await DoNotCall(database).load_registry("us_national", pieces(), now, now)
    people = [(place, f"Contact {place}") for place in range(1, CONTACTS // share)]
    async with database.write() as session:
        await insert_rows(session, "contact", _CONTACT, [(id, name, name, "", "", "", "", now, now) for id, name in people])
        numbers = [(id, _number(id * 53 + 7)) for id, _ in people]
        phones = [(id, id, 0, "", number, f"+1{number}", number[-9:], number[-7:]) for id, number in numbers]
        await insert_rows(session, "contact_phone", _PHONE, phones)


def _write(file: Path, size: int) -> None:
    """One row in fifty is a duplicate, one in a hundred has no good number, one in three a second one."""
    draw = random.Random(size)
    with file.open("w", encoding="utf-8", newline="") as output:
        writer = csv.writer(output)
        writer.writerow(HEADS)
        writer.writerows(_people(size, draw))


def _people(size: int, draw: random.Random) -> Iterator[tuple[str, ...]]:
    for place in range(size):
        kind = draw.random()
        number = _number(place - 1 if kind < 0.02 else place)
        written = "call reception" if kind > 0.99 else f"({number[:3]}) {number[3:6]}-{number[6:]}"
        second = f"+1 {_number(5_000_000 + place)}" if place % 3 == 0 and kind <= 0.99 else ""
        company, mail = f"Company {place % 5_000}", f"person{place}@example.com"
        yield (f"Ann{place}", "Smith", written, second, company, mail, "Boston", "MA", "02101", "asked for a quote")


async def _import(
    database: Database, url: str, folder: Path, file: Path, size: int, ratios: dict[str, float], prefix: str
) -> dict[str, object]:
    campaign = await Campaigns(database).create(Campaign(name=f"c{size}"), "", clock.now())
    jobs = ListJobs(url, folder / "imports")
    began = time.perf_counter()
    order = (await jobs.preview(file)).order
    kept = keep_file(file, jobs.folder, f"{prefix}{size}", file.name)
    call_list = await Lists(database).begin_import(campaign.id, "list", kept, order, "", clock.now())
    late: list[float] = []
    watching = asyncio.create_task(_watch(late))
    async for last in jobs.carry_out(call_list):
        progress(f"{prefix}{size}: {last.rows:,} rows, {last.refused:,} refused")
    seconds = time.perf_counter() - began
    watching.cancel()
    state = await Lists(database).import_state(call_list)
    assert state.state == "done", state.why
    name = f"{prefix}{size}_rows"
    ratios[f"{name}_loop_late_p99_ms"] = p99(late)
    ratios[f"{name}_kept"] = state.kept
    ratios[f"{name}_cpu_s"] = jobs.cpu_s
    if not prefix:
        ratios[f"{name}_seconds_to_csv_alone"] = seconds / _csv_alone(file)
    return {"rows": size, "seconds": round(seconds, 2), "peak_mb": round(jobs.peak_mb, 1)}


async def _watch(late: list[float]) -> None:
    """How much later than asked for the loop goes on, in ms."""
    while True:
        asked = time.perf_counter()
        await asyncio.sleep(0.005)
        late.append((time.perf_counter() - asked - 0.005) * 1_000)


def _csv_alone(file: Path) -> float:
    began = time.perf_counter()
    with file.open(encoding="utf-8", newline="") as rows:
        assert sum(1 for _ in csv.reader(rows)) > 1
    return time.perf_counter() - began


async def _claims(database: Database, size: int, ratios: dict[str, float], prefix: str) -> None:
    """Twenty leads at a time, of which the gate holds every fourth."""
    campaign = await Campaigns(database).named(f"c{size}")
    dialing = Leads(database)
    now = clock.now()
    took: list[float] = []

    def gate(lead: LeadToDial) -> Pass | Hold:
        return Hold(until=now + HOUR, reason="hours") if lead.id % 4 == 0 else Pass(place=lead.numbers[0].place, rule="bench")

    for turn in range(3 if size < 10_000 else CLAIMS):
        began = time.perf_counter()
        found = await dialing.claim(campaign.id, [f"{prefix}{turn}-{place}" for place in range(AT_ONCE)], 1, now, gate)
        took.append((time.perf_counter() - began) * 1_000)
        assert len(found.claims) == AT_ONCE
    ratios[f"{prefix}claim_of_{AT_ONCE}_from_{size}_p50_ms"] = p50(took)
    ratios[f"{prefix}claim_p50_to_goal"] = p50(took) / CLAIM_MS_GOAL
