"""Opening hours: whether a center is open at an instant, and when that changes next. Wall-clock time of the center's zone, so
an opening of a day with a clock change is as long as the clock makes it. Nothing here knows what happens to a caller.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callcenter.kernel.center import HoursValues
from callcenter.kernel.clock import DAY, instant, local

MIDNIGHT = 1_440
"""Minutes of a day: an opening `until` this ends with the day."""
HORIZON_DAYS = 400
"""How far `next_change` looks: any yearly pattern shows itself within it."""


def is_open(hours: HoursValues, at: int, zone: ZoneInfo) -> bool:
    """Whether `at` (ms since the epoch) lies in an opening. A holiday is closed from midnight to midnight."""
    here = local(at, zone)
    if here.date() in hours.holidays:
        return False
    minute = here.hour * 60 + here.minute
    return any(opening.since <= minute < opening.until for opening in hours.weekdays[here.weekday()])


def next_change(hours: HoursValues, at: int, zone: ZoneInfo) -> int | None:
    """The first instant after `at` at which open turns to closed or closed to open; None when neither ever comes."""
    now_open = is_open(hours, at, zone)
    today = local(at, zone).date()
    for days in range(HORIZON_DAYS):
        for border in _borders(hours, today + timedelta(days=days), zone):
            if border > at and is_open(hours, border, zone) != now_open:
                return border
    return None


def _borders(hours: HoursValues, day: date, zone: ZoneInfo) -> list[int]:
    """Every instant of a local day at which the answer may change, in order."""
    minutes = {0}
    for opening in hours.weekdays[day.weekday()]:
        minutes |= {opening.since, opening.until}
    wall = [datetime.combine(day, time(), zone) + timedelta(minutes=minute) for minute in minutes]
    # An hour that the clock repeats passes each of its minutes twice; one that it skips is entered in the middle.
    return sorted({instant(moment.replace(fold=fold)) for moment in wall for fold in (0, 1)} | set(_clock_changes(day, zone)))


def _clock_changes(day: date, zone: ZoneInfo) -> Iterator[int]:
    """The instant of the local day's clock change, if there is one, found by halving."""
    early = instant(datetime.combine(day, time(), UTC)) - DAY
    late = early + 3 * DAY
    if _offset(early, zone) == _offset(late, zone):
        return
    while late - early > 1:
        middle = (early + late) // 2
        if _offset(middle, zone) == _offset(early, zone):
            early = middle
        else:
            late = middle
    if local(late, zone).date() == day:
        yield late


def _offset(at: int, zone: ZoneInfo) -> timedelta | None:
    return local(at, zone).utcoffset()
