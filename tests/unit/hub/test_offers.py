"""Stories of offers: who is rung, what happens when she does not answer, and that a caller's place is never lost."""

from callcenter.hub.deadlines import Due
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.presence import Presence
from callcenter.kernel.words import CallEnd, Fault, NotReady, OfferEnd, Treatment
from tests.unit.hub.story import Story


def test_a_caller_is_offered_to_the_longest_idle_and_joined(story: Story):
    story.signs_in("ana")
    story.advances(5)
    story.signs_in("bo")
    call = story.waits()
    assert story.rings("ana")
    assert not story.rings("bo")
    offer = story.last(e.OfferMade)
    assert "skill billing 5" in offer.reasons
    story.answers("ana")
    assert story.call(call).state is CallState.CONNECTED
    assert story.agent("ana").activity is Activity.TALKING
    bridge = story.call(call).bridge
    assert story.heard_by(call) == bridge
    assert story.hub.state.recordings[story.call(call).recording].running  # type: ignore[index]


def test_a_missed_offer_puts_the_caller_back_first(story: Story):
    story.signs_in("ana")
    first = story.waits()
    since = story.call(first).since
    second = story.waits(caller="+12125550124")
    story.advances(21)
    assert [o.end for o in story.all(e.OfferOver)] == [OfferEnd.RANG_OUT]
    assert story.agent("ana").aside is NotReady.MISSED_CALL
    assert story.agent("ana").presence is Presence.AVAILABLE, "what she chose stands"
    assert story.call(first).since == since
    assert story.hub.state.matcher.position(first) == 1
    story.signs_in("bo")
    assert story.hub.state.offers[story.call(first).offer].agent == "bo"  # type: ignore[index]
    assert story.call(second).offer is None
    story.asks(c.SetAvailable(agent=story.agent("ana").id))
    assert story.rings("ana"), "Back brings her the next one at once"


def test_a_break_chosen_after_a_missed_call_is_the_reason_that_stands(story: Story):
    story.signs_in("ana")
    story.waits()
    story.advances(21)
    assert story.agent("ana").aside is NotReady.MISSED_CALL
    story.asks(c.SetNotReady(agent=story.agent("ana").id, reason="break"))
    assert story.agent("ana").aside is None
    assert story.agent("ana").reason == "break"
    story.advances(10 * 60)
    assert len(story.all(e.OfferMade)) == 1, "no call is offered on the way to her break"


def test_the_missed_call_hold_ends_by_itself(story: Story):
    story.signs_in("ana")
    story.waits()
    story.advances(21)
    story.advances(5 * 60)
    assert any(not back.by_agent for back in story.all(e.AgentBack))
    assert len(story.all(e.OfferMade)) == 2


def test_a_rejected_offer_costs_a_short_delay_only(story: Story):
    story.signs_in("ana")
    story.signs_in("bo")
    story.waits()
    story.rejects("ana")
    assert story.last(e.OfferOver).end is OfferEnd.REJECTED
    assert story.rings("bo")
    assert story.agent("ana").aside is NotReady.REJECTED
    story.advances(11)
    assert story.agent("ana").aside is None


def test_reject_by_the_page_ends_the_ringing(story: Story):
    story.signs_in("ana")
    call = story.waits()
    offer = story.call(call).offer
    assert offer is not None
    story.asks(c.RejectOffer(agent=story.agent("ana").id, offer=offer))
    story.advances(1)
    assert not story.rings("ana")
    assert [o.end for o in story.all(e.OfferOver)] == [OfferEnd.REJECTED]


def test_an_agent_who_hangs_up_before_the_bridge_costs_the_caller_nothing(story: Story):
    story.signs_in("ana")
    story.signs_in("bo")
    call = story.waits()
    since = story.call(call).since
    story.network.fail_next("JoinBridge", Fault.GONE)
    story.advances(0.1)
    story.network.answer("phone-ana", story.now)
    story.network.hang_up(story.leg_of("ana"), story.now)
    story.settles()
    assert story.last(e.ConnectFailed).why == "agent_left"
    assert story.call(call).since == since
    assert story.rings("bo")
    story.answers("bo")
    assert story.call(call).agent == "bo"
    assert len(story.all(e.CallConnected)) == 1


def test_a_caller_who_gives_up_withdraws_the_offer(story: Story):
    story.signs_in("ana")
    call = story.waits()
    story.caller_hangs_up(call)
    assert story.last(e.OfferOver).end is OfferEnd.WITHDRAWN
    assert story.last(e.CallOver).end is CallEnd.ABANDONED_IN_QUEUE
    assert not story.rings("ana")
    assert story.agent("ana").activity is Activity.IDLE
    assert story.agent("ana").aside is None


