"""What a campaign has seen of its answers, rings and services: a value of bounded size that changes by facts alone.

It is folded from events and kept in checkpoints (msgspec). Counts fade: each new fact weighs a bit more than the one before, so
no old count has to be touched; weights are scaled back when they grow large.
"""

import math
from collections.abc import Callable

from msgspec import Struct, field

from dialer.pacing import constants as k

_SCALE_BACK = 1e6
_BINS_PER_E = (k.SERVICE_BINS - 1) / math.log1p(k.SERVICE_LONGEST_S / k.SERVICE_SCALE_S)


def service_bin(seconds: float) -> int:
    """The bin of a duration of talk or wrap-up, 0 to SERVICE_BINS - 1."""
    return min(k.SERVICE_BINS - 1, int(_BINS_PER_E * math.log1p(max(seconds, 0.0) / k.SERVICE_SCALE_S)))


def service_edge(index: int) -> float:
    """Where a bin begins, in seconds."""
    return k.SERVICE_SCALE_S * math.expm1(index / _BINS_PER_E)


class Faded(Struct):
    """A histogram in which older facts weigh less: `memory` facts is its mean age."""

    counts: list[float]
    memory: float
    weight: float = 1.0
    """Of the next fact."""

    def add(self, index: int) -> None:
        self.counts[index] += self.weight
        self.weight *= self.memory / (self.memory - 1)
        if self.weight > _SCALE_BACK:
            self.counts = [count / self.weight for count in self.counts]
            self.weight = 1.0


class Mean(Struct):
    """Faded sums of what was expected and what happened; `variance` is that of what happens where expectation is right."""

    happened: float = 0.0
    expected: float = 0.0
    variance: float = 0.0
    facts: float = 0.0

    def add(self, happened: float, expected: float, memory: float) -> None:
        keep = 1 - 1 / memory
        self.happened = self.happened * keep + happened
        self.expected = self.expected * keep + expected
        self.variance = self.variance * keep * keep + expected * (1 - expected)
        self.facts = self.facts * keep + 1


def _exponential(bins: int, edge: Callable[[int], float], mean: float, facts: float) -> list[float]:
    """`facts` spread over bins as exponential times with this mean (s) fall; the last bin has all that is longer."""
    left = [math.exp(-edge(index) / mean) for index in range(bins)] + [0.0]
    return [facts * (left[index] - left[index + 1]) for index in range(bins)]


def _rings(mean_s: float) -> Faded:
    return Faded(counts=_exponential(k.RING_BINS, float, mean_s, k.PRIOR_RINGS), memory=float(k.MEMORY_RINGS))


def _services(mean_s: float) -> Faded:
    return Faded(counts=_exponential(k.SERVICE_BINS, service_edge, mean_s, k.PRIOR_SERVICES), memory=float(k.MEMORY_SERVICES))


class Estimates(Struct):
    """Everything that pacing knows besides the floor as it stands now."""

    human_rings: Faded = field(default_factory=lambda: _rings(k.HUMAN_RINGS_S))
    """Seconds from dialing to a person's answer."""
    other_rings: Faded = field(default_factory=lambda: _rings(k.OTHER_RINGS_S))
    """Seconds from dialing to any other end."""
    talks: Faded = field(default_factory=lambda: _services(k.TALK_S))
    wrap_ups: Faded = field(default_factory=lambda: _services(k.WRAP_UP_S))
    answers: Mean = field(
        default_factory=lambda: Mean(happened=k.PRIOR_ANSWERS, expected=0.0, facts=k.PRIOR_ANSWERS + k.PRIOR_OTHERS)
    )
    """Persons who answered, of resolved dials."""
    lately: Mean = field(default_factory=Mean)
    """The same over a short memory, against what was expected of those dials."""
    bank: float = k.BANK_START
    """Abandons that were earned and not used; below zero: to be earned."""
    dials: int = 0
    """Facts about dials so far; with `services` it names the state of the histograms."""
    services: int = 0

    def dial_resolved(self, *, human: bool, after_ms: int, p: float, agents: int) -> None:
        """A dial was answered by a person or ended otherwise, `after_ms` after dialing; `p` was expected of it when dialed."""
        (self.human_rings if human else self.other_rings).add(min(k.RING_BINS - 1, after_ms // 1_000))
        self._resolved(1.0 if human else 0.0, p, agents)

    def dial_cancelled(self, *, chance: float, p: float, agents: int) -> None:
        """We ended a dial; `chance` is how likely it was, having rung so long, to be answered by a person still."""
        self._resolved(chance, p, agents)

    def _resolved(self, happened: float, p: float, agents: int) -> None:
        self.answers.add(happened, p, k.MEMORY_DIALS + k.MEMORY_PER_AGENT * agents)
        self.lately.add(happened, p, k.ALARM_DIALS)
        self.dials += 1

    def service_ended(self, *, talk_ms: int, wrap_up_ms: int) -> None:
        """An agent is through with a call: talk and hold, then wrap-up."""
        self.talks.add(service_bin(talk_ms / 1_000))
        self.wrap_ups.add(service_bin(wrap_up_ms / 1_000))
        self.services += 1

    def answered(self, *, abandoned: bool, cap: float | None) -> None:
        """A person answered and was connected in time, or was not."""
        earned = k.AIM * (k.CAP_UNLESS_SAID if cap is None else cap)
        self.bank = min(k.BANK_MOST, self.bank + earned - (1.0 if abandoned else 0.0))

    @property
    def answer_rate(self) -> float:
        """Probability that a dial of which nothing else is known is answered by a person."""
        return self.answers.happened / self.answers.facts

    @property
    def doubt(self) -> float:
        """Variance of that probability relative to its square."""
        p = self.answer_rate
        return (1 - p) / (p * self.answers.facts) if p > 0 else 1.0

    @property
    def alarm(self) -> float:
        """1, or by how much more people answer lately than was expected, when that is no chance any more."""
        lately = self.lately
        if lately.happened - lately.expected <= k.ALARM_SIGMAS * math.sqrt(lately.variance + 1):
            return 1.0
        return lately.happened / max(1.0, lately.expected)

    def tau(self, cap: float | None) -> float:
        """Chance of losing one more answer that is allowed now."""
        scale = 1.0 if cap is None else cap / k.CAP_UNLESS_SAID
        return min(k.TAU_MOST, max(k.TAU_LEAST * scale, k.TAU_BASE * scale * math.exp(k.TAU_SLOPE * self.bank)))
