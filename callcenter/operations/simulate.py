"""`callcenter simulate`: replications of a scenario, on every core there is, and what they say together.

Seeds of the replications follow from the seed that was given: the same command gives the same figures on every machine.
"""

import os
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from msgspec import Struct

from callcenter.hub.state import State
from callcenter.kernel.effects import AnyCarrierEffect
from callcenter.kernel.ids import CarrierName, Entropy
from callcenter.kernel.scenario import Scenario
from callcenter.kernel.signals import AnySignal
from callcenter.runtime import resync
from callcenter.simulation.estimates import Estimate, Row, rows
from callcenter.simulation.invariants import Violation
from callcenter.simulation.phones import Seen
from callcenter.simulation.replication import Played, Replication
from callcenter.simulation.soundness import mistakes
from callcenter.simulation.world import SIMULATED
from callcenter.telephony.simulated.adapter import snapshot_of
from config.scenario_file import read_scenario
from reporting.metrics import METRICS, shown

SPREAD = 1_000_003
"""Between the seeds of replications: seeds next to each other share no replication."""
QUIET_S = 2.0
"""Shorter runs show no progress where nobody watches."""
WORTH_S = 10.0
"""Replications that would take longer than this go to several processes."""
TOLD = (
    "offered", "answered", "abandoned", "service_level", "asa", "abandon_rate", "aht", "occupancy", "busy_rate", "max_wait",
)  # fmt: skip
"""Figures of the table for people; the JSON has all."""
TOLD_OF_STAFF = ("handled", "aht", "occupancy", "busy_rate", "utilisation", "missed", "log_in_time")


class ServiceResync:
    """The service's own resync, for a world that is given it."""

    def __init__(self, carrier: CarrierName = SIMULATED) -> None:
        self._carrier = carrier

    def missed(self, state: State, seen: Seen, now: int) -> Iterable[AnySignal]:
        return resync.missed(state, snapshot_of(self._carrier, seen), now)

    def remedies(self, state: State, seen: Seen, entropy: Entropy) -> Iterable[AnyCarrierEffect]:
        return resync.remedies(state, snapshot_of(self._carrier, seen), entropy)


class Simulated(Struct, kw_only=True):
    """What the command prints."""

    scenario: str
    seed: int
    replications: int
    confidence: float
    rows: list[Row]
    violations: list[dict[str, Any]]
    broken: int
    called: int
    turned_away: int
    events: int
    seconds: float


def load(path: Path) -> Scenario:
    """Raises BadFile with every mistake."""
    return read_scenario(path, mistakes)


def play(scenario: Scenario, seed: int, *, checks: bool = True) -> Played:
    """One replication."""
    return Replication(scenario, seed, ServiceResync(), checks=checks).play()


def seeds(seed: int, replications: int) -> list[int]:
    return [seed * SPREAD + index for index in range(replications)]


def simulate(path: Path, seed: int, replications: int, workers: int | None = None) -> Simulated:
    """Everything. Raises BadFile."""
    scenario = load(path)
    began = time.monotonic()
    played = sorted(_played(path, scenario, seeds(seed, replications), workers or os.cpu_count() or 1), key=lambda one: one.seed)
    return Simulated(
        scenario=scenario.name,
        seed=seed,
        replications=replications,
        confidence=0.95,
        rows=list(rows(scenario, [one.intervals for one in played])),
        violations=[_told(one, violation) for one in played for violation in one.violations],
        broken=sum(one.broken for one in played),
        called=sum(one.called for one in played),
        turned_away=sum(one.turned_away for one in played),
        events=sum(one.events for one in played),
        seconds=round(time.monotonic() - began, 3),
    )


def _told(played: Played, violation: Violation) -> dict[str, Any]:
    return {"replication_seed": played.seed, **{name: getattr(violation, name) for name in violation.__struct_fields__}}


def _played(path: Path, scenario: Scenario, many: list[int], workers: int) -> Iterator[Played]:
    """Here one after the other; on several cores when what is left after the first is worth their start."""
    progress = Progress(len(many))
    began = time.monotonic()
    for index, seed in enumerate(many):
        if index == 1 and workers > 1 and (time.monotonic() - began) * (len(many) - 1) > WORTH_S:
            yield from _side_by_side(path, scenario, many[1:], workers, progress)
            break
        replication = Replication(scenario, seed, ServiceResync())
        yield replication.play(partial(progress.show_part, index))
    progress.end()


