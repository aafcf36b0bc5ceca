"""Calling windows by the clock of a zone, minute by minute, on the days when clocks change and on ordinary ones."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from callcenter.kernel.center import Opening
from callcenter.kernel.law import CallingHours
from dialer.windows import day_bounds, is_open, opens_at, opens_everywhere

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
DAYTIME = CallingHours(weekdays=((Opening(480, 1260),),) * 7)
# The night, in which clocks change.
NIGHT = CallingHours(weekdays=((Opening(30, 90), Opening(120, 150), Opening(1410, 1440)),) * 7)


def at(text: str, zone: str = "UTC") -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def clock(instant: int | None, zone: str) -> str:
    if instant is None:
        return "never"
    return datetime.fromtimestamp(instant / 1000, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/New_York", "2024-03-09"),  # forward at 2
        ("America/New_York", "2024-11-02"),  # back at 2
        ("America/Havana", "2024-03-09"),  # forward at midnight: the day begins at 1
        ("America/Havana", "2024-11-02"),  # back to midnight: it begins twice
        ("Australia/Lord_Howe", "2024-04-06"),  # by half an hour
        ("Asia/Beirut", "2024-10-26"),  # back over midnight, to the day before
        ("Africa/Cairo", "2024-04-25"),
        ("America/St_Johns", "2006-10-28"),  # back at 00:01: a day that begins, ends and begins again
        ("Pacific/Apia", "2011-12-29"),  # the 30th never was
        ("Asia/Kathmandu", "2024-06-01"),
    ],
)
@pytest.mark.parametrize("hours", [DAYTIME, NIGHT], ids=["daytime", "night"])
def test_the_next_opening_is_that_of_a_clock_read_every_minute(zone, day, hours):
    """From every minute of two days, the next opening is the first minute at which the clock stands in a window."""
    since, end = at(f"{day}T18:00"), at(f"{day}T18:00") + 2 * DAY
    expected = None
    for minute in range(end, since - MINUTE, -MINUTE):
        here = datetime.fromtimestamp(minute / 1000, ZoneInfo(zone))
        now = here.hour * 60 + here.minute
        opened = any(one.since <= now < one.until for one in hours.weekdays[here.weekday()])
        assert is_open(hours, zone, minute) == opened
        expected = minute if opened else expected
        if expected is not None:
            assert opens_at(hours, zone, minute, end + DAY) == expected, clock(minute, zone)


def test_a_repeated_hour_is_open_twice_and_a_skipped_one_never():
    hour = CallingHours(weekdays=((Opening(60, 120),),) * 7)  # 01:00-02:00
    back = [at("2024-11-03T04:00") + minute * MINUTE for minute in range(240)]
    assert sum(is_open(hour, "America/New_York", minute) for minute in back) == 120
    skipped = CallingHours(weekdays=((Opening(120, 180),),) * 7)  # 02:00-03:00, which that night has not
    assert clock(opens_at(skipped, "America/New_York", at("2024-03-10T05:00"), at("2024-03-20T00:00")), "America/New_York") == (
        "2024-03-11 02:00"
    )


def test_every_zone_must_be_open():
    pairs = [(DAYTIME, "America/New_York"), (DAYTIME, "America/Los_Angeles")]
    found = opens_everywhere(pairs, at("2024-06-03T03:00", "America/New_York"))
    assert found is not None
    assert (clock(found, "America/New_York"), clock(found, "America/Los_Angeles")) == ("2024-06-03 11:00", "2024-06-03 08:00")
    hour = CallingHours(weekdays=((Opening(480, 540),),) * 7)
    assert opens_everywhere([(hour, "America/New_York"), (hour, "America/Los_Angeles")], found) is None


def test_zones_that_meet_only_after_a_clock_change():
    early = CallingHours(weekdays=((Opening(480, 540),),) * 7)  # 08:00-09:00
    later = CallingHours(weekdays=((Opening(840, 900),),) * 7)  # 14:00-15:00
    # London is six hours ahead of Chicago, and five only while American clocks have changed and British ones have not.
    six = [(early, "America/Chicago"), (CallingHours(weekdays=((Opening(780, 840),),) * 7), "Europe/London")]
    assert clock(opens_everywhere([(early, "America/Chicago"), (later, "Europe/London")], at("2024-02-01T00:00")), "UTC") == (
        "2024-02-01 14:00"
    )
    assert clock(opens_everywhere(six, at("2024-02-01T00:00")), "UTC") == "2024-03-10 13:00"


def test_a_leap_day_is_a_day_of_its_own():
    thursday = CallingHours(weekdays=((),) * 3 + ((Opening(600, 660),),) + ((),) * 3)
    assert clock(opens_at(thursday, "Europe/Paris", at("2024-02-23T00:00"), at("2024-03-10T00:00")), "Europe/Paris") == (
        "2024-02-29 10:00"
    )
    closed = CallingHours(weekdays=thursday.weekdays, holidays=(date(2024, 2, 29),))
    assert clock(opens_at(closed, "Europe/Paris", at("2024-02-23T00:00"), at("2024-03-10T00:00")), "Europe/Paris") == (
        "2024-03-07 10:00"
    )


def test_holidays_have_windows_of_their_own_and_an_end():
    hours = CallingHours(
        weekdays=((Opening(480, 1260),),) * 7,
        holidays=(date(2024, 12, 25),),
        on_holidays=(Opening(720, 780),),
        known_until=date(2024, 12, 31),
    )
    zone = "Europe/Berlin"
    assert clock(opens_at(hours, zone, at("2024-12-25T00:00", zone), at("2025-02-01T00:00")), zone) == "2024-12-25 12:00"
    assert clock(opens_at(hours, zone, at("2024-12-25T13:00", zone), at("2025-02-01T00:00")), zone) == "2024-12-26 08:00"
    assert opens_at(hours, zone, at("2024-12-31T21:00", zone), at("2030-02-01T00:00")) is None


def test_hours_that_never_open_are_told_within_the_horizon():
    never = CallingHours(weekdays=((),) * 7)
    assert opens_everywhere([(never, "UTC")], at("2024-01-01T00:00")) is None
    assert opens_everywhere([], at("2024-01-01T00:00")) == at("2024-01-01T00:00")


def test_a_day_is_as_long_as_the_clock_makes_it():
    for day, long in (("2024-03-10", 23), ("2024-11-03", 25), ("2024-06-01", 24)):
        begins, ends = day_bounds("America/New_York", at(f"{day}T12:00", "America/New_York"))
        assert (ends - begins) / 3_600_000 == long
        assert datetime.fromtimestamp(begins / 1000, UTC).astimezone(ZoneInfo("America/New_York")).strftime("%H:%M") == "00:00"
