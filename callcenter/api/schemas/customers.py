"""Contacts, accounts and their timeline."""

from typing import Literal

from msgspec import UNSET, UnsetType, field

from callcenter.api.schemas.common import Body, CallEndWord, Language, PhoneNumber, RowId, Text


class ContactNumberInput(Body, frozen=True, kw_only=True):
    number: str
    """As a person writes it; stored as E.164."""
    label: str = ""
    """mobile, work, ..."""


class ContactCreate(Body, frozen=True, kw_only=True):
    name: str
    account: RowId | None = None
    language: Language | None = None
    tier: Text = ""
    email: Text = ""
    external_url: Text = ""
    note: Text = ""
    numbers: list[ContactNumberInput] = field(default_factory=list)


class ContactPatch(Body, frozen=True, kw_only=True):
    """What is absent stays as it is. `numbers` replaces all of them."""

    name: str | UnsetType = UNSET
    account: RowId | UnsetType | None = UNSET
    language: Language | UnsetType | None = UNSET
    tier: Text | UnsetType = UNSET
    email: Text | UnsetType = UNSET
    external_url: Text | UnsetType = UNSET
    note: Text | UnsetType = UNSET
    numbers: list[ContactNumberInput] | UnsetType = UNSET


class ContactNumber(Body, frozen=True, kw_only=True):
    number: PhoneNumber
    written: str
    """As a person wrote it."""
    label: str


class AccountBody(Body, frozen=True, kw_only=True):
    id: int
    name: str
    number: str
    """The customer number by which the company knows it; not a telephone number."""
    address: str
    tier: str
    external_url: str


class ContactBody(Body, frozen=True, kw_only=True):
    id: int
    name: str
    account: AccountBody | None
    language: Language | None
    tier: str
    """The center's own word for the importance, e.g. gold; empty: none."""
    email: str
    external_url: str
    """Where the customer stands in another system; empty: nowhere."""
    note: str
    numbers: list[ContactNumber]
    created_at: int
    changed_at: int


class ContactListBody(Body, frozen=True, kw_only=True):
    items: list[ContactBody]
    next: str | None


class AccountCreate(Body, frozen=True, kw_only=True):
    name: str
    number: str = ""
    """The account's own number (customer number), not a telephone number."""
    address: str = ""
    tier: str = ""
    external_url: str = ""


class AccountListBody(Body, frozen=True, kw_only=True):
    items: list[AccountBody]
    next: str | None


class TimelineItem(Body, frozen=True, kw_only=True):
    """One entry of a customer's timeline, newest first. Today every entry is a call."""

    kind: Literal["call"]
    at: int
    call: str
    direction: Literal["inbound", "outbound"]
    end: CallEndWord | None
    """Null while the call goes on."""
    queue: str | None
    agent: str | None
    agent_name: str | None
    talk_ms: int
    disposition: str | None
    notes: str
    recording: str | None
    """Id of a recording that you may listen to."""


class TimelineBody(Body, frozen=True, kw_only=True):
    items: list[TimelineItem]
    next: str | None
