"""A running house for each test of the API."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

from tests.api.house import House


@pytest.fixture
async def house(tmp_path: Path, migrated_sqlite_url: str) -> AsyncIterator[House]:
    found = House(tmp_path, rows_url=migrated_sqlite_url)
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


@pytest.fixture
async def postgres_house(tmp_path: Path, postgres_url: str) -> AsyncIterator[House]:
    """A house whose rows are on PostgreSQL."""
    found = House(tmp_path, rows_url=postgres_url)
    await found.start()
    yield found
    await found.stop()


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Which operations were reached as whom: see test_schemathesis.py."""
    lines = [
        str(value)
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == "operations" and report.when == "call"
    ]
    if lines:
        terminalreporter.section("operations of the API")
        for line in sorted(lines):
            terminalreporter.line(line)
