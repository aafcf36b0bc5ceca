"""From judgements to figures: shares with Wilson's intervals (95 %), quantiles with intervals by order statistics.

A call counts where it began: of its kind and stratum. A beep is hit when its end is told within HIT_MS of the truth.
"""

from collections.abc import Sequence
from math import ceil, floor, sqrt
from typing import Any

from tests.benchmarks.amd.corpus import Made
from tests.benchmarks.amd.judges import NON_HUMAN, Judged

Z = 1.96
HIT_MS = 200
Case = tuple[Made, Judged]


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Interval of a share (Wilson, 1927)."""
    if not of:
        return 0.0, 1.0
    share, spread = hits / of, Z * Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / of + spread / of / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def quantile(values: Sequence[int], share: float) -> tuple[int | None, int | None, int | None]:
    """(value, lower, upper): the interval's ends are order statistics, by the normal law for their number."""
    if not values:
        return None, None, None
    ordered, count = sorted(values), len(values)
    half = Z * sqrt(count * share * (1 - share))
    places = (share * count, floor(share * count - half), ceil(share * count + half))
    value, lower, upper = (ordered[min(count - 1, max(0, int(place)))] for place in places)
    return value, lower, upper


def row(detector: str, cases: Sequence[Case]) -> dict[str, Any]:
    """One line of the table."""
    humans = [case for case in cases if case[0].kind == "human"]
    machines = [case for case in cases if case[0].kind != "human"]
    wrong = sum(judged.machine_ms is not None for _, judged in humans)
    found = sum(judged.last in NON_HUMAN for _, judged in machines)
    lower, upper = wilson(wrong, len(humans))
    found_lower, found_upper = wilson(found, len(machines))
    hits, beeps, *_ = beep_counts(cases)
    delays = [judged.first_ms for _, judged in humans]
    told = [judged.machine_ms for _, judged in machines if judged.machine_ms is not None]
    return {
        "detector": detector,
        "humans": len(humans),
        "as_machine": share(wrong, len(humans)),
        "lower": round(lower, 4),
        "upper": round(upper, 4),
        "delay_p50_ms": quantile(delays, 0.5)[0],
        "delay_p95_ms": quantile(delays, 0.95)[0],
        "machines": len(machines),
        "found_first": share(sum(judged.first in NON_HUMAN for _, judged in machines), len(machines)),
        "found": share(found, len(machines)),
        "found_lower": round(found_lower, 4),
        "found_upper": round(found_upper, 4),
        "found_p50_ms": quantile(told, 0.5)[0],
        "beeps_hit": share(hits, beeps) if any(judged.beeps for _, judged in cases) else None,
    }


def beep_counts(cases: Sequence[Case]) -> tuple[int, int, int, list[int]]:
    """(hit, there were, told where none was, ms from the true end of those hit until it was told)."""
    hits = there = false = 0
    offsets: list[int] = []
    for made, judged in cases:
        near = [heard for ended, heard in judged.beeps if made.beep and abs(ended - made.beep[1]) <= HIT_MS]
        there += made.beep is not None
        hits += bool(near)
        false += len(judged.beeps) - len(near)
        if made.beep and near:
            offsets.append(near[0] - made.beep[1])
    return hits, there, false, offsets


def share(hits: int, of: int) -> float:
    return round(hits / of, 4) if of else 0.0


def details(detector: str, cases: Sequence[Case]) -> dict[str, float]:
    """Intervals and strata that do not fit into the row."""
    name = detector.replace(", ", "_").replace(" ", "_")
    found: dict[str, float] = {}
    delays = [judged.first_ms for made, judged in cases if made.kind == "human"]
    for part in (0.5, 0.95):
        _, lower, upper = quantile(delays, part)
        if lower is not None and upper is not None:
            found |= {f"{name}_delay_p{part * 100:.0f}_ms_lower": lower, f"{name}_delay_p{part * 100:.0f}_ms_upper": upper}
    hits, there, false, offsets = beep_counts(cases)
    if offsets:
        lower_share, upper_share = wilson(hits, there)
        found |= {f"{name}_beeps": there, f"{name}_beeps_hit_lower": lower_share, f"{name}_beeps_hit_upper": upper_share}
        found |= {f"{name}_beeps_told_where_none_was": false}
        for part in (0.05, 0.5, 0.95):
            found[f"{name}_beep_offset_p{part * 100:.0f}_ms"] = quantile(offsets, part)[0] or 0
        for kind in sorted({made.beep_kind for made, _ in cases if made.beep}):
            mine = [case for case in cases if case[0].beep_kind == kind]
            found[f"{name}_beeps_hit_{kind}"] = share(beep_counts(mine)[0], len(mine))
    for kind, stratum in sorted({(made.kind, made.stratum) for made, _ in cases}):
        said = [judged for made, judged in cases if made.stratum == stratum]
        if kind == "human":
            found[f"{name}_as_machine_{stratum}"] = share(sum(one.machine_ms is not None for one in said), len(said))
        else:
            found[f"{name}_found_{stratum}"] = share(sum(one.last in NON_HUMAN for one in said), len(said))
    return {key.replace(" ", "_"): float(value) for key, value in found.items()}
