"""The people of the demo: some agents are played, callers keep coming, and a person who signs in soon gets a call.

Runs on the network's own agenda, so it is the same in real time and in virtual time. It learns what the hub decided from the
announced events, as a page does.
"""

from collections.abc import Collection, Sequence
from random import Random

from msgspec import Struct

from callcenter.kernel import events as e
from callcenter.kernel.center import Center
from callcenter.kernel.clock import SECOND
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId, CampaignId
from callcenter.simulation.carrier import PhoneNetwork
from callcenter.simulation.crowd import Crowd, Habits
from callcenter.simulation.people import AgentTraits, Order, PlayedAgent, workplace
from callcenter.simulation.phones import Outside

PLAYED = "played-"
"""Devices of played agents begin so."""
WATCH_MS = SECOND
CALL_FOR_PERSON_MS = 2 * SECOND
"""A caller is sent for a person who is free, again and again, until she has an offer."""
BACK_AT_DESK_MS = 30 * SECOND
"""After a person signed out, her desk is played again."""
HANDLING_MS = 75 * SECOND
"""Of one call, on average: ringing, talk and wrap-up. With the number of agents it gives the pace of the calls."""
LOAD = 0.75
LOAD_WITH_PERSONS = 1.0
"""People came to see the thing work: somebody always waits for them."""
EVERY_WORKER = 2
"""Of the played agents who are at work when a campaign starts: 2, every second one works it."""
_SPREAD_MS = 400


class _AtDesk(Struct):
    """A person who works in the demo, as far as calls for her are concerned."""

    campaign: bool = False
    """She works one: her calls come from there, and callers do not come for her sake."""
    available: bool = False
    free: bool = True
    aside: bool = False
    call_due_at: int = 0

    @property
    def ready(self) -> bool:
        return self.available and self.free and not self.aside and not self.campaign


