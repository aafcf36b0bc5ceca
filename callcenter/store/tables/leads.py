"""Leads, their numbers, every attempt to reach them, and what was promised to them. Personal values stand in the clear here, and
nowhere in the log.

`lead.next_at` is null exactly while a lead may not be picked (claimed, done), and the index over it has no other rows: picking
the next of a million is a walk along it.
"""

from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables.base import Base

_WAITING = text("next_at IS NOT NULL")
_ORDER = ("call_list", "agent", "priority", "next_at", "id")
_OPEN = text("settled_at IS NULL")
_PROMISED = text("state = 'open'")


def _linked(column: str) -> Index:
    """Few leads are linked, and only they cost anything."""
    there = text(f"{column} IS NOT NULL")
    return Index(f"ix_lead_{column}", column, sqlite_where=there, postgresql_where=there)


class LeadRow(Base):
    __tablename__ = "lead"
    __table_args__ = (
        Index("ix_lead_next", *_ORDER, sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_lead_list", "call_list", "id"),
        *(_linked(column) for column in ("contact", "account", "opportunity")),
        # Numbers are never given twice: the log names leads.
        {"comment": "People on call lists. Personal.", "sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True, comment="Number of the lead; events name it.")
    call_list: Mapped[int] = mapped_column(ForeignKey("call_list.id", ondelete="CASCADE"), comment="Its list.")
    campaign: Mapped[int] = mapped_column(comment="Its list's campaign.")
    line: Mapped[int] = mapped_column(comment="Row of the file it came from; 0: from the CRM.")
    state: Mapped[str] = mapped_column(comment="fresh, resting, claimed or done.")
    priority: Mapped[int] = mapped_column(comment="Within the list: higher goes first (0 is usual, callbacks are above).")
    next_at: Mapped[int | None] = mapped_column(comment="Not to be looked at before, ms since the epoch; null: claimed or done.")
    attempts: Mapped[int] = mapped_column(comment="Dials so far, all numbers together.")
    last_at: Mapped[int | None] = mapped_column(comment="The last claim that led to a dial, ms since the epoch.")
    outcome: Mapped[str | None] = mapped_column(
        comment="How the last attempt ended (kernel.dialing.Outcome), or why the lead is done without one; null: not dialed."
    )
    held: Mapped[str | None] = mapped_column(comment="Why it was passed over when last looked at (a code); null: it was not.")
    attempt: Mapped[str | None] = mapped_column(comment="While claimed, for which attempt; the attempt's row has the epoch.")
    agent: Mapped[str] = mapped_column(comment="Agent to whom it is assigned (center_agent.id); empty: anybody's.")
    contact: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id", ondelete="SET NULL"), comment="The customer that the lead is."
    )
    account: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"), comment="The company.")
    opportunity: Mapped[int | None] = mapped_column(
        ForeignKey("opportunity.id", ondelete="SET NULL"), comment="What may be sold to it."
    )
    name: Mapped[str] = mapped_column(comment="Whole name.")
    first_name: Mapped[str] = mapped_column(comment="As in the file.")
    last_name: Mapped[str] = mapped_column(comment="As in the file.")
    company: Mapped[str] = mapped_column(comment="As in the file.")
    email: Mapped[str] = mapped_column(comment="As in the file.")
    city: Mapped[str] = mapped_column(comment="As in the file.")
    province: Mapped[str] = mapped_column(comment="State, province or region, as in the file.")
    postal_code: Mapped[str] = mapped_column(comment="As in the file.")
    country: Mapped[str] = mapped_column(comment="ISO 3166; empty: not said.")
    zone: Mapped[str] = mapped_column(comment="IANA time zone that the file says; empty: not said.")
    language: Mapped[str] = mapped_column(comment="en, zh or empty.")
    external_id: Mapped[str] = mapped_column(comment="Its number in another system.")
    consent: Mapped[str] = mapped_column(comment="express or written (kernel.law.ConsentKind); empty: none is known.")
    note: Mapped[str] = mapped_column(comment="What agents should know, free text.")
    extra: Mapped[dict[str, Any]] = mapped_column(comment="Every other column of the file by its head.")
    created_at: Mapped[int] = mapped_column(comment="ms since the epoch.")


class LeadPhoneRow(Base):
    __tablename__ = "lead_phone"
    __table_args__ = (
        Index(None, "e164", "campaign"),
        {"comment": "Numbers of leads, in the order of trying. Personal.", "sqlite_with_rowid": False},
    )

    lead: Mapped[int] = mapped_column(
        ForeignKey("lead.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, comment="Whose number."
    )
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="Order, from 0.")
    campaign: Mapped[int] = mapped_column(comment="The lead's campaign.")
    call_list: Mapped[int] = mapped_column(comment="The lead's list.")
    e164: Mapped[str] = mapped_column(comment="The number.")
    written: Mapped[str] = mapped_column(comment="As it stood in the file.")
    label: Mapped[str] = mapped_column(comment="Head of its column: mobile, work, ...")
    region: Mapped[str] = mapped_column(comment="ISO 3166.")
    kind: Mapped[str] = mapped_column(comment="kernel.dialing.NumberKind.")
    zones: Mapped[str] = mapped_column(comment="IANA zones in which it may ring, with blanks between; empty: not known.")
    dead: Mapped[bool] = mapped_column(comment="True: never dialed again (no such number, a fax).")


class LeadAttemptRow(Base):
    __tablename__ = "lead_attempt"
    __table_args__ = (
        Index(None, "e164", "claimed_at"),
        Index(None, "lead"),
        Index("ix_lead_attempt_open", "epoch", sqlite_where=_OPEN, postgresql_where=_OPEN),
        {"comment": "Claims of leads that led, or are about to lead, to a dial. Caps of attempts are counted here. Personal."},
    )

    attempt: Mapped[str] = mapped_column(primary_key=True, comment="Id of the attempt; events name it.")
    lead: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), comment="Who was to be reached.")
    campaign: Mapped[int] = mapped_column(comment="For which campaign.")
    place: Mapped[int] = mapped_column(comment="Which of the lead's numbers.")
    e164: Mapped[str] = mapped_column(comment="The number: caps hold for it in all lists and campaigns.")
    epoch: Mapped[int] = mapped_column(comment="Of the hub that claimed it.")
    claimed_at: Mapped[int] = mapped_column(comment="ms since the epoch.")
    rule: Mapped[str] = mapped_column(comment="The rule by which the gate let it pass.")
    outcome: Mapped[str | None] = mapped_column(comment="kernel.dialing.Outcome; null: not settled.")
    settled_at: Mapped[int | None] = mapped_column(comment="ms since the epoch; null: not settled.")
    answered_at: Mapped[int | None] = mapped_column(comment="ms since the epoch; null: nobody answered.")
    greeting_end_at: Mapped[int | None] = mapped_column(
        comment="From when the law counts: the end of the greeting, or until when it had not ended; null: not known."
    )
    agent_at: Mapped[int | None] = mapped_column(comment="An agent, or an agentless campaign's message; null: nobody was there.")
    message_played_at: Mapped[int | None] = mapped_column(comment="The message for abandoned calls, or for a machine, began.")
    answerer: Mapped[str | None] = mapped_column(
        comment="Who answered, as heard last (kernel.words.Answerer); null: nobody listened."
    )
    confidence: Mapped[float | None] = mapped_column(comment="Share of such verdicts that are right.")
    heard_ms: Mapped[int | None] = mapped_column(comment="From the answer to that verdict.")
    heard_why: Mapped[str | None] = mapped_column(comment="The listener's rule: pause, phrase, beep, information, fax, time, ...")
    disposition: Mapped[str | None] = mapped_column(comment="What the agent said of it (a code); null: nothing.")
    counts_as: Mapped[str | None] = mapped_column(
        comment="What the retry plan is asked with instead of the outcome: another outcome, or done; null: the outcome itself."
    )
    again_at: Mapped[int | None] = mapped_column(
        comment="When the lead is to be tried again as the agent said, ms since the epoch; null: as the plan says."
    )


