"""Many rows through one statement, without SQLAlchemy's work for each row: compiled once, values in the driver's order and form.

For what writes tens of thousands of rows a second; anything else uses the session. The statement sees plain columns only.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.ext.asyncio import AsyncConnection

Statement = PostgresInsert | SqliteInsert
Row = dict[str, Any]
Convert = Callable[[Any], Any]


async def insert_many(connection: AsyncConnection, statement: Statement, rows: Sequence[Row]) -> None:
    """Executes `statement` with each of `rows`, which all have the same names."""
    sql, values_of, converts = _prepared(statement, connection.dialect, tuple(rows[0]))
    values = [values_of(row) for row in rows]
    if converts:
        values = [_converted(one, converts) for one in values]
    await connection.exec_driver_sql(sql, values)


def _converted(values: tuple[Any, ...], converts: tuple[tuple[int, Convert], ...]) -> tuple[Any, ...]:
    found = list(values)
    for index, convert in converts:
        found[index] = convert(found[index])
    return tuple(found)


@lru_cache(maxsize=128)
def _prepared(
    statement: Statement, dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, Callable[[Row], tuple[Any, ...]], tuple[tuple[int, Convert], ...]]:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    order = compiled.positiontup
    assert order is not None, "both drivers take values by position"
    assert len(order) > 1, "itemgetter gives a tuple"
    converts = []
    for index, name in enumerate(order):
        convert = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
        if convert is not None:
            converts.append((index, convert))
    return str(compiled), itemgetter(*order), tuple(converts)
