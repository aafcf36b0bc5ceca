"""The hub's promises after every step, on many seeds: a test for each, in parallel.

`SIMULATED=20x300` says how many seeds and how many calls each (the default; `make test` takes 20x2000, `make chaos` 200x10000).
A seed that failed is put into PINNED with its reason, and is always run.
"""

import os

import pytest

from tests.simulation.storms import lived, storm

pytestmark = pytest.mark.timeout(900)
"""A day of 2,000 calls takes some six seconds of CPU; on a machine that is full, a minute."""

SEEDS, CALLS = (int(number) for number in os.environ.get("SIMULATED", "20x300").split("x"))
PINNED: tuple[tuple[int, int, str], ...] = (
    (2, 300, "a leg that joined after we had asked it to end lost its limit, and stayed for ever when its end was lost too"),
    (6, 300, "the same, of another leg"),
)
"""(seed, calls, why)"""


def check(seed: int, calls: int) -> None:
    played = lived(seed, calls)
    again = f"SIMULATED={max(SEEDS, seed + 1)}x{calls} .venv/bin/pytest tests/simulation/test_seeds.py -k seed-{seed}-"
    told = "\n".join(f"{one.position} {one.rule}: {one.about}: {one.why}" for one in played.violations[:20])
    assert not played.broken, f"{played.broken} violations; run it again by\n  {again}\n{told}"
    assert played.called == calls


@pytest.mark.parametrize("seed", [pytest.param(seed, id=f"seed-{seed}-") for seed in range(SEEDS)])
def test_a_day_keeps_every_promise(seed: int):
    check(seed, CALLS)


@pytest.mark.parametrize(("seed", "calls", "why"), PINNED)
def test_a_seed_that_failed_once(seed: int, calls: int, why: str):
    check(seed, calls)


def test_a_seed_is_a_day():
    def figures(seed: int) -> object:
        played = lived(seed, 100)
        return played.events, played.intervals, played.refused

    assert figures(3) == figures(3)
    assert figures(3) != figures(7)


def test_the_weather_of_the_seeds_has_every_fault():
    faults = [storm(seed, 800).faults for seed in range(8)]
    for name in ("lost", "doubled", "late", "reordered", "failing"):
        assert any(getattr(one, name) > 0 for one in faults), name
    assert {outage.calls_die for one in faults for outage in one.outages} == {True, False}
    assert not faults[0].any
