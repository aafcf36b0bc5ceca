"""Stories of agents whose log-in ends in mid-call: the call goes on, and at its end they go home."""

import pytest

from callcenter.hub.checkpoint import dump, know, load
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.errors import Refused
from callcenter.kernel.ids import AgentId, CallId
from callcenter.kernel.presence import Presence
from callcenter.kernel.words import CallEnd, OfferEnd
from callcenter.simulation.phones import Outside
from tests.unit.hub.story import CARRIER, Story

ANA = AgentId("ana")
GOES = c.SignOut(agent=ANA, after_call=True)
CUSTOMER = "+12125550150"


@pytest.fixture
def call(story: Story) -> CallId:
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    return call


def is_gone(story: Story) -> None:
    assert story.agent("ana").presence is Presence.SIGNED_OUT
    assert story.agent("ana").device is None
    assert story.hub.state.leaving == set()
    story.waits(caller="+12125550124")
    assert not story.rings("ana")


def test_whoever_asks_herself_is_still_refused(story: Story, call: CallId):
    with pytest.raises(Refused, match="in a call"):
        story.asks(c.SignOut(agent=ANA))
    story.caller_hangs_up(call)
    story.asks(c.FinishWrapUp(agent=ANA))
    assert story.agent("ana").presence is Presence.AVAILABLE, "nothing of it remains"


@pytest.mark.parametrize("wraps_up", ["finishes", "lets it run out"])
def test_after_the_call_and_the_wrap_up_she_gets_no_other(story: Story, call: CallId, wraps_up: str):
    story.waits(caller="+12125550125")
    story.asks(GOES)
    assert story.call(call).state is CallState.CONNECTED
    assert story.agent("ana").presence is Presence.AVAILABLE
    story.caller_hangs_up(call)
    assert story.agent("ana").activity is Activity.WRAPPING, "she may sign in again and say how it went"
    if wraps_up == "finishes":
        story.asks(c.FinishWrapUp(agent=ANA))
    else:
        story.advances(301)
    assert len(story.all(e.OfferMade)) == 1, "the second caller was never offered to her, not for a moment"
    is_gone(story)


def test_it_is_asked_for_once(story: Story, call: CallId):
    story.asks(GOES)
    story.asks(GOES)
    assert len(story.all(e.AgentLeaving)) == 1


def test_idle_and_in_wrap_up(story: Story, call: CallId):
    story.caller_hangs_up(call)
    story.asks(GOES)
    assert story.agent("ana").activity is Activity.WRAPPING
    story.asks(c.FinishWrapUp(agent=ANA))
    is_gone(story)
    story.signs_in("ana", available=False)
    story.asks(GOES)
    is_gone(story)


def test_an_offer_that_rings_goes_to_somebody_else_at_once(story: Story):
    story.signs_in("ana")
    call = story.waits()
    story.signs_in("bo")
    assert story.rings("ana")
    story.asks(GOES)
    assert story.last(e.OfferOver).end is OfferEnd.DEVICE_ERROR
    assert story.rings("bo")
    assert story.call(call).state is CallState.QUEUED
    is_gone(story)


def test_an_offer_that_was_accepted_becomes_her_last_call(story: Story):
    story.signs_in("ana")
    call = story.waits()
    story.advances(0.1)
    story.network.answer("phone-ana", story.now)
    for signal in story.network.take():
        story.decides(signal)  # type: ignore[arg-type]
    story.asks(GOES)
    story.advances(1)
    assert story.call(call).state is CallState.CONNECTED
    story.caller_hangs_up(call)
    story.asks(c.FinishWrapUp(agent=ANA))
    is_gone(story)


def test_a_call_that_she_places_and_that_nobody_answers(story: Story):
    story.signs_in("ana")
    story.network.outside[CUSTOMER] = Outside(does="busy")
    story.asks(c.PlaceCall(agent=ANA, number=CUSTOMER))
    story.asks(GOES)
    assert story.agent("ana").activity is Activity.DIALING
    story.advances(10)
    assert story.last(e.CallOver).end is CallEnd.NOT_REACHED
    is_gone(story)


def test_who_signs_in_again_stays(story: Story, call: CallId):
    story.asks(GOES)
    story.asks(c.SignIn(agent=ANA, carrier=CARRIER, device="phone-ana", reachable=True))
    story.advances(1)
    story.caller_hangs_up(call)
    story.asks(c.FinishWrapUp(agent=ANA))
    assert story.agent("ana").presence is Presence.AVAILABLE
    assert story.hub.state.leaving == set()


def test_it_outlives_a_restart(story: Story, call: CallId):
    story.asks(GOES)
    before = story.hub.state
    story.hub.state = load(dump(before))
    know(story.hub.state, before.personal)
    story.caller_hangs_up(call)
    story.asks(c.FinishWrapUp(agent=ANA))
    is_gone(story)
