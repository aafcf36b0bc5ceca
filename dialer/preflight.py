"""Pre-flight: how many of a campaign's leads cannot be called now, and why, before the first of them is dialed.

Leads stream through; what stays is a count for each first reason and rule, of which a pack has a few dozen.
"""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from dialer.compliance import Hold, verdict
from dialer.facts import CampaignFacts, History, LeadFacts
from dialer.law import Law, RuleName
from dialer.zones import Number


class Candidate(Struct, frozen=True, kw_only=True):
    """A lead with the number that would be dialed first."""

    number: Number
    lead: LeadFacts = LeadFacts()
    history: History = History()


class Group(Struct, frozen=True, kw_only=True):
    """Leads held by one reason first."""

    code: Hold
    leads: int
    rules: tuple[tuple[RuleName, int], ...]
    """The rules behind it with their leads, most first."""
    until: int | None
    """The first instant at which time alone may free one of them; None: it frees none."""
    example: str
    """The reason of one of them, in a sentence without personal values."""


class Preflight(Struct, frozen=True, kw_only=True):
    leads: int
    callable_now: int
    held: tuple[Group, ...]
    """In the order of `Hold`; their leads and `callable_now` add up to `leads`."""

    def sentences(self) -> tuple[str, ...]:
        """In English, for logs and commands; pages have words of their own for each code."""
        if not self.leads:
            return ("There are no leads.",)
        if not self.held:
            return (f"All {self.leads:,} can be called now.",)
        head = f"{self.leads - self.callable_now:,} of {self.leads:,} cannot be called now, because"
        return (head, *(f"{group.leads:,}: {WORDS[group.code]} (for example: {group.example})" for group in self.held))


WORDS: dict[Hold, str] = {
    Hold.NO_VERSION: "no version of the rules holds now",
    Hold.NUMBER_INVALID: "the number is no number",
    Hold.NUMBER_COSTLY: "the number costs more than usual",
    Hold.COUNTRY_NOT_COVERED: "the rules say nothing about the country",
    Hold.ZONE_UNKNOWN: "nobody knows what time it is there",
    Hold.DO_NOT_CALL_OWN: "they are on the center's do-not-call list",
    Hold.DO_NOT_CALL_CAMPAIGN: "they are on the campaign's do-not-call list",
    Hold.DO_NOT_CALL_REGISTRY: "they are in a do-not-call registry",
    Hold.CONSENT_MISSING: "they have not agreed to be called so",
    Hold.CAP_LIFE: "they have been called as often as is allowed at all",
    Hold.REGISTRY_MISSING: "a do-not-call registry was never loaded",
    Hold.REGISTRY_STALE: "a do-not-call registry is too old",
    Hold.CALLER_ID_MISSING: "the campaign shows no number",
    Hold.RINGS_TOO_SHORT: "the campaign lets it ring too short",
    Hold.MESSAGE_MISSING: "the campaign has no sufficient message for abandoned calls",
    Hold.HOLIDAYS_UNKNOWN: "the rules' holidays have run out",
    Hold.ABANDON_CAP: "no call may be abandoned now",
    Hold.LOCK_ABANDONED: "a call to them was abandoned",
    Hold.LOCK_MACHINE: "a machine answered a short while ago",
    Hold.CAP_WINDOW: "they have been called as often as is allowed in such a time",
    Hold.CAP_DAY: "they have been called as often as is allowed today",
    Hold.HOURS: "it is not the time of day there",
}


def preflight(law: Law, campaign: CampaignFacts, leads: Iterable[Candidate], now: int) -> Preflight:
    """Asks the gate about each lead. Memory does not grow with their number."""
    total = allowed = 0
    counts: Counter[tuple[Hold, RuleName]] = Counter()
    until: dict[Hold, int] = {}
    examples: dict[Hold, str] = {}
    for one in leads:
        total += 1
        found = verdict(law, one.number, one.lead, one.history, campaign, now)
        if found.allowed:
            allowed += 1
            continue
        first = found.reasons[0]
        counts[first.code, first.rule] += 1
        examples.setdefault(first.code, first.why)
        if found.until is not None:
            until[first.code] = min(found.until, until.get(first.code, found.until))
    held = []
    for code in Hold:
        rules = [(rule, leads_held) for (one_code, rule), leads_held in counts.items() if one_code is code]
        if rules:
            held.append(
                Group(
                    code=code,
                    leads=sum(leads_held for _, leads_held in rules),
                    rules=tuple(sorted(rules, key=lambda one: (-one[1], str(one[0])))),
                    until=until.get(code),
                    example=examples[code],
                )
            )
    return Preflight(leads=total, callable_now=allowed, held=tuple(held))
