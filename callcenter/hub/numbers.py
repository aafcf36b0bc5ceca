"""Telephone numbers as people and networks write them, and which of them may be dialed.

People write one number in many ways, and networks deliver it in others: with and without country code, with the exit code of
the country, with spaces, brackets, extensions. Whoever compares numbers compares what this file makes of them.
"""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from callcenter.kernel.center import Outside
from callcenter.kernel.errors import Refused

FEWEST_DIGITS = 3
"""Fewer digits are no telephone number of any kind."""
_DIGIT = re.compile(r"\d")
_DIAL_STRING = re.compile(r"^\+?[0-9]{3,15}$")
COSTLY = frozenset(
    {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN, PhoneNumberType.PERSONAL_NUMBER}
)
"""Kinds of numbers that cost more than a call to their country, or whose cost nobody can know: the ways of toll fraud."""


def normal(written: str, region: str) -> str:
    """E.164 where the number can be read as one in `region`, else the bare characters.

    Empty when it is withheld, in whatever word the network says so: no digit but zeros is no number.
    """
    if not phonenumbers.normalize_digits_only(written).strip("0"):
        return ""
    return e164(written, region) or re.sub(r"[^0-9A-Za-z+*#]", "", written)


def e164(written: str, region: str) -> str | None:
    """As `region` reads it; else with 00 as exit code; else as a full number whose plus sign was lost on the way.

    None where the digits make no number of any country, or only one within a town.
    """
    number = whole(written, region)
    return None if number is None else _full(number)


def whole(written: str, region: str) -> PhoneNumber | None:
    """The number behind `e164`, for who asks phonenumbers more about it."""
    if len(_DIGIT.findall(written)) < FEWEST_DIGITS:
        return None
    number = _parsed(written, region)
    if number is not None and _whole(number):
        return number
    digits = phonenumbers.normalize_digits_only(written)
    for international in (digits.removeprefix("00") if digits.startswith("00") else None, digits):
        number = _parsed(f"+{international}", None) if international else None
        if number is not None and phonenumbers.is_valid_number(number):
            return number
    return None


def _parsed(written: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(written, region)
    except NumberParseException:
        return None


def _whole(number: PhoneNumber) -> bool:
    """A number that can only be dialed within its town is no whole number."""
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE


def _full(number: PhoneNumber) -> str:
    written: str = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return written


def dialable(written: str, outside: Outside) -> str:
    """The E.164 number that an agent may call.

    Raises Refused: emergency_number, invalid_number, country_not_allowed or costly_number.
    """
    bare = re.sub(r"[^0-9+]", "", written)
    emergency = Refused("emergency_number", "Emergency numbers are not dialed here: use a telephone, so that help finds you.")
    if bare.lstrip("+") in outside.emergency or phonenumbers.is_emergency_number(bare, outside.region):
        raise emergency
    parsed = _parsed(written, outside.region)
    if parsed is None:
        raise Refused("invalid_number", "This is not a telephone number. Write it with area code, or with + and country.")
    if _calls_for_help(parsed, outside):
        raise emergency
    if not _whole(parsed):
        raise Refused("invalid_number", "This number has too few or too many digits. Write it with area code.")
    region = _region(parsed)
    if region not in outside.countries:
        where = region if region in phonenumbers.SUPPORTED_REGIONS else "this country"
        raise Refused("country_not_allowed", f"Calls to {where} are not allowed here: ask for it.")
    if phonenumbers.number_type(parsed) in COSTLY:
        raise Refused("costly_number", "Numbers that cost more than a usual call are not dialed here.")
    number = _full(parsed)
    if not _DIAL_STRING.match(number):  # some countries' plans allow more digits than E.164 has
        raise Refused("invalid_number", "This number has too few or too many digits. Write it with area code.")
    return number


def _calls_for_help(parsed: PhoneNumber, outside: Outside) -> bool:
    """Whether what is left without the country code is an emergency number there, or begins as one and is nobody's number."""
    inside = phonenumbers.national_significant_number(parsed)
    if inside.lstrip("0") in outside.emergency:
        return True
    asked = (
        phonenumbers.is_emergency_number if phonenumbers.is_valid_number(parsed) else phonenumbers.connects_to_emergency_number
    )
    regions = phonenumbers.region_codes_for_country_code(parsed.country_code or 0)
    return any(asked(inside, region) for region in regions)


def _region(parsed: PhoneNumber) -> str | None:
    """The number's own region: several share a country code. One that none of them knows counts for the first of them."""
    known: str | None = phonenumbers.region_code_for_number(parsed)
    return known or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
