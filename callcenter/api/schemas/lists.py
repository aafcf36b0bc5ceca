"""Call lists: files that are sent, their preview, imports and how they stand, target groups, leads, and do-not-call lists."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from callcenter.api.schemas.campaigns import LeadCounts, Priority, Share
from callcenter.api.schemas.common import Body, PhoneNumber, RowId, Words
from callcenter.api.schemas.queries import Day, Paging, Query

LeadField = Literal[
    "phone", "name", "first_name", "last_name", "company", "email", "city", "state", "postal_code", "country", "zone",
    "language", "agent", "external_id", "consent", "note", "extra", "skip",
]  # fmt: skip
"""As `dialer.columns.Field`; a test holds the two together."""
RefusalCode = Literal[
    "no_number", "number_unreadable", "number_rounded", "number_invalid", "country_not_allowed", "costly_number",
    "unknown_country", "unknown_zone", "unknown_agent", "formula", "cell_too_long", "too_many_cells", "duplicate_in_list",
    "duplicate_in_campaign", "known_contact", "do_not_call",
]  # fmt: skip
"""As `dialer.reasons.REASONS`; likewise."""
ImportState = Literal["waiting", "running", "done", "failed", "withdrawn"]
LeadStateWord = Literal["fresh", "resting", "claimed", "done"]
ListName = Annotated[str, Meta(min_length=1, max_length=200)]
UploadId = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]


class UploadQuery(Query, frozen=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    """Of the file, as the sender calls it."""


class UploadBody(Body, frozen=True, kw_only=True):
    """A file that waits for what it was sent for, a day at most. Only who sent it may use it."""

    id: str
    file_name: str
    size: int


class ColumnBody(Body, frozen=True, kw_only=True):
    head: Annotated[str, Meta(max_length=10_000)]
    field: LeadField
    """What it becomes: `extra` keeps it under its own head, `skip` leaves it out."""


class PreviewRequest(Body, frozen=True, kw_only=True):
    """What a person chose; the rest is found by looking."""

    encoding: Annotated[str, Meta(max_length=40)] = ""
    separator: Annotated[str, Meta(max_length=1)] = ""
    sheet: Annotated[str, Meta(max_length=200)] = ""
    header: Annotated[int, Meta(ge=1, le=1_000)] | UnsetType | None = UNSET
    """Line of the heads; null: there are none."""
    columns: Annotated[list[ColumnBody], Meta(max_length=200)] | None = None


class PreviewLine(Body, frozen=True, kw_only=True):
    """A row of the file and what it becomes."""

    line: int
    cells: list[str]
    name: str
    numbers: list[PhoneNumber]
    zones: list[str]
    """Every time zone in which the first number may ring."""
    refused: Words | None
    """Why it becomes no lead; null: it does."""


class PreviewBody(Body, frozen=True, kw_only=True):
    order: str
    """Names this way of reading the file; an import repeats it."""
    kind: Literal["csv", "xlsx"]
    encoding: str
    separator: str
    sheet: str
    sheets: list[str]
    header: int | None
    columns: list[ColumnBody]
    rows: list[PreviewLine]


class PolicyBody(Body, frozen=True, kw_only=True):
    """What happens to a number that is met again. Do-not-call is asked again before each dial in any case."""

    in_list: Literal["refuse", "keep"] = "refuse"
    in_campaign: Literal["refuse", "keep"] = "refuse"
    contacts: Literal["link", "refuse", "ignore"] = "link"
    do_not_call: Literal["refuse", "keep"] = "refuse"


class ImportRequest(Body, frozen=True, kw_only=True):
    upload: UploadId
    order: str
    """Of the preview that was looked at."""
    name: ListName
    priority: Priority = 0
    share: Share = 1.0
    policy: PolicyBody = field(default_factory=PolicyBody)


class ConditionBody(Body, frozen=True, kw_only=True):
    """Texts are compared without regard to case; amounts and times (ms) are numbers."""

    field: Literal[
        "name", "tier", "email", "language", "note", "account.name", "account.number", "account.tier", "account.address",
        "phone", "phone.label", "opportunity.name", "opportunity.stage", "opportunity.team", "opportunity.agent", "created_at",
        "changed_at", "opportunity.value", "opportunity.probability", "opportunity.changed_at",
    ]  # fmt: skip
    op: Literal["is", "is_not", "contains", "begins", "one_of", "empty", "not_empty", "at_least", "at_most"]
    value: Annotated[str, Meta(max_length=500)] | float | Annotated[list[str], Meta(max_length=200)] = ""


Conditions = Annotated[list[ConditionBody], Meta(max_length=50)]


class TargetCountRequest(Body, frozen=True, kw_only=True):
    conditions: Conditions


class TargetCountBody(Body, frozen=True, kw_only=True):
    contacts: int
    """For whom all conditions hold."""
    with_number: int
    shown: list[str]
    """Names of the first of them."""


class TargetRequest(Body, frozen=True, kw_only=True):
    name: ListName
    conditions: Conditions
    """All must hold; none: every customer with a telephone."""
    priority: Priority = 0
    share: Share = 1.0
    policy: PolicyBody = field(default_factory=PolicyBody)


class RefusalCount(Body, frozen=True, kw_only=True):
    code: RefusalCode
    text: Words
    rows: int


class ImportBody(Body, frozen=True, kw_only=True):
    """How an import stands, and what it brought so far."""

    state: ImportState
    file_name: str
    """Empty: the list is made of customers."""
    bytes_total: int
    bytes_done: int
    rows: int
    kept: int
    refused: list[RefusalCount]
    """Most first."""
    numbers_left_out: int
    """Numbers that were not taken although their row was."""
    linked: int
    """Leads that belong to a customer of the CRM."""
    why: Words | None
    """Of a failed one: what to do."""
    began_at: int
    ended_at: int | None


class ListBody(Body, frozen=True, kw_only=True):
    id: int
    campaign: int
    name: str
    state: Literal["filling", "ready", "withdrawing", "withdrawn"]
    active: bool
    """False: not dialed until somebody says otherwise."""
    priority: int
    share: float
    source: Literal["import", "target"]
    leads: int
    """How many it had when it was ready."""
    created_by: str
    created_at: int
    counts: LeadCounts
    filled: ImportBody


class ListListBody(Body, frozen=True, kw_only=True):
    """Newest first."""

    items: list[ListBody]


class ListPatch(Body, frozen=True, kw_only=True):
    """What is left out stays as it is."""

    name: ListName | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    share: Share | UnsetType = UNSET


class WithdrawnBody(Body, frozen=True, kw_only=True):
    """What became of a list that was taken back. Both null: it is large and goes on; the list's state tells the end."""

    removed: int | None
    stayed: int | None
    """Leads that were dialed: what was done stays on record; they are dialed no more."""


