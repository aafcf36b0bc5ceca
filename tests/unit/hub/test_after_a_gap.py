"""Stories of effects whose event is stored and which were never carried out: the next look at the carrier makes up for them."""

from callcenter.kernel import commands as c
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.call_state import CallState
from callcenter.kernel.ids import AgentId
from callcenter.kernel.words import Fault, Treatment
from tests.unit.hub.story import Story

ANA = AgentId("ana")


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
    """It fails at once as long as the carrier is away: asked again and again it would fill the log, and her flow would be lost."""
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
