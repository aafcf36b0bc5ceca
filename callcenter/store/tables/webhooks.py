"""Who is told what happens, and what is still to be told. Filled and emptied by `callcenter.webhooks`."""

from sqlalchemy import ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables.base import Base, Json


class WebhookRow(Base):
    __tablename__ = "webhook"
    __table_args__ = {  # noqa: RUF012
        "comment": "Subscriptions of other programs. Their secrets are in no row: they are made from the service's key."
    }

    id: Mapped[int] = mapped_column(primary_key=True, comment="Number of the subscription.")
    name: Mapped[str] = mapped_column(comment="What people call it.")
    url: Mapped[str] = mapped_column(comment="Where events are posted.")
    kinds: Mapped[list[str]] = mapped_column(Json, comment="Kinds of events; empty: all.")
    active: Mapped[bool] = mapped_column(comment="False: nothing is collected for it.")
    inactive_why: Mapped[str | None] = mapped_column(comment="gone: the receiver answered 410; null: somebody chose so.")
    numbers_allowed_by: Mapped[str | None] = mapped_column(
        comment="Log-in of the administrator who allowed telephone numbers in its events; null: they are left out."
    )
    since: Mapped[int] = mapped_column(comment="Only events behind this position of the log are told.")
    key_id: Mapped[str] = mapped_column(comment="Name of the secret.")
    key_fingerprint: Mapped[str] = mapped_column(comment="Of the secret; shows whether the service's key is still the same.")
    old_key_id: Mapped[str | None] = mapped_column(comment="Name of the secret before, while both sign.")
    old_key_until: Mapped[int] = mapped_column(comment="Until when it does, ms since the epoch; 0: no more.")
    created_by: Mapped[str] = mapped_column(comment="Log-in.")
    created_at: Mapped[int] = mapped_column(comment="ms since the epoch.")
    changed_at: Mapped[int] = mapped_column(comment="ms since the epoch.")


class DeliveryRow(Base):
    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("uq_webhook_delivery_event", "webhook", "event", unique=True),
        Index("ix_webhook_delivery_due", "webhook", "state", "next_at"),
        Index("ix_webhook_delivery_subject", "webhook", "subject", "state", "id"),
        {"comment": "What is to be told to whom, and what was: rows older than a month that are settled are deleted."},
    )

    id: Mapped[int] = mapped_column(primary_key=True, comment="Number of the delivery, in the order of the log.")
    webhook: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"), comment="Whose.")
    event: Mapped[str] = mapped_column(comment="Id of the public event; the receiver knows a repetition by it.")
    kind: Mapped[str] = mapped_column(comment="Kind of the public event.")
    subject: Mapped[str] = mapped_column(comment="Its call or agent; one subject's events are told in their order.")
    customer: Mapped[str | None] = mapped_column(comment="Id of the row of log.personal with the customer's number.")
    body: Mapped[str] = mapped_column(Text(), comment="The public event as JSON, without the number.")
    state: Mapped[str] = mapped_column(comment="pending, delivered or given_up.")
    attempts: Mapped[int] = mapped_column(comment="How often it was tried.")
    created_at: Mapped[int] = mapped_column(comment="ms since the epoch.")
    next_at: Mapped[int] = mapped_column(comment="Not before, ms since the epoch.")
    give_up_at: Mapped[int] = mapped_column(comment="An attempt that fails after this is the last, ms since the epoch.")
    last_at: Mapped[int | None] = mapped_column(comment="Time of the last attempt, ms since the epoch.")
    last_status: Mapped[int | None] = mapped_column(comment="HTTP status of its answer.")
    last_error: Mapped[str | None] = mapped_column(comment="What went wrong, in one word; null: nothing.")
    took_ms: Mapped[int | None] = mapped_column(comment="How long it took.")


class WebhookPositionRow(Base):
    __tablename__ = "webhook_position"
    __table_args__ = {"comment": "How far the log has been turned into deliveries: one row."}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="Always 1.")
    position: Mapped[int] = mapped_column(comment="Last event of the log that was looked at.")
    format: Mapped[int] = mapped_column(comment="Version of the state.")
    state: Mapped[bytes] = mapped_column(LargeBinary, comment="What is remembered of live calls. Holds no personal value.")
