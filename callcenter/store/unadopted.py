"""Calls that the service never took, kept beside the records so that the statistics can say how many there were.

Asterisk's own records tell them (`callcenter.operations.unadopted` reads those); here it is only compared which of them have a
call record. One row for each call: counting again changes nothing.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from callcenter.kernel.clock import HOUR
from callcenter.store.database import Database
from callcenter.store.tables import reporting_tables
from callcenter.store.tables.projections import ProjectionRow
from callcenter.store.tables.unadopted import UnadoptedCallRow


class PassedCall(Struct, frozen=True, kw_only=True):
    """A call that Asterisk handed to the application, and that is over. Times in ms since the epoch."""

    leg: str
    carrier: str
    started_at: int
    ended_at: int
    fallback: bool
    """The dialplan answered with its message in the end."""


class UnadoptedCalls:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def recorded_until(self) -> int:
        """Time of the last event that call records include; 0 when there are none yet. Raises StoreFault."""
        async with self._database.read() as session:
            found = await session.scalar(select(ProjectionRow.at).where(ProjectionRow.name == "calls"))
            return found or 0

    async def keep(self, passed: Sequence[PassedCall]) -> int:
        """Keeps those that have no record, and returns how many of these calls have none. Raises StoreFault.

        One that was kept lets go of its place when it has got a record after all: its carrier told of it late.
        """
        if not passed:
            return 0
        record, leg = reporting_tables.call_record.c, reporting_tables.call_leg.c
        first = min(call.started_at for call in passed) - HOUR
        async with self._database.write() as session:
            taken = set(
                await session.scalars(
                    select(leg.leg).join(reporting_tables.call_record, record.call == leg.call).where(record.started_at >= first)
                )
            )
            kept = set(await session.scalars(select(UnadoptedCallRow.leg).where(UnadoptedCallRow.started_at >= first)))
            missed = [call for call in passed if call.leg not in taken]
            new = [asdict(call) for call in missed if call.leg not in kept]
            if late := kept & taken:
                await session.execute(delete(UnadoptedCallRow).where(UnadoptedCallRow.leg.in_(late)))
            if new:
                await session.execute(insert(UnadoptedCallRow), new)
            return len(missed)


async def starts(connection: AsyncConnection, since: int, until: int) -> list[int]:
    """When the unadopted calls of this span came in, in order; `until` is not included."""
    column = UnadoptedCallRow.started_at
    found = await connection.scalars(select(column).where(column >= since, column < until).order_by(column))
    return list(found)
