"""The event log in PostgreSQL, schema `log`: one asyncpg connection that writes, one that reads.

An append is a single statement that commits by itself: it locks the lease's row, compares epoch and last position, and
inserts only when both hold. So it costs one round trip and one flush, and a hub that lost its lease cannot slip in between.
A broken connection is made anew by the next call.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

import asyncpg

from callcenter.kernel.errors import Conflict
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import CallId, PersonalId
from callcenter.kernel.personal import PersonalRow
from callcenter.store.event_log import (
    BATCH,
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
Connection = asyncpg.Connection
Job = Callable[[Connection], Awaitable[T]]

TIMEOUT_S = 4.0
"""For connecting and for each statement: so long a person may wait for "try again"."""

_NOW = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
_PREPARE_LOCK = 7_205_917_301_122
"""Any number of our own: two processes that open the log at once must not both make the tables."""

# In READ COMMITTED a row lock that had to wait looks at the row again, so `lease` is empty after somebody took it from us.
_APPEND = """
WITH lease AS MATERIALIZED (SELECT epoch FROM log.lease WHERE name = $1 AND epoch = $2 FOR SHARE),
     tip AS MATERIALIZED (SELECT coalesce(max(position), 0) AS position FROM log.events),
     allowed AS MATERIALIZED (SELECT 1 FROM lease, tip WHERE tip.position = $3),
     written AS (
         INSERT INTO log.events (position, at, kind, version, call, agent, payload)
         SELECT e.position, e.at, e.kind, e.version, e.call, e.agent, e.payload::json
         FROM allowed, unnest($4::bigint[], $5::bigint[], $6::text[], $7::integer[], $8::text[], $9::text[], $10::text[])
              AS e (position, at, kind, version, call, agent, payload)
         ORDER BY e.position RETURNING 1),
     kept AS (
         INSERT INTO log.personal (id, kind, value)
         SELECT p.id, p.kind, p.value FROM allowed, unnest($11::text[], $12::text[], $13::text[]) AS p (id, kind, value)
         ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, value = excluded.value RETURNING 1),
     gone AS (DELETE FROM log.personal WHERE id = ANY ($14::text[]) AND EXISTS (SELECT 1 FROM allowed) RETURNING 1)
