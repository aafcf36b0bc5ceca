"""The roll-up equals a full scan of the records, whenever it was drained and restarted; days are sums of quarters."""

from collections import defaultdict

from hypothesis import example, given
from hypothesis import strategies as st

from callcenter.kernel import events as e
from callcenter.kernel.call_state import CallState
from callcenter.kernel.clock import HOUR, QUARTER
from callcenter.kernel.ids import CallId, OfferId
from callcenter.kernel.words import CallEnd, OfferEnd
from reporting.agent_time import Category
from reporting.call_record import CallRecord
from reporting.counters import FLAT_NAMES, GREATEST, SCALARS, Counters, IntervalKey, counters, flat, replace, total
from reporting.intervals import IntervalBook, scan
from reporting.live import Live
from reporting.records import RecordBook
from reporting.tally import Calendar
from tests.unit.reporting.histories import ANA, NINE, TAPES, center, history
from tests.unit.reporting.stories import Story

TIMES = (*(f"{category.value}_ms" for category in Category), "overrun_ms")


def without_time(of: dict[IntervalKey, Counters]) -> dict[IntervalKey, Counters]:
    bare = {key: replace(found, **dict.fromkeys(TIMES, 0)) for key, found in of.items()}
    return {key: found for key, found in bare.items() if flat(found)}


def add_up(drained: list[dict[IntervalKey, Counters]]) -> dict[IntervalKey, Counters]:
    """What a store makes of the increments."""
    by_key: dict[IntervalKey, list[Counters]] = defaultdict(list)
    for increments in drained:
        for key, found in increments.items():
            by_key[key].append(found)
    sums = {key: total(found) for key, found in by_key.items()}
    return {key: found for key, found in sums.items() if flat(found)}


def records_of(log: list[e.Recorded]) -> list[CallRecord]:
    book = RecordBook()
    for recorded in log:
        book.apply(recorded)
    return list(book.records.values())


@given(TAPES, st.lists(st.integers(0, 2_000), max_size=8), st.booleans())
def test_the_roll_up_equals_a_scan_of_the_records_however_it_was_drained(tape, drains, shared):
    log = history(tape)
    records = RecordBook()
    book = IntervalBook(records) if shared else IntervalBook()
    drained = []
    kept: dict[CallId, CallRecord] = {}
    for recorded in log:
        if shared:
            missing = records.missing(recorded)
            if missing is not None and missing in kept:
                records.put(kept[missing])
            records.apply(recorded)
        book.apply(recorded)
        if recorded.position in drains:
            drained.append(book.drain())
            kept.update(records.drain())
            saved, saved_records = book.dump(), records.dump()
            records = RecordBook()
            records.load(saved_records)
            book = IntervalBook(records) if shared else IntervalBook()
            book.load(saved)
            for call, record in list(records.records.items()):
                if record.settled:
                    records.forget(call)
    drained.append(book.drain())
    if shared:
        kept.update(records.drain())
        assert sorted(kept.values(), key=lambda one: one.call) == sorted(records_of(log), key=lambda one: one.call)
    assert without_time(add_up(drained)) == scan(records_of(log), Calendar(center().tz()))


@given(TAPES)
def test_offered_is_answered_and_abandoned_and_gone_elsewhere(tape):
    book = IntervalBook()
    for recorded in history(tape, closed=True):
        book.apply(recorded)
    for found in book.drain().values():
        assert found.offered == found.answered + found.abandoned + found.flowed_out + found.ended
        assert sum(found.answered_waits) == found.answered
        assert sum(found.abandoned_waits) == found.abandoned
        assert found.short_abandoned <= found.abandoned_in_time <= found.abandoned
        assert found.offers == found.accepted + found.rejected + found.missed + found.withdrawn + found.device_errors
        assert found.overrun_ms <= found.wrap_up_ms


@given(TAPES)
def test_the_center_s_row_is_the_sum_of_its_queues_and_of_its_agents(tape):
    book = IntervalBook()
    for recorded in history(tape, closed=True):
        book.apply(recorded)
    found = book.drain()
    of_queues = [
        name for name in FLAT_NAMES
        if name.startswith(("offered", "answered", "abandoned_w", "flowed", "came_back", "wait_", "short"))
    ]  # fmt: skip
    for kind, names in (("queue", of_queues), ("agent", [*TIMES, "handled", "handle_talk_ms", "offers", "placed", "reached"])):
        for name in names:
            center_sum = sum(flat(one).get(name, 0) for key, one in found.items() if key.kind == "center")
            assert center_sum == sum(flat(one).get(name, 0) for key, one in found.items() if key.kind == kind), name


