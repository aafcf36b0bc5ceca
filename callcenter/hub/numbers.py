"""Telephone numbers as people and networks write them, and which of them may be dialed."""

import re

import phonenumbers

from callcenter.kernel.center import Outside
from callcenter.kernel.errors import Refused

_DIAL_STRING = re.compile(r"^\+?[0-9]{3,15}$")


def normal(written: str, region: str) -> str:
    """E.164 where the number can be read as one in `region`, else the bare characters; empty when there are none."""
    written = written.strip()
    try:
        parsed = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return re.sub(r"[^0-9A-Za-z+*#]", "", written)
    if phonenumbers.is_possible_number(parsed):
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return re.sub(r"[^0-9+*#]", "", written)


def dialable(written: str, outside: Outside) -> str:
    """The E.164 number that an agent may call. Raises Refused: emergency_number, invalid_number or country_not_allowed."""
    bare = re.sub(r"[^0-9+]", "", written)
    emergency = Refused("emergency_number", "Emergency numbers are not dialed here: use a telephone, so that help finds you.")
    if bare.lstrip("+") in outside.emergency or phonenumbers.is_emergency_number(bare, outside.region):
        raise emergency
    try:
        parsed = phonenumbers.parse(written, outside.region)
    except phonenumbers.NumberParseException:
        raise Refused(
            "invalid_number", "This is not a telephone number. Write it with area code, or with + and country."
        ) from None
    if str(parsed.national_number) in outside.emergency:
        raise emergency
    if not phonenumbers.is_possible_number(parsed):
        raise Refused("invalid_number", "This number has too few or too many digits. Write it with area code.")
    region = phonenumbers.region_code_for_number(parsed)
    allowed = {phonenumbers.country_code_for_region(country) for country in outside.countries}
    if parsed.country_code not in allowed:
        raise Refused("country_not_allowed", f"Calls to {region or 'this country'} are not allowed here: ask for it.")
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    if not _DIAL_STRING.match(number):  # some countries' plans allow more digits than E.164 has
        raise Refused("invalid_number", "This number has too few or too many digits. Write it with area code.")
    return number
