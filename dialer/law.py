"""A rule pack made ready for questions: which version holds at an instant, and whose rules bind for a number and a lead.

The number's country and state bind, the state by its first digits; where a country has states and the digits belong to none of
them, all its states bind. A lead's own state comes on top: it takes nothing away, for the number may be the truth.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from callcenter.kernel.clock import instant
from callcenter.kernel.law import LawVersion, Pack, PackId, PlaceId, Rules
from dialer.zones import Number


class RuleName(Struct, frozen=True):
    """The rule that decided, to be stored with an attempt: pack, version, and the key in the pack's file."""

    pack: PackId
    version: str
    """Empty when no version holds."""
    key: str

    def __str__(self) -> str:
        return f"{self.pack} {self.version} {self.key}" if self.version else f"{self.pack} {self.key}"


class InForce:
    """One version in its time, with the index of its places."""

    __slots__ = ("_lengths", "_owners", "_pack", "_states", "ends", "since", "version")

    def __init__(self, pack: Pack, version: LawVersion) -> None:
        self.version = version
        self.since = _midnight(version.valid_from, version.zone)
        self.ends = _midnight(version.valid_until, version.zone) if version.valid_until is not None else None
        """The first instant (ms) at which it does not hold any more; None: nobody has said."""
        self._pack = pack
        self._owners = {code: place for place, values in pack.places.items() for code in values.codes}
        self._lengths = sorted({len(code) for code in self._owners}, reverse=True)
        self._states: dict[str, list[PlaceId]] = {}
        for place, values in pack.places.items():
            if values.codes and "-" in place:
                self._states.setdefault(_country(place), []).append(place)

    def rule(self, key: str) -> RuleName:
        return RuleName(self._pack.id, self.version.version, key)

    def covers(self, country: str) -> bool:
        return bool(country) and (not self.version.countries or country in self.version.countries)

    def regions(self, number: Number, state: PlaceId | None) -> tuple[PlaceId, ...]:
        """The places whose rules bind, in a fixed order."""
        country = PlaceId(number.country)
        found = [country] if country in self._pack.places else []
        if number.country in self._states:
            digits = number.e164.removeprefix("+")
            owner = next((self._owners[digits[:size]] for size in self._lengths if digits[:size] in self._owners), None)
            found += [owner] if owner is not None else self._states[number.country]
        if state is not None:
            found += [state] if state in self._pack.places else self._states.get(_country(state), [])
            home = PlaceId(_country(state))
            found += [home] if home in self._pack.places else []
        return tuple(dict.fromkeys(found))

    def zones(self, number: Number, state: PlaceId | None, zone: str | None) -> tuple[str, ...]:
        """Every zone that the callee may be in; empty when nothing tells."""
        found = list(number.zones) or list(self._zones_of_digits(number)) or list(number.country_zones)
        if zone is not None:
            found.append(zone)
        if state is not None and state in self._pack.places:
            found += self._pack.places[state].zones
        return tuple(dict.fromkeys(found))

    def rules(self, regions: tuple[PlaceId, ...]) -> Iterator[tuple[str, str, Rules]]:
        """(place for people, key, rules) of everywhere and of each region that has rules."""
        yield "everywhere", "everywhere", self.version.everywhere
        for region in regions:
            if region in self.version.regions:
                yield region, f"regions.{region}", self.version.regions[region]

    def _zones_of_digits(self, number: Number) -> tuple[str, ...]:
        digits = number.e164.removeprefix("+")
        for size in self._lengths:
            if digits[:size] in self._owners:
                return self._pack.places[self._owners[digits[:size]]].zones
        return ()


class Law:
    """A pack with all its versions. Make it once for a pack and keep it."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._versions = [InForce(pack, version) for version in pack.versions]
        self._begins = [one.since for one in self._versions]

    def at(self, now: int) -> InForce | None:
        """The version that holds at `now`; None in a gap."""
        index = bisect_right(self._begins, now) - 1
        if index < 0:
            return None
        one = self._versions[index]
        return one if one.ends is None or now < one.ends else None

    def begins_after(self, now: int) -> int | None:
        """The instant at which the next version begins to hold; None when there is none."""
        index = bisect_right(self._begins, now)
        return self._begins[index] if index < len(self._begins) else None


def _country(place: str) -> str:
    return place.partition("-")[0]


@lru_cache(maxsize=256)
def _midnight(day: date, zone: str) -> int:
    return instant(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC))
