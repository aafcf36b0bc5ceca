"""From events to call records: one pure function per event.

A record's values are in `reporting.call_record`, the book that keeps those of live calls in `reporting.records`. The fold takes
the events of one decision in any order, since they bear the same time: an agent may leave before or after the call is over.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from callcenter.kernel import events as e
from callcenter.kernel.call_state import CALL, CallState
from callcenter.kernel.center import Center, Label, QueueValues
from callcenter.kernel.ids import AgentId, CallId, LegId, OfferId, QueueId, RecordingId
from callcenter.kernel.words import CallEnd, LegRole, OfferEnd, Party
from reporting.call_record import (
    CallRecord,
    Conversation,
    EntryEnd,
    HoldRecord,
    IvrVisit,
    Keyed,
    LegRecord,
    OfferRecord,
    QueueEntry,
    RecordingRecord,
    TransferRecord,
    WrapUpRecord,
)
from reporting.rows import last, swapped

CALL_EVENTS = frozenset(event for row in CALL.moves.values() for event in row)


# -- beginnings -------------------------------------------------------------------------------------------------------------


def _arrived(at: int, event: e.CallArrived) -> CallRecord:
    leg = LegRecord(leg=event.leg, role=LegRole.CALLER, carrier=event.carrier, dialed_at=at, number=event.caller)
    return CallRecord(
        call=event.call, direction="inbound", carrier=event.carrier, started_at=at, state=CallState.IVR, state_since=at,
        customer=event.caller, dialed=event.dialed, number=event.number, legs=(leg,),
    )  # fmt: skip


def _placed(at: int, event: e.CallPlaced) -> CallRecord:
    return CallRecord(
        call=event.call, direction="outbound", carrier=event.carrier, started_at=at, state=CallState.PLACING, state_since=at,
        customer=event.number, placed_by=event.agent, contact=event.contact,
        contact_by=event.agent if event.contact is not None else None,
    )  # fmt: skip


# -- legs -------------------------------------------------------------------------------------------------------------------


def _leg(record: CallRecord, leg: LegId, **changes: Any) -> CallRecord:
    index = last(record.legs, lambda one: one.leg == leg)
    if index is None:
        return record
    return replace(record, legs=swapped(record.legs, index, replace(record.legs[index], **changes)))


def _leg_dialed(record: CallRecord, at: int, event: e.LegDialed) -> CallRecord:
    leg = LegRecord(
        leg=event.leg, role=event.role, carrier=event.carrier, dialed_at=at, agent=event.agent, number=event.number
    )  # fmt: skip
    return replace(record, legs=(*record.legs, leg))


def _leg_rang(record: CallRecord, at: int, event: e.LegRang) -> CallRecord:
    return _leg(record, event.leg, rang_at=at)


def _leg_up(record: CallRecord, at: int, event: e.LegUp) -> CallRecord:
    changed = _leg(record, event.leg, up_at=at)
    if record.answered_at is None and any(
        leg.leg == event.leg and leg.role in (LegRole.CALLER, LegRole.CUSTOMER) for leg in record.legs
    ):
        return replace(changed, answered_at=at)
    return changed


def _leg_dropped(record: CallRecord, at: int, event: e.LegDropped) -> CallRecord:
    return _leg(record, event.leg, dropped_at=at)


def _leg_down(record: CallRecord, at: int, event: e.LegDown) -> CallRecord:
    return _leg(record, event.leg, down_at=at, cause=event.cause, by_us=event.by_us, detail=event.detail)


# -- flow, customer ---------------------------------------------------------------------------------------------------------


def _ivr_started(record: CallRecord, at: int, event: e.IvrStarted) -> CallRecord:
    return replace(record, flow=event.flow, ivr_since=at if record.ivr_since is None else record.ivr_since)


def _ivr_visited(record: CallRecord, at: int, event: e.IvrVisited) -> CallRecord:
    return replace(record, visits=(*record.visits, IvrVisit(at, event.node, event.outcome)))


def _digits(record: CallRecord, at: int, event: e.DigitsEntered) -> CallRecord:
    if event.into is None and event.digits is None:
        return record
    return replace(record, keyed=(*record.keyed, Keyed(at=at, count=event.count, into=event.into, digits=event.digits)))


def _language(record: CallRecord, at: int, event: e.LanguageChosen) -> CallRecord:
    return replace(record, language=event.language, language_why=event.why)


def _contacts_asked(record: CallRecord, at: int, event: e.ContactsAsked) -> CallRecord:
    return replace(record, looking_up=True, look_up_failed=False)


def _contacts_matched(record: CallRecord, at: int, event: e.ContactsMatched) -> CallRecord:
    return replace(record, matches=event.matches, looking_up=False, look_up_failed=False)


def _contacts_unknown(record: CallRecord, at: int, event: e.ContactsUnknown) -> CallRecord:
    return replace(record, looking_up=False, look_up_failed=True)


def _contact_chosen(record: CallRecord, at: int, event: e.ContactChosen) -> CallRecord:
    return replace(record, contact=event.contact, contact_by=event.agent)


def _requirements(record: CallRecord, at: int, event: e.RequirementsSet) -> CallRecord:
    priority = record.priority if event.priority is None else event.priority
    return replace(record, skills={**record.skills, **event.skills}, priority=priority)


def _position(record: CallRecord, at: int, event: e.PositionTold) -> CallRecord:
    return replace(record, told_position=event.position)


# -- queue and offers -------------------------------------------------------------------------------------------------------


def _values(center: Center, queue: QueueId) -> QueueValues:
    return center.queues.get(queue) or QueueValues(id=queue, label=Label(queue, queue))


def _close_entry(record: CallRecord, at: int, end: EntryEnd, agent: AgentId | None = None) -> CallRecord:
    """Ends the open queue entry, if there is one: only the last can be open."""
    if not record.entries or record.entries[-1].end is not None:
        return record
    entry = replace(record.entries[-1], ended_at=at, end=end, agent=agent)
    return replace(record, entries=(*record.entries[:-1], entry))


def _queued(record: CallRecord, at: int, event: e.CallQueued, center: Center) -> CallRecord:
    transfers = record.transfers
    if record.state in (CallState.CONNECTED, CallState.HELD) and not event.back and record.conversations:
        by = record.conversations[-1].agent
        transfers = (*transfers, TransferRecord(agent=by, at=at, to_queue=event.queue, ended_at=at, done=True))
    record = _close_entry(record, at, EntryEnd.FLOWED_OUT)
    spoke_until = max((at if one.left_at is None else one.left_at for one in record.conversations), default=event.since)
    values = _values(center, event.queue)
    entry = QueueEntry(
        queue=event.queue, queued_at=at, since=event.since, waiting_since=max(event.since, spoke_until),
        priority=event.priority, skills=event.skills, back=event.back,
        service_level_ms=values.service_level_ms, short_abandon_ms=values.short_abandon_ms,
    )  # fmt: skip
    return replace(
        record, transfers=transfers, entries=(*record.entries, entry), told_position=None,
        ivr_until=at if record.ivr_until is None and record.ivr_since is not None else record.ivr_until,
    )  # fmt: skip


def _offer_made(record: CallRecord, at: int, event: e.OfferMade) -> CallRecord:
    waits = bool(record.entries) and record.entries[-1].end is None
    offer = OfferRecord(
        offer=event.offer, agent=event.agent, leg=event.leg, made_at=at, expires_at=event.expires_at, reasons=event.reasons,
        entry=len(record.entries) - 1 if waits else None,
    )  # fmt: skip
    return replace(record, offers=(*record.offers, offer))


def _end_offer(record: CallRecord, at: int, offer: OfferId, end: OfferEnd) -> CallRecord:
    index = last(record.offers, lambda one: one.offer == offer)
    if index is None:
        return record
    return replace(record, offers=swapped(record.offers, index, replace(record.offers[index], ended_at=at, end=end)))


def _offer_over(record: CallRecord, at: int, event: e.OfferOver) -> CallRecord:
    return _end_offer(record, at, event.offer, event.end)


def _offer_accepted(record: CallRecord, at: int, event: e.OfferAccepted) -> CallRecord:
    return _end_offer(record, at, event.offer, OfferEnd.ACCEPTED)


def _connect_failed(record: CallRecord, at: int, event: e.ConnectFailed) -> CallRecord:
    index = last(record.offers, lambda one: one.agent == event.agent)
    if index is None:
        return record
    return replace(record, offers=swapped(record.offers, index, replace(record.offers[index], connect_failed=event.why)))


# -- conversation -----------------------------------------------------------------------------------------------------------


def _connected(record: CallRecord, at: int, event: e.CallConnected) -> CallRecord:
    record = _close_entry(record, at, EntryEnd.ANSWERED, event.agent)
    entry = len(record.entries) - 1 if record.entries else None
    conversation = Conversation(agent=event.agent, leg=event.leg, connected_at=at, entry=entry)
    changed = replace(record, conversations=(*record.conversations, conversation))
    index = last(record.offers, lambda one: one.agent == event.agent and one.open)
    if index is not None:
        changed = replace(changed, offers=swapped(record.offers, index, replace(record.offers[index], joined_at=at)))
    return _end_transfer(changed, at, done=True) if record.state is CallState.TRANSFERRING else changed


def _holds_ended(conversation: Conversation, at: int) -> Conversation:
    if not conversation.holds or conversation.holds[-1].until is not None:
        return conversation
    return replace(conversation, holds=(*conversation.holds[:-1], replace(conversation.holds[-1], until=at)))


def _in_conversation(record: CallRecord, agent: AgentId, change: Callable[[Conversation], Conversation]) -> CallRecord:
    """Changes the agent's last part in the call."""
    index = last(record.conversations, lambda one: one.agent == agent)
    if index is None:
        return record
    return replace(record, conversations=swapped(record.conversations, index, change(record.conversations[index])))


