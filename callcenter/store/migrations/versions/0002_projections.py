"""The tables of call records and intervals, as `reporting.tables` has them.

They hold nothing that the log does not. A later revision that changes them takes this one's two functions again: it drops
them, makes them anew, and the projector fills them from the beginning.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from callcenter.store.tables.base import Base
from reporting.tables import declare

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _tables() -> sa.MetaData:
    metadata = sa.MetaData(naming_convention=Base.metadata.naming_convention)
    declare(metadata)
    return metadata


def upgrade() -> None:
    _tables().create_all(op.get_bind(), checkfirst=False)


def downgrade() -> None:
    _tables().drop_all(op.get_bind(), checkfirst=False)
    op.execute("DELETE FROM projection")
