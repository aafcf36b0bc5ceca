"""Where an agent's time goes: the worked half hour of domain.md, and that no millisecond is lost or counted twice."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.kernel import events as e
from callcenter.kernel.activity import ACTIVITY, Activity
from callcenter.kernel.clock import MINUTE, QUARTER, SECOND
from callcenter.kernel.ids import CallId, LegId, OfferId, PersonalId
from callcenter.kernel.presence import PRESENCE, Presence
from callcenter.kernel.words import Cause, NotReady, OfferEnd
from reporting import metrics
from reporting.agent_time import AgentClock, Category, Span, split
from reporting.counters import Counters, counters
from reporting.intervals import IntervalBook
from reporting.tally import day_bounds
from tests.unit.reporting.histories import ANA, BILLING, CARRIER, NINE, center
from tests.unit.reporting.stories import Story, clock

FIRST, SECOND_CALL, THIRD = CallId("c1"), CallId("c2"), CallId("c3")
LEG = LegId("l")


def worked_half_hour() -> Story:
    """domain.md: Ana's morning, second by second."""
    story = Story()
    story.at("09:00:00").signs_in(ANA)
    story.at("09:01:30").arrives(FIRST).queues(FIRST)
    story.at("09:02:00").rings(FIRST, ANA)
    story.at("09:02:10").talks(FIRST, ANA)
    story.at("09:05:10").emit(e.CallHeld(call=FIRST, agent=ANA))
    story.at("09:05:40").emit(e.CallRetrieved(call=FIRST, agent=ANA))
    story.at("09:07:10").leaves(FIRST, ANA).over(FIRST)
    story.at("09:07:55").wrapped_up(FIRST, ANA)
    story.at("09:09:59").arrives(SECOND_CALL).queues(SECOND_CALL)
    story.at("09:10:00").rings(SECOND_CALL, ANA, "o2")
    story.at("09:10:20").offer_ends(SECOND_CALL, ANA, OfferEnd.RANG_OUT, "o2")
    story.emit(e.AgentSetAside(agent=ANA, why=NotReady.MISSED_CALL, until=clock("09:15:20")))
    story.at("09:12:00").emit(e.AgentBack(agent=ANA, by_agent=True))
    story.at("09:20:00").emit(e.CallPlaced(call=THIRD, carrier=CARRIER, agent=ANA, number=PersonalId("p")))
    story.at("09:20:15").connects(THIRD, ANA)
    story.at("09:26:15").leaves(THIRD, ANA, queue=None).over(THIRD)
    story.at("09:27:00").wrapped_up(THIRD, ANA)
    story.at("09:30:00").emit(e.AgentNotReady(agent=ANA, reason="lunch"))
    return story


def ana(story: Story, *, quarters: int = 2) -> Counters:
    """Her counters of the first quarters from nine o'clock."""
    book = IntervalBook()
    for recorded in story.log:
        book.apply(recorded)
    tally: Counter[str] = Counter()
    for key, found in book.drain().items():
        if (key.kind, key.subject) == ("agent", ANA) and NINE <= key.start_at < NINE + quarters * QUARTER:
            for name in (*(f"{category.value}_ms" for category in Category), "overrun_ms", "handled", "offers", "missed"):
                tally[name] += getattr(found, name)
    return counters(tally)


def test_the_worked_half_hour():
    found = ana(worked_half_hour())
    assert found.talk_ms == 630 * SECOND
    assert found.hold_ms == 30 * SECOND
    assert found.wrap_up_ms == 90 * SECOND
    assert found.idle_ms == 905 * SECOND
    assert found.reserved_ms == 30 * SECOND
    assert found.dialing_ms == 15 * SECOND
    assert found.not_ready_ms == 100 * SECOND
    assert metrics.LOG_IN_TIME.value(found) == 1_800 * SECOND
    assert metrics.OCCUPANCY.value(found) == 750 / 1_700
    assert metrics.BUSY_RATE.value(found) == 795 / 1_700
    assert metrics.UTILISATION.value(found) == 750 / 1_800
    assert metrics.shown(metrics.OCCUPANCY.value(found), "ratio") == "44.1 %"
    assert metrics.shown(metrics.BUSY_RATE.value(found), "ratio") == "46.8 %"
    assert metrics.shown(metrics.UTILISATION.value(found), "ratio") == "41.7 %"


