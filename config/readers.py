"""Words and types of configuration files: a `Reader` turns one value into what the program uses, or refuses it with its line.

A mistaken value is replaced by the reader's fallback, so that reading goes on and every mistake is told at once; nothing that
holds a fallback ever leaves `Sheet.finish`. `keys_of` makes the table of keys of a kernel Struct, so that a field added there
can be written in the file the same day; docs/center-file.md is held against these tables by a test.
"""

import re
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from callcenter.kernel.center import Label
from callcenter.kernel.clock import HOUR, MINUTE, SECOND
from config.yaml import Place, nearest

T = TypeVar("T")

UNITS = {"h": HOUR, "m": MINUTE, "s": SECOND, "ms": 1}
_DURATION = re.compile(r"(?:\d{1,9}(?:\.\d{1,6})?(?:ms|h|m|s))+", re.ASCII)
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
NAME_WORDS = "up to 40 letters, digits, - and _, beginning with a letter or digit"
LONGEST_MS = 7 * 24 * HOUR


@dataclass(frozen=True, slots=True)
class Reader(Generic[T]):
    """`words` says what to write, for people; `read` returns None after refusing."""

    words: str
    read: Callable[[Place], T | None]
    fallback: T

    def __call__(self, place: Place) -> T:
        value = self.read(place)
        return self.fallback if value is None else value


def _text(place: Place) -> str | None:
    text = place.text("a text")
    if text is None:
        return None
    if not text.strip():
        place.refuse("this is empty", "a text")
        return None
    return text.strip()


def _name(place: Place) -> str | None:
    text = place.text("a name")
    if text is None:
        return None
    if not _NAME.fullmatch(text):
        place.refuse(f"{text!r} is no name", NAME_WORDS)
        return None
    return text


def _duration(place: Place) -> int | None:
    text = place.text("a duration such as 20s")
    if text is None:
        return None
    written = text.replace(" ", "")
    if not _DURATION.fullmatch(written):
        cure = (
            f"{written}s, {written}ms or {written}m"
            if written.isascii() and written.isdigit()
            else "20s, 3m, 1m30s, 1500ms or 4h"
        )
        why = f"{text!r} has no unit" if written.isascii() and written.isdigit() else f"{text!r} is no duration"
        place.refuse(why, cure)
        return None
    ms = round(sum(float(number) * UNITS[unit] for number, unit in _PART.findall(written)))
    if ms > LONGEST_MS:
        place.refuse(f"{text!r} is longer than a week", "a shorter time")
        return None
    return ms


def _integer(place: Place) -> int | None:
    text = place.text("a whole number")
    if text is None:
        return None
    if not re.fullmatch(r"[+-]?\d{1,9}", text, re.ASCII):
        place.refuse(f"{text!r} is no whole number", "a whole number such as 3")
        return None
    return int(text)


def whole(low: int, high: int) -> Reader[int]:
    """A whole number from `low` to `high`."""
    words = f"a whole number from {low} to {high}"

    def read(place: Place) -> int | None:
        value = _integer(place)
        if value is not None and not low <= value <= high:
            place.refuse(f"{value} is out of range", words)
            return None
        return value

    return Reader(words, read, low)


def _share(place: Place) -> float | None:
    text = place.text("a share such as 0.8 or 80%")
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,3}(?:\.\d{1,6})?)\s*(%?)", text, re.ASCII)
    value = float(found[1]) / (100 if found[2] else 1) if found else -1.0
    if not 0 <= value <= 1:
        place.refuse(f"{text!r} is no share", "a share from 0 to 1 such as 0.8, or 80%")
        return None
    return value


def _truth(place: Place) -> bool | None:
    text = place.text("true or false")
    if text is None:
        return None
    if text not in ("true", "false"):
        place.refuse(f"{text!r} is neither true nor false", "true or false")
        return None
    return text == "true"


def one_of(*known: str) -> Reader[Any]:
    def read(place: Place) -> str | None:
        text = place.text(f"one of {', '.join(known)}")
        if text is not None and text not in known:
            place.refuse(f"{text!r} is not known here", nearest(text, list(known)))
            return None
        return text

    return Reader(f"one of {', '.join(known)}", read, known[0])


TEXT: Reader[str] = Reader("a text", _text, "?")
NAME: Reader[str] = Reader("a name", _name, "?")
OPEN_TEXT: Reader[str] = Reader("a text, perhaps empty", lambda place: place.text("a text"), "")
DURATION: Reader[int] = Reader("a duration such as 20s", _duration, SECOND)
INTEGER: Reader[int] = Reader("a whole number", _integer, 1)
SHARE: Reader[float] = Reader("a share such as 80%", _share, 0.5)
TRUTH: Reader[bool] = Reader("true or false", _truth, True)
LEVEL = whole(1, 5)


def listed(reader: Reader[T]) -> Reader[tuple[T, ...]]:
    def read(place: Place) -> tuple[T, ...]:
        return tuple(reader(item) for item in place.items(words))

    words = f"a list: [{reader.words}, ...]"
    return Reader(words, read, ())


def mapped(reader: Reader[T]) -> Reader[dict[str, T]]:
    """Keys of the author's own, each with a value."""

    def read(place: Place) -> dict[str, T]:
        return {key: reader(value) for _, key, value in place.entries(words)}

    words = f"lines of a name: {reader.words}"
    return Reader(words, read, {})


def named(reader: Reader[T]) -> Reader[dict[str, T]]:
    """The same for things that other places name, so that their keys must be names."""

    def read(place: Place) -> dict[str, T]:
        return {key: reader(value) for key, value in named_entries(place, words)}

    words = f"lines of a name: {reader.words}"
    return Reader(words, read, {})


