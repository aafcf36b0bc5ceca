"""Personal values and the ids that stand for them in the log."""

from typing import Literal

from msgspec import Struct

from callcenter.kernel.ids import PersonalId

PersonalKind = Literal["number", "name", "digits", "text"]

ERASED = "erased"
"""What folding and deciding see where a row was deleted."""


class PersonalRow(Struct, frozen=True):
    """One personal value. Written in the same transaction as the first event that names it; erasing a person deletes it."""

    id: PersonalId
    kind: PersonalKind
    value: str
