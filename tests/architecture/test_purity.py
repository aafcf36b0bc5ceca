"""What no import names: ruff bans the clock, files and printing by name in the pure rooms. Shown to bite in each."""

import subprocess

import pytest

from tests.architecture.tree import IMPURE, PURE, ROOT, pyproject

BANNED = {"TID251", "T201", "PTH123"}
MISTAKES = [
    ("from datetime import datetime\n\nNOW = datetime.now()\n", "TID251"),
    ("import datetime as dt\n\nNOW = dt.datetime.utcnow()\n", "TID251"),
    ("from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n", "TID251"),
    ("from datetime import date\n\nTODAY = date.today()\n", "TID251"),
    ('with open("leads.csv") as rows:\n    FIRST = rows.readline()\n', "PTH123"),
    ('print("a call")\n', "T201"),
]


def findings(file: str, code: str) -> set[str]:
    """The rules, of those that guard purity, which ruff says are broken by `code` if it stood in `file`."""
    done = subprocess.run(
        [ROOT / ".venv/bin/ruff", "check", "--no-cache", "--output-format", "concise", "--stdin-filename", ROOT / file, "-"],
        input=code, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, 1}, done.stderr
    return {word for line in done.stdout.splitlines() for word in line.split() if word in BANNED}


@pytest.mark.parametrize("room", PURE)
@pytest.mark.parametrize(("code", "rule"), MISTAKES)
def test_a_pure_room_may_not(room: str, code: str, rule: str):
    assert rule in findings(f"{room}/planted.py", code)
    assert rule in findings(f"{room}/deeper/planted.py", code)


@pytest.mark.parametrize("file", [*IMPURE, "callcenter/runtime/clock.py", "callcenter/store/leads.py", "tests/unit/planted.py"])
def test_the_others_may(file: str):
    for code, _ in MISTAKES:
        assert findings(file, code) == set()


@pytest.mark.parametrize("room", PURE)
def test_nobody_switches_the_rules_off(room: str):
    """A `noqa` for one of these rules in a pure room would be a hole that no test sees."""
    holes = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in sorted((ROOT / room).rglob("*.py"))
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if "noqa" in line and (any(rule in line for rule in BANNED) or "noqa:" not in line)
    ]
    assert holes == []


def test_types_are_strict_everywhere():
    mypy = pyproject()["tool"]["mypy"]
    assert mypy["strict"] is True
    loosened = {module for each in mypy["overrides"] for module in each["module"] if "ignore_errors" in each}
    assert loosened == set()
