"""Folding: what each event does to the state. The only code that changes it, for deciding, recovering and replaying alike.

The call's table moves first; the functions in `callcenter.hub.folding` keep the rest in step.
"""

from collections.abc import Iterable
from typing import Any

from callcenter.hub.folding import agents, arrivals, attempts, campaigns, conversations, legs
from callcenter.hub.folding.register import folders, forget_when_done, sync_waiting
from callcenter.hub.state import State
from callcenter.kernel import events as e
from callcenter.kernel.call_state import CALL
from callcenter.kernel.personal import PersonalRow

__all__ = ["agents", "apply", "arrivals", "attempts", "campaigns", "conversations", "legs"]

_moves: frozenset[type] = frozenset(event for row in CALL.moves.values() for event in row)
_call_events: frozenset[type] = frozenset(event for event in folders if issubclass(event, e.CallEvent))
"""Asked by type, not by isinstance: this is done for every event there ever was."""


def apply(state: State, recorded: e.Recorded, rows: Iterable[PersonalRow] = ()) -> None:
    """Folds one event into the state. `rows` are the personal rows that the event names for the first time."""
    assert recorded.position == state.position + 1, f"event {recorded.position} after {state.position}"
    for row in rows:
        state.personal[row.id] = row.value
    event: Any = recorded.event
    kind = type(event)
    state.position = recorded.position
    state.at = recorded.at
    if kind not in _call_events:
        folders[kind](state, event, recorded.at)
        return
    if kind in _moves:
        call = state.calls.get(event.call)
        if call is not None:
            call.state = CALL.next(call.state, kind)
    folders[kind](state, event, recorded.at)
    call = state.calls.get(event.call)
    if call is not None:
        attempt = state.attempts.get(call.dial) if call.dial is not None else None
        if attempt is not None:
            attempts.follow(state, attempt, call, event, recorded.at)
        sync_waiting(state, call)
        forget_when_done(state, call)
