"""The audit log on both databases: only added to, in one chain, and whatever is done to it behind our back is found."""

import asyncio

import pytest
import sqlalchemy as sa

from callcenter.operations import look
from callcenter.store.audit import FIRST, AuditLog, Entry, append
from callcenter.store.database import Database, StoreFault

DONE = Entry(
    action="listened", subject="recordings/r1", user_id=7, details={"call": "c1", "teams": ["a", "ü"], "none": None, "n": 3}
)


@pytest.fixture
async def audit(database: Database) -> AuditLog:
    """Ten entries."""
    found = AuditLog(database)
    for number in range(10):
        await found.add(1_000 + number, DONE)
    return found


def url_of(database: Database) -> str:
    return database.engine.url.set(drivername=database.dialect).render_as_string(hide_password=False)


async def unlocked(database: Database) -> None:
    """As whoever owns the database could: without the triggers."""
    async with database.write() as session:
        if database.sqlite:
            await session.execute(sa.text("DROP TRIGGER audit_entry_update"))
            await session.execute(sa.text("DROP TRIGGER audit_entry_delete"))
        else:
            await session.execute(sa.text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))


async def run(database: Database, *statements: str) -> None:
    async with database.write() as session:
        for statement in statements:
            await session.execute(sa.text(statement))


async def test_the_chain_begins_at_zero_and_holds(audit: AuditLog, database: Database):
    chain = await audit.verify()
    assert (chain.count, chain.broken) == (10, None)
    page = await audit.page(limit=10, cursor_=None)
    assert page.items[-1].previous == FIRST
    assert chain.head == page.items[0].hash
    assert page.items[0].details == DONE.details
    assert [newer.previous for newer in page.items[:-1]] == [older.hash for older in page.items[1:]]
    assert await look.audit(url_of(database)) == chain


async def test_an_empty_log_is_whole(database: Database):
    chain = await AuditLog(database).verify()
    assert (chain.count, chain.head, chain.broken) == (0, FIRST, None)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entry SET user_id = 8 WHERE id = 3", "DELETE FROM audit_entry WHERE id = 10", "DELETE FROM audit_entry"],
)
async def test_the_database_itself_changes_no_row(audit: AuditLog, database: Database, statement: str):
    with pytest.raises((StoreFault, sa.exc.DBAPIError)) as refused:
        await run(database, statement)
    assert "audit log is only added to" in str(refused.value.__cause__) + str(refused.value)
    assert (await audit.verify()).count == 10


TAMPERED: dict[str, tuple[str, int]] = {
    "somebody else's": ("UPDATE audit_entry SET user_id = 8 WHERE id = 4", 4),
    "nobody's": ("UPDATE audit_entry SET user_id = NULL WHERE id = 4", 4),
    "another time": ("UPDATE audit_entry SET at = at + 1 WHERE id = 10", 10),
    "another deed": ("UPDATE audit_entry SET action = 'exported' WHERE id = 1", 1),
    "a word that is none": ("UPDATE audit_entry SET action = 'nothing at all' WHERE id = 6", 6),
    "another subject": ("UPDATE audit_entry SET subject = 'recordings/r2' WHERE id = 5", 5),
    "other details": ("""UPDATE audit_entry SET details = '{"call": "c2"}' WHERE id = 5""", 5),
    "another hash": (f"UPDATE audit_entry SET hash = '{FIRST}' WHERE id = 5", 5),
    "taken out": ("DELETE FROM audit_entry WHERE id = 5", 6),
    "the first taken out": ("DELETE FROM audit_entry WHERE id = 1", 2),
}


@pytest.mark.parametrize("how", TAMPERED)
async def test_a_tampered_row_is_found(audit: AuditLog, database: Database, how: str):
    statement, broken = TAMPERED[how]
    await unlocked(database)
    await run(database, statement)
    chain = await audit.verify()
    assert (chain.broken, chain.count) == (broken, broken - 1 if "taken out" not in how else broken - 2)
    assert await look.audit(url_of(database)) == chain, "the doctor's own way of reading finds the same"


async def test_two_rows_exchanged_and_numbers_mended_are_found(audit: AuditLog, database: Database):
    await unlocked(database)
    await run(
        database,
        "UPDATE audit_entry SET id = 99 WHERE id = 3",
        "UPDATE audit_entry SET id = 3 WHERE id = 4",
        "UPDATE audit_entry SET id = 4 WHERE id = 99",
    )
    assert (await audit.verify()).broken == 3


async def test_what_was_cut_off_at_the_end_shows_in_the_count_and_the_head(audit: AuditLog, database: Database):
    """The chain that is left is whole: this is why the doctor prints its end, and the service logs every entry's hash."""
    before = await audit.verify()
    await unlocked(database)
    await run(database, "DELETE FROM audit_entry WHERE id = 10")
    after = await audit.verify()
    assert after.broken is None
    assert (after.count, after.head) != (before.count, before.head)


async def test_entries_written_at_the_same_time_stand_in_one_chain(database: Database):
    audit = AuditLog(database)
    await asyncio.gather(*(audit.add(number, DONE) for number in range(40)))
    chain = await audit.verify()
    assert (chain.count, chain.broken) == (40, None)


async def test_an_entry_goes_with_its_transaction(audit: AuditLog, database: Database):
    async def half_way() -> None:
        async with database.write() as session:
            await append(session, 5, DONE)
            raise RuntimeError("planted")

    with pytest.raises(RuntimeError):
        await half_way()
    assert (await audit.verify()).count == 10
    await audit.add(6, DONE)
    assert (await audit.verify()).count == 11


async def test_the_same_deed_within_a_while_is_one_entry(database: Database):
    audit = AuditLog(database)
    for at, user in ((0, 7), (1, 7), (500, 7), (2, 8), (1_500, 7)):
        await audit.add(at, Entry(action="listened", subject="recordings/r1", user_id=user), once_in_ms=1_000)
    assert (await audit.verify()).count == 3
