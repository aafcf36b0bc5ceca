"""Rule packs: a file of `config/law` to a `kernel.law.Pack`, or to every mistake in it with file and line. Keys: docs/law.md.

Public holidays are worked out here, by the library `holidays`, and stand in the pack as dates: so the log holds what a verdict
was made from, and a newer library changes no verdict of the past. The dialer itself knows no calendar.
"""

from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import holidays

from callcenter.kernel.center import Opening
from callcenter.kernel.clock import DAY, HOUR
from callcenter.kernel.dialing import Mode, NumberKind
from callcenter.kernel.law import (
    AbandonCap,
    AttemptCap,
    CallingHours,
    ConsentRule,
    LawVersion,
    LockOut,
    MessageRule,
    Pack,
    PackId,
    Place,
    PlaceId,
    RegistryRule,
    Rules,
    mistakes,
)
from config.center_values import DAYS, REGION, ZONE, day_of, days_of, openings_of
from config.readers import (
    LABEL,
    NAME,
    TEXT,
    Key,
    Reader,
    fill,
    keys_of,
    listed,
    mapped,
    named_entries,
    one_of,
    optional,
    places_of,
    read_keys,
    required,
    struct,
    whole,
)
from config.yaml import BadFile, FileMistake, Sheet, nearest
from config.yaml import Place as Spot

T = TypeVar("T")

SHIPPED = Path(__file__).parent / "law"
"""The packs that come with the program."""

YEAR = whole(1970, 2200)


def _date(place: Spot) -> date | None:
    return day_of(place)


DATE: Reader[date] = Reader("a day such as 2024-10-15", _date, date(1970, 1, 1))


def _calendar(place: Spot) -> str | None:
    text = place.text("a country or state such as US-AL")
    if text is None:
        return None
    country, _, state = text.partition("-")
    known = holidays.list_supported_countries()
    if country not in known:
        place.refuse(f"no holidays are known of {country!r}", "a country of ISO 3166, such as US, or its state, such as US-AL")
        return None
    if state and state not in known[country]:
        near = get_close_matches(state, known[country], 1)
        place.refuse(f"no holidays are known of {text!r}", f"{country}-{near[0]}" if near else nearest(state, known[country]))
        return None
    return text


CALENDAR: Reader[str] = Reader("a country or state such as US-AL", _calendar, "US")
OPEN: Reader[tuple[Opening, ...]] = Reader("09:00-17:00, a list of such, or closed", openings_of, ())

HOLIDAY_KEYS = (
    optional("calendar", CALENDAR),
    required("from", YEAR, "first"),
    required("until", YEAR, "last"),
    optional("also", listed(DATE), ()),
    optional("except", listed(DATE), (), "without"),
    optional("open", OPEN, ()),
)


def _holidays(place: Spot) -> dict[str, Any]:
    """The fields of `CallingHours` that holidays fill."""
    values = read_keys(place, HOLIDAY_KEYS, "holidays")
    first, last = values["first"], values["last"]
    if last < first or last - first > 100:
        place.refuse(f"the years {first} to {last} are no stretch of time", "from: 2024, until: 2035", alone=True)
        return {}
    days: set[date] = set(values["also"])
    if values["calendar"] is not None:
        country, _, state = values["calendar"].partition("-")
        days |= set(holidays.country_holidays(country, subdiv=state or None, years=range(first, last + 1)))
    days = {day for day in days if first <= day.year <= last} - set(values["without"])
    return {"holidays": tuple(sorted(days)), "on_holidays": values["open"], "known_until": date(last, 12, 31)}


def _hours(place: Spot) -> CallingHours:
    weekdays: list[tuple[Opening, ...]] = [() for _ in DAYS]
    given: set[int] = set()
    special: dict[str, Any] = {}
    for at, key, value in place.entries(HOURS.words):
        if key == "holidays":
            special = _holidays(value)
            continue
        days = days_of(key)
        if not days:
            at.refuse(f"{key!r} is no day", "one of mon to sun, several such as mon-fri, or holidays", alone=True)
        elif given & set(days):
            at.refuse(f"{DAYS[min(given & set(days))]} is given twice", "each day once", alone=True)
        else:
            given |= set(days)
            openings = openings_of(value)
            for index in days:
                weekdays[index] = openings
    return CallingHours(weekdays=tuple(weekdays), **special)


