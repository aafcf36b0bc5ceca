"""Rows made from the log: equal to a fold of it, however often the projector is stopped in between, on both databases."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from callcenter.kernel import events as e
from callcenter.kernel.errors import Conflict
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import CallId
from callcenter.store.database import Database
from callcenter.store.projector import Projector
from callcenter.store.sqlite_log import SqliteLog
from callcenter.store.tables import reporting_tables
from reporting.call_record import CallRecord
from reporting.counters import flat
from reporting.intervals import IntervalBook
from reporting.records import RecordBook
from reporting.tables import FIELDS, call_rows, record_of
from tests.fixtures.postgres import Postgres
from tests.unit.reporting.histories import TAPES, history

TABLES = reporting_tables.by_name()
KINDS = {"CallConnected", "CallHeld", "TransferStarted", "RecordingKept", "DispositionSet", "LineLost"}


def _day() -> list[Recorded]:
    """The first of many random days on which everything happens, so that every table has rows to compare."""
    for seed in range(1_000):
        dice = random.Random(seed)
        events = history([dice.randrange(10_000) for _ in range(600)], closed=True)
        found = expected_calls(events)
        kinds = {type(recorded.event).__name__ for recorded in events}
        if kinds >= KINDS and all(found.get(name) for name in TABLES if not name.startswith(("interval", "day"))):
            return events
    raise AssertionError("no day is full enough")


@pytest.fixture(scope="module")
def day() -> list[Recorded]:
    return _day()


class Log(SqliteLog):
    """A real log, filled with one history; `end` bounds what a reader gets, as if the rest had not happened yet."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.end = 10**9

    async def fill(self, events: Sequence[Recorded]) -> None:
        await self.open()
        await self.acquire("test", 60_000)
        await self.append(0, events)

    async def read(self, after: int = 0, *, batch: int = 1_000) -> AsyncIterator[list[Recorded]]:
        async for some in super().read(after, batch=batch):
            visible = [recorded for recorded in some if recorded.position <= self.end]
            if visible:
                yield visible


