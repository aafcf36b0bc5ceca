"""The live board: deltas add up to snapshots, days roll over, a restart changes nothing."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from callcenter.kernel import events as e
from callcenter.kernel.call_state import CallState
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import BridgeId, CallId, CarrierName
from callcenter.kernel.presence import Presence
from callcenter.kernel.words import NotReady, OfferEnd
from reporting.live import Live
from reporting.views import AgentState, LiveSnapshot, patch, personal_ids, waiting_order
from tests.unit.reporting.histories import ANA, BILLING, TAPES, World, center, history
from tests.unit.reporting.stories import Story, clock

CALL = CallId("c1")


def folded(log: list[Recorded]) -> Live:
    live = Live()
    for recorded in log:
        live.apply(recorded)
    return live


@given(TAPES, st.data())
def test_an_old_snapshot_and_the_deltas_since_make_the_fresh_snapshot(tape, data):
    log = history(tape)
    live = Live()
    at = data.draw(st.integers(0, len(log)), label="old snapshot after")
    old: LiveSnapshot | None = live.snapshot() if at == 0 else None
    for recorded in log:
        delta = live.apply(recorded)
        if old is not None:
            old = patch(old, delta)
        if recorded.position == at:
            old = live.snapshot()
    assert old == live.snapshot()


@given(TAPES, st.data())
def test_a_restart_from_a_dump_changes_nothing(tape, data):
    log = history(tape)
    at = data.draw(st.integers(0, len(log)), label="restart after")
    again = Live()
    again.load(folded(log[:at]).dump())
    assert again.snapshot() == folded(log[:at]).snapshot()
    for recorded in log[at:]:
        again.apply(recorded)
    assert again.snapshot() == folded(log).snapshot()


@given(TAPES)
def test_a_snapshot_survives_the_wire(tape):
    snapshot = folded(history(tape)).snapshot()
    assert msgspec.json.decode(msgspec.json.encode(snapshot), type=LiveSnapshot) == snapshot


# -- stories ----------------------------------------------------------------------------------------------------------------


def test_a_caller_waits_is_offered_talks_and_is_wrapped_up():
    story = Story().at("09:00:00").signs_in(ANA)
    story.at("09:00:10").arrives(CALL)
    assert folded(story.log).snapshot().center.in_ivr == 1
    story.at("09:00:20").queues(CALL)
    waiting = folded(story.log).snapshot()
    assert (waiting.queues[BILLING].waiting, waiting.queues[BILLING].oldest_since) == (1, clock("09:00:20"))
    assert (waiting.center.waiting, waiting.center.in_ivr) == (1, 0)
    assert waiting.agents[ANA].state is AgentState.AVAILABLE
    story.at("09:00:21").rings(CALL, ANA)
    ringing = folded(story.log).snapshot()
    her = ringing.agents[ANA]
    assert (her.state, her.state_since, her.call) == (AgentState.RINGING, clock("09:00:21"), CALL)
    assert her.offer == ringing.calls[CALL].offer
    assert her.offer is not None
    assert (her.offer.expires_at, her.offer.reasons, her.offer.queue) == (clock("09:00:41"), ("only agent free",), BILLING)
    assert ringing.queues[BILLING].waiting == 1, "while it rings, she waits"
    story.at("09:00:25").talks(CALL, ANA)
    talking = folded(story.log).snapshot()
    assert talking.agents[ANA].state is AgentState.TALKING
    assert talking.agents[ANA].offer is None
    assert talking.calls[CALL].wait_ms == 5_000
    assert talking.queues[BILLING].waiting == 0
    assert talking.queues[BILLING].figures.service_level == 1.0
    story.at("09:03:00").leaves(CALL, ANA).over(CALL)
    wrapping = folded(story.log).snapshot()
    assert wrapping.calls[CALL].state is CallState.OVER, "the card stays while she wraps up"
    wrap_up = wrapping.agents[ANA].wrap_up
    assert wrap_up is not None
    assert (wrap_up.call, wrap_up.queue, wrap_up.limit_at) == (CALL, BILLING, clock("09:03:45"))
    story.at("09:03:30").wrapped_up(CALL, ANA)
    done = folded(story.log).snapshot()
    assert done.calls == {}
    assert (done.agents[ANA].state, done.agents[ANA].call, done.agents[ANA].wrap_up) == (AgentState.AVAILABLE, None, None)
    assert done.agents[ANA].today.handled == 1
    assert done.agents[ANA].figures.aht_ms == 185_000


def test_whoever_is_to_leave_after_her_call_is_shown_so_until_she_has_left_or_sits_down_again():
    story = Story().at("09:00:00").signs_in(ANA).arrives(CALL).queues(CALL).rings(CALL, ANA).talks(CALL, ANA)
    assert not folded(story.log).snapshot().agents[ANA].leaving
    story.at("09:01:00").emit(e.AgentLeaving(agent=ANA))
    assert folded(story.log).snapshot().agents[ANA].leaving
    moved = e.AgentMoved(agent=ANA, carrier=CarrierName("sim"), device="other", reachable=True)
    assert not folded([*story.log, e.Recorded(len(story.log) + 1, clock("09:01:30"), moved)]).snapshot().agents[ANA].leaving
    story.at("09:02:00").leaves(CALL, ANA).over(CALL).at("09:02:10").wrapped_up(CALL, ANA).emit(e.AgentSignedOut(agent=ANA))
    assert not folded(story.log).snapshot().agents[ANA].leaving


def test_a_missed_call_makes_her_not_ready_under_the_presence_she_chose():
    story = Story().at("09:00:00").signs_in(ANA).arrives(CALL).queues(CALL).rings(CALL, ANA)
    story.at("09:00:20").offer_ends(CALL, ANA, OfferEnd.RANG_OUT)
    story.emit(e.AgentSetAside(agent=ANA, why=NotReady.MISSED_CALL, until=clock("09:05:20")))
    her = folded(story.log).snapshot().agents[ANA]
    assert (her.presence, her.state, her.state_since) == (Presence.AVAILABLE, AgentState.NOT_READY, clock("09:00:20"))
    assert her.set_aside is not None
    assert (her.set_aside.why, her.set_aside.until) == (NotReady.MISSED_CALL, clock("09:05:20"))
    story.at("09:02:00").emit(e.AgentBack(agent=ANA, by_agent=True))
    her = folded(story.log).snapshot().agents[ANA]
    assert (her.state, her.state_since, her.set_aside) == (AgentState.AVAILABLE, clock("09:02:00"), None)


def test_those_who_wait_stand_in_the_order_of_their_places():
    story = Story().at("09:00:00")
    for name in ("c1", "c2", "c3"):
        story.arrives(CallId(name))
    story.at("09:00:10").queues(CallId("c1"))
    story.at("09:00:20").queues(CallId("c2"), since=clock("09:00:05"))
    story.at("09:00:30").queues(CallId("c3"), priority=1)
    assert waiting_order(folded(story.log).snapshot(), BILLING) == ["c3", "c2", "c1"]


def test_the_day_turns_at_the_center_s_midnight_and_what_waits_goes_on():
    story = Story().at("22:00:00").signs_in(ANA).arrives(CALL).queues(CALL)
    late = CallId("c2")
    story.at("23:59:59.999").arrives(late)
    before = folded(story.log).snapshot()
    assert (before.center.day, before.center.today.arrived, before.queues[BILLING].today.offered) == ("2026-04-14", 2, 1)
    story.at("24:00:00").queues(late)
    after = folded(story.log).snapshot()
    assert (after.center.day, after.center.today.arrived) == ("2026-04-15", 0)
    assert (after.queues[BILLING].today.offered, after.queues[BILLING].waiting) == (1, 2)
    story.at("24:00:04").rings(CALL, ANA).talks(CALL, ANA)
    answered = folded(story.log).snapshot().queues[BILLING].today
    assert (answered.answered, answered.offered) == (0, 1), "yesterday's entry is answered on yesterday's account"
    assert folded(story.log).snapshot().agents[ANA].today.idle_ms == 4_000, "her time before midnight is yesterday's"


def test_the_day_also_turns_without_an_event():
    story = Story().at("22:00:00").signs_in(ANA).arrives(CALL)
    live = folded(story.log)
    before = live.snapshot()
    assert live.turn(clock("23:59:59")) is None
    delta = live.turn(clock("24:00:01"))
    assert delta is not None
    assert patch(before, delta) == live.snapshot()
    assert live.snapshot().center.today.arrived == 0
    assert live.turn(clock("24:00:02")) is None
    # an event decided just before midnight, told just after: it turns nothing back
    live.apply(e.Recorded(len(story.log) + 1, clock("23:59:59"), e.AgentNotReady(agent=ANA, reason="break")))
    assert live.snapshot().center.day == "2026-04-15"


def test_a_board_that_starts_at_midnight_in_an_empty_center_shows_the_same_as_one_that_never_stopped():
    yesterday = World([7, 3, 99, 14, 2, 61, 5, 8] * 20, pauses=(0, 700, 20_000, 60_000)).close()
    assert yesterday[-1].at < clock("24:00:00")
    story = Story().at("24:00:00")
    story.log = list(yesterday)
    story.emit(e.CenterChanged(version=9, center=center()))
    begins = len(story.log) - 1
    story.at("33:00:00").signs_in(ANA).arrives(CALL).queues(CALL).rings(CALL, ANA).talks(CALL, ANA)
    assert folded(story.log[begins:]).snapshot() == folded(story.log).snapshot()


def test_a_queue_and_an_agent_that_the_center_loses_leave_the_board():
    story = Story().at("09:00:00").signs_in(ANA)
    live = folded(story.log)
    before = live.snapshot()
    smaller = center()
    smaller = msgspec.structs.replace(
        smaller,
        queues={name: queue for name, queue in smaller.queues.items() if name == BILLING},
        agents={name: msgspec.structs.replace(her, active=False) for name, her in smaller.agents.items()},
    )
    delta = live.apply(e.Recorded(len(story.log) + 1, clock("09:01:00"), e.CenterChanged(version=2, center=smaller)))
    assert delta.queues_gone == ("front", "support")
    assert delta.agents_gone == ("ben", "cho"), "who is signed in stays until she has gone"
    assert patch(before, delta) == live.snapshot()
    delta = live.apply(e.Recorded(len(story.log) + 2, clock("09:02:00"), e.AgentSignedOut(agent=ANA)))
    assert delta.agents_gone == ("ana",)
    assert live.snapshot().agents == {}


def test_the_personal_rows_that_a_reader_needs():
    story = Story().at("09:00:00").arrives(CALL)
    assert personal_ids(folded(story.log).snapshot()) == {"p-ana", "p-ben", "p-cho", "p-caller", "p-dialed"}


def test_an_event_that_no_page_shows_makes_an_empty_delta():
    story = Story().at("09:00:00").arrives(CALL)
    live = folded(story.log)
    delta = live.apply(e.Recorded(len(story.log) + 1, clock("09:00:01"), e.BridgeOver(call=CALL, bridge=BridgeId("b"))))
    assert delta.empty


@given(TAPES, st.integers(1, 50))
def test_a_replay_in_batches_shows_the_same_as_event_by_event(tape, size):
    log = history(tape)
    live = Live()
    for start in range(0, len(log), size):
        live.replay(log[start : start + size])
    assert live.snapshot() == folded(log).snapshot()
