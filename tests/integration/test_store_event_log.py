"""The event log's promises, the same test code for SQLite and PostgreSQL; and what each database adds of its own."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest

from callcenter.kernel import events as e
from callcenter.kernel.errors import Conflict
from callcenter.kernel.events import AnyEvent, Recorded
from callcenter.kernel.ids import AgentId, CallId, Entropy, PersonalId
from callcenter.kernel.personal import PersonalRow
from callcenter.kernel.words import CallEnd, Party
from callcenter.store.event_log import Checkpoint, EventLog, LogFault, StaleLease
from callcenter.store.postgres_log import PostgresLog
from callcenter.store.sqlite_log import SqliteLog
from tests.fixtures.postgres import Postgres

ENTROPY = Entropy(b"event log")
CALL, OTHER = ENTROPY.call(), ENTROPY.call()
CALLER, DIALED = ENTROPY.personal(), ENTROPY.personal()
NUMBER = "+12025550143"
TTL = 60_000


def recorded(after: int, *events: AnyEvent) -> list[Recorded]:
    return [Recorded(after + n, 1_000 * (after + n), event) for n, event in enumerate(events, start=1)]


def arrival(call: CallId = CALL) -> e.ContactsAsked:
    """An event that names a personal value."""
    return e.ContactsAsked(call=call, effect=ENTROPY.effect(), number=CALLER)


def over(call: CallId = CALL) -> e.CallOver:
    return e.CallOver(call=call, end=CallEnd.ABANDONED_IN_IVR, by=Party.CUSTOMER)


def ready(agent: str = "ana") -> e.AgentAvailable:
    return e.AgentAvailable(agent=AgentId(agent))


PEOPLE = [PersonalRow(CALLER, "number", NUMBER), PersonalRow(DIALED, "number", "+12025550100")]


@pytest.fixture(params=["sqlite", "postgres"])
def another(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], EventLog]:
    """Makes one more log object over the same store, as another process would."""
    if request.param == "sqlite":
        return lambda: SqliteLog(tmp_path / "events.db")
    url: str = request.getfixturevalue("postgres_url")
    return lambda: PostgresLog(url)


@pytest.fixture
async def log(another: Callable[[], EventLog]) -> AsyncIterator[EventLog]:
    """Open, and holding the lease."""
    log = another()
    await log.open()
    await log.acquire("first", TTL)
    yield log
    await log.close()


@pytest.fixture
async def second(another: Callable[[], EventLog], log: EventLog) -> AsyncIterator[EventLog]:
    """Another process on the same store, without the lease."""
    second = another()
    await second.open()
    yield second
    await second.close()


async def everything(log: EventLog, after: int = 0, batch: int = 1_000) -> list[Recorded]:
    return [recorded async for batch_ in log.read(after, batch=batch) for recorded in batch_]


async def test_what_was_appended_is_read_in_order_by_everybody(log: EventLog, second: EventLog):
    story = recorded(0, arrival(), ready(), over())
    await log.append(0, story[:2], PEOPLE)
    await log.append(2, story[2:])
    assert await second.last_position() == 3
    assert await everything(second) == story
    assert await everything(second, after=2) == story[2:]


async def test_reading_goes_in_batches_to_the_end(log: EventLog):
    story = recorded(0, *[ready() for _ in range(25)])
    await log.append(0, story)
    batches = [batch async for batch in log.read(batch=10)]
    assert [len(batch) for batch in batches] == [10, 10, 5]
    assert [one for batch in batches for one in batch] == story
    assert [batch async for batch in log.read(after=25)] == []


async def test_the_events_of_one_call(log: EventLog):
    story = recorded(0, arrival(), arrival(OTHER), ready(), over(), over(OTHER))
    await log.append(0, story, PEOPLE)
    assert await log.read_call(CALL) == [story[0], story[3]]


async def test_reading_some_kinds_goes_in_batches_to_the_end(log: EventLog):
    await log.append(0, recorded(0, *[event for _ in range(1_500) for event in (arrival(), over())]))
    batches = [[one.position for one in batch] async for batch in log.read_kinds(["CallOver", "AgentAvailable"])]
    assert batches == [list(range(2, 2_001, 2)), list(range(2_002, 3_001, 2))]


async def test_the_log_lasts(log: EventLog, another: Callable[[], EventLog]):
    story = recorded(0, arrival(), over())
    await log.append(0, story, PEOPLE)
    await log.close()
    again = another()
    await again.open()
    assert await everything(again) == story
    await again.close()


@pytest.mark.parametrize("expected", [0, 1, 3])
async def test_an_append_at_the_wrong_position_writes_nothing(log: EventLog, expected: int):
    await log.append(0, recorded(0, ready(), ready()))
    with pytest.raises(Conflict):
        await log.append(expected, recorded(expected, arrival()), PEOPLE, [DIALED])
    assert await log.last_position() == 2
    assert await log.personal_all() == {}


async def test_positions_with_a_gap_are_a_bug(log: EventLog):
    with pytest.raises(AssertionError):
        await log.append(0, recorded(1, ready()))


async def test_without_the_lease_nobody_appends(log: EventLog, second: EventLog):
    with pytest.raises(StaleLease):
        await second.append(0, recorded(0, ready()))
    assert await log.last_position() == 0


async def test_a_second_hub_does_not_get_a_lease_that_is_held(log: EventLog, second: EventLog):
    with pytest.raises(Conflict):
        await second.acquire("second", TTL)
    await log.append(0, recorded(0, ready()))


async def test_a_lease_that_ran_out_goes_to_the_next_and_the_late_one_is_refused(log: EventLog, second: EventLog):
    await log.append(0, recorded(0, ready()))
    await log.renew(0)
    assert await second.acquire("second", TTL) == 2
    with pytest.raises(StaleLease):
        await log.append(1, recorded(1, arrival()), PEOPLE)
    with pytest.raises(StaleLease):
        await log.renew(TTL)
    assert await second.last_position() == 1
    assert await second.personal_all() == {}
    await second.append(1, recorded(1, ready("bo")))
    await log.release()  # no longer ours: harmless
    await second.append(2, recorded(2, ready("bo")))


async def test_a_lease_that_ran_out_but_that_nobody_took_still_holds(log: EventLog):
    await log.renew(0)
    await log.append(0, recorded(0, ready()))
    await log.renew(TTL)


async def test_a_released_lease_is_free_at_once(log: EventLog, second: EventLog):
    await log.release()
    assert await second.acquire("second", TTL) == 2
    with pytest.raises(StaleLease):
        await log.append(0, recorded(0, ready()))


async def test_taking_the_lease_again_raises_the_epoch(log: EventLog, second: EventLog):
    assert await second.acquire("first", TTL) == 2
    assert await second.acquire("first", TTL) == 3
    with pytest.raises(StaleLease):
        await log.append(0, recorded(0, ready()))


async def test_two_who_append_at_once_do_not_both_succeed(log: EventLog, second: EventLog):
    """The second takes the lease while appends of the first are under way: what both believe must be what is there."""
    done: list[str] = []
    under_way = asyncio.Event()

    async def append_until_refused(who: str, log: EventLog) -> None:
        position = await log.last_position()
        for _ in range(200):
            try:
                await log.append(position, recorded(position, ready(who)))
            except Conflict:
                return
            position += 1
            done.append(who)
            if len(done) == 20:
                under_way.set()

    async def take_over() -> None:
        await under_way.wait()
        await log.renew(0)
        await second.acquire("second", TTL)
        await append_until_refused("second", second)

    await asyncio.gather(append_until_refused("first", log), take_over())
    written = [one.event.agent for one in await everything(second) if isinstance(one.event, e.AgentAvailable)]
    assert sorted(written) == sorted(done)
    assert [one.position for one in await everything(second)] == list(range(1, len(written) + 1))
    assert done.count("second") == 200


async def test_personal_values_stand_beside_the_log_and_never_in_it(log: EventLog):
    await log.append(0, recorded(0, arrival()), PEOPLE)
    unknown = ENTROPY.personal()
    assert await log.personal([CALLER, DIALED, unknown]) == {CALLER: NUMBER, DIALED: "+12025550100"}
    assert await log.personal([]) == {}
    assert await log.personal_all() == {CALLER: NUMBER, DIALED: "+12025550100"}


async def test_a_row_with_a_known_id_takes_the_new_value(log: EventLog):
    await log.append(0, recorded(0, arrival()), PEOPLE)
    twice = [PersonalRow(CALLER, "number", "+1"), PersonalRow(CALLER, "number", "+12025550177")]
    await log.append(1, recorded(1, ready()), twice)
    assert await log.personal([CALLER]) == {CALLER: "+12025550177"}


async def test_many_personal_values_at_once(log: EventLog):
    rows = [PersonalRow(ENTROPY.personal(), "text", f"note {n}") for n in range(1_201)]
    await log.append(0, recorded(0, ready()), rows)
    assert await log.personal(row.id for row in rows) == {row.id: row.value for row in rows}


async def test_erasure_deletes_the_rows_with_the_event_that_says_so(log: EventLog):
    await log.append(0, recorded(0, arrival()), PEOPLE)
    late = PersonalRow(ENTROPY.personal(), "text", "said too much")
    erased = (CALLER, late.id)
    await log.append(1, recorded(1, e.PersonErased(rows=erased)), [late], erased)
    assert await log.personal_all() == {DIALED: "+12025550100"}
    assert len(await everything(log)) == 2


async def test_checkpoints_are_kept_by_name_and_replaced(log: EventLog, second: EventLog):
    assert await log.checkpoint("hub") is None
    await log.keep_checkpoint(Checkpoint("hub", 5, 1, b"\x00five"))
    await log.keep_checkpoint(Checkpoint("hub", 7, 1, b"seven"))
    await log.keep_checkpoint(Checkpoint("other", 1, 2, b""))
    assert await second.checkpoint("hub") == Checkpoint("hub", 7, 1, b"seven")
    assert await second.checkpoint("other") == Checkpoint("other", 1, 2, b"")


async def test_reading_goes_on_while_events_are_appended(log: EventLog):
    await log.append(0, recorded(0, *[ready() for _ in range(10)]))
    seen: list[int] = []
    async for batch in log.read(batch=5):
        seen += [one.position for one in batch]
        if seen[-1] == 10:
            await log.append(10, recorded(10, *[ready() for _ in range(3)]))
    assert seen == list(range(1, 14))


# -- SQLite -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[SqliteLog]:
    log = SqliteLog(tmp_path / "events.db")
    await log.open()
    await log.acquire("first", TTL)
    yield log
    await log.close()


async def test_sqlite_commits_reach_the_disk(sqlite: SqliteLog):
    def settings(db: sqlite3.Connection) -> list[object]:
        return [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "secure_delete")]

    assert await sqlite._writer.run(settings) == ["wal", 2, 1]


def holds(folder: Path, value: str) -> bool:
    return any(value.encode() in file.read_bytes() for file in folder.iterdir())


async def test_sqlite_keeps_no_trace_of_an_erased_value(sqlite: SqliteLog, tmp_path: Path):
    value = "Xanthippe Quellenhofer"
    row = PersonalRow(ENTROPY.personal(), "name", value)
    await sqlite.append(0, recorded(0, ready()), [row])
    assert holds(tmp_path, value)
    await sqlite.append(1, recorded(1, e.PersonErased(rows=(row.id,))), [], [row.id])
    assert not holds(tmp_path, value)


async def test_sqlite_disk_full_is_said_and_writes_nothing(sqlite: SqliteLog):
    await sqlite._writer.run(lambda db: db.execute("PRAGMA max_page_count = 1").fetchone())
    with pytest.raises(LogFault) as fault:
        await sqlite.append(0, recorded(0, *[ready() for _ in range(2_000)]), PEOPLE)
    assert fault.value.code == "log_disk_full"
    assert "make room" in fault.value.why
    await sqlite._writer.run(lambda db: db.execute("PRAGMA max_page_count = 1000000").fetchone())
    assert await sqlite.last_position() == 0
    assert await sqlite.personal_all() == {}
    await sqlite.append(0, recorded(0, ready()))


async def test_sqlite_locked_by_another_program_is_said(sqlite: SqliteLog, tmp_path: Path):
    await sqlite._writer.run(lambda db: db.execute("PRAGMA busy_timeout = 20").fetchone())
    other = sqlite3.connect(tmp_path / "events.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LogFault) as fault:
        await sqlite.append(0, recorded(0, ready()))
    assert fault.value.code == "log_locked"
    other.execute("ROLLBACK")
    other.close()
    await sqlite.append(0, recorded(0, ready()))


async def test_sqlite_file_that_is_no_database_is_said(tmp_path: Path):
    (tmp_path / "events.db").write_bytes(b"this is not a database at all" * 100)
    log = SqliteLog(tmp_path / "events.db")
    with pytest.raises(LogFault) as fault:
        await log.open()
    assert fault.value.code == "log_damaged"
    await log.close()


async def test_sqlite_folder_that_is_missing_is_said(tmp_path: Path):
    log = SqliteLog(tmp_path / "nowhere" / "events.db")
    with pytest.raises(LogFault) as fault:
        await log.open()
    assert fault.value.code == "log_unreachable"
    await log.close()


async def test_an_event_of_a_newer_program_is_refused_with_its_place(sqlite: SqliteLog):
    await sqlite.append(0, recorded(0, ready()))
    await sqlite._writer.run(lambda db: db.execute("UPDATE events SET version = 9"))
    with pytest.raises(LogFault, match=r"event 1 .*AgentAvailable version 9"):
        await everything(sqlite)


async def test_tables_of_another_version_are_refused(sqlite: SqliteLog, tmp_path: Path):
    await sqlite._writer.run(lambda db: db.execute("UPDATE about SET schema_version = 99"))
    again = SqliteLog(tmp_path / "events.db")
    with pytest.raises(LogFault, match="version 99"):
        await again.open()
    await again.close()


# -- PostgreSQL -------------------------------------------------------------------------------------------------------------


async def test_postgres_gone_is_said_and_the_log_comes_back_by_itself(own_postgres: Postgres):
    log = PostgresLog(own_postgres.create_database())
    await log.open()
    await log.acquire("first", TTL)
    await log.append(0, recorded(0, ready()))
    own_postgres.stop()
    with pytest.raises(LogFault) as fault:
        await log.append(1, recorded(1, ready()))
    assert fault.value.code == "log_unreachable"
    assert "check that it runs" in fault.value.why
    own_postgres.start()
    await log.append(1, recorded(1, ready()))
    assert await log.last_position() == 2
    await log.close()


async def test_postgres_refusal_is_said(postgres_url: str):
    log = PostgresLog(postgres_url)
    await log.open()
    await log.acquire("first", TTL)
    admin = await asyncpg.connect(postgres_url)
    await admin.execute("ALTER TABLE log.events ADD CHECK (position < 2)")
    await log.append(0, recorded(0, ready()))
    with pytest.raises(LogFault) as fault:
        await log.append(1, recorded(1, ready()), PEOPLE)
    assert fault.value.code == "log_failed"
    assert await log.personal_all() == {}
    await admin.close()
    await log.close()


async def test_postgres_two_processes_may_open_an_empty_store_at_once(postgres_url: str):
    logs = [PostgresLog(postgres_url) for _ in range(4)]
    await asyncio.gather(*(log.open() for log in logs))
    await asyncio.gather(*(log.close() for log in logs))


async def test_postgres_a_cancelled_call_does_not_spoil_the_next(postgres_url: str):
    log = PostgresLog(postgres_url)
    await log.open()
    await log.acquire("first", TTL)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await log.append(0, recorded(0, *[ready() for _ in range(500)]))
    position = await log.last_position()
    assert position in {0, 500}
    await log.append(position, recorded(position, arrival()), PEOPLE)
    assert await log.personal([CALLER]) == {PersonalId(CALLER): NUMBER}
    await log.close()
