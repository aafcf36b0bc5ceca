"""Why a call still waits: each agent with the skills is named with what keeps her."""

from callcenter.hub.waiting import FREE, keeps, why_waiting
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
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


def test_the_position_is_the_one_that_the_caller_is_told(story: Story):
    story.signs_in("ana")
    first = story.waits()  # rings at ana: that may come to nothing, so the next caller is not first yet
    second = story.waits(caller="+12125550124")
    assert story.hub.state.calls[first].offer is not None
    story.until(lambda: bool(story.all(e.PositionTold)))
    told = story.last(e.PositionTold)
    why = why_waiting(story.hub.state, second)
    assert why is not None
    assert (told.call, told.position, why.position) == (second, 2, 2)


def test_whoever_is_called_free_is_offered_the_next_call_and_nobody_else(story: Story):
    """One rule: each thing that keeps an agent comes and goes, and the offer follows the word."""
    ana = story.signs_in("ana")

    def sees(word: str) -> None:
        state = story.hub.state
        assert keeps(state, state.agents[ana]) == word
        call = story.waits()
        offer = story.hub.state.calls[call].offer
        assert (offer is not None) is (word == FREE), word
        story.caller_hangs_up(call)
        story.advances(1)

    sees(FREE)
    story.asks(c.SetNotReady(agent=ana, reason="break"))
    sees("not ready (break)")
    story.asks(c.SetAvailable(agent=ana))
    sees(FREE)
    story.network.unregister("phone-ana", story.now)
    story.settles()
    sees("her phone is not registered")
    story.network.register("phone-ana", story.now)
    story.settles()
    sees(FREE)
    story.waits()
    story.rejects("ana")
    sees("set aside (rejected)")
    story.asks(c.SignOut(agent=ana))
    sees("signed out")
