"""Who may sign in, and who is signed in. What a role may do is in `callcenter.auth.roles`."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables.base import Base, NullableJson


class UserRow(Base):
    __tablename__ = "app_user"
    __table_args__ = {"comment": "Log-ins."}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True, comment="Number of the user.")
    login: Mapped[str] = mapped_column(unique=True, comment="Case-folded.")
    password_hash: Mapped[str] = mapped_column(comment="argon2id, with its parameters and salt.")
    role: Mapped[str] = mapped_column(comment="A word of callcenter.kernel.seed.Role.")
    agent: Mapped[str | None] = mapped_column(comment="The agent whose desk this is (center_agent.id).")
    teams: Mapped[list[str] | None] = mapped_column(
        NullableJson, comment="Teams that this supervisor sees (center_team.id); null: the whole center."
    )
    language: Mapped[str | None] = mapped_column(comment="Language of the pages; null: the center's.")
    theme: Mapped[str] = mapped_column(comment="system, light or dark.")
    active: Mapped[bool] = mapped_column(comment="False: refused at the door, sessions included.")
    one_time_until: Mapped[int | None] = mapped_column(
        comment="The password was made by the service, opens nothing but the choice of another, and is void from then on, ms "
        "since the epoch; null: the person chose it."
    )
    created_at: Mapped[int] = mapped_column(comment="ms since the epoch.")


class SessionRow(Base):
    __tablename__ = "web_session"
    __table_args__ = (Index(None, "user_id"), {"comment": "Sessions of browsers. Deleting a row ends one at once."})

    token_hash: Mapped[str] = mapped_column(primary_key=True, comment="SHA-256 of the cookie's token, hexadecimal.")
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"), comment="Whose session.")
    created_at: Mapped[int] = mapped_column(comment="ms since the epoch.")
    seen_at: Mapped[int] = mapped_column(comment="Last use, to the minute; ms since the epoch.")
    expires_at: Mapped[int] = mapped_column(comment="Not valid from then on; ms since the epoch.")


class TicketRow(Base):
    __tablename__ = "socket_ticket"
    __table_args__ = (Index(None, "expires_at"), {"comment": "Tickets that open one WebSocket each. Using one deletes its row."})

    ticket_hash: Mapped[str] = mapped_column(primary_key=True, comment="SHA-256 of the ticket, hexadecimal.")
    session: Mapped[str] = mapped_column(
        ForeignKey("web_session.token_hash", ondelete="CASCADE"), comment="The session that asked for it and alone may use it."
    )
    expires_at: Mapped[int] = mapped_column(comment="Void from then on; ms since the epoch.")
