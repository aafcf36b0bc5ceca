"""The database of rows: SQLite in one file, or PostgreSQL, through SQLAlchemy. Transactions are opened here and nowhere else.

SQLite lets one writer in at a time: writing transactions queue inside the process instead of fighting for the file's lock, and
begin with the lock (BEGIN IMMEDIATE), so that none fails half-way because it read first. The event log is not in here.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from callcenter.kernel.errors import Conflict, HouseError, TryAgain
from callcenter.store import revision

BUSY_S = 5.0
ANSWER_S = 8.0
"""How long a statement of PostgreSQL may take: so long a person may wait for "try again"."""


class NewerTables(HouseError):
    """A newer program has changed the tables; this one would not know what it reads."""

    code = "newer_tables"


class StoreFault(TryAgain):
    """The database did not answer, or could not do it; nothing was written. `why` says what to do."""

    code = "store_unavailable"

    def __init__(self, cause: Exception) -> None:
        told = getattr(cause, "orig", None) or cause
        super().__init__(
            "the customer and directory database did not do what was asked: check that it runs, that its address is right and "
            f"that its disk has room ({type(told).__name__})"
        )


@dataclass(slots=True)
class _Joined:
    """The transaction that the present task has open for all it does; a task that it starts does not take part."""

    database: "Database"
    task: asyncio.Task[Any] | None
    afterwards: list[Callable[[], object]]
    session: AsyncSession = field(init=False)


_joined: ContextVar[_Joined | None] = ContextVar("joined", default=None)


class Database:
    """`url`: sqlite:///FILE (four slashes for an absolute path) or postgresql://user:password@host/name.

    `bulk`: for a process that writes much and can repeat it. On SQLite a commit then does not wait for the disk: a power cut may
    take the last ones back, whole, until `onto_disk` was called.
    """

    def __init__(self, url: str, *, bulk: bool = False) -> None:
        given = make_url(url)
        self.dialect = given.get_backend_name()
        """sqlite or postgresql."""
        self.sqlite = self.dialect == "sqlite"
        options: dict[str, Any] = {"hide_parameters": True}  # an error's text goes to the log, values of people do not
        if self.sqlite:
            options["connect_args"] = {"timeout": BUSY_S}
        else:
            options |= {"pool_size": 8, "max_overflow": 8, "pool_pre_ping": True}
            options["connect_args"] = {"timeout": 5, "command_timeout": ANSWER_S}
        driver = "sqlite+aiosqlite" if self.sqlite else "postgresql+asyncpg"
        self.engine: AsyncEngine = create_async_engine(given.set(drivername=driver), **options)
        self._writing = asyncio.Lock() if self.sqlite else None
        self._write_engine = self.engine.execution_options(house_write=True)
        if self.sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_bulk if bulk else _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)

    @asynccontextmanager
    async def read(self, within_s: float | None = None) -> AsyncIterator[AsyncSession]:
        """A transaction that only reads. `within_s`: for what stands before every answer, less than the usual patience with a
        PostgreSQL that stands still (SQLite has none to be impatient with, and a reader cut off may leave a lock behind)."""
        if (joined := self._together()) is not None:
            with _faults():
                yield joined
            return
        with _faults():
            async with (
                asyncio.timeout(None if self.sqlite else within_s),
                AsyncSession(self.engine, expire_on_commit=False) as session,
            ):
                yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction that commits at the end of the block, or leaves nothing behind when it raises."""
        if (joined := self._together()) is not None:
            with _faults():
                async with joined.begin_nested():
                    yield joined
            return
        async with self._writing or nullcontext():
            with _faults():
                async with AsyncSession(self._write_engine, expire_on_commit=False) as session, session.begin():
                    yield session

    @asynccontextmanager
    async def together(self) -> AsyncIterator[AsyncSession]:
        """One writing transaction for everything that this task reads and writes inside the block: all of it is kept, or none."""
        if (outer := self._together()) is not None:
            yield outer  # the outermost one keeps it all, and tells others afterwards
            return
        joined = _Joined(self, asyncio.current_task(), [])
        async with self.write() as joined.session:
            before = _joined.set(joined)
            try:
                yield joined.session
            finally:
                _joined.reset(before)
        for job in joined.afterwards:
            job()

    def afterwards(self, job: Callable[[], object]) -> None:
        """For telling others what is in the rows now: done when this task's transaction is kept, at once when there is none."""
        joined = self._of_this_task()
        if joined is None:
            job()
        else:
            joined.afterwards.append(job)

    def _together(self) -> AsyncSession | None:
        joined = self._of_this_task()
        return None if joined is None else joined.session

    def _of_this_task(self) -> _Joined | None:
        joined = _joined.get()
        ours = joined is not None and joined.database is self and joined.task is asyncio.current_task()
        return joined if ours else None

    async def upgrade(self) -> None:
        """Brings the tables to what this program needs (Alembic); an empty database gets all of them. Raises NewerTables."""
        async with self._writing or nullcontext():
            with _faults():
                async with self._write_engine.connect() as connection:
                    await connection.run_sync(_upgrade)
                    await connection.commit()

    async def upgraded(self) -> bool:
        """Whether the tables are what this program needs."""
        with _faults():
            async with self.engine.connect() as connection:
                return bool(await connection.run_sync(revision.found) == revision.needed())

    async def onto_disk(self) -> None:
        """Everything committed so far outlives a power cut."""
        if self.sqlite:
            with _faults():
                async with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                    await connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    async def close(self) -> None:
        """On SQLite everything is in the one file then, for who copies it: a connection that was cut off in the middle closes in
        its own time beside the others, and then none of them is the last, which would have emptied the journal."""
        await self.engine.dispose()
        if self.sqlite and (file := self.engine.url.database) and _has_journal(file):
            await asyncio.to_thread(_empty_journal, file)


