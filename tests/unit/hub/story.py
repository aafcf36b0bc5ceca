"""A center in virtual time for stories: the real hub on the real simulated network, driven by hand, second by second."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from callcenter.hub.hub import Hub, Item, Tick
from callcenter.hub.state import Agent, Call
from callcenter.kernel import commands as c
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.center import (
    AgentValues,
    Center,
    Choice,
    HoursValues,
    Label,
    NumberValues,
    Opening,
    Outside,
    QueueValues,
    SystemPrompt,
)
from callcenter.kernel.commands import AnyCommand, Done
from callcenter.kernel.flow import Flow
from callcenter.kernel.ids import AgentId, CallId, CarrierName, Entropy, LegId, PersonalId
from callcenter.kernel.personal import PersonalRow
from callcenter.kernel.words import LegRole
from callcenter.runtime import resync
from callcenter.simulation.agenda import Agenda
from callcenter.simulation.carrier import PhoneNetwork
from callcenter.simulation.phones import Seen
from callcenter.telephony.simulated.adapter import snapshot_of

CARRIER = CarrierName("sim")
NINE = 1_790_000_000_000
"""Some morning; stories count from here."""
DIALED = "+15555550100"

SYSTEM_PROMPTS = (SystemPrompt.POSITION, SystemPrompt.NEXT, SystemPrompt.TROUBLE)

E = TypeVar("E")


def label(text: str) -> Label:
    return Label(text, text)


def flow() -> Flow:
    """Look-up, language, hours, a menu to billing or technical, where technical wants an expert."""
    nodes = {
        "who": {"node": "look_up", "found": "tongue", "not_found": "tongue", "failed": "tongue"},
        "tongue": {"node": "language", "prompt": "ask_language", "keys": {"1": "en", "2": "zh"}, "default": "en", "next": "time"},
        "time": {"node": "hours", "hours": "week", "open": "hello", "closed": "shut"},
        "hello": {"node": "say", "prompt": "welcome", "next": "menu"},
        "menu": {"node": "menu", "prompt": "menu", "keys": {"1": "billing", "2": "expert"}, "on_failure": "billing"},
        "expert": {"node": "set", "skills": {"technical": 4}, "next": "technical"},
        "billing": {"node": "queue", "queue": "billing"},
        "technical": {"node": "queue", "queue": "technical"},
        "shut": {"node": "hang_up", "prompt": "closed", "end": "closed"},
    }
    return msgspec.convert({"id": "main", "start": "who", "nodes": nodes}, Flow)


def center(**changes: object) -> Center:
    always = tuple((Opening(0, 1440),) for _ in range(7))
    values: dict[str, object] = {
        "name": "Story",
        "zone": "America/New_York",
        "queues": {
            "billing": QueueValues(id="billing", label=label("Billing"), skill="billing"),  # type: ignore[arg-type]
            "technical": QueueValues(id="technical", label=label("Technical"), skill="technical"),  # type: ignore[arg-type]
        },
        "skills": {"billing": label("Billing"), "technical": label("Technical")},
        "teams": {"day": label("Day")},
        "agents": {
            name: AgentValues(id=name, name=PersonalId(f"p-name-{name}"), team="day", skills=skills)  # type: ignore[arg-type]
            for name, skills in {
                "ana": {"billing": 5},
                "bo": {"billing": 3, "technical": 2},
                "chen": {"technical": 5},
            }.items()
        },
        "numbers": {"main": NumberValues(id="main", dialed=DIALED, label=label("Main"), flow="main")},  # type: ignore[arg-type]
        "hours": {"week": HoursValues(id="week", weekdays=always)},  # type: ignore[arg-type]
        "flows": {"main": flow()},
        "prompts": {
            name: label(f"The words of {name}")
            for name in (
                "ask_language",
                "welcome",
                "menu",
                "closed",
                SystemPrompt.POSITION,
                SystemPrompt.NEXT,
                SystemPrompt.TROUBLE,
            )
        },
        "dispositions": (Choice("resolved", label("Resolved")), Choice("wrong", label("Wrong number"))),
        "reasons": (Choice("break", label("Break")),),
        "blocked": (PersonalId("p-blocked"),),
        "default_queue": "billing",
        "outside": Outside(caller_id=DIALED),
    }
    values.update(changes)
    return Center(**values)  # type: ignore[arg-type]


PEOPLE = (
    PersonalRow(PersonalId("p-blocked"), "number", "+12125550199"),
    *(PersonalRow(PersonalId(f"p-name-{name}"), "name", name.title()) for name in ("ana", "bo", "chen")),
)


@dataclass
class Story:
    """The hub, the network, and a clock that only the story moves. Look-ups find nobody unless `contacts` says so."""

    now: int = NINE
    hub: Hub = field(default_factory=Hub)
    network: PhoneNetwork = field(default_factory=lambda: PhoneNetwork(CARRIER, Agenda()))
    events: list[e.Recorded] = field(default_factory=list)
    personal: list[PersonalRow] = field(default_factory=list)
    effects: list[fx.AnyEffect] = field(default_factory=list)
    contacts: dict[str, tuple[s.ContactMatch, ...]] = field(default_factory=dict)
    look_up_answers: bool = True
    _seed: int = 0

    def __post_init__(self) -> None:
        self.network.connect()
        self.begins_with(center())

    def begins_with(self, values: Center) -> None:
        """The center has these values from now on."""
        self.network.texts = values.prompts
        self.asks(c.ApplyCenter(version=self.hub.state.center_version + 1, center=values, personal=PEOPLE))

    # -- the machine ----------------------------------------------------------------------------------------------------

    def decides(self, item: Item) -> Done | None:
        self._seed += 1
        decision = self.hub.decide(item, self.now, Entropy(self._seed.to_bytes(8, "big")))
        self.events.extend(decision.events)
        self.personal.extend(decision.personal)
        self.effects.extend(decision.effects)
        for effect in decision.effects:
            self._perform(effect)
        return decision.reply

    def _perform(self, effect: fx.AnyEffect) -> None:
        match effect:
            case fx.LookUpContacts(effect=which, call=call, number=number):
                if self.look_up_answers:
                    self.decides(s.ContactsFound(effect=which, call=call, matches=self.contacts.get(number, ())))
            case fx.StoreRecording(effect=which, recording=recording):
                self.decides(s.RecordingStored(effect=which, recording=recording, size=44, duration_ms=1))
            case (
                fx.ClaimLeads()
                | fx.GiveBackClaims()
                | fx.SettleAttempt()
                | fx.KeepOptOut()
                | fx.KeepFollowUp()
                | fx.KeepCampaignState()
            ):
                raise AssertionError("campaigns need rows: their stories are told in tests/integration/dialing.py")
            case _:
                self.network.perform(effect, self.now)

    def settles(self) -> None:
        """Everything that is on its way at this moment arrives."""
        while signals := self.network.take():
            for signal in signals:
                if isinstance(signal, Seen):
                    self._resync(signal)
                else:
                    self.decides(signal)

    def _resync(self, seen: Seen) -> None:
        snapshot = snapshot_of(CARRIER, seen)
        for signal in list(resync.missed(self.hub.state, snapshot, self.now)):
            self.decides(signal)
        for effect in list(resync.remedies(self.hub.state, snapshot, Entropy(b"resync"))):
            self._perform(effect)

    def asks(self, command: AnyCommand) -> Done:
        reply = self.decides(command)
        self.settles()
        assert reply is not None
        return reply

    def hears(self, signal: s.AnySignal) -> None:
        self.decides(signal)
        self.settles()

    def advances(self, seconds: float) -> None:
        """Time passes; whatever falls due happens at its own moment."""
        until = self.now + round(seconds * 1000)
        self.settles()
        while True:
            due = [at for at in (self.hub.next_deadline(), self.network.next_at()) if at is not None]
            at = min(due, default=until + 1)
            if at > until:
                break
            self.now = max(self.now, at)
            self.network.tick(self.now)
            self.settles()
            if (deadline := self.hub.next_deadline()) is not None and deadline <= self.now:
                self.decides(Tick())
                self.settles()
        self.now = until

    def until(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        for _ in range(round(seconds * 10)):
            if condition():
                return
            self.advances(0.1)
        raise AssertionError("it did not happen in time")

    # -- people ---------------------------------------------------------------------------------------------------------

    def signs_in(self, name: str, *, available: bool = True) -> AgentId:
        agent = AgentId(name)
        self.network.register(f"phone-{name}", self.now, answers_itself=frozenset({LegRole.PLACING, LegRole.RECONNECT}))
        self.asks(c.SignIn(agent=agent, carrier=CARRIER, device=f"phone-{name}", reachable=True))
        if available:
            self.asks(c.SetAvailable(agent=agent))
        return agent

    def calls(self, caller: str = "+12125550123", dialed: str = DIALED) -> CallId:
        leg = self.network.call_in(caller, dialed)
        self.settles()
        return self.hub.state.legs[leg].call

    def presses(self, call: CallId, key: str) -> None:
        leg = self.call(call).customer
        assert leg is not None
        self.network.press(leg, key, self.now)
        self.settles()

    def waits(self, queue: str = "billing", caller: str = "+12125550123") -> CallId:
        """A caller goes through the menu and stands in the queue."""
        call = self.calls(caller)
        self.until(lambda: self.call(call).node == "tongue" or self.call(call).queue is not None)
        if self.call(call).node == "tongue":
            self.presses(call, "1")
        self.until(lambda: self.call(call).node == "menu")
        self.presses(call, {"billing": "1", "technical": "2"}[queue])
        self.until(lambda: self.call(call).queue == queue)
        return call

    def answers(self, name: str) -> None:
        self.advances(0.1)
        assert self.network.answer(f"phone-{name}", self.now), f"the phone of {name} does not ring"
        self.settles()
        self.advances(0.5)

    def rejects(self, name: str) -> None:
        self.advances(0.1)
        assert self.network.reject(f"phone-{name}", self.now), f"the phone of {name} does not ring"
        self.settles()

    def caller_hangs_up(self, call: CallId) -> None:
        leg = self.call(call).customer
        assert leg is not None
        self.network.hang_up(leg, self.now)
        self.settles()

    def agent_hangs_up(self, name: str) -> None:
        line = self.network.device_line(f"phone-{name}")
        assert line is not None
        self.network.hang_up(line.leg, self.now)
        self.settles()

    # -- what there is --------------------------------------------------------------------------------------------------

    def call(self, call: CallId) -> Call:
        return self.hub.state.calls[call]

    def agent(self, name: str) -> Agent:
        return self.hub.state.agents[AgentId(name)]

    def rings(self, name: str) -> bool:
        line = self.network.device_line(f"phone-{name}")
        return line is not None and line.state in ("dialing", "ringing")

    def heard_by(self, call: CallId) -> object:
        """What the customer hears: a treatment, a prompt, or the bridge she is in."""
        leg = self.call(call).customer
        assert leg is not None
        line = self.network.lines[leg]
        return line.bridge or line.hears

    def all(self, kind: type[E]) -> list[E]:
        return [recorded.event for recorded in self.events if isinstance(recorded.event, kind)]

    def last(self, kind: type[E]) -> E:
        return self.all(kind)[-1]

    def leg_of(self, name: str) -> LegId:
        line = self.network.device_line(f"phone-{name}")
        assert line is not None
        return line.leg
