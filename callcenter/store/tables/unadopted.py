"""Calls that the service never took, as Asterisk's own records tell them."""

from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables.base import Base


class UnadoptedCallRow(Base):
    __tablename__ = "unadopted_call"
    __table_args__ = {  # noqa: RUF012
        "comment": "Calls that came in while the service was down and have no call record, from Asterisk's own records "
        "(`callcenter doctor --count-unadopted`). No number stands there."
    }

    leg: Mapped[str] = mapped_column(primary_key=True, comment="Asterisk's id of the channel.")
    carrier: Mapped[str] = mapped_column(comment="The carrier's name in the configuration.")
    started_at: Mapped[int] = mapped_column(index=True, comment="The call came in, ms since the epoch.")
    ended_at: Mapped[int] = mapped_column(comment="It ended, ms since the epoch.")
    fallback: Mapped[bool] = mapped_column(comment="The dialplan's message answered; false: the caller had hung up before.")