HOURS: Reader[CallingHours] = Reader("lines such as mon-fri: 09:00-17:00", _hours, CallingHours(weekdays=((),) * 7))


def _per(place: Spot) -> tuple[str, int] | None:
    text = place.text("day, life, or a window such as 24h or 30d")
    if text in ("day", "life"):
        return text, 0
    number, unit = (text[:-1], text[-1]) if text else ("", "")
    if number.isascii() and number.isdigit() and 0 < int(number) <= 10_000 and unit in ("h", "d"):
        return "window", int(number) * (HOUR if unit == "h" else DAY)
    if text is not None:
        place.refuse(f"{text!r} is no stretch of time for a cap", "day, life, 24h or 30d")
    return None


PER: Reader[tuple[str, int]] = Reader("day, life, or a window such as 24h or 30d", _per, ("life", 0))
ATTEMPT_KEYS = (required("at_most", whole(1, 1_000), "limit"), required("per", PER), *keys_of(AttemptCap)[3:])


def _window_days(place: Spot) -> int | None:
    return None if place.text("days, or campaign") == "campaign" else whole(1, 366).read(place)


WINDOW_DAYS: Reader[Any] = Reader("a whole number of days, or campaign", _window_days, None)
MODE: Reader[Any] = Reader(f"one of {', '.join(Mode)}", lambda place: _member(place, Mode), Mode.PREVIEW)
KIND: Reader[Any] = Reader(f"one of {', '.join(NumberKind)}", lambda place: _member(place, NumberKind), NumberKind.MOBILE)


def _member(place: Spot, words: type[StrEnum]) -> Any:
    known = [str(word) for word in words]
    text = one_of(*known).read(place)
    return None if text is None or text not in known else words(text)


REGISTRY_KEYS = keys_of(RegistryRule, without=["name"], greatest_age_days=whole(1, 366))
CONSENT_KEYS = keys_of(ConsentRule, modes=listed(MODE), numbers=listed(KIND))
LOCK_KEYS = keys_of(LockOut)
ABANDON_KEYS = keys_of(AbandonCap, window_days=WINDOW_DAYS)
MESSAGE_KEYS = keys_of(MessageRule)
PLACE_KEYS = keys_of(Place, zones=listed(ZONE), codes=listed(TEXT))


def _struct(keys: tuple[Key, ...], what: str, build: Callable[..., T]) -> Reader[Any]:
    """As `struct`, but a broken one leaves nothing: its fallback would be a rule."""
    return Reader(f"the keys {', '.join(key.name for key in keys)}", lambda place: build(**read_keys(place, keys, what)), None)


def _attempt(limit: int, per: tuple[str, int], of: Any, *, callbacks: bool) -> AttemptCap:
    return AttemptCap(limit=limit, per=per[0], window_ms=per[1], of=of, callbacks=callbacks)  # type: ignore[arg-type]


def _registries(place: Spot) -> tuple[RegistryRule, ...]:
    words = "lines of a registry: its keys"
    return tuple(
        RegistryRule(name=name, **read_keys(value, REGISTRY_KEYS, "a registry")) for name, value in named_entries(place, words)
    )


RULES_KEYS = (
    optional("hours", HOURS),
    optional("attempts", listed(_struct(ATTEMPT_KEYS, "a cap", _attempt)), ()),
    optional("registries", Reader("lines of a registry: its keys", _registries, ()), ()),
    optional("consent", listed(_struct(CONSENT_KEYS, "a rule of consent", ConsentRule)), ()),
)
RULES: Reader[Rules] = struct(RULES_KEYS, "rules", Rules)
VERSION_KEYS = keys_of(
    LawVersion,
    without=["regions"],
    version=TEXT,
    valid_from=DATE,
    valid_until=DATE,
    zone=ZONE,
    sources=listed(TEXT),
    countries=listed(REGION),
    everywhere=RULES,
    abandoned_lock=_struct(LOCK_KEYS, "a lock-out", LockOut),
    machine_lock=_struct(LOCK_KEYS, "a lock-out", LockOut),
    abandon=_struct(ABANDON_KEYS, "a cap of abandoned calls", AbandonCap),
    message=_struct(MESSAGE_KEYS, "a message", MessageRule),
    records_years=whole(0, 100),
)
REGIONS_KEY = optional("regions", mapped(RULES), {})
BASED_ON_KEY = optional("based_on", TEXT)
OWN = ("version", "valid_from", "valid_until", "based_on")
"""Keys that a version never takes from the one that it is based on."""
PACK_KEYS = (
    required("id", NAME),
    required("label", LABEL),
    optional("places", mapped(struct(PLACE_KEYS, "a place", Place)), {}),
    required("versions", Reader("a list of versions", lambda place: None, ())),
)
TABLES: dict[str, tuple[Key, ...]] = {
    "A pack": PACK_KEYS,
    "places": PLACE_KEYS,
    "versions": (*VERSION_KEYS, REGIONS_KEY, BASED_ON_KEY),
    "rules": RULES_KEYS,
    "hours: holidays": HOLIDAY_KEYS,
    "attempts": ATTEMPT_KEYS,
    "registries": REGISTRY_KEYS,
    "consent": CONSENT_KEYS,
    "lock-outs": LOCK_KEYS,
    "abandon": ABANDON_KEYS,
    "message": MESSAGE_KEYS,
}
"""Section of docs/law.md -> its keys."""


