"""Teams of supervisors, one-time passwords, tickets of WebSockets, the rule about own recordings, and the audit log."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ONE_TIME = (
    "The password was made by the service, opens nothing but the choice of another, and is void from then on, ms "
    "since the epoch; null: the person chose it."
)
ADDED = (
    ("app_user", "teams", JSON, "Teams that this supervisor sees (center_team.id); null: the whole center."),
    ("app_user", "one_time_until", WHOLE, ONE_TIME),
)
ONLY_ADDED_TO = "the audit log is only added to"


def upgrade() -> None:
    for table, column, kind, comment in ADDED:
        op.add_column(table, sa.Column(column, kind, nullable=True, comment=comment))
    hear: sa.Column[bool] = sa.Column(
        "agents_hear_own",
        sa.Boolean(),
        nullable=False,
        server_default=sa.false(),
        comment="Whether agents may hear the recordings of their own conversations.",
    )
    op.add_column("center", hear)
    op.create_table(
        "socket_ticket",
        sa.Column("ticket_hash", sa.Text(), nullable=False, comment="SHA-256 of the ticket, hexadecimal."),
        sa.Column("session", sa.Text(), nullable=False, comment="The session that asked for it and alone may use it."),
        sa.Column("expires_at", WHOLE, nullable=False, comment="Void from then on; ms since the epoch."),
        sa.ForeignKeyConstraint(
            ["session"], ["web_session.token_hash"], name=op.f("fk_socket_ticket_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ticket_hash", name=op.f("pk_socket_ticket")),
        comment="Tickets that open one WebSocket each. Using one deletes its row.",
    )
    op.create_index(op.f("ix_socket_ticket_expires_at"), "socket_ticket", ["expires_at"])
    op.create_table(
        "audit_entry",
        sa.Column("id", WHOLE, autoincrement=False, nullable=False, comment="From 1 without gaps."),
        sa.Column("at", WHOLE, nullable=False, comment="ms since the epoch."),
        sa.Column(
            "user_id",
            WHOLE,
            nullable=True,
            comment="Number of the user who did it; null: nobody who is signed in (the command line, somebody at the door).",
        ),
        sa.Column("action", sa.Text(), nullable=False, comment="A word of callcenter.store.audit.Action."),
        sa.Column(
            "subject", sa.Text(), nullable=False, comment="What it was done to: recordings/ID, users/NUMBER, center/VERSION, ..."
        ),
        sa.Column("details", JSON, nullable=False, comment="More, by action. No name, number or text of a customer."),
        sa.Column("previous", sa.Text(), nullable=False, comment="The hash of the row before; of the first, 64 zeros."),
        sa.Column(
            "hash", sa.Text(), nullable=False, comment="SHA-256 over all other columns in one canonical form, hexadecimal."
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        comment="Who did what, only ever added to. Each row's hash covers the row before it.",
    )
    op.create_index(op.f("ix_audit_entry_subject_action"), "audit_entry", ["subject", "action"])
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entry_{change.lower()} BEFORE {change} ON audit_entry "
                f"BEGIN SELECT RAISE(ABORT, '{ONLY_ADDED_TO}'); END"
            )
        return
    op.alter_column("app_user", "role", comment="A word of callcenter.kernel.seed.Role.", existing_comment="agent or supervisor.")
    op.execute(
        "CREATE FUNCTION audit_entry_stays() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{ONLY_ADDED_TO}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_stays()"
    )


def downgrade() -> None:
    op.drop_table("audit_entry")
    op.drop_table("socket_ticket")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entry_stays()")
        op.alter_column(
            "app_user", "role", comment="agent or supervisor.", existing_comment="A word of callcenter.kernel.seed.Role."
        )
    # Not through Alembic, which would make the tables anew on SQLite, and take the sessions along.
    op.execute("ALTER TABLE center DROP COLUMN agents_hear_own")
    for table, column, _, _ in ADDED:
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
