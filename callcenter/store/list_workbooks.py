"""XLSX workbooks of call lists. Their parts are unpacked once to their end, counted and checked, before calamine reads them.

calamine lays a sheet out as a full rectangle in memory, so its corners count: a single cell far down and far right would take
gigabytes. Values come as the workbook stores them; formulas are not calculated. Blocking.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO

import python_calamine

from callcenter.kernel.errors import Refused

MOST_UNPACKED = 300 << 20
"""Bytes of a workbook's parts together: about 500,000 rows of eight columns, which take 500 MB of memory."""
MOST_PARTS = 2_000
MOST_CELLS = 20_000_000
"""Corner to corner."""
MOST_FORMULAS = 1_000
CHUNK = 1 << 20

_COLUMN = re.compile(rb' r="([A-Z]{1,4})\d')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*? r="(\d{1,12})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_LONGEST_TAG = 200
_BROKEN = Refused("broken_file", "the workbook is broken: open it in a spreadsheet, save it again as .xlsx, and import that")
_BIG = Refused(
    "file_too_big",
    f"the workbook has more than {MOST_UNPACKED >> 20} MB of content: save the sheet as CSV, which may have any number of rows",
)


def of_old_kind(path: Path) -> Refused:
    """What to do with a file in Microsoft's older container: an .xls, or an .xlsx with a password."""
    with path.open("rb") as file:
        content = file.read(8 << 20)
    if "EncryptedPackage".encode("utf-16-le") in content:
        return Refused("encrypted", "the workbook has a password: save it without one, and import that")
    why = "this is an old workbook (.xls): open it in a spreadsheet, save it as .xlsx or CSV, and import that"
    return Refused("old_workbook", why)


def check(path: Path) -> tuple[str, ...]:
    """The names of its visible sheets, those with something in them. Raises Refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_parts(archive)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, UnicodeDecodeError):
        raise _BROKEN from None
    except zlib.error:
        raise _BROKEN from None
    with _workbook(path) as book:
        sheets = tuple(
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == python_calamine.SheetVisibleEnum.Visible and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        )
    if not sheets:
        raise Refused("empty_file", "the workbook has no visible sheet: show the one with the list, save it, and import that")
    return sheets


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        if "mimetype" in names or "content.xml" in names:
            raise Refused("no_list", "this is an OpenDocument table: save it as .xlsx or CSV, and import that")
        raise Refused("no_list", "the file is a compressed file: unpack it, and import what is inside")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("encrypted", "the workbook has a password: save it without one, and import that")
    if len(parts) > MOST_PARTS or len(names) != len(parts):
        raise _BROKEN
    if sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _BIG
    left = MOST_UNPACKED
    for part in parts:
        with archive.open(part) as content:
            left -= _check_sheet(content, left) if part.filename.startswith("xl/worksheets/") else _size(content, left)


def _size(content: IO[bytes], most: int) -> int:
    """Unpacks it to its end: sizes in the directory may lie, and only the end shows whether its sum is right."""
    size = 0
    while chunk := content.read(CHUNK):
        size += len(chunk)
        if size > most:
            raise _BIG
    return size


def _check_sheet(content: IO[bytes], most: int) -> int:
    size = formulas = last_row = 0
    columns: set[bytes] = set()
    rest = b""
    while chunk := content.read(CHUNK):
        size += len(chunk)
        if size > most:
            raise _BIG
        text = rest + chunk
        cut = text.rfind(b"<", max(0, len(text) - _LONGEST_TAG))
        text, rest = (text[:cut], text[cut:]) if cut > 0 else (text, b"")
        columns.update(_COLUMN.findall(text))
        formulas += len(_FORMULA.findall(text))
        last_row = max([last_row, *map(int, _ROW.findall(text)[-1:])])
    columns.update(_COLUMN.findall(rest))
    widest = max((_number(column) for column in columns), default=0)
    if formulas > MOST_FORMULAS:
        raise Refused(
            "formulas",
            f"a sheet has more than {MOST_FORMULAS:,} formulas: copy it, paste it as values (paste special), and import that",
        )
    if widest * last_row > MOST_CELLS:
        raise Refused(
            "file_too_big",
            f"a sheet reaches to column {widest} and row {last_row}: delete what stands far outside the list, or save it as CSV",
        )
    return size


def _number(column: bytes) -> int:
    found = 0
    for letter in column:
        found = found * 26 + letter - 64
    return found


def rows(path: Path, sheet: str) -> Iterator[tuple[int, int, list[str]]]:
    """Row number from 1, number of the last row, and the texts of the cells. A checked file only."""
    with _workbook(path) as book:
        try:
            found = book.get_sheet_by_name(sheet)
        except python_calamine.CalamineError:
            raise _BROKEN from None
        last = found.end[0] + 1 if found.end is not None else 0
        for line, cells in enumerate(found.iter_rows(), 1):
            yield line, last, [_text(cell) for cell in cells]


def _workbook(path: Path) -> python_calamine.CalamineWorkbook:
    try:
        return python_calamine.CalamineWorkbook.from_path(path)
    except python_calamine.PasswordError:
        raise Refused("encrypted", "the workbook has a password: save it without one, and import that") from None
    except (python_calamine.CalamineError, OSError):
        raise _BROKEN from None


def _text(cell: str | float | bool | date | datetime | time | timedelta | None) -> str:
    """Numbers without the .0 that spreadsheets store."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell)
