"""The tables of call records and intervals, and the rows for them.

`declare` puts them on a MetaData; other programs may read them (docs/schema.md). They hold nothing that the log does not: the
projector can make them anew at any time. Names and numbers are ids of personal rows. `call_rows` and `counter_rows` are pure;
`replacing` and `adding` are the statements that store what they return.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, MetaData, String, Table, Text, case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.type_api import TypeEngine

from reporting.call_record import CallRecord
from reporting.counters import FLAT_NAMES, FROM_OUTSIDE, GREATEST, MEANING, IntervalKey, Tally, add
from reporting.tally import counted_entry

Row = dict[str, Any]

ID = String(20)
CARRIERS_ID = String(150)  # a caller's leg has the carrier's own id; Asterisk's are at most 149 characters
WORD = String(64)

_TIME_OF_AGENTS = ("talk_ms", "hold_ms", "wrap_up_ms", "idle_ms", "reserved_ms", "dialing_ms", "not_ready_ms", "overrun_ms")
_ENTRIES = (
    "offered", "answered", "answered_in_time", "abandoned", "short_abandoned", "abandoned_in_time", "flowed_out", "ended",
    "came_back", "wait_answered_ms", "wait_abandoned_ms", "wait_short_ms", "longest_wait_ms",
    *(name for name in FLAT_NAMES if name.startswith(("answered_waits_", "abandoned_waits_"))),
)  # fmt: skip
_CONVERSATIONS = (
    "handled", "handle_talk_ms", "handle_hold_ms", "handle_wrap_up_ms", "transferred", "held", "agent_hung_up", "overrun",
)  # fmt: skip
_OFFERS = ("offers", "accepted", "rejected", "missed", "withdrawn", "device_errors")

FIELDS: dict[str, tuple[str, ...]] = {
    "queue": (*_ENTRIES, *_CONVERSATIONS, *_TIME_OF_AGENTS),
    "agent": (*_CONVERSATIONS, *_OFFERS, "placed", "reached", *_TIME_OF_AGENTS),
    "center": tuple(name for name in FLAT_NAMES if name not in FROM_OUTSIDE),
}
"""The counters that a row of each kind has, flat."""


@dataclass(frozen=True, slots=True)
class Tables:
    call_record: Table
    call_leg: Table
    ivr_visit: Table
    queue_entry: Table
    offer: Table
    conversation: Table
    hold: Table
    wrap_up: Table
    transfer: Table
    recording: Table
    intervals: dict[str, Table]
    """By kind: interval_queue, interval_agent, interval_center."""
    days: dict[str, Table]
    """By kind: day_queue, day_agent, day_center."""

    def by_name(self) -> dict[str, Table]:
        """Every table, parents first."""
        calls = (
            self.call_record, self.call_leg, self.ivr_visit, self.queue_entry, self.offer, self.conversation, self.hold,
            self.wrap_up, self.transfer, self.recording,
        )  # fmt: skip
        return {table.name: table for table in (*calls, *self.intervals.values(), *self.days.values())}


def _column(name: str, kind: TypeEngine[Any], comment: str, *, null: bool = True, key: bool = False) -> Column[Any]:
    return Column(name, kind, comment=comment, nullable=null and not key, primary_key=key, autoincrement=False)


def _at(name: str, comment: str, *, null: bool = True) -> Column[Any]:
    return _column(name, BigInteger(), f"{comment}, ms since the epoch.", null=null)


def _ms(name: str, comment: str) -> Column[Any]:
    return _column(name, BigInteger(), f"{comment}, ms.", null=False)


def _call() -> Column[Any]:
    return _column("call", ID, "Of call_record.", key=True)


def _seq(of: str) -> Column[Any]:
    return _column("seq", Integer(), f"From 0, in the order of the {of}.", key=True)


def declare(metadata: MetaData) -> Tables:
    """Declares every table of this room on `metadata`, once."""
    return Tables(
        call_record=Table(
            "call_record", metadata,
            _column("call", ID, "The call's id.", key=True),
            _column("direction", WORD, "inbound or outbound.", null=False),
            _column("carrier", WORD, "The carrier's name in the configuration.", null=False),
            _at("started_at", "The call came in, or was placed", null=False),
            _column("customer", ID, "Personal row of the customer's number; null: withheld."),
            _column("dialed", ID, "Personal row of what an inbound caller dialed."),
            _column("number", WORD, "The center's number that was called."),
            _column("placed_by", WORD, "The agent who placed an outbound call."),
            _at("answered_at", "The customer's leg was up"),
            _at("over_at", "End of the call"),
            _column("outcome", WORD, "How it ended for the customer: completed, abandoned_in_queue, ..."),
            _column("hung_up_by", WORD, "customer, agent, target or system."),
            _column("cause", WORD, "Cause of the end."),
            _at("certain_until", "Of a lost call: last event before the gap; it ended between this and over_at"),
            _column("placing_failed", WORD, "Why the customer of an outbound call was not reached."),
            _column("language", WORD, "Language of the call."),
            _column("language_why", WORD, "contact, number, key or default."),
            _column("contact", Integer(), "Row of contact."),
            _column("contact_by", WORD, "The agent who chose the contact; null: the system."),
            _column("flow", WORD, "The flow that answered."),
            _ms("ivr_ms", "Time in the flow"),
            _column("queue", WORD, "The last queue that it was in."),
            _column("agent", WORD, "The last agent who talked."),
            _ms("wait_ms", "Waits of all its queue entries together"),
            _ms("talk_ms", "Talk of all its agents together"),
            _ms("hold_ms", "Holds together"),
            _ms("wrap_up_ms", "Wrap-ups together"),
            _column("transfers", Integer(), "How often it was transferred.", null=False),
            _column("disposition", WORD, "The outcome that the agent set."),
            _column("disposition_by", WORD, "The agent who set it."),
            _at("disposition_at", "When it was set"),
            _column("campaign", Integer(), "The campaign that dialed it (campaign.id)."),
            _column("lead", Integer(), "The lead that was dialed (lead.id)."),
            _column("dial_outcome", WORD, "How the campaign's attempt ended (kernel.dialing.Outcome)."),
            _column("settled", Boolean(), "Nothing more is due but a late disposition.", null=False),
            _column("body", Text(), "The whole record as JSON (reporting.call_record.CallRecord).", null=False),
            Index("call_record_started", "started_at"), Index("call_record_customer", "customer", "started_at"),
            Index("call_record_campaign", "campaign"), Index("call_record_contact", "contact", "started_at"),
            Index("call_record_settled", "settled"), comment="One row for each call.",
        ),
        call_leg=Table(
            "call_leg", metadata, _call(), _seq("legs"),
            _column("leg", CARRIERS_ID, "The leg's id at the carrier.", null=False),
            _column("role", WORD, "caller, customer, agent, placing, reconnect or target.", null=False),
            _column("carrier", WORD, "The carrier's name.", null=False),
            _column("agent", WORD, "Whose telephone it is."),
            _column("number", ID, "Personal row of the number."),
            _at("dialed_at", "It came in, or was asked for", null=False), _at("rang_at", "It rang"),
            _at("up_at", "It was answered"), _at("dropped_at", "We asked for its end"), _at("down_at", "It was gone"),
            _column("cause", WORD, "Why it ended."), _column("by_us", Boolean(), "It ended because we asked.", null=False),
            _column("detail", Text(), "The carrier's own words for the cause.", null=False),
            Index("call_leg_leg", "leg"), comment="Connections of the parties of a call.",
        ),
        ivr_visit=Table(
            "ivr_visit", metadata, _call(), _seq("visits"), _at("left_at", "The node was left", null=False),
            _column("node", WORD, "Node of the flow.", null=False),
            _column("outcome", WORD, "Which way it was left: a node's name, invalid, silence, ...", null=False),
            comment="The path through the flow.",
        ),
        queue_entry=Table(
            "queue_entry", metadata, _call(), _seq("entries"),
            _column("queue", WORD, "The queue.", null=False),
            _at("queued_at", "The entry, which says in which interval it counts", null=False),
            _at("since", "The time that counts for its place", null=False),
            _at("waiting_since", "Begin of the wait: since, but never before the end of the last conversation", null=False),
            _column("priority", Integer(), "Higher goes first.", null=False),
            _column("skills", JSON(), "What the agent had to have: levels by skill.", null=False),
            _column("back", Boolean(), "Came back to an answered entry (line lost); no new entry.", null=False),
            _at("ended_at", "End of the wait"),
            _column("outcome", WORD, "answered, abandoned, flowed_out or ended; null: still waits."),
            _column("agent", WORD, "Who answered."),
            _column("wait_ms", BigInteger(), "The wait, ms; null: still waits."),
            _column("in_time", Boolean(), "It ended within the service-level threshold.", null=False),
            _column("short", Boolean(), "Abandoned too early to be counted as such.", null=False),
            _column("service_level_ms", Integer(), "The threshold at the entry.", null=False),
            _column("short_abandon_ms", Integer(), "The short-abandon limit at the entry.", null=False),
            Index("queue_entry_queued", "queued_at"), Index("queue_entry_queue", "queue", "queued_at"),
            comment="Stays in queues.",
        ),
        offer=Table(
            "offer", metadata, _call(), _seq("offers"),
            _column("offer", ID, "The offer's id.", null=False), _column("agent", WORD, "To whom.", null=False),
            _column("leg", ID, "The leg that rang.", null=False), _column("queue", WORD, "For which queue; null: a transfer."),
            _at("made_at", "It began to ring", null=False), _at("expires_at", "Until when it was to ring", null=False),
            _column("reasons", JSON(), "Why this agent.", null=False), _at("ended_at", "Its end"),
            _column("outcome", WORD, "accepted, rejected, rang_out, withdrawn or device_error."),
            _at("joined_at", "Accepted, and both heard each other"),
            _column("connect_failed", WORD, "Accepted but not joined: why."),
            Index("offer_made", "made_at"), Index("offer_agent", "agent", "made_at"),
            comment="Calls that rang at an agent.",
        ),
        conversation=Table(
            "conversation", metadata, _call(), _seq("conversations"),
            _column("agent", WORD, "Who talked.", null=False), _column("leg", ID, "With which leg.", null=False),
            _column("entry", Integer(), "Seq of the queue entry that it answers; null: a call that she placed."),
            _column("queue", WORD, "Queue of the entry that counts."),
            _at("queued_at", "Time of that entry, which says in which interval the queue counts it"),
            _at("connected_at", "Both heard each other", null=False), _at("left_at", "The agent left"),
            _column("why", WORD, "caller_hung_up, agent_hung_up, transferred, line_lost, carrier_failed or too_long."),
            _ms("talk_ms", "Talk, without holds"), _ms("hold_ms", "Holds together"), _ms("wrap_up_ms", "Wrap-up"),
            _column("finished", Boolean(), "Wrap-up is done: it counts as handled.", null=False),
            Index("conversation_connected", "connected_at"), Index("conversation_agent", "agent", "connected_at"),
            Index("conversation_queue", "queue", "queued_at"),
            comment="Agents' parts in calls.",
        ),
        hold=Table(
            "hold", metadata, _call(), _seq("holds"),
            _column("conversation", Integer(), "Seq of the conversation.", null=False),
            _column("agent", WORD, "Whose.", null=False), _at("since", "Begin", null=False), _at("until", "End"),
            _column("line_lost", Boolean(), "The agent's line was gone.", null=False), comment="Holds, lost lines included.",
        ),
        wrap_up=Table(
            "wrap_up", metadata, _call(),
            _column("seq", Integer(), "Seq of the conversation.", key=True),
            _column("agent", WORD, "Whose.", null=False), _at("since", "Begin", null=False), _at("until", "End"),
            _at("limit_at", "Over time from here on", null=False), _at("hard_at", "Ended by the system here", null=False),
            _column("by_limit", Boolean(), "The hard limit ended it.", null=False), _ms("overrun_ms", "Time over the limit"),
            comment="After-call work.",
        ),
        transfer=Table(
            "transfer", metadata, _call(), _seq("transfers"),
            _column("agent", WORD, "Who transferred.", null=False), _at("at", "When", null=False),
            _column("to_queue", WORD, "To this queue."), _column("to_agent", WORD, "To this agent."),
            _column("to_number", ID, "Personal row of the outside number."), _at("ended_at", "Somebody answered, or it failed"),
            _column("done", Boolean(), "Somebody answered; to a queue: at once.", null=False),
            _column("why", WORD, "Why it failed."), comment="Blind transfers.",
        ),
        recording=Table(
            "recording", metadata, _call(), _seq("recordings"),
            _column("recording", ID, "The recording's id; the file is in recording_file.", null=False),
            _at("asked_at", "Asked for", null=False), _at("runs_at", "Begin"), _at("over_at", "End"),
            _column("duration_ms", BigInteger(), "Length, ms."), _at("kept_at", "The file was in the store"),
            _column("size", BigInteger(), "Bytes."), _at("failed_at", "It failed"), _column("why", WORD, "Why it failed."),
            Index("recording_recording", "recording"), comment="Recordings of conversations.",
        ),
        intervals={kind: _counters(metadata, f"interval_{kind}", kind, day=False) for kind in FIELDS},
        days={kind: _counters(metadata, f"day_{kind}", kind, day=True) for kind in FIELDS},
    )  # fmt: skip


_SUBJECT = {"queue": "The queue.", "agent": "The agent.", "center": "Empty: the whole center."}


def _counters(metadata: MetaData, name: str, kind: str, *, day: bool) -> Table:
    keys: list[Column[Any]] = [_column("subject", WORD, _SUBJECT[kind], key=True)]
    if not day:
        keys.append(_column("start_at", BigInteger(), "Begin of the quarter hour, ms since the epoch.", key=True))
    keys.append(_column("day", String(10), "Day in the center's zone, e.g. 2026-04-14.", null=False, key=True))
    fields = [_column(field, BigInteger(), _meaning(field), null=False) for field in FIELDS[kind]]
    what = "a day" if day else "a quarter hour"
    return Table(name, metadata, *keys, *fields, Index(f"{name}_day", "day"), comment=f"Counters of {what} by {kind}.")


def _meaning(field: str) -> str:
    if field in MEANING:
        return MEANING[field]
    histogram, _, edge = field.rpartition("_")
    longest = "any longer time" if edge == "more" else f"up to {edge[:-1]} s, and more than the bucket before"
    return f"{histogram.removesuffix('_waits').capitalize()} entries with a wait of {longest}."


# -- rows -------------------------------------------------------------------------------------------------------------------


def call_rows(record: CallRecord) -> dict[str, list[Row]]:
    """The rows of a record by table, to be stored with `replacing`: children never vanish, so none need be deleted."""
    counted = [counted_entry(record, one.entry) for one in record.conversations]
    holds = [(index, hold) for index, one in enumerate(record.conversations) for hold in one.holds]
    return {
        "call_record": [_record_row(record)],
        "call_leg": [
            _row(record, seq, leg, "leg", "role", "carrier", "agent", "number", "dialed_at", "rang_at", "up_at", "dropped_at",
                 "down_at", "cause", "by_us", "detail")
            for seq, leg in enumerate(record.legs)
        ],
        "ivr_visit": [
            _row(record, seq, visit, "node", "outcome", left_at=visit.at) for seq, visit in enumerate(record.visits)
        ],
        "queue_entry": [
            _row(record, seq, entry, "queue", "queued_at", "since", "waiting_since", "priority", "skills", "back", "ended_at",
                 "agent", "wait_ms", "in_time", "short", "service_level_ms", "short_abandon_ms", outcome=_word(entry.end))
            for seq, entry in enumerate(record.entries)
        ],
        "offer": [
            _row(record, seq, offer, "offer", "agent", "leg", "made_at", "expires_at", "ended_at", "joined_at",
                 "connect_failed", reasons=list(offer.reasons), outcome=_word(offer.end),
                 queue=None if offer.entry is None else record.entries[offer.entry].queue)
            for seq, offer in enumerate(record.offers)
        ],
        "conversation": [
            _row(record, seq, one, "agent", "leg", "entry", "connected_at", "left_at", "why", "talk_ms", "hold_ms", "wrap_up_ms",
                 "finished", queue=None if entry is None else entry.queue, queued_at=None if entry is None else entry.queued_at)
            for seq, (one, entry) in enumerate(zip(record.conversations, counted, strict=True))
        ],
        "hold": [
            _row(record, seq, one, "agent", "since", "until", "line_lost", conversation=i) for seq, (i, one) in enumerate(holds)
        ],
        "wrap_up": [
            _row(record, seq, one.wrap_up, "since", "until", "limit_at", "hard_at", "by_limit", "overrun_ms", agent=one.agent)
            for seq, one in enumerate(record.conversations) if one.wrap_up is not None
        ],
        "transfer": [
            _row(record, seq, one, "agent", "at", "to_queue", "to_agent", "to_number", "ended_at", "done", "why")
            for seq, one in enumerate(record.transfers)
        ],
        "recording": [
            _row(record, seq, one, "recording", "asked_at", "runs_at", "over_at", "duration_ms", "kept_at", "size", "failed_at",
                 "why")
            for seq, one in enumerate(record.recordings)
        ],
    }  # fmt: skip


def _word(value: str | None) -> str | None:
    return None if value is None else str(value)


def _row(record: CallRecord, seq: int, of: object, *names: str, **more: object) -> Row:
    row: Row = {"call": record.call, "seq": seq, **more}
    for name in names:
        value = getattr(of, name)
        row[name] = str(value) if isinstance(value, str) else value
    return row


def _record_row(record: CallRecord) -> Row:
    return {
        "call": record.call, "direction": record.direction, "carrier": record.carrier, "started_at": record.started_at,
        "customer": record.customer, "dialed": record.dialed, "number": record.number, "placed_by": record.placed_by,
        "answered_at": record.answered_at, "over_at": record.over_at, "outcome": _word(record.end),
        "hung_up_by": _word(record.by), "cause": _word(record.cause), "certain_until": record.certain_until,
        "placing_failed": _word(record.placing_failed), "language": record.language, "language_why": record.language_why,
        "contact": record.contact, "contact_by": record.contact_by, "flow": record.flow, "ivr_ms": record.ivr_ms,
        "queue": record.queue, "agent": record.conversations[-1].agent if record.conversations else None,
        "wait_ms": sum(entry.wait_ms or 0 for entry in record.entries),
        "talk_ms": sum(one.talk_ms for one in record.conversations),
        "hold_ms": sum(one.hold_ms for one in record.conversations),
        "wrap_up_ms": sum(one.wrap_up_ms for one in record.conversations),
        "transfers": len(record.transfers), "disposition": record.disposition, "disposition_by": record.disposition_by,
        "disposition_at": record.disposition_at, "settled": record.settled, "dial_outcome": _word(record.dial_outcome),
        "campaign": None if record.campaign is None else int(record.campaign), "lead": record.lead,
        "body": msgspec.json.encode(record).decode(),
    }  # fmt: skip


def record_of(body: str) -> CallRecord:
    """The record that a call_record row's `body` holds."""
    return msgspec.json.decode(body, type=CallRecord)


