"""From the log to rows: call records and counters, kept up with the events and never ahead of them.

A step reads the next events, folds them, and writes rows and checkpoint in one transaction: whatever happens in between, the
rows are those of a prefix of the log, each event counted once. What is folded is in `reporting.records` and
`reporting.intervals`. Deleting the rows and running again makes the same rows; nothing else writes these tables.

A call that cannot be folded or written stops no other: the step is tried again by halves until its event is found, and the call
is set aside in the transaction that moves the checkpoint past it.
"""

import asyncio
import traceback
from collections.abc import Iterable, Iterator, Sequence

import msgspec
import structlog
from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.errors import Conflict, HouseError
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import CallId
from callcenter.store.bulk import insert_many
from callcenter.store.database import Database
from callcenter.store.event_log import EventLog
from callcenter.store.tables import reporting_tables
from callcenter.store.tables.projections import ProjectionRow, SetAsideRow
from reporting.call_record import CallRecord
from reporting.fold import call_of
from reporting.intervals import IntervalBook
from reporting.records import RecordBook
from reporting.tables import Row, adding, call_rows, counter_rows, record_of, replacing

log = structlog.get_logger(__name__)

NAME = "reporting"
BATCH = 3_000
"""Events of one transaction at most: what a step costs whatever it holds is paid once for so many."""
TURN = 200
"""Events folded between two turns of the loop that decides calls."""
FORMAT = 1
"""Raised when the fold changes its meaning: rows of another format are thrown away and made anew."""
PAUSE_S = 0.25
"""Between two steps, so that one transaction carries many events."""
RETRY_S = 1.0
"""After a failure; the log and the rows are as they were."""

CHUNK = 200
"""Rows written at once."""

_TABLES = reporting_tables.by_name()


class _State(Struct):
    records: bytes
    intervals: bytes


class Lag(Struct, frozen=True):
    """How far the rows are behind the log."""

    events: int
    projected_position: int
    projected_at: int
    """Time of the last event that the rows include, ms since the epoch; 0: none."""


