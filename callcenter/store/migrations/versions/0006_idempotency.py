"""Requests with an Idempotency-Key, so that none is carried out twice."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "idempotency",
        sa.Column("name", sa.Text(), nullable=False, comment="SHA-256 over the user and the key, hexadecimal."),
        sa.Column("request", sa.Text(), nullable=False, comment="SHA-256 over the key, the route and the body, hexadecimal."),
        sa.Column("owner", sa.Text(), nullable=False, comment="The running service that carries it out, a random word."),
        sa.Column(
            "made_at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="ms since the epoch."
        ),
        sa.Column(
            "answer",
            sa.LargeBinary(),
            nullable=True,
            comment="The answer, sealed with the key; null: it is being carried out, or the service was killed meanwhile.",
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_idempotency")),
        comment="Requests with an Idempotency-Key, for 24 hours. The key stands nowhere, and without it no answer can be read.",
    )
    op.create_index(op.f("ix_idempotency_made_at"), "idempotency", ["made_at"])


def downgrade() -> None:
    op.drop_table("idempotency")
