"""Random days with every fault the network knows: whatever happens, nobody is lost and nothing stays behind.

A seed is a world: the failing one is in the test's id, and `pytest -k seed-17` runs it again.
"""

import os
import random
from collections.abc import Callable
from dataclasses import fields

import msgspec
import pytest

from callcenter.hub import checkpoint
from callcenter.hub.apply import apply
from callcenter.hub.hub import Hub, Tick
from callcenter.hub.state import Agent, State
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.errors import HouseError, NotFound
from callcenter.kernel.flow import Flow
from callcenter.kernel.ids import (
    AgentId,
    BridgeId,
    CallId,
    CarrierName,
    ContactId,
    EffectId,
    LegId,
    OfferId,
    QueueId,
    RecordingId,
)
from callcenter.kernel.presence import Presence
from callcenter.kernel.words import Cause, Fault, GatherEnd, LegRole, PlaybackEnd
from callcenter.simulation.phones import Outside
from tests.unit.hub.story import CARRIER, Story, center, flow

AGENTS = ("ana", "bo", "chen")
EFFECTS = ("AnswerLeg", "OriginateLeg", "PlayPrompts", "Gather", "SetTreatment", "JoinBridge", "LeaveBridge", "StartRecording")
SIGNALS = ("LegAnswered", "LegEnded", "LegJoined", "LegLeft", "PlaybackEnded", "DigitsGathered", "RecordingEnded", "LegRinging")
OUTSIDE = "+12125550177"
SEEDS = int(os.environ.get("CALLCENTER_SEEDS", "60"))


def shuffled(dice: random.Random, known: Flow) -> Flow:
    """The same names of nodes, but what was a menu may be a queue now: somebody edits the flow under the callers."""
    kinds = list(known.nodes.values())
    dice.shuffle(kinds)
    return msgspec.structs.replace(known, nodes=dict(zip(known.nodes, kinds, strict=True)))