class Projector:
    """Runs in the process of the active hub; a second one is refused by the checkpoint and gives way.

    `wake` is called with the log's last position whenever it grows. `failed` says why the last step failed, or is empty.
    """

    def __init__(self, log: EventLog, database: Database, *, pause_s: float = PAUSE_S, retry_s: float = RETRY_S) -> None:
        self._log = log
        self._database = database
        self._pause_s = pause_s
        self._retry_s = retry_s
        self._books: _Books | None = None
        self._position = 0
        self._at = 0
        self._known = 0
        self._woken = asyncio.Event()
        self._moved = asyncio.Condition()
        self.failed = ""
        self.set_aside = 0
        """Calls (and events of agents) that could not be projected; rows of `projection_set_aside` say which."""

    def wake(self, position: int) -> None:
        """The log reaches to `position` now."""
        self._known = max(self._known, position)
        self._woken.set()

    def lag(self) -> Lag:
        return Lag(max(0, self._known - self._position), self._position, self._at)

    async def reached(self, position: int) -> None:
        """Returns once the rows include the event at `position`."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._position >= position)

    async def stuck(self) -> str:
        """Returns when a step has failed, with what `failed` says."""
        async with self._moved:
            await self._moved.wait_for(lambda: bool(self.failed))
        return self.failed

    async def run(self) -> None:
        """Follows the log until cancelled; a failure is said in `failed` and tried again."""
        while True:
            self._woken.clear()
            try:
                await self.catch_up()
                self.failed = ""
            except HouseError as error:
                await self._say(error.why)
                await asyncio.sleep(self._retry_s)
                continue
            except Exception as error:
                # What not even setting aside has helped must not end the reports for good without a word; calls go on.
                log.exception("projection_failed", position=self._position)
                await self._say(
                    f"the reports stand still after event {self._position}: see the service's log ({type(error).__name__})"
                )
                await asyncio.sleep(self._retry_s)
                continue
            await self._woken.wait()
            await asyncio.sleep(self._pause_s)

    async def catch_up(self) -> int:
        """Projects everything that is in the log by now, and answers with the last position.

        Raises Conflict when another projector writes the same rows.
        """
        try:
            await self._start()
            async for batch in self._log.read(self._position, batch=BATCH):
                await self._project(batch)
        except BaseException:
            self._books = None  # they may be ahead of the rows
            raise
        return self._position

    async def rebuild(self) -> int:
        """Deletes the rows and makes them anew from the first event on."""
        async with self._database.write() as session:
            await _clear(session)
        self._books = None
        return await self.catch_up()

    async def _start(self) -> "_Books":
        """The books as they were at the checkpoint. Rows of another format, or with a state that cannot be read, are deleted."""
        if self._books is not None:
            return self._books
        async with self._database.read() as session:
            row = await session.get(ProjectionRow, NAME)
            aside = [] if row is None else list(await session.scalars(select(SetAsideRow)))
        books = _Books(CallId(one.call) for one in aside if one.call is not None)
        if row is not None:
            try:
                readable = row.format == FORMAT
                if readable:
                    books.load(msgspec.msgpack.decode(row.state, type=_State))
            except msgspec.DecodeError:  # ValidationError is one
                readable = False
            if not readable:
                async with self._database.write() as session:
                    await _clear(session)
                books, row, aside = _Books(), None, []
        self.set_aside = len(aside)
        await self._move(0 if row is None else row.position, 0 if row is None else row.at)
        self._books = books
        return books

    async def _project(self, batch: Sequence[Recorded]) -> None:
        """One step, or as many as it takes to find what stops it; the database's own faults are raised."""
        try:
            await self._step(await self._start(), batch)
        except HouseError:
            raise
        except Exception as error:
            self._books = None  # they are ahead of the rows
            if len(batch) == 1:
                await self._set_aside(batch[0], error)
                return
            for half in (batch[: len(batch) // 2], batch[len(batch) // 2 :]):
                await self._project(half)

    async def _set_aside(self, recorded: Recorded, error: Exception) -> None:
        """Goes on without the event's call, whose agents' time is counted still; without the event as the last resort."""
        call, kind = call_of(recorded.event), type(recorded.event).__name__
        log.error(
            "record_set_aside", call=call, position=recorded.position, kind=kind, error=type(error).__name__, where=_where(error)
        )
        row = {"position": recorded.position, "call": call, "at": recorded.at, "event": kind, "error": type(error).__name__}
        for left_out in (False, True):
            if call is None and not left_out:
                continue
            books = await self._start()
            books.leave(call, recorded.position if left_out else None)
            try:
                await self._step(books, [recorded], row)
                return
            except Exception as again:
                self._books = None
                if left_out or isinstance(again, HouseError):
                    raise

    async def _step(self, books: "_Books", batch: Sequence[Recorded], aside: Row | None = None) -> None:
        """Folds first and opens the writing transaction afterwards: on SQLite everybody who writes waits for it."""
        last = batch[-1]
        for number, recorded in enumerate(batch, start=1):
            if number % TURN == 0:
                await asyncio.sleep(0)
            missing = books.missing(recorded)
            if missing is not None:
                await self._fetch(books, missing)
            books.apply(recorded)
        async with self._database.write() as session:
            await self._claim(session)
            if aside is not None:
                session.add(SetAsideRow(**aside))
            await books.store(session, self._database.dialect)
            values = {"position": last.position, "at": last.at, "state": msgspec.msgpack.encode(books.dump())}
            await session.execute(update(ProjectionRow).where(ProjectionRow.name == NAME).values(**values))
        books.forget()
        self.set_aside += aside is not None
        await self._move(last.position, last.at)

    async def _fetch(self, books: "_Books", call: CallId) -> None:
        """A late event: its call's record comes back from the rows."""
        table = reporting_tables.call_record
        async with self._database.read() as session:
            body = await session.scalar(select(table.c.body).where(table.c.call == call))
        if body is not None:
            books.put(record_of(body))

    async def _claim(self, session: AsyncSession) -> None:
        """Holds the checkpoint's row for this transaction, and sees that it is where we believe it to be."""
        query = select(ProjectionRow.position).where(ProjectionRow.name == NAME).with_for_update()
        position = await session.scalar(query)
        if position is None and self._position == 0:
            await _clear(session)  # the checkpoint may have been deleted alone: nothing is to be counted twice
            session.add(ProjectionRow(name=NAME, position=0, at=0, format=FORMAT, state=b""))
            try:
                await session.flush()
            except IntegrityError:
                raise Conflict("another projector has begun to write the same rows: end one") from None
        elif position != self._position:
            raise Conflict(f"the rows stand at {position}, not at {self._position}: another projector writes them, end one")

    async def _say(self, why: str) -> None:
        async with self._moved:
            self.failed = why
            self._moved.notify_all()

    async def _move(self, position: int, at: int) -> None:
        async with self._moved:
            self._position, self._at = position, at
            self._known = max(self._known, position)
            self._moved.notify_all()


class _Books:
    """The folds' memory between two steps. `aside`: the calls that are set aside, of which no record is kept."""

    def __init__(self, aside: Iterable[CallId] = ()) -> None:
        self._records = RecordBook()
        self._intervals = IntervalBook(self._records)
        self._aside = set(aside)
        self._left_out: int | None = None

    def load(self, state: _State) -> None:
        self._records.load(state.records)
        self._intervals.load(state.intervals)

    def dump(self) -> _State:
        return _State(self._records.dump(), self._intervals.dump())

    def leave(self, call: CallId | None, left_out: int | None) -> None:
        """From now on events of this call count as agents' time only; the one at the position `left_out` as nothing at all."""
        self._left_out = left_out
        if call is not None:
            self._aside.add(call)
            self._intervals.forget(call)
            self._records.forget(call)

    def missing(self, recorded: Recorded) -> CallId | None:
        missing = self._records.missing(recorded)
        return None if missing in self._aside else missing

    def put(self, record: CallRecord) -> None:
        self._records.put(record)

    def apply(self, recorded: Recorded) -> None:
        if recorded.position == self._left_out:
            return
        if call_of(recorded.event) not in self._aside:
            self._records.apply(recorded)
        self._intervals.apply(recorded)

    async def store(self, session: AsyncSession, dialect: str) -> None:
        """Writes what changed since the last time."""
        connection = await session.connection()
        rows: dict[str, list[Row]] = {}
        for record in self._records.drain().values():
            for name, some in call_rows(record).items():
                rows.setdefault(name, []).extend(some)
        for name in [name for name in _TABLES if rows.get(name)]:
            for some in _chunks(rows[name]):
                await insert_many(connection, replacing(_TABLES[name], dialect), some)
        counted = counter_rows(self._intervals.drain_tallies())
        for name in [name for name in _TABLES if name in counted]:
            for some in _chunks(counted[name]):
                await insert_many(connection, adding(_TABLES[name], dialect), some)

    def forget(self) -> None:
        """Lets go of records to which nothing more is due; a late disposition brings one back."""
        for call in [call for call, record in self._records.records.items() if record.settled]:
            self._records.forget(call)


async def _clear(session: AsyncSession) -> None:
    for table in reversed(_TABLES.values()):
        await session.execute(delete(table))
    await session.execute(delete(SetAsideRow))
    await session.execute(delete(ProjectionRow).where(ProjectionRow.name == NAME))


def _where(error: BaseException) -> list[str]:
    """The last places of a traceback; its message is left out, for a database's quotes values."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames]


def _chunks(rows: list[Row]) -> Iterator[list[Row]]:
    """The loop that decides calls gets its turn between two of them."""
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]
