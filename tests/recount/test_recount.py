"""The recount on observations of a real day (`recorded/`, six stories on Asterisk 22): it agrees, and every planted fault fails.

Faults are planted on both sides: in what the service says (records, statistics) and in what was observed (SIPp's logs, the
sound, Asterisk's records). The recording was made by tests/integration/day; tests there make a new one each time.
"""

import ast
import copy
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.recount.recount import Observed

RECORDED = Path(__file__).parent / "recorded"
ANSWERED, IN_QUEUE, NO_ANSWER, HELD, TO_QUEUE, REACHED = (f"+121255501{end}" for end in (10, 12, 14, 30, 32, 41))
Records = list[dict[str, Any]]
SHIFT_MS = 150


@pytest.fixture
def records() -> Records:
    return list(json.loads((RECORDED / "records.json").read_text()))


@pytest.fixture
def statistics() -> dict[str, Any]:
    return dict(json.loads((RECORDED / "statistics.json").read_text()))


def of(records: Records, number: str) -> dict[str, Any]:
    return next(record for record in records if record["summary"]["number"]["value"] == number)


def moved(item: dict[str, Any], name: str, by: int = SHIFT_MS) -> None:
    assert isinstance(item[name], int), f"{name} is no time"
    item[name] += by


def test_it_agrees_with_a_day_that_went_well(records: Records, statistics: dict[str, Any]):
    assert Observed(RECORDED).compare(records, statistics) == []


