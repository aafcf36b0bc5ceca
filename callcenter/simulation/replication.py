"""One replication of a scenario, played to its end: counters by the statistics' own book, and what the invariants found.

The day is: warm-up and counted hours with callers, then nobody new calls and everybody is served, then the staff goes home.
"""

from collections.abc import Callable
from random import Random
from traceback import extract_tb

from msgspec import Struct

from callcenter.hub.hub import Hub
from callcenter.hub.turn import Decision
from callcenter.kernel.clock import HOUR, MINUTE
from callcenter.kernel.commands import ApplyCenter
from callcenter.kernel.scenario import Scenario
from callcenter.simulation.follower import Follower
from callcenter.simulation.invariants import Violation, Watch
from callcenter.simulation.scene import Scene
from callcenter.simulation.world import Diary, Life, Resync
from reporting.counters import Counters, IntervalKey, total
from reporting.intervals import IntervalBook

CHUNK_MS = 5 * MINUTE
"""Progress is told, and everything is looked over, this often (virtual time)."""
LAST_MS = 4 * HOUR
"""Callers who are still there so long after the end hang up."""
TIDY_MS = 6 * HOUR
"""After the last call: every limit of the hub's has passed."""
DRAIN_EVERY = 25_000
"""Events between two drains of the counters."""
COMPARISONS = 20
FAILED = "the hub decides whatever comes"
LOG_DIFFERS = "the log folded equals the live state"


class Played(Struct, kw_only=True):
    """What one replication came to."""

    seed: int
    called: int
    turned_away: int
    events: int
    decisions: int
    refused: dict[str, int]
    intervals: dict[IntervalKey, Counters]
    violations: list[Violation]
    broken: int
    """How many violations there were, those that are not kept included."""


class Replication:
    """A scenario with one seed. `checks` False: only the figures, for measuring speed."""

    def __init__(self, scenario: Scenario, seed: int, resync: Resync, *, checks: bool = True) -> None:
        self.scenario = scenario
        self.seed = seed
        self.scene = Scene(scenario, seed, resync)
        self.watch = Watch()
        self.follower = Follower()
        self.hub = Hub()
        self._book = IntervalBook()
        self._found: dict[IntervalKey, list[Counters]] = {}
        self._undrained = 0
        self._events = 0
        self._checks = checks
        self._compare_at = self._moments()
        diary = Diary(keeps=False)
        self.life = Life(self.scene.world, self.hub, seed, diary, self._after if checks else self._after_fast)

    def _moments(self) -> list[int]:
        """When the fold of the log is compared with the live state, the last first."""
        random = Random(self.seed)
        span = self.scenario.length_ms
        return sorted((self.scenario.begins_at + random.randrange(span) for _ in range(COMPARISONS)), reverse=True)

    def play(self, progress: Callable[[float], None] = lambda share: None) -> Played:
        """Everything, from the beginning to the last limit. `progress` hears of the share that is done, 0 to 1.

        A hub that fails ends the day where it failed; that is a violation too.
        """
        try:
            self._play(progress)
        except Exception as error:
            file, line, function, _ = extract_tb(error.__traceback__)[-1]
            why = f"{type(error).__name__} in {function} ({file.rpartition('/')[2]}:{line}): {error}"
            self.watch.note(FAILED, "", why, self.hub.state, self.life.now)
        self._drain()
        return Played(
            seed=self.seed,
            called=self.scene.called,
            turned_away=self.scene.turned_away,
            events=self._events,
            decisions=self.life.decisions,
            refused=self.life.diary.refused,
            intervals={key: total(parts) for key, parts in self._found.items()},
            violations=self.watch.violations,
            broken=self.watch.broken,
        )

    def _play(self, progress: Callable[[float], None]) -> None:
        scene, since = self.scene, self.scenario.begins_at
        self.life.decide(ApplyCenter(version=1, center=self.scenario.center), since)
        now = since
        while now < scene.closes_at:
            now = self._goes_on(now, min(now + CHUNK_MS, scene.closes_at))
            progress((now - since) / self.scenario.length_ms)
        while scene.busy() and now < scene.closes_at + LAST_MS:
            now = self._goes_on(now, now + CHUNK_MS)
        scene.cut_short(now)
        now = self._goes_on(now, now + CHUNK_MS)
        scene.send_home(now)
        now = self._goes_on(now, now + HOUR)
        if self.scenario.faults.any:
            scene.world.network.listed()
        now = self._goes_on(now, now + TIDY_MS)
        if self._checks:
            self._compare(now)
            self.watch.close(self.hub.state, now)

    def _goes_on(self, now: int, until: int) -> int:
        self.life.live(now, until)
        if self._checks:
            self.watch.sweep(self.hub.state, until)
        return until

    # -- after each decision --------------------------------------------------------------------------------------------

    def _after(self, hub: Hub, decision: Decision, now: int) -> None:
        self.watch.step(decision.events, hub.state, now)
        self.follower.follow(decision.events, decision.personal)
        if self._compare_at and now >= self._compare_at[-1]:
            self._compare_at.pop()
            self._compare(now)
        self._after_fast(hub, decision, now)

    def _compare(self, now: int) -> None:
        for difference in self.follower.differences(self.hub.state):
            self.watch.note(LOG_DIFFERS, "", difference, self.hub.state, now)

    def _after_fast(self, hub: Hub, decision: Decision, now: int) -> None:
        self._events += len(decision.events)
        self._undrained += len(decision.events)
        for recorded in decision.events:
            self._book.apply(recorded)
        if self._undrained >= DRAIN_EVERY:
            self._drain()

    def _drain(self) -> None:
        self._undrained = 0
        for key, counters in self._book.drain().items():
            self._found.setdefault(key, []).append(counters)