def named_entries(place: Place, words: str) -> Iterator[tuple[str, Place]]:
    """(name, place of its value); a key that is no name is refused and still read."""
    for at, key, value in place.entries(words):
        if not _NAME.fullmatch(key):
            at.refuse(f"{key!r} is no name", NAME_WORDS, alone=True)
        yield key, value


@dataclass(frozen=True, slots=True)
class Key:
    """A key that a file may hold: its name there, the field it fills, and its value when it is left out."""

    name: str
    reader: Reader[Any]
    field: str
    required: bool = False
    default: Any = None

    def shown_default(self) -> str:
        """The default as an author would write it; "" for none."""
        value = self.default
        if self.required or value is None or (not value and not isinstance(value, int)):
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if self.reader is DURATION:
            return show_duration(value)
        if self.reader is SHARE:
            return f"{value:.0%}"
        if isinstance(value, tuple):
            return f"[{', '.join(map(str, value))}]"
        return str(value)


def show_duration(ms: int) -> str:
    for unit, size in UNITS.items():
        if ms % size == 0 and (ms >= size or unit == "s"):
            return f"{ms // size}{unit}"
    return f"{ms}ms"


def required(name: str, reader: Reader[Any], field: str | None = None) -> Key:
    return Key(name, reader, field or name, required=True)


def optional(name: str, reader: Reader[Any], default: Any = None, field: str | None = None) -> Key:
    return Key(name, reader, field or name, default=default)


def read_keys(place: Place, keys: Sequence[Key], what: str) -> dict[str, Any]:
    """Field -> value for each of `keys`; unknown and missing keys are refused. `what` names the thing, e.g. "a queue"."""
    if not place.is_mapping():
        place.refuse(f"{what} needs keys of its own", f"its keys: {', '.join(key.name for key in keys)}")
        return {key.field: _without(key) for key in keys}
    return fill(place, places_of(place, [key.name for key in keys], what), keys, what)


def places_of(place: Place, names: list[str], what: str) -> dict[str, Place]:
    """Key -> place of its value; unknown keys are refused.

    A misspelt key is read as the one that was meant, when that is missing: one slip is one mistake, and hides no other.
    """
    places: dict[str, Place] = {}
    strange: dict[str, Place] = {}
    for at, name, value in place.entries():
        if name in names:
            places[name] = value
        else:
            at.refuse(f"{what} has no key {name!r}", nearest(name, names), alone=True)
            strange[name] = value
    for name, value in strange.items():
        for meant in get_close_matches(name, names, 1):
            places.setdefault(meant, value)
    return places


def fill(place: Place, places: Mapping[str, Place], keys: Sequence[Key], what: str) -> dict[str, Any]:
    """Reads each value; a missing key that is required is a mistake of the thing as a whole."""
    values: dict[str, Any] = {}
    for key in keys:
        value = places.get(key.name)
        path = _under(place.path, key.field)
        if value is not None:
            # Checks that follow speak of fields, not of keys.
            place.sheet.lines[path] = (value.file, value.line)
            values[key.field] = key.reader(value)
            if value.path in place.sheet.broken:
                place.sheet.broken.add(path)
        else:
            values[key.field] = _without(key)
            if key.required:
                place.refuse(f"{what} needs {key.name!r}", f"{key.name}: {key.reader.words}", alone=True)
                place.sheet.broken.add(path)
    return values


def _without(key: Key) -> Any:
    return key.reader.fallback if key.required else key.default


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def struct(keys: Sequence[Key], what: str, build: Callable[..., T]) -> Reader[T]:
    """A value with keys of its own, built from them."""

    def read(place: Place) -> T:
        return build(**read_keys(place, keys, what))

    return Reader(f"the keys {', '.join(key.name for key in keys)}", read, build(**{key.field: _without(key) for key in keys}))


LABEL_KEYS = (required("en", TEXT), required("zh", TEXT))
LABEL: Reader[Label] = struct(LABEL_KEYS, "a label", Label)


def keys_of(kind: type[msgspec.Struct], *, without: Sequence[str] = (), **special: Reader[Any]) -> tuple[Key, ...]:
    """The keys of a kernel Struct: `ring_ms` is written `ring` with a unit, everything else under its own name."""
    hints = get_type_hints(kind)
    keys = []
    for one in msgspec.structs.fields(kind):
        if one.name in without:
            continue
        reader = special.get(one.name) or _reader_for(one.name, hints[one.name])
        if one.default is not msgspec.NODEFAULT:
            default = one.default
        elif one.default_factory is not msgspec.NODEFAULT:
            default = one.default_factory()
        else:
            keys.append(Key(one.name.removesuffix("_ms"), reader, one.name, required=True))
            continue
        keys.append(Key(one.name.removesuffix("_ms"), reader, one.name, default=default))
    return tuple(keys)


def _reader_for(name: str, hint: Any) -> Reader[Any]:
    if name.endswith("_ms"):
        return DURATION
    if get_origin(hint) in (Union, types.UnionType):
        (hint,) = [arm for arm in get_args(hint) if arm is not type(None)]
    plain: Mapping[Any, Reader[Any]] = {int: INTEGER, float: SHARE, bool: TRUTH, str: TEXT, Label: LABEL}
    if hint in plain:
        return plain[hint]
    if hasattr(hint, "__supertype__"):
        return NAME
    if get_origin(hint) is Literal:
        return one_of(*get_args(hint))
    if get_origin(hint) is tuple:
        return listed(_reader_for("", get_args(hint)[0]))
    if get_origin(hint) is dict:
        return mapped(_reader_for("", get_args(hint)[1]))
    raise TypeError(f"no reader for {name}: {hint}")
