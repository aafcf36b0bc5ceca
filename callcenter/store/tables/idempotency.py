"""What was asked with an Idempotency-Key, for a day."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables.base import Base


class IdempotencyRow(Base):
    __tablename__ = "idempotency"
    __table_args__ = {  # noqa: RUF012
        "comment": "Requests with an Idempotency-Key, for 24 hours. The key stands nowhere, and without it no answer can be read."
    }

    name: Mapped[str] = mapped_column(primary_key=True, comment="SHA-256 over the user and the key, hexadecimal.")
    request: Mapped[str] = mapped_column(comment="SHA-256 over the key, the route and the body, hexadecimal.")
    owner: Mapped[str] = mapped_column(comment="The running service that carries it out, a random word.")
    made_at: Mapped[int] = mapped_column(index=True, comment="ms since the epoch.")
    answer: Mapped[bytes | None] = mapped_column(
        LargeBinary,
        comment="The answer, sealed with the key; null: it is being carried out, or the service was killed meanwhile.",
    )
