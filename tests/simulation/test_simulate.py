"""The command from end to end: figures with intervals, the same for the same seed, violations, mistakes, scenarios that ship."""

import json
import os
from pathlib import Path

import msgspec
import pytest

from callcenter.cli import main
from callcenter.kernel.clock import HOUR, MINUTE, QUARTER, SECOND
from callcenter.kernel.scenario import Outage, Scenario
from callcenter.operations.simulate import load, play, seeds, simulate
from callcenter.simulation.replication import Played
from reporting.counters import Counters, total
from reporting.metrics import METRICS

SHIPPED = sorted((Path(__file__).parents[2] / "config" / "scenarios").glob("*.yaml"))
SMALL = """\
name: Small
length: 1h
warm_up: 15m
center:
  skills: [support]
  queues: {help: {skill: support}}
callers:
  people:
    queue: help
    arrivals: {per_hour: 120}
    patience: {kind: exponential, mean: 1m}
    talk: {kind: exponential, mean: 1m}
    wrap_up: 10s
staff:
  desk: {count: 3, skills: {support: 1}}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return path


@pytest.fixture(autouse=True)
def one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """However full the machine is; the test of several processes says so itself."""
    monkeypatch.setattr("callcenter.operations.simulate.WORTH_S", float("inf"))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["simulate", *arguments])
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, err


def test_json_has_every_figure_with_its_interval_and_no_violations(small, capsys):
    status, out, _ = run(capsys, str(small), "--seed", "7", "--replications", "4", "--json")
    found = json.loads(out)
    assert status == 0
    assert found["violations"] == []
    assert (found["seed"], found["replications"], found["broken"]) == (7, 4, 0)
    assert [(row["kind"], row["subject"]) for row in found["rows"]] == [("center", ""), ("queue", "help"), ("staff", "desk")]
    for row in found["rows"]:
        assert set(METRICS) <= set(row["figures"])
        assert (row["since_ms"], row["until_ms"]) == (QUARTER, HOUR)
    queue = found["rows"][1]["figures"]
    assert queue["offered"]["value"] == pytest.approx(90, rel=0.2)
    for figure in ("service_level", "asa", "occupancy", "abandon_rate"):
        assert queue[figure]["low"] < queue[figure]["value"] < queue[figure]["high"], figure


def test_the_same_seed_plays_the_same_days_and_another_plays_others(small):
    def rows(seed: int) -> object:
        return simulate(small, seed, 2).rows

    assert rows(3) == rows(3)
    assert rows(3) != rows(4)
    assert not set(seeds(3, 1_000)) & set(seeds(4, 1_000))


def test_several_processes_find_what_one_finds(small, monkeypatch):
    alone = simulate(small, 5, 3, workers=1)
    monkeypatch.setattr("callcenter.operations.simulate.WORTH_S", 0.0)
    together = simulate(small, 5, 3, workers=2)
    assert together.rows == alone.rows
    assert together.called == alone.called


def test_a_process_that_dies_costs_time_only(small, monkeypatch, capsys):
    alone = simulate(small, 5, 3, workers=1)
    monkeypatch.setattr("callcenter.operations.simulate.WORTH_S", 0.0)
    monkeypatch.setattr("callcenter.operations.simulate._one", os._exit)
    together = simulate(small, 5, 3, workers=2)
    assert together.rows == alone.rows
    assert "a process died; 2 replications go on in this one" in capsys.readouterr().err


def test_people_get_a_table(small, capsys):
    status, out, _ = run(capsys, str(small), "--replications", "2")
    assert status == 0
    assert "queue help, 0:15 to 1:00 after the beginning" in out
    assert "Service level" in out
    assert out.endswith("no violations\n")
    assert "no intervals" in run(capsys, str(small), "--replications", "1")[1]


def test_a_mistake_is_told_with_file_and_line(small, capsys):
    small.write_text(SMALL.replace("kind: exponential, mean: 1m", "kind: exponental, mean: 1m"))
    status, out, err = run(capsys, str(small))
    assert (status, out) == (2, "")
    assert f"{small}:11: a distribution needs a kind that is known; write instead: kind: exponential" in err
    assert run(capsys, "nowhere.yaml")[0] == 2


def test_a_long_run_tells_its_progress(small, capsys, monkeypatch):
    ticks = iter(range(0, 10**9, 4))
    monkeypatch.setattr("callcenter.operations.simulate.time.monotonic", lambda: float(next(ticks)))
    _, out, err = run(capsys, str(small), "--replications", "2", "--json")
    assert "of 2 replications, about" in err
    json.loads(out)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_scenario_that_ships_keeps_every_promise(path):
    played = play(load(path), 11)
    assert played.violations == []
    assert played.called > 100


# -- what a scenario says is what happens -----------------------------------------------------------------------------------


def counted(played: Played, kind: str = "center") -> Counters:
    return total(counters for key, counters in played.intervals.items() if key.kind == kind)


@pytest.fixture
def scenario(small: Path) -> Scenario:
    return msgspec.structs.replace(load(small), warm_up_ms=0)


def test_staff_comes_and_goes_by_its_schedule(scenario):
    desk = scenario.staff["desk"]
    shifts = msgspec.structs.replace(desk, there=((0, 1), (20 * MINUTE, 3), (40 * MINUTE, 2)))
    played = play(msgspec.structs.replace(scenario, callers={}, staff={"desk": shifts}), 1)
    found = counted(played)
    # The last two stay until nothing more comes: two chunks of five minutes and up to 20 s to come in.
    at_work = found.idle_ms + found.not_ready_ms
    expected = (20 * 1 + 20 * 3 + 20 * 2) * MINUTE + 2 * 5 * MINUTE
    assert abs(at_work - expected) <= 45 * SECOND
    assert played.violations == []


def test_who_is_one_too_many_finishes_her_call(scenario):
    desk = msgspec.structs.replace(scenario.staff["desk"], there=((0, 3), (30 * MINUTE, 0), (45 * MINUTE, 3)))
    played = play(msgspec.structs.replace(scenario, staff={"desk": desk}), 2)
    found = counted(played)
    assert found.answered + found.abandoned == found.offered
    assert found.handled == found.answered, "a conversation was cut off or its wrap-up lost"
    assert played.violations == []


def test_calls_die_with_the_carrier_and_nobody_gets_through(scenario):
    out = Outage(at_ms=30 * MINUTE, lasts_ms=10 * MINUTE, calls_die=True)
    faults = msgspec.structs.replace(scenario.faults, outages=(out,))
    played = play(msgspec.structs.replace(scenario, faults=faults), 3)
    assert played.turned_away == pytest.approx(20, abs=14)
    assert counted(played).arrived == played.called - played.turned_away
    assert played.violations == []


def test_callers_wait_to_be_answered_while_we_are_cut_off(scenario):
    out = Outage(at_ms=30 * MINUTE, lasts_ms=5 * MINUTE)
    faults = msgspec.structs.replace(scenario.faults, outages=(out,))
    played = play(msgspec.structs.replace(scenario, faults=faults), 3)
    assert played.turned_away == 0
    assert 0 < counted(played).arrived < played.called, "who gave up before we were back was never heard of"
    assert played.violations == []


def test_every_signal_lost_is_survived(scenario):
    faults = msgspec.structs.replace(scenario.faults, lost=0.3, doubled=0.2, late=0.2, reordered=0.2, failing=0.2)
    played = play(msgspec.structs.replace(scenario, faults=faults), 4)
    assert played.violations == []
    assert counted(played).answered > 0
