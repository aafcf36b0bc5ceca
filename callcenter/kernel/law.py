"""The law of outbound calls as values: rule packs, dated and editable. Engineering input, not legal advice; docs/law.md.

A pack has versions, of which at most one holds at any instant, and places (countries and their states) with the zones and number
ranges that belong to them. Every rule only forbids, and those of a state come on top of those for everywhere, so that no rule can
allow what another one forbids. Values stand in the log; what they forbid is decided in `dialer.compliance`.
"""

from collections.abc import Iterator
from datetime import date
from typing import Literal, NewType
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from callcenter.kernel.clock import SECOND
from callcenter.kernel.dialing import Mode, NumberKind
from callcenter.kernel.plain_values import Label, Mistake, Opening

PackId = NewType("PackId", str)
PlaceId = NewType("PlaceId", str)
"""A country or one of its states in the words of ISO 3166: US, US-FL, GB."""

ConsentKind = Literal["express", "written"]
"""Written consent serves where express consent is asked for."""
MessagePart = Literal["seller", "number", "purpose", "opt_out"]


class CallingHours(Struct, frozen=True, kw_only=True):
    """When somebody may be called, by the clock where she is."""

    weekdays: tuple[tuple[Opening, ...], ...]
    """Seven rows, Monday first."""
    holidays: tuple[date, ...] = ()
    """In order."""
    on_holidays: tuple[Opening, ...] = ()
    """On those days instead of the weekday's; () is closed."""
    known_until: date | None = None
    """The last day whose holidays are known; after it nobody is called, because nobody knows. None: no holidays matter."""


class AttemptCap(Struct, frozen=True, kw_only=True):
    """At most `limit` dials; the next one is held."""

    limit: int
    per: Literal["day", "window", "life"]
    """A calendar day of the callee's, a rolling window, or for good."""
    window_ms: int = 0
    """Of a rolling window; an attempt exactly so long ago is out of it."""
    of: Literal["number", "lead"] = "number"
    callbacks: bool = True
    """Whether it binds for a call at a time that the callee asked for."""


class RegistryRule(Struct, frozen=True, kw_only=True):
    """A do-not-call registry that is imported as a file and must be fresh."""

    name: str
    greatest_age_days: int
    """Since it was loaded, whole days of 24 hours."""
    businesses: bool = False
    """Whether it binds for numbers of businesses too."""
    consent: ConsentKind | None = None
    """The consent that lifts an entry; None: nothing does."""


class ConsentRule(Struct, frozen=True, kw_only=True):
    """Nobody is called without this consent."""

    kind: ConsentKind
    modes: tuple[Mode, ...] = tuple(Mode)
    numbers: tuple[NumberKind, ...] = ()
    """Kinds of numbers for which it is needed; () is all. A number that may be of such a kind counts as one."""
    businesses: bool = False


class Rules(Struct, frozen=True, kw_only=True):
    """What may differ from place to place."""

    hours: CallingHours | None = None
    attempts: tuple[AttemptCap, ...] = ()
    registries: tuple[RegistryRule, ...] = ()
    consent: tuple[ConsentRule, ...] = ()


class LockOut(Struct, frozen=True, kw_only=True):
    """The number is left alone for so long after a call of a certain end."""

    for_ms: int
    unless_agent: bool = True
    """Lifted where an agent is guaranteed for the next call."""


class AbandonCap(Struct, frozen=True, kw_only=True):
    """Abandoned calls as a share of calls answered by a person, per campaign."""

    share: float
    window_days: int | None
    """Calendar days with today, or the campaign's life when that is shorter; None: its whole life."""
    machine_error: float = 0.0
    """The share of calls taken for machines that is counted as persons abandoned (Ofcom's reasoned estimate)."""


class MessageRule(Struct, frozen=True, kw_only=True):
    """What an abandoned callee must hear."""

    within_ms: int = 2 * SECOND
    """From the end of her greeting."""
    contains: tuple[MessagePart, ...] = ("seller", "number")
    opt_out_key: bool = False
    """Whether a key must put her on the own do-not-call list at once."""


