"""Stories of effects whose event is stored and which were never carried out: the next look at the carrier makes up for them."""

import msgspec
import pytest

from callcenter.kernel import commands as c
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.call_state import CallState
from callcenter.kernel.ids import AgentId
from callcenter.kernel.words import Fault, LegRole, Treatment
from callcenter.runtime import resync
from callcenter.telephony.simulated.adapter import snapshot_of
from tests.unit.hub.story import CARRIER, Story

ANA = AgentId("ana")
_ENDS = (s.BridgeClosed, s.EffectFailed, s.LegEnded)


def looks_again(story: Story) -> None:
    story.network.lose_connection("planned")
    story.network.connect()
    story.settles()
    story.advances(1)


def test_a_caller_on_hold_does_not_stay_with_the_agent(story: Story):
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    story.network.fail_next("LeaveBridge", Fault.UNAVAILABLE)
    story.asks(c.Hold(agent=ANA, call=call))
    assert story.heard_by(call) == story.call(call).bridge
    looks_again(story)
    assert story.call(call).state is CallState.HELD
    assert story.heard_by(call) is Treatment.MUSIC
    story.asks(c.Retrieve(agent=ANA, call=call))
    assert story.call(call).state is CallState.CONNECTED


def test_a_caller_back_in_the_queue_does_not_stay_in_an_empty_bridge(story: Story):
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    bridge = story.call(call).bridge
    story.network.fail_next("LeaveBridge", Fault.UNAVAILABLE)
    story.network.fail_next("LeaveBridge", Fault.UNAVAILABLE)
    story.network.fail_next("CloseBridge", Fault.UNAVAILABLE)
    story.asks(c.TransferBlind(agent=ANA, call=call, to=c.ToQueue(story.hub.state.center.queues["technical"].id)))  # type: ignore[index]
    assert story.heard_by(call) == bridge
    looks_again(story)
    assert story.heard_by(call) is Treatment.MUSIC
    assert bridge not in story.hub.state.bridges


def test_a_retrieve_after_a_hold_that_failed_is_not_lost(story: Story):
    """She never left the bridge, so the carrier has nothing new to say of her but that she is in it."""
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    story.network.fail_next("LeaveBridge", Fault.UNAVAILABLE)
    story.asks(c.Hold(agent=ANA, call=call))
    story.asks(c.Retrieve(agent=ANA, call=call))
    story.advances(1)
    assert story.call(call).state is CallState.CONNECTED
    assert not [pending for pending in story.hub.state.pending.values() if pending.kind == "JoinBridge"]
    assert isinstance(story.effects[-1], fx.JoinBridge)


def test_a_prompt_that_is_due_during_an_outage_waits_for_its_end(story: Story):
    """Asked again and again it would only fail again, fill the log, and her flow would be lost."""
    story.look_up_answers = False
    call = story.calls()
    asked = next(effect for effect in story.effects if isinstance(effect, fx.LookUpContacts))
    story.network.lose_connection("planned")
    story.settles()
    story.decides(s.ContactsFound(effect=asked.effect, call=call, matches=()))
    story.settles()
    story.advances(0.5)
    assert len(story.all(e.PromptAsked)) == 1
    story.network.connect()
    story.settles()
    assert story.call(call).state is CallState.IVR
    assert story.call(call).node == "tongue"
    assert story.call(call).prompting is not None
    story.advances(0.5)
    story.presses(call, "1")
    story.advances(0.1)
    assert story.call(call).node != "tongue"


def test_a_reload_while_her_old_page_is_rung_again_rings_the_new_one(story: Story):
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    story.network.register("phone-ana", story.now)  # rings, and nobody is there to answer
    story.asks(c.SignIn(agent=ANA, carrier=CARRIER, device="phone-ana", reachable=True))
    assert story.call(call).state is CallState.INTERRUPTED
    story.advances(1)
    story.network.register("tablet-ana", story.now, answers_itself=frozenset({LegRole.RECONNECT}))
    story.asks(c.SignIn(agent=ANA, carrier=CARRIER, device="tablet-ana", reachable=True))
    story.advances(2)
    assert story.call(call).state is CallState.CONNECTED
    assert story.network.device_line("tablet-ana") is not None


def test_a_recording_whose_end_was_lost_does_not_keep_the_call_for_ever(story: Story):
    """Its bridge went in mid-call, and nothing more was ever heard of it."""
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    bridge = story.call(call).bridge
    assert bridge is not None
    story.network.lose_next("RecordingEnded")
    story.network.close(bridge, story.now)
    story.settles()
    story.advances(2)
    story.caller_hangs_up(call)
    story.asks(c.FinishWrapUp(agent=ANA))
    story.advances(120)
    assert call not in story.hub.state.calls
    assert story.hub.state.recordings == {}


