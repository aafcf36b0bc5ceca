"""Stories of agents whose line is lost while their customer is on hold, and of bridges that go meanwhile."""

import pytest

from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.ids import AgentId, CallId
from callcenter.kernel.words import Treatment
from reporting.records import RecordBook
from tests.unit.hub.story import Story

ANA = AgentId("ana")


@pytest.fixture
def held(story: Story) -> CallId:
    """Ana has put her customer on hold."""
    story.signs_in("ana")
    call = story.waits()
    story.answers("ana")
    story.asks(c.Hold(agent=ANA, call=call))
    story.advances(5)
    return call


def reloads(story: Story) -> None:
    story.network.unregister("phone-ana", story.now)
    story.advances(3)
    story.signs_in("ana", available=False)
    story.advances(1)


def test_a_customer_on_hold_is_still_on_hold_when_the_page_is_back(story: Story, held: CallId):
    reloads(story)
    assert story.call(held).state is CallState.HELD
    assert story.agent("ana").activity is Activity.HOLDING
    assert story.heard_by(held) is Treatment.MUSIC, "what is said in her room is not for the customer"
    assert story.all(e.CallRetrieved) == []
    story.asks(c.Retrieve(agent=ANA, call=held))
    story.advances(1)
    assert story.call(held).state is CallState.CONNECTED
    assert story.heard_by(held) == story.call(held).bridge
    assert story.leg_of("ana") in story.network.bridges[story.call(held).bridge]  # type: ignore[index]


def test_it_stays_so_over_any_number_of_reloads(story: Story, held: CallId):
    reloads(story)
    reloads(story)
    assert story.call(held).state is CallState.HELD
    assert story.heard_by(held) is Treatment.MUSIC


def test_a_hold_that_was_ended_does_not_come_back_with_the_page(story: Story, held: CallId):
    story.asks(c.Retrieve(agent=ANA, call=held))
    story.advances(1)
    reloads(story)
    assert story.call(held).state is CallState.CONNECTED
    assert story.heard_by(held) == story.call(held).bridge


def test_the_next_agent_does_not_take_over_the_hold(story: Story, held: CallId):
    story.network.unregister("phone-ana", story.now)
    story.signs_in("bo")
    story.advances(31)
    story.answers("bo")
    assert story.call(held).state is CallState.CONNECTED
    story.network.unregister("phone-bo", story.now)
    story.advances(1)
    story.signs_in("bo", available=False)
    story.advances(1)
    assert story.call(held).state is CallState.CONNECTED


def test_the_recording_goes_on_after_it(story: Story, held: CallId):
    """Nobody was in the bridge while she was away, so its recording may have ended."""
    first = story.last(e.RecordingAsked).recording
    story.network.unregister("phone-ana", story.now)
    story.settles()
    story.network.stop(story.network.recordings[first], story.now)
    story.settles()
    story.signs_in("ana", available=False)
    story.advances(1)
    assert story.call(held).state is CallState.HELD
    assert story.last(e.RecordingRuns).recording != first


def test_the_record_counts_every_second_of_it_as_hold(story: Story, held: CallId):
    reloads(story)
    story.advances(10)
    story.asks(c.Retrieve(agent=ANA, call=held))
    story.advances(1)
    story.caller_hangs_up(held)
    story.advances(1)
    book, record = RecordBook(), None
    for recorded in story.events:
        record = book.apply(recorded) or record
    assert record is not None
    (conversation,) = record.conversations
    began, retrieved = (next(r.at for r in story.events if isinstance(r.event, kind)) for kind in (e.CallHeld, e.CallRetrieved))
    assert sum((hold.until or 0) - hold.since for hold in conversation.holds) == retrieved - began


def test_a_bridge_that_goes_while_she_is_away_leaves_the_customer_with_her_music(story: Story, held: CallId):
    story.asks(c.Retrieve(agent=ANA, call=held))
    story.advances(1)
    story.network.unregister("phone-ana", story.now)
    story.settles()
    bridge = story.call(held).bridge
    assert bridge is not None
    story.network.close(bridge, story.now)
    story.advances(1)
    assert story.call(held).state is CallState.INTERRUPTED
    assert story.heard_by(held) is Treatment.MUSIC
    story.signs_in("ana", available=False)
    story.advances(1)
    assert story.call(held).state is CallState.CONNECTED
    assert story.heard_by(held) == story.call(held).bridge