class FollowUpRow(Base):
    __tablename__ = "follow_up"
    __table_args__ = {  # noqa: RUF012
        "comment": "What the agent's last word about an attempt led to, so that a correction takes it back. Personal."
    }

    attempt: Mapped[str] = mapped_column(
        ForeignKey("lead_attempt.attempt", ondelete="CASCADE"), primary_key=True, comment="Of which call (lead_attempt.attempt)."
    )
    revision: Mapped[int] = mapped_column(comment="Position in the log of what was asked; a lower one comes too late.")
    agent: Mapped[str] = mapped_column(comment="Who said it (center_agent.id).")
    said_at: Mapped[int] = mapped_column(comment="ms since the epoch.")
    result: Mapped[str] = mapped_column(comment="success, neutral or failure for the goal, as it counted then.")
    opportunity: Mapped[int | None] = mapped_column(
        ForeignKey("opportunity.id", ondelete="SET NULL"), comment="The one that it made; null: none."
    )
    barred: Mapped[list[str]] = mapped_column(comment="Numbers that it put on the center's do-not-call list.")
    number_dead: Mapped[bool] = mapped_column(comment="Whether it took the number out of use.")


class CallbackRow(Base):
    __tablename__ = "callback"
    __table_args__ = (
        Index(None, "lead"),
        Index("ix_callback_open", "campaign", "at", sqlite_where=_PROMISED, postgresql_where=_PROMISED),
        {"comment": "Calls that were promised. Personal."},
    )

    id: Mapped[int] = mapped_column(primary_key=True, comment="Number of the callback.")
    lead: Mapped[int] = mapped_column(ForeignKey("lead.id", ondelete="CASCADE"), comment="To whom.")
    campaign: Mapped[int] = mapped_column(comment="The lead's campaign.")
    attempt: Mapped[str | None] = mapped_column(unique=True, comment="In which call (lead_attempt.attempt); null: in none.")
    place: Mapped[int] = mapped_column(comment="On which of the lead's numbers.")
    at: Mapped[int] = mapped_column(comment="For when, ms since the epoch.")
    agent: Mapped[str] = mapped_column(comment="Whose it is (center_agent.id); empty: anyone's.")
    promised_by: Mapped[str] = mapped_column(comment="Agent who promised it (center_agent.id).")
    note: Mapped[str] = mapped_column(comment="For whoever keeps it, free text.")
    state: Mapped[str] = mapped_column(
        comment="open; kept: she was reached; missed: dialed and not reached, the retry plan goes on; cancelled; expired."
    )
    created_at: Mapped[int] = mapped_column(comment="ms since the epoch.")
    changed_at: Mapped[int] = mapped_column(comment="ms since the epoch; also the version.")
