"""Why a call still waits: each agent with the skills is named with what keeps her."""

from callcenter.hub.waiting import why_waiting
from callcenter.kernel import commands as c
from callcenter.kernel.ids import AgentId
from tests.unit.hub.story import Story


def test_nobody_is_there(story: Story):
    call = story.waits()
    why = why_waiting(story.hub.state, call)
    assert why is not None
    assert why.position == 1
    assert why.needs == {"billing": 1}
    assert set(why.instead.values()) == {"signed out"}
    assert len(why.instead) + why.unskilled == len(story.hub.state.agents)


def test_everybody_has_her_reason(story: Story):
    story.signs_in("ana")
    story.signs_in("bo")
    story.asks(c.SetNotReady(agent=AgentId("bo"), reason="break"))
    story.waits()
    story.answers("ana")
    second = story.waits(caller="+12125550124")
    why = why_waiting(story.hub.state, second)
    assert why is not None
    assert why.instead[AgentId("ana")] == "talking"
    assert why.instead[AgentId("bo")] == "not ready (break)"


def test_an_offer_that_rings_says_to_whom(story: Story):
    story.signs_in("ana")
    call = story.waits()
    why = why_waiting(story.hub.state, call)
    assert why is not None
    assert why.offered_to == "ana"
    assert why.position is None
    story.answers("ana")
    assert why_waiting(story.hub.state, call) is None, "it does not wait any more"


def test_a_phone_that_is_not_there(story: Story):
    story.signs_in("ana")
    story.network.unregister("phone-ana", story.now)
    story.settles()
    why = why_waiting(story.hub.state, story.waits())
    assert why is not None
    assert why.instead[AgentId("ana")] == "her phone is not registered"