def _left(conversation: Conversation, at: int, why: str | None) -> Conversation:
    if conversation.left_at is None:
        return replace(_holds_ended(conversation, at), left_at=at, why=why)
    return conversation if conversation.why is not None else replace(conversation, why=why)


def _held(record: CallRecord, at: int, event: e.CallHeld) -> CallRecord:
    hold = HoldRecord(agent=event.agent, since=at)
    return _in_conversation(record, event.agent, lambda one: replace(one, holds=(*one.holds, hold)))


def _retrieved(record: CallRecord, at: int, event: e.CallRetrieved | e.LineRestored) -> CallRecord:
    return _in_conversation(record, event.agent, lambda one: _holds_ended(one, at))


def _line_lost(record: CallRecord, at: int, event: e.LineLost) -> CallRecord:
    hold = HoldRecord(agent=event.agent, since=at, line_lost=True, give_up_at=event.until)

    def lose(one: Conversation) -> Conversation:
        one = _holds_ended(one, at)
        return replace(one, holds=(*one.holds, hold))

    return _in_conversation(record, event.agent, lose)


def _agent_left(record: CallRecord, at: int, event: e.AgentLeft) -> CallRecord:
    return _in_conversation(record, event.agent, lambda one: _left(one, at, event.why))


def _wrap_up_started(record: CallRecord, at: int, event: e.WrapUpStarted) -> CallRecord:
    wrap_up = WrapUpRecord(since=at, limit_at=event.limit_at, hard_at=event.hard_at)
    return _in_conversation(record, event.agent, lambda one: replace(_left(one, at, None), wrap_up=wrap_up))


