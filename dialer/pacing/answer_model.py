"""How likely a lead is answered by a person: learned online from hour, weekday, attempt, history and kind of number.

Logistic regression with a Gaussian belief in each weight, updated one dial at a time (the Laplace approximation with a diagonal
covariance, as in D. MacKay, The evidence framework applied to classification networks, 1992; T. Graepel et al., Web-scale
Bayesian click-through rate prediction, 2010). Beliefs lose certainty with time, so what changed is learned anew. A weight seldom
tried is uncertain, and `rank` counts that in a lead's favour: so every kind of lead is tried often enough to be known.
"""

import math

from msgspec import Struct, field

from callcenter.kernel.dialing import NumberKind, Outcome

PRIOR = 0.4
"""Variance of a weight before the first dial: odds of two kinds of leads differ by a factor of about two."""
PRIOR_RATE, PRIOR_BASE = 0.5, 2.0
"""Rate and variance (of its log-odds) before the first dial, as the Beta(2, 2) of `constants`."""
DRIFT, DRIFT_BASE = 2e-5, 2e-4
"""Variance (of log-odds) that each dial adds to the weights it used; the base follows the day within some 300 dials."""
EXPLORE = 0.5
"""Standard deviations that `rank` adds."""
MOST_ATTEMPTS = 5


class Look(Struct, frozen=True, kw_only=True):
    """What is known of a lead at the moment it would be dialed."""

    hour: int
    """Of the callee's day, 0 to 23."""
    weekday: int = 0
    """0 is Monday."""
    attempt: int = 1
    """1 for the first dial."""
    last: Outcome | None = None
    """How the attempt before ended."""
    reached: bool = False
    """A person answered on an earlier attempt."""
    kind: NumberKind | None = None

    @property
    def features(self) -> tuple[str, ...]:
        kind = "?" if self.kind is None else self.kind.value
        last = "none" if self.last is None else self.last.value
        return (
            "base",
            f"hour {self.hour}",
            "weekend" if self.weekday >= 5 else "week",
            f"attempt {min(self.attempt, MOST_ATTEMPTS)}",
            f"last {last}",
            f"reached {self.reached:d}",
            f"kind {kind}",
            f"kind {kind} hours {self.hour // 3}",
        )


class AnswerModel(Struct):
    """The beliefs: mean and variance of each weight that was used. A few hundred at most; changed by facts alone."""

    weights: dict[str, tuple[float, float]] = field(default_factory=dict)
    dials: int = 0

    def _belief(self, look: Look) -> tuple[float, float]:
        mean = variance = 0.0
        for feature in look.features:
            one, spread = self.weights.get(feature) or _prior(feature)
            mean += one
            variance += spread
        return mean, variance

    def probability(self, look: Look) -> float:
        """Expected probability that a person answers, uncertainty averaged out."""
        mean, variance = self._belief(look)
        return _share(mean / math.sqrt(1 + math.pi * variance / 8))

    def rank(self, look: Look) -> float:
        """What to order leads by: the probability that may well be true, which favours kinds that are little known."""
        mean, variance = self._belief(look)
        return _share(mean + EXPLORE * math.sqrt(variance))

    def resolved(self, look: Look, *, human: bool) -> None:
        """A dial of a lead that looked so was answered by a person, or ended otherwise."""
        mean, variance = self._belief(look)
        p = _share(mean / math.sqrt(1 + math.pi * variance / 8))
        weight = max(1e-3, p * (1 - p))
        step = ((1.0 if human else 0.0) - p) / (1 + variance * weight)
        for feature in look.features:
            one, spread = self.weights.get(feature) or _prior(feature)
            narrowed = spread * (1 - spread * weight / (1 + variance * weight))
            drift = DRIFT_BASE if feature == "base" else DRIFT
            most = PRIOR_BASE if feature == "base" else PRIOR
            self.weights[feature] = (one + spread * step, min(most, narrowed + drift))
        self.dials += 1


def _prior(feature: str) -> tuple[float, float]:
    return (math.log(PRIOR_RATE / (1 - PRIOR_RATE)), PRIOR_BASE) if feature == "base" else (0.0, PRIOR)


def _share(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))
