"""From histograms to chances: how likely a ringing dial is answered, and an agent free, within the next seconds.

Worked out at NODES instants, equally likely ones at which a dial placed now would be answered, so that a sum over them is a mean.
"""

import numpy as np
import numpy.typing as npt

from dialer.pacing import constants as k
from dialer.pacing.estimates import Estimates, Faded, service_edge

Array = npt.NDArray[np.float64]

_EDGES = np.array([service_edge(index) for index in range(k.SERVICE_BINS)] + [k.SERVICE_LONGEST_S * 1.1])
_LOG_STEP = (k.SERVICE_BINS - 1) / np.log1p(k.SERVICE_LONGEST_S / k.SERVICE_SCALE_S)
_SHARES = (np.arange(k.NODES) + 0.5) / k.NODES
_WRAP_UP_SHARES = (np.arange(k.WRAP_UP_NODES) + 0.5) / k.WRAP_UP_NODES
_RING_EDGES = np.arange(k.RING_BINS + 1, dtype=np.float64)
_AHEAD = 45
"""Whole seconds ahead for which chances of services are worked out."""
_MIDDLES = (_EDGES[:-1] + _EDGES[1:]) / 2
_LATER = _MIDDLES[:, None] + np.arange(_AHEAD)[None, :]
_NOBODY = np.zeros((0, k.NODES))


class RingCurves:
    """Ring times as they stood after some number of facts."""

    def __init__(self, estimates: Estimates) -> None:
        self.human = _cumulated(estimates.human_rings)
        self.other = _cumulated(estimates.other_rings)
        self.nodes_s = np.interp(_SHARES, self.human, _RING_EDGES)
        """Seconds after which a dial placed now would be answered."""
        self.at_nodes: list[float] = _SHARES.tolist()
        """Chance that it is by then, if it is answered at all."""

    def answered(self, ages_s: Array, p: Array) -> Array:
        """Chance that a dial is answered by a person within each node; (dials, nodes)."""
        if not len(ages_s):
            return _NOBODY
        now = np.concatenate((np.zeros(1), self.nodes_s))
        reached = _at(self.human, ages_s[:, None] + now[None, :])
        none_yet = 1 - reached[:, :1]
        ringing = p * none_yet[:, 0] + (1 - p) * (1 - _at(self.other, ages_s))
        return (reached[:, 1:] - reached[:, :1]) * (p / np.maximum(ringing, 1e-9))[:, None]

    def at_last(self, age_s: float, p: float) -> float:
        """Chance that a dial that has rung so long is answered by a person, ever."""
        ages = np.array([age_s])
        still = p * (1 - float(_at(self.human, ages)[0]))
        return still / max(1e-9, still + (1 - p) * (1 - float(_at(self.other, ages)[0])))


class ServiceCurves:
    """Talk and wrap-up as they stood after some number of facts: chances that an agent is free within so many whole seconds."""

    def __init__(self, estimates: Estimates) -> None:
        talk, wrap_up = 1 - _cumulated(estimates.talks), 1 - _cumulated(estimates.wrap_ups)
        talk_ends = _ended(talk)
        # talk must end so much earlier that the wrap-up ends in time too
        wrap_s = np.rint(np.interp(_WRAP_UP_SHARES, 1 - wrap_up, _EDGES)).astype(np.intp)
        left = np.arange(_AHEAD)[:, None] - wrap_s[None, :]
        self._talk = np.where(left >= 0, talk_ends[:, np.maximum(left, 0)], 0.0).mean(axis=2)
        self._wrap_up = _ended(wrap_up)

    def at(self, nodes_s: Array, patience_s: float) -> tuple[Array, Array]:
        """Tables (bins, nodes) for talk and for wrap-up, for dials answered at `nodes_s` whose callers wait `patience_s`."""
        within = np.minimum(nodes_s + patience_s, _AHEAD - 1.001)
        whole = within.astype(np.intp)
        part = within - whole
        tables = [each[:, whole] * (1 - part) + each[:, whole + 1] * part for each in (self._talk, self._wrap_up)]
        return tables[0], tables[1]


def free(tables: tuple[Array, Array], talking_s: Array, wrapping_s: Array) -> Array:
    """Chance that an agent, so long in talk or wrap-up, is free when a dial answered at each node has waited; (agents, nodes)."""
    if not len(wrapping_s):
        return tables[0][service_bins(talking_s)]
    return np.concatenate((tables[0][service_bins(talking_s)], tables[1][service_bins(wrapping_s)]))


def _cumulated(faded: Faded) -> Array:
    counts = np.array(faded.counts)
    return np.concatenate((np.zeros(1), np.cumsum(counts) / counts.sum()))


def _at(cumulated: Array, seconds: Array) -> Array:
    """The curve between its points, one second apart."""
    clipped = np.minimum(seconds, k.RING_BINS - 1e-6)
    whole = clipped.astype(np.intp)
    low = cumulated[whole]
    return low + (cumulated[whole + 1] - low) * (clipped - whole)


def service_bins(seconds: Array) -> npt.NDArray[np.intp]:
    """As `service_bin` of the estimates, for many."""
    found = (np.log1p(seconds / k.SERVICE_SCALE_S) * _LOG_STEP).astype(np.intp)
    bins: npt.NDArray[np.intp] = np.minimum(found, k.SERVICE_BINS - 1)
    return bins


def _ended(left: Array) -> Array:
    """Chance that what is in the middle of each bin now has ended after each of the seconds ahead; (bins, AHEAD).

    Where nothing lasted so long yet, nothing is known of its end: 0.
    """
    now = np.interp(_MIDDLES, _EDGES, left)
    then = np.interp(_LATER, _EDGES, left)
    return np.where(now[:, None] > 1e-4, 1 - then / np.maximum(now, 1e-4)[:, None], 0.0)
