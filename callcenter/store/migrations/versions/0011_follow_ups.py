"""Dispositions of campaigns, what follows them, and calls that were promised."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("campaign", recreate="never") as campaign:
        campaign.add_column(
            sa.Column(
                "dispositions",
                JSON,
                nullable=False,
                server_default="[]",
                comment="What agents choose from after a call (kernel.follow_up.Disposition); empty: the center's own.",
            )
        )
        campaign.add_column(
            sa.Column(
                "callbacks",
                JSON,
                nullable=False,
                server_default="{}",
                comment="How callbacks are kept (kernel.dialing.CallbackPlan).",
            )
        )
    with op.batch_alter_table("lead_attempt", recreate="never") as attempt:
        attempt.add_column(
            sa.Column("disposition", sa.Text(), nullable=True, comment="What the agent said of it (a code); null: nothing.")
        )
        attempt.add_column(
            sa.Column(
                "counts_as",
                sa.Text(),
                nullable=True,
                comment="What the retry plan is asked with instead of the outcome: another outcome, or done; "
                "null: the outcome itself.",
            )
        )
        attempt.add_column(
            sa.Column(
                "again_at",
                WHOLE,
                nullable=True,
                comment="When the lead is to be tried again as the agent said, ms since the epoch; null: as the plan says.",
            )
        )
    op.create_table(
        "follow_up",
        sa.Column("attempt", sa.Text(), nullable=False, comment="Of which call (lead_attempt.attempt)."),
        sa.Column(
            "revision", WHOLE, nullable=False, comment="Position in the log of what was asked; a lower one comes too late."
        ),
        sa.Column("agent", sa.Text(), nullable=False, comment="Who said it (center_agent.id)."),
        sa.Column("said_at", WHOLE, nullable=False, comment="ms since the epoch."),
        sa.Column("result", sa.Text(), nullable=False, comment="success, neutral or failure for the goal, as it counted then."),
        sa.Column("opportunity", WHOLE, nullable=True, comment="The one that it made; null: none."),
        sa.Column("barred", JSON, nullable=False, comment="Numbers that it put on the center's do-not-call list."),
        sa.Column("number_dead", sa.Boolean(), nullable=False, comment="Whether it took the number out of use."),
        sa.ForeignKeyConstraint(["attempt"], ["lead_attempt.attempt"], name=op.f("fk_follow_up_attempt"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["opportunity"], ["opportunity.id"], name=op.f("fk_follow_up_opportunity"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("attempt", name=op.f("pk_follow_up")),
        comment="What the agent's last word about an attempt led to, so that a correction takes it back. Personal.",
    )
    op.create_table(
        "callback",
        sa.Column("id", WHOLE, nullable=False, comment="Number of the callback."),
        sa.Column("lead", WHOLE, nullable=False, comment="To whom."),
        sa.Column("campaign", WHOLE, nullable=False, comment="The lead's campaign."),
        sa.Column("attempt", sa.Text(), nullable=True, comment="In which call (lead_attempt.attempt); null: in none."),
        sa.Column("place", WHOLE, nullable=False, comment="On which of the lead's numbers."),
        sa.Column("at", WHOLE, nullable=False, comment="For when, ms since the epoch."),
        sa.Column("agent", sa.Text(), nullable=False, comment="Whose it is (center_agent.id); empty: anyone's."),
        sa.Column("promised_by", sa.Text(), nullable=False, comment="Agent who promised it (center_agent.id)."),
        sa.Column("note", sa.Text(), nullable=False, comment="For whoever keeps it, free text."),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="open; kept: she was reached; missed: dialed and not reached, the retry plan goes on; cancelled; expired.",
        ),
        sa.Column("created_at", WHOLE, nullable=False, comment="ms since the epoch."),
        sa.Column("changed_at", WHOLE, nullable=False, comment="ms since the epoch; also the version."),
        sa.ForeignKeyConstraint(["lead"], ["lead.id"], name=op.f("fk_callback_lead"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback")),
        sa.UniqueConstraint("attempt", name=op.f("uq_callback_attempt")),
        comment="Calls that were promised. Personal.",
    )
    op.create_index(op.f("ix_callback_lead"), "callback", ["lead"])
    promised = sa.text("state = 'open'")
    op.create_index("ix_callback_open", "callback", ["campaign", "at"], sqlite_where=promised, postgresql_where=promised)


def downgrade() -> None:
    op.drop_table("callback")
    op.drop_table("follow_up")
    with op.batch_alter_table("lead_attempt") as attempt:
        for name in ("again_at", "counts_as", "disposition"):
            attempt.drop_column(name)
    with op.batch_alter_table("campaign") as campaign:
        for name in ("callbacks", "dispositions"):
            campaign.drop_column(name)