def test_it_imports_nothing_of_ours():
    own = {path.stem for path in Path(__file__).parent.glob("*.py")}
    for path in Path(__file__).parent.glob("*.py"):
        if path.name.startswith("test_"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0
                modules = [node.module or ""]
            for module in modules:
                parts = module.split(".")
                inside = parts[:2] == ["tests", "recount"] and set(parts[2:]) <= own
                assert inside or parts[0] in sys.stdlib_module_names, f"{path.name} imports {module}"


# -- what is seen -----------------------------------------------------------------------------------------------------------


def test_calls_are_put_together_from_outside():
    calls = {call.number: call for call in Observed(RECORDED).calls}
    assert [(talk.agent, len(talk.holds)) for talk in calls[HELD].talks] == [("1001", 2)]
    assert [(entry.queue, entry.end) for entry in calls[TO_QUEUE].entries] == [("orders", "answered"), ("billing", "answered")]
    assert [(offer.agent, offer.end) for offer in calls[NO_ANSWER].offers] == [("1001", "rang_out"), ("1002", "accepted")]
    assert (calls[IN_QUEUE].end, calls[IN_QUEUE].ended_by) == ("abandoned_in_queue", "customer")
    assert (calls[REACHED].direction, calls[REACHED].placed_by, calls[REACHED].ended_by) == ("outbound", "1003", "agent")
    assert calls[ANSWERED].keys == "1"


def test_figures_are_counted_from_outside():
    tallies = Observed(RECORDED).tallies()
    assert {name: tallies["queue orders"][name] for name in ("offered", "answered", "abandoned", "short")} == {
        "offered": 7, "answered": 5, "abandoned": 2, "short": 1,
    }  # fmt: skip
    assert tallies["agent 1001"]["rang_out"] == 1
    assert tallies["agent 1003"]["placed"] == tallies["agent 1003"]["reached"] == 1
    assert tallies["center"]["arrived"] == 7


# -- planted in what the service says ---------------------------------------------------------------------------------------

SHIFTED: dict[str, Callable[[Records], None]] = {
    "beginning": lambda records: moved(of(records, ANSWERED)["summary"], "started_at"),
    "end": lambda records: moved(of(records, ANSWERED)["summary"], "ended_at", -SHIFT_MS),
    "answer": lambda records: moved(of(records, ANSWERED)["legs"][0], "answered_at"),
    "agent's ringing": lambda records: moved(of(records, ANSWERED)["legs"][1], "ringing_at"),
    "agent's answer": lambda records: moved(of(records, NO_ANSWER)["legs"][2], "answered_at"),
    "agent's end": lambda records: moved(of(records, NO_ANSWER)["legs"][1], "ended_at"),
    "queue entry": lambda records: moved(of(records, IN_QUEUE)["queue_entries"][0], "entered_at"),
    "end of waiting": lambda records: moved(of(records, IN_QUEUE)["queue_entries"][0], "left_at", -SHIFT_MS),
    "wait": lambda records: moved(of(records, TO_QUEUE)["queue_entries"][1], "wait_ms"),
    "offer": lambda records: moved(of(records, NO_ANSWER)["offers"][0], "made_at"),
    "end of an offer": lambda records: moved(of(records, NO_ANSWER)["offers"][0], "ended_at"),
    "connection": lambda records: moved(of(records, ANSWERED)["conversations"][0], "connected_at"),
    "end of a talk": lambda records: moved(of(records, TO_QUEUE)["conversations"][0], "left_at"),
    "hold": lambda records: moved(of(records, HELD)["holds"][0], "started_at"),
    "retrieve": lambda records: moved(of(records, HELD)["holds"][0], "ended_at"),
    "wrap-up": lambda records: moved(of(records, ANSWERED)["wrap_ups"][0], "ended_at"),
}


@pytest.mark.parametrize("what", SHIFTED)
def test_a_shifted_time_in_a_record_is_found(what: str, records: Records, statistics: dict[str, Any]):
    SHIFTED[what](records)
    assert Observed(RECORDED).compare(records, statistics) != []


DROPPED: dict[str, Callable[[Records], None]] = {
    "call": lambda records: records.remove(of(records, IN_QUEUE)),
    "leg": lambda records: of(records, NO_ANSWER)["legs"].pop(1),
    "offer": lambda records: of(records, NO_ANSWER)["offers"].pop(0),
    "queue entry": lambda records: of(records, TO_QUEUE)["queue_entries"].pop(1),
    "hold": lambda records: of(records, HELD)["holds"].pop(0),
    "conversation": lambda records: of(records, TO_QUEUE)["conversations"].pop(1),
    "wrap-up": lambda records: of(records, ANSWERED)["wrap_ups"].pop(0),
    "answer": lambda records: of(records, ANSWERED)["legs"][1].update(answered_at=None),
}


@pytest.mark.parametrize("what", DROPPED)
def test_a_dropped_event_in_a_record_is_found(what: str, records: Records, statistics: dict[str, Any]):
    DROPPED[what](records)
    assert Observed(RECORDED).compare(records, statistics) != []


def test_a_doubled_record_is_found(records: Records, statistics: dict[str, Any]):
    doubled = copy.deepcopy(of(records, ANSWERED))
    doubled["summary"]["id"] = "again"
    found = Observed(RECORDED).compare([*records, doubled], statistics)
    assert any("recorded twice" in line for line in found)


@pytest.mark.parametrize(("table", "figure", "part"), [
    ("queues", "offered", "value"), ("queues", "asa", "numerator"), ("queues", "service_level", "denominator"),
    ("queues", "aht", "numerator"), ("agents", "accepted", "value"), ("agents", "talk_ms", "value"),
    ("agents", "hold_ms", "value"), ("agents", "wrap_up_ms", "value"),
])  # fmt: skip
def test_statistics_that_are_off_by_one_are_found(
    table: str, figure: str, part: str, records: Records, statistics: dict[str, Any]
):
    row = statistics[table]["rows"][0]["figures"][figure]
    row[part] += 1
    found = Observed(RECORDED).compare(records, statistics)
    assert found
    assert all(line.startswith("statistics of") for line in found)


def test_an_occupancy_that_is_wrong_by_seconds_is_found(records: Records, statistics: dict[str, Any]):
    statistics["agents"]["rows"][0]["figures"]["occupancy"]["denominator"] += 20_000
    assert any("occupancy" in line for line in Observed(RECORDED).compare(records, statistics))


# -- planted in what was observed -------------------------------------------------------------------------------------------


def later(stamp: re.Match[str]) -> str:
    return f"{float(stamp[0]) + SHIFT_MS / 1000:.6f}"


def spoil(folder: Path, name: str, change: Callable[[str], str]) -> None:
    before = (folder / name).read_text()
    after = change(before)
    assert after != before, "nothing was planted"
    (folder / name).write_text(after)


def shifted_bye(log: str) -> str:
    """The BYE and everything after it, 150 ms earlier (its second of the minute is above that)."""
    blocks = re.split(r"(?m)^(?=-{40,} )", log)
    first = next(number for number, block in enumerate(blocks) if "\nBYE " in block)

    def earlier(block: str) -> str:
        return re.sub(r"(\d\d:\d\d:)(\d\d\.\d+)", lambda m: f"{m[1]}{float(m[2]) - SHIFT_MS / 1000:09.6f}", block, count=1)

    return "".join([*blocks[:first], *map(earlier, blocks[first:])])


def without(kind: str) -> Callable[[str], str]:
    """The log without the messages that begin with this."""
    return lambda log: "".join(block for block in re.split(r"(?m)^(?=-{40,} )", log) if f"\n\n{kind}" not in block)


def doubled(log: str) -> str:
    return log + re.sub(r"(?mi)^(Call-ID:) *(\S+)", r"\1 again-\2", log)


def without_line(part: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        lines = text.splitlines(keepends=True)
        gone = next(line for line in lines if part in line)
        return "".join(line for line in lines if line is not gone)

    return change


OBSERVED: dict[str, tuple[str, Callable[[str], str]]] = {
    "a shifted BYE": ("002-answered-caller.log", shifted_bye),
    "a shifted sound": ("heard.log", lambda text: re.sub(r"(?m)^\S+(?= \d+ tone 1500$)", later, text)),
    "shifted music": ("heard.log", lambda text: re.sub(r"(?m)^\S+(?= \d+ tone 450$)", later, text)),
    "a shifted row of Asterisk's": ("legs.csv", lambda text: re.sub(r"\d+\.\d+(?=,\"ANSWERED\")", later, text, count=1)),
    "a ringing that is missing": ("001-answered-agent-1001.log", without("SIP/2.0 180")),
    "an answer that is missing": ("001-answered-agent-1001.log", without("SIP/2.0 200")),
    "music that is missing": ("heard.log", without_line("tone 450")),
    "a row of Asterisk's that is missing": ("legs.csv", lambda text: text.split("\n", 1)[1]),
    "a doubled call": ("003-in_queue-caller.log", doubled),
    "a doubled row of Asterisk's": ("legs.csv", lambda rows: rows + rows.split("\n")[0].replace("callcenter-", "again-") + "\n"),
}


@pytest.mark.parametrize("what", OBSERVED)
def test_a_fault_in_the_observations_is_found(what: str, tmp_path: Path, records: Records, statistics: dict[str, Any]):
    folder = tmp_path / "observed"
    shutil.copytree(RECORDED, folder)
    spoil(folder, *OBSERVED[what])
    assert Observed(folder).compare(records, statistics) != []


def test_a_key_that_nobody_pressed_would_lead_to_another_queue(tmp_path: Path, records: Records, statistics: dict[str, Any]):
    folder = tmp_path / "observed"
    shutil.copytree(RECORDED, folder)
    spoil(folder, "heard.log", lambda text: text.replace(" key 1", " key 2", 1))
    assert any("queue entries" in line for line in Observed(folder).compare(records, statistics))


# -- the program ------------------------------------------------------------------------------------------------------------


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-m", "tests.recount.recount", *map(str, arguments)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)


def test_the_program_prints_calls_and_figures():
    done = run(RECORDED)
    assert done.returncode == 0
    assert len(json.loads(done.stdout)["calls"]) == 8


def test_the_program_says_every_difference_and_fails(tmp_path: Path, records: Records):
    arguments = (RECORDED, "--statistics", RECORDED / "statistics.json", "--records")
    assert (run(*arguments, RECORDED / "records.json").returncode, run(*arguments, RECORDED / "records.json").stdout) == (0, "")
    moved(of(records, ANSWERED)["summary"], "started_at")
    (tmp_path / "records.json").write_text(json.dumps(records))
    done = run(*arguments, tmp_path / "records.json")
    assert done.returncode == 1
    assert "its beginning" in done.stdout
