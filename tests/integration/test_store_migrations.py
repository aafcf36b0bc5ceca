"""The tables' history runs up, down and up again on both databases, and ends at what the program declares."""

import subprocess
import sys

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from callcenter.store import migrations, revision
from callcenter.store.database import Database, NewerTables, StoreFault
from callcenter.store.tables import metadata
from tests.fixtures.postgres import Postgres


@pytest.fixture
async def empty(empty_rows_url: str):
    database = Database(empty_rows_url)
    yield database
    await database.close()


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def run(database: Database, job, *more):
    async with database._write_engine.connect() as connection:
        result = await connection.run_sync(job, *more)
        await connection.commit()
        return result


async def test_up_down_up(empty: Database):
    await empty.upgrade()
    assert await run(empty, tables) == set(metadata.tables)
    await run(empty, migrations.downgrade)
    assert await run(empty, tables) == set()
    await empty.upgrade()
    assert await run(empty, tables) == set(metadata.tables)
    await run(empty, migrations.check)


async def test_step_by_step(empty: Database):
    """Every revision alone goes up, down and up again."""
    script = ScriptDirectory(str(migrations.__path__[0]))
    for each in reversed(list(script.walk_revisions())):
        await run(empty, migrations.upgrade, each.revision)
        await run(empty, migrations.downgrade, each.down_revision or "base")
        await run(empty, migrations.upgrade, each.revision)
    await run(empty, migrations.check)


def test_the_revision_that_is_needed_is_told_without_alembic():
    """A restart is not to wait for a library that it has no use for."""
    assert revision.needed() == ScriptDirectory(str(migrations.__path__[0])).get_current_head()
    look = "import sys, callcenter.cli; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0


async def test_upgrading_again_changes_nothing(empty: Database):
    await empty.upgrade()
    async with empty.write() as session:
        await session.execute(text("INSERT INTO call_note (call, text, author, saved_at) VALUES ('c', 'kept', 'ana', 1)"))
    await empty.upgrade()
    async with empty.read() as session:
        assert await session.scalar(text("SELECT text FROM call_note")) == "kept"


async def test_tables_of_a_newer_program_are_left_alone(empty: Database):
    await empty.upgrade()
    await run(empty, lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(NewerTables, match=r"of revision 9999, this program knows them up to \d+: start the newer program"):
        await empty.upgrade()
    assert not await empty.upgraded()


async def test_a_planted_difference_is_seen(empty: Database):
    """The check of the tests above can fail."""
    await empty.upgrade()
    await run(empty, lambda connection: connection.execute(text("DROP TABLE call_note")))
    with pytest.raises(Exception, match="call_note"):
        await run(empty, migrations.check)


async def test_columns_of_postgres_carry_their_comments(postgres_url: str):
    database = Database(postgres_url)
    await database.upgrade()
    found = await run(database, lambda connection: inspect(connection).get_columns("contact_phone"))
    assert all(column["comment"] for column in found)
    await database.close()


async def test_a_database_that_does_not_answer_is_said(own_postgres: Postgres):
    database = Database(own_postgres.create_database())
    await database.upgrade()
    own_postgres.stop()
    with pytest.raises(StoreFault, match="check that it runs"):
        async with database.read() as session:
            await session.execute(text("SELECT 1"))
    own_postgres.start()
    async with database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM contact")) == 0
    await database.close()