def test_its_first_quarter_alone():
    found = ana(worked_half_hour(), quarters=1)
    assert found.talk_ms == 270 * SECOND
    assert found.hold_ms == 30 * SECOND
    assert found.wrap_up_ms == 45 * SECOND
    assert found.idle_ms == 425 * SECOND
    assert found.reserved_ms == 30 * SECOND
    assert found.dialing_ms == 0
    assert found.not_ready_ms == 100 * SECOND
    assert metrics.OCCUPANCY.value(found) == 345 / 800
    assert metrics.shown(metrics.OCCUPANCY.value(found), "ratio") == "43.1 %"
    assert (found.offers, found.missed) == (2, 1)


def test_the_formula_shows_the_worked_numbers():
    found = ana(worked_half_hour())
    assert metrics.with_numbers(metrics.OCCUPANCY, found) == (
        "(10:30 + 0:30 + 1:30) / (10:30 + 0:30 + 1:30 + 15:05 + 0:30 + 0:15) = 44.1 %"
    )


def test_not_ready_in_mid_call_does_not_count_until_she_is_idle():
    story = Story().at("09:00:00").signs_in(ANA).arrives(FIRST).queues(FIRST).rings(FIRST, ANA).talks(FIRST, ANA)
    story.at("09:01:00").emit(e.AgentNotReady(agent=ANA, reason="break"))
    story.at("09:03:00").leaves(FIRST, ANA).over(FIRST)
    story.at("09:03:30").wrapped_up(FIRST, ANA)
    story.at("09:05:00").emit(e.AgentSignedOut(agent=ANA))
    found = ana(story)
    assert (found.talk_ms, found.wrap_up_ms, found.not_ready_ms) == (180 * SECOND, 30 * SECOND, 90 * SECOND)
    assert found.idle_ms == 0


@pytest.mark.parametrize(
    ("why", "category"),
    [(NotReady.MISSED_CALL, "not_ready"), (NotReady.REJECTED, "idle"), (NotReady.DEVICE_ERROR, "idle")],
)
def test_only_a_missed_call_makes_her_not_ready_and_only_until_she_is_back(why, category):
    story = Story().at("09:00:00").signs_in(ANA)
    story.at("09:01:00").emit(e.AgentSetAside(agent=ANA, why=why, until=clock("09:01:10")))
    story.at("09:02:00").emit(e.AgentBack(agent=ANA, by_agent=False))
    story.at("09:03:00").emit(e.AgentSignedOut(agent=ANA))
    clocks = AgentClock()
    spans = [span for span in map(clocks.apply, story.log) if span is not None]
    assert sum(span.until - span.since for span in spans) == 3 * MINUTE
    missed = [span for span in spans if span.category is Category.NOT_READY]
    # her `until` had passed for fifty seconds: it ends with the event, not before
    assert sum(span.until - span.since for span in missed) == (MINUTE if category == "not_ready" else 0)


def test_what_lies_over_the_wrap_up_limit_is_overrun_besides():
    story = Story().at("09:00:00").signs_in(ANA).arrives(FIRST).queues(FIRST).rings(FIRST, ANA).talks(FIRST, ANA)
    story.at("09:14:00").leaves(FIRST, ANA).over(FIRST)
    story.at("09:16:30").wrapped_up(FIRST, ANA)
    first, both = ana(story, quarters=1), ana(story)
    assert (first.wrap_up_ms, first.overrun_ms) == (60 * SECOND, 15 * SECOND)
    assert (both.wrap_up_ms, both.overrun_ms) == (150 * SECOND, 105 * SECOND)


def test_a_queue_has_all_time_of_the_agents_who_serve_it_and_none_of_the_others():
    book = IntervalBook()
    for recorded in worked_half_hour().log:
        book.apply(recorded)
    found = book.drain()
    talk = {
        queue: sum(one.talk_ms for key, one in found.items() if (key.kind, key.subject) == ("queue", queue))
        for queue in ("billing", "support", "front")
    }
    assert talk == {"billing": 630 * SECOND, "support": 0, "front": 630 * SECOND}


def test_the_running_stretch_is_counted_up_to_the_last_event():
    story = Story().at("09:00:00").signs_in(ANA)
    story.at("09:10:00").arrives(FIRST)
    book = IntervalBook()
    for recorded in story.log:
        book.apply(recorded)
    drained = book.drain()
    assert sum(one.idle_ms for key, one in drained.items() if key.kind == "agent") == 10 * MINUTE


