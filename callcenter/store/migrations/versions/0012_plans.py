"""Progress against a campaign's plan: its minutes and its opportunities are found without reading everybody's."""

from collections.abc import Sequence

from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COMMENTS = {
    "priority": (
        "Between campaigns that share agents: higher goes first.",
        "Between campaigns on one trunk that is short of lines: higher goes first.",
    ),
    "share": (
        "Between campaigns of one priority: agents in proportion, above 0.",
        "Between campaigns of one priority: lines in proportion, above 0.",
    ),
}


def upgrade() -> None:
    # The second revision makes the tables as they are today, so in a new database it is there.
    op.create_index("call_record_campaign", "call_record", ["campaign"], if_not_exists=True)
    op.create_index(op.f("ix_opportunity_campaign"), "opportunity", ["campaign"])
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps none
        for column, (before, after) in COMMENTS.items():
            op.alter_column("campaign", column, comment=after, existing_comment=before)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for column, (before, after) in COMMENTS.items():
            op.alter_column("campaign", column, comment=before, existing_comment=after)
    op.drop_index(op.f("ix_opportunity_campaign"), "opportunity")
    op.drop_index("call_record_campaign", "call_record")
