"""What every test gets: the real parts of tests/fixtures, and the rules of the house for running.

Fixtures of one kind of test belong in that folder's own conftest.
"""

import ipaddress
import sys
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = [
    "tests.fixtures.chromium",
    "tests.fixtures.ports",
    "tests.fixtures.postgres",
    "tests.fixtures.redis",
    "tests.fixtures.stores",
]

# A slow machine is no counterexample; a failing one is printed so that it can be pinned.
settings.register_profile("callcenter", deadline=None, print_blob=True)
settings.load_profile("callcenter")

# Files in these folders start real servers: the tests of one file stay in one process, so that they share them.
KEPT_TOGETHER = ("contract", "integration", "web")
TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        place = item.path.relative_to(TESTS)
        if place.parts[0] in KEPT_TOGETHER and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(place.as_posix()))


def _stay_at_home(event: str, arguments: tuple[object, ...]) -> None:
    """Tests talk to this machine only; a connection to a public address is a mistake in the test or in the product."""
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple):
        try:
            public = ipaddress.ip_address(address[0]).is_global
        except ValueError:
            return  # a name: it will come back as an address
        if public:
            raise RuntimeError("a test tried to leave this machine")


sys.addaudithook(_stay_at_home)
