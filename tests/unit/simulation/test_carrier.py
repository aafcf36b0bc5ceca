"""Stories of the simulated network that the contract suite cannot tell: its weather, its clock, its sounds. In virtual time."""

import io
import struct
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.kernel.center import Label
from callcenter.kernel.effects import (
    AnswerLeg,
    DeviceTarget,
    Gather,
    HangUpLeg,
    JoinBridge,
    OriginateLeg,
    PlayPrompts,
    SetTreatment,
    StartRecording,
    StopRecording,
)
from callcenter.kernel.flow import SayNumber, SayPrompt
from callcenter.kernel.ids import BridgeId, CallId, CarrierName, Entropy, LegId, PromptId, RecordingId
from callcenter.kernel.signals import (
    CarrierDown,
    DeviceChanged,
    DigitsGathered,
    EffectFailed,
    LegAnswered,
    LegEnded,
    LegOffered,
    LegRinging,
    PlaybackEnded,
    RecordingEnded,
)
from callcenter.kernel.words import Cause, Fault, GatherEnd, LegRole, Treatment
from callcenter.simulation.agenda import Agenda, Appointment
from callcenter.simulation.carrier import PhoneNetwork
from callcenter.simulation.phones import Seen
from callcenter.simulation.sound import RATE, Stretch, prompt_ms, wav

HELLO = PromptId("hello")
NAME = CarrierName("sim")


class Town:
    """A network, a clock that stands still until it is moved, and short words for effects."""

    def __init__(self) -> None:
        self.network = PhoneNetwork(NAME, Agenda(), b"a town")
        self.network.texts = {HELLO: Label("x" * 20, "好" * 5)}
        self.network.connect()
        self.now = 1_000
        self.entropy = Entropy(b"effects")
        self.heard: list[object] = []
        self.listen()

    def listen(self) -> list[object]:
        """What has come since the last time."""
        self.network.tick(self.now)
        fresh: list[object] = list(self.network.take())
        self.heard += fresh
        return fresh

    def wait(self, ms: int) -> list[object]:
        self.now += ms
        return self.listen()

    def do(self, kind, **fields):
        effect = kind(effect=self.entropy.effect(), carrier=NAME, **fields)
        self.network.perform(effect, self.now)
        return effect.effect

    def ring(self, device: str, role: LegRole = LegRole.AGENT) -> LegId:
        leg = self.entropy.leg()
        target = DeviceTarget(device)
        self.do(OriginateLeg, leg=leg, call=CallId("c"), target=target, role=role, ring_ms=9_000, caller_id="")
        return leg

    def caller(self) -> LegId:
        leg = self.network.call_in("+12025550111", "+12025550100")
        self.do(AnswerLeg, leg=leg)
        self.listen()
        return leg


@pytest.fixture
def town() -> Town:
    return Town()


def test_a_prompt_lasts_as_long_as_its_text(town):
    leg = town.caller()
    effect = town.do(PlayPrompts, leg=leg, prompts=(SayPrompt(HELLO), SayNumber(12)), language="en")
    lasts = 20 * 65 + 2 * 450
    assert town.wait(lasts - 1) == []
    assert [signal.effect for signal in town.wait(1)] == [effect]


def test_between_and_first_key_have_times_of_their_own(town):
    leg = town.caller()
    ask = {"prompts": (SayPrompt(HELLO),), "language": "en", "maximum": 4, "terminator": "#"}
    town.do(Gather, leg=leg, timeout_ms=5_000, between_ms=2_000, **ask)
    assert town.wait(1_300 + 4_999) == [], "the first key may come until 5 s after the prompt"
    town.network.press(leg, "1", town.now)
    assert town.wait(1_999) == []
    (gathered,) = town.wait(1)
    assert isinstance(gathered, DigitsGathered)
    assert (gathered.digits, gathered.end) == ("1", GatherEnd.TIMEOUT)


