"""Signals that come late, or after what they tell of is over, as a seed of the simulation found them."""

from callcenter.hub.deadlines import Due
from callcenter.kernel import signals as s
from callcenter.kernel.ids import BridgeId
from callcenter.kernel.leg_state import LegState
from tests.unit.hub.story import Story


def test_a_leg_that_joined_late_still_has_to_end_in_time():
    story = Story()
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    leg = story.call(call).agent_leg
    assert leg is not None
    customer = story.call(call).customer
    assert customer is not None
    story.network.hang_up(customer, story.now)
    story.network.lose_next("LegEnded")  # of the agent's leg, which we ask to end now
    story.settles()
    assert story.hub.state.legs[leg].state is LegState.DROPPED
    due = story.hub.state.deadlines.get(Due.LEG, leg)
    assert due is not None
    story.hears(s.LegJoined(leg=leg, bridge=BridgeId("b-late")))
    assert story.hub.state.deadlines.get(Due.LEG, leg) == due
    story.advances(600)
    assert leg not in story.hub.state.legs