def read_pack(path: Path) -> Pack:
    """Reads one pack. Raises BadFile with all its mistakes."""
    sheet = Sheet()
    pack = _read(sheet, path)
    sheet.finish()
    assert pack is not None
    return pack


def read_packs(folder: Path = SHIPPED) -> dict[PackId, Pack]:
    """Every pack of a folder, by id. Raises BadFile with the mistakes of all its files."""
    found: dict[PackId, tuple[Path, Pack]] = {}
    wrong: list[FileMistake] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            pack = read_pack(path)
        except BadFile as bad:
            wrong += bad.mistakes
            continue
        if pack.id in found:
            wrong.append(FileMistake(str(path), 1, f"{found[pack.id][0].name} has the id {pack.id!r} already", "another id"))
        found[pack.id] = (path, pack)
    if wrong:
        raise BadFile(wrong)
    if not found:
        raise BadFile([FileMistake(str(folder), 0, "no rule pack is in this folder", "at least one file such as none.yaml")])
    return {name: pack for name, (_, pack) in found.items()}


def _read(sheet: Sheet, path: Path) -> Pack | None:
    top = sheet.open(path)
    if top is None:
        return None
    spots = places_of(top, [key.name for key in PACK_KEYS], "a pack") if top.is_mapping() else {}
    values = fill(top, spots, PACK_KEYS, "a pack")
    versions: list[LawVersion] = []
    written: dict[str, tuple[Mapping[str, Spot], Mapping[str, Rules]]] = {}
    for item in spots["versions"].items("a list of versions") if "versions" in spots else ():
        versions.append(_version(item, written))
    places = {PlaceId(name): place for name, place in values["places"].items()}
    pack = Pack(id=PackId(values["id"]), label=values["label"], places=places, versions=tuple(versions))
    for one in mistakes(pack):
        sheet.refuse_path(one.path, one.why, one.instead)
    return pack


def _version(item: Spot, written: dict[str, tuple[Mapping[str, Spot], Mapping[str, Rules]]]) -> LawVersion:
    """`written`: what the versions before it wrote, by name; this one joins them."""
    keys = (*VERSION_KEYS, REGIONS_KEY, BASED_ON_KEY)
    if not item.is_mapping():
        item.refuse("a version has keys", f"its keys: {', '.join(key.name for key in keys)}")
        return LawVersion(version="?", valid_from=DATE.fallback)
    spots: dict[str, Spot] = places_of(item, [key.name for key in keys], "a version")
    base: Mapping[str, Spot] = {}
    regions: dict[str, Rules] = {}
    if "based_on" in spots:
        name = TEXT(spots["based_on"])
        if name in written:
            base, inherited = written[name]
            regions |= inherited
        else:
            spots["based_on"].refuse(f"there is no version {name!r} above this one", nearest(name, list(written)))
    if "regions" in spots:
        regions |= mapped(RULES)(spots["regions"])
    taken = {key: place for key, place in base.items() if key not in OWN} | dict(spots)
    values = fill(item, taken, VERSION_KEYS, "a version")
    written[values["version"]] = (taken, regions)
    return LawVersion(regions={PlaceId(name): rules for name, rules in regions.items()}, **values)