@given(st.integers(0, 10**9), st.integers(0, 10**8), st.integers(0, 10**8))
def test_pieces_lie_within_quarters_and_add_up(since, length, limit_after):
    span = Span(ANA, Category.WRAP_UP, since, since + length, since + limit_after)
    pieces = list(split(span))
    assert all(piece.since // QUARTER == (piece.until - 1) // QUARTER for piece in pieces)
    assert sum(piece.until - piece.since for piece in pieces) == length
    assert sum(piece.tally().get("overrun_ms", 0) for piece in pieces) == span.tally().get("overrun_ms", 0)
    assert [piece.since for piece in pieces[1:]] == [piece.until for piece in pieces[:-1]]


def sample(kind: type, at: int) -> e.AnyEvent:
    """An event of this kind of Ana's."""
    made: dict[type, e.AnyEvent] = {
        e.AgentSignedIn: e.AgentSignedIn(agent=ANA, carrier=CARRIER, device="d", reachable=True),
        e.AgentSignedOut: e.AgentSignedOut(agent=ANA),
        e.AgentAvailable: e.AgentAvailable(agent=ANA),
        e.AgentNotReady: e.AgentNotReady(agent=ANA, reason="break"),
        e.WrapUpStarted: e.WrapUpStarted(agent=ANA, call=FIRST, queue=BILLING, limit_at=at + 45 * SECOND, hard_at=at + MINUTE),
        e.WrapUpEnded: e.WrapUpEnded(agent=ANA, call=FIRST, by_limit=False),
        e.OfferMade: e.OfferMade(call=FIRST, offer=OfferId("o"), agent=ANA, leg=LEG, expires_at=at, reasons=()),
        e.OfferOver: e.OfferOver(call=FIRST, offer=OfferId("o"), agent=ANA, end=OfferEnd.REJECTED),
        e.OfferAccepted: e.OfferAccepted(call=FIRST, offer=OfferId("o"), agent=ANA, connect_by=at),
        e.ConnectFailed: e.ConnectFailed(call=FIRST, agent=ANA, why="agent_hung_up"),
        e.CallConnected: Story().at("09:00:00").connects(FIRST, ANA).log[-1].event,
        e.CallPlaced: e.CallPlaced(call=FIRST, carrier=CARRIER, agent=ANA, number=PersonalId("p")),
        e.PlacedCallFailed: e.PlacedCallFailed(call=FIRST, agent=ANA, cause=Cause.BUSY),
        e.CallHeld: e.CallHeld(call=FIRST, agent=ANA),
        e.CallRetrieved: e.CallRetrieved(call=FIRST, agent=ANA),
        e.LineLost: e.LineLost(call=FIRST, agent=ANA, until=at),
        e.LineRestored: e.LineRestored(call=FIRST, agent=ANA, leg=LEG),
        e.AgentSetAside: e.AgentSetAside(agent=ANA, why=NotReady.MISSED_CALL, until=at),
        e.AgentBack: e.AgentBack(agent=ANA, by_agent=True),
    }
    return made[kind]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 40 * MINUTE)), max_size=60), st.lists(st.booleans(), max_size=60))
def test_the_categories_add_up_to_the_log_in_time_over_any_legal_events(steps, settles):
    """Presence and activity move by the kernel's tables alone, in every combination that these allow."""
    clocks = AgentClock()
    presence, activity = PRESENCE.start, ACTIVITY.start
    at, position, signed_in_ms = NINE, 0, 0
    total: Counter[Category] = Counter()
    for index, (choice, pause) in enumerate(steps):
        here = presence is not Presence.SIGNED_OUT or activity is not Activity.IDLE
        moves: list[type] = [*PRESENCE.moves[presence], *ACTIVITY.moves[activity], e.AgentSetAside, e.AgentBack]
        if presence is Presence.SIGNED_OUT:
            moves = [move for move in moves if move not in (e.OfferMade, e.CallPlaced)]
        kind = moves[choice % len(moves)]
        at, position = at + pause, position + 1
        signed_in_ms += pause if here else 0
        if index < len(settles) and settles[index]:
            total.update({span.category: span.until - span.since for span in clocks.settle_all(at - pause // 2)})
        span = clocks.apply(e.Recorded(position, at, sample(kind, at)))
        if span is not None:
            total[span.category] += span.until - span.since
        if kind in PRESENCE.moves[presence]:
            presence = PRESENCE.next(presence, kind)
        if kind in ACTIVITY.moves[activity]:
            activity = ACTIVITY.next(activity, kind)
    total.update({span.category: span.until - span.since for span in clocks.settle_all(at)})
    assert total.total() == signed_in_ms
    assert all(amount >= 0 for amount in total.values())


def test_bounds_of_a_day_are_local_midnights():
    zone = center().tz()
    assert day_bounds("2026-04-14", zone) == (clock("00:00:00"), clock("24:00:00"))
    start, end = day_bounds("2026-03-08", zone)
    assert end - start == 23 * 60 * MINUTE
