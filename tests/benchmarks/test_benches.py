"""Each bench in small: it runs to its end and says what it promises to say. No speed is asserted here; the figures of so small a
run mean nothing.
"""

import msgspec
import pytest

from callcenter.operations.bench.amd import amd
from callcenter.operations.bench.ari import ari
from callcenter.operations.bench.desk import desk
from callcenter.operations.bench.engine import engine
from callcenter.operations.bench.lists import lists
from callcenter.operations.bench.pacing import pacing
from callcenter.operations.bench.report import Found, table
from tests.benchmarks.pacing.environments import ENVIRONMENTS
from tests.benchmarks.pacing.table import ORACLES, RIVALS

KEYS = {
    "amd": {
        "detector", "humans", "as_machine", "lower", "upper", "delay_p50_ms", "delay_p95_ms", "machines", "found_first", "found",
        "found_lower", "found_upper", "found_p50_ms", "beeps_hit",
    },
    "engine": {"store", "events_per_s", "commit_p50_ms"},
    "ari": {"system", "measure", "p50_ms", "p99_ms", "calls"},
    "desk": {"agents", "stalled", "p50_ms", "p99_ms"},
    "import": {"rows", "seconds", "peak_mb"},
    "pacing": {
        "environment", "agents", "controller", "utilisation", "abandon_rate", "lower", "upper", "p95_day", "worst_day",
        "worst_window", "seeds",
    },
}
"""Of the rows: others read them, so they stay put."""


def check(found: Found, name: str) -> None:
    printed = msgspec.json.decode(msgspec.json.encode(found))
    assert list(printed) == ["bench", "machine", "rows", "ratios"]
    assert printed["bench"] == name
    assert {"processor", "cores", "load_before", "load_after", "date"} <= printed["machine"].keys()
    assert all(row.keys() == KEYS[name] for row in printed["rows"])
    assert all(isinstance(value, float | int) for value in printed["ratios"].values())
    assert len(list(table(found))) == 2 + len(found.rows) + len(found.ratios)


@pytest.mark.timeout(120)
def test_amd() -> None:
    found = amd(small=True)
    check(found, "amd")
    by_name = {row["detector"]: row for row in found.rows}
    assert list(by_name) == ["ours, quick", "ours, patient", "always a person", "first utterance", "app_amd"]
    assert by_name["always a person"]["as_machine"] == by_name["always a person"]["found"] == 0
    assert by_name["ours, quick"]["delay_p95_ms"] <= 1_500
    assert by_name["app_amd"]["found"] > 0.5, "the real one heard the calls"
    assert found.ratios["recorded_beeps_hit"] == found.ratios["recorded_beeps"] > 0
    assert found.ratios["recorded_persons_as_machine"] == 0


@pytest.mark.timeout(120)
def test_engine() -> None:
    found = engine(small=True)
    check(found, "engine")
    assert [row["store"] for row in found.rows] == ["sqlite", "sqlite3", "postgresql", "asyncpg"]
    assert all(row["events_per_s"] > 0 and row["commit_p50_ms"] > 0 for row in found.rows)
    assert found.ratios["sqlite_commit_of_one_to_sqlite3"] > 0
    assert 0 < found.ratios["live_call_kb"] < 1_000


@pytest.mark.timeout(120)
def test_desk() -> None:
    found = desk(small=True)
    check(found, "desk")
    (row,) = found.rows
    assert (row["agents"], row["stalled"]) == (20, 1)
    assert 0 < row["p50_ms"] <= row["p99_ms"]
    assert found.ratios["offers_seen"] >= 5, "offers reach the pages"


@pytest.mark.timeout(180)
def test_pacing() -> None:
    found = pacing(small=True)
    check(found, "pacing")
    played = {(row["environment"], row["controller"]) for row in found.rows}
    assert {environment for environment, _ in played} == set(ENVIRONMENTS)
    assert {controller for environment, controller in played if environment == "b2c"} == {"ours", *RIVALS, *ORACLES}
    assert all(0 <= row["utilisation"] <= 1 and row["lower"] <= row["utilisation"] <= row["upper"] for row in found.rows)
    assert all(row["abandon_rate"] <= 0.03 for row in found.rows if row["controller"] == "ours")


@pytest.mark.timeout(180)
def test_ari() -> None:
    found = ari(small=True)
    check(found, "ari")
    said = [(row["system"], row["measure"]) for row in found.rows]
    measures = ("join to ring", "free to next ring")
    assert said == [(system, measure) for measure in measures for system in ("ours", "app_queue")]
    assert all(0 < row["p50_ms"] <= row["p99_ms"] for row in found.rows)
    assert found.ratios["ours_service_cpu_ms_per_call"] > 0


@pytest.mark.timeout(120)
def test_import() -> None:
    found = lists(small=True)
    check(found, "import")
    (row,) = found.rows
    assert row["rows"] == 500
    assert 0 < row["peak_mb"] < 1_000
    assert 450 < found.ratios["500_rows_kept"] < 500, "some rows are duplicates, registered or bad"
    assert found.ratios["claim_of_20_from_500_p50_ms"] > 0
