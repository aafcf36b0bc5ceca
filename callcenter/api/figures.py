"""Figures with their numbers and targets, and the words of their formulas. Every formula is `reporting.metrics`'s. Pure."""

from collections.abc import Collection, Iterable, Mapping

from callcenter.api.schemas.common import Words
from callcenter.api.schemas.statistics import Figure, Formula
from callcenter.kernel.center import Label, QueueValues
from reporting import metrics
from reporting.counters import Counters
from reporting.metrics import METRICS, Metric, Quantity
from reporting.views import QueueView

COUNTS: dict[str, Quantity] = {
    quantity.name: quantity
    for quantity in (
        metrics.OFFERED,
        metrics.ANSWERED,
        metrics.ANSWERED_IN_TIME,
        metrics.ABANDONED,
        metrics.SHORT,
        metrics.HANDLED,
        metrics.TRANSFERRED,
        metrics.OFFERS,
        metrics.ACCEPTED,
        metrics.MISSED,
        metrics.REJECTED,
        metrics.PLACED,
        metrics.REACHED,
        metrics.ARRIVED,
        metrics.IVR_ABANDONED,
        metrics.UNADOPTED,
        metrics.TALK,
        metrics.HOLD,
        metrics.WRAP_UP,
        metrics.IDLE,
        metrics.RESERVED,
        metrics.DIALING,
        metrics.NOT_READY,
    )
}
"""Plain counts and sums, shown as they are."""

TARGETS: dict[str, str] = {"service_level": "at_least", "abandon_rate": "at_most"}

LIVE_QUEUE = (
    "offered", "answered", "abandoned", "short_abandoned", "service_level", "abandon_rate", "asa", "aht", "max_wait",
    "transfer_rate", "occupancy",
)  # fmt: skip
LIVE_CENTER = (*LIVE_QUEUE, "arrived", "abandoned_in_ivr", "ivr_abandon_rate", "placed", "reached")
LIVE_AGENT = (
    "handled", "aht", "wrap_up_time", "occupancy", "busy_rate", "utilisation", "transfer_rate", "offers", "accepted", "missed",
    "rejected", "agent_answer_rate", "placed", "reached", "log_in_time",
)  # fmt: skip
QUEUE_TABLE = (
    "offered", "answered", "answered_in_time", "abandoned", "short_abandoned", "service_level", "abandon_rate", "asa",
    "aqt_abandoned", "max_wait", "handled", "aht", "wrap_up_time", "transfer_rate", "hold_rate", "occupancy",
)  # fmt: skip
AGENT_TABLE = (
    "handled", "aht", "wrap_up_time", "transfer_rate", "hold_rate", "occupancy", "busy_rate", "utilisation", "log_in_time",
    "talk_ms", "hold_ms", "wrap_up_ms", "idle_ms", "reserved_ms", "dialing_ms", "not_ready_ms", "offers", "accepted", "missed",
    "rejected", "agent_answer_rate", "missed_rate", "placed", "reached", "reach_rate", "wrap_up_overrun", "agent_hung_up_first",
)  # fmt: skip
SERIES = (
    "offered", "answered", "abandoned", "short_abandoned", "service_level", "abandon_rate", "asa", "handled", "aht", "occupancy",
    "transfer_rate", "max_wait",
)  # fmt: skip
QUEUE_TOTAL = (*QUEUE_TABLE, "unadopted", "unadopted_rate")
"""Of all queues together: callers whom the service never took were meant for some queue, nobody knows for which."""
CENTER_SERIES = (*SERIES, "arrived", "unadopted")
SUMMARY = tuple(dict.fromkeys((*QUEUE_TABLE, *LIVE_CENTER, *METRICS, "unadopted")))


def figure(name: str, of: Counters, target: float | None = None) -> Figure:
    """The figure of this name with its numbers put in. KeyError for a name that is none."""
    metric = METRICS.get(name)
    if metric is None:
        return Figure(value=COUNTS[name].of(of, None), numerator=None, denominator=None, target=target)
    return Figure(
        value=metric.value(of),
        numerator=_terms(metric.above, of) if metric.below else None,
        denominator=_terms(metric.below, of) if metric.below else None,
        target=target,
    )


def _terms(terms: Iterable[tuple[metrics.Sign, Quantity]], of: Counters) -> int:
    return sum(term.of(of, None) if sign == "+" else -term.of(of, None) for sign, term in terms)


def figures(names: Iterable[str], of: Counters, targets: Mapping[str, float] | None = None) -> dict[str, Figure]:
    return {name: figure(name, of, (targets or {}).get(name)) for name in names}


def queue_figures(of: Counters, queue: QueueView) -> dict[str, Figure]:
    targets = {"service_level": queue.service_level_target, "abandon_rate": queue.abandon_target}
    return figures(LIVE_QUEUE, of, targets)


def center_figures(of: Counters, queues: Collection[QueueView]) -> dict[str, Figure]:
    """A target is shown where all queues have the same."""
    return figures(LIVE_CENTER, of, common_targets([(q.service_level_target, q.abandon_target) for q in queues]))


def agent_figures(of: Counters) -> dict[str, Figure]:
    return figures(LIVE_AGENT, of)


def targets_of(queues: Iterable[QueueValues]) -> dict[str, float]:
    """The targets that these queues have in common."""
    return common_targets([(queue.service_level_target, queue.abandon_target) for queue in queues])


def common_targets(targets: Collection[tuple[float, float]]) -> dict[str, float]:
    different = set(targets)
    if len(different) != 1:
        return {}
    ((service_level, abandoned),) = different
    return {"service_level": service_level, "abandon_rate": abandoned}


def formulas(with_calls: Collection[str]) -> list[Formula]:
    """Every figure's words. `with_calls`: those whose calls can be listed."""
    counts = [
        Formula(
            name=name,
            title=_title(quantity.label),
            formula=_words(quantity.label),
            note=Words(en="", zh=""),
            unit=quantity.unit,
            target_is=None,
            calls=name in with_calls,
        )
        for name, quantity in COUNTS.items()
    ]
    return counts + [_formula(metric, metric.name in with_calls) for metric in METRICS.values()]


def _formula(metric: Metric, calls: bool) -> Formula:
    target = TARGETS.get(metric.name)
    return Formula(
        name=metric.name,
        title=_words(metric.label),
        formula=Words(en=metrics.formula(metric, "en"), zh=metrics.formula(metric, "zh")),
        note=_words(metric.note),
        unit=metric.unit,
        target_is="at_least" if target == "at_least" else "at_most" if target == "at_most" else None,
        calls=calls,
    )


def _words(label: Label) -> Words:
    return Words(en=label.en, zh=label.zh)


def _title(label: Label) -> Words:
    return Words(en=label.en[:1].upper() + label.en[1:], zh=label.zh)
