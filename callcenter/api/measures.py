"""Measures for Prometheus; docs/metrics.md is printed from them. Labels are bounded: routes, methods, statuses, queues and
carriers of the center, fixed words; never a call, a person, a number or a subscription.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from callcenter.api.session import Shown
from callcenter.kernel.ids import CarrierName
from callcenter.runtime.vitals import BUCKETS_S, Vitals
from callcenter.webhooks.desk import WebhookDesk
from callcenter.webhooks.figures import FAULTS

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Measures:
    """What this process's web server did."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "callcenter_http_seconds", "Time to answer a request", ["route", "method"], buckets=BUCKETS, registry=registry
        )
        self._answers = Counter("callcenter_http_answers", "Answered requests", ["route", "method", "status"], registry=registry)

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        method = method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
        self._seconds.labels(route, method).observe(seconds)
        self._answers.labels(route, method, str(status)).inc()


@dataclass(frozen=True, slots=True)
class Socket:
    """A carrier's socket, as its client counts it."""

    backlog: int
    """Read and not yet taken."""
    unknown: int
    """Messages that were not understood or not used."""
    orphans: int
    """Replies that nobody waited for any more."""


class ServiceMeasures(Collector):
    """What the process did besides serving pages: deciding, writing, projecting, telling other programs."""

    def __init__(
        self,
        vitals: Vitals,
        lag: Callable[[], int],
        sockets: Callable[[], Mapping[CarrierName, Socket]],
        webhooks: WebhookDesk,
        set_aside: Callable[[], int],
    ) -> None:
        self._set_aside = set_aside
        self._vitals = vitals
        self._lag = lag
        self._sockets = sockets
        self._webhooks = webhooks

    def collect(self) -> Iterable[Metric]:
        yield from self._log()
        failed = CounterMetricFamily(
            "callcenter_effects_failed", "What was asked and not carried out", labels=["effect", "fault"]
        )
        for (kind, fault), number in sorted(self._vitals.effects_failed.items()):
            failed.add_metric([kind, fault], number)
        yield failed
        yield GaugeMetricFamily("callcenter_projection_lag_events", "Events not yet in the call records", value=self._lag())
        yield GaugeMetricFamily("callcenter_records_set_aside", "Call records that could not be written", value=self._set_aside())
        backlog = GaugeMetricFamily(
            "callcenter_carrier_backlog", "Messages of the telephone network that wait to be taken", labels=["carrier"]
        )
        unknown = CounterMetricFamily(
            "callcenter_carrier_unknown_messages", "Messages of the network that nothing was done with", labels=["carrier"]
        )
        orphans = CounterMetricFamily(
            "callcenter_carrier_orphan_replies", "Replies of the network that came too late", labels=["carrier"]
        )
        for name, socket in self._sockets().items():
            backlog.add_metric([name], socket.backlog)
            unknown.add_metric([name], socket.unknown)
            orphans.add_metric([name], socket.orphans)
        yield from (backlog, unknown, orphans)
        yield from self._told()

    def _log(self) -> Iterable[Metric]:
        vitals = self._vitals
        yield CounterMetricFamily("callcenter_decisions", "Signals, commands and deadlines decided", value=vitals.decisions)
        total, buckets = 0, []
        for limit, number in zip([*map(str, BUCKETS_S), "+Inf"], vitals.appended, strict=True):
            total += number
            buckets.append((limit, float(total)))
        seconds = HistogramMetricFamily("callcenter_append_seconds", "Time to write a batch of events into the log")
        seconds.add_metric([], buckets, vitals.append_s)
        yield seconds
        yield CounterMetricFamily("callcenter_append_failures", "Batches that could not be written", value=vitals.append_failures)

    def _told(self) -> Iterable[Metric]:
        figures = self._webhooks.figures
        yield CounterMetricFamily("callcenter_webhooks_delivered", "Events that receivers took", value=figures.delivered)
        failed = CounterMetricFamily("callcenter_webhooks_failed", "Attempts that failed", labels=["fault"])
        for fault in FAULTS:
            failed.add_metric([fault], figures.failed[fault])
        yield failed
        yield CounterMetricFamily("callcenter_webhooks_given_up", "Deliveries given up", value=figures.given_up)
        yield CounterMetricFamily("callcenter_webhooks_untold", "Events that could not be put into words", value=figures.untold)
        yield GaugeMetricFamily("callcenter_webhooks_pending", "Deliveries that wait", value=figures.pending)
        yield GaugeMetricFamily(
            "callcenter_webhooks_oldest_pending_since_seconds",
            "Since when the oldest of them waits (Unix time); 0: none waits",
            value=figures.oldest_at / 1000,
        )
        yield GaugeMetricFamily(
            "callcenter_webhooks_lag_events", "Events of which no deliveries were made yet", value=self._webhooks.behind()
        )
        yield GaugeMetricFamily("callcenter_webhooks_subscriptions", "Active subscriptions", value=figures.subscriptions)
        yield GaugeMetricFamily("callcenter_webhooks_down", "Subscriptions whose receiver is told nothing", value=figures.down)


class LiveMeasures(Collector):
    """The center as it is shown, read when somebody asks."""

    def __init__(self, shown: Shown, sockets: Callable[[], int], cut: Callable[[], int]) -> None:
        self._shown = shown
        self._sockets = sockets
        self._cut = cut

    def collect(self) -> Iterable[Metric]:
        waiting = GaugeMetricFamily("callcenter_waiting_calls", "Callers waiting now", labels=["queue"])
        longest = GaugeMetricFamily(
            "callcenter_longest_wait_since_seconds",
            "Since when the longest waiting caller waits (Unix time); 0: nobody",
            labels=["queue"],
        )
        for queue in self._shown.queues.values():
            waiting.add_metric([queue.id], queue.waiting)
            longest.add_metric([queue.id], (queue.longest_since or 0) / 1000)
        yield waiting
        yield longest
        agents = GaugeMetricFamily("callcenter_agents", "Agents by state", labels=["state"])
        states: dict[str, int] = {}
        for agent in self._shown.agents.values():
            states[agent.state] = states.get(agent.state, 0) + 1
        for state, number in sorted(states.items()):
            agents.add_metric([state], number)
        yield agents
        yield GaugeMetricFamily("callcenter_live_calls", "Calls that somebody has to do with", value=len(self._shown.calls))
        yield CounterMetricFamily("callcenter_log_position", "Events shown", value=self._shown.position)
        carriers = GaugeMetricFamily("callcenter_carrier_up", "Whether the telephone network is connected", labels=["carrier"])
        for name, up in self._shown.center.carriers.items():
            carriers.add_metric([name], float(up))
        yield carriers
        yield GaugeMetricFamily("callcenter_sockets", "Open WebSockets of pages", value=self._sockets())
        yield CounterMetricFamily("callcenter_sockets_cut", "Pages cut because they were too slow", value=self._cut())
