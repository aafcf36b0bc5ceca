"""Who is told what happens, and what is still to be told."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="Number of the subscription."
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="What people call it."),
        sa.Column("url", sa.Text(), nullable=False, comment="Where events are posted."),
        sa.Column(
            "kinds",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
            comment="Kinds of events; empty: all.",
        ),
        sa.Column("active", sa.Boolean(), nullable=False, comment="False: nothing is collected for it."),
        sa.Column("inactive_why", sa.Text(), nullable=True, comment="gone: the receiver answered 410; null: somebody chose so."),
        sa.Column(
            "numbers_allowed_by",
            sa.Text(),
            nullable=True,
            comment="Log-in of the administrator who allowed telephone numbers in its events; null: they are left out.",
        ),
        sa.Column(
            "since",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Only events behind this position of the log are told.",
        ),
        sa.Column("key_id", sa.Text(), nullable=False, comment="Name of the secret."),
        sa.Column(
            "key_fingerprint",
            sa.Text(),
            nullable=False,
            comment="Of the secret; shows whether the service's key is still the same.",
        ),
        sa.Column("old_key_id", sa.Text(), nullable=True, comment="Name of the secret before, while both sign."),
        sa.Column(
            "old_key_until",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Until when it does, ms since the epoch; 0: no more.",
        ),
        sa.Column("created_by", sa.Text(), nullable=False, comment="Log-in."),
        sa.Column(
            "created_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="ms since the epoch."
        ),
        sa.Column(
            "changed_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="ms since the epoch."
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        comment="Subscriptions of other programs. Their secrets are in no row: they are made from the service's key.",
    )
    op.create_table(
        "webhook_position",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False, comment="Always 1."
        ),
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Last event of the log that was looked at.",
        ),
        sa.Column(
            "format", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="Version of the state."
        ),
        sa.Column(
            "state", sa.LargeBinary(), nullable=False, comment="What is remembered of live calls. Holds no personal value."
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_position")),
        comment="How far the log has been turned into deliveries: one row.",
    )
    op.create_table(
        "webhook_delivery",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Number of the delivery, in the order of the log.",
        ),
        sa.Column("webhook", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="Whose."),
        sa.Column("event", sa.Text(), nullable=False, comment="Id of the public event; the receiver knows a repetition by it."),
        sa.Column("kind", sa.Text(), nullable=False, comment="Kind of the public event."),
        sa.Column(
            "subject", sa.Text(), nullable=False, comment="Its call or agent; one subject's events are told in their order."
        ),
        sa.Column("customer", sa.Text(), nullable=True, comment="Id of the row of log.personal with the customer's number."),
        sa.Column("body", sa.Text(), nullable=False, comment="The public event as JSON, without the number."),
        sa.Column("state", sa.Text(), nullable=False, comment="pending, delivered or given_up."),
        sa.Column(
            "attempts", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="How often it was tried."
        ),
        sa.Column(
            "created_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="ms since the epoch."
        ),
        sa.Column(
            "next_at",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Not before, ms since the epoch.",
        ),
        sa.Column(
            "give_up_at",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="An attempt that fails after this is the last, ms since the epoch.",
        ),
        sa.Column(
            "last_at",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="Time of the last attempt, ms since the epoch.",
        ),
        sa.Column(
            "last_status",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="HTTP status of its answer.",
        ),
        sa.Column("last_error", sa.Text(), nullable=True, comment="What went wrong, in one word; null: nothing."),
        sa.Column("took_ms", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True, comment="How long it took."),
        sa.ForeignKeyConstraint(["webhook"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        comment="What is to be told to whom, and what was: rows older than a month that are settled are deleted.",
    )
    op.create_index("ix_webhook_delivery_due", "webhook_delivery", ["webhook", "state", "next_at"])
    op.create_index("ix_webhook_delivery_subject", "webhook_delivery", ["webhook", "subject", "state", "id"])
    op.create_index("uq_webhook_delivery_event", "webhook_delivery", ["webhook", "event"], unique=True)


def downgrade() -> None:
    op.drop_table("webhook_delivery")
    op.drop_table("webhook_position")
    op.drop_table("webhook")
