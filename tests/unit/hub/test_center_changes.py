"""Stories of a center that is edited while calls run: nobody is lost, whatever was taken away."""

import msgspec
import pytest

from callcenter.hub import numbers
from callcenter.hub.hub import Hub
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.call_state import CallState
from callcenter.kernel.center import Outside
from callcenter.kernel.errors import Refused
from callcenter.kernel.ids import AgentId, LegId, QueueId
from callcenter.kernel.presence import Presence
from callcenter.kernel.words import CallEnd
from tests.unit.hub.story import CARRIER, Story, center, label


def without(*queues: str) -> dict[str, object]:
    kept = {id: queue for id, queue in center().queues.items() if id not in queues}
    return {"queues": kept, "default_queue": next(iter(kept))}


def test_a_queue_goes_while_a_caller_waits_in_it(story: Story):
    """She keeps her place and waits for those who can serve the default queue."""
    call = story.waits("technical")
    since = story.call(call).since
    story.advances(30)
    story.begins_with(center(**without("technical")))
    assert story.call(call).queue == "billing"
    assert story.call(call).since == since
    story.signs_in("ana")
    story.answers("ana")
    assert story.call(call).state is CallState.CONNECTED


def test_a_queue_goes_while_an_offer_rings(story: Story):
    story.signs_in("chen")
    call = story.waits("technical")
    assert story.rings("chen")
    story.begins_with(center(**without("technical")))
    story.rejects("chen")
    story.signs_in("ana")
    story.advances(20)
    assert story.call(call).state is CallState.QUEUED
    assert story.call(call).queue == "billing"
    assert story.rings("ana")


def test_the_flow_goes_under_a_caller(story: Story):
    call = story.calls()
    story.begins_with(center(flows={}, numbers={}))
    story.advances(60)
    assert story.call(call).queue == "billing"


def test_an_agent_who_was_taken_out_gets_no_new_call_and_can_go_home(story: Story):
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    agents = {id: agent for id, agent in center().agents.items() if id != "ana"}
    story.begins_with(center(agents=agents))
    assert story.call(call).state is CallState.CONNECTED, "her conversation goes on"
    story.asks(c.HangUp(agent=AgentId("ana"), call=call))
    story.asks(c.FinishWrapUp(agent=AgentId("ana")))
    waiting = story.waits(caller="+12125550124")
    assert not story.rings("ana")
    assert story.call(waiting).offer is None
    story.asks(c.SignOut(agent=AgentId("ana")))
    assert story.last(e.AgentSignedOut).agent == "ana"


def test_an_agent_who_was_made_inactive_can_go_home(story: Story):
    story.signs_in("ana")
    agents = dict(center().agents)
    agents[AgentId("ana")] = msgspec.structs.replace(agents[AgentId("ana")], active=False)
    story.begins_with(center(agents=agents))
    story.asks(c.SignOut(agent=AgentId("ana")))
    assert story.agent("ana").presence is Presence.SIGNED_OUT


def test_prompts_that_all_fail_in_a_circle_lead_to_a_person(story: Story):
    """Each failure leads on at once, so a circle of them would never stand still."""
    nodes = {
        "menu": {"node": "menu", "prompt": "menu", "keys": {"1": "billing"}, "on_failure": "sorry"},
        "sorry": {"node": "say", "prompt": "welcome", "next": "menu"},
        "billing": {"node": "queue", "queue": "billing"},
    }
    circle = msgspec.convert({"id": "main", "start": "menu", "nodes": nodes}, type(center().flows["main"]))  # type: ignore[index]
    story.begins_with(center(flows={"main": circle}, prompts={"other": label("Another")}))
    call = story.calls()
    story.advances(2)
    assert story.call(call).queue == "billing"
    assert len(story.all(e.PromptAsked)) < 10


def test_a_number_longer_than_any_telephone_number_is_refused():
    with pytest.raises(Refused) as refused:
        numbers.dialable("+49" + "1" * 15, Outside(countries=("DE",)))
    assert refused.value.code == "invalid_number"


def test_a_queue_of_a_finished_transfer_is_gone(story: Story):
    """The transfer comes back to a queue that the center has, not to nothing."""
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    story.signs_in("chen")
    story.asks(c.TransferBlind(agent=AgentId("ana"), call=call, to=c.ToAgent(AgentId("chen"))))
    story.begins_with(center(**without("billing")))
    story.advances(40)
    assert story.call(call).state is CallState.QUEUED
    assert story.call(call).queue == QueueId("technical")


def test_a_call_before_there_is_any_center_ends_and_breaks_nothing():
    story = Story()
    story.hub = Hub()
    leg = LegId("l" * 20)
    story.decides(s.LegOffered(carrier=CARRIER, leg=leg, caller="+12125550123", dialed="+15555550100"))
    story.decides(s.LegAnswered(leg=leg))
    assert story.last(e.CallOver).end is CallEnd.FAILED
