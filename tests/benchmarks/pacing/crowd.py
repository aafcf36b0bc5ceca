"""A list of leads that differ: kinds of numbers with their own hours, attempts that fade, people who were reached before.

Probabilities of single leads run from .02 to .8, their mean over the day is near .3.
"""

import math
from collections.abc import Callable

import numpy as np

from callcenter.kernel.dialing import NumberKind, Outcome
from dialer.pacing.answer_model import Look

_OPENS = 9
_KINDS = (NumberKind.MOBILE, NumberKind.FIXED, NumberKind.COSTLY)
# log-odds by kind, in the morning (9 to 12), at noon (12 to 15) and in the afternoon (15 on)
_BY_HOURS = {
    NumberKind.MOBILE: (-1.4, -0.6, 0.4),
    NumberKind.FIXED: (0.9, -1.4, -0.8),
    NumberKind.COSTLY: (-2.6, -0.2, -2.6),
}
_LATER = (None, Outcome.NO_ANSWER, Outcome.BUSY, Outcome.MACHINE)
_BY_LAST = {None: 0.0, Outcome.NO_ANSWER: -0.5, Outcome.BUSY: 0.7, Outcome.MACHINE: -0.9, Outcome.ANSWERED: 1.0}


def look(number: int, seed: int, day: int, part: float) -> Look:
    """The lead of this dial, as a campaign sees it; `part` is the share of the day (of eight hours) that is over."""
    kind, attempt, last = _lead(seed, day)(number)
    reached = last is not None and number % 7 == 0
    return Look(hour=_OPENS + int(part * 8), weekday=day % 5, attempt=attempt, last=last, reached=reached, kind=kind)


def odds(seen: Look) -> float:
    """True log-odds."""
    assert seen.kind is not None
    part = min(2, (seen.hour - _OPENS) // 3)
    return _BY_HOURS[seen.kind][part] + _BY_LAST[seen.last] - 0.25 * (seen.attempt - 1) + (0.8 if seen.reached else 0.0)


def truth(seen: Look) -> float:
    """True probability of an answer by a person."""
    return 1 / (1 + math.exp(-odds(seen)))


_lists: dict[tuple[int, int], list[tuple[NumberKind, int, Outcome | None]]] = {}


def _lead(seed: int, day: int) -> Callable[[int], tuple[NumberKind, int, Outcome | None]]:
    if (seed, day) not in _lists:
        _lists.clear()
        chance = np.random.Generator(np.random.PCG64([seed, day, 3]))
        size = 20_000
        kinds, lasts = chance.choice(3, size, p=(0.5, 0.35, 0.15)), chance.integers(0, 4, size)
        attempts = chance.integers(2, 6, size)
        _lists[seed, day] = [
            (_KINDS[kind], int(attempt) if last else 1, _LATER[last])
            for kind, last, attempt in zip(kinds.tolist(), lasts.tolist(), attempts.tolist(), strict=True)
        ]
    leads = _lists[seed, day]
    return lambda number: leads[number % len(leads)]


def probability(seed: int, day: int, number: int, part: float) -> float:
    """Of each dial of a day, by its number and the share of the day that is over."""
    return truth(look(number, seed, day, part))
