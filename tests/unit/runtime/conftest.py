"""The running engine that most stories begin with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.store.sqlite_log import SqliteLog
from tests.unit.runtime.running import Running


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    """On the log `events.db` in the test's folder, with the usual center."""
    service = Running(SqliteLog(tmp_path / "events.db"))
    await service.open()
    yield service
    await service.stop()
