"""What a written telephone number may be matched by: E.164, its last nine and its last seven digits. Pure.

E.164 is made where the digits are a number (`hub.numbers` says how); the tails serve where they are not, and where the country
was guessed wrong.
"""

import phonenumbers
from msgspec import Struct

from callcenter.hub import numbers

FEWEST_DIGITS = numbers.FEWEST_DIGITS


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
    e164 = numbers.e164(written, region)
    digits = digits_of(written) if e164 is None else e164.lstrip("+")
    return Phone(e164=e164, last9=_tail(digits, 9), last7=_tail(digits, 7))


def digits_of(written: str) -> str:
    """The digits alone, whatever script they are written in."""
    digits: str = phonenumbers.normalize_digits_only(written)
    return digits


def _tail(digits: str, length: int) -> str | None:
    return digits[-length:] if len(digits) >= length else None