class Day:
    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.story = Story()
        self.offers_ended: dict[str, int] = {}
        self.folded = 0

    def live(self, steps: int, *, lies: bool = False) -> None:
        deeds: list[Callable[[], None]] = [
            self.call_in, self.call_in, self.press, self.press, self.sign_in, self.choose, self.choose, self.answer,
            self.answer, self.answer, self.reject, self.hang_up, self.phone_down, self.hold, self.hold, self.transfer,
            self.place, self.wrap_up, self.lose_phone, self.fault, self.weather, self.pause, self.pause, self.pause,
            self.change_center, self.move, self.erase, self.sleep, self.stray_command, self.stray_command,
            self.restart,
        ]  # fmt: skip
        if lies:
            deeds += [self.stray_signal] * 5
        for _ in range(steps):
            try:
                self.dice.choice(deeds)()
                self.story.settles()
            except HouseError:
                pass
            if not lies:
                self.check()

    # -- deeds ----------------------------------------------------------------------------------------------------------

    def agent(self) -> AgentId:
        return AgentId(self.dice.choice(AGENTS))

    def at_work(self, name: AgentId) -> Agent:
        """Raises NotFound when the center has no such agent at present."""
        if name not in self.story.hub.state.agents:
            raise NotFound("She was taken out of the center.")
        return self.story.agent(name)

    def call_in(self) -> None:
        dialed = self.dice.choice(["+15555550100", "+15555550999"])
        self.story.network.call_in(f"+1212555{self.dice.randrange(10_000):04}", dialed)

    def some_customer(self) -> str | None:
        lines = [line.leg for line in self.story.network.lines.values() if line.device is None]
        return self.dice.choice(lines) if lines else None

    def press(self) -> None:
        if (leg := self.some_customer()) is not None:
            self.story.network.press(leg, self.dice.choice("12129#"), self.story.now)  # type: ignore[arg-type]

    def hang_up(self) -> None:
        if (leg := self.some_customer()) is not None:
            self.story.network.hang_up(leg, self.story.now)  # type: ignore[arg-type]

    def sign_in(self) -> None:
        name = self.agent()
        roles = frozenset({LegRole.PLACING, LegRole.RECONNECT}) if self.dice.random() < 0.8 else frozenset()
        self.story.network.register(f"phone-{name}", self.story.now, answers_itself=roles)
        self.story.asks(c.SignIn(agent=name, carrier=CARRIER, device=f"phone-{name}", reachable=True))

    def choose(self) -> None:
        name = self.agent()
        available, away = c.SetAvailable(agent=name), c.SetNotReady(agent=name, reason="break")
        goes = [c.SignOut(agent=name), c.SignOut(agent=name, after_call=True)]
        wishes: list[c.AnyCommand] = [available, available, available, away, *goes]
        self.story.asks(self.dice.choice(wishes))

    def answer(self) -> None:
        self.story.network.answer(f"phone-{self.agent()}", self.story.now)

    def reject(self) -> None:
        name = self.agent()
        offer = self.at_work(name).offer
        if offer is not None and self.dice.random() < 0.5:
            self.story.asks(c.RejectOffer(agent=name, offer=offer))
        else:
            self.story.network.reject(f"phone-{name}", self.story.now)

    def phone_down(self) -> None:
        line = self.story.network.device_line(f"phone-{self.agent()}")
        if line is not None:
            self.story.network.hang_up(line.leg, self.story.now)

    def hold(self) -> None:
        name = self.agent()
        call = self.at_work(name).call
        if call is not None:
            wishes: list[c.AnyCommand] = [kind(agent=name, call=call) for kind in (c.Hold, c.Retrieve, c.HangUp)]
            self.story.asks(self.dice.choice(wishes))

    def transfer(self) -> None:
        name = self.agent()
        call = self.at_work(name).call
        if call is not None:
            self.story.network.outside[OUTSIDE] = Outside(
                does=self.dice.choice(["answers", "busy", "no_answer", "rejects", "invalid"]),
                hangs_up_after_ms=self.dice.choice([None, 4_000]),
            )
            places: list[c.Destination] = [c.ToQueue(QueueId("technical")), c.ToAgent(self.agent()), c.ToNumber(OUTSIDE)]
            to = self.dice.choice(places)
            self.story.asks(c.TransferBlind(agent=name, call=call, to=to))

    def place(self) -> None:
        self.story.network.outside[OUTSIDE] = Outside(does=self.dice.choice(["answers", "answers", "busy", "no_answer"]))
        self.story.asks(c.PlaceCall(agent=self.agent(), number=OUTSIDE))

    def wrap_up(self) -> None:
        self.story.asks(c.FinishWrapUp(agent=self.agent()))

    def lose_phone(self) -> None:
        if self.dice.random() < 0.5:
            self.story.network.unregister(f"phone-{self.agent()}", self.story.now)

    def fault(self) -> None:
        network = self.story.network
        match self.dice.randrange(3):
            case 0:
                network.fail_next(self.dice.choice(EFFECTS), self.dice.choice([f for f in Fault if f is not Fault.LOST]))
            case 1:
                network.lose_next(self.dice.choice(SIGNALS))
            case 2:
                network.double_next(self.dice.choice(SIGNALS))

    def weather(self) -> None:
        if self.story.network.connected and self.dice.random() < 0.3:
            self.story.network.lose_connection("planned")
        else:
            self.story.network.connect()

    def pause(self) -> None:
        self.story.advances(self.dice.choice([0.05, 0.3, 1, 4, 15, 40]))

    def change_center(self) -> None:
        """What people edit while calls run: things go, come back, or become something else."""
        values = center()
        dice = self.dice.random
        queues = {id: queue for id, queue in values.queues.items() if dice() < 0.5} or dict(values.queues)
        agents = {
            id: msgspec.structs.replace(agent, active=dice() < 0.8, skills=self.dice.choice([agent.skills, {"technical": 1}]))
            for id, agent in values.agents.items()
            if dice() < 0.8
        }
        changed = {
            "queues": queues,
            "default_queue": self.dice.choice(sorted(queues)),
            "agents": agents,
            "flows": {} if dice() < 0.3 else {"main": shuffled(self.dice, flow())} if dice() < 0.5 else {"main": flow()},
            "numbers": {} if dice() < 0.3 else values.numbers,
            "hours": {} if dice() < 0.2 else values.hours,
            "prompts": {} if dice() < 0.2 else values.prompts,
            "dispositions": () if dice() < 0.3 else values.dispositions,
            "blocked": () if dice() < 0.3 else values.blocked,
        }
        if dice() < 0.4:
            changed = {}
        self.story.begins_with(center(**changed))

    def move(self) -> None:
        """She signs in at another device, or once more at her own, whatever she is doing."""
        name = self.agent()
        device = self.dice.choice([f"phone-{name}", f"tablet-{name}"])
        if self.dice.random() < 0.7:
            self.story.network.register(device, self.story.now)
        self.story.asks(c.SignIn(agent=name, carrier=CARRIER, device=device, reachable=self.dice.random() < 0.7))

    def erase(self) -> None:
        if rows := sorted(self.story.hub.state.personal):
            self.story.asks(c.ErasePersonal(rows=tuple(self.dice.sample(rows, min(3, len(rows))))))

    def sleep(self) -> None:
        """The machine stood still: the network went on, and everything is due at once."""
        if self.dice.random() < 0.1:
            self.story.now += self.dice.choice([60_000, 3_600_000, 86_400_000])
            self.story.network.tick(self.story.now)
            self.story.decides(Tick())

    def stray_command(self) -> None:
        """Any command with ids of any kind: known ones, those of others, invented ones."""
        state, pick = self.story.hub.state, self.dice.choice
        agent = AgentId(pick([*AGENTS, "nobody"]))
        call = CallId(pick([*sorted(state.calls), "c-unknown"]))
        queue = QueueId(pick(["billing", "technical", "nowhere"]))
        number = pick([OUTSIDE, "911", "", "+", "x", "+49" + "1" * 15, "+1212555012345678", "erased", "0" * 40])
        places: list[c.Destination] = [c.ToQueue(queue), c.ToAgent(agent), c.ToNumber(number)]
        commands: list[c.AnyCommand] = [
            c.SignOut(agent=agent, after_call=pick([True, False])), c.SetAvailable(agent=agent),
            c.SetNotReady(agent=agent, reason=pick(["break", "party"])),
            c.RejectOffer(agent=agent, offer=OfferId(pick([*sorted(state.offers), "o-unknown"]))),
            c.Hold(agent=agent, call=call), c.Retrieve(agent=agent, call=call), c.HangUp(agent=agent, call=call),
            c.TransferBlind(agent=agent, call=call, to=pick(places)),
            c.PlaceCall(agent=agent, number=number), c.FinishWrapUp(agent=agent),
            c.ChooseContact(agent=agent, call=call, contact=ContactId(999)),
            c.SetDisposition(agent=agent, call=call, code=pick(["resolved", "party"])),
            c.SignIn(agent=agent, carrier=CarrierName(pick(["sim", "other"])), device=f"phone-{self.agent()}", reachable=True),
            c.ApplyCenter(version=0, center=center(queues={}), personal=()),
        ]  # fmt: skip
        self.story.asks(pick(commands))

    def stray_signal(self) -> None:
        """Any signal with ids of any kind, doubled, late or untrue."""
        state, pick = self.story.hub.state, self.dice.choice
        leg = LegId(pick([*sorted(state.legs), "l-unknown"]))
        bridge = BridgeId(pick([*sorted(state.bridges), "b-unknown"]))
        effect = EffectId(pick([*sorted(state.pending), "e-unknown"]))
        recording = RecordingId(pick([*sorted(state.recordings), "r-unknown"]))
        call = CallId(pick([*sorted(state.calls), "c-unknown"]))
        signals: list[s.AnySignal] = [
            s.LegRinging(leg=leg), s.LegAnswered(leg=leg), s.LegJoined(bridge=bridge, leg=leg), s.LegLeft(bridge=bridge, leg=leg),
            s.LegEnded(leg=leg, cause=pick(list(Cause))), s.BridgeClosed(bridge=bridge),
            s.PlaybackEnded(leg=leg, effect=effect, end=pick(list(PlaybackEnd))),
            s.DigitsGathered(leg=leg, effect=effect, digits=pick(["", "1", "999"]), end=pick(list(GatherEnd))),
            s.RecordingStarted(recording=recording), s.RecordingEnded(recording=recording, duration_ms=5),
            s.RecordingStored(effect=effect, recording=recording, size=1, duration_ms=1),
            s.RecordingLost(effect=effect, recording=recording, why="planned"),
            s.DeviceChanged(carrier=CARRIER, device=f"phone-{self.agent()}", reachable=pick([True, False])),
            s.EffectFailed(effect=effect, kind=pick(EFFECTS), fault=pick(list(Fault)), leg=pick([leg, None])),
            s.ContactsFound(effect=effect, call=call, matches=()), s.LookUpFailed(effect=effect, call=call, why="planned"),
        ]  # fmt: skip
        self.story.hears(pick(signals))

    def restart(self) -> None:
        """The hub comes back from a checkpoint, with the personal values that it names, and goes on as if nothing had been."""
        state = self.story.hub.state
        saved = checkpoint.dump(state)
        again = checkpoint.load(saved)
        checkpoint.know(again, {row: state.personal[row] for row in checkpoint.named(saved) if row in state.personal})
        for part in fields(State):
            if part.name not in ("personal", "matcher", "deadlines"):
                assert getattr(again, part.name) == getattr(state, part.name), part.name
        assert again.deadlines.as_dict() == state.deadlines.as_dict()
        for call in state.calls:
            assert again.matcher.position(call) == state.matcher.position(call)
        self.story.hub = Hub(again)

    # -- what must always be true ---------------------------------------------------------------------------------------

    def check(self) -> None:
        state = self.story.hub.state
        for recorded in self.story.events[self.folded :]:
            if isinstance(recorded.event, e.OfferOver | e.OfferAccepted):
                self.offers_ended[recorded.event.offer] = self.offers_ended.get(recorded.event.offer, 0) + 1
                assert self.offers_ended[recorded.event.offer] == 1, "an offer ends once"
        self.folded = len(self.story.events)
        in_call = [call.agent for call in state.calls.values() if call.agent is not None]
        assert len(in_call) == len(set(in_call)), "no agent is in two calls"
        for agent in state.agents.values():
            if agent.activity is Activity.IDLE:
                assert agent.call is None
                assert agent.offer is None
                assert agent.id not in in_call
            else:
                assert agent.presence is not Presence.SIGNED_OUT
                assert agent.call in state.calls
        due = state.deadlines.as_dict()
        about = {key[1] for key in due}
        for call in state.calls.values():
            if call.state is CallState.OVER:
                assert call.agent is None
                assert call.offer is None
            elif call.state is not CallState.QUEUED:
                assert call.id in about or any(leg in about for leg in call.legs), f"{call.state} has no deadline"
            elif call.customer not in state.legs:
                raise AssertionError("a call waits without a caller")
        for pending in state.pending.values():
            assert pending.call in state.calls

    def look_again(self) -> None:
        """A snapshot, as the service takes one after each gap and now and then: it finds what lost signals left behind."""
        self.story.network.lose_connection("planned")
        self.story.network.connect()
        self.story.settles()

    def ends(self) -> None:
        """Everybody goes home: nothing may be left anywhere."""
        story = self.story
        self.look_again()
        for line in list(story.network.lines.values()):
            story.network.hang_up(line.leg, story.now)
        story.advances(10 * 60)
        for line in list(story.network.lines.values()):
            story.network.hang_up(line.leg, story.now)
        story.advances(10 * 60)
        self.look_again()
        story.advances(5 * 3600)
        state = story.hub.state
        self.check()
        assert state.calls == {}
        assert state.legs == {}
        assert state.offers == {}
        assert state.recordings == {}
        assert state.pending == {}
        assert state.bridges == {}
        assert story.network.lines == {}
        folded = State()
        folded.personal.update({row.id: row.value for row in story.personal})
        for recorded in story.events:
            apply(folded, recorded)
        assert folded.agents == state.agents
        assert folded.deadlines.as_dict() == state.deadlines.as_dict()


@pytest.mark.parametrize("seed", [pytest.param(seed, id=f"seed-{seed}") for seed in range(SEEDS)])
def test_a_random_day(seed: int):
    day = Day(seed)
    day.live(400)
    day.ends()


@pytest.mark.parametrize("seed", [pytest.param(seed, id=f"seed-{seed}") for seed in range(SEEDS)])
def test_no_signal_and_no_command_breaks_the_hub(seed: int):
    """Whatever the world says, true or not: a decision is made, and only commands are refused."""
    Day(seed).live(300, lies=True)
