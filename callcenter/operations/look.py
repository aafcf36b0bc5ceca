"""How the stores stand, for whoever only wants to know: nothing is made, migrated or locked, and no folder comes into being.

On SQLite the file is opened read-only, and as a file that nobody writes when no service has its journal open.
"""

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from callcenter.store.audit import Chain, Written
from callcenter.store.database import StoreFault

WITHIN_S = 5.0
COLUMNS = ("id", "at", "user_id", "action", "subject", "details", "previous", "hash")


async def events(url: str) -> int | None:
    """How many events the log holds; None: there is no log yet. Raises StoreFault."""
    found = await _value(url, "log.events", "SELECT coalesce(max(position), 0) FROM {table}")
    return None if found is None else int(found)


async def revision(url: str) -> str | None:
    """The revision of the tables; None: there are none yet. Raises StoreFault."""
    return await _value(url, "alembic_version", "SELECT version_num FROM {table}")


async def audit(url: str) -> Chain | None:
    """Follows the whole audit log; None: there is none yet. Raises StoreFault."""
    sql = f"SELECT {', '.join(COLUMNS)} FROM audit_entry ORDER BY id"
    given = make_url(url)
    try:
        if given.get_backend_name() == "sqlite":
            assert given.database, "a SQLite store has a file"
            return await asyncio.to_thread(_chain_of_file, Path(given.database), sql)
        server = await asyncpg.connect(given.render_as_string(hide_password=False), timeout=WITHIN_S)
        try:
            if await server.fetchval("SELECT to_regclass('audit_entry')") is None:
                return None
            chain = Chain()
            async with server.transaction(readonly=True):
                async for row in server.cursor(sql, prefetch=1_000):
                    chain = chain.and_then(_entry(tuple(row)))
            return chain
        finally:
            await server.close(timeout=WITHIN_S)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error, OSError) as error:
        raise StoreFault(error) from error


def _chain_of_file(path: Path, sql: str) -> Chain | None:
    if not path.exists():
        return None
    file = _open(path)
    try:
        if file.execute("SELECT 1 FROM sqlite_master WHERE name = 'audit_entry'").fetchone() is None:
            return None
        chain = Chain()
        for row in file.execute(sql):
            chain = chain.and_then(_entry(row))
        return chain
    finally:
        file.close()


def _entry(row: tuple[Any, ...]) -> Written:
    """A row as the database's own driver hands it out: JSON as text."""
    values = dict(zip(COLUMNS, row, strict=True))
    try:
        values["details"] = json.loads(values["details"])
    except ValueError:  # nobody of ours has written that
        values["details"] = {"unreadable": values["details"]}
    return Written(**values)


async def _value(url: str, table: str, sql: str) -> str | None:
    """The first value, as text; None when there is no such table. SQLite has no schemas: what stands before a dot is left out."""
    given = make_url(url)
    try:
        if given.get_backend_name() == "sqlite":
            assert given.database, "a SQLite store has a file"
            return await asyncio.to_thread(_of_file, Path(given.database), table.rpartition(".")[2], sql)
        server = await asyncpg.connect(given.render_as_string(hide_password=False), timeout=WITHIN_S, command_timeout=WITHIN_S)
        try:
            if await server.fetchval("SELECT to_regclass($1)", table) is None:
                return None
            async with server.transaction(readonly=True):
                return _text(await server.fetchval(sql.format(table=table)))
        finally:
            await server.close(timeout=WITHIN_S)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error, OSError) as error:
        raise StoreFault(error) from error


def _of_file(path: Path, table: str, sql: str) -> str | None:
    if not path.exists():
        return None
    file = _open(path)
    try:
        if file.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() is None:
            return None
        row = file.execute(sql.format(table=table)).fetchone()
        return None if row is None else _text(row[0])
    finally:
        file.close()


def _open(path: Path) -> sqlite3.Connection:
    how = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "mode=ro&immutable=1"
    return sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True, timeout=WITHIN_S)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
