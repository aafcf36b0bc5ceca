"""Values that only a center file has: zones, regions, telephone numbers, opening hours. Each is a reader of `config.readers`."""

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers

from callcenter.kernel.center import HoursValues, Opening
from callcenter.kernel.ids import HoursId
from config.readers import Reader, one_of
from config.yaml import Place

LANGUAGE = one_of("en", "zh")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WINDOW = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})", re.ASCII)


def _zone(place: Place) -> str | None:
    text = place.text("a time zone")
    if text is None:
        return None
    try:
        ZoneInfo(text)
    except (OSError, ValueError, KeyError):
        near = get_close_matches(text, available_timezones(), 1)
        place.refuse(f"there is no time zone {text!r}", near[0] if near else "its IANA name, such as America/New_York")
        return None
    return text


ZONE: Reader[str] = Reader("an IANA time zone such as America/New_York", _zone, "UTC")


def _region(place: Place) -> str | None:
    text = place.text("a country's two letters")
    if text is not None and text not in phonenumbers.SUPPORTED_REGIONS:
        place.refuse(f"{text!r} is no country", "its two capital letters, such as US or CN")
        return None
    return text


REGION: Reader[str] = Reader("a country's two letters, such as US", _region, "US")


def _dialed(place: Place) -> str | None:
    text = place.text("a number")
    if text is not None and not re.fullmatch(r"\+?\d{3,15}", text, re.ASCII):
        place.refuse("this is no number as the trunk writes it", "3 to 15 digits, perhaps with a plus sign before them")
        return None
    return text


DIALED: Reader[str] = Reader("3 to 15 digits, perhaps with a plus sign", _dialed, "000")


def _phone(place: Place) -> str | None:
    text = place.text("a telephone number")
    if text is not None and sum(char.isdigit() for char in text) < 3:
        place.refuse("this is no telephone number", "its digits, best with + and the country code")
        return None
    return text


PHONE: Reader[str] = Reader("a telephone number in any written form", _phone, "000")


def possible(number: str, region: str) -> bool:
    """Whether a number written in any form can be one; `region` is where it is read when it has no country code."""
    try:
        return bool(phonenumbers.is_possible_number(phonenumbers.parse(number, region)))
    except phonenumbers.NumberParseException:
        return False


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours as written, before they have their name."""

    weekdays: tuple[tuple[Opening, ...], ...] = ((),) * 7
    holidays: tuple[date, ...] = ()

    def named(self, name: HoursId) -> HoursValues:
        return HoursValues(id=name, weekdays=self.weekdays, holidays=self.holidays)


def _hours(place: Place) -> Hours:
    weekdays: list[tuple[Opening, ...]] = [() for _ in DAYS]
    given: set[int] = set()
    holidays: tuple[date, ...] = ()
    for at, key, value in place.entries(HOURS_WORDS):
        if key == "holidays":
            holidays = tuple(day for item in value.items("a list of days") if (day := day_of(item)) is not None)
            continue
        days = days_of(key)
        if not days:
            at.refuse(f"{key!r} is no day", "one of mon to sun, several such as mon-fri, or holidays", alone=True)
        elif given & set(days):
            at.refuse(f"{DAYS[min(given & set(days))]} is given twice", "each day once", alone=True)
        else:
            given |= set(days)
            openings = openings_of(value)
            for index in days:
                weekdays[index] = openings
    return Hours(tuple(weekdays), holidays)


def days_of(key: str) -> list[int]:
    first, dash, last = key.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        return []
    return list(range(DAYS.index(first), (DAYS.index(last) if dash else DAYS.index(first)) + 1))


def day_of(place: Place) -> date | None:
    text = place.text("a day")
    if text is None:
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        place.refuse(f"{text!r} is no day", "year-month-day such as 2026-12-25")
        return None


def openings_of(place: Place) -> tuple[Opening, ...]:
    if not place.is_list() and place.is_mapping():
        place.refuse("these are no times", "09:00-17:00, a list of such, or closed")
        return ()
    items = list(place.items()) if place.is_list() else [place]
    openings: list[Opening] = []
    for item in items:
        text = item.text("09:00-17:00, or closed")
        if text is None or (text == "closed" and len(items) == 1):
            continue
        opening = _opening(item, text)
        if opening is None:
            continue
        if openings and opening.since < openings[-1].until:
            item.refuse(f"{text} begins before the one before it ends", "openings in order that do not overlap")
            continue
        openings.append(opening)
    return tuple(openings)


def _opening(place: Place, text: str) -> Opening | None:
    found = _WINDOW.fullmatch(text)
    since, until = (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else (-1, -1)
    if found is None or int(found[2]) > 59 or int(found[4]) > 59 or since >= 1440 or until > 1440:
        place.refuse(f"{text!r} is no opening", "two times such as 09:00-17:00; the end of the day is 24:00; or closed")
        return None
    if until <= since:
        cure = f"{found[1]}:{found[2]}-24:00 here and 00:00-{found[3]}:{found[4]} on the next day"
        place.refuse(f"{text} ends before it begins", cure if until else f"{found[1]}:{found[2]}-24:00")
        return None
    return Opening(since, until)


HOURS_WORDS = "lines such as mon-fri: 09:00-17:00"
HOURS: Reader[Hours] = Reader(HOURS_WORDS, _hours, Hours())
