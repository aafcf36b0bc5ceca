"""Counters by interval, without gaps: what a chart draws. Pure."""

from collections.abc import Mapping
from datetime import timedelta

from callcenter.api.period import Days, midnight
from callcenter.api.schemas.queries import Step
from callcenter.kernel.clock import HOUR, QUARTER
from reporting.counters import NOTHING, Counters, total

_MINUTES: dict[Step, int] = {"15m": QUARTER, "30m": 2 * QUARTER, "1h": HOUR}


def step_ms(step: Step) -> int:
    """The length of a step shorter than a day."""
    return _MINUTES[step]


def points(period: Days, step: int | None, found: Mapping[int, Counters] | Mapping[str, Counters]) -> dict[int, Counters]:
    """Every interval of the period from its first midnight on, by its begin; `step` None: days, of which `found` has the names.

    On the two days of the year on which clocks are set there is an hour more or less, as there was in the center.
    """
    if step is None:
        every = [period.first + timedelta(days=number) for number in range(period.count)]
        by_day = {str(name): of for name, of in found.items()}
        return {midnight(day, period.zone): by_day.get(day.isoformat(), NOTHING) for day in every}
    parts: dict[int, list[Counters]] = {at: [] for at in range(period.since_at, period.until_at, step)}
    for at, of in found.items():
        assert isinstance(at, int), "quarters are named by their begin"
        parts[at - (at - period.since_at) % step].append(of)
    return {at: total(some) if some else NOTHING for at, some in parts.items()}
