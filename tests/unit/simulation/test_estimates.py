"""Draws have the means and spreads that they say; estimates are those of the textbook."""

from math import sqrt
from random import Random
from statistics import fmean, pstdev

import pytest

from callcenter.kernel.clock import HOUR, MINUTE, SECOND
from callcenter.kernel.scenario import AnySpread, Constant, Empirical, Exponential, Gamma, Lognormal, valid_at
from callcenter.simulation.draws import draw, factor
from callcenter.simulation.estimates import figure, mean, rows, t_quantile
from reporting.counters import Counters, IntervalKey
from reporting.metrics import ABANDON_RATE_ALL, ASA
from tests.simulation.storms import fair

DRAWS = 20_000


@pytest.mark.parametrize(
    ("spread", "expected", "cv"),
    [
        (Constant(mean_ms=20_000), 20_000, 0.0),
        (Exponential(mean_ms=3 * MINUTE), 180_000, 1.0),
        (Lognormal(mean_ms=2 * MINUTE, cv=0.9), 120_000, 0.9),
        (Gamma(mean_ms=9 * SECOND, cv=sqrt(0.5)), 9_000, sqrt(0.5)),
        (Gamma(mean_ms=9 * SECOND, cv=sqrt(0.5), plus_ms=3 * SECOND), 12_000, 9 * sqrt(0.5) / 12),
        (Empirical(values_ms=(1_000, 2_000, 6_000)), 3_000, pstdev([1, 2, 6]) / 3),
    ],
)
def test_a_draw_has_the_mean_and_the_spread_that_it_says(spread: AnySpread, expected: float, cv: float):
    random = Random(1)
    drawn = [draw(random, spread) for _ in range(DRAWS)]
    assert fmean(drawn) == pytest.approx(expected, rel=0.03)
    assert pstdev(drawn) / fmean(drawn) == pytest.approx(cv, rel=0.05, abs=1e-9)
    assert min(drawn) >= 0


def test_limits_cut_a_draw_off():
    random = Random(2)
    drawn = [draw(random, Exponential(mean_ms=5_000, at_least_ms=1_000, at_most_ms=9_000)) for _ in range(2_000)]
    assert (min(drawn), max(drawn)) == (1_000, 9_000)


def test_a_day_is_busier_than_another_by_a_gamma_factor():
    random = Random(3)
    factors = [factor(random, 0.187) for _ in range(DRAWS)]
    assert fmean(factors) == pytest.approx(1, rel=0.01)
    assert pstdev(factors) == pytest.approx(0.187, rel=0.03)
    assert factor(random, 0.0) == 1.0


def test_a_schedule_holds_from_each_step_on():
    schedule = ((0, "a"), (10, "b"), (20, "c"))
    assert [valid_at(schedule, moment) for moment in (-5, 0, 9, 10, 19, 20, 99)] == list("aaabbcc")


@pytest.mark.parametrize(
    ("freedom", "expected"), [(1, 12.7062047), (2, 4.3026527), (9, 2.2621572), (29, 2.0452296), (999, 1.9623415)]
)
def test_students_t_is_that_of_the_tables(freedom, expected):
    assert t_quantile(0.95, freedom) == pytest.approx(expected, abs=5e-8)


def test_a_mean_has_students_interval():
    found = mean([4, 6, 8], "count")
    half = 4.3026527 * 2 / sqrt(3)
    assert found.value == 6
    assert found.low == pytest.approx(6 - half)
    assert found.high == pytest.approx(6 + half)
    assert mean([4], "count").low is None


def test_a_ratio_is_that_of_the_sums_and_knows_how_the_replications_differ():
    busy, calm = Counters(offered=300, abandoned=60), Counters(offered=100, abandoned=5)
    found = figure(ABANDON_RATE_ALL, [busy, calm])
    assert found.value == pytest.approx(65 / 400)
    deviation = 60 - 300 * 65 / 400
    half = 12.7062047 * sqrt(2 * deviation**2 / 1 / 2) / 200
    assert found.high == pytest.approx(65 / 400 + half)
    assert figure(ABANDON_RATE_ALL, [busy, busy]).low == pytest.approx(0.2)
    assert figure(ASA, [Counters(), Counters()]).value is None


def test_figures_are_of_the_counted_hours_and_of_the_groups_own_agents():
    scenario = fair(800)
    agent = next(iter(scenario.staff["all"].agents))
    at = scenario.begins_at

    def key(kind: str, subject: str, moment: int) -> IntervalKey:
        return IntervalKey(kind, subject, at + moment, "day")  # type: ignore[arg-type]

    found = {
        key("queue", "billing", 0): Counters(offered=5),
        key("queue", "billing", scenario.length_ms): Counters(offered=7),
        key("agent", agent, HOUR): Counters(talk_ms=30, idle_ms=10),
        key("agent", "stranger", HOUR): Counters(talk_ms=999),
    }
    told = {(row.kind, row.subject): row.figures for row in rows(scenario, [found])}
    assert told["queue", "billing"]["offered"].value == 5
    assert told["staff", "all"]["occupancy"].value == 0.75