def test_keys_ahead_of_a_question_answer_it_but_for_those_pressed_to_music(town):
    leg = town.caller()
    ask = {"prompts": (SayPrompt(HELLO),), "language": "en", "terminator": "", "timeout_ms": 100, "between_ms": 100}
    for key in "12":
        town.network.press(leg, key, town.now)
    town.do(Gather, leg=leg, maximum=1, **ask)
    town.do(Gather, leg=leg, maximum=1, **ask)
    assert [gathered.digits for gathered in town.wait(0)] == ["1", "2"]
    town.network.press(leg, "3", town.now)
    town.do(SetTreatment, leg=leg, treatment=Treatment.MUSIC)
    town.network.press(leg, "4", town.now)
    town.do(Gather, leg=leg, prompts=(), language="en", maximum=1, terminator="", timeout_ms=100, between_ms=100)
    (gathered,) = town.wait(100)
    assert isinstance(gathered, DigitsGathered)
    assert gathered.digits == ""


def test_everything_due_by_now_happens_in_its_order_however_late_the_tick(town):
    leg = town.caller()
    town.network.register("desk", town.now)
    ringing = town.ring("desk")
    town.do(PlayPrompts, leg=leg, prompts=(SayPrompt(HELLO),), language="en")
    late = [type(signal) for signal in town.wait(60_000)]
    assert late == [DeviceChanged, LegRinging, PlaybackEnded, LegEnded]
    assert town.heard[-1].leg == ringing
    assert town.heard[-1].cause is Cause.NO_ANSWER


def test_a_device_in_a_call_is_busy_for_another(town):
    town.network.register("desk", town.now)
    first, second = town.ring("desk"), town.ring("desk")
    town.network.answer("desk", town.now)
    ended = [signal for signal in town.wait(100) if isinstance(signal, LegEnded)]
    assert [(signal.leg, signal.cause) for signal in ended] == [(second, Cause.BUSY)]
    town.network.hang_up(first, town.now)
    third = town.ring("desk")
    assert LegRinging(leg=third) in town.wait(100)


@pytest.mark.parametrize(("role", "answers"), [(LegRole.PLACING, True), (LegRole.RECONNECT, True), (LegRole.AGENT, False)])
def test_a_softphone_answers_by_itself_only_what_its_agent_asked_for(town, role, answers):
    town.network.register("desk", town.now, answers_itself=frozenset({LegRole.PLACING, LegRole.RECONNECT}))
    leg = town.ring("desk", role)
    assert (LegAnswered(leg=leg) in town.wait(1_000)) is answers


def test_a_device_registered_anew_has_lost_its_call_but_can_be_rung_at_once(town):
    town.network.register("desk", town.now)
    leg = town.ring("desk")
    town.network.answer("desk", town.now)
    town.listen()
    town.network.register("desk", town.now)
    assert town.listen() == [LegEnded(leg=leg, cause=Cause.FAILED)]
    again = town.ring("desk")
    assert LegRinging(leg=again) in town.wait(100)


def test_what_happens_in_a_gap_is_lost_and_shows_in_the_next_snapshot(town):
    stays, leaves = town.caller(), town.caller()
    town.network.lose_connection("a storm")
    town.network.hang_up(leaves, town.now)
    newcomer = town.network.call_in("", "+12025550100")
    assert town.listen() == [CarrierDown(carrier=NAME, why="a storm")]
    town.network.connect()
    (seen,) = town.listen()
    assert isinstance(seen, Seen)
    assert {line.leg: line.up for line in seen.legs} == {stays: True, newcomer: False}


def test_a_planned_fault_strikes_once(town):
    leg = town.caller()
    town.network.fail_next("JoinBridge", Fault.UNAVAILABLE)
    town.do(JoinBridge, leg=leg, bridge=BridgeId("b1"))
    town.do(JoinBridge, leg=leg, bridge=BridgeId("b1"))
    failed, joined = town.listen()
    assert isinstance(failed, EffectFailed)
    assert (failed.fault, failed.leg) == (Fault.UNAVAILABLE, leg)
    assert joined.leg == leg


def test_a_signal_can_be_lost_or_come_twice(town):
    town.network.lose_next("LegOffered")
    town.network.double_next("LegEnded")
    first = town.network.call_in("", "+12025550100")
    second = town.network.call_in("", "+12025550100")
    town.network.hang_up(first, town.now)
    town.network.hang_up(second, town.now)
    assert [(type(signal), signal.leg) for signal in town.listen()] == [
        (LegOffered, second),
        (LegEnded, first),
        (LegEnded, first),
        (LegEnded, second),
    ]


