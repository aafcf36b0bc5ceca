"""What replications say together: each figure with its confidence interval, by the statistics' own formulas.

A figure is a ratio of sums over the replications (so that a busy day weighs as many calls as it had), its interval by the delta
method; a plain amount is a mean. Both take Student's t. Source: Law, Simulation Modeling and Analysis, chapters 4 and 9.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import exp, lgamma, log, sqrt

from msgspec import Struct

from callcenter.kernel.scenario import Scenario
from reporting.counters import NOTHING, Counters, IntervalKey, total
from reporting.metrics import METRICS, Metric, Unit

CONFIDENCE = 0.95
AMOUNTS = (
    "arrived", "offered", "answered", "abandoned", "short_abandoned", "flowed_out", "ended", "handled", "offers", "missed",
    "rejected", "abandoned_in_ivr", "failed", "lost",
)  # fmt: skip
"""Counters that are told as they are."""


class Estimate(Struct, frozen=True, kw_only=True):
    """A figure: rates 0 to 1, times in ms. `low` and `high` are None with less than two replications, `value` when there was
    nothing to divide by."""

    value: float | None
    low: float | None = None
    high: float | None = None
    unit: Unit


class Row(Struct, frozen=True, kw_only=True):
    """One subject's figures: the whole center, a queue, a group of agents."""

    kind: str
    subject: str
    since_ms: int
    """From the beginning of the scenario."""
    until_ms: int
    figures: dict[str, Estimate]


def rows(scenario: Scenario, replications: Sequence[Mapping[IntervalKey, Counters]]) -> Iterator[Row]:
    """The whole counted time first, then each stretch that the scenario asks for."""
    stretches = [(scenario.warm_up_ms, scenario.length_ms)]
    if scenario.report_every_ms is not None:
        step = scenario.report_every_ms
        stretches += [
            (max(since, scenario.warm_up_ms), min(since + step, scenario.length_ms))
            for since in range(0, scenario.length_ms, step)
            if since + step > scenario.warm_up_ms
        ]
    for since, until in stretches:
        for kind, subject, keys in _subjects(scenario):
            found = [_sum(one, keys, scenario.begins_at + since, scenario.begins_at + until) for one in replications]
            yield Row(kind=kind, subject=subject, since_ms=since, until_ms=until, figures=_figures(found))


def _subjects(scenario: Scenario) -> Iterator[tuple[str, str, frozenset[tuple[str, str]]]]:
    """(kind, name, whose counters are summed up)."""
    yield "center", "", frozenset({("center", "")})
    for queue in dict.fromkeys(kind.queue for kind in scenario.callers.values()):
        yield "queue", queue, frozenset({("queue", queue)})
    for name, staff in scenario.staff.items():
        yield "staff", name, frozenset(("agent", agent) for agent in staff.agents)


def _sum(found: Mapping[IntervalKey, Counters], keys: frozenset[tuple[str, str]], since: int, until: int) -> Counters:
    mine = [counters for key, counters in found.items() if since <= key.start_at < until and (key.kind, key.subject) in keys]
    return total(mine) if mine else NOTHING


def _figures(found: Sequence[Counters]) -> dict[str, Estimate]:
    amounts = {name: mean([getattr(one, name) for one in found], "count") for name in AMOUNTS}
    return amounts | {name: figure(metric, found) for name, metric in METRICS.items()}


def figure(metric: Metric, found: Sequence[Counters]) -> Estimate:
    """One metric over replications."""
    above = [sum(term.of(one, None) * (1 if sign == "+" else -1) for sign, term in metric.above) for one in found]
    if not metric.below:
        return mean(above, metric.unit)
    below = [sum(term.of(one, None) * (1 if sign == "+" else -1) for sign, term in metric.below) for one in found]
    if sum(below) <= 0:
        return Estimate(value=None, unit=metric.unit)
    ratio, count = sum(above) / sum(below), len(found)
    if count < 2:
        return Estimate(value=ratio, unit=metric.unit)
    spread = sum((a - ratio * b) ** 2 for a, b in zip(above, below, strict=True)) / (count - 1)
    half = t_quantile(CONFIDENCE, count - 1) * sqrt(spread / count) / (sum(below) / count)
    return Estimate(value=ratio, low=ratio - half, high=ratio + half, unit=metric.unit)


def mean(amounts: Sequence[float], unit: Unit) -> Estimate:
    """A mean with its interval."""
    count = len(amounts)
    middle = sum(amounts) / count
    if count < 2:
        return Estimate(value=middle, unit=unit)
    half = t_quantile(CONFIDENCE, count - 1) * sqrt(sum((one - middle) ** 2 for one in amounts) / (count - 1) / count)
    return Estimate(value=middle, low=middle - half, high=middle + half, unit=unit)


# -- Student's t ------------------------------------------------------------------------------------------------------------


def t_quantile(confidence: float, freedom: int) -> float:
    """How many standard errors a two-sided interval reaches to each side; by bisection of the distribution, to 1e-10."""
    low, high = 0.0, 1e6
    while high - low > 1e-10 * max(1.0, low):
        middle = (low + high) / 2
        if 1 - incomplete_beta(freedom / 2, 0.5, freedom / (freedom + middle * middle)) < confidence:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function, by its continued fraction. Source: DLMF 8.17.22, Lentz's method."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d or 1e-300)
    product = d
    for m in range(1, 300):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + term * d or 1e-300)
            c = 1 + term / c or 1e-300
            product *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * product