class Demo:
    """Played agents and callers of one center. `order` asks the hub; `numbers` are those of customers whom the store knows."""

    def __init__(
        self,
        network: PhoneNetwork,
        center: Center,
        random: Random,
        order: Order,
        *,
        persons: Collection[AgentId],
        numbers: Sequence[str] = (),
        habits: Habits | None = None,
        traits: AgentTraits | None = None,
    ) -> None:
        self._network = network
        self._center = center
        self._random = random
        self._on = False
        self._at_desk: dict[AgentId, _AtDesk] = {}
        self.crowd = Crowd(network, random, center, habits or Habits(), numbers)
        for number in numbers:
            network.outside[number] = _outside(random)
        network.anywhere = Outside(after_ms=4 * SECOND, hangs_up_after_ms=40 * SECOND, tone=440)
        place = workplace(center, numbers)
        self.played = {
            agent.id: PlayedAgent(agent.id, PLAYED + agent.id, network, order, random, place, traits or AgentTraits())
            for agent in center.agents.values()
            if agent.active and agent.id not in persons
        }

    def start(self, now: int) -> None:
        """Everybody comes to work within seconds, and the first callers are there already."""
        self._on = True
        for index, played in enumerate(self.played.values()):
            self._network.agenda.arrange(now + index * _SPREAD_MS, lambda at, who=played: self._come(who, at))  # type: ignore[misc]
        for index in range(len(self.played) // 2 + 1):
            self._network.agenda.arrange(now + index * 2 * _SPREAD_MS, self._one_call)
        self._arrive(now)
        self._watch(now)

    def stop(self, now: int) -> None:
        """Nobody calls any more, and the played agents go home when their calls are over."""
        self._on = False
        for played in self.played.values():
            if played.on_duty:
                played.sign_out(now)

    def saw(self, recorded: Recorded) -> None:
        """Learns from what was announced."""
        event, now = recorded.event, recorded.at
        match event:
            case e.AgentSignedIn(agent=agent, device=device) | e.AgentMoved(agent=agent, device=device):
                if not device.startswith(PLAYED):
                    known = self._at_desk.get(agent)
                    self._at_desk[agent] = known if known is not None else _AtDesk()
                    if agent in self.played and self.played[agent].on_duty:
                        self.played[agent].leave(now)
            case e.AgentSignedOut(agent=agent):
                if self._at_desk.pop(agent, None) is not None and agent in self.played:
                    self._network.agenda.arrange(now + BACK_AT_DESK_MS, lambda at: self._come(self.played[agent], at))
            case e.CampaignStarted(campaign=campaign):
                self._take_up(campaign, now)
            case e.LeadPreviewed(agent=agent, attempt=attempt) if agent in self.played:
                self.played[agent].reads(attempt, now)
            case _:
                person = self._at_desk.get(getattr(event, "agent", None))  # type: ignore[arg-type]
                if person is not None:
                    self._follow(person, event, now)

    # -- pace -----------------------------------------------------------------------------------------------------------

    def _arrive(self, now: int) -> None:
        """Callers at random, a little fewer than the agents can handle."""
        if not self._on:
            return
        at_work = len(self._at_desk) + sum(played.on_duty for played in self.played.values())
        load = LOAD_WITH_PERSONS if any(not person.campaign for person in self._at_desk.values()) else LOAD
        gap_ms = HANDLING_MS / (load * max(at_work, 1))
        at = now + max(round(self._random.expovariate(1 / gap_ms)), 200)
        self._network.agenda.arrange(at, self._one_call)
        self._network.agenda.arrange(at, self._arrive)

    def _watch(self, now: int) -> None:
        """It never gets quiet, and a person who is free has a caller on the way."""
        if not self._on:
            return
        coming = len(self.crowd.coming())
        nobody_new = coming == len(self.crowd.waiting())
        if coming < (4 if self._at_desk else 2) or (nobody_new and self._random.random() < 0.25):
            self.crowd.call(now)
        for agent, person in self._at_desk.items():
            if person.ready and person.call_due_at <= now and coming < 3 * (len(self.played) + 2):
                person.call_due_at = now + CALL_FOR_PERSON_MS
                self.crowd.call(now, for_skills=self._center.agents[agent].skills)
        self._network.agenda.arrange(now + WATCH_MS, self._watch)

    def _one_call(self, now: int) -> None:
        if self._on:
            self.crowd.call(now)

    def _come(self, played: PlayedAgent, now: int) -> None:
        if self._on and not played.on_duty and played.agent not in self._at_desk:
            played.sign_in(now)

    def _take_up(self, campaign: CampaignId, now: int) -> None:
        """Some of the played agents work it besides their queues, one after the other. Who may not is refused."""
        at_work = [played for played in self.played.values() if played.on_duty]
        for index, played in enumerate(at_work[::EVERY_WORKER]):
            at = now + (index + 1) * SECOND
            self._network.agenda.arrange(at, lambda _, who=played: who.works(campaign))  # type: ignore[misc]

    def _follow(self, person: _AtDesk, event: e.AnyEvent, now: int) -> None:
        match event:
            case e.AgentWorks(campaign=campaign):
                person.campaign = campaign is not None
                person.call_due_at = now
            case e.AgentAvailable():
                person.available = True
                person.call_due_at = now
            case e.AgentNotReady():
                person.available = False
            case e.AgentSetAside():
                person.aside = True
            case e.AgentBack():
                person.aside = False
            case e.OfferMade() | e.CallPlaced():
                person.free = False
            case e.OfferOver() | e.ConnectFailed() | e.PlacedCallFailed() | e.WrapUpEnded():
                person.free = True
                person.call_due_at = now
            case _:
                pass


def _outside(random: Random) -> Outside:
    """How a customer takes a call from the center."""
    draw = random.random()
    if draw < 0.1:
        return Outside(does="busy")
    if draw < 0.2:
        return Outside(does="no_answer")
    return Outside(after_ms=random.randint(2_000, 8_000), hangs_up_after_ms=random.randint(15_000, 60_000), tone=440)