def test_two_networks_of_one_seed_say_the_same():
    def day(seed: int) -> list[object]:
        town = Town()
        town.network.register("desk", town.now)
        leg = town.caller()
        town.ring("desk")
        town.do(PlayPrompts, leg=leg, prompts=(SayNumber(seed),), language="zh")
        town.wait(5_000)
        town.do(HangUpLeg, leg=leg)
        town.listen()
        return town.heard

    assert day(7) == day(7)


def test_a_recording_knows_who_spoke_when(town):
    caller = town.network.call_in("", "+12025550100", tone=440)
    town.do(AnswerLeg, leg=caller)
    town.network.register("desk", town.now, tone=660)
    agent = town.ring("desk")
    town.network.answer("desk", town.now)
    bridge, recording = BridgeId("b1"), RecordingId("r1")
    town.do(JoinBridge, leg=caller, bridge=bridge)
    town.do(StartRecording, recording=recording, bridge=bridge)
    town.wait(1_000)
    town.do(JoinBridge, leg=agent, bridge=bridge)
    town.wait(2_000)
    town.network.mute(agent, True, town.now)
    town.wait(500)
    town.do(StopRecording, recording=recording)
    assert RecordingEnded(recording=recording, duration_ms=3_500) in town.listen()
    stretches = town.network.recordings[recording].stretches
    assert stretches == [Stretch(0, 1_000, (440,)), Stretch(1_000, 3_000, (440, 660)), Stretch(3_000, 3_500, (440,))]
    pieces = town.network.recording(recording)
    assert pieces is not None
    with wave.open(io.BytesIO(b"".join(pieces))) as file:
        assert file.getnframes() == 3_500 * RATE // 1_000
    town.network.discard(recording)
    assert town.network.recording(recording) is None


def test_a_recording_that_runs_cannot_be_fetched(town):
    leg = town.caller()
    town.do(JoinBridge, leg=leg, bridge=BridgeId("b1"))
    town.do(StartRecording, recording=RecordingId("r1"), bridge=BridgeId("b1"))
    assert town.network.recording(RecordingId("r1")) is None


@given(
    duration_ms=st.integers(0, 2_000),
    edges=st.lists(st.integers(0, 2_000), min_size=2, max_size=6).map(sorted),
)
def test_a_wav_file_has_exactly_the_length_that_it_says(duration_ms, edges):
    stretches = tuple(Stretch(since, until, (440,)) for since, until in zip(edges[::2], edges[1::2], strict=False))
    content = b"".join(wav(duration_ms, stretches))
    samples = duration_ms * RATE // 1_000
    assert len(content) == 44 + 2 * samples
    assert struct.unpack_from("<I", content, 40)[0] == 2 * samples
    assert struct.unpack_from("<I", content, 4)[0] == len(content) - 8


def test_a_prompt_without_text_has_no_length():
    assert prompt_ms(SayPrompt(PromptId("nowhere")), "en", {}) is None


def test_agenda_runs_by_time_then_by_order_of_arranging():
    agenda, seen = Agenda(), []
    agenda.arrange(20, lambda at: seen.append(("late", at)))
    agenda.arrange(10, lambda at: seen.append(("first", at)))
    agenda.arrange(10, lambda at: agenda.arrange(10, lambda again: seen.append(("by the second", again))))
    dropped = agenda.arrange(15, lambda at: seen.append(("never", at)))
    dropped.cancel()
    dropped.cancel()
    assert agenda.next_at() == 10
    agenda.run(19)
    assert seen == [("first", 10), ("by the second", 10)]
    assert agenda.next_at() == 20
    agenda.run(20)
    assert agenda.next_at() is None
    assert seen[-1] == ("late", 20)


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=300))
def test_agenda_forgets_what_was_cancelled_and_nothing_else(plans):
    agenda = Agenda()
    seen: list[int] = []

    def arrange(index: int, at: int) -> Appointment:
        return agenda.arrange(at, lambda now: seen.append(index))

    arranged = [(arrange(index, at), at, drop) for index, (at, drop) in enumerate(plans)]
    for appointment, _, drop in arranged:
        if drop:
            appointment.cancel()
    agenda.run(100)
    expected = sorted((at, index) for index, (_, at, drop) in enumerate(arranged) if not drop)
    assert seen == [index for _, index in expected]
