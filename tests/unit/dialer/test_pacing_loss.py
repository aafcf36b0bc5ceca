"""The law of free agents less answers, against enumeration and against the exact law where the normal one stands in."""

from itertools import product

import numpy as np
import pytest

from dialer.pacing import constants as k
from dialer.pacing.loss import Balance


def chances(count: int, low: float, high: float, seed: int) -> np.ndarray:
    found: np.ndarray = np.random.Generator(np.random.PCG64(seed)).uniform(low, high, (count, k.NODES))
    return found


def enumerated(base: int, free: np.ndarray, answered: np.ndarray) -> float:
    """Every outcome of every agent and dial."""
    total = 0.0
    signs = [1] * len(free) + [-1] * len(answered)
    for outcome in product((0, 1), repeat=len(signs)):
        if base + sum(sign * happens for sign, happens in zip(signs, outcome, strict=True)) > 0:
            continue
        terms = np.concatenate((free, answered))
        happens = np.array(outcome)[:, None]
        total += float(np.where(happens == 1, terms, 1 - terms).prod(axis=0).mean())
    return total


@pytest.mark.parametrize("base", [-3, -1, 0, 1, 2, 5])
def test_few_terms_are_exact(base: int):
    free, answered = chances(4, 0.05, 0.6, 1), chances(5, 0.02, 0.5, 2)
    assert Balance(base, free, answered, 0.0).alpha() == pytest.approx(enumerated(base, free, answered), abs=1e-12)


@pytest.mark.parametrize("base", [0, 2])
def test_a_dial_more_is_as_if_it_had_been_there(base: int):
    free, answered = chances(4, 0.05, 0.6, 3), chances(5, 0.02, 0.5, 4)
    grown = Balance(base, free, answered[:4], 0.01)
    before = grown.alpha()
    grown.add(answered[4].tolist())
    whole = Balance(base, free, answered, 0.01)
    assert grown.alpha() == pytest.approx(whole.alpha(), abs=1e-12)
    assert grown.alpha() > before
    assert grown.run(3.0) == pytest.approx(whole.run(3.0), abs=1e-12)


def test_many_terms_are_nearly_exact(monkeypatch: pytest.MonkeyPatch):
    """The normal law with its term for skewness, where the exact one can still be had."""
    for seed in range(20):
        free, answered = chances(12, 0.01, 0.4, seed), chances(16, 0.02, 0.5, seed + 100)
        for base in (0, 2, 4, 6):
            exact = Balance(base, free, answered, 0.0).alpha()
            with monkeypatch.context() as patched:
                patched.setattr(k, "EXACT_TERMS", 0)
                assert Balance(base, free, answered, 0.0).alpha() == pytest.approx(exact, abs=0.004)


def test_growing_over_the_limit_goes_on_with_the_normal_law():
    free, answered = chances(10, 0.05, 0.4, 5), chances(k.EXACT_TERMS - 10, 0.02, 0.3, 6)
    grown = Balance(6, free, answered, 0.0)
    before = grown.alpha()
    grown.add([0.2] * k.NODES)
    assert before < grown.alpha() < before + 0.1


def test_nothing_moves_nothing_is_in_doubt():
    nothing = np.zeros((0, k.NODES))
    assert [Balance(base, nothing, nothing, 0.0).alpha() for base in (-1, 0, 1)] == [1.0, 1.0, 0.0]


def test_doubt_of_the_answer_rate_widens():
    free, answered = chances(30, 0.05, 0.3, 7), chances(40, 0.1, 0.4, 8)
    assert Balance(10, free, answered, 0.05).alpha() > Balance(10, free, answered, 0.0).alpha()
