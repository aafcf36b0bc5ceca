"""Which leads stay when the other rows, the campaign, the do-not-call lists and the customers are looked at. Pure: it is given
what is known of their numbers.

A number that is there already, or may not be called, is taken out of its lead; a lead without any number left is refused. So two
people of one company are both called on their own numbers, and the company's switchboard is tried once.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from dialer.importer import RefusedRow
from dialer.lead import Lead, LeadNumber


class Policy(Struct, frozen=True, kw_only=True):
    """What happens to a number that is met again. `keep` takes it all the same: do-not-call is asked again before each dial."""

    in_list: Literal["refuse", "keep"] = "refuse"
    in_campaign: Literal["refuse", "keep"] = "refuse"
    contacts: Literal["link", "refuse", "ignore"] = "link"
    """link: the lead is tied to the customer whose number it is, who is not made a second time."""
    do_not_call: Literal["refuse", "keep"] = "refuse"


class Owner(Struct, frozen=True):
    """The customer to whom a number belongs."""

    contact: int
    account: int | None


class Known(Struct, kw_only=True):
    """By number (E.164). `in_list` grows while rows are screened."""

    in_list: set[str]
    in_campaign: Mapping[str, str]
    """The name of the list."""
    owners: Mapping[str, Owner]
    barred: Mapping[str, str]
    """The name of the do-not-call list, with its date."""


class Screened(Struct, frozen=True, kw_only=True):
    lead: Lead
    owner: Owner | None
    left_out: int
    """Numbers taken out of it."""


def screen(lead: Lead, cells: Sequence[str], known: Known, policy: Policy) -> Screened | RefusedRow:
    """`cells` is the row of which the lead was made."""
    kept: list[LeadNumber] = []
    first: tuple[str, str] | None = None
    owner: Owner | None = None
    for number in lead.numbers:
        why = _why_not(number.e164, known, policy)
        if why is None:
            kept.append(number)
        first = first or why
        if policy.contacts == "link":
            owner = owner or known.owners.get(number.e164)
    if not kept:
        assert first is not None, "a lead has a number"
        return RefusedRow(line=lead.line, cells=tuple(cells), reason=first[0], detail=first[1])
    known.in_list.update(number.e164 for number in kept)
    left_out = len(lead.numbers) - len(kept)
    return Screened(lead=replace(lead, numbers=tuple(kept)) if left_out else lead, owner=owner, left_out=left_out)


def _why_not(number: str, known: Known, policy: Policy) -> tuple[str, str] | None:
    if policy.do_not_call == "refuse" and number in known.barred:
        return "do_not_call", known.barred[number]
    if policy.in_list == "refuse" and number in known.in_list:
        return "duplicate_in_list", ""
    if policy.in_campaign == "refuse" and number in known.in_campaign:
        return "duplicate_in_campaign", known.in_campaign[number]
    if policy.contacts == "refuse" and number in known.owners:
        return "known_contact", ""
    return None
