"""Campaigns and the lists they work: what a campaign manager plans. Leads, their numbers and attempts are in `tables.leads`."""

from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.tables.base import Base, Json


class CampaignRow(Base):
    __tablename__ = "campaign"
    __table_args__ = {"comment": "Campaigns: how lists are dialed, and the plan."}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True, comment="Number of the campaign.")
    name: Mapped[str] = mapped_column(unique=True, comment="Short word by which everything names the campaign.")
    label_en: Mapped[str] = mapped_column(comment="Its name in English.")
    label_zh: Mapped[str] = mapped_column(comment="Its name in Simplified Chinese.")
    mode: Mapped[str] = mapped_column(comment="preview, progressive, predictive or agentless (kernel.dialing.Mode).")
    state: Mapped[str] = mapped_column(comment="draft, running, paused, stopped or finished.")
    first_day: Mapped[str | None] = mapped_column(comment="ISO date in the center's zone from which it may run; null: any.")
    last_day: Mapped[str | None] = mapped_column(comment="Last ISO date on which it may; null: any.")
    goal: Mapped[int] = mapped_column(comment="How many successes are wanted; 0: none was set.")
    goal_outcomes: Mapped[list[str]] = mapped_column(comment="Dispositions that count as success (center_disposition.code).")
    planned_calls: Mapped[int] = mapped_column(comment="Dials planned; 0: none.")
    planned_minutes: Mapped[int] = mapped_column(comment="Minutes of talk planned; 0: none.")
    currency: Mapped[str] = mapped_column(comment="ISO 4217, of the money below.")
    cost_per_call: Mapped[float] = mapped_column(comment="Of one dial.")
    cost_per_minute: Mapped[float] = mapped_column(comment="Of one minute of talk.")
    expected_income: Mapped[float] = mapped_column(comment="Of the whole campaign.")
    budget: Mapped[float] = mapped_column(comment="It is not to cost more; 0: none was set.")
    priority: Mapped[int] = mapped_column(comment="Between campaigns on one trunk that is short of lines: higher goes first.")
    share: Mapped[float] = mapped_column(comment="Between campaigns of one priority: lines in proportion, above 0.")
    skill: Mapped[str | None] = mapped_column(comment="Skill that its agents need (center_skill.id); null: none.")
    minimum_level: Mapped[int] = mapped_column(comment="Lowest level of that skill, 1 to 5.")
    teams: Mapped[list[str]] = mapped_column(comment="Teams whose agents work it (center_team.id); empty: all.")
    caller_id: Mapped[str] = mapped_column(comment="Number shown to the callee, E.164; empty: the center's.")
    law: Mapped[str | None] = mapped_column(comment="Id of the law pack by which it is checked; null: nothing may be dialed.")
    retry: Mapped[dict[str, Any]] = mapped_column(comment="What follows each outcome (kernel.dialing.RetryPlan).")
    dispositions: Mapped[list[Any]] = mapped_column(
        Json, comment="What agents choose from after a call (kernel.follow_up.Disposition); empty: the center's own."
    )
    callbacks: Mapped[dict[str, Any]] = mapped_column(comment="How callbacks are kept (kernel.dialing.CallbackPlan).")
    ring_ms: Mapped[int] = mapped_column(comment="How long an unanswered dial rings.")
    wrap_up_ms: Mapped[int] = mapped_column(comment="Limit of wrap-up after which time counts as overrun.")
    preview_ms: Mapped[int] = mapped_column(comment="Time to read in preview; 0: no limit.")
    carrier: Mapped[str | None] = mapped_column(comment="Trunk that it dials over; null: the first that is up.")
    lines: Mapped[int] = mapped_column(comment="Most dials and unconnected calls at once.")
    message: Mapped[str | None] = mapped_column(
        comment="Prompt of an agentless campaign; of others, for those whom no agent takes in time (center_prompt.id)."
    )
    message_contains: Mapped[list[str]] = mapped_column(comment="What is in it: seller, number, purpose, opt_out.")
    opt_out_key: Mapped[str | None] = mapped_column(comment="Key that, pressed during the message, ends all calls; null: none.")
    machines: Mapped[str] = mapped_column(comment="What becomes of answering machines: off, hang_up or message.")
    voicemail: Mapped[str | None] = mapped_column(comment="Prompt that is left to machines after their beep (center_prompt.id).")
    changed_by: Mapped[str] = mapped_column(comment="Log-in; empty: the command line.")
    created_at: Mapped[int] = mapped_column(comment="ms since the epoch.")
    changed_at: Mapped[int] = mapped_column(comment="ms since the epoch.")


