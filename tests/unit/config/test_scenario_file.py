"""A sound scenario is read as written; every mistake is told with its line and what to write; the document is complete."""

from pathlib import Path

import pytest

from callcenter.kernel import scenario as s
from callcenter.kernel.clock import HOUR, MINUTE, SECOND
from callcenter.operations.simulate import load
from config.scenario_file import TABLES
from config.scenario_values import show_default
from config.yaml import BadFile, FileMistake
from tests.unit.config.files import CENTER, FLOW
from tests.unit.config.test_docs import DOCS, rows

SHIPPED = sorted((Path(__file__).parents[3] / "config" / "scenarios").glob("*.yaml"))
SCENARIO = """\
name: Small
begins: 2026-03-02 22:00
length: 3h
warm_up: 15m
report_every: 1h
center:
  zone: Europe/Berlin
  skills: [support, gold]
  queues:
    help: {skill: support, ring: 15s}
callers:
  people:
    queue: help
    arrivals: {per_hour: {21:00: 60, 23:30: 30, 00:30: 12.5}}
    patience: {kind: exponential, mean: 2m}
    talk: {22:00: {kind: lognormal, mean: 3m, cv: 1.2}, 00:00: 90s}
    wrap_up: {kind: gamma, mean: 30s, cv: 0.5, plus: 5s, at_most: 2m}
  important:
    queue: help
    skills: {gold: 2}
    priority: 3
    arrivals: {file: calls.csv, column: when, where: {kind: [vip]}}
    talk: {kind: empirical, file: calls.csv, column: seconds}
    wrap_up: {kind: empirical, values: [10s, 1m]}
  counted:
    queue: help
    arrivals: {file: counts.csv, column: from, count: calls, every: 30m}
    talk: 1m
    wrap_up: 0s
staff:
  night:
    skills: {support: 3, gold: 2}
    there: {22:00: 4, 00:00: 2}
    misses: 2%
  helpers:
    count: 3
    skills: {support: 1}
faults:
  lost: 1%
  late_by: 3s
  outages:
    - {at: 23:00, lasts: 5m, calls_die: true}
"""
CALLS = "when,kind,seconds\n23:15:30,vip,80\n21:00,vip,20\n2026-03-02 22:05,other,61.5\n0:10,vip,30\n"
COUNTS = "from,calls\n22:00,7\n22:30,0\n04:00,5\n"


def written(folder: Path, text: str, calls: str = CALLS, counts: str = COUNTS) -> Path:
    (folder / "calls.csv").write_text(calls)
    (folder / "counts.csv").write_text(counts)
    (folder / "center.yaml").write_text(CENTER)
    (folder / "main.yaml").write_text(FLOW)
    path = folder / "scenario.yaml"
    path.write_text(text)
    return path


def mistakes(folder: Path, text: str, **files: str) -> list[FileMistake]:
    with pytest.raises(BadFile) as caught:
        load(written(folder, text, **files))
    return caught.value.mistakes


def test_a_sound_scenario_is_read_as_written(tmp_path):
    found = load(written(tmp_path, SCENARIO))
    assert (found.length_ms, found.warm_up_ms, found.report_every_ms) == (3 * HOUR, 15 * MINUTE, HOUR)
    assert found.begins_at == 1_772_485_200_000  # 22:00 in Berlin is 21:00 UTC
    people, important, counted = (found.callers[name] for name in ("people", "important", "counted"))
    assert people.arrivals == s.Rates(((0, 60.0), (90 * MINUTE, 30.0), (150 * MINUTE, 12.5), (23 * HOUR, 60.0)))
    assert people.patience == ((0, s.Exponential(mean_ms=2 * MINUTE)),)
    assert people.talk == ((0, s.Lognormal(mean_ms=3 * MINUTE, cv=1.2)), (2 * HOUR, s.Constant(mean_ms=90 * SECOND)))
    assert people.wrap_up[0][1] == s.Gamma(mean_ms=30 * SECOND, cv=0.5, plus_ms=5 * SECOND, at_most_ms=2 * MINUTE)
    assert important.arrivals == s.Moments((75 * MINUTE + 30 * SECOND, 130 * MINUTE, 23 * HOUR))
    assert important.talk[0][1] == s.Empirical(values_ms=(80_000, 20_000, 61_500, 30_000))
    assert important.patience is None
    assert counted.arrivals == s.Counts(((0, 30 * MINUTE, 7), (30 * MINUTE, 30 * MINUTE, 0), (6 * HOUR, 30 * MINUTE, 5)))
    number = found.center.numbers[important.numbers[0]]
    assert (number.skills, number.priority) == ({"gold": 2}, 3)
    assert found.staff["night"].there == ((0, 4), (2 * HOUR, 2))
    assert len(found.staff["night"].agents) == 4
    assert found.staff["helpers"].there == ((0, 3),)
    assert found.faults.outages == (s.Outage(at_ms=HOUR, lasts_ms=5 * MINUTE, calls_die=True),)
    assert found.faults.late_by == s.Constant(mean_ms=3 * SECOND)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios_are_sound(path):
    assert load(path).callers


def test_a_scenario_may_take_a_center_file(tmp_path):
    text = """\
name: By file
length: 1h
center: {file: center.yaml}
callers:
  all: {queue: desk, numbers: [main], arrivals: {per_hour: 10}, talk: 1m, wrap_up: 0s}
staff:
  one: {team: one}
begins: 2026-03-02 10:00
"""
    found = load(written(tmp_path, text))
    assert found.staff["one"].agents == ("1001",)
    assert found.center.name == "Two Rooms"


