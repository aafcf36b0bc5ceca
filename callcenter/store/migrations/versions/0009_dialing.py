"""What a campaign dials with, and which campaign a call is of."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    there = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("call_record")}
    with op.batch_alter_table("campaign", recreate="never") as campaign:
        campaign.add_column(
            sa.Column("carrier", sa.Text(), nullable=True, comment="Trunk that it dials over; null: the first that is up.")
        )
        campaign.add_column(
            sa.Column("lines", WHOLE, nullable=False, server_default="100", comment="Most dials and unconnected calls at once.")
        )
        campaign.add_column(
            sa.Column(
                "message",
                sa.Text(),
                nullable=True,
                comment="Prompt of an agentless campaign; of others, for those whom no agent takes in time (center_prompt.id).",
            )
        )
        campaign.add_column(
            sa.Column(
                "message_contains",
                JSON,
                nullable=False,
                server_default="[]",
                comment="What is in it: seller, number, purpose, opt_out.",
            )
        )
        campaign.add_column(
            sa.Column(
                "opt_out_key",
                sa.Text(),
                nullable=True,
                comment="Key that, pressed during the message, ends all calls; null: none.",
            )
        )
    for column in (
        sa.Column("campaign", sa.Integer(), nullable=True, comment="The campaign that dialed it (campaign.id)."),
        sa.Column("lead", sa.Integer(), nullable=True, comment="The lead that was dialed (lead.id)."),
        sa.Column(
            "dial_outcome",
            sa.String(64),
            nullable=True,
            comment="How the campaign's attempt ended (kernel.dialing.Outcome).",
        ),
    ):
        # 0002 makes the projections as they are today: a database that is made now has these already.
        if column.name not in there:
            op.add_column("call_record", column)


def downgrade() -> None:
    with op.batch_alter_table("campaign") as campaign:
        for name in ("opt_out_key", "message_contains", "message", "lines", "carrier"):
            campaign.drop_column(name)
