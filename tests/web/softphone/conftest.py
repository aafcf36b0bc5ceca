"""One center for the tests of this folder, and Chromiums for each."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fixtures.chromium import Launch, chromiums
from tests.web.softphone.house import House, house


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def center(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A running center. A test leaves nobody signed in and no call, and calls from a number of its own."""
    async with house(tmp_path_factory.mktemp("softphone")) as center:
        yield center


@pytest_asyncio.fixture(loop_scope="session")
async def chromium(center: House) -> AsyncIterator[Launch]:
    """Starts Chromiums for one test, on the loop of the center."""
    async with chromiums() as launch:
        yield launch
