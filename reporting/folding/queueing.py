"""Folding a call record: stays in queues, and offers to agents."""

from msgspec.structs import replace

from callcenter.kernel import events as e
from callcenter.kernel.call_state import CallState
from callcenter.kernel.center import Center, Label, QueueValues
from callcenter.kernel.ids import AgentId, OfferId, QueueId
from callcenter.kernel.words import OfferEnd
from reporting.call_record import CallRecord, EntryEnd, OfferRecord, QueueEntry, TransferRecord
from reporting.folding import Steps
from reporting.rows import last, swapped


def _values(center: Center, queue: QueueId) -> QueueValues:
    """The queue's values; the usual ones for a queue that the log does not know."""
    return center.queue(queue) or QueueValues(id=queue, label=Label(queue, queue))


def close_entry(record: CallRecord, at: int, end: EntryEnd, agent: AgentId | None = None) -> CallRecord:
    """Ends the open queue entry, if there is one: only the last can be open."""
    if not record.entries or record.entries[-1].end is not None:
        return record
    entry = replace(record.entries[-1], ended_at=at, end=end, agent=agent)
    return replace(record, entries=(*record.entries[:-1], entry))


def queued(record: CallRecord, at: int, event: e.CallQueued, center: Center) -> CallRecord:
    """A new entry begins, with its queue's thresholds as `center` has them now; out of a conversation it is a transfer, done."""
    transfers = record.transfers
    if record.state in (CallState.CONNECTED, CallState.HELD) and not event.back and record.conversations:
        by = record.conversations[-1].agent
        transfers = (*transfers, TransferRecord(agent=by, at=at, to_queue=event.queue, ended_at=at, done=True))
    record = close_entry(record, at, EntryEnd.FLOWED_OUT)
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


def _position(record: CallRecord, at: int, event: e.PositionTold) -> CallRecord:
    return replace(record, told_position=event.position)


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


STEPS: Steps = {
    e.PositionTold: _position, e.OfferMade: _offer_made, e.OfferOver: _offer_over, e.OfferAccepted: _offer_accepted,
    e.ConnectFailed: _connect_failed,
}  # fmt: skip
