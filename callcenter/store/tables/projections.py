"""How far the log has been projected into rows. The projections' own tables are in `reporting.tables`."""

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