MISTAKES = [
    # (what stands there, what is written instead, words of the mistake, words of what to write)
    ("name: Small", "nmae: Small", "a scenario has no key 'nmae'", "name"),
    ("length: 3h", "length: 3h10m", "quarter hours", "15m"),
    ("length: 3h", "length: 25h", "a quarter hour to a day", "24h"),
    ("length: 3h", "length: 180", "no unit", "180s"),
    ("begins: 2026-03-02 22:00", "begins: 2026-03-02 22:05", "no day with a quarter hour", "2026-03-02 08:00"),
    ("begins: 2026-03-02 22:00", "begins: 2026-13-02 22:00", "no day with a quarter hour", "2026-03-02 08:00"),
    ("warm_up: 15m", "warm_up: 3h", "nothing is left to count", "shorter"),
    ("report_every: 1h", "report_every: 0s", "no stretch of time", "15m"),
    ("  zone: Europe/Berlin", "  zone: Europe/Berlim", "no time zone", "Europe/Berlin"),
    ("    help: {skill: support, ring: 15s}", "    help: {skill: suport, ring: 15s}", "no skill 'suport'", "support"),
    ("    queue: help\n    arrivals: {per_hour", "    queue: hlp\n    arrivals: {per_hour", "no flow 'hlp'", "help"),
    ("00:30: 12.5}}", "24:30: 12.5}}", "'24:30' is no time of day", "00:00 to 23:59"),
    ("23:30: 30", "23:30: many", "'many' is no such number", "a number from 0"),
    ("{kind: exponential, mean: 2m}", "{kind: exponentail, mean: 2m}", "a kind that is known", "exponential"),
    ("{kind: exponential, mean: 2m}", "{kind: exponential}", "needs 'mean'", "a duration"),
    ("{kind: exponential, mean: 2m}", "{kind: exponential, mean: 0s}", "its mean is nothing", "3m"),
    ("{kind: exponential, mean: 2m}", "{kind: exponential, mean: 2m, cv: 1}", "has no key 'cv'", "mean"),
    ("cv: 1.2}", "cv: 0}", "no such number", "0.01"),
    ("{kind: empirical, values: [10s, 1m]}", "{kind: empirical}", "either from the file or here", "values:"),
    ("column: when,", "column: wehn,", "has no column 'wehn'", "when"),
    ("{file: calls.csv, column: when, where: {kind: [vip]}}", "{file: none.csv, column: when}", "cannot be read", "CSV file"),
    ("where: {kind: [vip]}", "where: {kind: [gone]}", "no row of", "where"),
    ("count: calls, every: 30m", "count: calls", "belong together", "every: 15m"),
    ("    skills: {gold: 2}", "    skills: {glod: 2}", "no skill 'glod'", "gold"),
    ("    priority: 3", "    numbers: [main]", "'numbers' is for a center file", "take numbers out"),
    ("    skills: {support: 3, gold: 2}", "    skills: {support: 9}", "9 is out of range", "1 to 5"),
    ("    there: {22:00: 4, 00:00: 2}", "    count: 2\n    there: {22:00: 4}", "4 are to be there, and the group has", "most 2"),
    ("    count: 3", "    misses: 1%", "nobody is in this group", "count:"),
    ("    misses: 2%", "    misses: 200%", "no share", "0.8"),
    ("  lost: 1%", "  lots: 1%", "faults has no key 'lots'", "lost"),
    ("{at: 23:00, lasts: 5m, calls_die: true}", "{at: 05:00, lasts: 5m}", "the scenario is over by then", "within"),
    ("{at: 23:00, lasts: 5m, calls_die: true}", "{lasts: 5m}", "needs 'at'", "a time of day"),
]


@pytest.mark.parametrize(("there", "instead", "why", "cure"), MISTAKES, ids=[row[2] for row in MISTAKES])
def test_a_mistake_is_told_with_its_line_and_what_to_write(tmp_path, there, instead, why, cure):
    assert there in SCENARIO
    text = SCENARIO.replace(there, instead, 1)
    found = mistakes(tmp_path, text)
    (one,) = [mistake for mistake in found if why in mistake.why]
    assert cure in one.instead
    assert one.file == str(tmp_path / "scenario.yaml")
    if "needs" not in why:
        first = text[: text.index(instead)].count("\n") + 1
        assert first - ("group" in why) <= one.line <= first + instead.count("\n"), str(one)


def test_a_mistake_in_a_csv_file_is_told_with_its_own_line(tmp_path):
    calls, counts = CALLS.replace("23:15:30", "quarter past"), COUNTS.replace("04:00,5", "04:00,x")
    found = mistakes(tmp_path, SCENARIO, calls=calls, counts=counts)
    assert [(Path(one.file).name, one.line) for one in found] == [("calls.csv", 2), ("counts.csv", 4)]


def test_callers_whom_nobody_can_serve_are_a_mistake_if_they_never_give_up(tmp_path):
    text = SCENARIO.replace("skills: {support: 3, gold: 2}", "skills: {support: 3}")
    (found,) = mistakes(tmp_path, text)
    assert "nobody in the staff can take these calls" in found.why
    assert found.line == text[: text.index("  important:")].count("\n") + 1


def test_every_mistake_is_told_at_once(tmp_path):
    text = SCENARIO.replace("length: 3h", "length: 3").replace("cv: 1.2", "cv: much").replace("misses: 2%", "misses: often")
    assert len(mistakes(tmp_path, text)) == 3


@pytest.mark.parametrize("section", list(TABLES))
def test_every_key_of_a_scenario_is_documented_with_its_default(section):
    documented = rows((DOCS / "scenarios.md").read_text(encoding="utf-8"), section)
    expected = {key.name: "required" if key.required else show_default(key) for key in TABLES[section]}
    assert {key: default for key, (default, _) in documented.items()} == expected
