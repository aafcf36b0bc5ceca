"""The event log in a SQLite file of its own: one thread that writes, one that reads, the standard library's driver.

WAL lets the reader go on while a commit waits for the disk; synchronous=FULL makes a commit outlive a power cut. The file is
its own because a second writer in the same file (rows, statistics) would make each append wait for it. Nothing but the log
belongs in here.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from callcenter.kernel.errors import Conflict
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import CallId, PersonalId
from callcenter.kernel.personal import PersonalRow
from callcenter.store.event_log import (
    BATCH,
    DAMAGED,
    DISK_FULL,
    LOCKED,
    UNREACHABLE,
    Checkpoint,
    LogFault,
    check_positions,
    from_row,
    net_personal,
    no_lease,
    to_row,
    wrong_position,
)
from callcenter.store.log_schema import LEASE_NAME, LOG_TABLES, SCHEMA_VERSION

T = TypeVar("T")

BUSY_MS = 2_000
"""How long a statement waits for somebody else's lock on the file."""

_NOW = "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
_FAULTS = {
    sqlite3.SQLITE_FULL: ("log_disk_full", DISK_FULL),
    sqlite3.SQLITE_BUSY: ("log_locked", LOCKED),
    sqlite3.SQLITE_LOCKED: ("log_locked", LOCKED),
    sqlite3.SQLITE_CANTOPEN: (
        "log_unreachable",
        "the file of the event log cannot be opened: check that its folder exists and is ours",
    ),
    sqlite3.SQLITE_READONLY: (
        "log_unreachable",
        "the file of the event log cannot be written: check its owner and its disk",
    ),
    sqlite3.SQLITE_IOERR: ("log_unreachable", "the disk of the event log reports errors: check the disk"),
    sqlite3.SQLITE_CORRUPT: ("log_damaged", DAMAGED),
    sqlite3.SQLITE_NOTADB: ("log_damaged", DAMAGED),
}