def test_a_bridge_that_closes_under_a_transfer_lets_the_caller_wait_on_at_once(story: Story):
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    story.signs_in("chen")
    story.network.lose_next("LegJoined")
    story.asks(c.TransferBlind(agent=ANA, call=call, to=c.ToAgent(AgentId("chen"))))
    story.advances(0.1)
    assert story.network.answer("phone-chen", story.now)
    story.settles()
    bridge = story.call(call).bridge
    assert bridge is not None
    assert story.call(call).state is CallState.TRANSFERRING
    story.network.close(bridge, story.now)
    story.settles()
    assert story.call(call).state is CallState.QUEUED


@pytest.mark.parametrize("who", ["customer", "agent_leg"])
def test_whoever_was_taken_out_of_the_conversation_from_outside_is_put_back(story: Story, who: str):
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    leg, bridge = getattr(story.call(call), who), story.call(call).bridge
    assert leg is not None
    assert bridge is not None
    story.network.take_out(story.network.lines[leg], story.now)
    story.settles()
    assert story.hub.state.legs[leg].bridge is None
    looks_again(story)
    assert story.call(call).state is CallState.CONNECTED
    assert story.hub.state.legs[leg].bridge == story.network.lines[leg].bridge == bridge


def test_whoever_is_on_hold_is_not_put_back(story: Story):
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    story.asks(c.Hold(agent=ANA, call=call))
    looks_again(story)
    assert story.call(call).state is CallState.HELD
    assert story.heard_by(call) is Treatment.MUSIC


def test_a_prompt_that_was_asked_for_just_before_the_break_is_asked_for_again_at_once(story: Story):
    """On the connection that broke nothing is on its way any more, so nobody stands in silence until the step's limit."""
    story.look_up_answers = False
    call = story.calls()
    asked = next(effect for effect in story.effects if isinstance(effect, fx.LookUpContacts))
    story.network.fail_next("Gather", Fault.UNAVAILABLE)
    story.decides(s.ContactsFound(effect=asked.effect, call=call, matches=()))
    story.network.take()  # what became of it was never heard: the service died in this instant
    assert story.call(call).prompting is not None
    assert story.heard_by(call) is Treatment.SILENCE
    story.advances(0.1)
    looks_again(story)
    assert story.call(call).prompting is not None
    assert story.heard_by(call) is not Treatment.SILENCE
    assert len(story.all(e.PromptAsked)) == 2


def test_what_was_asked_for_just_now_may_be_on_its_way_while_nothing_broke(story: Story):
    story.look_up_answers = False
    call = story.calls()
    asked = next(effect for effect in story.effects if isinstance(effect, fx.LookUpContacts))
    story.network.fail_next("Gather", Fault.UNAVAILABLE)
    story.decides(s.ContactsFound(effect=asked.effect, call=call, matches=()))
    story.network.take()
    story.network.listed()
    story.settles()
    assert len(story.all(e.PromptAsked)) == 1
    story.advances(2.1)
    story.network.listed()
    story.settles()
    assert len(story.all(e.PromptAsked)) == 2


def test_a_bridge_that_is_being_made_while_the_carrier_lists_its_own_is_not_missed(story: Story):
    """She answers after the bridges were listed and before the list is here: the call is hers, her telephone is not at fault."""
    story.signs_in("ana")
    call = story.waits()
    story.advances(0.1)
    listed = snapshot_of(CARRIER, story.network.seen())
    story.network.answer("phone-ana", story.now)
    story.decides(s.LegAnswered(leg=story.leg_of("ana")))
    bridge = story.call(call).bridge
    assert bridge in story.hub.state.bridges
    asked_at = story.now
    seen = msgspec.structs.replace(listed, legs=tuple(msgspec.structs.replace(leg, up=True) for leg in listed.legs))
    assert s.BridgeClosed(bridge=bridge) not in list(resync.missed(story.hub.state, seen, asked_at + resync.YOUNG_MS - 1))
    assert s.BridgeClosed(bridge=bridge) in list(resync.missed(story.hub.state, seen, asked_at + resync.YOUNG_MS))
    held = msgspec.structs.replace(seen, held=tuple(story.hub.state.pending))
    assert not [signal for signal in resync.missed(story.hub.state, held, asked_at + 10_000) if type(signal) in _ENDS]
    story.settles()
    assert story.call(call).state is CallState.CONNECTED
    assert s.BridgeClosed(bridge=bridge) in list(resync.missed(story.hub.state, seen, story.now)), "it was there, and is gone"


def test_a_bridge_of_a_call_that_ended_while_the_carrier_was_away_is_closed(story: Story):
    """The agent hangs up, and nobody can be told: the bridge is nobody's afterwards, though its call is still known."""
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    bridge = story.call(call).bridge
    for effect in ("HangUpLeg", "HangUpLeg", "CloseBridge"):
        story.network.fail_next(effect, Fault.UNAVAILABLE)
    story.asks(c.HangUp(agent=ANA, call=call))
    assert story.call(call).state is CallState.OVER
    assert bridge in story.network.bridges
    looks_again(story)
    assert bridge not in story.network.bridges
    assert bridge not in story.hub.state.bridges
