"""Stories of calls that agents place: answered, busy, unanswered, refused, given up."""

import pytest

from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.errors import Refused
from callcenter.kernel.ids import AgentId, CallId
from callcenter.kernel.presence import Presence
from callcenter.kernel.words import CallEnd, Cause
from callcenter.simulation.phones import Outside
from tests.unit.hub.story import Story

ANA = AgentId("ana")
CUSTOMER = "+12125550123"


def places(story: Story, does: str = "answers", number: str = CUSTOMER) -> CallId:
    story.network.outside[CUSTOMER] = Outside(does=does)  # type: ignore[arg-type]
    call = story.asks(c.PlaceCall(agent=ANA, number=number)).call
    assert call is not None
    return call


def test_an_answered_call_is_joined_recorded_and_wrapped_up(story: Story):
    story.signs_in("ana", available=False)
    call = places(story, number="(212) 555-0123")
    assert story.agent("ana").activity is Activity.DIALING
    story.advances(5)
    assert story.call(call).state is CallState.CONNECTED
    assert story.agent("ana").activity is Activity.TALKING
    assert story.all(e.RecordingRuns)
    assert story.last(e.ContactsAsked).call == call
    story.caller_hangs_up(call)
    assert story.agent("ana").activity is Activity.WRAPPING
    story.asks(c.FinishWrapUp(agent=ANA))
    assert story.agent("ana").presence is Presence.NOT_READY, "what she had chosen"


@pytest.mark.parametrize(
    ("does", "cause"),
    [
        ("busy", Cause.BUSY),
        ("no_answer", Cause.NO_ANSWER),
        ("invalid", Cause.INVALID_NUMBER),
        ("congestion", Cause.CONGESTION),
        ("rejects", Cause.REJECTED),
    ],
)
def test_a_call_that_fails_gives_the_chosen_presence_back(story: Story, does: str, cause: Cause):
    story.signs_in("ana", available=False)
    places(story, does)
    story.advances(50)
    assert story.last(e.CallOver).end is CallEnd.NOT_REACHED
    assert story.last(e.CallOver).cause is cause
    assert story.agent("ana").activity is Activity.IDLE
    assert story.agent("ana").presence is Presence.NOT_READY
    assert story.network.lines == {}
    assert story.hub.state.calls == {}


def test_she_may_give_up(story: Story):
    story.signs_in("ana")
    call = places(story, "no_answer")
    story.advances(3)
    story.asks(c.HangUp(agent=ANA, call=call))
    story.advances(1)
    assert story.last(e.CallOver).end is CallEnd.WITHDRAWN
    assert story.network.lines == {}
    assert story.agent("ana").activity is Activity.IDLE


def test_hanging_up_her_phone_gives_up_too(story: Story):
    story.signs_in("ana")
    places(story, "no_answer")
    story.advances(3)
    story.agent_hangs_up("ana")
    story.advances(1)
    assert story.last(e.CallOver).end is CallEnd.WITHDRAWN
    assert story.network.lines == {}


def test_a_waiting_caller_does_not_ring_her_while_she_dials(story: Story):
    story.signs_in("ana")
    places(story, "no_answer")
    waiting = story.waits(caller="+12125550124")
    assert story.call(waiting).offer is None
    story.advances(50)
    assert story.call(waiting).offer is not None


@pytest.mark.parametrize(
    ("number", "code"),
    [("911", "emergency_number"), ("+1 911", "emergency_number"), ("abc", "invalid_number"), ("+4420", "invalid_number")],
)
def test_what_may_not_be_dialed(story: Story, number: str, code: str):
    story.signs_in("ana")
    with pytest.raises(Refused) as refused:
        story.asks(c.PlaceCall(agent=ANA, number=number))
    assert refused.value.code == code
    assert story.hub.state.calls == {}


def test_not_signed_in_busy_and_unreachable_are_told_apart(story: Story):
    with pytest.raises(Refused) as refused:
        story.asks(c.PlaceCall(agent=ANA, number=CUSTOMER))
    assert refused.value.code == "not_signed_in"
    story.signs_in("ana")
    places(story, "no_answer")
    with pytest.raises(Refused) as refused:
        story.asks(c.PlaceCall(agent=ANA, number=CUSTOMER))
    assert refused.value.code == "busy"
    story.signs_in("bo")
    story.network.unregister("phone-bo", story.now)
    story.settles()
    with pytest.raises(Refused) as refused:
        story.asks(c.PlaceCall(agent=AgentId("bo"), number=CUSTOMER))
    assert refused.value.code == "device_unreachable"


def test_a_placed_call_survives_a_lost_line(story: Story):
    story.signs_in("ana")
    call = places(story)
    story.advances(5)
    story.network.unregister("phone-ana", story.now)
    story.settles()
    assert story.call(call).state is CallState.INTERRUPTED
    story.signs_in("ana", available=False)
    story.advances(1)
    assert story.call(call).state is CallState.CONNECTED
