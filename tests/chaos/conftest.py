"""The fixture `chaos`, and what becomes of a round that is over: its row for the table, and how to run a failed one again."""

import json
from collections.abc import Generator
from typing import Any

import pytest

from tests.chaos.rounds import Round, results
from tests.integration.exchange import own_pbx

__all__ = ["own_pbx"]


@pytest.fixture
def chaos(request: pytest.FixtureRequest) -> Round:
    found: Round = request.param
    found.test = request.node.nodeid.partition("[")[0]
    return found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    found = getattr(item, "funcargs", {}).get("chaos")
    if isinstance(found, Round) and (call.when == "call" or report.failed):
        if report.failed:
            report.sections.append(("run this round again", found.again))
        if (path := results()) is not None:
            row = {
                "kind": found.kind,
                "seed": found.seed,
                "calls": found.calls,
                "passed": report.passed,
                "seconds": round(report.duration),
                "figures": found.figures,
            }
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return report
