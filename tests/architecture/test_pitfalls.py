"""docs/pitfalls.md promises a test for every pitfall; each promised test must be one that pytest collects."""

import re
import subprocess
import sys

from tests.architecture.tree import ROOT

TABLE = ROOT / "docs/pitfalls.md"
TEST_ID = re.compile(r"tests/[\w/.-]+\.py::\w+(?:::\w+)*(?:\[[^\]|`]+\])?")


def promised(table: str) -> dict[str, list[str]]:
    """Row -> test ids, for the table `| pitfall | our protection | test id |` (its last column holds the ids)."""
    rows = [line.strip().strip("|").split("|") for line in table.splitlines() if line.lstrip().startswith("|")]
    rules = [index for index, row in enumerate(rows) if set("".join(row)) <= set("-: ")]
    body = [row for index, row in enumerate(rows) if index not in rules and index + 1 not in rules]
    return {" ".join(cell.strip() for cell in row[:-1]): TEST_ID.findall(row[-1]) for row in body}


def collected(tests: set[str]) -> set[str]:
    """The ids that pytest finds in these files, each with and without its parameters."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", *sorted(tests)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    found = set(re.findall(r"^tests/\S+::.+$", done.stdout, re.M))
    return found | {each.split("[")[0] for each in found}


def broken_promises(table: str) -> list[str]:
    """What is wrong with the table, in words; empty when every row has a test and every test exists."""
    rows = promised(table)
    wrong = [f"no test: {row}" for row, ids in rows.items() if not ids]
    ids = {each for tests in rows.values() for each in tests}
    missing = {each for each in ids if not (ROOT / each.split("::")[0]).is_file()}
    there = collected({each.split("::")[0] for each in ids - missing}) if ids - missing else set()
    return sorted(wrong + [f"not collected: {each}" for each in ids - there])


def test_every_pitfall_has_a_test_that_exists():
    table = TABLE.read_text("utf-8")
    assert len(promised(table)) >= 20, "the table of docs/pitfalls.md is not where it is looked for"
    assert broken_promises(table) == []


def test_a_promise_without_a_test_is_found():
    here = "tests/architecture/test_pitfalls.py"
    table = f"""
        | # | pitfall | our protection | test id |
        |---|---|---|---|
        | 1 | kept | yes | `{here}::test_a_promise_without_a_test_is_found` |
        | 2 | renamed | yes | `{here}::test_that_was_renamed` |
        | 3 | gone | yes | tests/integration/test_gone.py::test_it |
        | 4 | forgotten | yes | soon |
    """
    assert broken_promises(table) == [
        "no test: 4 forgotten yes",
        f"not collected: {here}::test_that_was_renamed",
        "not collected: tests/integration/test_gone.py::test_it",
    ]
