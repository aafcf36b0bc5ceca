"""Writes docs/schema.md from the tables as they are declared: `python -m tests.architecture.schema`."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql

from callcenter.store.log_schema import LOG_TABLES
from callcenter.store.tables import Base, metadata, reporting_tables
from reporting.tables import FIELDS

DOCUMENT = Path(__file__).parents[2] / "docs" / "schema.md"

INTRODUCTION = """\
# The tables

Generated from the declared tables by `python -m tests.architecture.schema`; a test fails when it is stale.

Other programs may share this database: read what you like, and link to a customer by `contact.external_url`. Write through the
API, not here: a change of the directory must raise its version, and the rows below *Call records* and *Counters* are made anew
from the log whenever their form changes.

- **Where.** On PostgreSQL everything is in one database: the log in the schema `log`, the rest in the schema of the connection.
  With SQLite the log is in `events.db` and the rest in `center.db`; open them read-only
  (`sqlite3 'file:center.db?mode=ro'`), for a program that holds a write lock keeps the service from writing.
- **Time.** Whole milliseconds since 1970-01-01 UTC, in columns named `..._at`, `at`, `since` and `until`; durations are
  milliseconds named `..._ms`. Days are those of the center's zone (`center.zone`).
- **Personal values.** Log, call records and counters hold none: a number, name or keyed digits there is an id of a row of
  `log.personal`. When a person is erased the row is gone and the id leads nowhere. Tables that hold personal values in the
  clear say so.
- **Types** are PostgreSQL's; SQLite keeps whole numbers, text, and JSON as text.
- **Migrations** run by themselves when the service starts (Alembic; `callcenter/store/migrations`). The log's tables are made by
  the log and are never rewritten.
"""

GROUPS: dict[str, tuple[str, str]] = {
    "callcenter.store.tables.directory": ("The center's directory", "What `center.yaml` seeded and the API changes."),
    "callcenter.store.tables.crm": ("Customers", "Personal values in the clear."),
    "callcenter.store.tables.campaigns": ("Campaigns and lists", "What is dialed, how, and whom never: docs/lists.md."),
    "callcenter.store.tables.leads": ("Leads", "Personal values in the clear. A lead is claimed in one transaction."),
    "callcenter.store.tables.people": ("Log-ins", "Who may use the service."),
    "callcenter.store.tables.audit": ("Audit log", "Who did what; only added to. `callcenter doctor` checks the chain."),
    "callcenter.store.tables.recordings": ("Files of recordings", "What was said is in files beside the database."),
    "callcenter.store.tables.webhooks": ("Webhooks", "Who is told what happens: docs/webhooks.md. Write through the API."),
    "callcenter.store.tables.idempotency": ("Repeated requests", "What `Idempotency-Key` rests on: docs/api.md."),
    "callcenter.store.tables.unadopted": ("Unadopted calls", "What no event of ours tells: docs/chaos.md."),
    "callcenter.store.tables.projections": ("Checkpoint", "How far the tables below include the log."),
}
DIALECT = postgresql.dialect()


def document() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    yield from _log()
    for module, (title, about) in GROUPS.items():
        yield f"## {title}\n\n{about}\n"
        for table in _of(module):
            yield from _table(table)
    counters = {table.name: table for table in (*reporting_tables.intervals.values(), *reporting_tables.days.values())}
    yield "## Call records\n\nMade from the log. Keys: `call`, and `seq` in the order of the call.\n"
    for name, table in reporting_tables.by_name().items():
        if name not in counters:
            yield from _table(table)
    yield from _counters(counters)


def _log() -> Iterator[str]:
    yield "## The log\n\nSchema `log`; with SQLite the file `events.db`.\n"
    for table in LOG_TABLES:
        yield f"### log.{table.name}\n\n{table.comment}\n"
        yield "| column | type | |\n|---|---|---|"
        for column in table.columns:
            words = column.postgres.split()
            key = "key. " if "PRIMARY" in words else ""
            null = "" if key or "NOT" in words else " Null: none."
            yield f"| `{column.name}` | {words[0]} | {key}{column.comment}{null} |"
        yield ""


def _of(module: str) -> list[Table]:
    """The declared tables of a module, in its order."""
    mine = {mapper.class_.__tablename__ for mapper in Base.registry.mappers if mapper.class_.__module__ == module}
    return [table for name, table in metadata.tables.items() if name in mine]


def _table(table: Table) -> Iterator[str]:
    yield f"### {table.name}\n\n{table.comment}\n"
    yield from _columns(list(table.columns))
    indexes = sorted(", ".join(f"`{column.name}`" for column in index.columns) for index in table.indexes)
    if indexes:
        yield f"\nIndexes: {'; '.join(indexes)}."
    yield ""


def _columns(columns: list[Column[object]]) -> Iterator[str]:
    yield "| column | type | |\n|---|---|---|"
    for column in columns:
        marks = ["key"] if column.primary_key else []
        marks += [f"of `{key.target_fullname}`" for key in column.foreign_keys]
        if column.unique:
            marks.append("unique")
        if column.nullable:
            marks.append("may be null")
        text = "; ".join(marks)
        kind = column.type.compile(dialect=DIALECT).lower()
        yield f"| `{column.name}` | {kind} | {text + '. ' if text else ''}{column.comment} |"


def _counters(tables: dict[str, Table]) -> Iterator[str]:
    yield "## Counters\n"
    yield "Made from the log, one table per kind of subject and length of time. Figures are computed from sums of these"
    yield "(`reporting/metrics.py` has the formulas); of `longest_wait_ms` the greatest counts.\n"
    yield "| table | |\n|---|---|"
    for table in tables.values():
        yield f"| `{table.name}` | {table.comment} |"
    for name in ("interval_queue", "day_queue"):
        keys = [column for column in tables[name].columns if column.name not in FIELDS["queue"]]
        yield f"\nKeys of `{name.replace('queue', '...')}`:\n"
        yield from _columns(keys)
    yield "\nCounters (bigint), and which tables have them:\n"
    yield "| counter | queue | agent | center | |\n|---|---|---|---|---|"
    columns = {column.name: column for table in tables.values() for column in table.columns}
    for field in dict.fromkeys(field for fields in FIELDS.values() for field in fields):
        has = " | ".join("yes" if field in FIELDS[kind] else "" for kind in ("queue", "agent", "center"))
        yield f"| `{field}` | {has} | {columns[field].comment} |"


if __name__ == "__main__":
    DOCUMENT.write_text(document())