class LeadQuery(Paging, frozen=True, kw_only=True):
    q: Annotated[str, Meta(max_length=200)] = ""
    """Part of the name, of the company or the number in the other system, or a telephone number in any form."""
    state: LeadStateWord | None = None


class LeadNumberBody(Body, frozen=True, kw_only=True):
    number: PhoneNumber
    label: str
    kind: str
    dead: bool
    """Never dialed again."""


class LeadBody(Body, frozen=True, kw_only=True):
    id: int
    line: int
    """Of the file; 0: from the CRM."""
    state: LeadStateWord
    name: str
    company: str
    email: str
    city: str
    province: str
    country: str
    zone: str
    language: str
    consent: str
    note: str
    agent: str
    """To whom it is assigned; empty: anybody's."""
    contact: int | None
    account: int | None
    attempts: int
    last_at: int | None
    next_at: int | None
    outcome: str | None
    held: Words | None
    """Why it was passed over when it was last looked at."""
    extra: dict[str, str]
    numbers: list[LeadNumberBody]


class LeadListBody(Body, frozen=True, kw_only=True):
    items: list[LeadBody]
    next: str | None


class RegisterBody(Body, frozen=True, kw_only=True):
    kind: Literal["own", "campaign", "registry"]
    name: str
    """Of a registry, or of the campaign; empty for the center's own."""
    campaign: int | None
    entries: int
    loaded_at: int
    """Of a registry: from when its data are. The law asks for their age."""


class LoadingBody(Body, frozen=True, kw_only=True):
    """A registry that is being loaded; with `why`: that could not be, and the old one stays."""

    name: str
    began_at: int
    why: Words | None


class DoNotCallBody(Body, frozen=True, kw_only=True):
    registers: list[RegisterBody]
    loading: list[LoadingBody]
    now: int


class BarredQuery(Paging, frozen=True, kw_only=True):
    campaign: RowId | None = None
    """null: the center's own list."""


class BarredBody(Body, frozen=True, kw_only=True):
    number: PhoneNumber
    added_at: int
    source: Literal["agent", "key", "administrator", "registry"]
    """`key`: the callee, on her telephone; `administrator`: somebody on these pages."""


class BarredListBody(Body, frozen=True, kw_only=True):
    """Those that were added last first."""

    items: list[BarredBody]
    next: str | None


class BarRequest(Body, frozen=True, kw_only=True):
    number: Annotated[str, Meta(min_length=1, max_length=60)]
    """In any written form."""
    campaign: RowId | None = None
    """null: the center's own list, which holds for every campaign."""


class NumberRequest(Body, frozen=True, kw_only=True):
    number: Annotated[str, Meta(min_length=1, max_length=60)]


class BarredAtBody(Body, frozen=True, kw_only=True):
    number: PhoneNumber
    lists: list[str]
    """own, campaign/NUMBER, or the name of a registry; empty: it stands on none."""


class RegistryRequest(Body, frozen=True, kw_only=True):
    upload: UploadId
    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    """As the law pack names it, such as us_national."""
    day: Day
    """From when the data are."""
