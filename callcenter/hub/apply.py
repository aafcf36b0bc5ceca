"""Folding: what each event does to the state. The only code that changes it, for deciding, recovering and replaying alike.

The call's table moves first; the functions in `callcenter.hub.folding` keep the rest in step.
"""

from collections.abc import Iterable

from callcenter.hub.folding import agents, arrivals, conversations, legs
from callcenter.hub.folding.register import folders, forget_when_done, sync_waiting
from callcenter.hub.state import State
from callcenter.kernel import events as e
from callcenter.kernel.call_state import CALL
from callcenter.kernel.personal import PersonalRow

__all__ = ["agents", "apply", "arrivals", "conversations", "legs"]

_call_moves: frozenset[type] = frozenset(event for row in CALL.moves.values() for event in row)


def apply(state: State, recorded: e.Recorded, rows: Iterable[PersonalRow] = ()) -> None:
    """Folds one event into the state. `rows` are the personal rows that the event names for the first time."""
    assert recorded.position == state.position + 1, f"event {recorded.position} after {state.position}"
    for row in rows:
        state.personal[row.id] = row.value
    event = recorded.event
    state.position = recorded.position
    state.at = recorded.at
    if isinstance(event, e.CallEvent) and type(event) in _call_moves:
        call = state.calls.get(event.call)
        if call is not None:
            call.state = CALL.next(call.state, type(event))
    folders[type(event)](state, event, recorded.at)
    if isinstance(event, e.CallEvent):
        call = state.calls.get(event.call)
        if call is not None:
            sync_waiting(state, call)
            forget_when_done(state, call)
