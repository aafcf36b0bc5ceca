"""Messages that cannot be understood, answers that say nothing. With callers on the line: tests/integration/test_bad_line."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.kernel import effects as fx
from callcenter.kernel import signals as sig
from callcenter.kernel.flow import SayPrompt
from callcenter.kernel.ids import BridgeId, CarrierName, EffectId, LegId, PromptId, RecordingId
from callcenter.kernel.words import Fault
from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.lines import LookAgain
from callcenter.telephony.asterisk.replies import NO_ANSWER, Reply
from tests.unit.telephony.replay import Replay

PBX = CarrierName("pbx")
LEG, BRIDGE, TAPE = LegId("l" * 20), BridgeId("b" * 20), RecordingId("r" * 20)
NOTHING = (NO_ANSWER, "")
PAGE = (500, "<html>Oops</html>")
NOT_THERE = (404, '{"message":"not found"}')

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
FIELDS = st.dictionaries(st.text(max_size=9), JSON)
TYPED = st.builds(lambda kind, rest: rest | {"type": kind}, st.sampled_from(ari.ALLOWED), FIELDS)


@given(st.binary(max_size=200) | (JSON | TYPED).map(msgspec.json.encode))
def test_no_message_raises(message: bytes):
    told = ari.decode(message)
    if isinstance(told, ari.Unknown):
        assert len(told.kind) <= 40, "it becomes a label of the metrics"


@pytest.mark.parametrize("head", ["", '{"type":"StasisEnd","channel":', '{"type":"NeverHeardOf","x":', '{"x":'])
def test_no_depth_is_too_deep(head: str):
    assert isinstance(ari.decode(head + "[" * 100_000), ari.Unknown)
    with pytest.raises(msgspec.DecodeError):
        ari.read(head + "[" * 100_000, list[ari.Channel])
    assert Reply(request=r.channels(), status=500, reason="why", body=head + "[" * 100_000).message == "why"


@pytest.mark.parametrize(
    ("status", "body", "unclear"),
    [
        (200, "nonsense", False), (204, "", False), (404, '{"message":"x"}', False), (500, '{"error":"x"}', False),
        (404, "<html>", True), (500, "<html>", True), (0, "", True), (-7, "", True), (302, "{}", True), (999, "{}", True),
    ],
)  # fmt: skip
def test_which_answers_say_nothing(status: int, body: str, unclear: bool):
    assert Reply(request=r.channels(), status=status, reason="", body=body).unclear is unclear


class Story(Replay):
    """A leg that calls in, and answers to what is asked of Asterisk about it."""

    def __init__(self) -> None:
        super().__init__()
        self.event(ari.StasisStart, args=["inbound", "+12125550100"])
        self.do(fx.AnswerLeg)

    def event(self, kind: Any, **fields: Any) -> None:
        place = ari.DialplanCEP(context="", exten="", app_name="Stasis", app_data="callcenter,inbound")
        nobody = ari.CallerID(name="", number="")
        channel = ari.Channel(
            id=fields.pop("id", LEG), name="", state="Up", caller=nobody, connected=nobody, dialplan=place, creationtime=""
        )
        self.translation.event(kind(application="", timestamp="?", channel=channel, **fields), 1_000)
        self.drain()

    def up(self) -> None:
        self.event(ari.ChannelStateChange)
        self.signals.clear()

    def do(self, kind: Any, **fields: Any) -> None:
        fields = fields if kind is fx.StartRecording else {"leg": LEG} | fields
        self.translation.effect(kind(effect=EffectId("e" * 20), carrier=PBX, **fields), 1_000)
        self.drain()

    def answered(self, operation: str, status: int, body: str) -> None:
        """Asterisk answers the newest request of this kind."""
        send = next(send for send in reversed(self.sent) if send.request.operation == operation)
        self.translation.reply(Reply(request=send.request, status=status, reason="", body=body, token=send.token), 2_000)
        self.drain()

    def kinds(self) -> list[str]:
        return [type(signal).__name__ for signal in self.signals if not isinstance(signal, LookAgain)]

    def faults(self) -> list[Fault]:
        return [signal.fault for signal in self.signals if isinstance(signal, sig.EffectFailed)]


UP = (
    f'{{"id":"{LEG}","name":"","state":"Up","caller":{{"name":"","number":""}},"connected":{{"name":"","number":""}},'
    '"dialplan":{"context":"","exten":"","app_name":"","app_data":""},"creationtime":""}'
)
BRIDGE_WITH = f'{{"id":"x","channels":["{LEG}"],"creationtime":""}}'
RECORDS = '{"name":"x","target_uri":"","state":"recording"}'
DONE = {
    "channels.answer": ("channels.get", UP, "LegAnswered"),
    "channels.playWithId": ("playbacks.get", "{}", None),
    "bridges.addChannel": ("bridges.get", BRIDGE_WITH, "LegJoined"),
    "bridges.record": ("recordings.getLive", RECORDS, "RecordingStarted"),
}
"""Request -> what looks whether it was done, what that finds when it was, and what is said then."""


def asked(operation: str) -> Story:
    """A story in which this was just asked of Asterisk."""
    story = Story()
    if operation == "channels.answer":
        story.signals.clear()
        return story
    story.up()
    if operation == "channels.playWithId":
        story.do(fx.PlayPrompts, prompts=(SayPrompt(PromptId("menu")),), language="en")
    else:
        story.do(fx.JoinBridge, bridge=BRIDGE)
    if operation == "bridges.record":
        story.do(fx.StartRecording, recording=TAPE, bridge=BRIDGE)
    return story


@pytest.mark.parametrize("nonsense", [NOTHING, PAGE])
@pytest.mark.parametrize("operation", DONE)
def test_what_was_done_after_all_goes_on_as_if_nothing_had_been(operation: str, nonsense: tuple[int, str]):
    look, found, said = DONE[operation]
    story = asked(operation)
    story.answered(operation, *nonsense)
    assert any(isinstance(signal, LookAgain) for signal in story.signals), "the resync looks for whatever else went wrong"
    assert story.kinds() == []
    story.answered(look, 200, found)
    assert story.kinds() == ([] if said is None else [said])


@pytest.mark.parametrize("operation", DONE)
def test_what_was_not_done_fails_once(operation: str):
    story = asked(operation)
    story.answered(operation, *PAGE)
    story.answered(DONE[operation][0], *NOT_THERE)
    assert len(story.faults()) == 1
    assert set(story.kinds()) == {"EffectFailed"}


@pytest.mark.parametrize("operation", ["channels.answer", "channels.playWithId", "bridges.addChannel"])
def test_what_cannot_even_be_looked_at_fails_and_is_undone(operation: str):
    undone = {"channels.playWithId": "playbacks.stop", "bridges.addChannel": "bridges.removeChannel"}
    story = asked(operation)
    story.answered(operation, *NOTHING)
    story.answered(DONE[operation][0], *NOTHING)
    assert story.faults() == [Fault.UNAVAILABLE]
    if operation in undone:
        assert undone[operation] in [send.request.operation for send in story.sent]


def test_the_dialplans_countdown_is_stopped_once_more():
    story = Story()
    story.answered("channels.setChannelVar", *PAGE)
    story.answered("channels.setChannelVar", *PAGE)
    assert [send.request.operation for send in story.sent].count("channels.setChannelVar") == 2


def test_somebody_who_answers_a_call_that_we_gave_up_is_let_go():
    story = Story()
    story.event(ari.StasisStart, id="l" + "x" * 19, args=["leg"])
    assert story.sent[-1].request == r.hang_up("l" + "x" * 19)
    assert story.kinds() == ["LegOffered"]


@pytest.mark.parametrize("digit", ["", "44", "x", "E", "\n", "#" * 5_000])
def test_only_a_key_is_a_key(digit: str):
    story = Story()
    story.up()
    story.do(fx.Gather, prompts=(), language="en", maximum=9, terminator="#", timeout_ms=1_000, between_ms=1_000)
    story.event(ari.ChannelDtmfReceived, digit=digit)
    story.event(ari.ChannelDtmfReceived, digit="7")
    story.event(ari.ChannelDtmfReceived, digit="#")
    assert [signal.digits for signal in story.signals if isinstance(signal, sig.DigitsGathered)] == ["7"]


def test_a_caller_without_a_channel_is_nobody():
    story = Story()
    story.event(ari.StasisStart, id="", args=["inbound", "1"])
    assert story.kinds() == ["LegOffered"]