def _has_journal(file: str) -> bool:
    return os.path.exists(f"{file}-wal")


def _empty_journal(file: str) -> None:
    # Of a file that another process is writing, or a disk that is full, the journal stays: nothing is lost by that.
    with suppress(sqlite3.Error), closing(sqlite3.connect(file, timeout=BUSY_S)) as last:
        last.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _upgrade(connection: Connection) -> None:
    found, needed = revision.found(connection), revision.needed()
    if found is not None and found > needed:
        raise NewerTables(
            f"the database's tables are of revision {found}, this program knows them up to {needed}: start the newer program, "
            "or give this one a copy that was made before the change; nothing was changed"
        )
    if found != needed:
        from callcenter.store.migrations import upgrade  # see `revision`

        upgrade(connection)


@contextmanager
def _faults() -> Iterator[None]:
    """What the database could not do becomes a StoreFault, a key that somebody else was quicker to take a Conflict.

    Any other broken rule of the tables (IntegrityError), and a value that no column takes, is a mistake of ours and stays one:
    to try it again would fail again.
    """
    try:
        yield
    except IntegrityError as error:
        if _key_taken(error):
            raise Conflict("somebody else was first: read again, then decide again") from error
        raise
    except DBAPIError as error:
        if _impossible_value(error):
            raise
        raise StoreFault(error) from error
    except (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise StoreFault(error) from error


def _impossible_value(error: DBAPIError) -> bool:
    """SQLSTATE class 22, data exceptions. SQLite's driver raises errors of Python's own then, which nobody translates."""
    return str(getattr(error.orig, "sqlstate", None) or "").startswith("22")


def _key_taken(error: IntegrityError) -> bool:
    codes = (sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE)
    unique = asyncpg.UniqueViolationError.sqlstate
    return getattr(error.orig, "sqlite_errorcode", None) in codes or getattr(error.orig, "sqlstate", None) == unique


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by itself
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_bulk(connection: Any, record: object) -> None:
    _prepare_sqlite(connection, record)
    cursor = connection.cursor()
    for pragma in ("synchronous = NORMAL", "wal_autocheckpoint = 4000", "cache_size = -32000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("house_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