class SqliteLog:
    """An `EventLog` in the file `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = _Thread(path, "log-writer", write=True)
        self._reader = _Thread(path, "log-reader", write=False)
        self._epoch: int | None = None

    async def open(self) -> None:
        await self._writer.run(_prepare)

    async def close(self) -> None:
        await self._reader.close()
        await self._writer.close()

    # -- the lease ----------------------------------------------------------------------------------------------------------

    async def acquire(self, holder: str, ttl_ms: int) -> int:
        assert holder, "a lease has a holder"

        def take(db: sqlite3.Connection) -> int:
            with _transaction(db):
                row = db.execute(f"SELECT holder, epoch, expires_at > {_NOW} FROM lease WHERE name = ?", (LEASE_NAME,)).fetchone()
                owner, epoch, alive = row or ("", 0, False)
                if alive and owner not in {"", holder}:
                    raise Conflict("another hub is active on this log: stop it first, or wait until its lease is over")
                db.execute(
                    "INSERT INTO lease (name, holder, epoch, expires_at) "
                    f"VALUES (?, ?, ?, {_NOW} + ?) ON CONFLICT (name) DO UPDATE "
                    "SET holder = excluded.holder, epoch = excluded.epoch, expires_at = excluded.expires_at",
                    (LEASE_NAME, holder, epoch + 1, ttl_ms),
                )
                return int(epoch) + 1

        self._epoch = await self._writer.run(take)
        return self._epoch

    async def renew(self, ttl_ms: int) -> None:
        epoch = self._epoch

        def hold(db: sqlite3.Connection) -> None:
            with _transaction(db):
                _check_lease(db, epoch)
                db.execute(f"UPDATE lease SET expires_at = {_NOW} + ? WHERE name = ?", (ttl_ms, LEASE_NAME))

        await self._writer.run(hold)

    async def fence(self, ttl_ms: int) -> None:
        """One thread carries out one job after another: nothing of ours is on its way any more when this one has its turn."""
        await self.renew(ttl_ms)

    async def release(self) -> None:
        epoch, self._epoch = self._epoch, None
        sql = "UPDATE lease SET holder = '', expires_at = 0 WHERE name = ? AND epoch = ?"
        if epoch is not None:
            await self._writer.run(lambda db: _once(db, sql, (LEASE_NAME, epoch)))

    # -- events -------------------------------------------------------------------------------------------------------------

    async def append(
        self,
        expected_position: int,
        events: Sequence[Recorded],
        personal: Sequence[PersonalRow] = (),
        erased: Sequence[PersonalId] = (),
    ) -> None:
        check_positions(expected_position, events)
        rows, gone = net_personal(personal, erased)
        epoch = self._epoch

        def write(db: sqlite3.Connection) -> None:
            with _transaction(db):
                _check_lease(db, epoch)
                last = _last_position(db)
                if last != expected_position:
                    raise wrong_position(expected_position, last)
                db.executemany(
                    "INSERT INTO events (position, at, kind, version, call, agent, payload) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    map(to_row, events),
                )
                db.executemany(
                    "INSERT INTO personal (id, kind, value) VALUES (?, ?, ?) "
                    "ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, value = excluded.value",
                    [(row.id, row.kind, row.value) for row in rows],
                )
                db.executemany("DELETE FROM personal WHERE id = ?", [(id,) for id in gone])
            if gone:
                # The write-ahead file still holds the old pages. What a reader keeps from being cut off now is cut off later.
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

        await self._writer.run(write)

    async def last_position(self) -> int:
        return await self._reader.run(_last_position)

    async def read(self, after: int = 0, *, batch: int = BATCH) -> AsyncIterator[list[Recorded]]:
        while True:
            events = await self._reader.run(
                lambda db, after=after: _events(db, "position > ? ORDER BY position LIMIT ?", (after, batch))  # type: ignore[misc]
            )
            if events:
                yield events
                after = events[-1].position
            if len(events) < batch:
                return

    async def read_kinds(self, kinds: Sequence[str], /) -> AsyncIterator[list[Recorded]]:
        wanted = f"kind IN ({','.join('?' * len(kinds))}) AND position > ? ORDER BY position LIMIT {BATCH}"
        after = 0
        while True:
            events = await self._reader.run(lambda db, after=after: _events(db, wanted, (*kinds, after)))  # type: ignore[misc]
            if events:
                yield events
                after = events[-1].position
            if len(events) < BATCH:
                return

    async def read_call(self, call: CallId) -> list[Recorded]:
        return await self._reader.run(lambda db: _events(db, "call = ? ORDER BY position", (call,)))

    async def read_centers(self) -> list[Recorded]:
        return await self._reader.run(lambda db: _events(db, "kind = 'CenterChanged' ORDER BY position", ()))

    # -- personal values and checkpoints ------------------------------------------------------------------------------------

    async def personal(self, ids: Iterable[PersonalId]) -> dict[PersonalId, str]:
        wanted = list(dict.fromkeys(ids))

        def fetch(db: sqlite3.Connection) -> dict[PersonalId, str]:
            found: dict[PersonalId, str] = {}
            for start in range(0, len(wanted), 500):
                some = wanted[start : start + 500]
                marks = ",".join("?" * len(some))
                found.update(db.execute(f"SELECT id, value FROM personal WHERE id IN ({marks})", some))
            return found

        return await self._reader.run(fetch)

    async def personal_all(self) -> dict[PersonalId, str]:
        return await self._reader.run(lambda db: dict(db.execute("SELECT id, value FROM personal")))

    async def checkpoint(self, name: str) -> Checkpoint | None:
        sql = "SELECT name, position, version, payload FROM checkpoints WHERE name = ?"
        row = await self._reader.run(lambda db: db.execute(sql, (name,)).fetchone())
        return Checkpoint(*row) if row else None

    async def keep_checkpoint(self, checkpoint: Checkpoint) -> None:
        c = checkpoint
        sql = "INSERT OR REPLACE INTO checkpoints (name, position, version, payload) VALUES (?, ?, ?, ?)"
        await self._writer.run(lambda db: _once(db, sql, (c.name, c.position, c.version, c.payload)))


class _Thread:
    """One thread with one connection, which is made by the first job that needs it."""

    def __init__(self, path: Path, name: str, *, write: bool) -> None:
        self._path = path
        self._write = write
        self._name = name
        self._pool: ThreadPoolExecutor | None = None
        self._db: sqlite3.Connection | None = None

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix=self._name)
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._do, job)

    async def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            await asyncio.get_running_loop().run_in_executor(pool, self._disconnect)
            pool.shutdown(wait=False)

    def _do(self, job: Callable[[sqlite3.Connection], T]) -> T:
        try:
            if self._db is None:
                self._db = self._connect()
            return job(self._db)
        except sqlite3.Error as error:
            if self._db is not None and self._db.in_transaction:
                self._db.rollback()
            raise _fault(error) from error

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=BUSY_MS / 1000, isolation_level=None)
        try:
            if self._write:
                db.execute("PRAGMA journal_mode = WAL").fetchone()
                db.execute("PRAGMA synchronous = FULL")
                db.execute("PRAGMA secure_delete = ON")
            else:
                db.execute("PRAGMA query_only = ON")
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _disconnect(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


def _prepare(db: sqlite3.Connection) -> None:
    with _transaction(db):
        for table in LOG_TABLES:
            for statement in table.ddl(postgres=False):
                db.execute(statement)
        row = db.execute("SELECT max(schema_version) FROM about").fetchone()
        if row[0] is None:
            db.execute("INSERT INTO about VALUES (?)", (SCHEMA_VERSION,))
        elif row[0] != SCHEMA_VERSION:
            raise LogFault(
                "log_damaged",
                f"the event log is of version {row[0]}, this program knows {SCHEMA_VERSION}: install the newer one",
            )


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _once(db: sqlite3.Connection, sql: str, values: tuple[object, ...]) -> None:
    with _transaction(db):
        db.execute(sql, values)


def _check_lease(db: sqlite3.Connection, epoch: int | None) -> None:
    row = db.execute("SELECT epoch FROM lease WHERE name = ?", (LEASE_NAME,)).fetchone()
    current = row[0] if row else 0
    if epoch is None or epoch != current:
        raise no_lease(epoch, current)


def _last_position(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT coalesce(max(position), 0) FROM events").fetchone()[0])


def _events(db: sqlite3.Connection, where: str, values: tuple[object, ...]) -> list[Recorded]:
    rows = db.execute(f"SELECT position, at, kind, version, payload FROM events WHERE {where}", values)
    return [from_row(*row) for row in rows]


def _fault(error: sqlite3.Error) -> LogFault:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    name, why = _FAULTS.get(code, ("log_failed", f"{UNREACHABLE} ({type(error).__name__} {code})"))
    return LogFault(name, why)