def _wrap_up_ended(record: CallRecord, at: int, event: e.WrapUpEnded) -> CallRecord:
    def end(one: Conversation) -> Conversation:
        if one.wrap_up is None:
            return one
        return replace(one, wrap_up=replace(one.wrap_up, until=at, by_limit=event.by_limit))

    return _in_conversation(record, event.agent, end)


# -- transfer, recording, end -----------------------------------------------------------------------------------------------


def _transfer(record: CallRecord, at: int, event: e.TransferStarted) -> CallRecord:
    transfer = TransferRecord(
        agent=event.agent, at=at, to_agent=event.to_agent, to_number=event.to_number, until=event.until or None
    )  # fmt: skip
    return replace(record, transfers=(*record.transfers, transfer))


def _end_transfer(record: CallRecord, at: int, *, done: bool, why: str | None = None) -> CallRecord:
    """Ends the transfer that is under way, if there is one: only the last can be."""
    if not record.transfers or record.transfers[-1].ended_at is not None:
        return record
    transfer = replace(record.transfers[-1], ended_at=at, done=done, why=why)
    return replace(record, transfers=(*record.transfers[:-1], transfer))


def _transfer_failed(record: CallRecord, at: int, event: e.TransferFailed) -> CallRecord:
    return _end_transfer(record, at, done=False, why=event.why)


def _transfer_completed(record: CallRecord, at: int, event: e.TransferCompleted) -> CallRecord:
    return _end_transfer(record, at, done=True)


def _placed_failed(record: CallRecord, at: int, event: e.PlacedCallFailed) -> CallRecord:
    return replace(record, placing_failed=event.cause)


def _recording(record: CallRecord, recording: RecordingId, **changes: Any) -> CallRecord:
    index = last(record.recordings, lambda one: one.recording == recording)
    if index is None:
        return record
    changed = replace(record.recordings[index], **changes)
    return replace(record, recordings=swapped(record.recordings, index, changed))


def _recording_asked(record: CallRecord, at: int, event: e.RecordingAsked) -> CallRecord:
    asked = RecordingRecord(recording=event.recording, bridge=event.bridge, asked_at=at)
    return replace(record, recordings=(*record.recordings, asked))


