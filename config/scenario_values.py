"""Values that only a scenario file has: clock times, distributions, arrivals, and columns of CSV files that stand beside it.

Times of day are kept as the author wrote them; `stepped` turns them into moments once the beginning is known.
"""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from callcenter.kernel.clock import HOUR, MINUTE, QUARTER, SECOND
from callcenter.kernel.scenario import (
    AnySpread,
    Constant,
    Empirical,
    Exponential,
    Gamma,
    Lognormal,
    Schedule,
)
from config.readers import (
    DURATION,
    SHARE,
    TEXT,
    Key,
    Reader,
    keys_of,
    listed,
    mapped,
    named_entries,
    optional,
    read_keys,
    required,
    show_duration,
)
from config.yaml import FileMistake, Place, nearest

T = TypeVar("T")

DAY = 24 * HOUR
MOST_ROWS = 1_000_000
"""Of a CSV file."""
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_CELL_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?", re.ASCII)

Clocked = tuple[tuple[int, T], ...]
"""(milliseconds after midnight, value); one entry at -1 stands for all the time."""
ALL_DAY = -1


def number(low: float, high: float) -> Reader[float]:
    """A number, perhaps with decimals."""
    words = f"a number from {low:g} to {high:g}"

    def read(place: Place) -> float | None:
        text = place.text(words)
        if text is None:
            return None
        if not re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text, re.ASCII) or not low <= float(text) <= high:
            place.refuse(f"{text!r} is no such number", words)
            return None
        return float(text)

    return Reader(words, read, low)


def _quarters(place: Place) -> int | None:
    length = DURATION.read(place)
    if length is not None and length % QUARTER:
        place.refuse("the statistics count by quarter hours", "whole quarter hours, such as 15m, 1h30m or 8h")
        return None
    return length


QUARTERS: Reader[int] = Reader("whole quarter hours, such as 8h", _quarters, QUARTER)


def clock(place: Place, text: str) -> int | None:
    """A time of day in milliseconds after midnight."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        place.refuse(f"{text!r} is no time of day", "a time of day from 00:00 to 23:59", alone=True)
        return None
    return int(found[1]) * HOUR + int(found[2]) * MINUTE


def by_clock(reader: Reader[T], *, alone: Callable[[Place], bool]) -> Reader[Clocked[T]]:
    """One value, or one for each time of day from which it is valid. `alone` tells the two apart."""
    words = f"{reader.words}, or lines of a time of day: {reader.words}"

    def read(place: Place) -> Clocked[T] | None:
        if alone(place):
            return ((ALL_DAY, reader(place)),)
        steps = [(clock(at, key), reader(value)) for at, key, value in place.entries(words)]
        if place.is_mapping() and not steps:
            place.refuse("there is nothing in it", words)
            return None
        return tuple(sorted(((at, value) for at, value in steps if at is not None), key=lambda step: step[0]))

    return Reader(words, read, ((ALL_DAY, reader.fallback),))


def no_mapping(place: Place) -> bool:
    return not place.is_mapping()


def stepped(clocked: Clocked[T], begins: int, before: T | None = None) -> Schedule[T]:
    """The same by moments since the beginning (`begins`: milliseconds after midnight), for at most a day.

    Steps before the beginning decide what is valid at it, and come again on the next day. `before` is valid until the first
    step; None: the first step's value is.
    """
    moments = sorted((at - begins, value) for at, value in ((at if at != ALL_DAY else begins, value) for at, value in clocked))
    first = [value for at, value in moments if at <= 0]
    start = first[-1] if first else before if before is not None else moments[0][1]
    later = [(at if at > 0 else at + DAY, value) for at, value in moments if at != 0]
    return ((0, start), *sorted(later, key=lambda step: step[0]))


def group(keys: Sequence[Key], what: str) -> Reader[dict[str, dict[str, Any]]]:
    """Things of the author's own names, each with these keys."""
    words = f"lines of a name: the keys {', '.join(key.name for key in keys)}"

    def read(place: Place) -> dict[str, dict[str, Any]]:
        return {name: read_keys(value, keys, what) for name, value in named_entries(place, words)}

    return Reader(words, read, {})


def part(keys: Sequence[Key], what: str) -> Reader[dict[str, Any]]:
    """One thing with these keys."""
    return Reader(f"the keys {', '.join(key.name for key in keys)}", lambda place: read_keys(place, keys, what), {})


# -- CSV files --------------------------------------------------------------------------------------------------------------

CSV_KEYS = (
    required("file", TEXT),
    required("column", TEXT),
    optional("where", mapped(listed(TEXT)), {}),
)


class Cell(Struct, frozen=True):
    """One value of a CSV file with its line."""

    line: int
    text: str
    row: Mapping[str, str]


def column(place: Place, values: Mapping[str, Any]) -> list[Cell]:
    """The cells of one column, of the rows that `where` keeps; nothing after refusing."""
    path = place.folder / values["file"]
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            names = list(rows.fieldnames or ())
            wanted = [values["column"], *values["where"], *([values["count"]] if values.get("count") else [])]
            for name in wanted:
                if name not in names:
                    place.refuse(f"{path} has no column {name!r}", nearest(name, names))
                    return []
            where: dict[str, Sequence[str]] = values["where"]
            cells = []
            for row in rows:
                if rows.line_num > MOST_ROWS:
                    place.refuse(f"{path} has more than {MOST_ROWS} lines", "fewer of them")
                    return []
                if all((row[name] or "").strip() in kept for name, kept in where.items()):
                    cells.append(Cell(rows.line_num, (row[values["column"]] or "").strip(), row))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = getattr(error, "strerror", None) or "it is no CSV file in UTF-8"
        place.refuse(f"{path} cannot be read ({why})", "the name of a CSV file, seen from the folder of this one")
        return []
    if not cells:
        place.refuse(f"no row of {path} is left", "another where, or another file")
    return cells


