"""Opening hours on ordinary days, on holidays, to midnight, and on the two days when the clock changes."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.kernel.center import HoursValues, Opening
from callcenter.kernel.clock import DAY, HOUR, MINUTE
from callcenter.kernel.ids import HoursId
from ivr.hours import is_open, next_change
from tests.unit.ivr.builders import NEW_YORK, OFFICE, at

SPRING = "2026-03-08"  # 02:00 becomes 03:00 in New York
AUTUMN = "2026-11-01"  # 02:00 becomes 01:00


def every_day(*openings: tuple[int, int], holidays: tuple[date, ...] = ()) -> HoursValues:
    return HoursValues(
        id=HoursId("daily"), weekdays=tuple(tuple(Opening(*one) for one in openings) for _ in range(7)), holidays=holidays
    )


@pytest.mark.parametrize(
    ("clock", "expected"), [("08:59", False), ("09:00", True), ("16:59", True), ("17:00", False), ("00:00", False)]
)
def test_an_opening_holds_its_first_minute_and_not_its_last(clock, expected):
    assert is_open(OFFICE, at("2026-03-09", clock), NEW_YORK) is expected


def test_the_zone_is_the_centers_and_not_the_machines():
    assert is_open(OFFICE, at("2026-03-09", "09:00"), NEW_YORK)
    assert not is_open(OFFICE, at("2026-03-09", "09:00"), ZoneInfo("Asia/Shanghai"))


def test_a_window_to_midnight_joins_the_next_day_without_a_gap():
    night = every_day((0, 60), (22 * 60, 1_440))
    assert is_open(night, at("2026-03-10", "00:00") - 1, NEW_YORK)
    assert is_open(night, at("2026-03-10", "00:00"), NEW_YORK)
    assert next_change(night, at("2026-03-09", "23:00"), NEW_YORK) == at("2026-03-10", "01:00")


def test_a_night_before_a_holiday_ends_at_midnight():
    night = every_day((0, 60), (22 * 60, 1_440), holidays=(date(2026, 3, 10),))
    assert next_change(night, at("2026-03-09", "23:00"), NEW_YORK) == at("2026-03-10", "00:00")
    assert next_change(night, at("2026-03-10", "00:30"), NEW_YORK) == at("2026-03-11", "00:00")


def test_in_spring_an_opening_into_the_skipped_hour_begins_after_it():
    early = every_day((150, 300))
    assert not is_open(early, at(SPRING, "01:59"), NEW_YORK)
    assert is_open(early, at(SPRING, "03:00"), NEW_YORK)
    assert next_change(early, at(SPRING, "01:00"), NEW_YORK) == at(SPRING, "03:00")
    assert at(SPRING, "03:00") - at(SPRING, "01:59") == MINUTE


def test_in_autumn_the_repeated_hour_is_open_both_times():
    early = every_day((60, 90))
    assert is_open(early, at(AUTUMN, "01:15", fold=0), NEW_YORK)
    assert is_open(early, at(AUTUMN, "01:15", fold=1), NEW_YORK)
    assert next_change(early, at(AUTUMN, "01:15", fold=0), NEW_YORK) == at(AUTUMN, "01:30", fold=0)
    assert next_change(early, at(AUTUMN, "01:45", fold=0), NEW_YORK) == at(AUTUMN, "01:00", fold=1)


def test_nine_to_five_is_nine_to_five_also_when_the_clock_changes():
    office = every_day((9 * 60, 17 * 60))
    for day in (SPRING, AUTUMN, "2026-07-01"):
        opens, closes = at(day, "09:00"), at(day, "17:00")
        assert next_change(office, opens - 1, NEW_YORK) == opens
        assert next_change(office, opens, NEW_YORK) == closes
        assert closes - opens == 8 * HOUR


def test_a_weekend_is_skipped():
    assert next_change(OFFICE, at("2026-03-06", "17:00"), NEW_YORK) == at("2026-03-09", "09:00")


def test_hours_that_never_open_or_never_close_never_change():
    assert next_change(every_day((0, 1_440)), at(SPRING, "00:00"), NEW_YORK) is None
    assert next_change(every_day(), at(SPRING, "00:00"), NEW_YORK) is None


@st.composite
def some_hours(draw):
    def openings():
        marks = sorted(draw(st.lists(st.integers(0, 1_440), min_size=0, max_size=4, unique=True)))
        return tuple(Opening(a, b) for a, b in zip(marks[::2], marks[1::2], strict=False))

    days = draw(st.lists(st.sampled_from([date(2026, 3, n) for n in range(6, 11)]), max_size=2, unique=True))
    return HoursValues(id=HoursId("any"), weekdays=tuple(openings() for _ in range(7)), holidays=tuple(days))


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Shanghai"])
@pytest.mark.parametrize("month", ["2026-03-07", "2026-03-28", "2026-04-04", "2026-04-23", "2026-10-31"])
@settings(max_examples=25)
@given(hours=some_hours(), after=st.integers(0, 3 * DAY // MINUTE))
def test_the_next_change_is_the_one_that_a_scan_by_the_minute_finds(zone, month, hours, after):
    tz = ZoneInfo(zone)
    start = at(month, "00:00", ZoneInfo("UTC")) + after * MINUTE
    found = next_change(hours, start, tz)
    now_open = is_open(hours, start, tz)
    scanned = next((s for s in range(start, start + 2 * DAY, MINUTE) if is_open(hours, s, tz) != now_open), None)
    if scanned is None:
        assert found is None or found >= start + 2 * DAY
    else:
        assert found == scanned
