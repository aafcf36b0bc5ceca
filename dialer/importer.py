"""Rows of a file become leads, or are refused with a reason. Pure: it is given rows and a reader of numbers.

What needs other rows to decide (duplicates, do-not-call, customers) is in `screening`. A person with one good number is kept
although another is bad; a row without any good number is refused for what is wrong with the first.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from msgspec import Struct

from dialer.columns import Column
from dialer.lead import BadNumber, Lead, LeadNumber, ReadNumber

LONGEST_CELL = 10_000
"""Characters; more is no value of a person."""
MOST_NUMBERS = 10
"""Numbers of one lead; further ones are left out and counted."""

_SEPARATORS = re.compile(r"[/;,|\n、，；]+")
_FORMULA = re.compile(r"^=|^[@+\-][^@]*[A-Za-z][^@]*[(|!]")
_SUSPECT = frozenset("=@+-")
_TEXT_TRICK = re.compile(r'^="([^"]*)"$')
_ROUNDED = re.compile(r"^\d(?:[.,]\d+)?E\+?\d+$", re.IGNORECASE)
_POINT_ZERO = re.compile(r"^(\d{7,15})\.0$")
_LANGUAGES = {
    **dict.fromkeys(("en", "eng", "english", "en-us", "en-gb", "英文", "英语"), "en"),
    **dict.fromkeys(("zh", "zho", "chi", "chinese", "zh-cn", "mandarin", "中文", "汉语", "普通话", "国语"), "zh"),
}
_CONSENTS = {
    **dict.fromkeys(("express", "yes", "y", "true", "1", "oral", "是", "同意", "口头", "口头同意"), "express"),
    **dict.fromkeys(("written", "in writing", "signed", "书面", "书面同意", "已签署"), "written"),
}
"""Any other word is no consent."""
_COUNTRY_NAMES = {"usa": "US", "united states of america": "US", "america": "US", "uk": "GB", "great britain": "GB",
                  "england": "GB", "uae": "AE", "korea": "KR", "prc": "CN", "中华人民共和国": "CN", "中国大陆": "CN",
                  "香港": "HK", "澳门": "MO", "台湾": "TW"}  # fmt: skip
_PLAIN = ("name", "company", "email", "city", "state", "postal_code", "external_id", "note", "first_name", "last_name")


class RefusedRow(Struct, frozen=True, kw_only=True):
    """A row that becomes no lead. `reason` is a code of `dialer.reasons`; `detail` says which list or date, never who."""

    line: int
    cells: tuple[str, ...]
    reason: str
    detail: str = ""


class Rules(Struct, frozen=True, kw_only=True):
    """`region`: whose national form numbers have where a row names no country. `countries`: regions that may be called; empty:
    all. `agents`: by every word, case-folded, that may stand for one, her id."""

    region: str
    countries: frozenset[str] = frozenset()
    agents: Mapping[str, str] = {}


class Importer:
    """Reads the rows of one file. `left_out` counts numbers that were not taken although their row was."""

    def __init__(self, columns: Sequence[Column], rules: Rules, read: ReadNumber) -> None:
        self._rules, self._read = rules, read
        self._width = len(columns)
        self._phones = [(place, column.head) for place, column in enumerate(columns) if column.field == "phone"]
        single = [(column.field, place) for place, column in enumerate(columns) if column.field not in ("phone", "extra", "skip")]
        self._place: dict[str, int] = dict(single)
        self._plain = [(field, self._place[field]) for field in _PLAIN if field in self._place]
        self._extra = [(place, column.head) for place, column in enumerate(columns) if column.field == "extra"]
        self._used = [place for place, column in enumerate(columns) if column.field not in ("phone", "skip")]
        self.left_out = 0

    def row(self, line: int, cells: Sequence[str]) -> Lead | RefusedRow | None:
        """None for a row in which nothing stands. `cells` are texts as in the file."""
        cells = [_bare(cell) if cell else "" for cell in cells]
        if not any(cells):
            return None
        if len(cells) < self._width:
            cells += [""] * (self._width - len(cells))
        reason = self._unfit(cells)
        region = country = zone = agent = ""
        if reason is None:
            country = country_of(self._cell(cells, "country"))
            zone = zone_of(self._cell(cells, "zone"))
            agent = self._agent(self._cell(cells, "agent"))
            reason = "unknown_country" if country == "?" else "unknown_zone" if zone == "?" else None
            reason = "unknown_agent" if agent == "?" else reason
            region = country if country not in ("", "?") else self._rules.region
        numbers: tuple[LeadNumber, ...] = ()
        if reason is None:
            numbers, reason = self._numbers(cells, region)
        if reason is not None:
            return RefusedRow(line=line, cells=tuple(cell[:LONGEST_CELL] for cell in cells), reason=reason)
        plain = {field: cells[place] for field, place in self._plain}
        if not plain.get("name"):
            plain["name"] = full_name(plain.get("first_name", ""), plain.get("last_name", ""))
        return Lead(
            line=line,
            numbers=numbers,
            country=country,
            zone=zone,
            agent=agent,
            consent=_CONSENTS.get(self._cell(cells, "consent").casefold(), ""),
            language=_LANGUAGES.get(self._cell(cells, "language").casefold(), ""),
            extra={head: cells[place] for place, head in self._extra if cells[place]},
            **plain,
        )

    def _cell(self, cells: Sequence[str], field: str) -> str:
        place = self._place.get(field)
        return "" if place is None else cells[place]

    def _unfit(self, cells: Sequence[str]) -> str | None:
        if any(cells[self._width :]):
            return "too_many_cells"
        if max(map(len, cells)) > LONGEST_CELL:
            return "cell_too_long"
        if any(cells[place][:1] in _SUSPECT and _FORMULA.match(cells[place]) for place in self._used if cells[place]):
            return "formula"
        if any(cells[place].startswith(("=", "@")) for place, _ in self._phones):
            return "formula"
        return None

    def _agent(self, written: str) -> str:
        return self._rules.agents.get(written.casefold(), "?") if written else ""

    def _numbers(self, cells: Sequence[str], region: str) -> tuple[tuple[LeadNumber, ...], str | None]:
        """The good numbers, or why the first is bad."""
        good: dict[str, LeadNumber] = {}
        bad: list[str] = []
        for place, head in self._phones:
            cell = cells[place]
            if not cell:
                continue
            for written in _SEPARATORS.split(cell) if _SEPARATORS.search(cell) else (cell,):
                if not (written := written.strip()):
                    continue
                number = self._number(written, region, head)
                if isinstance(number, BadNumber):
                    bad.append(number.reason)
                elif len(good) < MOST_NUMBERS:
                    good.setdefault(number.e164, number)
                else:
                    self.left_out += 1
        if good:
            self.left_out += len(bad)
            return tuple(good.values()), None
        return (), bad[0] if bad else "no_number"

    def _number(self, written: str, region: str, label: str) -> LeadNumber | BadNumber:
        if _ROUNDED.match(written):
            return BadNumber(reason="number_rounded")
        number = self._read(written, region)
        if isinstance(number, BadNumber):
            return number
        if self._rules.countries and number.region not in self._rules.countries:
            return BadNumber(reason="country_not_allowed")
        return LeadNumber(
            e164=number.e164, written=written, region=number.region, kind=number.kind, zones=number.zones, label=label
        )


def _bare(cell: str) -> str:
    """Without blanks around it and without what spreadsheets put before a text to keep it one."""
    cell = cell.strip()
    first = cell[:1]
    if first == "'":
        return cell[1:].strip()
    if first == "=" and (trick := _TEXT_TRICK.match(cell)):
        return trick[1].strip()
    if cell[-2:] == ".0" and (number := _POINT_ZERO.match(cell)):
        return number[1]
    return cell


def full_name(first: str, last: str) -> str:
    """Chinese names begin with the family name, without a blank."""
    if first and last and all("\u4e00" <= letter <= "\u9fff" for letter in first + last):
        return last + first
    return f"{first} {last}".strip()


@lru_cache(maxsize=2_000)
def country_of(written: str) -> str:
    """ISO 3166 of a country's two letters or its name in English or Chinese; empty for nothing, ? for an unknown one."""
    if not written:
        return ""
    if written.upper() in phonenumbers.SUPPORTED_REGIONS:
        return written.upper()
    return _COUNTRY_NAMES.get(written.casefold()) or _names().get(written.casefold(), "?")


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    """Names of countries that phonenumbers knows. It is large, and read only where a file writes names."""
    from phonenumbers.geodata.locale import LOCALE_DATA

    found: dict[str, str] = {}
    for region, names in LOCALE_DATA.items():
        for language in ("en", "zh"):
            name = names.get(language, "")
            name = names.get(name[1:], "") if name.startswith("*") else name
            if name and region in phonenumbers.SUPPORTED_REGIONS:
                found[name.casefold()] = region
    return found


@lru_cache(maxsize=2_000)
def zone_of(written: str) -> str:
    """The IANA name as written; empty for nothing, ? for an unknown one."""
    if not written:
        return ""
    try:
        return ZoneInfo(written).key
    except (KeyError, OSError, ValueError):  # unknown, a folder, no name at all
        return "?"
