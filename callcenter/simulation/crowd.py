"""Everybody who may call a center: who calls next, by which way, and what she is like. Pure chance from a seeded `Random`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

from msgspec import Struct

from callcenter.kernel.center import Center
from callcenter.kernel.clock import QUARTER
from callcenter.kernel.flow import LanguageNode, MenuNode
from callcenter.kernel.ids import LegId, PromptId, SkillId
from callcenter.simulation.carrier import PhoneNetwork
from callcenter.simulation.people import CALLER_TONES, Caller, CallerTraits
from callcenter.simulation.ways import Way, ways


class Habits(Struct, frozen=True, kw_only=True):
    """What callers are like. Means of exponential times in milliseconds, and chances from 0 to 1."""

    patience_ms: int = 180_000
    talk_ms: int = 45_000
    shortest_talk_ms: int = 8_000
    leaves_at_once: float = 0.03
    withheld: float = 0.03
    known: float = 0.7
    """Her number is one of those that the crowd was given."""


class Crowd:
    """Everybody who may call the center."""

    def __init__(
        self, network: PhoneNetwork, random: Random, center: Center, habits: Habits, numbers: Sequence[str] = ()
    ) -> None:
        self._network = network
        self._random = random
        self._habits = habits
        self._numbers = tuple(numbers)
        self._center = center
        self._keys = any_key(center)
        self._quarter = -1
        self._ways: tuple[Way, ...] = ()
        self._weights: list[float] = []
        self.callers: dict[LegId, Caller] = {}

    def call(self, now: int, for_skills: Mapping[SkillId, int] | None = None) -> Caller | None:
        """One more caller, by any way that leads to a queue now; `for_skills`: a patient one, to a queue that they serve.

        None when there is no such way.
        """
        self._look_at_the_time(now)
        chosen = [
            (way, weight)
            for way, weight in zip(self._ways, self._weights, strict=True)
            if for_skills is None or _serves(for_skills, way)
        ]
        if not chosen:
            return None
        (way,) = self._random.choices([way for way, _ in chosen], [weight for _, weight in chosen])
        habits, random = self._habits, self._random
        traits = CallerTraits(
            number=self._number(),
            way=way,
            keys=self._keys,
            think_ms=random.randint(700, 3_000),
            patience_ms=round(random.expovariate(1 / habits.patience_ms)) + (0 if for_skills is None else habits.patience_ms),
            talk_ms=max(round(random.expovariate(1 / habits.talk_ms)), habits.shortest_talk_ms),
            leaves_at_once=random.random() < habits.leaves_at_once and for_skills is None,
        )
        caller = Caller(self._network, traits, self._gone, random.choice(CALLER_TONES), now)
        self.callers[caller.leg] = caller
        return caller

    def _gone(self, caller: Caller) -> None:
        self.callers.pop(caller.leg, None)

    def waiting(self) -> list[Caller]:
        """Those who are in a queue now."""
        return [caller for caller in self.callers.values() if caller.waits]

    def coming(self) -> list[Caller]:
        """Those who have called and have talked to nobody yet: in the flow or in a queue."""
        return [caller for caller in self.callers.values() if not caller.talked]

    def _look_at_the_time(self, now: int) -> None:
        """Ways open and close. Each is taken as often as there are agents for it, so that no queue starves or drowns."""
        if now // QUARTER == self._quarter:
            return
        self._quarter = now // QUARTER
        self._ways = ways(self._center, now)
        alike = Counter((way.dialed, way.queue) for way in self._ways)
        agents = [agent.skills for agent in self._center.agents.values() if agent.active]
        self._weights = [
            (sum(_serves(skills, way) for skills in agents) + 0.1) / alike[way.dialed, way.queue] for way in self._ways
        ]

    def _number(self) -> str:
        draw = self._random.random()
        if draw < self._habits.withheld:
            return ""
        if self._numbers and draw < self._habits.withheld + self._habits.known:
            return self._random.choice(self._numbers)
        return f"+1202555{self._random.randint(100, 199):04d}"


def _serves(skills: Mapping[SkillId, int], way: Way) -> bool:
    return all(skills.get(skill, 0) >= level for skill, level in way.skills.items())


def any_key(center: Center) -> Mapping[PromptId, str]:
    """A key for every question of the center's, for callers whom a flow leads off their way."""
    keys: dict[PromptId, str] = {}
    for flow in center.flows.values():
        for node in flow.nodes.values():
            if isinstance(node, MenuNode | LanguageNode) and node.keys:
                keys[node.prompt] = next(iter(node.keys))
    return keys
