"""Stories of conversations: hold, hang-up from either side, wrap-up and outcome, and an agent whose line is lost."""

import pytest

from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.errors import NotFound, Refused
from callcenter.kernel.ids import AgentId, CallId, ContactId
from callcenter.kernel.presence import Presence
from callcenter.kernel.words import CallEnd, Fault, Party, Treatment
from tests.unit.hub.story import CARRIER, Story

ANA = AgentId("ana")


@pytest.fixture
def call(story: Story) -> CallId:
    """Ana talks with a customer of billing."""
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    return call


def test_hold_and_retrieve(story: Story, call: CallId):
    story.asks(c.Hold(agent=ANA, call=call))
    assert story.call(call).state is CallState.HELD
    assert story.agent("ana").activity is Activity.HOLDING
    story.advances(1)
    assert story.heard_by(call) is Treatment.MUSIC
    with pytest.raises(Refused, match="connected"):
        story.asks(c.Hold(agent=ANA, call=call))
    story.asks(c.Retrieve(agent=ANA, call=call))
    story.advances(1)
    assert story.call(call).state is CallState.CONNECTED
    assert story.heard_by(call) == story.call(call).bridge


def test_a_retrieve_that_fails_leaves_the_customer_on_hold_with_music(story: Story, call: CallId):
    story.asks(c.Hold(agent=ANA, call=call))
    story.advances(1)
    story.network.fail_next("JoinBridge", Fault.REFUSED)
    story.asks(c.Retrieve(agent=ANA, call=call))
    story.advances(1)
    assert story.call(call).state is CallState.HELD
    assert story.heard_by(call) is Treatment.MUSIC
    story.asks(c.Retrieve(agent=ANA, call=call))
    story.advances(1)
    assert story.call(call).state is CallState.CONNECTED


@pytest.mark.parametrize("who", ["customer", "agent", "page"])
def test_whoever_hangs_up_the_call_ends_for_both(story: Story, call: CallId, who: str):
    match who:
        case "customer":
            story.caller_hangs_up(call)
        case "agent":
            story.agent_hangs_up("ana")
        case "page":
            story.asks(c.HangUp(agent=ANA, call=call))
    story.advances(1)
    over = story.last(e.CallOver)
    assert over.end is CallEnd.COMPLETED
    assert over.by is (Party.CUSTOMER if who == "customer" else Party.AGENT)
    assert story.network.lines == {}
    assert story.network.bridges == {}
    assert story.agent("ana").activity is Activity.WRAPPING
    assert story.all(e.RecordingKept), "the recording is in the store"


def test_outcome_and_wrap_up(story: Story, call: CallId):
    story.caller_hangs_up(call)
    story.asks(c.SetDisposition(agent=ANA, call=call, code="resolved"))
    with pytest.raises(Refused, match="no such outcome"):
        story.asks(c.SetDisposition(agent=ANA, call=call, code="nonsense"))
    story.asks(c.ChooseContact(agent=ANA, call=call, contact=ContactId(5)))
    story.asks(c.FinishWrapUp(agent=ANA))
    assert story.agent("ana").activity is Activity.IDLE
    assert call not in story.hub.state.calls
    with pytest.raises(Refused, match="wrap-up of this call is over"):
        story.asks(c.SetDisposition(agent=ANA, call=call, code="resolved"))


def test_who_is_offered_a_call_says_who_the_caller_is_while_it_rings(story: Story):
    story.signs_in("ana")
    bo = story.signs_in("bo")
    call = story.waits()
    assert story.rings("ana")
    story.asks(c.ChooseContact(agent=ANA, call=call, contact=ContactId(5)))
    assert story.last(e.ContactChosen).contact == 5
    with pytest.raises(NotFound):
        story.asks(c.ChooseContact(agent=bo, call=call, contact=ContactId(6)))


def test_the_hard_limit_ends_a_wrap_up(story: Story, call: CallId):
    story.caller_hangs_up(call)
    story.advances(299)
    assert story.agent("ana").activity is Activity.WRAPPING
    story.advances(2)
    assert story.agent("ana").activity is Activity.IDLE
    assert story.last(e.WrapUpEnded).by_limit


def test_another_agent_has_no_say(story: Story, call: CallId):
    bo = story.signs_in("bo")
    for command in (c.Hold(agent=bo, call=call), c.HangUp(agent=bo, call=call)):
        with pytest.raises(NotFound):
            story.asks(command)


def test_the_presence_chosen_during_a_call_holds_after_it(story: Story, call: CallId):
    story.asks(c.SetNotReady(agent=ANA, reason="break"))
    assert story.agent("ana").activity is Activity.TALKING
    story.caller_hangs_up(call)
    story.asks(c.FinishWrapUp(agent=ANA))
    story.waits(caller="+12125550124")
    assert story.agent("ana").presence is Presence.NOT_READY
    assert not story.rings("ana")


def test_a_page_loaded_anew_finds_its_caller_again(story: Story, call: CallId):
    story.network.unregister("phone-ana", story.now)
    story.settles()
    assert story.call(call).state is CallState.INTERRUPTED
    assert story.heard_by(call) is Treatment.MUSIC
    assert story.agent("ana").activity is Activity.HOLDING
    story.advances(3)
    story.signs_in("ana", available=False)
    story.advances(1)
    assert story.call(call).state is CallState.CONNECTED
    assert story.heard_by(call) == story.call(call).bridge
    assert len(story.all(e.LineLost)) == 1
    assert len(story.all(e.CallConnected)) == 1, "it is the same conversation"


