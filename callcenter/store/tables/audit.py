"""Who did what: one table that is only added to. `callcenter.store.audit` writes and checks it; the database itself refuses to
change or delete a row of it (triggers, in the revision that makes the table).
"""

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables.base import Base


class AuditRow(Base):
    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "subject", "action"),
        {"comment": "Who did what, only ever added to. Each row's hash covers the row before it."},
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="From 1 without gaps.")
    at: Mapped[int] = mapped_column(comment="ms since the epoch.")
    user_id: Mapped[int | None] = mapped_column(
        comment="Number of the user who did it; null: nobody who is signed in (the command line, somebody at the door)."
    )
    action: Mapped[str] = mapped_column(comment="A word of callcenter.store.audit.Action.")
    subject: Mapped[str] = mapped_column(comment="What it was done to: recordings/ID, users/NUMBER, center/VERSION, ...")
    details: Mapped[dict[str, Any]] = mapped_column(comment="More, by action. No name, number or text of a customer.")
    previous: Mapped[str] = mapped_column(comment="The hash of the row before; of the first, 64 zeros.")
    hash: Mapped[str] = mapped_column(comment="SHA-256 over all other columns in one canonical form, hexadecimal.")
