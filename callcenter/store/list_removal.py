"""Takes the leads of a list out again, in small transactions. Leads that were dialed stay: what was done is on record."""

from sqlalchemy import delete, exists, select, update

from callcenter.store.database import Database
from callcenter.store.tables.leads import LeadAttemptRow, LeadRow

BATCH = 2_000
WITHDRAWN = "withdrawn"
"""Outcome of a lead that stays although its list was withdrawn, because it was dialed: it is dialed no more."""


async def remove_leads(database: Database, call_list: int) -> tuple[int, int]:
    """How many went and how many stay. Its list is not ready any more, so no lead of it is claimed meanwhile.

    Those that stay are done; one that is claimed right now keeps its claim, and is done when that is settled.
    """
    gone = 0
    dialed = exists().where(LeadAttemptRow.lead == LeadRow.id)
    some = select(LeadRow.id).where(LeadRow.call_list == call_list, ~dialed, LeadRow.state != "claimed").limit(BATCH)
    while True:
        async with database.write() as session:
            ids = list(await session.scalars(some.with_for_update(of=LeadRow)))
            if not ids:
                break
            await session.execute(delete(LeadRow).where(LeadRow.id.in_(ids)))
        gone += len(ids)
    async with database.write() as session:
        stay = await session.execute(
            update(LeadRow)
            .where(LeadRow.call_list == call_list, LeadRow.state != "claimed")
            .values(state="done", next_at=None, outcome=WITHDRAWN)
            .execution_options(synchronize_session=False)
        )
        claimed = select(LeadRow.id).where(LeadRow.call_list == call_list, LeadRow.state == "claimed")
        left = len(list(await session.scalars(claimed)))
    return gone, stay.rowcount + left  # type: ignore[attr-defined]