def _recording_runs(record: CallRecord, at: int, event: e.RecordingRuns) -> CallRecord:
    return _recording(record, event.recording, runs_at=at)


def _recording_over(record: CallRecord, at: int, event: e.RecordingOver) -> CallRecord:
    return _recording(record, event.recording, over_at=at, duration_ms=event.duration_ms)


def _recording_failed(record: CallRecord, at: int, event: e.RecordingFailed) -> CallRecord:
    return _recording(record, event.recording, failed_at=at, why=event.why)


def _recording_kept(record: CallRecord, at: int, event: e.RecordingKept) -> CallRecord:
    return _recording(record, event.recording, kept_at=at, size=event.size, duration_ms=event.duration_ms)


def _disposition(record: CallRecord, at: int, event: e.DispositionSet) -> CallRecord:
    return replace(record, disposition=event.code, disposition_by=event.agent, disposition_at=at)


def _over(record: CallRecord, at: int, event: e.CallOver) -> CallRecord:
    gave_up = event.by is Party.CUSTOMER or event.end is CallEnd.ABANDONED_IN_QUEUE
    record = _close_entry(record, at, EntryEnd.ABANDONED if gave_up else EntryEnd.ENDED)
    record = _end_transfer(record, at, done=False, why="call_over")
    return replace(
        record, over_at=at, end=event.end, by=event.by, cause=event.cause, looking_up=False,
        conversations=tuple(_left(one, at, None) for one in record.conversations),
        ivr_until=at if record.ivr_until is None and record.ivr_since is not None else record.ivr_until,
    )  # fmt: skip


_FOLDS: dict[type, Callable[[CallRecord, int, Any], CallRecord]] = {
    e.LegDialed: _leg_dialed, e.LegRang: _leg_rang, e.LegUp: _leg_up, e.LegDropped: _leg_dropped, e.LegDown: _leg_down,
    e.IvrStarted: _ivr_started, e.IvrVisited: _ivr_visited, e.DigitsEntered: _digits, e.LanguageChosen: _language,
    e.ContactsAsked: _contacts_asked, e.ContactsMatched: _contacts_matched, e.ContactsUnknown: _contacts_unknown,
    e.ContactChosen: _contact_chosen, e.RequirementsSet: _requirements, e.PositionTold: _position,
    e.OfferMade: _offer_made, e.OfferOver: _offer_over, e.OfferAccepted: _offer_accepted, e.ConnectFailed: _connect_failed,
    e.CallConnected: _connected, e.CallHeld: _held, e.CallRetrieved: _retrieved, e.LineLost: _line_lost,
    e.LineRestored: _retrieved, e.AgentLeft: _agent_left, e.WrapUpStarted: _wrap_up_started, e.WrapUpEnded: _wrap_up_ended,
    e.TransferStarted: _transfer, e.TransferFailed: _transfer_failed, e.TransferCompleted: _transfer_completed,
    e.PlacedCallFailed: _placed_failed, e.RecordingAsked: _recording_asked, e.RecordingRuns: _recording_runs,
    e.RecordingOver: _recording_over, e.RecordingFailed: _recording_failed, e.RecordingKept: _recording_kept,
    e.DispositionSet: _disposition, e.CallOver: _over,
}  # fmt: skip


RECORDED = frozenset(_FOLDS) | {e.CallArrived, e.CallPlaced, e.CallQueued}
"""Events that leave a trace in a record."""


def call_of(event: e.AnyEvent) -> CallId | None:
    """The call that an event is about; None for events of the center, a carrier or an agent alone."""
    if isinstance(event, e.CallEvent | e.WrapUpStarted | e.WrapUpEnded):
        return event.call
    return None


def fold(record: CallRecord | None, at: int, event: e.AnyEvent, center: Center) -> CallRecord | None:
    """The record after one event of its call; the same object when the event leaves no trace in it.

    None: the call's beginning was not seen. Raises IllegalMove when the event fits no row of the call's table.
    """
    if isinstance(event, e.CallArrived):
        return _arrived(at, event)
    if isinstance(event, e.CallPlaced):
        return _placed(at, event)
    if record is None:
        return None
    kind = type(event)
    if isinstance(event, e.CallQueued):
        changed = _queued(record, at, event, center)
    else:
        step = _FOLDS.get(kind)
        if step is None:
            return record
        changed = step(record, at, event)
    if kind in CALL_EVENTS:
        changed = replace(changed, state=CALL.next(record.state, kind), state_since=at)
    return changed
