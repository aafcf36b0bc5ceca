"""The recount of a day with a gap (`recorded_gap/`: the service killed and away for seven seconds under 24 real calls): it
agrees, and every planted fault fails."""

import copy
import json
import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.recount.gaps import Gaps
from tests.recount.recount import Observed

RECORDED = Path(__file__).parent / "recorded_gap"
Records = list[dict[str, Any]]


@pytest.fixture
def records() -> Records:
    return list(json.loads((RECORDED / "records.json").read_text()))


def judged(records: Records, folder: Path = RECORDED) -> tuple[Gaps, list[str]]:
    gaps = Gaps(Observed(folder), json.loads((folder / "scenario.json").read_text())["gaps"])
    return gaps, gaps.compare(records, json.loads((folder / "statistics.json").read_text()))


def first(records: Records, end: str) -> dict[str, Any]:
    return next(record for record in records if record["summary"]["end"] == end)


def test_it_agrees_with_a_day_on_which_all_was_taken_over(records: Records):
    gaps, differences = judged(records)
    assert differences == []
    assert gaps.silences == []
    counted = {name: gaps.counts[name] for name in ("calls", "lost", "ended_in_gap", "came_and_went", "kept", "unadopted")}
    assert counted == {"calls": 24, "lost": 4, "ended_in_gap": 3, "came_and_went": 3, "kept": 2, "unadopted": 0}


def forget(records: Records) -> None:
    records.remove(first(records, "lost"))


def double(records: Records) -> None:
    records.append(copy.deepcopy(first(records, "lost")))


def certain_too_long(records: Records) -> None:
    lost = first(records, "lost")
    lost["certain_until"] = lost["summary"]["ended_at"] + 10_000


def uncertain(records: Records) -> None:
    first(records, "lost")["certain_until"] = None


def end_after_the_gap(records: Records) -> None:
    first(records, "lost")["summary"]["ended_at"] += 5_000


def end_before_the_gap(records: Records) -> None:
    first(records, "lost")["summary"]["ended_at"] -= 20_000


def lost_although_seen(records: Records) -> None:
    record = first(records, "abandoned_in_queue")
    record["summary"]["end"], record["certain_until"] = "lost", record["summary"]["started_at"]


def nobody_talked(records: Records) -> None:
    first(records, "completed")["conversations"].clear()


def another_number(records: Records) -> None:
    first(records, "completed")["summary"]["number"] = None


def later_connection(records: Records) -> None:
    (gap,) = json.loads((RECORDED / "scenario.json").read_text())["gaps"]
    talks = [talk for record in records for talk in record["conversations"] if talk["talk_ms"] > 1_000]
    next(talk for talk in talks if talk["connected_at"] > gap["until"] + 1_000)["connected_at"] += 400


def test_what_is_heard_while_it_catches_up_may_be_recorded_when_it_has_and_not_later(records: Records):
    """Somebody is connected a while after the resync, and recorded 400 ms later."""
    (gap,) = json.loads((RECORDED / "scenario.json").read_text())["gaps"]
    talks = [talk for record in records for talk in record["conversations"] if talk["talk_ms"] > 1_000]
    talk = next(talk for talk in talks if talk["connected_at"] > gap["until"] + 1_000)
    connected_at = talk["connected_at"]
    statistics = json.loads((RECORDED / "statistics.json").read_text())

    def differences(level: int) -> list[str]:
        return Gaps(Observed(RECORDED), [gap | {"level": level}]).compare(records, statistics)

    talk["connected_at"] += 400
    assert differences(connected_at + 200) == []
    (late,) = differences(connected_at + 100)
    assert "connected" in late


def came_and_went(records: Records) -> dict[str, Any]:
    """The record of one of whom only Asterisk knew: she gave up while the service was away."""
    (gap,) = json.loads((RECORDED / "scenario.json").read_text())["gaps"]
    first_of = [one for one in records if gap["killed"] + 500 < one["summary"]["started_at"]]
    return next(one for one in first_of if one["summary"]["ended_at"] < gap["ready"] and one["summary"]["end"] != "lost")


def forget_who_came_and_went(records: Records) -> None:
    records.remove(came_and_went(records))


def double_who_came_and_went(records: Records) -> None:
    records.append(copy.deepcopy(came_and_went(records)))


def came_and_went_later(records: Records) -> None:
    """Still within the gap, where a call that was known before might end."""
    came_and_went(records)["summary"]["ended_at"] += 400


def came_and_was_lost(records: Records) -> None:
    record = came_and_went(records)
    record["summary"]["end"], record["certain_until"] = "lost", record["summary"]["started_at"]


PLANTED: tuple[Callable[[Records], None], ...] = (
    forget, double, certain_too_long, uncertain, end_after_the_gap, end_before_the_gap, lost_although_seen, nobody_talked,
    another_number, later_connection, forget_who_came_and_went, double_who_came_and_went, came_and_went_later,
    came_and_was_lost,
)  # fmt: skip


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_fault_in_the_records_is_found(plant: Callable[[Records], None], records: Records):
    plant(records)
    assert judged(records)[1] != []


def test_a_pause_in_what_is_heard_is_found(records: Records, tmp_path: Path):
    folder = tmp_path / "observed"
    shutil.copytree(RECORDED, folder)
    lines = (folder / "heard.log").read_text().splitlines()
    heard = Observed(folder).scenario.heard
    at, port = next(
        (at, port)
        for port, rows in heard.sounds.items()
        for (at, what), (until, _) in pairwise(rows)
        if what == "tone 450" and until - at > 2_000
    )
    pause = [f"{at / 1000 + 0.3:.6f} {port} quiet", f"{at / 1000 + 1.3:.6f} {port} tone 450"]
    (folder / "heard.log").write_text("\n".join([*lines, *pause]) + "\n")
    gaps, _ = judged(records, folder)
    assert gaps.longest_silence_ms >= 900


def test_a_call_that_took_the_fallback_and_is_recorded_is_found(records: Records, tmp_path: Path):
    """The dialplan has taken it, says Asterisk; so nobody else had it."""
    folder = tmp_path / "observed"
    shutil.copytree(RECORDED, folder)
    scenario = json.loads((folder / "scenario.json").read_text())
    (gap,) = scenario["gaps"]
    call = next(one for one in Observed(folder).calls if gap["since"] < one.began_at < gap["until"] < one.ended_at)
    taken = next(one for one in records if (one["summary"]["number"] or {}).get("value") == call.number)
    rows = (folder / "legs.csv").read_text().splitlines()
    changed = [row.replace('"Stasis"', '"Hangup"') if row.startswith(f'"{taken["legs"][0]["id"]}"') else row for row in rows]
    (folder / "legs.csv").write_text("\n".join(changed) + "\n")
    assert any("took the fallback, and is recorded" in line for line in judged(records, folder)[1])
