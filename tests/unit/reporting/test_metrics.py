"""Formulas on numbers that can be checked by hand, and in words."""

from pathlib import Path

import pytest

from callcenter.kernel.clock import SECOND
from reporting import metrics
from reporting.counters import BUCKETS, NOTHING, WAIT_EDGES_MS, Counters, bucket
from reporting.handbook import handbook
from reporting.metrics import METRICS


def waits(**seconds: int) -> tuple[int, ...]:
    """A histogram: waits(s12=3) has three waits of 12 s."""
    found = [0] * BUCKETS
    for name, count in seconds.items():
        found[bucket(int(name[1:]) * SECOND)] += count
    return tuple(found)


DAY = Counters(
    offered=100, answered=80, answered_in_time=60, abandoned=15, short_abandoned=4, abandoned_in_time=7, flowed_out=4, ended=1,
    wait_answered_ms=80 * 18_000, wait_abandoned_ms=11 * 40_000 + 4 * 2_000, wait_short_ms=4 * 2_000, longest_wait_ms=300_000,
    answered_waits=waits(s8=40, s20=20, s45=20), abandoned_waits=waits(s2=4, s20=3, s60=8),
    handled=78, handle_talk_ms=78 * 200_000, handle_hold_ms=78 * 10_000, handle_wrap_up_ms=78 * 30_000, transferred=13, held=39,
    agent_hung_up=26, overrun=3, arrived=125, abandoned_in_ivr=10, offers=90, accepted=80, missed=6, placed=20, reached=15,
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("service_level", 60 / 100),
        ("service_level_answered", 60 / 80),
        ("service_level_2", 67 / 95),
        ("service_level_abandon_penal", 60 / 88),
        ("abandon_rate", 11 / 96),
        ("abandon_rate_all", 15 / 100),
        ("ivr_abandon_rate", 10 / 125),
        ("asa", 18_000),
        ("aqt_abandoned", 40_000),
        ("awt", (80 * 18_000 + 448_000) / 95),
        ("max_wait", 300_000),
        ("aht", 240_000),
        ("wrap_up_time", 30_000),
        ("transfer_rate", 13 / 78),
        ("hold_rate", 0.5),
        ("agent_hung_up_first", 26 / 78),
        ("wrap_up_overrun", 3 / 78),
        ("agent_answer_rate", 80 / 90),
        ("missed_rate", 6 / 90),
        ("reach_rate", 0.75),
    ],
)
def test_each_formula_on_one_day(name, value):
    assert METRICS[name].value(DAY) == value


def test_another_threshold_is_read_from_the_buckets():
    assert metrics.SERVICE_LEVEL.value(DAY, 10 * SECOND) == 40 / 100
    assert metrics.SERVICE_LEVEL.value(DAY, 20 * SECOND) == 60 / 100
    assert metrics.SL_TWO.value(DAY, 60 * SECOND) == (80 + 15) / 95
    with pytest.raises(ValueError, match="use one of these seconds: 5, 10, 15"):
        metrics.SERVICE_LEVEL.value(DAY, 17 * SECOND)


def test_an_edge_belongs_to_its_bucket_and_the_next_millisecond_to_the_next():
    for index, edge in enumerate(WAIT_EDGES_MS):
        assert (bucket(edge - 1), bucket(edge), bucket(edge + 1)) == (index, index, index + 1)
    assert bucket(0) == 0


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_nothing_counted_is_no_figure_and_no_error(metric):
    assert metric.value(NOTHING) == (None if metric.below else 0)
    assert metrics.with_numbers(metric, NOTHING).endswith("–" if metric.below else "= 0:00")


def test_only_early_hang_ups_are_no_abandon_rate():
    assert metrics.ABANDON_RATE.value(Counters(offered=3, abandoned=3, short_abandoned=3)) is None


def test_formulas_in_words_and_with_the_numbers_put_in():
    rate = metrics.ABANDON_RATE
    assert metrics.formula(rate, "en") == "(abandoned − early hang-ups) / (offered − early hang-ups)"
    assert metrics.formula(rate, "zh") == "(放弃 − 过早挂断) / (进入队列 − 过早挂断)"
    busy = Counters(offered=1_215, abandoned=103, short_abandoned=11)
    assert metrics.with_numbers(rate, busy) == "(103 − 11) / (1,215 − 11) = 7.6 %"
    assert metrics.with_numbers(metrics.MAX_WAIT, DAY) == "5:00 = 5:00"
    assert metrics.with_numbers(metrics.AHT, DAY) == "(4:20:00 + 13:00 + 39:00) / 78 = 4:00"


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_every_figure_has_its_words_in_both_languages(metric):
    for label in (metric.label, metric.note, *(term.label for _, term in (*metric.above, *metric.below))):
        assert label.en.isascii()
        assert any("\u4e00" <= letter <= "\u9fff" for letter in label.zh)


def test_durations_read_well():
    assert [metrics.duration(ms) for ms in (0, 499, 500, 59_999, 60_000, 3_600_000, -61_000)] == [
        "0:00", "0:00", "0:00", "1:00", "1:00", "1:00:00", "−1:01"
    ]  # fmt: skip


def test_the_handbook_is_not_stale():
    document = Path(__file__).parents[3] / "docs" / "statistics.md"
    assert document.read_text() == handbook(), "run: python -m tests.architecture.handbook"
