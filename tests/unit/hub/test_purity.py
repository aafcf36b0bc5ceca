"""What makes recovery and audit one code path with running: same input, same bytes; the log folded equals the live state."""

from dataclasses import fields

from callcenter.hub.apply import apply
from callcenter.hub.state import State
from callcenter.kernel import commands as c
from callcenter.kernel.codec import decode, encode, kind
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId, QueueId
from tests.unit.hub.story import Story


def busy_morning() -> Story:
    story = Story()
    for name in ("ana", "bo", "chen"):
        story.signs_in(name)
    first = story.waits()
    story.answers("ana")
    story.waits("technical", caller="+12125550124")
    story.answers("chen")
    story.asks(c.Hold(agent=AgentId("ana"), call=first))
    story.waits(caller="+12125550125")
    story.advances(30)
    story.asks(c.TransferBlind(agent=AgentId("ana"), call=first, to=c.ToQueue(QueueId("technical"))))
    story.advances(3)
    story.asks(c.PlaceCall(agent=AgentId("bo"), number="+12125550126")) if story.agent("bo").call is None else None
    story.advances(2)
    return story


def folded(story: Story) -> State:
    state = State()
    state.personal.update({row.id: row.value for row in story.personal})
    for recorded in story.events:
        written = decode(encode(recorded.event), kind(recorded.event), 1)
        apply(state, Recorded(recorded.position, recorded.at, written))
    return state


def test_two_runs_give_the_same_bytes():
    one, two = busy_morning(), busy_morning()
    assert [encode(r.event) for r in one.events] == [encode(r.event) for r in two.events]
    assert one.effects == two.effects
    assert one.personal == two.personal


def test_the_log_folded_equals_the_live_state():
    story = busy_morning()
    live, again = story.hub.state, folded(story)
    for part in fields(State):
        if part.name in ("deadlines", "matcher"):
            continue
        assert getattr(again, part.name) == getattr(live, part.name), part.name
    assert again.deadlines.as_dict() == live.deadlines.as_dict()
    assert again.matcher.next(story.now) == live.matcher.next(story.now)


def test_every_transient_state_has_a_deadline():
    story = busy_morning()
    due = story.hub.state.deadlines.as_dict()
    about = {key[1] for key in due}
    for offer in story.hub.state.offers.values():
        assert offer.id in about or offer.call in about
    for leg in story.hub.state.legs.values():
        if not leg.up:
            assert leg.id in about or leg.call in about
    for call in story.hub.state.calls.values():
        if call.state.value not in ("queued", "over"):
            assert call.id in about or any(leg in about for leg in call.legs), call.state
