"""Customers: accounts, contacts, their phones, what may be sold to them, and what agents wrote about calls.
Personal values stand in the clear here, and nowhere in the log."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables.base import Base


class AccountRow(Base):
    __tablename__ = "account"
    __table_args__ = {"comment": "Companies that contacts belong to."}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True, comment="Number of the account.")
    name: Mapped[str] = mapped_column(comment="Name as written.")
    search_name: Mapped[str] = mapped_column(index=True, comment="Name case-folded, for finding.")
    number: Mapped[str] = mapped_column(comment="The customer number by which the company knows it; not a telephone number.")
    address: Mapped[str] = mapped_column(comment="Postal address, free text.")
    tier: Mapped[str] = mapped_column(comment="The center's own word for its importance, e.g. gold.")
    external_url: Mapped[str] = mapped_column(comment="Where it stands in another system.")
    created_at: Mapped[int] = mapped_column(comment="ms since the epoch.")
    changed_at: Mapped[int] = mapped_column(comment="ms since the epoch.")


class ContactRow(Base):
    __tablename__ = "contact"
    __table_args__ = {"comment": "People who call or are called."}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True, comment="Number of the contact; events and call records name it.")
    account: Mapped[int | None] = mapped_column(
        ForeignKey("account.id", ondelete="SET NULL"), index=True, comment="Account it belongs to."
    )
    name: Mapped[str] = mapped_column(comment="Name as written.")
    search_name: Mapped[str] = mapped_column(index=True, comment="Name case-folded, for finding.")
    language: Mapped[str | None] = mapped_column(comment="Language in which the IVR answers, en or zh.")
    tier: Mapped[str] = mapped_column(comment="The center's own word for the importance, e.g. gold.")
    email: Mapped[str] = mapped_column(comment="E-mail address.")
    external_url: Mapped[str] = mapped_column(comment="Where the customer stands in another system.")
    note: Mapped[str] = mapped_column(comment="What agents should know, free text.")
    created_at: Mapped[int] = mapped_column(comment="ms since the epoch.")
    changed_at: Mapped[int] = mapped_column(comment="ms since the epoch.")


class ContactPhoneRow(Base):
    __tablename__ = "contact_phone"
    __table_args__ = (
        Index(None, "e164"),
        Index(None, "last9"),
        Index(None, "last7"),
        Index(None, "contact"),
        {"comment": "Phones of contacts. One number may belong to several."},
    )

    id: Mapped[int] = mapped_column(primary_key=True, comment="Number of the row.")
    contact: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), comment="Whose phone.")
    place: Mapped[int] = mapped_column(comment="Order within the contact, from 0.")
    label: Mapped[str] = mapped_column(comment="mobile, work, ...")
    number: Mapped[str] = mapped_column(comment="As it was written.")
    e164: Mapped[str | None] = mapped_column(comment="In E.164; null where the digits make no number of any country.")
    last9: Mapped[str | None] = mapped_column(comment="Last nine digits; null when there are fewer.")
    last7: Mapped[str | None] = mapped_column(comment="Last seven digits; null when there are fewer.")


class OpportunityRow(Base):
    __tablename__ = "opportunity"
    __table_args__ = (
        Index(None, "account"),
        Index(None, "contact"),
        Index(None, "stage"),
        Index(None, "campaign"),
        {"comment": "What may be sold to whom. Purchase interest caught in a call becomes one."},
    )

    id: Mapped[int] = mapped_column(primary_key=True, comment="Number of the opportunity.")
    name: Mapped[str] = mapped_column(comment="What it is about.")
    account: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), comment="Whose.")
    contact: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), comment="Who decides.")
    campaign: Mapped[int | None] = mapped_column(
        ForeignKey("campaign.id", ondelete="SET NULL"), comment="The campaign that brought it; null: none."
    )
    stage: Mapped[str] = mapped_column(comment="The center's own word: open, offered, won, lost, ...")
    probability: Mapped[float] = mapped_column(comment="Of a sale, 0 to 1.")
    value: Mapped[float] = mapped_column(comment="Money expected, in `currency`.")
    currency: Mapped[str] = mapped_column(comment="ISO 4217.")
    team: Mapped[str | None] = mapped_column(comment="Team that is to follow it (center_team.id); null: nobody yet.")
    agent: Mapped[str | None] = mapped_column(comment="Agent who does (center_agent.id); null: the team decides.")
    created_at: Mapped[int] = mapped_column(comment="ms since the epoch.")
    changed_at: Mapped[int] = mapped_column(comment="ms since the epoch.")


class CallNoteRow(Base):
    __tablename__ = "call_note"
    __table_args__ = {"comment": "What was written about a call: one text per call."}  # noqa: RUF012

    call: Mapped[str] = mapped_column(primary_key=True, comment="The call.")
    text: Mapped[str] = mapped_column(comment="Free text.")
    author: Mapped[str] = mapped_column(comment="Log-in of who saved it last.")
    saved_at: Mapped[int] = mapped_column(comment="ms since the epoch.")
