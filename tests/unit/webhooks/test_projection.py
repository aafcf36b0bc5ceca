"""What the log tells the world: whatever happened, in words that keep their promise, the same words each time."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from callcenter.kernel import events as e
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId, BridgeId, CallId, CarrierName, LegId, NumberId, PersonalId, QueueId, RecordingId
from callcenter.kernel.words import CallEnd, Party
from callcenter.webhooks.projection import Projection, Told
from callcenter.webhooks.vocabulary import EVENTS, KINDS, AgentEvent, AnyPublicEvent, CallEnded, CallEvent
from reporting.agent_time import AgentClock
from reporting.fold import CALL_EVENTS
from tests.unit.reporting.histories import TAPES, history

CALL, ANA, BILLING, RECORDING = CallId("c" * 20), AgentId("ana"), QueueId("billing"), RecordingId("r" * 20)
NUMBER = PersonalId("p-caller")


def log(*events: e.AnyEvent) -> list[Recorded]:
    return [Recorded(position, 1_000 * position, event) for position, event in enumerate(events, start=1)]


def told(events: list[Recorded], projection: Projection | None = None) -> list[Told]:
    projection = projection or Projection()
    return [one for recorded in events for one in projection.apply(recorded)]


def kind(one: Told) -> str:
    return str(one.event.__struct_config__.tag)


def arrived() -> e.CallArrived:
    return e.CallArrived(
        call=CALL, carrier=CarrierName("sim"), leg=LegId("l" * 20), answer_by=0, caller=NUMBER, dialed=PersonalId("p-dialed"),
        number=NumberId("main"),
    )  # fmt: skip


def queued() -> e.CallQueued:
    return e.CallQueued(call=CALL, queue=BILLING, since=1_500, priority=0, skills={})


def connected() -> e.CallConnected:
    return e.CallConnected(call=CALL, agent=ANA, leg=LegId("m" * 20), bridge=BridgeId("b" * 20), until=9_000)


def test_a_call_in_its_own_words():
    found = told(
        log(arrived(), queued(), connected(), e.CallHeld(call=CALL, agent=ANA),
            e.CallOver(call=CALL, end=CallEnd.COMPLETED, by=Party.CUSTOMER))
    )  # fmt: skip
    calls = [one for one in found if kind(one).startswith("call.")]
    assert [kind(one) for one in calls] == ["call.arrived", "call.queued", "call.connected", "call.held", "call.ended"]
    body = msgspec.json.decode(msgspec.json.encode(calls[-1].event))
    assert body == {
        "kind": "call.ended", "id": "5.0", "version": 1, "at": 5_000, "position": 5, "end": "completed", "by": "customer",
        "cause": "normal", "duration_ms": 4_000,
        "call": {
            "id": CALL, "direction": "inbound", "started_at": 1_000, "number": "main", "queue": "billing", "agent": "ana",
            "contact": None, "customer": {"state": "hidden", "number": None},
        },
    }  # fmt: skip
    assert {one.customer for one in calls} == {NUMBER}
    assert {one.subject for one in calls} == {CALL}


def test_every_end_of_a_call_is_among_the_words():
    ends = inspect.type_info(CallEnded).fields  # type: ignore[attr-defined]
    (kind,) = [field.type for field in ends if field.name == "end"]
    assert set(kind.values) == {end.value for end in CallEnd}


def test_a_recording_that_is_kept_after_the_call_still_knows_it():
    asked = e.RecordingAsked(call=CALL, recording=RECORDING, bridge=BridgeId("b" * 20), effect="e" * 20)  # type: ignore[arg-type]
    over = e.CallOver(call=CALL, end=CallEnd.COMPLETED, by=Party.AGENT)
    kept = e.RecordingKept(call=CALL, recording=RECORDING, effect="e" * 20, size=9, duration_ms=700)  # type: ignore[arg-type]
    last = told(log(arrived(), asked, over, kept))[-1]
    assert isinstance(last.event, CallEvent)
    assert (kind(last), last.event.call.direction, last.event.call.number) == ("call.recorded", "inbound", "main")


def test_a_call_that_is_forgotten_is_remembered_from_its_events():
    """An outcome that is set late: nothing of the call is in memory, and nothing of its facts is missing."""
    events = log(arrived(), queued(), connected(), e.CallOver(call=CALL, end=CallEnd.COMPLETED, by=Party.AGENT),
                 e.DispositionSet(call=CALL, code="done", agent=ANA))  # fmt: skip
    projection = Projection()
    told(events[:4], projection)
    assert projection.missing(events[4]) == CALL
    projection.recall(events[:4])
    (last,) = projection.apply(events[4])
    assert isinstance(last.event, CallEvent)
    assert (last.event.call.queue, last.event.call.agent) == ("billing", "ana")
    assert projection.missing(events[4]) == CALL, "and it is forgotten again"


def test_every_call_and_agent_kind_is_told_of_some_history():
    seen: set[str] = set()
    for seed in range(40):
        events = history([(seed * 7919 + step * 104_729) % 10_000 for step in range(400)], closed=True)
        seen |= {kind(one) for one in told(events)}
    assert sorted(set(KINDS) - seen) == ["agent.device"], "those histories have no telephones"


def test_a_telephone_that_comes_and_goes():
    signed_in = e.AgentSignedIn(agent=ANA, carrier=CarrierName("sim"), device="d1", reachable=False)
    moved = e.AgentMoved(agent=ANA, carrier=CarrierName("sim"), device="d2", reachable=True)
    there, gone = e.DeviceReachable(agent=ANA), e.DeviceUnreachable(agent=ANA)
    found = told(log(signed_in, there, there, moved, gone))
    assert [kind(one) for one in found] == ["agent.signed_in", "agent.device", "agent.device", "agent.device"]
    assert [one.event.agent.reachable for one in found if isinstance(one.event, AgentEvent)] == [False, True, True, False]


@given(TAPES)
def test_agents_are_told_as_the_statistics_see_them(tape: list[int]):
    clock, projection = AgentClock(), Projection()
    for recorded in history(tape):
        clock.apply(recorded)
        for one in projection.apply(recorded):
            if isinstance(one.event, AgentEvent):
                state = clock.state(AgentId(one.subject))
                facts = one.event.agent
                assert (facts.presence, facts.activity, facts.reason) == (state.presence, state.activity, state.reason)
                assert (facts.call is None) is (facts.activity == "idle")


@given(TAPES)
def test_whatever_happened_is_told_as_the_schema_says(tape: list[int]):
    """msgspec checks a Struct when it is read, not when it is made: so all are read again."""
    for one in told(history(tape)):
        text = msgspec.json.encode(one.event)
        assert msgspec.json.decode(text, type=AnyPublicEvent) == one.event
        assert type(one.event) is EVENTS[kind(one)]
        assert b"p-" not in text, "no id of a personal row leaves the house"
        assert one.subject in text.decode()


@given(TAPES, st.data())
def test_a_restart_at_any_moment_changes_no_word(tape: list[int], data: st.DataObject):
    events = history(tape)
    cut = data.draw(st.integers(0, len(events)))
    before = Projection()
    first = told(events[:cut], before)
    after = Projection()
    after.load(before.dump())
    assert first + told(events[cut:], after) == told(events)


@given(TAPES)
def test_ids_are_never_used_twice_and_follow_the_log(tape: list[int]):
    found = told(history(tape))
    ids = [one.event.id for one in found]
    assert len(set(ids)) == len(ids)
    assert [one.event.position for one in found] == sorted(one.event.position for one in found)


@given(TAPES)
def test_what_moves_a_call_is_told_and_each_call_ends_once(tape: list[int]):
    events = history(tape, closed=True)
    found = told(events)
    positions = {one.event.position for one in found if kind(one).startswith("call.")}
    moving = {recorded.position for recorded in events if type(recorded.event) in CALL_EVENTS}
    assert moving <= positions
    ends = [one.subject for one in found if kind(one) == "call.ended"]
    assert sorted(ends) == sorted(recorded.event.call for recorded in events if isinstance(recorded.event, e.CallOver))


@given(TAPES)
def test_memory_ends_with_the_calls(tape: list[int]):
    projection = Projection()
    told(history(tape, closed=True), projection)
    saved = msgspec.msgpack.decode(projection.dump())
    assert all(not call.get("over") or call.get("recordings") or call.get("wrapping") for call in saved["calls"].values())
