"""Rounds by seed: how many there are, what a round may draw, and what it writes down.

    @pytest.mark.parametrize("chaos", rounds({"asterisk killed": (6, 60)}), indirect=True)
    def test_...(chaos: Rounds, tmp_path: Path):
        def day(rounds: Sequence[Round], folder: Path) -> None: ...

        chaos.live(day, tmp_path)

`make test` runs two rounds of each kind: those of one seed on one day in one center, one day after the other, since two at once
starve each other's sound on two cores. `make chaos` runs twenty, each alone:
`CHAOS=n` runs n of them with the larger number of calls (`CHAOS_CALLS=n`: with that number), `CHAOS_SEED=n` that seed alone.
Every choice of a round comes from `Round.draw`, so a seed is a story that can be told again, as far as real programs on a busy
machine keep time. `Round.note` writes figures into the table of docs/chaos.md.
"""

import os
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
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
    seconds: float = 0
    passed: bool = True

    def __post_init__(self) -> None:
        self.draw = random.Random(f"{self.kind} {self.seed}")

    def note(self, **figures: int | float | str) -> None:
        """Figures of this round for the table; names become its columns (`_` is read as a blank)."""
        self.figures.update(figures)

    @property
    def name(self) -> str:
        """Its kind, as a word for files and tests."""
        return re.sub(r"\W+", "-", self.kind)

    @property
    def again(self) -> str:
        """How this round is run again."""
        long = "CHAOS=1 " if self.long else ""
        return f"{long}CHAOS_SEED={self.seed} .venv/bin/pytest -n 0 '{self.test}'"


@dataclass
class Rounds:
    """Days that are lived one after the other, each in a center of its own; on a day one round comes after the other."""

    days: Sequence[Sequence[Round]]

    @property
    def rounds(self) -> list[Round]:
        return [one for day in self.days for one in day]

    def live(self, day: Callable[[Sequence[Round], Path], None], folder: Path) -> None:
        """Lives them all, each with a folder of its own; raises what made them fail, with how to run the rounds again."""
        failures = [_live(rounds, day, folder / str(rounds[0].seed)) for rounds in self.days]
        found = [failure for failure in failures if failure is not None]
        if len(found) == 1:
            raise found[0]
        if found:
            raise BaseExceptionGroup("days failed", found)


def _live(rounds: Sequence[Round], day: Callable[[Sequence[Round], Path], None], folder: Path) -> BaseException | None:
    folder.mkdir()
    began = time.monotonic()
    try:
        day(rounds, folder)
        return None
    except BaseException as failure:
        for one in rounds:
            failure.add_note(f"run this round again: {one.again}")
            one.passed = False
        return failure
    finally:
        for one in rounds:
            one.seconds = time.monotonic() - began


def rounds(kinds: Mapping[str, tuple[int, int]], *, short: int = SHORT, most: int | None = None) -> list[Any]:
    """The `Rounds` of these kinds, for an indirect parametrization of `chaos`: kind -> calls in a short round, in a long one.

    `short`: how many there are in `make test`; `most`: not more than so many in `make chaos`, of rounds that take minutes.
    """
    long = "CHAOS" in os.environ
    only = os.environ.get("CHAOS_SEED")
    wanted = int(os.environ["CHAOS"]) if long else short
    seeds = [int(only)] if only else range(1, 1 + (wanted if most is None else min(wanted, most)))

    def made(kind: str, seed: int) -> Round:
        return Round(kind, seed, int(os.environ.get("CHAOS_CALLS", kinds[kind][long])), long)

    if not long and not only:
        return [pytest.param(Rounds([[made(kind, seed) for kind in kinds] for seed in seeds]), id="all")]
    alone = [made(kind, seed) for kind in kinds for seed in seeds]
    return [pytest.param(Rounds([[one]]), id=f"{one.name}-{one.seed}") for one in alone]


def results() -> Path | None:
    """Where rows go, one JSON object per line; None when nobody asked for them."""
    path = os.environ.get("CHAOS_RESULTS")
    return Path(path) if path else None