class CallListRow(Base):
    __tablename__ = "call_list"
    __table_args__ = (
        Index("uq_call_list_name", "campaign", "name", unique=True),
        {"comment": "Lists of leads. One import or one target group makes one list of one campaign."},
    )

    id: Mapped[int] = mapped_column(primary_key=True, comment="Number of the list.")
    campaign: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), comment="Whose list.")
    name: Mapped[str] = mapped_column(comment="What people call it, unique in the campaign.")
    state: Mapped[str] = mapped_column(
        comment="filling: nobody sees or dials it; ready; withdrawing: its leads are being taken out; withdrawn."
    )
    active: Mapped[bool] = mapped_column(comment="False: it is not dialed, until somebody says otherwise.")
    priority: Mapped[int] = mapped_column(comment="Between lists of the campaign: higher goes first.")
    share: Mapped[float] = mapped_column(comment="Between lists of one priority: dials in proportion, above 0.")
    source: Mapped[str] = mapped_column(comment="import or target.")
    leads: Mapped[int] = mapped_column(comment="How many it had when it became ready.")
    created_by: Mapped[str] = mapped_column(comment="Log-in; empty: the command line.")
    created_at: Mapped[int] = mapped_column(comment="ms since the epoch.")


class ListImportRow(Base):
    __tablename__ = "list_import"
    __table_args__ = {"comment": "How each import stands. It is written with the leads, so a killed one goes on where it was."}  # noqa: RUF012

    call_list: Mapped[int] = mapped_column(
        ForeignKey("call_list.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, comment="The list that it fills."
    )
    state: Mapped[str] = mapped_column(comment="waiting, running, done, failed or withdrawn.")
    owner: Mapped[str] = mapped_column(comment="Random word of the process that does it; another one's batches are refused.")
    beat_at: Mapped[int] = mapped_column(comment="The last batch, ms since the epoch.")
    file_name: Mapped[str] = mapped_column(comment="As the person's computer called it.")
    file: Mapped[str] = mapped_column(comment="Name of the kept file in the folder of imports; empty: deleted.")
    sha256: Mapped[str] = mapped_column(comment="Of the file, hexadecimal.")
    bytes_total: Mapped[int] = mapped_column(comment="Size of the file.")
    bytes_done: Mapped[int] = mapped_column(comment="How far it was read, about.")
    asked: Mapped[dict[str, Any]] = mapped_column(
        comment="How it is read: encoding, separator, columns, region, policy (callcenter.store.list_orders.Order)."
    )
    lines_done: Mapped[int] = mapped_column(comment="Rows of the file that are settled; it goes on behind them.")
    rows_read: Mapped[int] = mapped_column(comment="Rows with something in them so far.")
    kept: Mapped[int] = mapped_column(comment="Of those, the leads.")
    refused: Mapped[dict[str, int]] = mapped_column(Json, comment="Refused rows by reason (dialer.reasons).")
    numbers_left_out: Mapped[int] = mapped_column(comment="Numbers not taken although their row was.")
    linked: Mapped[int] = mapped_column(comment="Leads that belong to a customer of the CRM.")
    why: Mapped[str | None] = mapped_column(comment="A failed import: why, and what to do; null: it did not fail.")
    ended_at: Mapped[int | None] = mapped_column(comment="ms since the epoch; null: it has not ended.")


class ListRefusalRow(Base):
    __tablename__ = "list_refusal"
    __table_args__ = {"comment": "Rows of a file that became no lead. Personal; deleted with the list."}  # noqa: RUF012

    call_list: Mapped[int] = mapped_column(
        ForeignKey("call_list.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, comment="Whose file."
    )
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, comment="Row of the file, from 1.")
    reason: Mapped[str] = mapped_column(comment="A code of dialer.reasons.")
    detail: Mapped[str] = mapped_column(comment="Which list or date; empty: nothing to add.")
    cells: Mapped[list[str]] = mapped_column(comment="The row as it stood there.")


class DoNotCallListRow(Base):
    __tablename__ = "do_not_call_list"
    __table_args__ = {"comment": "Lists of numbers that may not be called."}  # noqa: RUF012

    id: Mapped[int] = mapped_column(primary_key=True, comment="Number of the list.")
    name: Mapped[str] = mapped_column(unique=True, comment="own; campaign/NUMBER; or the name of an imported registry.")
    kind: Mapped[str] = mapped_column(comment="own, campaign or registry.")
    campaign: Mapped[int | None] = mapped_column(
        ForeignKey("campaign.id", ondelete="CASCADE"), comment="Of a campaign's list, whose; null: of all."
    )
    state: Mapped[str] = mapped_column(comment="ready, or loading: a registry whose import has not ended; nobody asks it yet.")
    loaded_at: Mapped[int] = mapped_column(comment="From when a registry's data are, ms since the epoch; of others, when made.")
    entries: Mapped[int] = mapped_column(comment="Numbers in a registry.")


class DoNotCallRow(Base):
    __tablename__ = "do_not_call"
    __table_args__ = (
        Index(None, "register"),
        {"comment": "Numbers that may not be called. Personal.", "sqlite_with_rowid": False},
    )

    e164: Mapped[str] = mapped_column(primary_key=True, comment="The number.")
    register: Mapped[int] = mapped_column(
        ForeignKey("do_not_call_list.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, comment="Which list."
    )
    added_at: Mapped[int] = mapped_column(comment="ms since the epoch.")
    source: Mapped[str] = mapped_column(comment="registry, agent, key or administrator.")
