"""Writes docs/statistics.md from the formulas. Run as a module; `tests/unit/reporting/test_metrics.py` compares."""

from reporting.handbook import handbook
from tests.architecture.tree import ROOT

if __name__ == "__main__":
    (ROOT / "docs/statistics.md").write_text(handbook(), "utf-8")
