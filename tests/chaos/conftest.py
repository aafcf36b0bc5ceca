"""The fixture `chaos`, and what becomes of rounds that are over: their rows for the table."""

import json
from collections.abc import Generator
from typing import Any

import pytest

from tests.chaos.rounds import Rounds, results
from tests.integration.exchange import own_pbx

__all__ = ["own_pbx"]


@pytest.fixture
def chaos(request: pytest.FixtureRequest) -> Rounds:
    found: Rounds = request.param
    for one in found.rounds:
        one.test = request.node.nodeid.partition("[")[0]
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    found = getattr(item, "funcargs", {}).get("chaos")
    path = results()
    if isinstance(found, Rounds) and path is not None and (call.when == "call" or report.failed):
        with path.open("a", encoding="utf-8") as file:
            for one in found.rounds:
                row = {
                    "kind": one.kind,
                    "seed": one.seed,
                    "calls": one.calls,
                    "passed": one.passed and (call.when == "call" or report.passed),
                    "seconds": round(one.seconds),
                    "figures": one.figures,
                }
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return report
