"""`bench engine`: the single writer from one end to the other on a day's traffic, and one commit beside the raw driver's.

The traffic is what a hub was told during a simulated day (`day`); here the production engine is told it again as fast as it takes
it, with the log on a real disk, the live board and the projector behind it as in the service. One process on one core: others on
the machine make the wall's figure worse, so the rate by processor time of that process is given beside it.
"""

import asyncio
import gc
import os
import sqlite3
import tempfile
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from callcenter.hub.hub import Hub
from callcenter.kernel.clock import HOUR, MINUTE
from callcenter.kernel.effects import AnyEffect
from callcenter.kernel.errors import HouseError
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import CallId, Entropy, RecordingId
from callcenter.kernel.personal import PersonalRow
from callcenter.kernel.signals import ContactMatch
from callcenter.operations.bench.day import Tape, inbound, tape
from callcenter.operations.bench.report import Found, machine, p50, progress
from callcenter.operations.bench.servers import postgres
from callcenter.operations.simulate import play
from callcenter.runtime.checkpoints import EVERY, Checkpoints, keep_live, restored_live
from callcenter.runtime.engine import Engine
from callcenter.runtime.folding import folded
from callcenter.runtime.items import Item
from callcenter.runtime.performer import Performer
from callcenter.store.database import Database
from callcenter.store.event_log import EventLog, to_row
from callcenter.store.postgres_log import PostgresLog
from callcenter.store.projector import Projector
from callcenter.store.sqlite_log import SqliteLog
from callcenter.telephony.port import Carrier
from reporting.live import Live

AGENTS = 200
LIVE_CALLS = 1_000
EVENTS_GOAL, CALL_KB_GOAL, DAY_S_GOAL, RECOVERY_S_GOAL = 20_000, 20, 10, 2

_SQLITE = "INSERT INTO events (position, at, kind, version, call, agent, payload) VALUES (?, ?, ?, ?, ?, ?, ?)"
_POSTGRES = """INSERT INTO raw (position, at, kind, version, call, agent, payload)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::integer[], $5::text[], $6::text[], $7::json[])"""
_COLUMNS = "(position {int} PRIMARY KEY, at {int}, kind text, version integer, call text, agent text, payload {json})"

Decisions = list[tuple[tuple[Recorded, ...], tuple[PersonalRow, ...]]]


def engine(*, full: bool = False, small: bool = False) -> Found:
    """Everything. `small` is for seeing that it runs: its figures say nothing. Raises Refused where a server is missing."""
    return asyncio.run(_engine(full=full, small=small))


async def _engine(*, full: bool, small: bool) -> Found:
    about = machine()
    agents = 10 if small else AGENTS
    length = 5 * MINUTE if small else 8 * HOUR if full else 2 * HOUR
    commits = 20 if small else 500
    progress(f"taping a day of {agents} agents")
    traffic = tape(inbound(agents, length))
    decisions = list(_decided(traffic))
    rows: list[dict[str, Any]] = []
    ratios: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="callcenter-bench-") as name, _one_core():
        folder = Path(name)
        sqlite_log = SqliteLog(folder / "events.db")
        await _store("sqlite", sqlite_log, f"sqlite:///{folder / 'center.db'}", traffic, decisions, commits, rows, ratios)
        await _raw_sqlite(folder / "raw.db", decisions, commits, rows, ratios)
        _beside("sqlite", "sqlite3", rows, ratios)
    async with postgres() as url:
        await _store("postgresql", PostgresLog(url), url, traffic, decisions, commits, rows, ratios)
        await _raw_postgres(url, decisions, commits, rows, ratios)
        _beside("postgresql", "asyncpg", rows, ratios)
    await _live_calls(20 if small else LIVE_CALLS, ratios)
    _day(agents, MINUTE if small else 8 * HOUR, ratios, looked_at=full or small)
    about["load_after"] = round(os.getloadavg()[0], 2)
    return Found(bench="engine", machine=about, rows=rows, ratios={key: round(value, 4) for key, value in ratios.items()})