def refuse_cell(place: Place, values: Mapping[str, Any], cell: Cell, why: str, instead: str) -> None:
    place.sheet.mistakes.append(FileMistake(str(place.folder / values["file"]), cell.line, why, instead))
    place.sheet.broken.add(place.path)


def cell_time(place: Place, values: Mapping[str, Any], cell: Cell) -> int | None:
    """Of day: h:mm or h:mm:ss, in milliseconds after midnight."""
    found = _CELL_CLOCK.fullmatch(cell.text.rpartition(" ")[2].rpartition("T")[2])
    if found is None or int(found[1]) > 23:
        refuse_cell(place, values, cell, f"{cell.text!r} is no time of day", "a time such as 9:05:30")
        return None
    return int(found[1]) * HOUR + int(found[2]) * MINUTE + int(found[3] or 0) * SECOND


def _cell_seconds(place: Place, values: Mapping[str, Any], cell: Cell) -> int | None:
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", cell.text, re.ASCII):
        refuse_cell(place, values, cell, f"{cell.text!r} is no number of seconds", "seconds such as 95 or 95.5")
        return None
    return round(float(cell.text) * SECOND)


# -- distributions ----------------------------------------------------------------------------------------------------------

_CV = number(0.01, 20)
SPREAD_KINDS: dict[str, type[Struct]] = {
    "constant": Constant, "exponential": Exponential, "lognormal": Lognormal, "gamma": Gamma, "empirical": Empirical,
}  # fmt: skip
_KIND = Reader(f"one of {', '.join(SPREAD_KINDS)}", lambda place: place.text(), "constant")


def _spread_keys(name: str) -> tuple[Key, ...]:
    limits = keys_of(Constant, without=["mean_ms"])
    if name == "empirical":
        own: tuple[Key, ...] = (optional("values", listed(DURATION), (), field="values_ms"),)
        csv_keys = tuple(Key(key.name, key.reader, key.field, default=key.default) for key in CSV_KEYS)
        return (required("kind", _KIND), *own, *csv_keys, *limits)
    special = {"cv": _CV} if name in ("lognormal", "gamma") else {}
    own = keys_of(SPREAD_KINDS[name], without=["plus_ms", "at_least_ms", "at_most_ms"], **special)
    return (required("kind", _KIND), *own, *limits)


SPREAD_KEYS: dict[str, tuple[Key, ...]] = {name: _spread_keys(name) for name in SPREAD_KINDS}


def _spread(place: Place) -> AnySpread | None:
    if not place.is_mapping():
        mean = DURATION.read(place)
        return None if mean is None else Constant(mean_ms=mean)
    kind = next((str(value.value) for key, value in place.node.value if getattr(key, "value", "") == "kind"), "")
    if kind not in SPREAD_KEYS:
        place.refuse("a distribution needs a kind that is known", f"kind: {nearest(kind, list(SPREAD_KEYS))}")
        return None
    values = read_keys(place, SPREAD_KEYS[kind], f"a distribution of kind {kind}")
    values.pop("kind")
    if kind == "empirical":
        return _empirical(place, values)
    if kind != "constant" and values["mean_ms"] == 0:
        place.refuse("its mean is nothing", "a mean such as 3m")
        return None
    made: AnySpread = SPREAD_KINDS[kind](**values)  # type: ignore[assignment]
    return made


def _empirical(place: Place, values: dict[str, Any]) -> AnySpread | None:
    limits = {name: values[name] for name in ("plus_ms", "at_least_ms", "at_most_ms")}
    given = values["values_ms"]
    if bool(given) == bool(values["file"] or values["column"]):
        place.refuse("it has its values either from the file or here", "values: [30s, 45s], or file and column of a CSV file")
        return None
    if not given:
        if not (values["file"] and values["column"]):
            place.refuse("a CSV file needs both", "file: FILE and column: NAME")
            return None
        cells = column(place, values)
        given = tuple(ms for ms in (_cell_seconds(place, values, cell) for cell in cells) if ms is not None)
    return Empirical(values_ms=given, **limits) if given else None


SPREAD: Reader[AnySpread] = Reader(
    "a duration such as 20s, or {kind: exponential, mean: 3m}", _spread, Constant(mean_ms=SECOND)
)


def _is_one_spread(place: Place) -> bool:
    """A mapping whose keys are words is one distribution; one whose keys are times of day has several."""
    return not place.is_mapping() or not any(":" in str(getattr(key, "value", "")) for key, _ in place.node.value)


SPREADS: Reader[Clocked[AnySpread]] = by_clock(SPREAD, alone=_is_one_spread)


def show_spread(spread: AnySpread) -> str:
    """A distribution as an author would write it."""
    kind = next(name for name, of in SPREAD_KINDS.items() if isinstance(spread, of))
    shown = {key.name: getattr(spread, key.field) for key in SPREAD_KEYS[kind] if key.name in ("mean", "cv", "plus")}
    if kind == "constant" and not spread.plus_ms:
        return show_duration(shown["mean"])
    parts = [f"{name}: {show_duration(value) if name != 'cv' else value}" for name, value in shown.items() if value]
    return f"{{kind: {kind}, {', '.join(parts)}}}"


def show_default(key: Key) -> str:
    """As `Key.shown_default`, for the values of a scenario file as well."""
    if key.required or key.default is None:
        return ""
    if isinstance(key.default, Struct):
        return show_spread(key.default)  # type: ignore[arg-type]
    if isinstance(key.default, float):
        return f"{key.default:.0%}" if key.reader is SHARE else f"{key.default:g}"
    if key.reader is QUARTERS:
        return show_duration(key.default)
    return key.shown_default()
