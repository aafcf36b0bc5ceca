"""Stories of a carrier that says nothing: what it did not tell costs time, never a caller, and nobody is left behind."""

import pytest

from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.clock import HOUR, SECOND
from callcenter.kernel.effects import SETUP_MS
from callcenter.kernel.ids import AgentId, CallId
from callcenter.kernel.words import CallEnd, Cause, Party
from callcenter.simulation.phones import Outside
from tests.unit.hub.story import Story

ANA = AgentId("ana")
CUSTOMER, FRIEND = "+12125550123", "+12125550177"


@pytest.fixture
def call(story: Story) -> CallId:
    """Ana talks with a customer of billing."""
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    return call


def nothing_is_left(story: Story) -> bool:
    state = story.hub.state
    return story.network.lines == {} and state.calls == {} and state.legs == {} and state.pending == {}


def test_a_placed_call_that_is_never_joined_ends_and_gives_her_back(story: Story):
    story.signs_in("ana")
    story.network.lose_next("LegJoined")
    story.network.lose_next("LegJoined")
    story.network.outside[CUSTOMER] = Outside()
    story.asks(c.PlaceCall(agent=ANA, number=CUSTOMER))
    story.advances(20)
    assert (story.last(e.CallOver).end, story.last(e.PlacedCallFailed).cause) == (CallEnd.FAILED, Cause.FAILED)
    assert story.agent("ana").activity is Activity.IDLE
    assert nothing_is_left(story)


@pytest.mark.parametrize("silent", ["customer", "her own device"])
def test_a_placed_call_whose_ringing_never_ends_is_given_up(story: Story, silent: str):
    story.signs_in("ana")
    story.network.outside[CUSTOMER] = Outside(does="no_answer")
    if silent == "her own device":
        story.network.register("phone-ana", story.now)  # nobody and nothing picks it up
    story.asks(c.PlaceCall(agent=ANA, number=CUSTOMER))
    story.advances(5)
    story.network.lose_next("LegEnded")
    story.advances(60)
    over = story.last(e.CallOver)
    assert over.end is (CallEnd.NOT_REACHED if silent == "customer" else CallEnd.FAILED)
    assert over.cause is Cause.NO_ANSWER
    assert story.agent("ana").activity is Activity.IDLE
    story.advances(15)
    assert nothing_is_left(story)


def test_ringing_that_nobody_ends_is_given_up_by_when_it_began(story: Story):
    """The network took 6 s until it rang. After a restart it is we who give up, for the adapter has forgotten its limit."""
    story.signs_in("ana")
    story.network.outside[CUSTOMER] = Outside(does="no_answer", rings_after_ms=6_000)
    story.asks(c.PlaceCall(agent=ANA, number=CUSTOMER))
    story.advances(8)
    rang = story.all(e.LegRang)[-1]
    assert rang.give_up_at is not None
    assert 46_000 < rang.give_up_at - story.now < 48_000, "45 s of ringing and a margin"
    story.network.lose_next("LegEnded")
    story.advances((rang.give_up_at - story.now) / 1_000 - 0.5)
    assert story.all(e.PlacedCallFailed) == []
    story.advances(1)
    assert story.last(e.CallOver).cause is Cause.NO_ANSWER


def test_a_transfer_whose_ringing_never_ends_brings_the_caller_back(story: Story, call: CallId):
    story.network.outside[FRIEND] = Outside(does="no_answer")
    story.asks(c.TransferBlind(agent=ANA, call=call, to=c.ToNumber(FRIEND)))
    story.advances(5)
    story.network.lose_next("LegEnded")
    story.advances(30 + SETUP_MS / 1_000)
    assert story.last(e.TransferFailed).why == "no_answer"
    assert story.call(call).state is CallState.QUEUED


def test_an_outside_number_that_answers_and_is_never_joined_is_let_go(story: Story, call: CallId):
    story.network.outside[FRIEND] = Outside()
    story.asks(c.TransferBlind(agent=ANA, call=call, to=c.ToNumber(FRIEND)))
    story.advances(1)
    story.network.lose_next("LegJoined")
    story.network.lose_next("LegJoined")
    story.advances(10)
    assert story.last(e.TransferFailed).why == "too_slow"
    assert story.call(call).state is CallState.QUEUED
    assert [line.leg for line in story.network.lines.values()] == [story.call(call).customer]


def test_a_restored_line_that_is_never_joined_gives_the_caller_to_the_queue(story: Story, call: CallId):
    story.network.unregister("phone-ana", story.now)
    story.settles()
    assert story.call(call).state is CallState.INTERRUPTED
    story.network.lose_next("LegJoined")
    story.network.lose_next("LegJoined")
    story.signs_in("ana", available=False)
    story.advances(2)
    assert story.call(call).state is CallState.INTERRUPTED, "nobody said that they are together"
    story.advances(60)
    assert story.call(call).state is CallState.QUEUED, "she was waited for, and then the others were asked"
    assert story.agent("ana").activity is Activity.WRAPPING


def test_customer_and_outside_number_do_not_talk_for_ever(story: Story, call: CallId):
    story.network.outside[FRIEND] = Outside()
    story.asks(c.TransferBlind(agent=ANA, call=call, to=c.ToNumber(FRIEND)))
    story.advances(6)
    assert story.call(call).state is CallState.OUTSIDE
    story.advances(4 * HOUR / SECOND)
    assert (story.last(e.CallOver).end, story.last(e.CallOver).by) == (CallEnd.COMPLETED, Party.SYSTEM)
    story.advances(15)
    assert nothing_is_left(story)