@given(TAPES, st.sampled_from(["America/New_York", "Asia/Shanghai", "Australia/Lord_Howe"]))
def test_the_board_s_day_is_the_sum_of_its_quarters(tape, zone):
    live, book = Live(), IntervalBook()
    for recorded in history(tape, zone=zone):
        live.apply(recorded)
        book.apply(recorded)
    snapshot = live.snapshot()
    book.settle()
    drained = book.drain()
    running = {name: view.category for name, view in snapshot.agents.items()}

    def day(kind: str, subject: str) -> Counters:
        today = snapshot.center.day
        return total(one for key, one in drained.items() if (key.kind, key.subject, key.day) == (kind, subject, today))

    no_time = dict.fromkeys(TIMES, 0)
    for queue, view in snapshot.queues.items():
        assert replace(view.today, **no_time) == replace(day("queue", queue), **no_time)
    assert replace(snapshot.center.today, **no_time) == replace(day("center", ""), **no_time)
    for agent, her in snapshot.agents.items():
        until_now = flat(her.today)
        category = running[agent]
        if category is not None:
            name = f"{category.value}_ms"
            until_now[name] = until_now.get(name, 0) + snapshot.at - max(her.category_since, snapshot.center.day_start)
        expected = replace(day("agent", agent), overrun_ms=0)
        assert replace(counters(until_now), overrun_ms=0) == expected


@given(st.integers(0, 500))
@example(0)
def test_a_day_of_the_center_has_as_many_quarters_as_its_zone_says(days):
    calendar = Calendar(center().tz())
    start = NINE - 9 * HOUR + days * 24 * HOUR
    quarters: dict[str, int] = defaultdict(int)
    for index in range(-96, 4 * 96):
        quarters[calendar.key("center", "", start + index * QUARTER).day] += 1
    whole = sorted(quarters)[1:-1]
    assert all(quarters[day] in (92, 96, 100) for day in whole)


def test_the_days_when_clocks_change_have_92_and_100_quarters():
    calendar = Calendar(center().tz())
    march_8 = NINE - 9 * HOUR - 37 * 24 * HOUR
    november_1 = march_8 + 238 * 24 * HOUR
    for start, day, quarters in ((march_8, "2026-03-08", 92), (november_1, "2026-11-01", 100)):
        days = [calendar.key("center", "", start + index * QUARTER).day for index in range(-120, 220)]
        assert days.count(day) == quarters


def test_counters_survive_being_flattened():
    one = Counters(offered=3, answered_waits=(1, *(0,) * 21, 2), longest_wait_ms=9)
    assert counters(flat(one)) == one
    assert total([one, one]) == Counters(offered=6, answered_waits=(2, *(0,) * 21, 4), longest_wait_ms=9)
    assert GREATEST in SCALARS


@given(TAPES)
def test_records_of_a_closed_day_are_settled_and_over(tape):
    for record in records_of(history(tape, closed=True)):
        assert record.settled
        assert record.state is CallState.OVER
        assert all(entry.wait_ms is not None and entry.wait_ms >= 0 for entry in record.entries)
        assert all(one.talk_ms >= 0 and one.hold_ms >= 0 for one in record.conversations)


def test_an_offer_that_ends_after_its_call_does_not_count_the_call_twice():
    """The caller leaves between the agent's answer and the bridge, and the rows are stored in the middle of that decision."""
    call = CallId("c1")
    story = Story().at("09:00:00").signs_in(ANA).arrives(call).queues(call).rings(call, ANA)
    accepted = e.OfferAccepted(call=call, offer=OfferId("o1"), agent=ANA, connect_by=story.now)
    story.emit(accepted).at("09:00:08").hangs_up(call, "l-c1").hangs_up(call, "l-ana-o1").over(call, CallEnd.ABANDONED_IN_QUEUE)
    book, drained = IntervalBook(), []
    for recorded in story.log:
        book.apply(recorded)
    drained.append(book.drain())
    story.offer_ends(call, ANA, OfferEnd.WITHDRAWN)
    book.apply(story.log[-1])
    drained.append(book.drain())
    found = total(one for key, one in add_up(drained).items() if key.kind == "center")
    assert (found.arrived, found.offered, found.abandoned, found.offers, found.accepted, found.withdrawn) == (1, 1, 1, 1, 0, 1)
