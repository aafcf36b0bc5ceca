"""What stands in the files of a database that was closed."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from callcenter.store.database import Database


async def test_the_one_file_has_everything_though_another_connection_was_still_there(migrated_sqlite_url: str, tmp_path: Path):
    """As that of a task that was cut off while it connected: then ours is not the last to close, which empties the journal."""
    file = Path(migrated_sqlite_url.removeprefix("sqlite:///"))
    database = Database(migrated_sqlite_url)
    with closing(sqlite3.connect(file)) as other:
        other.execute("SELECT count(*) FROM account").fetchall()
        async with database.write() as session:
            await session.execute(sa.text("INSERT INTO projection VALUES ('calls', 7, 0, 1, '')"))
        await database.close()
        copied = shutil.copy(file, tmp_path / "copied.db")
    with closing(sqlite3.connect(copied)) as backup:
        assert backup.execute("SELECT position FROM projection").fetchall() == [(7,)]
