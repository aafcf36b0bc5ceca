"""Stories of blind transfers: to queue, agent and outside number, and what becomes of those that fail."""

import pytest

from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.center import Timing
from callcenter.kernel.effects import SETUP_MS
from callcenter.kernel.errors import Refused
from callcenter.kernel.ids import AgentId, CallId, QueueId
from callcenter.kernel.words import CallEnd, Party, Treatment
from callcenter.simulation.phones import Outside
from tests.unit.hub.story import Story, center

ANA, BO = AgentId("ana"), AgentId("bo")
FRIEND = "+12125550177"


@pytest.fixture
def call(story: Story) -> CallId:
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    return call


def to(story: Story, call: CallId, target: c.Destination) -> None:
    story.asks(c.TransferBlind(agent=ANA, call=call, to=target))
    story.advances(0.5)


def test_to_a_queue(story: Story, call: CallId):
    story.signs_in("chen")
    to(story, call, c.ToQueue(QueueId("technical")))
    assert story.agent("ana").activity is Activity.WRAPPING
    assert story.last(e.AgentLeft).why == "transferred"
    assert story.rings("chen")
    story.answers("chen")
    assert story.call(call).agent == "chen"
    assert len(story.all(e.RecordingKept)) == 1, "the first conversation's recording ended with it"
    assert len(story.all(e.RecordingRuns)) == 2


@pytest.fixture
def moved(story: Story) -> CallId:
    """The flow had asked for an expert of technical; her colleague of billing talks with the caller now, by a transfer."""
    story.signs_in("chen")
    call = story.waits("technical")
    story.answers("chen")
    assert story.call(call).queue_skills == {"technical": 4}
    story.signs_in("ana")
    story.asks(c.TransferBlind(agent=AgentId("chen"), call=call, to=c.ToQueue(QueueId("billing"))))
    assert story.rings("ana"), "she is no expert of technical, and need not be"
    story.answers("ana")
    return call


@pytest.mark.parametrize("how", ["line lost", "transfer failed"])
def test_what_the_flow_asked_for_is_gone_with_the_queue_that_it_was_for(story: Story, moved: CallId, how: str):
    story.signs_in("bo")
    if how == "line lost":
        story.network.unregister("phone-ana", story.now)
        story.advances(31)
    else:
        story.asks(c.TransferBlind(agent=ANA, call=moved, to=c.ToAgent(BO)))
        story.advances(0.5)
        story.rejects("bo")
        story.advances(11)
    assert story.call(moved).queue == "billing"
    assert story.call(moved).queue_skills == {"billing": 1}
    assert story.rings("bo"), "a beginner of technical answers calls of billing"


def test_a_transfer_that_fails_without_a_move_keeps_what_the_flow_asked_for(story: Story):
    chen = story.signs_in("chen")
    call = story.waits("technical")
    story.answers("chen")
    story.signs_in("bo")
    story.asks(c.TransferBlind(agent=chen, call=call, to=c.ToAgent(BO)))
    story.advances(0.5)
    story.rejects("bo")
    assert story.call(call).queue_skills == {"technical": 4}


def test_a_queue_that_is_gone_takes_along_what_the_flow_asked_for(story: Story):
    """The transfer comes back to the default queue instead, where nobody need know the other one's trade."""
    chen = story.signs_in("chen")
    call = story.waits("technical")
    story.answers("chen")
    story.signs_in("bo")
    story.asks(c.TransferBlind(agent=chen, call=call, to=c.ToAgent(BO)))
    queues = {id: queue for id, queue in center().queues.items() if id != "technical"}
    story.begins_with(center(queues=queues))
    story.advances(0.5)
    story.rejects("bo")
    assert story.call(call).queue_skills == {"billing": 1}


def test_to_an_agent(story: Story, call: CallId):
    story.signs_in("bo")
    story.asks(c.Hold(agent=ANA, call=call))
    to(story, call, c.ToAgent(BO))
    assert story.rings("bo")
    assert story.heard_by(call) is Treatment.MUSIC
    story.answers("bo")
    assert story.call(call).state is CallState.CONNECTED
    assert story.call(call).agent == "bo"


def test_to_an_agent_who_does_not_answer_comes_back_to_the_queue(story: Story, call: CallId):
    story.signs_in("bo")
    to(story, call, c.ToAgent(BO))
    story.advances(31)
    assert story.last(e.TransferFailed).why == "no_answer"
    assert story.call(call).state is CallState.QUEUED
    assert story.call(call).since == story.call(call).began_at


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        ("rejects in her page", "rejected"),
        ("rejects at her telephone", "rejected"),
        ("loses her telephone", "device_error"),
        ("answers and hangs up", "agent_left"),
    ],
)
def test_a_transfer_that_fails_says_what_the_colleague_did(story: Story, call: CallId, happens: str, why: str):
    story.signs_in("bo")
    to(story, call, c.ToAgent(BO))
    assert story.rings("bo")
    match happens:
        case "rejects in her page":
            offer = story.agent("bo").offer
            assert offer is not None
            story.asks(c.RejectOffer(agent=BO, offer=offer))
        case "rejects at her telephone":
            story.network.reject("phone-bo", story.now)
        case "loses her telephone":
            story.network.unregister("phone-bo", story.now)
        case "answers and hangs up":
            story.network.answer("phone-bo", story.now)
            line = story.network.device_line("phone-bo")
            assert line is not None
            story.network.hang_up(line.leg, story.now)
    story.advances(1)
    assert story.last(e.TransferFailed).why == why
    assert story.call(call).state is CallState.QUEUED


