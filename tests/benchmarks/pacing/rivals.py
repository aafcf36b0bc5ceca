"""The laws of other dialers, as baselines. Sources: VICIdial AST_VDadapt.pl and AST_VDauto_dial.pl (SVN r3884); dialerd
(CampaignProcess) of Issabel's call center; Erlang-B pacing as in the textbook formula, tuned in hindsight like the plain ratio.
"""

import math

from tests.benchmarks.pacing.world import World

CAP = 0.03


class _Rival:
    """Hears what it needs, counts answers and drops of the day."""

    tick_ms: int | None = 500

    def __init__(self) -> None:
        self.answers = self.drops = 0
        self.resolved_dials = self.human_dials = 0

    def resolved(self, world: World, number: int, human: bool, rang_ms: int) -> None:
        self.resolved_dials += 1
        self.human_dials += human

    def cancelled(self, world: World, number: int, rang_ms: int) -> None: ...

    def served(self, talk_ms: int, wrap_up_ms: int) -> None: ...

    def answered(self, abandoned: bool) -> None:
        self.answers += 1
        self.drops += abandoned

    @property
    def rate(self) -> float:
        """Dials answered by a person."""
        return self.human_dials / self.resolved_dials if self.resolved_dials > 30 else 0.5


def _busy(world: World) -> int:
    return len(world.talking) + len(world.wrapping)


class Ratio(_Rival):
    """So many dials for each free agent."""

    def __init__(self, ratio: float) -> None:
        super().__init__()
        self.ratio = ratio

    def act(self, world: World) -> tuple[int, list[int], int | None]:
        target = math.floor(self.ratio * (len(world.free) - len(world.waiting)) + 1e-9)
        return max(0, target - len(world.ringing)), [], None


class ErlangB(_Rival):
    """Keeps so many calls offered to the agents that the loss formula gives `blocking`; tuned in hindsight to the cap."""

    def __init__(self, blocking: float) -> None:
        super().__init__()
        self.blocking = blocking
        self._loads: dict[int, float] = {}
        self._credit, self._at = 0.0, 0
        self._served, self._services = 0, 0

    def served(self, talk_ms: int, wrap_up_ms: int) -> None:
        self._served += talk_ms + wrap_up_ms
        self._services += 1

    def act(self, world: World) -> tuple[int, list[int], int | None]:
        if world.now < self._at:
            self._at = world.now
        agents = len(world.free) + _busy(world)
        mean = self._served / self._services if self._services > 20 else 180_000.0
        if agents not in self._loads:
            self._loads[agents] = _load(agents, self.blocking)
        elapsed, self._at = world.now - self._at, world.now
        # answers arrive as a Poisson stream of this load would
        self._credit += self._loads[agents] / mean * elapsed / max(self.rate, 0.02)
        dials = int(self._credit) if agents else 0
        self._credit -= dials
        return dials, [], None


def _load(agents: int, blocking: float) -> float:
    """Erlangs offered at which `agents` lose this share."""
    low, high = 0.0, 3.0 * agents + 10
    for _ in range(50):
        middle = (low + high) / 2
        loss = 1.0
        for servers in range(1, agents + 1):
            loss = middle * loss / (servers + middle * loss)
        low, high = (middle, high) if loss < blocking else (low, middle)
    return low


class _Vicidial(_Rival):
    """Level from means of 15 s of ready agents and waiting calls, every 15 s; calls are placed every 2.5 s."""

    most = 10.0

    def __init__(self) -> None:
        super().__init__()
        self.level = 1.0
        self._samples: list[tuple[int, int]] = []
        self._minute: list[tuple[int, bool]] = []
        self._now = 0
        self._sampled = self._adapted = self._placed = 0

    def answered(self, abandoned: bool) -> None:
        super().answered(abandoned)
        self._minute.append((self._now, abandoned))

    def _over(self) -> None:
        """The day's drops are above the limit."""
        raise NotImplementedError

    def _wanted(self, world: World) -> int:
        raise NotImplementedError

    def act(self, world: World) -> tuple[int, list[int], int | None]:
        now = self._now = world.now
        if now < self._placed:  # a new day
            self._sampled = self._adapted = self._placed = now
            self._minute.clear()
            self.answers = self.drops = 0
        if now - self._sampled >= 1_000:
            self._sampled = now
            self._samples = [*self._samples[-14:], (len(world.free), len(world.waiting))]
        if now - self._adapted >= 15_000 and self._samples:
            self._adapted = now
            self._adapt(max(1, len(world.free) + _busy(world)))
        if now - self._placed < 2_500 or not (world.free or _busy(world)):
            return 0, [], None
        self._placed = now
        return max(0, self._wanted(world)), [], None

    def _adapt(self, agents: int) -> None:
        ready = sum(one for one, _ in self._samples) / len(self._samples)
        waiting = sum(one for _, one in self._samples) / len(self._samples)
        self.level = min(self.most, max(1.0, self.level * (1 + (ready - waiting) / agents)))
        self._minute = [one for one in self._minute if one[0] > self._now - 60_000]
        if len(self._minute) > 20 and sum(dropped for _, dropped in self._minute) > len(self._minute) / 2:
            self.level = max(1.0, self.level / 2)
        if self.answers > 50 and self.drops / self.answers > CAP:
            self._over()


class AdaptHard(_Vicidial):
    """ADAPT_HARD_LIMIT: back to 1 above the limit; counts agents in call too."""

    def _over(self) -> None:
        self.level = 1.0

    def _wanted(self, world: World) -> int:
        placed = len(world.ringing) + len(world.waiting) + _busy(world)
        return round(self.level * (len(world.free) + _busy(world))) - placed


class AdaptAverage(_Vicidial):
    """ADAPT_AVERAGE with `available only tally`: dials for ready agents only."""

    def _over(self) -> None:
        self.level = max(1.0, self.level / 2)

    def _wanted(self, world: World) -> int:
        return round(self.level * len(world.free)) - len(world.ringing) - len(world.waiting)


class Issabel(_Rival):
    """Free agents, and busy ones whose service will be over with probability .97, through the answer rate."""

    tick_ms: int | None = 1_000
    qos = 0.97

    def __init__(self) -> None:
        super().__init__()
        self._served, self._services = 0, 0
        self._rang, self._rings = 0, 0

    def served(self, talk_ms: int, wrap_up_ms: int) -> None:
        self._served += talk_ms + wrap_up_ms
        self._services += 1

    def resolved(self, world: World, number: int, human: bool, rang_ms: int) -> None:
        super().resolved(world, number, human, rang_ms)
        if human:
            self._rang += rang_ms
            self._rings += 1

    def act(self, world: World) -> tuple[int, list[int], int | None]:
        soon = 0
        if self._services > 10 and self._rings:
            mean, ring = self._served / self._services, self._rang / self._rings
            since = (*world.talking.values(), *world.wrapping.values())
            soon = sum(1 for at in since if 1 - math.exp(-(ring + world.now - at) / mean) >= self.qos)
        wanted = len(world.free) + soon - len(world.waiting) - len(world.ringing)
        return max(0, math.floor(wanted / max(self.rate, 0.2))), [], None