def counter_rows(increments: Mapping[IntervalKey, Tally]) -> dict[str, list[Row]]:
    """The rows of these increments by table, to be stored with `adding`; many quarters make one row of their day."""
    found: dict[str, list[Row]] = {}
    days: dict[tuple[str, str, str], Tally] = {}
    for key, amounts in increments.items():
        row = {"subject": key.subject, "start_at": key.start_at, "day": key.day, **_filled(key.kind, amounts)}
        found.setdefault(f"interval_{key.kind}", []).append(row)
        add(days.setdefault((key.kind, key.subject, key.day), {}), amounts)
    for (kind, subject, day), amounts in days.items():
        found.setdefault(f"day_{kind}", []).append({"subject": subject, "day": day, **_filled(kind, amounts)})
    return found


def _filled(kind: str, amounts: Tally) -> Row:
    lacking = [name for name, amount in amounts.items() if amount and name not in FIELDS[kind]]
    assert not lacking, f"a {kind}'s row has no {lacking}"
    return {name: amounts.get(name, 0) for name in FIELDS[kind]}


# -- statements -------------------------------------------------------------------------------------------------------------

Upsert = postgresql.Insert | sqlite.Insert


def _insert(table: Table, dialect: str) -> Upsert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@lru_cache(maxsize=64)
def replacing(table: Table, dialect: str) -> Upsert:
    """Inserts rows, or overwrites those with the same key. `dialect` is postgresql or sqlite; execute it with the rows."""
    statement, keys = _insert(table, dialect), [column.name for column in table.primary_key]
    return statement.on_conflict_do_update(
        index_elements=keys,
        set_={column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys},
    )


@lru_cache(maxsize=64)
def adding(table: Table, dialect: str) -> Upsert:
    """Inserts rows of counters, or adds them to those with the same key; of the longest wait the greater stays.

    Not to be repeated: what is added twice counts twice. It belongs into the transaction that moves the checkpoint.
    """
    statement = _insert(table, dialect)
    keys: Sequence[str] = [column.name for column in table.primary_key]
    changes = {}
    for column in table.columns:
        if column.name in keys:
            continue
        new = statement.excluded[column.name]
        changes[column.name] = case((new > column, new), else_=column) if column.name == GREATEST else column + new
    return statement.on_conflict_do_update(index_elements=list(keys), set_=changes)