class LawVersion(Struct, frozen=True, kw_only=True):
    version: str
    valid_from: date
    """From midnight in `zone`."""
    valid_until: date | None = None
    """The first day on which it does not hold any more."""
    zone: str = "UTC"
    sources: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    """Whose numbers may be called under it; () is every country."""
    everywhere: Rules = field(default_factory=Rules)
    regions: dict[PlaceId, Rules] = field(default_factory=dict)
    """On top of `everywhere`."""
    own_list: bool = True
    """Whether the center's own do-not-call list binds."""
    campaign_list: bool = True
    abandoned_lock: LockOut | None = None
    machine_lock: LockOut | None = None
    caller_id: bool = False
    """Whether a number that can be called back must be shown."""
    least_ring_ms: int = 0
    """An unanswered dial rings at least so long before we end it."""
    connect_ms: int = 2 * SECOND
    """From the end of the greeting (from the answer, when that is not known) to an agent; later is abandoned."""
    abandon: AbandonCap | None = None
    message: MessageRule | None = None
    records_years: int = 0
    """How long records of calls are kept at least."""


class Place(Struct, frozen=True, kw_only=True):
    """Where a place lies and which numbers are its own."""

    zones: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    """First digits of its numbers in E.164 without the plus sign, such as 1305."""


class Pack(Struct, frozen=True, kw_only=True):
    id: PackId
    label: Label
    versions: tuple[LawVersion, ...]
    """In order; a gap between two is a time in which nobody is called."""
    places: dict[PlaceId, Place] = field(default_factory=dict)


def mistakes(pack: Pack) -> Iterator[Mistake]:
    """What does not hold across a pack's values; paths are fields, such as `versions.0.regions.US-FL`."""
    if not pack.versions:
        yield Mistake("versions", "a pack without a version forbids everything", "at least one version")
    names: set[str] = set()
    before: LawVersion | None = None
    for index, one in enumerate(pack.versions):
        where = f"versions.{index}"
        if one.version in names:
            yield Mistake(f"{where}.version", f"two versions are called {one.version!r}", "another name")
        names.add(one.version)
        if one.valid_until is not None and one.valid_until <= one.valid_from:
            yield Mistake(f"{where}.valid_until", "it ends before it begins", f"a day after {one.valid_from}")
        if before is not None and (before.valid_until is None or before.valid_until > one.valid_from):
            why = f"version {before.version} still holds on {one.valid_from}"
            yield Mistake(f"{where}.valid_from", why, f"valid_until: {one.valid_from} in version {before.version}")
        before = one
        for place in one.regions:
            if place not in pack.places:
                yield Mistake(f"{where}.regions.{place}", f"there is no place {place!r}", f"{place} below places, with its zones")
        yield from _of_rules(f"{where}.everywhere", one.everywhere)
        for place, rules in one.regions.items():
            yield from _of_rules(f"{where}.regions.{place}", rules)
        if one.abandon is not None and not 0 <= one.abandon.share < 1:
            yield Mistake(f"{where}.abandon.share", "a cap lies between 0% and 100%", "for example 3%")
        if one.abandon is not None and one.abandon.window_days is not None and one.abandon.window_days < 1:
            yield Mistake(f"{where}.abandon.window_days", "a window has at least one day", "for example 30")
    owners: dict[str, PlaceId] = {}
    for place, values in pack.places.items():
        for zone in values.zones:
            if not _is_zone(zone):
                yield Mistake(f"places.{place}.zones", f"there is no time zone {zone!r}", "its IANA name")
        for code in values.codes:
            if not code.isascii() or not code.isdigit():
                yield Mistake(f"places.{place}.codes", f"{code!r} are no digits", "first digits with country code, such as 1305")
            elif owners.setdefault(code, place) != place:
                yield Mistake(f"places.{place}.codes", f"{code} belongs to {owners[code]} already", "it in one place only")


def _of_rules(where: str, rules: Rules) -> Iterator[Mistake]:
    if rules.hours is not None and len(rules.hours.weekdays) != 7:
        yield Mistake(f"{where}.hours", "a week has seven days", "a row for each of mon to sun")
    if rules.hours is not None and list(rules.hours.holidays) != sorted(set(rules.hours.holidays)):
        yield Mistake(f"{where}.hours", "holidays stand in order, each once", "them in order")
    for index, cap in enumerate(rules.attempts):
        if cap.limit < 1:
            yield Mistake(f"{where}.attempts.{index}", "a cap below one forbids every call", "1 or more")
        if (cap.per == "window") != (cap.window_ms > 0):
            yield Mistake(f"{where}.attempts.{index}", "a rolling window has a length, and only it", "per: 24h, day or life")
    for index, registry in enumerate(rules.registries):
        if registry.greatest_age_days < 1:
            yield Mistake(f"{where}.registries.{index}", "a registry is never that fresh", "1 day or more")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True
