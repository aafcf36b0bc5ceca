"""Folding a call record: what a campaign's dial adds to it, the message and the outcome."""

from msgspec.structs import replace

from callcenter.kernel import events as e
from reporting.call_record import CallRecord, EntryEnd
from reporting.folding import Steps
from reporting.folding.queueing import close_entry


def _lead_dialed(record: CallRecord, at: int, event: e.LeadDialed) -> CallRecord:
    return replace(record, campaign=event.campaign, attempt=event.attempt)


def _message(record: CallRecord, at: int, event: e.MessageBegan) -> CallRecord:
    return replace(close_entry(record, at, EntryEnd.ENDED), message_at=at)


def _beep_awaited(record: CallRecord, at: int, event: e.BeepAwaited) -> CallRecord:
    """Whoever waited in a queue is no person, and waits no more."""
    return close_entry(record, at, EntryEnd.ENDED)


def _opted_out(record: CallRecord, at: int, event: e.OptedOut) -> CallRecord:
    return replace(record, opted_out=True)


def _over(record: CallRecord, at: int, event: e.AttemptOver) -> CallRecord:
    return replace(record, lead=event.lead, dial_outcome=event.outcome, fate=event.fate)


STEPS: Steps = {
    e.LeadDialed: _lead_dialed, e.BeepAwaited: _beep_awaited, e.MessageBegan: _message, e.OptedOut: _opted_out,
    e.AttemptOver: _over,
}  # fmt: skip
