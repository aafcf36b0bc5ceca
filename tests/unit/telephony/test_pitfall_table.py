"""docs/pitfalls.md names tests; each of them exists and is collected."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def named() -> set[str]:
    table = (ROOT / "docs" / "pitfalls.md").read_text(encoding="utf-8")
    return set(re.findall(r"`(tests/[\w/]+\.py::test_\w+)`", table))


def test_every_test_of_the_table_is_collected():
    assert len(named()) > 30
    files = sorted({name.split("::")[0] for name in named()})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    collected = {line.split("[")[0] for line in done.stdout.splitlines() if "::" in line}
    assert named() - collected == set()


def test_the_pitfalls_of_this_issue_are_all_in_the_table():
    table = (ROOT / "docs" / "pitfalls.md").read_text(encoding="utf-8")
    rows = {int(number) for number in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    assert {*range(1, 12), 13, 15, *range(17, 21), 23, 25, 26, 27} <= rows
