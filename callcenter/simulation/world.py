"""A whole simulated world: one network, its callers and its played agents, joined on one agenda. No asyncio, no clock.

Driven in virtual time it needs only a hub: `live` takes turns between the two. In real time the simulated carrier turns the
same network, and the same crowd calls in.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Protocol

from callcenter.hub.hub import Hub, Item, Tick
from callcenter.hub.state import State
from callcenter.hub.turn import Decision
from callcenter.kernel.center import Center
from callcenter.kernel.commands import AnyCommand, Command
from callcenter.kernel.effects import (
    AnyCarrierEffect,
    AnyEffect,
    ClaimLeads,
    GiveBackClaims,
    KeepCampaignState,
    KeepFollowUp,
    KeepOptOut,
    LookUpContacts,
    SettleAttempt,
    StoreRecording,
)
from callcenter.kernel.errors import HouseError
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId, CarrierName, Entropy
from callcenter.kernel.signals import (
    AnySignal,
    CarrierUp,
    ClaimFailed,
    ContactMatch,
    ContactsFound,
    RecordingLost,
    RecordingStored,
)
from callcenter.simulation.agenda import Agenda
from callcenter.simulation.carrier import PhoneNetwork
from callcenter.simulation.crowd import Crowd, Habits
from callcenter.simulation.people import AgentTraits, Order, PlayedAgent, workplace
from callcenter.simulation.phones import Seen


class Resync(Protocol):
    """What the service does with a list of everything that the carrier has; it lives above this room and is handed in."""

    def missed(self, state: State, seen: Seen, now: int) -> Iterable[AnySignal]:
        """The signals that bring the state up to what the carrier has."""

    def remedies(self, state: State, seen: Seen, entropy: Entropy) -> Iterable[AnyCarrierEffect]:
        """What must be done again or undone after them."""


class Untouched:
    """A network whose connection never breaks has nothing to compare: a list says no more than that the carrier is up."""

    def __init__(self, carrier: CarrierName) -> None:
        self._carrier = carrier

    def missed(self, state: State, seen: Seen, now: int) -> Iterable[AnySignal]:
        return (CarrierUp(carrier=self._carrier),)

    def remedies(self, state: State, seen: Seen, entropy: Entropy) -> Iterable[AnyCarrierEffect]:
        return ()


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
        resync: Resync | None = None,
    ) -> None:
        self.agenda = Agenda()
        self.resync = resync or Untouched(carrier)
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

    def hire(
        self, agent: AgentId, now: int, order: Order | None = None, traits: AgentTraits | None = None
    ) -> PlayedAgent:
        """Plays this agent from now on."""
        played = PlayedAgent(
            agent,
            f"played-{agent}",
            self.network,
            order or self.order,
            self.random,
            workplace(self.center, list(self.contacts)),
            traits or self._traits,
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
            case ClaimLeads():
                nobody = ClaimFailed(effect=effect.effect, campaign=effect.campaign, why="there are no leads here")
                self.agenda.arrange(now + LOOK_UP_MS, lambda at: self._out.append(nobody))
            case GiveBackClaims() | SettleAttempt() | KeepOptOut() | KeepFollowUp() | KeepCampaignState():
                pass
            case _:
                self.network.perform(effect, now)

    def _store(self, effect: StoreRecording) -> AnySignal:
        kept = self.network.recordings.get(effect.recording)
        if kept is None or kept.duration_ms is None:
            return RecordingLost(effect=effect.effect, recording=effect.recording, why="there is none")
        self.network.discard(effect.recording)
        return RecordingStored(
            effect=effect.effect, recording=effect.recording, size=44 + kept.duration_ms * 16, duration_ms=kept.duration_ms
        )

    def next_at(self) -> int | None:
        return self.agenda.next_at()

    def tick(self, now: int) -> None:
        self.agenda.run(now)

    def take(self) -> list[AnySignal | AnyCommand | Seen]:
        """Signals and commands for the hub, in order."""
        out, self._out = self._out, []
        return [*self.network.take(), *out]

    def refused(self, command: AnyCommand, now: int) -> None:
        """The hub did not do what somebody asked."""
        agent = self.agents.get(getattr(command, "agent", None))  # type: ignore[arg-type]
        if agent is not None:
            agent.refused(command, now)


class Diary:
    """What the hub decided, in order, and how often it refused a command. Listeners hear of each event at once.

    `keeps` False: the events are for the listeners only.
    """

    def __init__(self, *, keeps: bool = True) -> None:
        self.events: list[Recorded] = []
        self.keeps = keeps
        self.refused: dict[str, int] = {}
        self._listeners: list[Callable[[Recorded], None]] = []

    def on_events(self, listener: Callable[[Recorded], None]) -> None:
        self._listeners.append(listener)

    def note(self, events: Sequence[Recorded]) -> None:
        if self.keeps:
            self.events.extend(events)
        for listener in self._listeners:
            for recorded in events:
                listener(recorded)


After = Callable[[Hub, Decision, int], None]
"""Called after each decision, with the hub that made it and the time."""


class Life:
    """World and hub living together, in no time at all. `live` goes on from where it stopped."""

    def __init__(self, world: World, hub: Hub, seed: int, diary: Diary | None = None, after: After | None = None) -> None:
        self.world = world
        self.hub = hub
        self.diary = diary or Diary()
        self.decisions = 0
        self.now = 0
        self._seed = seed
        self._after = after

    def decide(self, item: Item, now: int) -> None:
        """One item for the hub; what follows happens to the world."""
        self.now = now
        try:
            decision = self.hub.decide(item, now, self._entropy(now))
        except HouseError as error:
            assert isinstance(item, Command), "only commands are refused"
            key = f"{type(item).__name__} {error.code}"
            self.diary.refused[key] = self.diary.refused.get(key, 0) + 1
            self.world.refused(item, now)
            return
        self.diary.note(decision.events)
        if self._after is not None:
            self._after(self.hub, decision, now)
        for effect in decision.effects:
            self.world.perform(effect, now)

    def live(self, since: int, until: int) -> None:
        """From `since` to `until` (ms since the epoch)."""
        world, hub, now = self.world, self.hub, since
        while now <= until:
            world.tick(now)
            while items := world.take():
                for item in items:
                    if isinstance(item, Seen):
                        self._look(item, now)
                    else:
                        self.decide(item, now)
                world.tick(now)
            deadline = hub.next_deadline()
            if deadline is not None and deadline <= now:
                self.decide(Tick(), now)
                continue
            next_at = world.next_at()
            if next_at is None and deadline is None:
                break
            now = max(min(at for at in (next_at, deadline) if at is not None), now)

    def _look(self, seen: Seen, now: int) -> None:
        for signal in list(self.world.resync.missed(self.hub.state, seen, now)):
            self.decide(signal, now)
        for effect in list(self.world.resync.remedies(self.hub.state, seen, self._entropy(now))):
            self.world.perform(effect, now)

    def _entropy(self, now: int) -> Entropy:
        self.decisions += 1
        return Entropy(f"{self._seed} {now} {self.decisions}".encode())


def live(world: World, hub: Hub, since: int, until: int, seed: int, diary: Diary | None = None) -> Diary:
    """Lets world and hub live from `since` to `until` (ms since the epoch)."""
    life = Life(world, hub, seed, diary)
    life.live(since, until)
    return life.diary
