"""The text of docs/statistics.md, from `reporting.metrics` and `reporting.counters`; a test compares the two.

`python -m tests.architecture.handbook` writes docs/statistics.md anew.
"""

from collections.abc import Iterator

from reporting.counters import MEANING, WAIT_EDGES_MS
from reporting.metrics import METRICS, formula

HEAD = """\
# Statistics: what each figure is

Written by `python -m tests.architecture.handbook` from the formulas themselves; a test fails when it is stale.
中文公式见各行第二行。

Board, statistics page, CSV and API compute with the same functions, from the same counters. What is counted:

- **Interval.** A quarter hour of UTC, which every zone's borders fall on. A day is the sum of its quarters in the center's zone:
  92, 96 or 100 of them. A queue entry, with all that becomes of it, counts in the quarter in which it began; an offer in that in
  which it began to ring; a conversation of an agent in that in which it began; a call in that in which it came in or was placed.
- **Agents' time** is split exactly at the borders. Activity wins over presence: time is not ready only while she is idle. A hold
  for a missed call is not ready until she is back, a delay after a rejected offer or a device error is idle. What runs is counted
  up to the last event. The seven categories add up to the log-in time.
- **Wait.** From the queue entry, or from the earlier time whose place it keeps, but never from before the end of the caller's
  last conversation, to the moment both hear each other, or to the end.
- **Rows that do not add up.** A queue's time is all time of the agents who serve it, so an agent of two queues is in both. The
  center's row has every agent once. Its *handled* includes calls that agents placed, which belong to no queue.
- **Threshold and short-abandon limit** are the queue's own, as they were at the entry. Other thresholds can be asked for when
  they are an edge of a bucket: {edges} s.
- **A call that comes back** because its agent's line was lost is no new entry.
- **A call lost in a gap** in a queue ended; nobody knows whether the caller gave up. Its record says between which two moments.
"""


def handbook() -> str:
    """The document."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield HEAD.format(edges=", ".join(str(edge // 1000) for edge in WAIT_EDGES_MS))
    yield "## Figures\n"
    yield "| figure | formula | what counts |\n|---|---|---|"
    for metric in METRICS.values():
        yield f"| **{metric.label.en}** `{metric.name}` | {formula(metric, 'en')} | {metric.note.en} |"
        yield f"| {metric.label.zh} | {formula(metric, 'zh')} | {metric.note.zh} |"
    yield "\n## Counters\n"
    yield "| counter | counts |\n|---|---|"
    for name, meaning in MEANING.items():
        yield f"| `{name}` | {meaning} |"

