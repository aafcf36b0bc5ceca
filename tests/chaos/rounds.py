"""Rounds by seed: how many there are, what a round may draw, and what it writes down.

    @pytest.mark.parametrize("chaos", rounds("asterisk killed", calls=(6, 60)), indirect=True)
    async def test_...(chaos: Round): ...

`make test` runs two rounds of each kind, `make chaos` twenty: `CHAOS=n` runs n of them with the larger number of calls
(`CHAOS_CALLS=n`: with that number), `CHAOS_SEED=n` that seed alone. Every choice of a round comes from `Round.draw`, so a seed
is a story that can be told again, as far as real programs on a busy machine keep time. `Round.note` writes figures into the
table of docs/chaos.md.
"""

import os
import random
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

SHORT = 2
"""Rounds of each kind in `make test`."""


@dataclass
class Round:
    """One round. `calls`: how many it makes; `long`: it runs under `make chaos`."""

    kind: str
    seed: int
    calls: int
    long: bool
    test: str = ""
    figures: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.draw = random.Random(f"{self.kind} {self.seed}")

    def note(self, **figures: int | float | str) -> None:
        """Figures of this round for the table; names become its columns (`_` is read as a blank)."""
        self.figures.update(figures)

    @property
    def again(self) -> str:
        """How this round is run again."""
        long = "CHAOS=1 " if self.long else ""
        return f"{long}CHAOS_SEED={self.seed} .venv/bin/pytest -n 0 '{self.test}'"


def rounds(kind: str, calls: tuple[int, int] = (0, 0)) -> list[Any]:
    """The rounds of this kind, for an indirect parametrization of `chaos`. `calls`: in a short round, in a long one."""
    long = "CHAOS" in os.environ
    only = os.environ.get("CHAOS_SEED")
    seeds = [int(only)] if only else range(1, 1 + (int(os.environ["CHAOS"]) if long else SHORT))
    name = re.sub(r"\W+", "-", kind)
    number = int(os.environ.get("CHAOS_CALLS", calls[long]))
    return [pytest.param(Round(kind, seed, number, long), id=f"{name}-{seed}") for seed in seeds]


def results() -> Path | None:
    """Where rows go, one JSON object per line; None when nobody asked for them."""
    path = os.environ.get("CHAOS_RESULTS")
    return Path(path) if path else None