def _side_by_side(path: Path, scenario: Scenario, many: list[int], workers: int, progress: "Progress") -> Iterator[Played]:
    """In processes; what a process that died (no memory was left, say) did not play is played here."""
    left = set(many)
    # spawned, not forked: a fork of a process with threads may stand still
    with ProcessPoolExecutor(min(workers, len(many)), get_context("spawn"), _read, (path,)) as pool:
        try:
            for future in as_completed([pool.submit(_one, seed) for seed in many]):
                played = future.result()
                left.discard(played.seed)
                progress.show(1 + len(many) - len(left))
                yield played
        except BrokenProcessPool:
            print(f"a process died; {len(left)} replications go on in this one", file=sys.stderr)
    for seed in sorted(left):
        yield play(scenario, seed)
        progress.show(1 + len(many) - len(left))


_scenario: Scenario | None = None


def _read(path: Path) -> None:
    """In a process of its own: the scenario is read once."""
    global _scenario  # noqa: PLW0603
    _scenario = load(path)


def _one(seed: int) -> Played:
    assert _scenario is not None, "the process was prepared"
    return play(_scenario, seed)


class Progress:
    """A line on stderr while it runs: rewritten on a terminal; elsewhere a new line now and then, from two seconds on."""

    def __init__(self, replications: int) -> None:
        self._replications = replications
        self._began = self._shown = time.monotonic()
        self._open = False

    def show_part(self, done: int, share: float) -> None:
        """`share` of the replication after the first `done` ones."""
        self.show(done + share)

    def show(self, done: float) -> None:
        """`done`: replications, with the share of the one that runs."""
        now = time.monotonic()
        terminal = sys.stderr.isatty()
        if now - self._began < QUIET_S or now - self._shown < (0.2 if terminal else 10.0) or done <= 0:
            return
        self._shown = now
        left = (now - self._began) * (self._replications - done) / done
        text = f"{done / self._replications:4.0%}  {done:.1f} of {self._replications} replications, about {left:.0f} s left"
        print(f"\r{text}   " if terminal else text, end="" if terminal else "\n", file=sys.stderr, flush=True)
        self._open = terminal

    def end(self) -> None:
        if self._open:
            print(file=sys.stderr)


# -- for people -------------------------------------------------------------------------------------------------------------


def table(found: Simulated) -> Iterator[str]:
    """Lines for a terminal."""
    of = f"{found.replications} replications" if found.replications > 1 else "1 replication: no intervals"
    yield f"{found.scenario}: {found.called} calls, {found.events} events in {found.seconds} s; seed {found.seed}, {of}"
    if found.turned_away:
        yield f"{found.turned_away} callers did not get through to the carrier"
    for row in found.rows:
        name = f"{row.kind} {row.subject}".strip()
        yield ""
        yield f"{name}, {_moment(row.since_ms)} to {_moment(row.until_ms)} after the beginning"
        for figure in TOLD_OF_STAFF if row.kind == "staff" else TOLD:
            label = METRICS[figure].label.en if figure in METRICS else figure.capitalize()
            yield f"  {label:<16} {_shown(row.figures[figure])}"
    yield ""
    if not found.broken:
        yield "no violations"
    else:
        yield f"{found.broken} violations"
        for violation in found.violations[:20]:
            yield f"  seed {violation['replication_seed']} position {violation['position']}: {violation['rule']}: " + (
                f"{violation['about']}: {violation['why']}"
            )


def _shown(estimate: Estimate) -> str:
    value = shown(estimate.value, estimate.unit)
    if estimate.low is None or estimate.high is None:
        return f"{value:>10}"
    return f"{value:>10}   [{shown(estimate.low, estimate.unit)}, {shown(estimate.high, estimate.unit)}]"


def _moment(ms: int) -> str:
    return f"{ms // 3_600_000}:{ms // 60_000 % 60:02}"
