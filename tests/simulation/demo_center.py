"""The sample center with the demo's people, in virtual time: the real hub, the real network, no clock."""

from functools import cache
from pathlib import Path
from random import Random

from callcenter.hub.hub import Hub
from callcenter.kernel.center import Center
from callcenter.kernel.commands import AnyCommand, ApplyCenter, SetAvailable, SignIn
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId, Entropy
from callcenter.simulation.demo import Demo
from callcenter.simulation.phones import Line, Person
from callcenter.simulation.world import Diary, World, live
from config.center_file import read_center

WEDNESDAY_NOON = 1_790_784_000_000
"""In New York: every queue of the sample center is open."""
SAMPLE = Path(__file__).parents[2] / "config" / "example" / "center.yaml"
CUSTOMERS = tuple(f"+1212555{number:04d}" for number in range(160, 180))


@cache
def sample_center() -> Center:
    return read_center(SAMPLE).center


class Hand(Person):
    """A person at a page: answers what rings after 3 s."""

    def __init__(self, day: "DemoDay") -> None:
        self._day = day

    def rings(self, line: Line, now: int) -> None:
        network = self._day.world.network
        assert line.device is not None
        device = line.device
        network.agenda.arrange(now + 3_000, lambda at: network.answer(device, at))


class DemoDay:
    """The demo, as it runs for everybody who types `make demo`."""

    def __init__(self, seed: int, persons: tuple[str, ...] = ("1001", "1002"), start: int = WEDNESDAY_NOON) -> None:
        center = sample_center()
        self.seed = seed
        self.now = start
        self.world = World(center, seed)
        self.hub = Hub()
        self.diary = Diary()
        self.demo = Demo(
            self.world.network,
            center,
            Random(seed),
            self.world.order,
            persons=[AgentId(person) for person in persons],
            numbers=CUSTOMERS,
        )
        self.diary.on_events(self.demo.saw)
        self.ask(ApplyCenter(version=1, center=center))
        self.demo.start(self.now)

    def ask(self, command: AnyCommand) -> list[Recorded]:
        decision = self.hub.decide(command, self.now, Entropy(f"{self.seed} {len(self.diary.events)}".encode()))
        self.diary.note(decision.events)
        for effect in decision.effects:
            self.world.perform(effect, self.now)
        return list(decision.events)

    def goes_on(self, seconds: float) -> list[Recorded]:
        """Lets so much time pass; answers with what happened in it."""
        before = len(self.diary.events)
        until = self.now + round(seconds * 1_000)
        live(self.world, self.hub, self.now, until, self.seed, self.diary)
        self.now = until
        return self.diary.events[before:]

    def person_comes(self, agent: str) -> None:
        """Somebody logs in as this agent, with the page's own device, and says that she is available."""
        device = f"{agent}-page"
        self.world.network.register(device, self.now, person=Hand(self))
        self.ask(SignIn(agent=AgentId(agent), carrier=self.world.network.name, device=device, reachable=True))
        self.ask(SetAvailable(agent=AgentId(agent)))
