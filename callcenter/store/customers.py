"""Customers as values: what `callcenter.store.crm` takes and gives. Nothing here reads or writes."""

from msgspec import UNSET, Struct, UnsetType

from callcenter.kernel.ids import AccountId, CallId, ContactId
from callcenter.kernel.words import Language


class Account(Struct, frozen=True, kw_only=True):
    id: AccountId
    name: str
    number: str = ""
    """The customer number by which the company knows it."""
    address: str = ""
    tier: str = ""
    external_url: str = ""


class ContactPhone(Struct, frozen=True, kw_only=True):
    number: str
    """As it was written."""
    e164: str | None
    """None: the digits make no number of any country."""
    label: str = ""


class Contact(Struct, frozen=True, kw_only=True):
    id: ContactId
    name: str
    account: Account | None
    language: Language | None
    tier: str
    email: str
    external_url: str
    note: str
    phones: tuple[ContactPhone, ...]
    created_at: int
    changed_at: int


class PhoneInput(Struct, frozen=True, kw_only=True):
    number: str
    """In any written form."""
    label: str = ""


class ContactChange(Struct, frozen=True, kw_only=True):
    """What is UNSET stays as it is; `phones` replaces all of them."""

    name: str | UnsetType = UNSET
    account: AccountId | UnsetType | None = UNSET
    language: Language | UnsetType | None = UNSET
    tier: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    external_url: str | UnsetType = UNSET
    note: str | UnsetType = UNSET
    phones: tuple[PhoneInput, ...] | UnsetType = UNSET


class AccountChange(Struct, frozen=True, kw_only=True):
    """What is UNSET stays as it is."""

    name: str | UnsetType = UNSET
    number: str | UnsetType = UNSET
    address: str | UnsetType = UNSET
    tier: str | UnsetType = UNSET
    external_url: str | UnsetType = UNSET


class CallNote(Struct, frozen=True, kw_only=True):
    call: CallId
    text: str
    author: str
    saved_at: int
