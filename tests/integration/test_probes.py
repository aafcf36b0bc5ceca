"""/healthz and /readyz of the running service tell the truth: whatever is away has its name within seconds, and is forgotten when
it is back."""

import asyncio
import contextlib
import signal
import sqlite3
import time
from pathlib import Path

import aiohttp

from tests.fixtures.postgres import Postgres
from tests.integration.served import SETTINGS, Served, served
from tests.integration.service import running

__all__ = ["served"]

SECONDS = 15.0
"""In which each must be said: the echo of the telephone network takes the longest, about eight."""


@contextlib.contextmanager
def locked(file: Path):
    """Somebody else holds the write lock of a SQLite file."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as held:
        held.execute("BEGIN IMMEDIATE")
        yield
        held.execute("ROLLBACK")


async def test_a_log_that_cannot_be_written_is_said(served: Served):
    await served.start()
    await served.until_ready()
    with locked(served.home / "var" / "events.db"):
        await served.until(lambda status, checks: status == 503 and bool(checks["log"]), SECONDS)
        _, body = await served.ready()
        assert {name for name, why in body["checks"].items() if why} <= {"log", "hub"}
        assert await served.alive(), "restarting it would not help"
    await served.until_ready()


async def test_records_that_stand_still_and_a_database_that_is_held(served: Served):
    await served.start()
    await served.until_ready()
    rows = served.home / "var" / "center.db"
    with locked(rows):
        await served.until(lambda status, checks: status == 503 and bool(checks["database"]), SECONDS)
    await served.until_ready()
    # Another projector has written the same rows, by mistake: nothing mends that but the operator.
    with contextlib.closing(sqlite3.connect(rows, isolation_level=None)) as other:
        other.execute("UPDATE projection SET position = position + 1")
        await served.works(1)
        await served.until(lambda status, checks: status == 503 and "projector" in checks["records"], SECONDS)
        assert await served.alive()
        other.execute("UPDATE projection SET position = position - 1")
    await served.until_ready()


async def test_who_has_lost_the_lease_says_so_and_ends(served: Served):
    await served.start()
    await served.until_ready()
    assert served.process is not None
    with contextlib.closing(sqlite3.connect(served.home / "var" / "events.db", isolation_level=None)) as other:
        other.execute("UPDATE lease SET holder = 'another', epoch = epoch + 1")
    said: set[str] = set()
    with contextlib.suppress(OSError, aiohttp.ClientError):
        async with asyncio.timeout(SECONDS):
            while True:
                status, body = await served.ready()
                if status == 503:
                    said |= {name for name, why in body["checks"].items() if why}
    assert await asyncio.wait_for(served.process.wait(), SECONDS) == 3
    assert said <= {"log", "hub"}, "it may have ended before anybody could ask"


async def test_postgresql_away(served: Served, own_postgres: Postgres):
    url = own_postgres.create_database()
    (served.home / "settings.yaml").write_text(f"{SETTINGS}database: {url}\n")
    await served.start()
    await served.until_ready()
    own_postgres.stop()
    await served.until(lambda status, checks: status == 503 and bool(checks["database"]) and bool(checks["log"]), SECONDS)
    assert await served.alive()
    own_postgres.start()
    await served.until_ready(30)


async def test_asterisk_frozen_and_killed(tmp_path: Path):
    async with running(tmp_path) as service:
        seen = Served(tmp_path)
        seen.url, seen.admin = service.url, service.board.http
        await seen.until_ready()
        service.pbx.signal(signal.SIGSTOP)
        began = time.monotonic()
        try:
            await seen.until(lambda status, checks: status == 503 and bool(checks["carrier pbx"]), SECONDS)
            assert await seen.alive()
            _, body = await seen.ready()
            assert [name for name, why in body["checks"].items() if why] == ["carrier pbx"]
        finally:
            service.pbx.signal(signal.SIGCONT)
        assert time.monotonic() - began < SECONDS
        await seen.until_ready(20)
        service.pbx.kill()
        await seen.until(lambda status, checks: status == 503 and bool(checks["carrier pbx"]), 5)
        service.pbx.start()
        await seen.until_ready(20)
