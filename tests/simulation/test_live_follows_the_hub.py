"""Board and records over random days of the real hub: what the pages patch together equals what a fresh fold shows.

Hypothesis draws commands, signals, faults and the passing of time; nothing here is made up by the tests' own tables.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.kernel.errors import HouseError
from callcenter.kernel.events import CallArrived, CallPlaced, Recorded
from callcenter.kernel.ids import CallId
from reporting.call_record import CallRecord
from reporting.intervals import IntervalBook, scan
from reporting.live import Live
from reporting.records import RecordBook
from reporting.tally import Calendar
from reporting.views import patch
from tests.simulation.test_random_days import Day

DEEDS = (
    "call_in", "press", "press", "sign_in", "choose", "answer", "reject", "hang_up", "phone_down", "hold", "transfer",
    "place", "wrap_up", "lose_phone", "fault", "weather", "pause",
)  # fmt: skip


def lived(seed: int, deeds: list[str]) -> list[Recorded]:
    """The log of a day on which these things were done, in this order."""
    day = Day(seed)
    for name in ("sign_in", "choose", "call_in", "pause", "press", *deeds):
        try:
            getattr(day, name)()
            day.story.settles()
        except HouseError:
            pass
        day.check()
    day.ends()
    return day.story.events


HISTORIES = st.builds(lived, st.integers(0, 2**32), st.lists(st.sampled_from(DEEDS), max_size=60))


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(HISTORIES, st.data())
def test_an_old_snapshot_and_the_events_since_make_the_fresh_snapshot(log: list[Recorded], data: st.DataObject):
    since = data.draw(st.integers(0, len(log)))
    live = Live()
    for recorded in log[:since]:
        live.apply(recorded)
    snapshot = live.snapshot()
    for recorded in log[since:]:
        snapshot = patch(snapshot, live.apply(recorded))
    assert snapshot == live.snapshot()
    fresh = Live()
    for recorded in log:
        fresh.apply(recorded)
    assert snapshot == fresh.snapshot()


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(HISTORIES)
def test_every_call_has_one_record_and_the_counters_equal_a_scan(log: list[Recorded]):
    records = RecordBook()
    intervals = IntervalBook(records)
    finished: dict[CallId, CallRecord] = {}
    for recorded in log:
        records.apply(recorded)
        intervals.apply(recorded)
        finished |= records.drain()
    arrived = {recorded.event.call for recorded in log if isinstance(recorded.event, CallArrived | CallPlaced)}
    assert finished.keys() == arrived
    assert all(record.over_at is not None for record in finished.values())
    drained = intervals.drain()
    for key, counters in scan(list(finished.values()), Calendar(records.center.tz())).items():
        counted = drained[key]
        assert (counted.offered, counted.answered, counted.abandoned) == (counters.offered, counters.answered, counters.abandoned)
        assert (counted.handled, counted.transferred, counted.offers) == (counters.handled, counters.transferred, counters.offers)
