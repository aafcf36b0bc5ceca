"""The chance that one more answer finds nobody: the law of agents who will be free less dials that will be answered.

Exact (Poisson binomial, by its characteristic function) for few terms, else a normal law with a term for skewness (Edgeworth).
"""

import math

import numpy as np
import numpy.typing as npt

from dialer.pacing import constants as k

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]

_SIZE = k.EXACT_TERMS + 1
_HALF = _SIZE // 2 + 1
_STEP = np.exp(2j * np.pi * np.arange(_HALF) / _SIZE) - 1
# P(X <= t) is a weighted sum of the characteristic function; the upper half of it mirrors the lower
_UP_TO = np.cumsum(np.exp(-2j * np.pi * np.outer(np.arange(_SIZE), np.arange(_HALF)) / _SIZE), axis=0) / _SIZE
_UP_TO[:, 1:-1] *= 2
_ROOT = math.sqrt(2.0)
_DENSITY = 1 / math.sqrt(2 * math.pi)


class Balance:
    """Agents free for the next answer, at each node, as a random number."""

    def __init__(self, base: int, free: Array, answered: Array, doubt: float) -> None:
        """`base`: agents free now less callers waiting; `free` and `answered`: chances (terms, nodes); `doubt`: relative variance
        of the answer probabilities, which all dials share."""
        self._base, self._doubt = base, doubt
        self._free, self._answered = free, answered
        self._terms, self._dials = len(free) + len(answered), len(answered)
        self._added: list[list[float]] = []
        self._moments: tuple[list[float], list[float], list[float], list[float]] | None = None
        self._law: Complex | None = None
        if self._terms <= k.EXACT_TERMS:
            up = np.concatenate((free, 1 - answered))[:, :, None]
            self._law = np.multiply.reduce(1 + up * _STEP, axis=0)

    def _sums(self) -> tuple[list[float], list[float], list[float], list[float]]:
        """At each node: answers expected, mean, variance and third central moment of what is left. Made when first needed."""
        if self._moments is None:
            free, answered = self._free, self._answered
            free_sum, answered_sum = free.sum(axis=0), answered.sum(axis=0)
            free_spread, answered_spread = free * (1 - free), answered * (1 - answered)
            self._moments = (
                answered_sum.tolist(),
                (self._base + free_sum - answered_sum).tolist(),
                (free_spread.sum(axis=0) + answered_spread.sum(axis=0)).tolist(),
                ((free_spread * (1 - 2 * free)).sum(axis=0) - (answered_spread * (1 - 2 * answered)).sum(axis=0)).tolist(),
            )
        expected, mean, variance, skew = self._moments
        for chances in self._added:
            for node, chance in enumerate(chances):
                spread = chance * (1 - chance)
                expected[node] += chance
                mean[node] -= chance
                variance[node] += spread
                skew[node] -= spread * (1 - 2 * chance)
        self._added.clear()
        return self._moments

    def add(self, answered: list[float]) -> None:
        """One more dial, with its chances at the nodes."""
        self._terms += 1
        self._dials += 1
        self._added.append(answered)
        if self._law is not None:
            if self._terms > k.EXACT_TERMS:
                self._law = None
            else:
                self._law *= 1 + (1 - np.array(answered)[:, None]) * _STEP

    def alpha(self) -> float:
        """Chance that one more answer finds nobody free (the mean over the nodes)."""
        if self._law is not None:
            most = self._dials - self._base
            if most < 0:
                return 0.0
            if most >= self._terms:
                return 1.0
            return min(1.0, max(0.0, float((self._law @ _UP_TO[most]).real.sum()) / k.NODES))
        doubt = self._doubt
        return sum(
            _none(mean, variance + expected * expected * doubt, skew)
            for expected, mean, variance, skew in zip(*self._sums(), strict=True)
        ) / k.NODES

    def run(self, sigmas: float) -> float:
        """How many answers may be lost before long, in a run so unlucky; below zero when agents are left over even then."""
        doubt = self._doubt
        return max(
            sigmas * math.sqrt(variance + expected * expected * doubt) - mean
            for expected, mean, variance, _ in zip(*self._sums(), strict=True)
        )


def _none(mean: float, variance: float, third: float) -> float:
    """Chance that a whole number with these central moments is at most 0."""
    if variance < 1e-9:
        return 1.0 if mean <= 0.5 else 0.0
    sd = math.sqrt(variance)
    x = (0.5 - mean) / sd
    chance = 0.5 * math.erfc(-x / _ROOT) - _DENSITY * math.exp(-x * x / 2) * third / (variance * sd) / 6 * (x * x - 1)
    return min(1.0, max(0.0, chance))