@contextmanager
def _one_core() -> Iterator[None]:
    """Keeps this process, its threads included, on one core: databases' servers may use another, as they would."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


# -- all of it --------------------------------------------------------------------------------------------------------------


class _OnTape(Engine):
    """The production engine, told what stands on a tape; its clock and its chance are the tape's, and so are its ticks."""

    def __init__(self, log: EventLog, heard: Tape, performer: Performer) -> None:
        self._heard = heard
        self._next = 0
        super().__init__(log, performer, holder="bench", now=self._tape_now, seed=self._tape_seed)

    def _tape_now(self) -> int:
        return self._heard.items[min(self._next, len(self._heard.items) - 1)][1]

    def _tape_seed(self) -> bytes:
        self._next += 1
        return self._heard.items[self._next - 1][2]

    def _set_timer(self) -> None:
        """Ticks are on the tape."""

    async def hear_all(self) -> None:
        """Returns when everything is decided and stored."""
        for item, _, _ in self._heard.items:
            self._put(Item(item))
        await self._idle.wait()


class _Idle(Performer):
    """Looks at each effect, as the production one does, and lets it be."""

    def __init__(self) -> None:
        super().__init__({}, _NoJobs())

    def perform(self, effects: Iterable[AnyEffect]) -> None:
        for _ in effects:
            pass


class _NoJobs:
    async def look_up(self, number: str) -> tuple[ContactMatch, ...]:
        return ()

    async def store_recording(self, carrier: Carrier, recording: RecordingId, call: CallId) -> tuple[int, int]:
        return 0, 0


async def _store(
    name: str, log: EventLog, rows_url: str, traffic: Tape, decisions: Decisions, commits: int,
    rows: list[dict[str, Any]], ratios: dict[str, float],
) -> None:  # fmt: skip
    progress(f"{name}: {len(traffic.items)} items, {traffic.events} events through engine, log, live board and projector")
    database = Database(rows_url)
    await database.upgrade()
    await log.open()
    board, projector = Live(), Projector(log, database)
    writer = _OnTape(log, traffic, _Idle())
    writer.listeners.append(lambda events: _show(board, events))
    writer.listeners.append(lambda events: projector.wake(events[-1].position))
    gc.collect()
    gc.freeze()
    began, busy = time.perf_counter(), time.process_time()
    await writer.start()
    following = asyncio.create_task(projector.run())
    await writer.hear_all()
    stored = time.perf_counter() - began
    await projector.reached(writer.position)
    wall, busy = time.perf_counter() - began, time.process_time() - busy
    following.cancel()
    await asyncio.wait([following])
    assert writer.position == traffic.events == board.position, "the tape plays as it was taped"
    await writer.close()
    ratios[f"{name}_events_per_cpu_s"] = traffic.events / busy
    ratios[f"{name}_events_per_cpu_s_to_goal"] = traffic.events / busy / EVENTS_GOAL
    ratios[f"{name}_share_of_wall_until_stored"] = stored / wall
    progress(f"{name}: {traffic.events / wall:.0f} events/s, {traffic.events / busy:.0f} by processor time; now single commits")
    await log.acquire("bench", 600_000)
    for size, key in ((1, "one"), (100, "hundred")):
        ratios[f"{name}_commit_of_{key}_p50_ms"] = p50(await _commits(log, decisions, commits, size))
    await log.release()
    await log.close()
    await database.close()
    rows.append({"store": name, "events_per_s": traffic.events / wall, "commit_p50_ms": ratios[f"{name}_commit_of_one_p50_ms"]})


def _show(board: Live, events: Sequence[Recorded]) -> None:
    board.replay(events)


def _decided(traffic: Tape) -> Iterator[tuple[tuple[Recorded, ...], tuple[PersonalRow, ...]]]:
    """The tape's decisions that have events."""
    hub = Hub()
    for item, now, seed in traffic.items:
        try:
            decision = hub.decide(item, now, Entropy(seed))
        except HouseError:
            continue
        if decision.events:
            yield decision.events, decision.personal


