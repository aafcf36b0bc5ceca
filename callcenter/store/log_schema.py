"""The tables of the log's own store, for both databases and for docs/schema.md. They are made by the log itself when it opens,
not by the migrations of the rows: the log is usable before anything else is, and is never rewritten.

PostgreSQL keeps them in a schema named `log`, SQLite in a file of their own.
"""

from msgspec import Struct

SCHEMA_VERSION = 1
LEASE_NAME = "hub"


class LogColumn(Struct, frozen=True):
    name: str
    sqlite: str
    postgres: str
    comment: str


class LogTable(Struct, frozen=True):
    name: str
    comment: str
    columns: tuple[LogColumn, ...]
    indexes: tuple[str, ...] = ()
    """What stands behind ON in CREATE INDEX."""

    def ddl(self, *, postgres: bool) -> list[str]:
        """The statements that make this table where it is missing."""
        name = f"log.{self.name}" if postgres else self.name
        columns = ", ".join(f"{c.name} {c.postgres if postgres else c.sqlite}" for c in self.columns)
        made = [f"CREATE TABLE IF NOT EXISTS {name} ({columns})"]
        for number, index in enumerate(self.indexes, start=1):
            made.append(f"CREATE INDEX IF NOT EXISTS {self.name}_{number} ON {name} {index}")
        return made


EVENTS = LogTable(
    "events",
    "What happened, appended once and never changed. Holds no personal value: numbers, names, digits and free text are ids of "
    "rows of `personal`.",
    (
        LogColumn("position", "INTEGER PRIMARY KEY", "bigint PRIMARY KEY", "Place in the log, from 1, without gaps."),
        LogColumn("at", "INTEGER NOT NULL", "bigint NOT NULL", "Time of the decision, ms since the epoch, UTC."),
        LogColumn(
            "kind",
            "TEXT NOT NULL",
            "text NOT NULL",
            "Name of the event, e.g. CallQueued (callcenter/kernel/events).",
        ),
        LogColumn("version", "INTEGER NOT NULL", "integer NOT NULL", "Version of this kind in which the payload is written."),
        LogColumn("call", "TEXT", "text", "The call that it concerns, if any."),
        LogColumn("agent", "TEXT", "text", "The agent that it concerns, if any."),
        LogColumn("payload", "TEXT NOT NULL", "json NOT NULL", "The event as JSON, without its place and time."),
    ),
    ("(call, position) WHERE call IS NOT NULL", "(position) WHERE kind = 'CenterChanged'"),
)
PERSONAL = LogTable(
    "personal",
    "The personal values that events name, written in the same transaction as the first of them. Erasing a person deletes rows "
    "here and appends PersonErased; the events stay whole.",
    (
        LogColumn("id", "TEXT PRIMARY KEY", "text PRIMARY KEY", "The id by which events name the value."),
        LogColumn("kind", "TEXT NOT NULL", "text NOT NULL", "number, name, digits or text."),
        LogColumn("value", "TEXT NOT NULL", "text NOT NULL", "The value in the clear."),
    ),
)
CHECKPOINTS = LogTable(
    "checkpoints",
    "What was made of the log up to a position, so that folding need not begin at 1. May be deleted at any time.",
    (
        LogColumn("name", "TEXT PRIMARY KEY", "text PRIMARY KEY", "Whose it is."),
        LogColumn("position", "INTEGER NOT NULL", "bigint NOT NULL", "Last event that it includes."),
        LogColumn("version", "INTEGER NOT NULL", "integer NOT NULL", "Format of the payload."),
        LogColumn("payload", "BLOB NOT NULL", "bytea NOT NULL", "Opaque; holds no personal value."),
    ),
)
LEASE = LogTable(
    "lease",
    "Who may append: one row. An append under an older epoch is refused.",
    (
        LogColumn("name", "TEXT PRIMARY KEY", "text PRIMARY KEY", "Always hub."),
        LogColumn("holder", "TEXT NOT NULL", "text NOT NULL", "The process that holds it; empty when released."),
        LogColumn("epoch", "INTEGER NOT NULL", "bigint NOT NULL", "Rises by one each time the lease is taken."),
        LogColumn("expires_at", "INTEGER NOT NULL", "bigint NOT NULL", "ms since the epoch by the database's clock."),
    ),
)
ABOUT = LogTable(
    "about",
    "The version of these tables: one row.",
    (LogColumn("schema_version", "INTEGER PRIMARY KEY", "integer PRIMARY KEY", "Raised when these tables change."),),
)

LOG_TABLES = (EVENTS, PERSONAL, CHECKPOINTS, LEASE, ABOUT)
