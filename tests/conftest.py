"""What every test gets: the real parts of tests/fixtures, and the rules of the house for running.

Fixtures of one kind of test belong in that folder's own conftest.
"""

import gc
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
LONG = ("chaos", "web", "integration", "contract", "benchmarks", "simulation")
"""Folders whose tests take long, the longest first."""
KEPT_TOGETHER = ("chaos", "contract", "integration", "web")


class Together(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist publishes no types
    """One process for each such file (of the contract suite: for each carrier; for all of chaos, whose stories each fill a
    machine); other tests go wherever a process is free. What takes long begins first, so that nobody waits for it at the end.

    (xdist's own groups stand at the ends of test ids, where pytest 9.2 no longer lets it write them.)
    """

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        self._in_order = False

    def _split_scope(self, nodeid: str) -> str:
        path, _, test = nodeid.partition("::")
        kind = _kind(nodeid)
        if kind == "contract" and "[" in test:
            return "tests/contract/asterisk" if "asterisk" in test.partition("[")[2] else "tests/contract/simulated"
        if kind == "chaos":
            return "tests/chaos"
        return path if kind in KEPT_TOGETHER else nodeid

    def _assign_work_unit(self, node: Any) -> None:
        if not self._in_order:  # xdist's own order is by number of tests
            self._in_order = True
            for scope in sorted(self.workqueue, key=_begins):
                self.workqueue.move_to_end(scope)
        super()._assign_work_unit(node)


def _kind(test: str) -> str:
    """Its folder below tests."""
    return Path(test.partition("::")[0]).parts[1]


def _begins(scope: str) -> int:
    """Its place in the order."""
    kind = _kind(scope)
    return LONG.index(kind) if kind in LONG else len(LONG)


def pytest_collection_finish() -> None:
    """What was collected stays to the end; each full collection of garbage would walk all of it."""
    gc.collect()
    gc.freeze()


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
