"""A running house for each test of the API."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.house import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    found = House(tmp_path)
    await found.start()
    yield found
    await found.stop()


@pytest.fixture
async def either_house(tmp_path: Path, rows_url: str) -> AsyncIterator[House]:
    """A house whose rows are on SQLite and on PostgreSQL in turn."""
    found = House(tmp_path, rows_url=rows_url)
    await found.start()
    yield found
    await found.stop()
