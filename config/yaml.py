"""Reading YAML strictly: every value knows its file and line, every mistake of a file is collected, none is guessed away.

`Sheet` is one reading (a file and what it includes) with its mistakes; `Place` is one value in it. What the keys mean is in
`config.readers` (words and types), `config.center_file`, `config.flow_file` and `config.settings`. No value is interpreted
by YAML's own rules (`no` is not false, `10:30` is not 630): readers see what the author wrote.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import yaml

LONGEST_FILE = 8 * 1024 * 1024
"""Bytes; a configuration that is longer is not one."""


@dataclass(frozen=True, slots=True, order=True)
class FileMistake:
    """One mistake, in the words of the house: where, what is wrong, what to write instead.

    `line` counts from 1; 0 is for what has no lines, such as an environment variable.
    """

    file: str
    line: int
    why: str
    instead: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.why}; write instead: {self.instead}"


class BadFile(Exception):
    """A file (or one that it includes) is refused; `mistakes` are all of them, in the order of the files."""

    def __init__(self, mistakes: list[FileMistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


@dataclass(slots=True)
class Sheet:
    """One reading: its mistakes, and where each value stands, under a path such as `queues.billing.ring_ms`."""

    mistakes: list[FileMistake] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    """Paths that hold a mistake already: a check that follows has nothing new to say about them."""
    lines: dict[str, tuple[str, int]] = field(default_factory=dict)

    def open(self, path: Path, prefix: str = "", asked: "Place | None" = None) -> "Place | None":
        """The top of a file, None when it cannot be read. `asked` is the value that names it, when another file does."""

        def refuse(line: int, why: str, instead: str) -> None:
            self.mistakes.append(FileMistake(str(path), line, why, instead))

        try:
            if path.stat().st_size > LONGEST_FILE:
                refuse(1, f"the file is longer than {LONGEST_FILE // 1024 // 1024} MB", "a configuration, or several files")
                return None
            content = path.read_bytes()
        except OSError as error:
            why = f"{path} cannot be read ({error.strerror})"
            if asked is not None:
                asked.refuse(why, "the name of a file, seen from the folder of this one")
            else:
                refuse(1, why, "the name of a file that is there and may be read")
            return None
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            refuse(content[: error.start].count(b"\n") + 1, "this is not UTF-8", "the file, saved again as UTF-8")
            return None
        try:
            node = _compose(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            refuse(mark.line + 1 if mark else 1, f"this is not YAML: {error.problem or error.context}", _yaml_cure(error))
            return None
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            refuse(line, f"a character that YAML forbids ({error.character:#x})", "plain text")
            return None
        except RecursionError:
            refuse(1, "it is nested too deeply", "a configuration")
            return None
        if node is None:
            refuse(1, "the file is empty", "the keys that docs/center-file.md or docs/settings-file.md name")
            return None
        place = Place(self, str(path), node, prefix)
        self.lines.setdefault(prefix, (str(path), 1))
        return place

    def refuse_path(self, path: str, why: str, instead: str) -> None:
        """A mistake that a check found at a path; it gets the line of the path, or of the nearest one around it."""
        around = path
        while around not in self.lines and "." in around:
            around = around.rpartition(".")[0]
        if path in self.broken or around in self.broken:
            return
        file, line = self.lines.get(around) or self.lines[""]
        self.mistakes.append(FileMistake(file, line, why, instead))

    def finish(self) -> None:
        """Raises BadFile when there was any mistake."""
        if self.mistakes:
            files = list(dict.fromkeys(one.file for one in self.mistakes))
            raise BadFile(sorted(dict.fromkeys(self.mistakes), key=lambda one: (files.index(one.file), one.line)))


@dataclass(frozen=True, slots=True)
class Place:
    """A value in a file. Its methods return None after refusing a value of another shape."""

    sheet: Sheet
    file: str
    node: yaml.Node
    path: str
    key: yaml.Node | None = None
    """The key that this is the value of: a block of keys begins, for people, in the line of its name."""

    @property
    def line(self) -> int:
        return int((self.key or self.node).start_mark.line) + 1

    @property
    def folder(self) -> Path:
        return Path(self.file).parent

    def refuse(self, why: str, instead: str, *, alone: bool = False) -> None:
        """`alone`: the mistake is not in the value at this path itself, so checks of the value still make sense."""
        if not alone:
            self.sheet.broken.add(self.path)
        self.sheet.mistakes.append(FileMistake(self.file, self.line, why, instead))

    def inside(self, name: str, node: yaml.Node, key: yaml.Node | None = None) -> "Place":
        place = Place(self.sheet, self.file, node, f"{self.path}.{name}" if self.path else name, key)
        self.sheet.lines.setdefault(place.path, (place.file, place.line))
        return place

    def text(self, wanted: str = "a text") -> str | None:
        """What the author wrote, quotes taken off."""
        if isinstance(self.node, yaml.ScalarNode) and not self._nothing():
            return str(self.node.value)
        self.refuse(f"this is {self._shape()}, not {wanted}", wanted)
        return None

    def entries(self, wanted: str = "a list of keys with their values") -> Iterator[tuple["Place", str, "Place"]]:
        """(place of the key, key, place of the value) in order; a key that comes twice is refused."""
        if not isinstance(self.node, yaml.MappingNode):
            self.refuse(f"this is {self._shape()}, not {wanted}", wanted)
            return
        seen: dict[str, int] = {}
        for key, value in self.node.value:
            at = Place(self.sheet, self.file, key, self.path)
            if not isinstance(key, yaml.ScalarNode):
                at.refuse("a key must be a word", "a word and a colon", alone=True)
            elif key.value in seen:
                at.refuse(f"{key.value!r} stands here twice, first in line {seen[key.value]}", "it once", alone=True)
            else:
                seen[key.value] = at.line
                yield at, str(key.value), self.inside(str(key.value), value, key)

    def items(self, wanted: str = "a list") -> Iterator["Place"]:
        if not isinstance(self.node, yaml.SequenceNode):
            self.refuse(f"this is {self._shape()}, not {wanted}", wanted)
            return
        for number, item in enumerate(self.node.value):
            yield self.inside(str(number), item)

    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    def is_mapping(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    def _nothing(self) -> bool:
        return self.node.tag == "tag:yaml.org,2002:null" and not getattr(self.node, "style", None)

    def _shape(self) -> str:
        match self.node:
            case yaml.MappingNode():
                return "a list of keys"
            case yaml.SequenceNode():
                return "a list"
            case _:
                return "nothing" if self._nothing() else f"{self.node.value!r}"


def nearest(word: str, known: list[str], listed: int = 12) -> str:
    """What was probably meant, and what else there is, for the end of a mistake."""
    if not known:
        return "nothing here"
    near = get_close_matches(word, known, 1)
    names = ", ".join(known) if len(known) <= listed else f"{', '.join(known[:listed])}, ... ({len(known)} in all)"
    return f"{near[0]} (known: {names})" if near else f"one of {names}"


if yaml.__with_libyaml__:

    class _Quick(yaml.composer.Composer, yaml.cyaml.CParser, yaml.resolver.Resolver):  # type: ignore[misc, name-defined]
        """libyaml reads, several times as fast at every start, and Python makes the nodes: libyaml's own way to make them ends
        the process where a file is nested too deeply."""

        def __init__(self, text: str) -> None:
            yaml.cyaml.CParser.__init__(self, text)  # type: ignore[attr-defined]
            yaml.composer.Composer.__init__(self)
            yaml.resolver.Resolver.__init__(self)


def _compose(text: str) -> yaml.Node | None:
    """What libyaml refuses is read again by the loader that says better why."""
    if yaml.__with_libyaml__:
        with suppress(yaml.YAMLError):
            return _Quick(text).get_single_node()
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _yaml_cure(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or ""
    if "\\t" in problem:
        return "spaces where the tab is"
    if "mapping values are not allowed" in problem:
        return "quotes around a text with a colon, or the key at the right depth"
    if "alias" in problem or "undefined" in problem:
        return 'quotes around a value that begins with "*" or "&"'
    if "single document" in (error.context or "") or "another document" in problem:
        return "one document: no line of three dashes in the middle"
    return "the line, with its quotes, brackets and depth put right"
