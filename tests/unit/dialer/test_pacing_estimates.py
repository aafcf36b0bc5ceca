"""What is learned: rates and times that fade, alarms, the bank; bounded, and only by facts."""

import msgspec
import numpy as np
import pytest

from dialer.pacing import constants as k
from dialer.pacing.curves import RingCurves, ServiceCurves, free, service_bins
from dialer.pacing.estimates import Estimates, service_bin, service_edge


def dial(estimates: Estimates, share: float, count: int, *, expected: float, agents: int = 10) -> None:
    owed = 0.0
    for number in range(count):
        owed += share
        human = owed >= 1
        owed -= human
        estimates.dial_resolved(human=human, after_ms=3_000 + number * 53 % 20_000, p=expected, agents=agents)


def test_the_answer_rate_begins_careful_and_follows():
    estimates = Estimates()
    assert estimates.answer_rate == 0.5
    assert estimates.doubt == pytest.approx(0.25)
    dial(estimates, 0.1, 400, expected=0.1)
    assert estimates.answer_rate == pytest.approx(0.1, abs=0.01)
    assert estimates.doubt < 0.04
    dial(estimates, 0.4, 4_000, expected=0.4)
    assert estimates.answer_rate == pytest.approx(0.4, abs=0.02)


def test_a_tripled_answer_rate_raises_the_alarm_before_it_is_believed():
    estimates = Estimates()
    dial(estimates, 0.1, 3_000, expected=0.1)
    assert estimates.alarm == 1
    dial(estimates, 0.3, 60, expected=0.1)
    assert estimates.answer_rate < 0.15
    assert estimates.alarm > 1.3
    dial(estimates, 0.3, 3_000, expected=0.3)
    assert estimates.alarm == 1, "what was learned is expected"


def test_a_cancelled_dial_counts_as_it_would_have_ended():
    estimates = Estimates()
    dial(estimates, 0.3, 1_000, expected=0.3)
    before = estimates.answer_rate
    for _ in range(500):
        estimates.dial_cancelled(chance=0.0, p=0.3, agents=10)
    assert estimates.answer_rate < before


def test_the_bank_is_earned_and_spent():
    estimates = Estimates(bank=0.0)
    for _ in range(100):
        estimates.answered(abandoned=False, cap=0.03)
    assert estimates.bank == pytest.approx(2.9)
    richer = estimates.tau(0.03)
    estimates.answered(abandoned=True, cap=0.03)
    assert estimates.bank == pytest.approx(1.929)
    assert estimates.tau(0.03) < richer
    assert estimates.tau(0.01) == pytest.approx(estimates.tau(0.03) / 3)
    estimates.bank = -1_000
    assert estimates.tau(0.03) == k.TAU_LEAST
    for _ in range(100_000):
        estimates.answered(abandoned=False, cap=0.03)
    assert estimates.bank == k.BANK_MOST


def test_bounded_and_serialisable():
    estimates, fresh = Estimates(), len(msgspec.json.encode(Estimates()))
    dial(estimates, 0.3, 30_000, expected=0.3)
    for number in range(30_000):
        estimates.service_ended(talk_ms=number * 331 % 9_000_000, wrap_up_ms=number * 7 % 60_000)
    written = msgspec.json.encode(estimates)
    assert len(written) < fresh * 1.3 < 12_000
    assert msgspec.json.decode(written, type=Estimates) == estimates
    assert max(estimates.talks.counts) < 1e9


def test_service_bins_agree_and_cover():
    seconds = np.array([0.0, 0.4, 1.0, 19.9, 20.0, 140.0, 3_600.0, 7_199.0, 50_000.0])
    assert service_bins(seconds).tolist() == [service_bin(one) for one in seconds.tolist()]
    for index in range(k.SERVICE_BINS - 1):
        assert service_bin((service_edge(index) + service_edge(index + 1)) / 2) == index


def test_ringing_follows_bayes():
    """Everybody who answers does so within 10 s; who rings longer is not there."""
    estimates = Estimates()
    for number in range(4_000):
        human = number % 2 == 0
        estimates.dial_resolved(human=human, after_ms=number % 10 * 1_000 if human else 30_000, p=0.5, agents=10)
    curves = RingCurves(estimates)
    assert curves.at_last(0.0, 0.5) == pytest.approx(0.5, abs=0.01)
    assert curves.at_last(5.0, 0.5) == pytest.approx(1 / 3, abs=0.06)
    assert curves.at_last(20.0, 0.5) < 0.02
    table = curves.answered(np.array([0.0, 5.0, 20.0]), np.array([0.5, 0.5, 0.5]))
    assert (np.diff(table, axis=1) >= 0).all()
    assert table[0].tolist() == pytest.approx([0.5 * share for share in curves.at_nodes], abs=0.01)


def test_wrap_up_of_a_fixed_length_is_foreseen():
    estimates = Estimates()
    for number in range(4_000):
        estimates.dial_resolved(human=True, after_ms=8_000 + number % 5 * 1_000, p=0.5, agents=10)
        estimates.service_ended(talk_ms=30_000 + number * 7_919 % 240_000, wrap_up_ms=20_000)
    curves = ServiceCurves(estimates)
    tables = curves.at(np.full(k.NODES, 8.0), 2.0)
    wrapping = free(tables, np.zeros(0), np.array([2.0, 14.0]))[:, 0]
    assert wrapping[0] < 0.05
    assert wrapping[1] > 0.95
    talking = free(tables, np.array([100.0]), np.zeros(0))[0, 0]
    assert talking < 0.05, "talk and 20 s of wrap-up are not over in 10 s"
