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
