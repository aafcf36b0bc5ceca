"""Writes the rounds of a run into docs/chaos.md: `python -m tests.chaos.table RESULTS docs/chaos.md COMMIT`.

Standard library only. What stands between the two marks is replaced; a round that ran twice counts as the last time.
"""

import json
import statistics
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

BEGIN, END = "<!-- rounds -->", "<!-- end of rounds -->"


def table(rows: list[dict[str, Any]], commit: str, date: str) -> str:
    """A section for each kind: its rounds, its failures, and of each figure the middle and the worst."""
    last = {(row["kind"], row["seed"]): row for row in rows}
    kinds = sorted({kind for kind, _ in last})
    lines = [f"Run on {date} at commit {commit}.", ""]
    for kind in kinds:
        mine = sorted((row for row in last.values() if row["kind"] == kind), key=lambda row: row["seed"])
        failed = [str(row["seed"]) for row in mine if not row["passed"]]
        names = list(dict.fromkeys(name for row in mine for name in row["figures"]))
        lines += [f"### {kind}", ""]
        calls = sum(row["calls"] for row in mine)
        what = f" (seeds {', '.join(failed)})" if failed else ""
        lines += [f"{len(mine)} rounds, {calls} calls, {len(failed)} failed{what}.", ""]
        lines += ["| seed | calls | s | passed | " + " | ".join(name.replace("_", " ") for name in names) + " |"]
        lines += ["|---" * (4 + len(names)) + "|"]
        for row in mine:
            cells = [str(row["figures"].get(name, "")) for name in names]
            passed = "yes" if row["passed"] else "**no**"
            lines.append(f"| {row['seed']} | {row['calls']} | {row['seconds']} | {passed} | " + " | ".join(cells) + " |")
        for what, of in (("middle", statistics.median), ("largest", max)):
            cells = []
            for name in names:
                values = [row["figures"][name] for row in mine if isinstance(row["figures"].get(name), int | float)]
                cells.append(f"{of(values):g}" if values else "")
            lines.append(f"| {what} | | | | " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    results, document, commit = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    rows = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    if not rows:
        return
    before, _, rest = document.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    made = table(rows, commit, datetime.now(UTC).strftime("%Y-%m-%d"))
    document.write_text(f"{before}{BEGIN}\n{made}{END}{after}")


if __name__ == "__main__":
    main()
