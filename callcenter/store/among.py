"""Thousands of values in one condition, as one parameter: IN with as many parameters would be compiled anew for each number of
them, and databases allow only so many.
"""

from collections.abc import Iterable

import msgspec
from sqlalchemy import ARRAY, ColumnElement, Text, bindparam, column, func, select
from sqlalchemy.orm import InstrumentedAttribute


def among(field: InstrumentedAttribute[str], values: Iterable[str], *, sqlite: bool) -> ColumnElement[bool]:
    """Whether the text in `field` is one of these."""
    given = list(values)
    if sqlite:
        each = func.json_each(bindparam(None, msgspec.json.encode(given).decode(), Text)).table_valued(column("value", Text))
        return field.in_(select(each.c.value))
    return field == func.any(bindparam(None, given, ARRAY(Text)))