def test_two_callers_and_one_agent(story: Story):
    story.signs_in("ana")
    first, second = story.waits(), story.waits(caller="+12125550124")
    story.answers("ana")
    assert story.call(second).offer is None
    story.caller_hangs_up(first)
    assert story.agent("ana").activity is Activity.WRAPPING
    story.asks(c.FinishWrapUp(agent=story.agent("ana").id))
    assert story.rings("ana")
    story.answers("ana")
    assert story.call(second).agent == "ana"


def test_priority_goes_before_age(story: Story):
    call = story.waits()
    urgent = story.calls("+12125550124")
    story.hub.state.calls[urgent].priority = 0
    story.until(lambda: story.call(urgent).node == "tongue")
    story.presses(urgent, "1")
    story.until(lambda: story.call(urgent).node == "menu")
    story.hub.state.calls[urgent].priority = 5
    story.presses(urgent, "1")
    story.signs_in("ana")
    assert story.call(urgent).offer is not None
    assert story.call(call).offer is None


def test_an_unreachable_phone_gets_no_offer(story: Story):
    story.signs_in("ana")
    story.network.unregister("phone-ana", story.now)
    story.settles()
    call = story.waits()
    assert story.call(call).offer is None
    story.network.register("phone-ana", story.now)
    story.settles()
    assert story.call(call).offer is not None


def test_a_device_error_is_told_apart_and_the_caller_goes_on(story: Story):
    story.signs_in("ana")
    story.signs_in("bo")
    story.network.fail_next("OriginateLeg", Fault.UNREACHABLE)
    story.waits()
    assert story.all(e.OfferOver)[0].end is OfferEnd.DEVICE_ERROR
    assert story.agent("ana").aside is NotReady.DEVICE_ERROR
    assert story.rings("bo")


def test_a_join_that_fails_goes_to_the_next_agent(story: Story):
    story.signs_in("ana")
    story.signs_in("bo")
    call = story.waits()
    story.network.fail_next("JoinBridge", Fault.REFUSED)
    story.advances(0.1)
    story.network.answer("phone-ana", story.now)
    story.settles()
    assert story.last(e.ConnectFailed).agent == "ana"
    assert story.rings("bo")
    assert story.heard_by(call) is Treatment.MUSIC
    story.answers("bo")
    assert story.call(call).state is CallState.CONNECTED


def test_lost_joins_are_noticed_by_the_deadline(story: Story):
    story.signs_in("ana")
    story.signs_in("bo")
    call = story.waits()
    story.network.lose_next("LegJoined")
    story.advances(0.1)
    story.network.answer("phone-ana", story.now)
    story.settles()
    story.advances(6)
    assert story.last(e.ConnectFailed).why == "too_slow"
    story.answers("bo")
    assert story.call(call).state is CallState.CONNECTED


def test_while_the_carrier_is_away_nobody_is_rung(story: Story):
    call = story.waits()
    story.network.lose_connection("planned")
    story.settles()
    story.network.devices.clear()
    story.signs_in("ana")
    assert story.call(call).offer is None
    story.network.register("phone-ana", story.now)
    story.network.connect()
    story.settles()
    assert story.call(call).offer is not None, "the caller was found again and is offered"


def test_a_caller_whose_end_was_never_told_does_not_go_round_the_agents_for_ever(story: Story):
    story.signs_in("ana")
    story.signs_in("bo")
    call = story.waits()
    story.network.lose_next("LegEnded")
    story.caller_hangs_up(call)
    story.answers("ana")
    story.advances(3)
    assert story.last(e.CallOver).call == call
    assert story.last(e.CallOver).end is CallEnd.LOST
    story.advances(60)
    assert len(story.all(e.OfferMade)) == 1


def test_a_caller_is_told_a_place_that_no_failed_offer_can_make_worse(story: Story):
    """Whoever is ahead and rings at an agent still stands in line: she comes back to her place when nobody answers."""
    story.signs_in("ana")
    first = story.waits()
    assert story.rings("ana")
    second = story.waits(caller="+12125550124")
    story.advances(6)
    assert story.call(first).offer is not None, "it still rings"
    assert story.last(e.PositionTold) == e.PositionTold(
        call=second, position=2, next_at=story.hub.state.deadlines.get(Due.ANNOUNCE, second)
    )


def test_a_caller_behind_who_rings_already_takes_nobodys_place(story: Story):
    """An offer to an expert of another queue, or to somebody who came later, is not ahead."""
    story.signs_in("chen")
    first = story.waits()
    story.waits("technical", caller="+12125550124")
    assert story.rings("chen")
    story.advances(6)
    assert {told.position for told in story.all(e.PositionTold) if told.call == first} == {1}
