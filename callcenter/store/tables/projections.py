"""How far the log has been projected into rows, and what could not be. The projections' own tables are in `reporting.tables`."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables.base import Base


class ProjectionRow(Base):
    __tablename__ = "projection"
    __table_args__ = {  # noqa: RUF012
        "comment": "Checkpoint of each projection, written with its rows. Deleting a row makes the projection run again."
    }

    name: Mapped[str] = mapped_column(primary_key=True, comment="calls or intervals.")
    position: Mapped[int] = mapped_column(comment="Last event of the log that its rows include.")
    at: Mapped[int] = mapped_column(comment="Time of that event, ms since the epoch.")
    format: Mapped[int] = mapped_column(comment="Version of the projection; another one makes it run again.")
    state: Mapped[bytes] = mapped_column(LargeBinary, comment="What it must remember to go on. Holds no personal value.")


class SetAsideRow(Base):
    __tablename__ = "projection_set_aside"
    __table_args__ = {  # noqa: RUF012
        "comment": "Calls whose records could not be written (each is a mistake of the program's, told in its log): their rows "
        "stay as they last could be. When the program is mended, delete the row of projection while the service is down, and "
        "all rows are made anew."
    }

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="The event that could not be projected.")
    call: Mapped[str | None] = mapped_column(
        comment="Its call, none of whose later events is either; null: an event of an agent, which alone was left out."
    )
    at: Mapped[int] = mapped_column(comment="Time of the event, ms since the epoch.")
    event: Mapped[str] = mapped_column(comment="Its kind.")
    error: Mapped[str] = mapped_column(comment="The kind of the program's error.")
