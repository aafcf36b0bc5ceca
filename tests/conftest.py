"""What every test gets: the real parts of tests/fixtures, and the rules of the house for running.

Fixtures of one kind of test belong in that folder's own conftest.
"""

import ipaddress
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

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
KEPT_TOGETHER = ("chaos", "contract", "integration", "web")


class Together(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist publishes no types
    """One process for each such file (of the contract suite: for each carrier); other tests go wherever a process is free.

    (xdist's own groups stand at the ends of test ids, where pytest 9.2 no longer lets it write them.)
    """

    def _split_scope(self, nodeid: str) -> str:
        path, _, test = nodeid.partition("::")
        kind = Path(path).parts[1]
        if kind == "contract" and "[" in test:
            return f"{kind} asterisk" if "asterisk" in test.partition("[")[2] else kind
        return path if kind in KEPT_TOGETHER else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return Together(config, log)


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
