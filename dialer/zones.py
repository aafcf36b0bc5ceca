"""What a telephone number tells: country, every zone its owner may be in, kind. From the metadata of phonenumbers.

A number is a hint, never a proof: people move and take it along. So every zone that is possible counts, and where nothing is
known, all zones of the country do. The answer is a value that an import computes once and the store keeps beside the number.
"""

from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from msgspec import Struct
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType
from phonenumbers import timezone as zones_of

from callcenter.kernel.dialing import NumberKind

_UNKNOWN = "Etc/Unknown"
_KINDS = {
    PhoneNumberType.FIXED_LINE: NumberKind.FIXED,
    PhoneNumberType.MOBILE: NumberKind.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: NumberKind.FIXED_OR_MOBILE,
    PhoneNumberType.TOLL_FREE: NumberKind.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: NumberKind.COSTLY,
    PhoneNumberType.SHARED_COST: NumberKind.COSTLY,
    PhoneNumberType.UAN: NumberKind.COSTLY,
    PhoneNumberType.PERSONAL_NUMBER: NumberKind.COSTLY,
}


class Number(Struct, frozen=True, kw_only=True):
    """A number with what it tells. It holds a personal value: never in the log, nor in a message."""

    e164: str
    country: str
    """ISO 3166; empty when the number belongs to none."""
    zones: tuple[str, ...]
    """Every zone its owner may be in by the number's own range, in order; empty when the metadata does not say."""
    country_zones: tuple[str, ...]
    """Every zone of its country code, for numbers without."""
    kind: NumberKind
    valid: bool


def number(e164: str) -> Number:
    """What `e164` (with its plus sign) tells; one that cannot be read is not valid, belongs to no country and has no zone."""
    try:
        parsed = phonenumbers.parse(e164)
    except NumberParseException:
        return Number(e164=e164, country="", zones=(), country_zones=(), kind=NumberKind.OTHER, valid=False)
    country = phonenumbers.region_code_for_number(parsed)
    if country is None or country == "001":
        country = ""
    return Number(
        e164=e164,
        country=country,
        zones=_known(zones_of.time_zones_for_number(parsed)),
        country_zones=_of_country_code(parsed.country_code or 0),
        kind=_KINDS.get(phonenumbers.number_type(parsed), NumberKind.OTHER),
        valid=bool(phonenumbers.is_valid_number(parsed)),
    )


@lru_cache(maxsize=1_024)
def clock_of(zone: str) -> ZoneInfo:
    """The rules of a zone, by name. `ZoneInfo` itself keeps eight of them and reads the others from their files each time."""
    return ZoneInfo(zone)


@lru_cache(maxsize=1_024)
def is_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


@lru_cache(maxsize=512)
def _of_country_code(code: int) -> tuple[str, ...]:
    # A number of a single digit matches no range but the code's own.
    return _known(zones_of.time_zones_for_geographical_number(PhoneNumber(country_code=code, national_number=0)))


def _known(zones: tuple[str, ...]) -> tuple[str, ...]:
    """Names that the zones' rules have; libphonenumber is ahead of them at times."""
    return tuple(sorted(zone for zone in zones if zone != _UNKNOWN and is_zone(zone)))
