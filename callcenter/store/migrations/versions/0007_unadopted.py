"""Calls that the service never took; and on PostgreSQL a caller's leg may be called whatever the carrier calls it.

(Revision 0002 makes the tables of call records as they are declared now; a database that it made before has the short column.)
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    time = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "unadopted_call",
        sa.Column("leg", sa.Text(), nullable=False, comment="Asterisk's id of the channel."),
        sa.Column("carrier", sa.Text(), nullable=False, comment="The carrier's name in the configuration."),
        sa.Column("started_at", time, nullable=False, comment="The call came in, ms since the epoch."),
        sa.Column("ended_at", time, nullable=False, comment="It ended, ms since the epoch."),
        sa.Column(
            "fallback",
            sa.Boolean(),
            nullable=False,
            comment="The dialplan's message answered; false: the caller had hung up before.",
        ),
        sa.PrimaryKeyConstraint("leg", name=op.f("pk_unadopted_call")),
        comment="Calls that came in while the service was down and have no call record, from Asterisk's own records "
        "(`callcenter doctor --count-unadopted`). No number stands there.",
    )
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("call_leg", "leg", type_=sa.String(150), existing_nullable=False)
    op.create_index(op.f("ix_unadopted_call_started_at"), "unadopted_call", ["started_at"])


def downgrade() -> None:
    op.drop_table("unadopted_call")
