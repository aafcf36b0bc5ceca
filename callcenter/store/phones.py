"""What a written telephone number may be matched by: E.164, its last nine and its last seven digits. Pure.

People write one number in many ways, and networks deliver it in others: with and without country code, with the exit code of
the country, with spaces, brackets, extensions. E.164 is made where the digits are a possible number; the tails serve where
they are not, and where the country was guessed wrong.
"""

import phonenumbers
from msgspec import Struct
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

FEWEST_DIGITS = 3
"""Fewer digits are no telephone number of any kind."""


class Phone(Struct, frozen=True, kw_only=True):
    """`e164` is None where the digits make no number of any country; a tail is None where there are fewer digits."""

    e164: str | None
    last9: str | None
    last7: str | None

    @property
    def readable(self) -> bool:
        """Whether there is anything to match it by."""
        return self.e164 is not None or self.last7 is not None


def read_phone(written: str, region: str) -> Phone:
    """`region`: the ISO 3166 region in whose national form numbers are written here, e.g. US."""
    number = _parse(written, region)
    if number is None:
        digits, e164 = phonenumbers.normalize_digits_only(written), None
    else:
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        digits = e164.lstrip("+")
    return Phone(e164=e164, last9=_tail(digits, 9), last7=_tail(digits, 7))


def digits_of(written: str) -> str:
    """The digits alone, whatever script they are written in."""
    digits: str = phonenumbers.normalize_digits_only(written)
    return digits


def _parse(written: str, region: str) -> PhoneNumber | None:
    """As the region reads it; else with 00 as exit code; else as a full number whose plus sign was lost on the way."""
    digits = digits_of(written)
    if len(digits) < FEWEST_DIGITS:
        return None
    number = _try(written, region)
    # A number that can only be dialed within its town is no whole number.
    if number is not None and phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE:
        return number
    for international in (digits.removeprefix("00") if digits.startswith("00") else None, digits):
        if international:
            number = _try(f"+{international}", None)
            if number is not None and phonenumbers.is_valid_number(number):
                return number
    return None


def _try(written: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(written, region)
    except NumberParseException:
        return None


def _tail(digits: str, length: int) -> str | None:
    return digits[-length:] if len(digits) >= length else None