async def _commits(log: EventLog, decisions: Decisions, count: int, size: int) -> list[float]:
    """Milliseconds of each of `count` appends of `size` decisions, at the end of the log."""
    position, took = await log.last_position(), []
    for batch in _batches(decisions, count, size):
        events = [Recorded(position + offset, one.at, one.event) for offset, one in enumerate(batch[0], start=1)]
        began = time.perf_counter()
        await log.append(position, events, batch[1])
        took.append((time.perf_counter() - began) * 1000)
        position += len(events)
    return took


def _batches(decisions: Decisions, count: int, size: int) -> Iterator[tuple[list[Recorded], list[PersonalRow]]]:
    for number in range(count):
        some = [decisions[(number * size + offset) % len(decisions)] for offset in range(size)]
        yield [one for events, _ in some for one in events], [row for _, personal in some for row in personal]


# -- the raw drivers --------------------------------------------------------------------------------------------------------


def _renumbered(decisions: Decisions, count: int, size: int) -> Iterator[list[tuple[Any, ...]]]:
    """The same rows as the log writes them, made beforehand."""
    position = 0
    for events, _ in _batches(decisions, count, size):
        batch = [to_row(Recorded(position + offset, one.at, one.event)) for offset, one in enumerate(events, start=1)]
        position += len(batch)
        yield batch


async def _raw_sqlite(
    file: Path, decisions: Decisions, commits: int, rows: list[dict[str, Any]], ratios: dict[str, float]
) -> None:
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL").fetchone()
    db.execute("PRAGMA synchronous = FULL")

    async def commit(batch: list[tuple[Any, ...]]) -> None:
        db.execute("BEGIN IMMEDIATE")
        db.executemany(_SQLITE, batch)
        db.execute("COMMIT")

    def clear() -> None:
        db.execute("DROP TABLE IF EXISTS events")
        db.execute("CREATE TABLE events " + _COLUMNS.format(int="INTEGER", json="TEXT"))

    async def empty() -> None:
        clear()

    try:
        await _raw("sqlite3", commit, empty, decisions, commits, rows, ratios)
    finally:
        db.close()


async def _raw_postgres(
    url: str, decisions: Decisions, commits: int, rows: list[dict[str, Any]], ratios: dict[str, float]
) -> None:
    db = await asyncpg.connect(url)

    async def commit(batch: list[tuple[Any, ...]]) -> None:
        await db.execute(_POSTGRES, *map(list, zip(*batch, strict=True)))

    async def empty() -> None:
        await db.execute("DROP TABLE IF EXISTS raw")
        await db.execute("CREATE TABLE raw " + _COLUMNS.format(int="bigint", json="json"))

    try:
        await _raw("asyncpg", commit, empty, decisions, commits, rows, ratios)
    finally:
        await db.close()


async def _raw(
    name: str, commit: Callable[[list[tuple[Any, ...]]], Awaitable[None]], empty: Callable[[], Awaitable[None]],
    decisions: Decisions, commits: int, rows: list[dict[str, Any]], ratios: dict[str, float],
) -> None:  # fmt: skip
    progress(f"{name} alone: the same rows, one plain insert in one transaction")
    for size, key in ((1, "one"), (100, "hundred")):
        await empty()
        took, written = [], 0
        for batch in _renumbered(decisions, commits, size):
            began = time.perf_counter()
            await commit(batch)
            took.append((time.perf_counter() - began) * 1000)
            written += len(batch)
        ratios[f"{name}_commit_of_{key}_p50_ms"] = p50(took)
        rate = written / sum(took) * 1000
    rows.append({"store": name, "events_per_s": rate, "commit_p50_ms": ratios[f"{name}_commit_of_one_p50_ms"]})


def _beside(ours: str, raw: str, rows: Sequence[dict[str, Any]], ratios: dict[str, float]) -> None:
    for key in ("one", "hundred"):
        ratios[f"{ours}_commit_of_{key}_to_{raw}"] = (
            ratios[f"{ours}_commit_of_{key}_p50_ms"] / ratios[f"{raw}_commit_of_{key}_p50_ms"]
        )


