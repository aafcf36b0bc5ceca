"""One call for somebody who asks: its story with the reasons, and whether its stored record is what its events make.

Reads the log and the rows beside a running service; writes nothing.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import select

from callcenter.bootstrap import open_log
from callcenter.hub.waiting import WhyWaiting, why_waiting
from callcenter.kernel.errors import NotFound
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import CallId
from callcenter.kernel.words import Language
from callcenter.runtime.folding import folded
from callcenter.store.database import Database
from callcenter.store.event_log import EventLog
from callcenter.store.projector import NAME
from callcenter.store.tables import reporting_tables
from callcenter.store.tables.projections import ProjectionRow
from config.settings import Settings
from reporting.records import RecordBook
from reporting.story import Sentence, story
from reporting.tables import Row, call_rows

BODY = "body"
"""The whole record as JSON beside its columns."""


class Deviation(Struct, frozen=True):
    """A stored value that is not what the events make. `seq` is None in the call's own row. The column `row` says by true and
    false who has the row at all."""

    table: str
    seq: int | None
    column: str
    stored: Any
    folded: Any

    def __str__(self) -> str:
        place = self.table if self.seq is None else f"{self.table}[{self.seq}]"
        return f"{place}.{self.column}: stored {self.stored!r}, folded {self.folded!r}"


class Replay(Struct, frozen=True):
    """`behind`: events of this call that the rows do not include yet; deviations are to be expected until they do."""

    events: list[Recorded]
    deviations: list[Deviation]
    behind: int


async def replay(settings: Settings, call: CallId) -> Replay:
    """Folds the call's events again and compares. Raises NotFound, LogFault and StoreFault."""
    async with _log(settings) as event_log:
        events = await _events(event_log, call)
        centers = await event_log.read_centers()
    database = Database(settings.database_url)
    try:
        async with database.read() as session:
            row = await session.get(ProjectionRow, NAME)
            stored: dict[str, list[Mapping[str, Any]]] = {}
            for name, table in reporting_tables.by_name().items():
                if "call" in table.columns:
                    found = await session.execute(select(table).where(table.c.call == call))
                    stored[str(name)] = [dict(one) for one in found.mappings()]
    finally:
        await database.close()
    position = 0 if row is None else row.position
    return Replay(events, list(deviations(_rows(events, centers), stored)), sum(e.position > position for e in events))


async def explain(settings: Settings, call: CallId, language: Language) -> tuple[list[Sentence], WhyWaiting | None]:
    """The call's story, and what it waits for if it does. Raises NotFound and LogFault."""
    async with _log(settings) as event_log:
        events = await _events(event_log, call)
        return list(story(events, language)), why_waiting(await folded(event_log), call)


def why_lines(waiting: WhyWaiting | None, language: Language) -> Iterator[str]:
    """Why a call still waits, for a terminal; nothing when it does not."""
    if waiting is None:
        return
    needs = ", ".join(f"{skill} {level}" for skill, level in sorted(waiting.needs.items())) or "-"
    kept = Counter(waiting.instead.values())
    agents = ", ".join(f"{count} {word}" for word, count in kept.most_common())
    if language == "zh":
        yield f"正在队列 {waiting.queue} 等待" + (
            f"，第 {waiting.position} 位" if waiting.position else f"，正提供给 {waiting.offered_to}"
        )
        yield f"要求 {needs}：{len(waiting.instead)} 名坐席符合（{agents or '-'}），{waiting.unskilled} 名不符合"
    else:
        yield f"waits in queue {waiting.queue}" + (
            f" at position {waiting.position}" if waiting.position else f", offered to {waiting.offered_to}"
        )
        yield f"needs {needs}: {len(waiting.instead)} agents have it ({agents or '-'}), {waiting.unskilled} have not"


def deviations(folded_rows: Mapping[str, list[Row]], stored: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[Deviation]:
    """Value by value, row by row; rows are told apart by their number within the call."""
    for table, rows in stored.items():
        made = {row.get("seq"): row for row in folded_rows.get(table, [])}
        kept = {row.get("seq"): row for row in rows}
        for seq in sorted(made.keys() | kept.keys(), key=lambda seq: -1 if seq is None else seq):
            ours, theirs = made.get(seq), kept.get(seq)
            if ours is None or theirs is None:
                yield Deviation(table, seq, "row", theirs is not None, ours is not None)
                continue
            for column, value in ours.items():
                if theirs[column] != value:
                    yield from _deviation(table, seq, column, theirs[column], value)


def _deviation(table: str, seq: int | None, column: str, stored: Any, made: Any) -> Iterator[Deviation]:
    if column != BODY:
        yield Deviation(table, seq, column, stored, made)
        return
    kept, ours = msgspec.json.decode(stored), msgspec.json.decode(made)
    for name in sorted(kept.keys() | ours.keys()):
        if kept.get(name) != ours.get(name):
            yield Deviation(table, seq, f"{BODY}.{name}", kept.get(name), ours.get(name))


def _rows(events: list[Recorded], centers: list[Recorded]) -> dict[str, list[Row]]:
    """The rows that these events make in the center as it was."""
    book = RecordBook()
    for recorded in sorted([*centers, *events], key=lambda recorded: recorded.position):
        book.apply(recorded)
    (record,) = book.records.values()
    return call_rows(record)


async def _events(event_log: EventLog, call: CallId) -> list[Recorded]:
    events = await event_log.read_call(call)
    if not events:
        raise NotFound(f"The log has no call {call}: take the id from the call's record (its address, the CSV, or the API).")
    return events


@asynccontextmanager
async def _log(settings: Settings) -> AsyncIterator[EventLog]:
    event_log = open_log(settings.event_log_url)
    try:
        await event_log.open()
        yield event_log
    finally:
        await event_log.close()
