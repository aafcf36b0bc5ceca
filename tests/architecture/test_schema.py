"""docs/schema.md shows the tables as they are, and every table and column says what it is for."""

import pytest
from sqlalchemy import Table

from callcenter.store.log_schema import LOG_TABLES
from callcenter.store.tables import metadata
from tests.architecture.schema import DOCUMENT, document


def test_the_documented_schema_is_not_stale():
    assert DOCUMENT.read_text() == document(), "run: python -m tests.architecture.schema"


@pytest.mark.parametrize("table", metadata.tables.values(), ids=str)
def test_every_table_and_column_says_what_it_is_for(table: Table):
    assert table.comment
    assert [column.name for column in table.columns if not column.comment] == []
    text = DOCUMENT.read_text()
    assert f"`{table.name}`" in text or f"### {table.name}\n" in text
    assert [column.name for column in table.columns if f"`{column.name}`" not in text] == []


def test_the_tables_of_the_log_are_in_it():
    text = DOCUMENT.read_text()
    for table in LOG_TABLES:
        assert f"### log.{table.name}\n" in text
        assert all(f"| `{column.name}` |" in text for column in table.columns)


def test_a_changed_column_would_be_noticed():
    column = metadata.tables["contact"].c.email
    before, column.comment = column.comment, "Something else."
    try:
        assert DOCUMENT.read_text() != document()
    finally:
        column.comment = before