# -- live calls -------------------------------------------------------------------------------------------------------------


async def _live_calls(count: int, ratios: dict[str, float]) -> None:
    """What a live call weighs in hub and board, and how long a start takes that finds so many."""
    progress(f"{count} live calls: memory, then recovery from the log")
    agents = max(10, count * 2)
    traffic = tape(inbound(agents, HOUR), lambda state: len(state.calls) >= count)
    ratios["live_call_kb"] = _weight(traffic)
    ratios["live_call_kb_to_goal"] = ratios["live_call_kb"] / CALL_KB_GOAL
    with tempfile.TemporaryDirectory(prefix="callcenter-bench-") as name:
        for key, every in (("with_checkpoints", EVERY), ("without_checkpoints", 10**9)):
            log = SqliteLog(Path(name) / f"{key}.db")
            await log.open()
            async with _written(log, traffic, every):
                pass
            began, busy = time.perf_counter(), time.process_time()
            state = await folded(log)
            board = await restored_live(log)
            async for batch in log.read(board.position):
                board.replay(batch)
            took, busy = time.perf_counter() - began, time.process_time() - busy
            assert len(state.calls) >= count, "all live calls are found again"
            ratios[f"recovery_{key}_cpu_s"] = busy
            ratios[f"recovery_{key}_s"] = took
            ratios[f"recovery_{key}_s_to_goal"] = took / RECOVERY_S_GOAL
            await log.close()


@asynccontextmanager
async def _written(log: EventLog, traffic: Tape, every: int) -> AsyncIterator[None]:
    """The log with all of the tape in it and the checkpoints that a service had kept on the way, but none of the end: it died."""
    writer = _OnTape(log, traffic, _Idle())
    writer._checkpoints = Checkpoints(log, every=every)
    await writer.start()
    await writer.hear_all()
    kept = Live()
    async for batch in log.read(0):
        before = [one for one in batch if one.position <= writer.position // every * every]
        kept.replay(before)
        if len(before) < len(batch):
            break
    if kept.position:
        await keep_live(log, kept)
    yield
    for task in writer._tasks:
        task.cancel()
    await asyncio.gather(*writer._tasks, return_exceptions=True)
    if writer._checkpoints._keeping is not None:
        await writer._checkpoints._keeping
    await log.release()


def _weight(traffic: Tape) -> float:
    """Kilobytes of hub and board for one live call: all there is, less the same center with the same agents and one call."""
    quiet = tape(inbound(_agents_of(traffic), HOUR), lambda state: len(state.calls) >= 1)
    weights = []
    calls = 1
    for one in (quiet, traffic):
        gc.collect()
        tracemalloc.start()
        hub, board = Hub(), Live()
        for item, now, seed in one.items:
            try:
                decision = hub.decide(item, now, Entropy(seed))
            except HouseError:
                continue
            board.replay(decision.events)
        del decision, item
        gc.collect()
        weights.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
        calls = len(hub.state.calls)
        del hub, board
    return (weights[1] - weights[0]) / (calls - 1) / 1024


def _agents_of(traffic: Tape) -> int:
    hub = Hub()
    item, now, seed = traffic.items[0]
    hub.decide(item, now, Entropy(seed))
    return len(hub.state.center.agents)


def _day(agents: int, length_ms: int, ratios: dict[str, float], *, looked_at: bool) -> None:
    """An inbound day in virtual time, without and (`looked_at`) with the invariants that `callcenter simulate` looks at."""
    for key, checks in (("simulated_day", False), ("simulated_day_with_invariants", True))[: 1 + looked_at]:
        progress(f"simulating a day of {agents} agents" + (", looking at every promise" if checks else ""))
        began, busy = time.perf_counter(), time.process_time()
        played = play(inbound(agents, length_ms), 1, checks=checks)
        assert not played.broken, "a promise was broken"
        ratios[f"{key}_s"] = time.perf_counter() - began
        ratios[f"{key}_cpu_s"] = time.process_time() - busy
        ratios[f"{key}_s_to_goal"] = ratios[f"{key}_s"] / DAY_S_GOAL