@pytest.mark.parametrize("state", ["signed out", "not ready", "busy", "unreachable", "herself"])
def test_to_an_agent_who_cannot_take_it_is_refused_and_nothing_happens(story: Story, call: CallId, state: str):
    target = BO
    match state:
        case "not ready":
            story.signs_in("bo", available=False)
        case "busy":
            story.signs_in("bo")
            story.waits(caller="+12125550124")
        case "unreachable":
            story.signs_in("bo")
            story.network.unregister("phone-bo", story.now)
            story.settles()
        case "herself":
            target = ANA
    with pytest.raises(Refused):
        story.asks(c.TransferBlind(agent=ANA, call=call, to=c.ToAgent(target)))
    assert story.call(call).state is CallState.CONNECTED


def test_to_a_number_outside(story: Story, call: CallId):
    story.network.outside[FRIEND] = Outside(after_ms=3_000)
    to(story, call, c.ToNumber("(212) 555-0177"))
    assert story.call(call).state is CallState.TRANSFERRING
    assert story.heard_by(call) is Treatment.RINGBACK
    story.advances(4)
    assert story.call(call).state is CallState.OUTSIDE
    story.asks(c.FinishWrapUp(agent=ANA))
    story.caller_hangs_up(call)
    story.advances(1)
    assert story.network.lines == {}
    assert story.last(e.CallOver).end is CallEnd.COMPLETED


def test_the_outside_party_may_hang_up_first(story: Story, call: CallId):
    story.network.outside[FRIEND] = Outside(hangs_up_after_ms=5_000)
    to(story, call, c.ToNumber(FRIEND))
    story.advances(9)
    assert story.last(e.CallOver).by is Party.TARGET
    assert story.network.lines == {}


@pytest.mark.parametrize("does", ["busy", "no_answer", "invalid", "congestion", "rejects"])
def test_to_a_number_that_fails_the_caller_is_not_lost(story: Story, call: CallId, does: str):
    story.network.outside[FRIEND] = Outside(does=does)  # type: ignore[arg-type]
    to(story, call, c.ToNumber(FRIEND))
    story.advances(40)
    assert story.call(call).state is CallState.QUEUED
    assert story.heard_by(call) is Treatment.MUSIC
    story.signs_in("bo")
    story.answers("bo")
    assert story.call(call).state is CallState.CONNECTED


@pytest.mark.parametrize(
    ("number", "code"), [("911", "emergency_number"), ("12", "invalid_number"), ("+861012345678", "country")]
)
def test_numbers_that_may_not_be_dialed(story: Story, call: CallId, number: str, code: str):
    with pytest.raises(Refused) as refused:
        story.asks(c.TransferBlind(agent=ANA, call=call, to=c.ToNumber(number)))
    assert refused.value.code.startswith(code)
    assert story.call(call).state is CallState.CONNECTED


def test_a_customer_who_leaves_during_the_transfer_ends_it(story: Story, call: CallId):
    story.signs_in("bo")
    to(story, call, c.ToAgent(BO))
    story.caller_hangs_up(call)
    story.advances(1)
    assert not story.rings("bo")
    assert story.agent("bo").activity is Activity.IDLE
    assert story.network.lines == {}


def test_a_target_that_answers_as_the_customer_leaves_is_let_go(story: Story, call: CallId):
    story.network.outside[FRIEND] = Outside(after_ms=3_000)
    to(story, call, c.ToNumber(FRIEND))
    story.caller_hangs_up(call)
    story.advances(5)
    assert story.network.lines == {}


def test_a_number_that_answered_but_was_not_joined_when_the_time_is_over_is_let_go(story: Story):
    """The whole may last shorter than the joining: nobody may be left on the line of a call that has moved on."""
    story.begins_with(center(timing=Timing(transfer_ring_ms=2_000)))
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    story.network.outside[FRIEND] = Outside(rings_after_ms=SETUP_MS - 100, after_ms=SETUP_MS + 1_500)
    for _ in range(2):
        story.network.lose_next("LegJoined")
    story.asks(c.TransferBlind(agent=ANA, call=call, to=c.ToNumber(FRIEND)))
    story.advances(3.9 + SETUP_MS / 1_000)
    assert story.call(call).state is CallState.TRANSFERRING
    assert len(story.network.lines) == 2
    story.advances(0.2)
    assert story.call(call).state is CallState.QUEUED
    assert [line.leg for line in story.network.lines.values()] == [story.call(call).customer], "the friend's telephone is quiet"
