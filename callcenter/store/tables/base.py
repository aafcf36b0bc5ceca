"""What all declared tables share: the MetaData, names of constraints, and which column type stands for which Python type."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Double, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

Json = JSON().with_variant(JSONB(), "postgresql")
NullableJson = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
# SQLite numbers rows by itself only in a column that is exactly INTEGER PRIMARY KEY.
Whole = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    # Constraints need names of their own, so that migrations can change them on both databases.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads it as a class attribute
        int: Whole,
        str: Text(),
        float: Double(),
        dict[str, Any]: Json,
        list[str]: Json,
    }
