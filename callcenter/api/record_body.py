"""A call record as the API shows it. Pure; what the record means is said in `reporting.call_record`."""

from collections.abc import Callable, Collection

from callcenter.api.schemas import calls as c
from callcenter.api.schemas.common import PhoneNumber
from callcenter.kernel.ids import PersonalId, RecordingId
from reporting.call_record import CallRecord, Conversation, RecordingRecord

Number = Callable[[PersonalId | None], PhoneNumber | None]


def detail(
    record: CallRecord, summary: c.CallSummary, notes: c.NotesBody, audible: Collection[RecordingId], number: Number
) -> c.CallDetailBody:
    """`audible`: the recordings that may be heard, for only those are named. `number` resolves a personal row."""
    return c.CallDetailBody(
        summary=summary,
        language=record.language,
        dialed=record.number,
        ended_by=None if record.by is None else record.by.value,
        certain_until=record.certain_until,
        cause=_cause(record),
        ivr=[c.VisitRecord(node=visit.node, outcome=visit.outcome, at=visit.at) for visit in record.visits],
        legs=[
            c.LegRecord(
                id=leg.leg,
                role=leg.role.value,
                agent=leg.agent,
                number=number(leg.number),
                dialed_at=leg.dialed_at,
                ringing_at=leg.rang_at,
                answered_at=leg.up_at,
                ended_at=leg.down_at,
                cause=None if leg.cause is None else leg.cause.value,
                detail=leg.detail,
            )
            for leg in record.legs
        ],
        queue_entries=[
            c.QueueEntryRecord(
                queue=entry.queue,
                entered_at=entry.queued_at,
                since=entry.waiting_since,
                left_at=entry.ended_at,
                end=None if entry.end is None else entry.end.value,
                wait_ms=entry.wait_ms,
                priority=entry.priority,
                skills={str(skill): level for skill, level in entry.skills.items()},
            )
            for entry in record.entries
        ],
        offers=[
            c.OfferRecord(
                id=offer.offer,
                agent=offer.agent,
                made_at=offer.made_at,
                ended_at=offer.ended_at,
                end=None if offer.end is None else offer.end.value,
                reasons=list(offer.reasons),
            )
            for offer in record.offers
        ],
        conversations=[_conversation(record, conversation) for conversation in record.conversations],
        transfers=[
            c.TransferRecord(
                agent=transfer.agent,
                at=transfer.at,
                to_queue=transfer.to_queue,
                to_agent=transfer.to_agent,
                to_number=number(transfer.to_number),
                ended_at=transfer.ended_at,
                done=transfer.done,
                why=transfer.why,
            )
            for transfer in record.transfers
        ],
        holds=[
            c.SpanRecord(agent=hold.agent, started_at=hold.since, ended_at=hold.until)
            for conversation in record.conversations
            for hold in conversation.holds
        ],
        wrap_ups=[
            c.SpanRecord(agent=conversation.agent, started_at=conversation.wrap_up.since, ended_at=conversation.wrap_up.until)
            for conversation in record.conversations
            if conversation.wrap_up is not None
        ],
        recordings=[
            c.RecordingRecord(
                id=recording.recording,
                started_at=recording.runs_at,
                duration_ms=recording.duration_ms,
                state=_state(recording),
            )
            for recording in record.recordings
            if recording.recording in audible
        ],
        notes=notes,
    )


def _cause(record: CallRecord) -> str | None:
    """Of a call that an agent placed and that was not answered, why it was not."""
    cause = record.placing_failed or record.cause
    return None if cause is None else cause.value


def _conversation(record: CallRecord, conversation: Conversation) -> c.ConversationRecord:
    return c.ConversationRecord(
        agent=conversation.agent,
        queue=None if conversation.entry is None else record.entries[conversation.entry].queue,
        connected_at=conversation.connected_at,
        left_at=conversation.left_at,
        why=conversation.why,
        talk_ms=conversation.talk_ms,
        hold_ms=conversation.hold_ms,
        wrap_up_ms=conversation.wrap_up_ms,
    )


def _state(recording: RecordingRecord) -> c.RecordingState:
    if recording.failed_at is not None:
        return "failed"
    if recording.kept_at is not None:
        return "kept"
    if recording.over_at is not None:
        return "over"
    return "asked" if recording.runs_at is None else "running"
