"""From events to call records: finds what an event does to the record of its call, and moves the call's state.

What each event does is in `reporting.folding`, a record's values are in `reporting.call_record`, the book that keeps those of
live calls in `reporting.records`. The fold takes the events of one decision in any order, since they bear the same time: an
agent may leave before or after the call is over.
"""

from collections.abc import Callable
from typing import Any, get_args

from msgspec.structs import replace

from callcenter.kernel import events as e
from callcenter.kernel.call_state import CALL
from callcenter.kernel.center import Center
from callcenter.kernel.ids import CallId
from reporting.call_record import CallRecord
from reporting.folding import arrivals, attempts, conversations, legs, queueing

CALL_EVENTS = frozenset(event for row in CALL.moves.values() for event in row)

_BEGINNINGS: dict[type, Callable[[int, Any], CallRecord]] = {
    e.CallArrived: arrivals.arrived,
    e.CallPlaced: arrivals.placed,
    e.AttemptDialed: arrivals.dialed,
}
_STEPS = arrivals.STEPS | attempts.STEPS | legs.STEPS | queueing.STEPS | conversations.STEPS

BEGINNINGS = tuple(_BEGINNINGS)

RECORDED = frozenset(_STEPS) | frozenset(_BEGINNINGS) | {e.CallQueued}
"""Events that leave a trace in a record."""


_OF_CALLS = frozenset(
    kind
    for kind in get_args(e.AnyEvent)
    if issubclass(kind, e.CallEvent) or kind in (e.WrapUpStarted, e.WrapUpEnded, e.AttemptOver)
)


def call_of(event: e.AnyEvent) -> CallId | None:
    """The call that an event is about; None for events of the center, a carrier or an agent alone."""
    return event.call if type(event) in _OF_CALLS else None  # type: ignore[union-attr]


def fold(record: CallRecord | None, at: int, event: e.AnyEvent, center: Center) -> CallRecord | None:
    """The record after one event of its call; the same object when the event leaves no trace in it.

    None: the call's beginning was not seen. Raises IllegalMove when the event fits no row of the call's table.
    """
    kind = type(event)
    if kind not in RECORDED:
        return record
    at = e.when(event, at)
    if kind in _BEGINNINGS:
        return _BEGINNINGS[kind](at, event)
    if record is None:
        return None
    step = _STEPS.get(kind)
    changed = queueing.queued(record, at, event, center) if step is None else step(record, at, event)  # type: ignore[arg-type]
    if kind in CALL_EVENTS:
        changed = replace(changed, state=CALL.next(record.state, kind), state_since=at)
    return changed
