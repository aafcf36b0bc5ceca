"""A whole simulated world: one network, its callers and its played agents, joined on one agenda. No asyncio, no clock.

Driven in virtual time it needs only a hub: `live` takes turns between the two. In real time the simulated carrier turns the
same network, and the same crowd calls in.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import get_args

from callcenter.hub.hub import Hub, Item, Tick
from callcenter.hub.turn import Decision
from callcenter.kernel.center import Center
from callcenter.kernel.commands import AnyCommand, Command
from callcenter.kernel.effects import AnyCarrierEffect, AnyEffect, LookUpContacts, StoreRecording
from callcenter.kernel.errors import HouseError
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId, CarrierName, Entropy
from callcenter.kernel.signals import AnySignal, CarrierUp, ContactMatch, ContactsFound, RecordingLost, RecordingStored
from callcenter.simulation.agenda import Agenda
from callcenter.simulation.carrier import PhoneNetwork
from callcenter.simulation.crowd import Crowd, Habits
from callcenter.simulation.people import AgentTraits, Order, PlayedAgent, workplace
from callcenter.simulation.phones import Seen

SIMULATED = CarrierName("simulated")
LOOK_UP_MS = 20
STORE_MS = 50


class World:
    """A center's surroundings in virtual time; everything follows from the seed.

    `contacts` is what look-ups find, by number; these customers call, and are called.
    """

    def __init__(
        self,
        center: Center,
        seed: int,
        *,
        habits: Habits | None = None,
        traits: AgentTraits | None = None,
        carrier: CarrierName = SIMULATED,
        contacts: Mapping[str, tuple[ContactMatch, ...]] | None = None,
    ) -> None:
        self.agenda = Agenda()
        self.random = Random(seed)
        self.contacts = contacts or {}
        self.network = PhoneNetwork(carrier, self.agenda, f"world {seed}".encode())
        self.network.texts = center.prompts
        self.crowd = Crowd(self.network, self.random, center, habits or Habits(), list(self.contacts))
        self.agents: dict[AgentId, PlayedAgent] = {}
        self.center = center
        self._traits = traits or AgentTraits()
        self._out: list[AnySignal | AnyCommand] = []
        self.network.connect()

    def hire(self, agent: AgentId, now: int, order: Order | None = None) -> PlayedAgent:
        """Plays this agent from now on."""
        played = PlayedAgent(
            agent,
            f"played-{agent}",
            self.network,
            order or self.order,
            self.random,
            workplace(self.center, list(self.contacts)),
            self._traits,
        )
        self.agents[agent] = played
        played.sign_in(now)
        return played

    def order(self, command: AnyCommand) -> None:
        """A person asks the hub for something."""
        self._out.append(command)

    def calls_come(self, mean_gap_ms: int, since: int, until: int) -> None:
        """Callers arrive at random, one in `mean_gap_ms` on average."""

        def next_call(now: int) -> None:
            if now >= until:
                return
            if now > since:
                self.crowd.call(now)
            gap = max(round(self.random.expovariate(1 / mean_gap_ms)), 1)
            self.agenda.arrange(now + gap, next_call)

        self.agenda.arrange(since, next_call)

    def perform(self, effect: AnyEffect, now: int) -> None:
        """Any effect of the hub's: the network's, or a job that this world does in its own way."""
        match effect:
            case LookUpContacts():
                matches = self.contacts.get(effect.number, ())
                found = ContactsFound(effect=effect.effect, call=effect.call, matches=matches)
                self.agenda.arrange(now + LOOK_UP_MS, lambda at: self._out.append(found))
            case StoreRecording():
                self.agenda.arrange(now + STORE_MS, lambda at: self._out.append(self._store(effect)))
            case _:
                assert isinstance(effect, get_args(AnyCarrierEffect))
                self.network.perform(effect, now)

    def _store(self, effect: StoreRecording) -> AnySignal:
        kept = self.network.recordings.get(effect.recording)
        if kept is None or kept.duration_ms is None:
            return RecordingLost(effect=effect.effect, recording=effect.recording, why="there is none")
        return RecordingStored(
            effect=effect.effect, recording=effect.recording, size=44 + kept.duration_ms * 16, duration_ms=kept.duration_ms
        )

    def next_at(self) -> int | None:
        return self.agenda.next_at()

    def tick(self, now: int) -> None:
        self.agenda.run(now)

    def take(self) -> list[AnySignal | AnyCommand]:
        """Signals and commands for the hub, in order."""
        out = self._out.copy()
        self._out.clear()
        signals: list[AnySignal | AnyCommand] = []
        for signal in self.network.take():
            signals.append(CarrierUp(carrier=self.network.name) if isinstance(signal, Seen) else signal)
        return signals + out


class Diary:
    """What the hub decided, in order, and how often it refused a command. Listeners hear of each event at once."""

    def __init__(self) -> None:
        self.events: list[Recorded] = []
        self.refused: dict[str, int] = {}
        self._listeners: list[Callable[[Recorded], None]] = []

    def on_events(self, listener: Callable[[Recorded], None]) -> None:
        self._listeners.append(listener)

    def note(self, events: Sequence[Recorded]) -> None:
        self.events.extend(events)
        for listener in self._listeners:
            for recorded in events:
                listener(recorded)


def live(world: World, hub: Hub, since: int, until: int, seed: int, diary: Diary | None = None) -> Diary:
    """Lets world and hub live from `since` to `until` (ms since the epoch), in no time at all."""
    diary = diary or Diary()
    decisions = 0

    def decide(item: Item, now: int) -> None:
        nonlocal decisions
        decisions += 1
        try:
            decision: Decision = hub.decide(item, now, Entropy(f"{seed} {now} {decisions}".encode()))
        except HouseError as error:
            assert isinstance(item, Command), "only commands are refused"
            key = f"{type(item).__name__} {error.code}"
            diary.refused[key] = diary.refused.get(key, 0) + 1
            return
        diary.note(decision.events)
        for effect in decision.effects:
            world.perform(effect, now)

    now = since
    while now <= until:
        world.tick(now)
        while items := world.take():
            for item in items:
                decide(item, now)
            world.tick(now)
        deadline = hub.next_deadline()
        if deadline is not None and deadline <= now:
            decide(Tick(), now)
            continue
        due = [at for at in (world.next_at(), deadline) if at is not None]
        if not due:
            break
        now = max(min(due), now)
    return diary
