"""What campaigns do about answering machines, and what was heard of who answered an attempt."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("campaign", recreate="never") as campaign:
        campaign.add_column(
            sa.Column(
                "machines",
                sa.Text(),
                nullable=False,
                server_default="off",
                comment="What becomes of answering machines: off, hang_up or message.",
            )
        )
        campaign.add_column(
            sa.Column(
                "voicemail",
                sa.Text(),
                nullable=True,
                comment="Prompt that is left to machines after their beep (center_prompt.id).",
            )
        )
    with op.batch_alter_table("lead_attempt", recreate="never") as attempt:
        for column in (
            sa.Column("answered_at", WHOLE, nullable=True, comment="ms since the epoch; null: nobody answered."),
            sa.Column(
                "greeting_end_at",
                WHOLE,
                nullable=True,
                comment="From when the law counts: the end of the greeting, or until when it had not ended; null: not known.",
            ),
            sa.Column(
                "agent_at",
                WHOLE,
                nullable=True,
                comment="An agent, or an agentless campaign's message; null: nobody was there.",
            ),
            sa.Column(
                "message_played_at",
                WHOLE,
                nullable=True,
                comment="The message for abandoned calls, or for a machine, began.",
            ),
            sa.Column(
                "answerer",
                sa.Text(),
                nullable=True,
                comment="Who answered, as heard last (kernel.words.Answerer); null: nobody listened.",
            ),
            sa.Column("confidence", sa.Double(), nullable=True, comment="Share of such verdicts that are right."),
            sa.Column("heard_ms", WHOLE, nullable=True, comment="From the answer to that verdict."),
            sa.Column(
                "heard_why",
                sa.Text(),
                nullable=True,
                comment="The listener's rule: pause, phrase, beep, information, fax, time, ...",
            ),
        ):
            attempt.add_column(column)


def downgrade() -> None:
    with op.batch_alter_table("lead_attempt") as attempt:
        for name in (
            "heard_why", "heard_ms", "confidence", "answerer", "message_played_at", "agent_at", "greeting_end_at", "answered_at",
        ):  # fmt: skip
            attempt.drop_column(name)
    with op.batch_alter_table("campaign") as campaign:
        for name in ("voicemail", "machines"):
            campaign.drop_column(name)
