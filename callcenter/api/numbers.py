"""Telephone numbers as people read them. Pure; how a number is stored or found is the store's business."""

from functools import lru_cache

import phonenumbers

from callcenter.api.schemas.common import PhoneNumber
from callcenter.kernel.personal import ERASED


@lru_cache(maxsize=20_000)
def shown(value: str, region: str) -> str:
    """`value` in international form with spaces; as it stands when it is no number of any country."""
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return value
    if not phonenumbers.is_possible_number(number):
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL).replace("-", " ")


def phone_number(value: str, region: str) -> PhoneNumber | None:
    """A number for an answer; None where there is none: withheld, or erased."""
    if value in ("", ERASED):
        return None
    return PhoneNumber(value=value, shown=shown(value, region))
