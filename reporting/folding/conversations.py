"""Folding a call record: agents' parts in a call with holds and wrap-ups, transfers, the outcome and the end."""

from collections.abc import Callable

from msgspec.structs import replace

from callcenter.kernel import events as e
from callcenter.kernel.call_state import CallState
from callcenter.kernel.ids import AgentId
from callcenter.kernel.words import CallEnd, Party
from reporting.call_record import CallRecord, Conversation, EntryEnd, HoldRecord, TransferRecord, WrapUpRecord
from reporting.folding import Steps
from reporting.folding.queueing import close_entry
from reporting.rows import last, swapped


def _connected(record: CallRecord, at: int, event: e.CallConnected) -> CallRecord:
    record = close_entry(record, at, EntryEnd.ANSWERED, event.agent)
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
    """Her part ends once; a reason that is told after the end (events of one decision come in any order) is taken in."""
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


# -- transfers --------------------------------------------------------------------------------------------------------------


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


# -- outcome and end --------------------------------------------------------------------------------------------------------


def _disposition(record: CallRecord, at: int, event: e.DispositionSet) -> CallRecord:
    return replace(record, disposition=event.code, disposition_by=event.agent, disposition_at=at)


def _over(record: CallRecord, at: int, event: e.CallOver) -> CallRecord:
    gave_up = event.by is Party.CUSTOMER or event.end is CallEnd.ABANDONED_IN_QUEUE
    record = close_entry(record, at, EntryEnd.ABANDONED if gave_up else EntryEnd.ENDED)
    record = _end_transfer(record, at, done=False, why="call_over")
    return replace(
        record, over_at=at, end=event.end, by=event.by, cause=event.cause, looking_up=False,
        conversations=tuple(_left(one, at, None) for one in record.conversations),
        ivr_until=at if record.ivr_until is None and record.ivr_since is not None else record.ivr_until,
    )  # fmt: skip


STEPS: Steps = {
    e.CallConnected: _connected, e.CallHeld: _held, e.CallRetrieved: _retrieved, e.LineLost: _line_lost,
    e.LineRestored: _retrieved, e.AgentLeft: _agent_left, e.WrapUpStarted: _wrap_up_started, e.WrapUpEnded: _wrap_up_ended,
    e.TransferStarted: _transfer, e.TransferFailed: _transfer_failed, e.TransferCompleted: _transfer_completed,
    e.PlacedCallFailed: _placed_failed, e.DispositionSet: _disposition, e.CallOver: _over,
}  # fmt: skip
