"""Reads the files of call lists: CSV in any usual encoding and separator, and XLSX workbooks. All comes out as rows of texts.

A file is not trusted. What is no list, may be a bomb, or cannot be read to its end is refused before the first row, in words
that say what to do. CSV is read as a stream, so its size costs no memory; a sheet of a workbook is held whole, so its unpacked
size is limited. Blocking: runs in the process of `callcenter.runtime.list_worker`.
"""

import csv
import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from callcenter.kernel.errors import Refused
from callcenter.store import list_encoding, list_workbooks

MOST_BYTES = 1 << 30
MOST_ROWS = 5_000_000
MOST_COLUMNS = 200
LONGEST_FIELD = 1 << 20
"""Characters of one CSV value; longer is a quote that was never closed."""
SEPARATORS = (",", ";", "\t", "|")
SEPARATOR_ROWS = 200

_FOREIGN = {
    b"%PDF": "a PDF document: ask for the table itself, as XLSX or CSV",
    b"\x89PNG": "a picture: ask for the table itself, as XLSX or CSV",
    b"\xff\xd8\xff": "a picture: ask for the table itself, as XLSX or CSV",
    b"\x1f\x8b": "a compressed file: unpack it, and import what is inside",
    b"Rar!": "a compressed file: unpack it, and import what is inside",
    b"7z\xbc\xaf": "a compressed file: unpack it, and import what is inside",
    b"SQLite format 3": "a database: export the table as CSV",
}


class FileForm(Struct, frozen=True, kw_only=True):
    """How a file is read. Found by looking; encoding, separator and sheet may be chosen otherwise by a person."""

    kind: Literal["csv", "xlsx"]
    encoding: str = ""
    """Of CSV, a name that Python knows."""
    separator: str = ""
    """Of CSV, one character."""
    sheet: str = ""
    """Of XLSX."""
    sheets: tuple[str, ...] = ()
    """Those that may be chosen."""


class FileRow(Struct, frozen=True):
    line: int
    """Row of the file as a spreadsheet counts, from 1."""
    cells: list[str]
    bytes_done: int
    """How far the file was read, about; of a workbook, in proportion to its rows."""


def look(path: Path, *, encoding: str = "", separator: str = "", sheet: str = "") -> FileForm:
    """Checks the whole file and finds how it is to be read; what is given is not guessed. Raises Refused."""
    size = path.stat().st_size
    if size == 0:
        raise Refused("empty_file", "the file is empty: export the list again")
    if size > MOST_BYTES:
        raise Refused("file_too_big", f"the file has more than {MOST_BYTES >> 30} GB: split it into several lists")
    with path.open("rb") as file:
        start = file.read(64)
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            raise Refused("no_list", f"the file is {what}")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise list_workbooks.of_old_kind(path)
    if start.startswith(b"PK"):
        sheets = list_workbooks.check(path)
        if sheet and sheet not in sheets:
            raise Refused("no_such_sheet", f"the workbook has no sheet of this name: choose one of {', '.join(sheets)}")
        return FileForm(kind="xlsx", sheet=sheet or sheets[0], sheets=sheets)
    found = list_encoding.find(path, encoding)
    if separator and (len(separator) != 1 or separator in '"\r\n'):
        raise Refused("bad_separator", "a separator is one character, such as a comma or a semicolon")
    return FileForm(kind="csv", encoding=found, separator=separator or _separator(path, found))


def rows(path: Path, form: FileForm) -> Iterator[FileRow]:
    """All rows, heads included. Raises Refused in the middle of a file that cannot be read on."""
    found = _sheet(path, form) if form.kind == "xlsx" else _csv(path, form)
    for row in found:
        if row.line > MOST_ROWS:
            raise Refused("too_many_rows", f"the file has more than {MOST_ROWS:,} rows: split it into several lists")
        while row.cells and not row.cells[-1]:
            row.cells.pop()
        if len(row.cells) > MOST_COLUMNS:
            raise Refused(
                "too_many_columns",
                f"row {row.line} has more than {MOST_COLUMNS} columns: check the separator, or leave columns out",
            )
        yield row


def _sheet(path: Path, form: FileForm) -> Iterator[FileRow]:
    size = path.stat().st_size
    for line, of, cells in list_workbooks.rows(path, form.sheet):
        yield FileRow(line, cells, size * line // max(of, 1))


def _csv(path: Path, form: FileForm) -> Iterator[FileRow]:
    csv.field_size_limit(LONGEST_FIELD)
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding=form.encoding, newline="") as text:
        reader = csv.reader(_lines(text), delimiter=form.separator)
        line = 0
        try:
            for line, cells in enumerate(reader, 1):
                if line == 1 and _names_separator(cells, form.separator):
                    continue
                yield FileRow(line, cells, raw.tell())
        except UnicodeDecodeError:
            why = f"after row {line} the file is not {form.encoding}: choose another encoding"
            raise Refused("wrong_encoding", why) from None
        except csv.Error:
            why = f"after row {line} a quote is opened and never closed: close it, or take it out"
            raise Refused("unclosed_quote", why) from None


def _lines(text: Iterable[str]) -> Iterator[str]:
    """Without the mark at its beginning, and without NULs, which csv does not take."""
    for number, line in enumerate(text):
        if number == 0:
            line = line.removeprefix("\ufeff")
        yield line.replace("\0", "") if "\0" in line else line


def _names_separator(cells: Sequence[str], separator: str) -> bool:
    """Excel writes `sep=;` above a CSV file."""
    return separator.join(cells).strip().lower() in (f"sep={separator}", "sep=")


def _separator(path: Path, encoding: str) -> str:
    """The one by which most of the first rows fall into the same number of columns, above one."""
    with path.open(encoding=encoding, newline="") as text:
        lines = list(itertools.islice(_lines(text), SEPARATOR_ROWS))
    if lines and lines[0].strip().lower().startswith("sep=") and len(lines[0].strip()) == 5:
        return lines[0].strip()[-1]
    return max(SEPARATORS, key=_agreement(lines))


def _agreement(lines: Sequence[str]) -> Callable[[str], tuple[int, int]]:
    def of(separator: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=separator) if any(row)]
        except csv.Error:
            return 0, 0
        usual = max(set(widths), key=widths.count, default=0)
        return (widths.count(usual), usual) if usual > 1 else (0, 0)

    return of
