"""The worlds of the bench: who answers when, how long people talk, who works. Draws are common to all controllers of a seed.

The n-th dial of a day has the same draws whoever places it, so controllers are compared on the same luck as far as it goes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from callcenter.kernel.clock import HOUR, MINUTE, SECOND
from tests.benchmarks.pacing.crowd import probability

_BLOCK = 2_048


@dataclass(frozen=True, slots=True)
class Dial:
    """What will become of one dial; times in ms."""

    luck: float
    """Answered by a person when below the probability of the moment."""
    human_ms: int
    other_ms: int
    talk_ms: int
    wrap_up_ms: int
    patience_ms: int


Draws = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Draws]


def _always(value: float) -> Draw:
    return lambda _, size: np.full(size, value)


def _exponential(mean: float) -> Draw:
    return lambda chance, size: chance.exponential(mean, size)


def _lognormal(mean: float, variation: float) -> Draw:
    spread = float(np.log1p(variation**2))
    return lambda chance, size: chance.lognormal(np.log(mean) - spread / 2, spread**0.5, size)


def _human_ring(chance: np.random.Generator, size: int) -> Draws:
    return 3 + chance.gamma(2, 4.5, size)


def _other_ends(chance: np.random.Generator, size: int) -> Draws:
    """The 70 % that no person answers: machine 25 (after 16 to 24 s), no answer 30 (after 25 s), failed 15 (1 to 3 s)."""
    which = chance.random(size) * 70
    machine, failed = chance.uniform(16, 24, size), chance.uniform(1, 3, size)
    return np.where(which < 25, machine, np.where(which < 55, 25.0, failed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Times of the draws are in seconds."""

    name: str
    answer: Callable[[float], float]
    """Probability that a dial is answered by a person, by the share of the day that is over."""
    human: Draw = _human_ring
    other: Draw = _other_ends
    talk: Draw = field(default_factory=lambda: _lognormal(120, 0.9))
    wrap_up: Draw = field(default_factory=lambda: _always(20))
    patience: Draw = field(default_factory=lambda: _always(2))
    work_ms: int = 0
    """Mean time after which an agent asks for a break; 0: never."""
    break_ms: int = 0
    lead: Callable[[int, int, int, float], float] | None = None
    """Where leads differ: probability by seed, day, the dial's number and share of the day, in place of `answer`."""
    cancels: bool = True
    """A dial can be cancelled; the exact optimum of the Markov case knows no such thing."""
    day_ms: int = 8 * HOUR

    def dials(self, seed: int, day: int) -> Callable[[int], Dial]:
        """The draws of a day by the dial's number."""
        chance = np.random.Generator(np.random.PCG64([seed, day, 1]))
        drawn: list[Dial] = []

        def dial(number: int) -> Dial:
            while number >= len(drawn):
                times = [draw(chance, _BLOCK) for draw in (self.human, self.other, self.talk, self.wrap_up, self.patience)]
                whole = [np.maximum(1, np.rint(each * SECOND)).astype(np.int64).tolist() for each in times]
                drawn.extend(Dial(*one) for one in zip(chance.random(_BLOCK).tolist(), *whole, strict=True))
            return drawn[number]

        return dial


def _moving(part: float) -> float:
    """From .18 to .30 at noon, a fall to .10 at three quarters of the day, and more than four times that in its last eighth."""
    if part < 0.75:
        return 0.18 + 0.12 * min(1.0, part / 0.5)
    return 0.10 if part < 0.875 else 0.45


ENVIRONMENTS = {
    each.name: each
    for each in (
        Environment(
            name="markov", answer=lambda _: 0.3, human=_exponential(12), other=_exponential(12), talk=_exponential(140),
            wrap_up=_always(0), patience=_exponential(2), cancels=False,
        ),
        Environment(name="b2c", answer=lambda _: 0.3),
        Environment(name="moving", answer=_moving),
        Environment(name="coming and going", answer=lambda _: 0.3, work_ms=40 * MINUTE, break_ms=10 * MINUTE),
        Environment(name="long calls", answer=lambda _: 0.3, talk=_lognormal(600, 0.9), wrap_up=_always(60)),
        Environment(name="one in ten", answer=lambda _: 0.1),
        Environment(name="leads", answer=lambda _: 0.3, lead=probability),
    )
}  # fmt: skip
