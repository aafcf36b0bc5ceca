"""The table of docs/chaos.md: what a row becomes, and that nothing else of the page is touched."""

import json
import subprocess
import sys
from pathlib import Path

from tests.chaos.rounds import Round
from tests.chaos.table import BEGIN, END, table

ROWS = [
    {"kind": "killed", "seed": 2, "calls": 10, "passed": False, "seconds": 31, "figures": {"back_ms": 900}},
    {"kind": "killed", "seed": 1, "calls": 10, "passed": True, "seconds": 30, "figures": {"back_ms": 700}},
    {"kind": "killed", "seed": 1, "calls": 10, "passed": True, "seconds": 29, "figures": {"back_ms": 500}},
]


def test_each_round_has_one_line_and_failures_are_named():
    lines = table(ROWS, "abc1234", "2026-01-31").splitlines()
    assert lines[0] == "Run on 2026-01-31 at commit abc1234."
    assert "2 rounds, 20 calls, 1 failed (seeds 2)." in lines
    assert "| 1 | 10 | 29 | yes | 500 |" in lines
    assert "| 2 | 10 | 31 | **no** | 900 |" in lines
    assert "| largest | | | | 900 |" in lines


def test_the_rest_of_the_page_stays(tmp_path: Path):
    page, results = tmp_path / "page.md", tmp_path / "rows"
    page.write_text(f"above\n{BEGIN}\nold\n{END}\nbelow\n")
    results.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    for _ in range(2):
        subprocess.run([sys.executable, "-m", "tests.chaos.table", results, page, "abc1234"], check=True)
    text = page.read_text()
    assert text.startswith(f"above\n{BEGIN}\nRun on ")
    assert text.endswith(f"{END}\nbelow\n")
    assert text.count("### killed") == 1
    assert "old" not in text


def test_a_seed_is_a_story():
    first, again, other = (Round("killed", seed, calls=3, long=False).draw.random() for seed in (7, 7, 8))
    assert first == again != other