SELECT (SELECT count(*) FROM allowed) AS allowed, (SELECT count(*) FROM lease) AS leased, (SELECT position FROM tip) AS tip
"""
_ACQUIRE = f"""
INSERT INTO log.lease AS l (name, holder, epoch, expires_at) VALUES ($1, $2, 1, {_NOW} + $3)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = l.epoch + 1, expires_at = excluded.expires_at
WHERE l.holder IN ('', $2) OR l.expires_at <= {_NOW}
RETURNING epoch
"""


class PostgresLog:
    """An `EventLog` in the database at `url` (`postgresql://user@host/name`)."""

    def __init__(self, url: str) -> None:
        self._writer = _Session(url)
        self._reader = _Session(url)
        self._epoch: int | None = None
        self._holder = ""
        self._fences = 0
        """Fences of this epoch whose answer never came: perhaps they are in the table."""

    async def open(self) -> None:
        await self._writer.run(_prepare)

    async def close(self) -> None:
        await self._reader.close()
        await self._writer.close()

    # -- the lease ----------------------------------------------------------------------------------------------------------

    async def acquire(self, holder: str, ttl_ms: int) -> int:
        assert holder, "a lease has a holder"
        epoch: int | None = await self._writer.run(lambda db: db.fetchval(_ACQUIRE, LEASE_NAME, holder, ttl_ms))
        if epoch is None:
            raise Conflict("another hub is active on this log: stop it first, or wait until its lease is over")
        self._epoch, self._holder, self._fences = epoch, holder, 0
        return epoch

    async def renew(self, ttl_ms: int) -> None:
        epoch = self._epoch
        sql = f"UPDATE log.lease SET expires_at = {_NOW} + $3 WHERE name = $1 AND epoch = $2 RETURNING 1"
        if await self._writer.run(lambda db: db.fetchval(sql, LEASE_NAME, epoch, ttl_ms)) is None:
            raise no_lease(epoch, await self._writer.run(_current_epoch))

    async def fence(self, ttl_ms: int) -> None:
        epoch = self._epoch
        sql = (
            f"UPDATE log.lease SET epoch = epoch + 1, expires_at = {_NOW} + $5 WHERE name = $1 "
            "AND (epoch = $2 OR epoch BETWEEN $2 AND $2 + $3 AND holder = $4) RETURNING epoch"
        )
        values = (LEASE_NAME, epoch or 0, self._fences, self._holder, ttl_ms)
        self._fences += 1
        taken: int | None = await self._writer.run(lambda db: db.fetchval(sql, *values))
        if taken is None:
            raise no_lease(epoch, await self._writer.run(_current_epoch))
        self._epoch, self._fences = taken, 0

    async def release(self) -> None:
        epoch, self._epoch = self._epoch, None
        sql = "UPDATE log.lease SET holder = '', expires_at = 0 WHERE name = $1 AND epoch = $2"
        if epoch is not None:
            await self._writer.run(lambda db: db.execute(sql, LEASE_NAME, epoch))

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
        columns = list(zip(*map(to_row, events), strict=True)) or [()] * 7
        people = [[row.id for row in rows], [row.kind for row in rows], [row.value for row in rows]]
        epoch = self._epoch
        try:
            verdict = await self._writer.run(
                lambda db: db.fetchrow(_APPEND, LEASE_NAME, epoch, expected_position, *map(list, columns), *people, gone)
            )
        except asyncpg.UniqueViolationError:
            raise wrong_position(expected_position, await self.last_position()) from None
        assert verdict is not None
        if not verdict["leased"]:
            raise no_lease(epoch, await self._writer.run(_current_epoch))
        if not verdict["allowed"]:
            raise wrong_position(expected_position, verdict["tip"])

    async def last_position(self) -> int:
        sql = "SELECT coalesce(max(position), 0) FROM log.events"
        return int(await self._reader.run(lambda db: db.fetchval(sql)))

    async def read(self, after: int = 0, *, batch: int = BATCH) -> AsyncIterator[list[Recorded]]:
        while True:
            events = await self._events("position > $1 ORDER BY position LIMIT $2", after, batch)
            if events:
                yield events
                after = events[-1].position
            if len(events) < batch:
                return

    async def read_kinds(self, kinds: Sequence[str], /) -> AsyncIterator[list[Recorded]]:
        after = 0
        while True:
            where = f"position > $1 AND kind = ANY ($2::text[]) ORDER BY position LIMIT {BATCH}"
            events = await self._events(where, after, list(kinds))
            if events:
                yield events
                after = events[-1].position
            if len(events) < BATCH:
                return

    async def read_call(self, call: CallId) -> list[Recorded]:
        return await self._events("call = $1 ORDER BY position", call)

    async def read_centers(self) -> list[Recorded]:
        return await self._events("kind = 'CenterChanged' ORDER BY position")

    async def _events(self, where: str, *values: object) -> list[Recorded]:
        sql = f"SELECT position, at, kind, version, payload FROM log.events WHERE {where}"
        return [from_row(*row) for row in await self._reader.run(lambda db: db.fetch(sql, *values))]

    # -- personal values and checkpoints ------------------------------------------------------------------------------------

    async def personal(self, ids: Iterable[PersonalId]) -> dict[PersonalId, str]:
        sql = "SELECT id, value FROM log.personal WHERE id = ANY ($1::text[])"
        wanted = list(dict.fromkeys(ids))
        return {PersonalId(id): value for id, value in await self._reader.run(lambda db: db.fetch(sql, wanted))}

    async def personal_all(self) -> dict[PersonalId, str]:
        sql = "SELECT id, value FROM log.personal"
        return {PersonalId(id): value for id, value in await self._reader.run(lambda db: db.fetch(sql))}

    async def checkpoint(self, name: str) -> Checkpoint | None:
        sql = "SELECT name, position, version, payload FROM log.checkpoints WHERE name = $1"
        row = await self._reader.run(lambda db: db.fetchrow(sql, name))
        return Checkpoint(*row) if row else None

    async def keep_checkpoint(self, checkpoint: Checkpoint) -> None:
        c = checkpoint
        sql = (
            "INSERT INTO log.checkpoints (name, position, version, payload) VALUES ($1, $2, $3, $4) ON CONFLICT (name) "
            "DO UPDATE SET position = excluded.position, version = excluded.version, payload = excluded.payload"
        )
        await self._writer.run(lambda db: db.execute(sql, c.name, c.position, c.version, c.payload))


class _Session:
    """One connection, one statement at a time; made by the first job that needs it, and again after it broke."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._turn = asyncio.Lock()
        self._db: Connection | None = None

    async def run(self, job: Job[T]) -> T:
        async with self._turn:
            try:
                if self._db is None or self._db.is_closed():
                    self._db = await asyncpg.connect(self._url, timeout=TIMEOUT_S, command_timeout=TIMEOUT_S)
                return await job(self._db)
            except asyncpg.UniqueViolationError:
                raise
            except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
                if not isinstance(error, asyncpg.PostgresError) or self._db is None or self._db.is_closed():
                    self._drop()
                raise _fault(error) from error
            except asyncio.CancelledError:
                # The statement may or may not have run; a fresh connection cannot confuse its answer with another's.
                self._drop()
                raise

    async def close(self) -> None:
        async with self._turn:
            if self._db is not None and not self._db.is_closed():
                await self._db.close(timeout=TIMEOUT_S)
            self._db = None

    def _drop(self) -> None:
        if self._db is not None:
            self._db.terminate()
            self._db = None


async def _prepare(db: Connection) -> None:
    async with db.transaction():
        await db.execute(f"SELECT pg_advisory_xact_lock({_PREPARE_LOCK})")
        await db.execute("SET LOCAL client_min_messages = warning")
        await db.execute("CREATE SCHEMA IF NOT EXISTS log")
        for table in LOG_TABLES:
            for statement in table.ddl(postgres=True):
                await db.execute(statement)
        found = await db.fetchval("SELECT max(schema_version) FROM log.about")
        if found is None:
            await db.execute("INSERT INTO log.about VALUES ($1)", SCHEMA_VERSION)
        elif found != SCHEMA_VERSION:
            raise LogFault(
                "log_damaged",
                f"the event log is of version {found}, this program knows {SCHEMA_VERSION}: install the newer one",
            )


async def _current_epoch(db: Connection) -> int:
    return int(await db.fetchval("SELECT coalesce(max(epoch), 0) FROM log.lease"))


def _fault(error: Exception) -> LogFault:
    if isinstance(error, asyncpg.DiskFullError):
        return LogFault("log_disk_full", DISK_FULL)
    if isinstance(error, (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)):
        return LogFault("log_locked", LOCKED)
    if isinstance(error, asyncpg.PostgresError) and not isinstance(
        error,
        (
            asyncpg.PostgresConnectionError,
            asyncpg.OperatorInterventionError,
            asyncpg.InvalidAuthorizationSpecificationError,
        ),
    ):
        return LogFault(
            "log_failed", f"the database refused a statement of the event log ({type(error).__name__}): see its own log"
        )
    return LogFault("log_unreachable", f"{UNREACHABLE} ({type(error).__name__})")
