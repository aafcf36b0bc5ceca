"""What a number in a call list is: E.164, kind of line, and every zone in which it may be ringing. Pure."""

from functools import lru_cache

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_geographical_number

from callcenter.hub import numbers
from callcenter.kernel.dialing import NumberKind
from dialer.lead import BadNumber, LeadNumber

_KINDS: dict[int, NumberKind] = {
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE: NumberKind.FIXED,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.FIXED_OR_MOBILE,
    PhoneNumberType.TOLL_FREE: NumberKind.TOLL_FREE,
}


def read_number(written: str, region: str) -> LeadNumber | BadNumber:
    """`region`: ISO 3166, in whose national form the number is written. A `dialer.lead.ReadNumber`."""
    number = numbers.whole(written, region)
    if number is None:
        return BadNumber(reason="number_unreadable")
    where, kind = _north_american(number) if number.country_code == 1 else _told(number)
    if where is None or kind == PhoneNumberType.UNKNOWN:
        return BadNumber(reason="number_invalid")
    if kind in numbers.COSTLY:
        return BadNumber(reason="costly_number")
    return LeadNumber(
        e164=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        written=written,
        region=where,
        kind=_KINDS.get(kind, NumberKind.OTHER),
        zones=zones_of(number),
    )


def _told(number: PhoneNumber) -> tuple[str | None, int]:
    return phonenumbers.region_code_for_number(number), phonenumbers.number_type(number)


def _north_american(number: PhoneNumber) -> tuple[str | None, int]:
    """Country code 1 gives numbers out by the ten thousand: area and exchange tell everything, and a list has few of them."""
    national = phonenumbers.national_significant_number(number)
    return _of_exchange(national[:6], len(national))


@lru_cache(maxsize=20_000)
def _of_exchange(first: str, length: int) -> tuple[str | None, int]:
    return _told(PhoneNumber(country_code=1, national_number=int(first.ljust(length, "2"))))


def zones_of(number: PhoneNumber) -> tuple[str, ...]:
    """By the number's first digits; all zones of its country where they tell no more."""
    found = time_zones_for_geographical_number(number)
    return tuple(sorted(zone for zone in found if zone != UNKNOWN_TIMEZONE))
