"""Writes docs/metrics.md from the measures: `python -m tests.architecture.metrics_handbook`."""

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric

from callcenter.api.measures import LiveMeasures, Measures, ServiceMeasures, Socket
from callcenter.kernel.ids import CarrierName
from callcenter.runtime.vitals import RECENTLY_S, Vitals
from callcenter.webhooks.figures import Figures

DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"
INTRODUCTION = f"""\
# Metrics and probes

Generated from the measures by `python -m tests.architecture.metrics_handbook`; a test fails when it is stale.

`/metrics` answers in Prometheus' text format, `/healthz` and `/readyz` to whoever starts and balances services. None of them asks
for a log-in: let nobody but your monitoring reach them from outside.

**Labels are bounded**: routes of the table, methods, statuses, the queues and carriers that the center has now, and fixed words.
No label holds an id, a name, a number or a subscription; a test plays hundreds of callers and compares.

## Probes
`/healthz` is 200 while the process lives and its loop turns: restart it when it is silent. `/readyz` is 200 when calls can be
taken, and 503 with the reason otherwise, within about two seconds. `checks` names each, empty when content:

| check | what it asks |
|---|---|
| `hub` | this process decides, and what it decides reaches the log |
| `log` | the log takes a small transaction now, the lease is ours, and no append has failed for {RECENTLY_S:g} s |
| `live` | the board and the desks follow the log |
| `records` | call records follow the log |
| `database` | a transaction that may write can begin |
| `carrier NAME` | the telephone network is connected and answers: for Asterisk, an event that we post comes back to us |

`warnings` are of things to look after while calls go on: records that could not be written, receivers of webhooks that are told
nothing.
When another hub has taken over, the process ends with status 3. Of the processes of `serve --role` the hub's has `log` and
`records` and the measures of deciding, writing and delivering; web processes have `live` and the measures of pages and of the
board, and their `hub` says when Redis or the hub's process does not answer.

## Metrics
Names of counters end in `_total` when they are read. `..._since_seconds` are points in time: `time() - x` is how long.

| metric | kind | labels | |
|---|---|---|---|
"""


def document() -> str:
    return INTRODUCTION + "\n".join(_rows()) + "\n"


def _rows() -> Iterable[str]:
    for metric in sorted(families(), key=lambda metric: metric.name):
        labels = sorted({label for sample in metric.samples for label in sample.labels} - {"le"})
        yield f"| `{metric.name}` | {metric.type} | {', '.join(f'`{label}`' for label in labels)} | {metric.documentation} |"


def families() -> list[Metric]:
    """Every family once, each with at least one sample."""
    registry = CollectorRegistry()
    measures = Measures(registry)
    measures.answered("/", "GET", 200, 0.1)
    vitals = Vitals()
    vitals.effects_failed[("PlayPrompts", "gone")] = 1
    queue, agent = SimpleNamespace(id="q", waiting=0, longest_since=None), SimpleNamespace(state="available")
    shown = SimpleNamespace(
        queues={"q": queue}, agents={"a": agent}, calls={}, position=0, center=SimpleNamespace(carriers={"pbx": True})
    )
    webhooks = SimpleNamespace(figures=Figures(), behind=lambda: 0)
    registry.register(LiveMeasures(cast(Any, shown), lambda: 0, lambda: 0))
    sockets = {CarrierName("pbx"): Socket(0, 0, 0)}
    registry.register(ServiceMeasures(vitals, lambda: 0, lambda: sockets, cast(Any, webhooks), lambda: 0))
    return [metric for metric in registry.collect() if not metric.name.endswith("_created")]


if __name__ == "__main__":
    DOCUMENT.write_text(document())
