"""Call records and counters in real databases: what was written comes back, and every figure finds its calls."""

import random
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from callcenter.kernel.clock import DAY, MINUTE
from callcenter.kernel.events import Recorded
from reporting import queries, tables
from reporting.call_record import CallRecord
from reporting.counters import Counters, IntervalKey, flat, total
from reporting.intervals import IntervalBook
from reporting.metrics import METRICS
from reporting.queries import CallFilter, Period
from reporting.records import RecordBook
from tests.unit.reporting.histories import BUSY_PAUSES, NINE, history

METADATA = MetaData()
TABLES = tables.declare(METADATA)
EVER = Period("2000-01-01", "2100-01-01")
ALWAYS = CallFilter(since=0, until=NINE + 10_000 * DAY)


@pytest.fixture(params=["sqlite", "postgresql"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An empty database of each kind, with the tables."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path}/records.db"
    else:
        url = request.getfixturevalue("postgres_url").replace("postgresql://", "postgresql+asyncpg://")
    made = create_async_engine(url)
    async with made.begin() as connection:
        await connection.run_sync(METADATA.create_all)
    yield made
    await made.dispose()


def random_day(seed: int, steps: int) -> list[Recorded]:
    dice = random.Random(seed)
    return history([dice.randrange(10_000) for _ in range(steps)], closed=True, pauses=(*BUSY_PAUSES, 40 * MINUTE))


class Written:
    """What a projector would have stored of a log, in batches."""

    def __init__(self) -> None:
        self.records: dict[str, CallRecord] = {}
        self.increments: list[tuple[IntervalKey, Counters]] = []

    async def project(self, connection: AsyncConnection, log: list[Recorded], batch: int) -> None:
        records = RecordBook()
        book = IntervalBook(records)
        for start in range(0, len(log), batch):
            for recorded in log[start : start + batch]:
                missing = records.missing(recorded)
                if missing is not None:
                    body = await queries.call_body(connection, TABLES, missing)
                    assert body is not None
                    records.put(tables.record_of(body))
                records.apply(recorded)
                book.apply(recorded)
            if start + batch >= len(log):
                book.settle()
            await self._store(connection, records, book)

    async def _store(self, connection: AsyncConnection, records: RecordBook, book: IntervalBook) -> None:
        by_name, dialect = TABLES.by_name(), connection.dialect.name
        counted: dict[str, list[tables.Row]] = defaultdict(list)
        called: dict[str, list[tables.Row]] = defaultdict(list)
        for key, counters in book.drain().items():
            self.increments.append((key, counters))
            for name, rows in tables.counter_rows({key: flat(counters)}).items():
                counted[name] += rows
        for call, record in records.drain().items():
            self.records[call] = record
            for name, rows in tables.call_rows(record).items():
                called[name] += rows
            if record.settled:
                records.forget(call)
        for name, rows in counted.items():
            await connection.execute(tables.adding(by_name[name], dialect), rows)
        for name, rows in called.items():
            if rows:
                await connection.execute(tables.replacing(by_name[name], dialect), rows)

    def sum_of(self, kind: str, **wanted: object) -> Counters:
        return total(
            counters for key, counters in self.increments
            if key.kind == kind and all(getattr(key, name) == value for name, value in wanted.items())
        )  # fmt: skip


@pytest.fixture
async def written(engine: AsyncEngine) -> Written:
    """A random day, projected in batches of forty events."""
    done = Written()
    async with engine.begin() as connection:
        await done.project(connection, random_day(7, 4_000), 40)
    return done


async def test_counters_come_back_by_queue_agent_day_and_quarter(engine, written):
    days = sorted({key.day for key, _ in written.increments})
    assert len(days) >= 3
    async with engine.connect() as connection:
        assert await queries.summary(connection, TABLES, EVER) == written.sum_of("center")
        found = await queries.by_queue(connection, TABLES, EVER)
        assert found == {queue: written.sum_of("queue", subject=queue) for queue in ("billing", "front", "support")}
        assert all(counters.answered and counters.abandoned and counters.talk_ms for counters in found.values())
        found = await queries.by_agent(connection, TABLES, EVER, ["ana", "ben"])
        assert found == {agent: written.sum_of("agent", subject=agent) for agent in ("ana", "ben")}
        found = await queries.by_day(connection, TABLES, "queue", Period(days[1], days[2]))
        assert found == {day: written.sum_of("queue", day=day) for day in days[1:3] if flat(written.sum_of("queue", day=day))}
        quarters = await queries.by_quarter(connection, TABLES, "center", Period(days[1], days[1]))
        assert total(quarters.values()) == written.sum_of("center", day=days[1])
        assert total(queries.merged(quarters, 60).values()) == written.sum_of("center", day=days[1])
        load = await queries.agents_load(connection, TABLES, days[1])
        assert {agent: total(of.values()) for agent, of in load.items()} == {
            agent: written.sum_of("agent", subject=agent, day=days[1]) for agent in load
        }
        assert load
        beside = await queries.compared(connection, TABLES, "agent", Period(days[2], days[2]), Period(days[1], days[1]))
        assert beside["ana"] == (
            written.sum_of("agent", subject="ana", day=days[2]), written.sum_of("agent", subject="ana", day=days[1])
        )  # fmt: skip


async def test_a_record_comes_back_whole_and_its_children_in_rows(engine, written):
    async with engine.connect() as connection:
        for call, record in written.records.items():
            body = await queries.call_body(connection, TABLES, call)
            assert body is not None
            assert tables.record_of(body) == record
        assert await queries.call_body(connection, TABLES, "nowhere") is None
        for name, children in (
            ("call_leg", "legs"), ("queue_entry", "entries"), ("offer", "offers"), ("conversation", "conversations"),
            ("transfer", "transfers"), ("recording", "recordings"), ("ivr_visit", "visits"),
        ):  # fmt: skip
            rows = (await connection.execute(select(TABLES.by_name()[name].c.call))).scalars().all()
            assert len(rows) == sum(len(getattr(record, children)) for record in written.records.values()) > 0
        overruns = (await connection.execute(select(TABLES.wrap_up.c.overrun_ms))).scalars().all()
        assert sum(overruns) == written.sum_of("center").overrun_ms > 0


@pytest.mark.parametrize("kind", ["center", "queue", "agent"])
async def test_every_count_finds_as_many_calls_as_it_says(engine, written, kind):
    subject = {"center": "", "queue": "support", "agent": "ben"}[kind]
    counted = written.sum_of(kind, subject=subject)
    chosen = {
        "center": ALWAYS,
        "queue": CallFilter(since=ALWAYS.since, until=ALWAYS.until, queues=("support",)),
        "agent": CallFilter(since=ALWAYS.since, until=ALWAYS.until, agents=("ben",)),
    }[kind]
    names = [name for name in queries.COUNTED_CALLS if name in tables.FIELDS[kind]]
    checked = 0
    async with engine.connect() as connection:
        for name in names:
            page = await queries.calls_behind(connection, TABLES, name, chosen, limit=1_000)
            assert page.total == len(page.rows) == getattr(counted, name), name
            checked += bool(page.rows)
    assert checked > len(names) / 2


async def test_pages_of_calls_meet_without_gap_or_double(engine, written):
    async with engine.connect() as connection:
        for figure in ("offered", "arrived", "asa", "aht", "transfer_rate"):
            for order in ("newest", "longest"):
                whole = await queries.calls_behind(connection, TABLES, figure, ALWAYS, order=order, limit=1_000)
                assert whole.after is None
                rows: list[queries.CallRow] = []
                after = None
                while True:
                    page = await queries.calls_behind(connection, TABLES, figure, ALWAYS, order=order, after=after, limit=3)
                    rows += page.rows
                    after = page.after
                    if after is None:
                        break
                assert tuple(rows) == whole.rows
                ranks = [row.length_ms if order == "longest" else row.at for row in rows]
                assert ranks == sorted(ranks, reverse=True)
                assert len(rows) > 3


async def test_a_time_span_takes_its_first_moment_and_not_its_last(engine, written):
    async with engine.connect() as connection:
        page = await queries.calls_behind(connection, TABLES, "offered", ALWAYS, limit=1_000)
        at = page.rows[len(page.rows) // 2].at
        inside = await queries.calls_behind(connection, TABLES, "offered", CallFilter(since=at, until=at + 1))
        before = await queries.calls_behind(connection, TABLES, "offered", CallFilter(since=at - 1, until=at))
    assert {row.at for row in inside.rows} == {at}
    assert all(row.at < at for row in before.rows)


async def test_a_figure_without_calls_and_a_made_up_page_are_refused(engine):
    async with engine.connect() as connection:
        with pytest.raises(ValueError, match="no calls behind it"):
            await queries.calls_behind(connection, TABLES, "occupancy", ALWAYS)
        with pytest.raises(ValueError, match="after"):
            await queries.calls_behind(connection, TABLES, "offered", ALWAYS, after="7")


def test_every_figure_whose_calls_can_be_listed_is_a_metric_or_a_count():
    for name, count in queries.BEHIND.items():
        assert name in METRICS
        assert count in queries.COUNTED_CALLS
