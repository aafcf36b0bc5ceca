"""Calling windows by the wall clock of a zone: open or not at an instant, and the first instant at which every zone is open.

Clock changes are taken as the clock shows them: an hour that is repeated is open (or closed) twice, one that is skipped never
comes. A local day is cut into stretches of one offset each, so nothing here asks the zone about an instant that does not exist.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from callcenter.kernel.center import Opening
from callcenter.kernel.clock import DAY, HOUR, MINUTE, local
from callcenter.kernel.law import CallingHours
from dialer.zones import clock_of

HORIZON_DAYS = 400
"""How far the next opening is looked for: whatever comes back each year shows itself within it."""
_EPOCH = date(1970, 1, 1).toordinal()


def is_open(hours: CallingHours, zone: str, at: int) -> bool:
    """Whether `at` (ms since the epoch) lies in a window of `zone`."""
    here = local(at, clock_of(zone))
    minute = here.hour * 60 + here.minute
    return any(opening.since <= minute < opening.until for opening in openings(hours, here.date()))


def openings(hours: CallingHours, day: date) -> tuple[Opening, ...]:
    """The windows of a local day; none after the last day whose holidays are known."""
    if hours.known_until is not None and day > hours.known_until:
        return ()
    index = bisect_left(hours.holidays, day)
    if index < len(hours.holidays) and hours.holidays[index] == day:
        return hours.on_holidays
    return hours.weekdays[day.weekday()]


def opens_at(hours: CallingHours, zone: str, at: int, until: int) -> int | None:
    """The first instant from `at` on at which a window is open; None when there is none before `until`."""
    day = local(at, clock_of(zone)).date().toordinal()
    # A clock that is set back over midnight returns to the day before.
    if _stretches(zone, day - 1)[-1][1] > at:
        day -= 1
    while _stretches(zone, day)[0][0] < until:
        found = _opens_on(hours, zone, day, at)
        if found is not None:
            if _stretches(zone, day + 1)[0][0] < found:
                found = min(found, _opens_on(hours, zone, day + 1, at) or found)
            return found if found < until else None
        day += 1
    return None


def opens_everywhere(windows: Iterable[tuple[CallingHours, str]], at: int, horizon_days: int = HORIZON_DAYS) -> int | None:
    """The first instant from `at` on at which each of `windows` (hours, zone) is open; None: not within the horizon."""
    pairs = list(dict.fromkeys(windows))
    until = at + horizon_days * DAY
    index = 0
    while index < len(pairs):
        hours, zone = pairs[index]
        opens = opens_at(hours, zone, at, until)
        if opens is None:
            return None
        if opens == at:
            index += 1
            continue
        # Who was closed is asked first from now on: two that never meet then find it out between themselves.
        pairs.insert(0, pairs.pop(index))
        at, index = opens, 1
    return at


def day_bounds(zone: str, at: int) -> tuple[int, int]:
    """First instant of the local day in which `at` lies, and the first one after it."""
    pieces = _stretches(zone, local(at, clock_of(zone)).date().toordinal())
    return pieces[0][0], pieces[-1][1]


def _opens_on(hours: CallingHours, zone: str, day: int, at: int) -> int | None:
    best: int | None = None
    windows = openings(hours, date.fromordinal(day))
    if not windows:
        return None
    midnight = (day - _EPOCH) * DAY
    for begins, ends, offset in _stretches(zone, day):
        for opening in windows:
            since = max(midnight + opening.since * MINUTE - offset, begins, at)
            if since < min(midnight + opening.until * MINUTE - offset, ends) and (best is None or since < best):
                best = since
    return best


@lru_cache(maxsize=16_384)
def _stretches(zone: str, day: int) -> tuple[tuple[int, int, int], ...]:
    """The local day as stretches (first instant, first one after it, offset in ms) in which the clock runs evenly."""
    midnight = (day - _EPOCH) * DAY
    found = []
    always = _offset_of_month(zone, day // 30)
    if always is not None:
        return ((midnight - always, midnight + DAY - always, always),)
    for begins, ends, offset in _even(zone, midnight - 15 * HOUR, midnight + DAY + 15 * HOUR):
        since, until = max(begins, midnight - offset), min(ends, midnight + DAY - offset)
        if since < until:
            found.append((since, until, offset))
    # A day that a zone left out (Samoa, 2011-12-30) has no instant.
    return tuple(found) or ((midnight, midnight, 0),)


@lru_cache(maxsize=8_192)
def _offset_of_month(zone: str, month: int) -> int | None:
    """The one offset of 30 days and the hours around them, in ms; None when the clock changes. Most days of a year are such."""
    begins = (month * 30 - _EPOCH) * DAY - 15 * HOUR
    info = clock_of(zone)
    first = _offset(begins, info)
    # No clock changes and changes back within six hours.
    same = all(_offset(at, info) == first for at in range(begins, begins + 32 * DAY, 6 * HOUR))
    return first if same else None


def _even(zone: str, since: int, until: int) -> Iterator[tuple[int, int, int]]:
    info = clock_of(zone)
    begins, offset = since, _offset(since, info)
    for at in range(since + HOUR, until + HOUR, HOUR):
        now = _offset(at, info)
        if now != offset:
            change = _change(at - HOUR, at, offset, info)
            yield begins, change, offset
            begins, offset = change, now
    yield begins, until, offset


def _change(early: int, late: int, offset: int, info: ZoneInfo) -> int:
    """The first instant of (early, late] whose offset is not `offset`."""
    while late - early > 1:
        middle = (early + late) // 2
        if _offset(middle, info) == offset:
            early = middle
        else:
            late = middle
    return late


def _offset(at: int, info: ZoneInfo) -> int:
    # Whole seconds: more is lost in floats, and no zone changes between them.
    found = datetime.fromtimestamp(at // 1000, UTC).astimezone(info).utcoffset()
    return (found or timedelta()) // timedelta(milliseconds=1)
