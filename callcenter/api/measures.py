"""Measures for Prometheus. Labels are bounded: routes, methods, statuses, queues, states, carriers; never a call or a number."""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from callcenter.api.session import Shown

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


class LiveMeasures(Collector):
    """The center as it is shown, read when somebody asks."""

    def __init__(self, shown: Shown, sockets: Callable[[], int], cut: Callable[[], int], set_aside: Callable[[], int]) -> None:
        self._shown = shown
        self._set_aside = set_aside
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
        yield GaugeMetricFamily("callcenter_records_set_aside", "Call records that could not be written", value=self._set_aside())
        yield GaugeMetricFamily("callcenter_sockets", "Open WebSockets of pages", value=self._sockets())
        yield CounterMetricFamily("callcenter_sockets_cut", "Pages cut because they were too slow", value=self._cut())
