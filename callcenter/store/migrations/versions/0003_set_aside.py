"""Where it stands what could not be projected."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "projection_set_aside",
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="The event that could not be projected.",
        ),
        sa.Column(
            "call",
            sa.Text(),
            nullable=True,
            comment="Its call, none of whose later events is either; null: an event of an agent, which alone was left out.",
        ),
        sa.Column(
            "at",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Time of the event, ms since the epoch.",
        ),
        sa.Column("event", sa.Text(), nullable=False, comment="Its kind."),
        sa.Column("error", sa.Text(), nullable=False, comment="The kind of the program's error."),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_projection_set_aside")),
        comment="Calls whose records could not be written (each is a mistake of the program's, told in its log): their rows "
        "stay as they last could be. When the program is mended, delete the row of projection while the service is down, and "
        "all rows are made anew.",
    )


def downgrade() -> None:
    op.drop_table("projection_set_aside")