async def rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of the projection, in order of the keys."""
    async with database.read() as session:
        found = {}
        for name, table in TABLES.items():
            result = await session.execute(select(table).order_by(*table.primary_key.columns))
            found[name] = [dict(row) for row in result.mappings()]
        return found


def folded(events: Sequence[Recorded]) -> dict[CallId, CallRecord]:
    book = RecordBook()
    for recorded in events:
        book.apply(recorded)
    return book.records


def expected_calls(events: Sequence[Recorded]) -> dict[str, list[dict[str, Any]]]:
    """The rows of a fold of the whole log, written by nobody."""
    found: dict[str, list[dict[str, Any]]] = {}
    for record in folded(events).values():
        for name, some in call_rows(record).items():
            found.setdefault(name, []).extend(some)
    for name, some in found.items():
        some.sort(key=lambda row: tuple(row[column.name] for column in TABLES[name].primary_key))
    return found


def expected_counters(events: Sequence[Recorded]) -> dict[tuple[str, str, int, str], dict[str, int]]:
    """Everything counted by one book at one go."""
    book = IntervalBook()
    for recorded in events:
        book.apply(recorded)
    book.settle()
    return {(key.kind, key.subject, key.start_at, key.day): flat(counters) for key, counters in book.drain().items()}


def counters_in(found: dict[str, list[dict[str, Any]]]) -> dict[tuple[str, str, int, str], dict[str, int]]:
    return {
        (kind, row["subject"], row["start_at"], row["day"]): values
        for kind, fields in FIELDS.items()
        for row in found[f"interval_{kind}"]
        if (values := {name: row[name] for name in fields if row[name]})
    }


def check_calls(found: dict[str, list[dict[str, Any]]], events: Sequence[Recorded]) -> None:
    for name, wanted in expected_calls(events).items():
        assert found[name] == wanted, name
    assert {row["call"]: record_of(row["body"]) for row in found["call_record"]} == folded(events)


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    log = Log(tmp_path / "events.db")
    yield log
    await log.close()


async def test_a_day_becomes_the_rows_of_its_fold(log: Log, database: Database, day: list[Recorded]):
    events = list(day)
    await log.fill(events)
    projector = Projector(log, database)
    assert await projector.catch_up() == events[-1].position
    found = await rows(database)
    check_calls(found, events)
    assert all(found[name] for name in TABLES), "every table has rows to compare"


async def test_what_the_day_counts_equals_one_book(log: Log, database: Database, day: list[Recorded]):
    events = list(day)
    await log.fill(events)
    await Projector(log, database).catch_up()
    found = await rows(database)
    calls = {field for field in FIELDS["queue"] if not field.endswith("_ms") or "wait" in field or "handle" in field}
    wanted = expected_counters(events)
    got = counters_in(found)
    for key in wanted.keys() | got.keys():
        mine, theirs = got.get(key, {}), wanted.get(key, {})
        assert {name: mine[name] for name in mine if name in calls} == {n: theirs[n] for n in theirs if n in calls}, key


async def test_days_are_the_sums_of_their_quarters(log: Log, database: Database, day: list[Recorded]):
    await log.fill(day)
    await Projector(log, database).catch_up()
    found = await rows(database)
    for kind, fields in FIELDS.items():
        sums: dict[tuple[str, str], dict[str, int]] = {}
        for row in found[f"interval_{kind}"]:
            total = sums.setdefault((row["subject"], row["day"]), dict.fromkeys(fields, 0))
            for field in fields:
                longest = field == "longest_wait_ms"
                total[field] = max(total[field], row[field]) if longest else total[field] + row[field]
        days = {(row["subject"], row["day"]): {field: row[field] for field in fields} for row in found[f"day_{kind}"]}
        assert days == sums


def test_wherever_it_was_stopped_the_rows_come_out_the_same(rows_url: str, tmp_path: Path):
    """At any place, any number of times; each time a new process goes on from the checkpoint."""
    database = Database(rows_url)
    numbers = count()

    async def check(tape: list[int], stops: list[int]) -> None:
        events = history(tape)
        log = Log(tmp_path / f"events{next(numbers)}.db")
        await log.fill(events)
        async with database.write() as session:
            for table in (*reversed(TABLES.values()), "projection"):
                await session.execute(text(f"DELETE FROM {table}"))
        for stop in sorted({n % (len(events) + 1) for n in stops}):
            log.end = stop
            await Projector(log, database).catch_up()
            check_calls(await rows(database), events[:stop])
        log.end = len(events)
        projector = Projector(log, database)
        await projector.catch_up()
        stepwise = await rows(database)
        check_calls(stepwise, events)
        await projector.rebuild()
        rebuilt = await rows(database)
        assert {name: rebuilt[name] for name in rebuilt if not name.startswith(("interval", "day"))} == {
            name: stepwise[name] for name in stepwise if not name.startswith(("interval", "day"))
        }
        await log.close()

    with asyncio.Runner() as runner:

        @settings(max_examples=15, phases=[Phase.explicit, Phase.reuse, Phase.generate])
        @given(TAPES, st.lists(st.integers(0, 10_000), max_size=4))
        def whatever_happens(tape: list[int], stops: list[int]) -> None:
            runner.run(check(tape, stops))

        try:
            whatever_happens()
        finally:
            runner.run(database.close())


async def test_a_late_disposition_reaches_a_settled_record(log: Log, database: Database, day: list[Recorded]):
    events = list(day)
    done = next(record for record in folded(events).values() if record.settled and record.conversations)
    await log.fill(events)
    projector = Projector(log, database)
    await projector.catch_up()
    agent = done.conversations[-1].agent
    late = Recorded(len(events) + 1, events[-1].at + 5_000, e.DispositionSet(call=done.call, code="sold", agent=agent))
    await log.append(len(events), [late])
    await projector.catch_up()
    check_calls(await rows(database), [*events, late])


async def test_a_failed_step_leaves_rows_and_checkpoint_together(log: Log, database: Database, day: list[Recorded]):
    """The database refuses a row in the middle: nothing of the step stays, and the next attempt makes up for it."""
    events = list(day)
    await log.fill(events)
    projector = Projector(log, database)
    log.end = len(events) // 2
    await projector.catch_up()
    before = await rows(database)
    async with database.write() as session:
        await session.execute(text("ALTER TABLE day_queue RENAME TO day_queue_away"))
    log.end = len(events)
    with pytest.raises(Exception, match="did not do what was asked"):
        await projector.catch_up()
    async with database.write() as session:
        await session.execute(text("ALTER TABLE day_queue_away RENAME TO day_queue"))
    assert await rows(database) == before
    await projector.catch_up()
    check_calls(await rows(database), events)
    once = await rows(database)
    assert await projector.catch_up() == len(events)
    assert await rows(database) == once, "nothing is counted twice"


async def test_a_second_projector_gives_way(log: Log, database: Database, day: list[Recorded]):
    events = list(day)
    await log.fill(events)
    log.end = 100
    first, second = Projector(log, database), Projector(log, database)
    await first.catch_up()
    await second.catch_up()
    log.end = 200
    await first.catch_up()
    log.end = len(events)
    with pytest.raises(Conflict, match="another projector"):
        await second.catch_up()
    check_calls(await rows(database), events[:200])


async def test_rows_of_another_format_are_made_anew(log: Log, database: Database, day: list[Recorded]):
    events = list(day)
    await log.fill(events)
    await Projector(log, database).catch_up()
    right = await rows(database)
    for sabotage in ("UPDATE projection SET format = 99", "UPDATE projection SET state = NULL", "DELETE FROM projection"):
        async with database.write() as session:
            if "NULL" in sabotage:
                projection = text("UPDATE projection SET state = :junk").bindparams(junk=b"\x00junk")
                await session.execute(projection)
            else:
                await session.execute(text(sabotage))
            if "DELETE" in sabotage:
                for table in reversed(TABLES.values()):
                    await session.execute(table.delete())
        await Projector(log, database).catch_up()
        found = await rows(database)
        assert found["call_record"] == right["call_record"]
        assert [row["offered"] for row in found["day_queue"]] == [row["offered"] for row in right["day_queue"]]


async def test_it_follows_a_growing_log_and_says_how_far_behind_it_is(log: Log, database: Database, day: list[Recorded]):
    events = list(day)
    await log.fill(events[:200])
    projector = Projector(log, database, pause_s=0)
    projector.wake(200)
    assert (projector.lag().events, projector.lag().projected_at) == (200, 0)
    running = asyncio.ensure_future(projector.run())
    try:
        async with asyncio.timeout(20):
            await projector.reached(200)
            assert projector.lag().events == 0
            await log.append(200, events[200:])
            projector.wake(len(events))
            await projector.reached(len(events))
        assert projector.lag().projected_at == events[-1].at
        assert projector.failed == ""
    finally:
        running.cancel()
    check_calls(await rows(database), events)


async def test_a_database_that_is_gone_is_said_and_caught_up_with(own_postgres: Postgres, log: Log, day: list[Recorded]):
    events = list(day)
    await log.fill(events)
    database = Database(own_postgres.create_database())
    await database.upgrade()
    projector = Projector(log, database, pause_s=0, retry_s=0.02)
    log.end = 100
    await projector.catch_up()
    own_postgres.stop()
    log.end = len(events)
    projector.wake(len(events))
    running = asyncio.ensure_future(projector.run())
    try:
        async with asyncio.timeout(20):
            assert "check that it runs" in await projector.stuck()
        assert projector.lag().events == len(events) - 100
        own_postgres.start()
        async with asyncio.timeout(20):
            await projector.reached(len(events))
    finally:
        running.cancel()
    check_calls(await rows(database), events)
    await database.close()
