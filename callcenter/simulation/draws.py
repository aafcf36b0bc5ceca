"""Drawing lengths of time from the distributions of a scenario, with a seeded `Random` that is handed in."""

from math import exp, log, sqrt
from random import Random

from callcenter.kernel.scenario import AnySpread, Constant, Empirical, Exponential, Gamma, Lognormal


def draw(random: Random, spread: AnySpread) -> int:
    """One length of time, whole milliseconds, never negative."""
    match spread:
        case Constant(mean_ms=mean):
            drawn: float = mean
        case Exponential(mean_ms=mean):
            drawn = random.expovariate(1 / mean) if mean else 0
        case Lognormal(mean_ms=mean, cv=cv):
            variance = log(1 + cv * cv)
            drawn = mean * exp(random.gauss(0.0, 1.0) * sqrt(variance) - variance / 2)
        case Gamma(mean_ms=mean, cv=cv):
            drawn = random.gammavariate(1 / (cv * cv), mean * cv * cv)
        case Empirical(values_ms=values):
            drawn = random.choice(values)
    lasts = max(round(drawn) + spread.plus_ms, spread.at_least_ms)
    return lasts if spread.at_most_ms is None else min(lasts, spread.at_most_ms)


def factor(random: Random, cv: float) -> float:
    """A gamma factor of mean 1 with this coefficient of variation."""
    return random.gammavariate(1 / (cv * cv), cv * cv) if cv else 1.0
