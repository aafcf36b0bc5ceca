"""Which revision the tables have, and which one this program needs, without Alembic: loading it takes a quarter of the time of a
start, and most starts find the tables as they should be.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

VERSIONS = Path(__file__).parent / "migrations" / "versions"


def needed() -> str:
    """The newest revision: their files are numbered, as the revisions are."""
    return max(file.name for file in VERSIONS.glob("[0-9]*.py")).partition("_")[0]


def found(connection: Connection) -> str | None:
    """None: there are no tables yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
