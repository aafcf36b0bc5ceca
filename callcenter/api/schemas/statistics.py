"""Figures, their formulas, and the tables and series made of them."""

from typing import Literal

from callcenter.api.schemas.common import Body, Words

Unit = Literal["count", "ratio", "ms"]


class Figure(Body, frozen=True, kw_only=True):
    """A figure with the numbers of its formula put in. `value` is null when the denominator is 0 (show a dash)."""

    value: float | None
    """A ratio is 0 to 1, a duration ms."""
    numerator: float | None
    denominator: float | None
    """Both null for a plain count or sum."""
    target: float | None


class Formula(Body, frozen=True, kw_only=True):
    """What a figure means: its formula in words, and what counts in it."""

    name: str
    title: Words
    formula: Words
    note: Words
    """Empty where the formula says all."""
    unit: Unit
    target_is: Literal["at_least", "at_most"] | None
    calls: bool
    """True: GET /calls?figure=NAME lists the calls behind it."""


class FormulasBody(Body, frozen=True, kw_only=True):
    formulas: list[Formula]


class Period(Body, frozen=True, kw_only=True):
    """Whole days in the center's zone; `until_at` is not included."""

    first: str
    """YYYY-MM-DD"""
    last: str
    since_at: int
    until_at: int


class SummaryBody(Body, frozen=True, kw_only=True):
    period: Period
    compared: Period | None
    figures: dict[str, Figure]
    before: dict[str, Figure] | None
    """The same figures of the compared period; null when none was asked for."""


class QueueRow(Body, frozen=True, kw_only=True):
    queue: str
    label: Words
    figures: dict[str, Figure]
    before: dict[str, Figure] | None


class QueueTableBody(Body, frozen=True, kw_only=True):
    """Rows do not add up to `total` where a figure is about agents: each works in several queues."""

    period: Period
    compared: Period | None
    rows: list[QueueRow]
    total: dict[str, Figure]
    total_before: dict[str, Figure] | None


class AgentRow(Body, frozen=True, kw_only=True):
    agent: str
    name: str
    team: str
    figures: dict[str, Figure]
    before: dict[str, Figure] | None


class AgentTableBody(Body, frozen=True, kw_only=True):
    period: Period
    compared: Period | None
    rows: list[AgentRow]
    total: dict[str, Figure]
    total_before: dict[str, Figure] | None


class IntervalPoint(Body, frozen=True, kw_only=True):
    start_at: int
    figures: dict[str, Figure]


class SeriesBody(Body, frozen=True, kw_only=True):
    """Points of `step` each, in order, without gaps, for the queues and agents asked for together.

    `before[i]` is what lies as far from the start of the compared period as `points[i]` from that of the period.
    """

    period: Period
    compared: Period | None
    step: Literal["15m", "30m", "1h", "1d"]
    points: list[IntervalPoint]
    before: list[IntervalPoint] | None