def test_a_second_page_takes_the_call_over(story: Story, call: CallId):
    story.asks(c.SignIn(agent=ANA, carrier=CARRIER, device="phone-new", reachable=False))
    assert story.call(call).state is CallState.INTERRUPTED
    story.network.register("phone-new", story.now, answers_itself=story.network.devices["phone-ana"].answers_itself)
    story.settles()
    story.advances(1)
    assert story.call(call).state is CallState.CONNECTED
    assert story.network.device_line("phone-ana") is None


def test_an_agent_who_does_not_come_back_gives_the_caller_to_the_queue_first(story: Story, call: CallId):
    since = story.call(call).since
    story.advances(10)
    later = story.waits(caller="+12125550124")
    story.network.unregister("phone-ana", story.now)
    story.settles()
    story.advances(31)
    assert story.call(call).state is CallState.QUEUED
    assert story.call(call).since == since
    assert story.last(e.CallQueued).back
    assert story.agent("ana").activity is Activity.WRAPPING
    story.signs_in("bo")
    assert story.call(call).offer is not None
    assert story.call(later).offer is None


def test_a_bridge_that_is_closed_from_outside_is_made_anew(story: Story, call: CallId):
    bridge = story.call(call).bridge
    assert bridge is not None
    story.network.close(bridge, story.now)
    story.advances(1)
    fresh = story.call(call).bridge
    assert fresh != bridge
    assert story.heard_by(call) == fresh
    assert story.call(call).state is CallState.CONNECTED


def test_no_conversation_lasts_for_ever(story: Story, call: CallId):
    story.advances(4 * 3600 + 1)
    assert story.last(e.AgentLeft).why == "too_long"
    assert story.network.lines == {}


def test_a_leg_whose_end_is_never_told_is_taken_for_gone(story: Story, call: CallId):
    story.network.lose_next("LegEnded")
    story.asks(c.HangUp(agent=ANA, call=call))
    story.advances(11)
    story.asks(c.FinishWrapUp(agent=ANA))
    assert story.hub.state.calls == {}
    assert story.hub.state.legs == {}


def test_a_recording_that_cannot_start_does_not_harm_the_call(story: Story):
    story.signs_in("ana")
    story.network.fail_next("StartRecording", Fault.REFUSED)
    call = story.waits()
    story.answers("ana")
    assert story.call(call).state is CallState.CONNECTED
    assert story.last(e.RecordingFailed).why == "refused"


def test_after_a_gap_calls_that_died_are_closed_and_the_living_go_on(story: Story, call: CallId):
    story.signs_in("bo")
    dead = story.waits(caller="+12125550124")
    story.answers("bo")
    alive_bridge = story.call(call).bridge
    story.network.lose_connection("planned")
    story.settles()
    story.caller_hangs_up(dead)
    story.advances(5)
    assert story.call(dead).state is CallState.CONNECTED
    story.network.connect()
    story.settles()
    assert story.call(call).bridge == alive_bridge
    assert story.call(call).state is CallState.CONNECTED
    assert story.last(e.CallOver).call == dead
    assert story.last(e.CallOver).end is CallEnd.LOST
    assert story.agent("bo").activity is Activity.WRAPPING


def test_a_call_that_came_in_the_gap_is_adopted(story: Story):
    story.network.lose_connection("planned")
    story.settles()
    leg = story.network.call_in("+12125550123", "+15555550100")
    story.settles()
    assert story.hub.state.calls == {}
    story.network.connect()
    story.settles()
    story.advances(2)
    assert story.network.lines[leg].state == "up"
    assert len(story.hub.state.calls) == 1


def test_late_and_doubled_signals_are_counted_and_nothing_else(story: Story, call: CallId):
    leg = story.call(call).customer
    assert leg is not None
    before = story.hub.state.ignored
    story.hears(s.LegAnswered(leg=leg))
    story.hears(s.LegJoined(leg=leg, bridge=story.call(call).bridge))  # type: ignore[arg-type]
    assert story.hub.state.ignored == before + 2
    assert story.call(call).state is CallState.CONNECTED


def test_a_caller_in_the_menu_is_asked_again_after_a_gap(story: Story):
    call = story.calls()
    story.until(lambda: story.call(call).node == "tongue")
    story.presses(call, "1")
    story.until(lambda: story.call(call).node == "menu")
    story.advances(3)
    line = story.network.lines[story.call(call).customer]  # type: ignore[index]
    asked = story.call(call).prompting
    story.network.lose_connection("planned")
    story.network.silence(line)
    story.network.connect()
    story.settles()
    assert story.call(call).node == "menu"
    assert story.call(call).prompting not in (None, asked), "the question is put again"
    story.presses(call, "1")
    assert story.call(call).queue == "billing"


def test_a_restored_line_is_recorded_again_when_the_recording_had_ended(story: Story, call: CallId):
    story.network.unregister("phone-ana", story.now)
    story.settles()
    first = story.last(e.RecordingAsked).recording
    story.network.stop(story.network.recordings[first], story.now)
    story.settles()
    story.signs_in("ana", available=False)
    story.advances(1)
    assert story.call(call).state is CallState.CONNECTED
    assert story.last(e.RecordingAsked).recording != first
    assert story.last(e.RecordingRuns).recording == story.last(e.RecordingAsked).recording
