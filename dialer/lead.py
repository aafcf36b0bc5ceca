"""Leads as values: the people of a call list and the numbers by which they may be reached. Nothing here reads or writes.

All of it is personal and lives in rows of the customers' database; the log names leads by their ids.
"""

from collections.abc import Callable

from msgspec import Struct, field

from callcenter.kernel.dialing import NumberKind


class LeadNumber(Struct, frozen=True, kw_only=True):
    e164: str
    written: str
    """As it stood in the file."""
    region: str
    """ISO 3166; 001 for numbers of no country."""
    kind: NumberKind
    zones: tuple[str, ...]
    """IANA names of every zone in which this number may be ringing; empty: its digits do not tell."""
    label: str = ""
    """mobile, work, ...: what the column was called."""


class Lead(Struct, frozen=True, kw_only=True):
    """One row of a list. `numbers` are in the order in which they are tried, each once; there is at least one."""

    line: int
    """Of the file, from 1."""
    numbers: tuple[LeadNumber, ...]
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    email: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    """ISO 3166, where the file says one."""
    zone: str = ""
    """IANA name, where the file says one."""
    language: str = ""
    """en, zh, or empty."""
    agent: str = ""
    """Id of the agent to whom the numbers are assigned; empty: anybody's."""
    external_id: str = ""
    consent: str = ""
    """express, written (kernel.law.ConsentKind), or empty."""
    note: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    """Every other column under its own head."""


class BadNumber(Struct, frozen=True, kw_only=True):
    """Why something written is no number to dial; `reason` is a code of `dialer.reasons`."""

    reason: str


ReadNumber = Callable[[str, str], LeadNumber | BadNumber]
"""Reads a number as written, in the national form of a region (ISO 3166)."""
