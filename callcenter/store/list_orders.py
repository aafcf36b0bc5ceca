"""How a file becomes a list: the order that is kept with the import, and the preview in which a person checks it.

Blocking where it reads; nothing here writes.
"""

import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import UNSET, Struct, UnsetType, field
from sqlalchemy import select

from callcenter.kernel.center import Outside
from callcenter.kernel.errors import Refused
from callcenter.store import list_files
from callcenter.store.database import Database
from callcenter.store.directory_rows import CENTER_ID
from callcenter.store.lead_numbers import read_number
from callcenter.store.list_files import FileForm, FileRow
from callcenter.store.tables.directory import AgentRow, CenterRow
from dialer import columns as columns_of
from dialer.columns import Column
from dialer.importer import Importer, RefusedRow, Rules
from dialer.lead import Lead
from dialer.screening import Policy

SHOWN = 20
"""Rows of a preview."""
REGISTRY_ROWS = 2_000
GUESSED_FROM = 200
"""Rows by which columns are guessed."""


class Order(Struct, frozen=True, kw_only=True):
    """Everything that decides what a file becomes. Kept with the import, so that it can go on after a crash."""

    form: FileForm
    header: int | None
    """Line of the heads, from 1; None: there are none. Rows above it are left out."""
    columns: tuple[Column, ...]
    """One for each column of the file."""
    policy: Policy = field(default_factory=Policy)


class Choice(Struct, frozen=True, kw_only=True):
    """What a person changed in a preview; the rest is found by looking."""

    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    header: int | UnsetType | None = UNSET
    columns: tuple[Column, ...] | None = None


class PreviewRow(Struct, frozen=True, kw_only=True):
    line: int
    cells: tuple[str, ...]
    lead: Lead | None
    """What it becomes, duplicates and do-not-call aside."""
    refused: str | None
    """Else why not, a code of `dialer.reasons`."""


class Preview(Struct, frozen=True, kw_only=True):
    order: Order
    rows: tuple[PreviewRow, ...]


async def rules(database: Database) -> Rules:
    """The center's region, the countries it calls, and its agents by id and by name (where only one has it)."""
    async with database.read() as session:
        center = await session.get(CenterRow, CENTER_ID)
        agents = (await session.execute(select(AgentRow.id, AgentRow.name))).all()
    outside = Outside() if center is None else msgspec.convert(center.outside, Outside)
    words: dict[str, str] = {}
    for id, name in agents:
        words[name.casefold()] = "" if name.casefold() in words else id
    words |= {id.casefold(): id for id, _ in agents}
    return Rules(
        region=outside.region,
        countries=frozenset(outside.countries),
        agents={word: id for word, id in words.items() if word and id},
    )


def preview(path: Path, rules: Rules, choice: Choice) -> Preview:
    """The first rows with what each becomes. Raises Refused when the file is no list; columns without a phone are let pass."""
    form = list_files.look(path, encoding=choice.encoding, separator=choice.separator, sheet=choice.sheet)
    found = [row for row in itertools.islice(list_files.rows(path, form), GUESSED_FROM) if any(row.cells)]
    if not found:
        raise Refused("empty_file", "there is nothing in the file (or in this sheet): export the list again")
    header = choice.header if choice.header is not UNSET else _header(found)
    heads = next((row.cells for row in found if row.line == header), None)
    below = [row for row in found if row.line > (header or 0)]
    if not below:
        raise Refused("empty_file", "there are heads and no rows below them: export the list again")
    columns = choice.columns or columns_of.guess(heads, [row.cells for row in below])
    order = Order(form=form, header=header, columns=columns)
    importer = Importer(columns, rules, read_number)
    shown = tuple(_shown(row, importer) for row in below[:SHOWN])
    return Preview(order=order, rows=shown)


def _header(rows: Sequence[FileRow]) -> int | None:
    place = columns_of.find_header([row.cells for row in rows])
    return None if place is None else rows[place].line


def _shown(row: FileRow, importer: Importer) -> PreviewRow:
    made = importer.row(row.line, row.cells)
    return PreviewRow(
        line=row.line,
        cells=tuple(row.cells),
        lead=made if isinstance(made, Lead) else None,
        refused=made.reason if isinstance(made, RefusedRow) else None,
    )


async def registry_numbers(path: Path, rules: Rules) -> AsyncIterator[list[str]]:
    """The numbers in a file of a do-not-call registry, in pieces. Raises Refused. Belongs into the process of imports."""
    order = preview(path, rules, Choice()).order
    check(order)
    importer = Importer(order.columns, Rules(region=rules.region), read_number)
    found = data_rows(path, order, 0)
    while some := list(itertools.islice(found, REGISTRY_ROWS)):
        made = (importer.row(row.line, row.cells) for row in some)
        yield [number.e164 for one in made if isinstance(one, Lead) for number in one.numbers]


def check(order: Order) -> None:
    """Raises Refused when no lead can be made by this order."""
    columns_of.check(order.columns, len(order.columns))


def data_rows(path: Path, order: Order, behind: int) -> Iterator[FileRow]:
    """The rows below the heads and behind this line."""
    first = max(behind, order.header or 0)
    return (row for row in list_files.rows(path, order.form) if row.line > first)

