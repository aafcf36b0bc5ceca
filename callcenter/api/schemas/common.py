"""What the bodies of all subjects share: words in both languages, numbers, errors, pages of a list; and the kernel's own lists of
words as they stand in the document."""

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

from callcenter.kernel.words import CallEnd, Cause, LegRole, OfferEnd, Party
from reporting.call_record import EntryEnd


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every body: an unknown field is a mistake and is said to be one."""


class Words(Body, frozen=True, kw_only=True):
    """A word or sentence in each language of the pages."""

    en: str
    zh: str


class PhoneNumber(Body, frozen=True, kw_only=True):
    """A telephone number, as it is dialed and as people read it."""

    value: str
    """E.164 where it can be one, else what the network wrote."""
    shown: str


class ErrorBody(Body, frozen=True, kw_only=True):
    """What went wrong, and in `message` what to do about it. `code` is stable; `field` names the part of the request."""

    code: str
    message: Words
    field: str | None


class DoneBody(Body, frozen=True, kw_only=True):
    """The command was carried out; `call` names the call that it made, if any."""

    call: str | None


def _one_of(words: type[StrEnum]) -> Meta:
    """A word of this list, in an answer: promised in the document, and held by the tests that ask every operation."""
    return Meta(extra_json_schema={"enum": [word.value for word in words]})


def _at_most(characters: int) -> Meta:
    """A limit that the service keeps in its own words: told in the document, and refused by whoever keeps it."""
    return Meta(extra_json_schema={"maxLength": characters})


CallEndWord = Annotated[str, _one_of(CallEnd)]
CauseWord = Annotated[str, _one_of(Cause)]
EntryEndWord = Annotated[str, _one_of(EntryEnd)]
OfferEndWord = Annotated[str, _one_of(OfferEnd)]
LegRoleWord = Annotated[str, _one_of(LegRole)]
PartyWord = Annotated[str, _one_of(Party)]
Text = Annotated[str, _at_most(20_000)]
"""`store.crm.LONGEST_TEXT`; a test holds the two together."""
NewPassword = Annotated[str, Meta(extra_json_schema={"minLength": 8, "maxLength": 256})]
"""`auth.passwords.SHORTEST` and `LONGEST`; likewise."""
RowId = Annotated[int, Meta(ge=1, le=2**31 - 1)]
"""The number of a contact or an account in a request: call records keep it in 32 bits."""
Language = Literal["en", "zh"]
Theme = Literal["light", "dark", "system"]
Role = Literal["agent", "supervisor", "campaign_manager", "administrator", "auditor"]
"""As `kernel.seed.Role`, which the types do not let be anything else; the pages' types are printed from here."""
