"""Folding: calls that agents place, conversations, transfers, ends, recordings."""

from callcenter.hub.deadlines import Due
from callcenter.hub.folding.register import CALL_DEADLINES, act, folds, forget_joins, idle, sync_free
from callcenter.hub.state import Call, Pending, Recording, State
from callcenter.kernel import events as e
from callcenter.kernel.call_state import CALL
from callcenter.kernel.words import CallEnd


@folds(e.CallPlaced)
def _(state: State, event: e.CallPlaced, at: int) -> None:
    call = Call(
        id=event.call,
        carrier=event.carrier,
        inbound=False,
        state=CALL.next(CALL.start, e.CallPlaced),
        began_at=at,
        party=event.number,
        contact=event.contact,
        agent=event.agent,
    )
    state.calls[call.id] = call
    her = act(state, event.agent, event)
    her.call = call.id
    sync_free(state, her)


@folds(e.PlacedCallFailed)
def _(state: State, event: e.PlacedCallFailed, at: int) -> None:
    call = state.calls[event.call]
    call.agent = None
    idle(state, act(state, event.agent, event), at)


@folds(e.CallHeld)
def _(state: State, event: e.CallHeld, at: int) -> None:
    act(state, event.agent, event)
    state.calls[event.call].on_hold = True


@folds(e.CallRetrieved)
def _(state: State, event: e.CallRetrieved, at: int) -> None:
    act(state, event.agent, event)
    state.calls[event.call].on_hold = False


@folds(e.LineLost)
def _(state: State, event: e.LineLost, at: int) -> None:
    act(state, event.agent, event)
    state.calls[event.call].agent_leg = None
    state.deadlines.set(Due.CALL, event.call, event.until)


@folds(e.LineRestored)
def _(state: State, event: e.LineRestored, at: int) -> None:
    act(state, event.agent, event)
    call = state.calls[event.call]
    call.agent_leg = event.leg
    for due in (Due.CALL, Due.CONNECT):
        state.deadlines.clear(due, call.id)


@folds(e.AgentLeft)
def _(state: State, event: e.AgentLeft, at: int) -> None:
    call = state.calls[event.call]
    call.agent = call.agent_leg = None
    call.on_hold = False
    state.deadlines.clear(Due.CALL, call.id)
    state.deadlines.clear(Due.LONGEST, call.id)


@folds(e.TransferStarted)
def _(state: State, event: e.TransferStarted, at: int) -> None:
    call = state.calls[event.call]
    call.bridge = None
    state.deadlines.set(Due.CALL, call.id, event.until)


@folds(e.TransferFailed)
def _(state: State, event: e.TransferFailed, at: int) -> None:
    state.calls[event.call].target = None
    forget_joins(state, state.calls[event.call])
    for due in (Due.CALL, Due.CONNECT):
        state.deadlines.clear(due, event.call)


@folds(e.TransferCompleted)
def _(state: State, event: e.TransferCompleted, at: int) -> None:
    state.deadlines.clear(Due.CONNECT, event.call)
    state.deadlines.set(Due.CALL, event.call, at + state.center.timing.longest_call_ms)


@folds(e.DispositionSet)
def _(state: State, event: e.DispositionSet, at: int) -> None:
    state.calls[event.call].disposition = event.code


@folds(e.CallOver)
def _(state: State, event: e.CallOver, at: int) -> None:
    call = state.calls[event.call]
    call.offer = call.agent = None
    call.node = None
    if event.end is CallEnd.LOST:
        call.prompting = None
    for due in CALL_DEADLINES:
        state.deadlines.clear(due, call.id)
    if call.look_up_effect is not None:
        state.pending.pop(call.look_up_effect, None)


@folds(e.RecordingAsked)
def _(state: State, event: e.RecordingAsked, at: int) -> None:
    call = state.calls[event.call]
    state.recordings[event.recording] = Recording(event.recording, event.call, event.bridge, event.effect)
    call.recording = event.recording
    call.open_recordings.add(event.recording)
    state.pending[event.effect] = Pending(
        event.effect, "StartRecording", call.id, call.carrier, recording=event.recording, since=at
    )


@folds(e.RecordingRuns)
def _(state: State, event: e.RecordingRuns, at: int) -> None:
    recording = state.recordings[event.recording]
    recording.running = True
    _recording_answered(state, recording)


def _recording_answered(state: State, recording: Recording) -> None:
    if recording.effect is not None:
        state.pending.pop(recording.effect, None)
        recording.effect = None


@folds(e.RecordingStopped)
def _(state: State, event: e.RecordingStopped, at: int) -> None:
    recording = state.recordings[event.recording]
    recording.stopping = True
    state.deadlines.set(Due.RECORDING, recording.id, event.by)
    call = state.calls[event.call]
    if call.recording == recording.id:
        call.recording = None


@folds(e.RecordingOver)
def _(state: State, event: e.RecordingOver, at: int) -> None:
    recording = state.recordings[event.recording]
    recording.running = False
    recording.stopping = True
    _recording_answered(state, recording)
    state.deadlines.clear(Due.RECORDING, recording.id)
    call = state.calls[event.call]
    if call.recording == recording.id:
        call.recording = None


@folds(e.RecordingStoreAsked)
def _(state: State, event: e.RecordingStoreAsked, at: int) -> None:
    recording = state.recordings[event.recording]
    recording.storing = event.effect
    state.pending[event.effect] = Pending(
        event.effect, "StoreRecording", event.call, state.calls[event.call].carrier, recording=event.recording, since=at
    )


def _recording_closed(state: State, event: e.RecordingKept | e.RecordingFailed) -> None:
    recording = state.recordings.pop(event.recording)
    for effect in (recording.effect, recording.storing):
        if effect is not None:
            state.pending.pop(effect, None)
    state.deadlines.clear(Due.RECORDING, recording.id)
    call = state.calls[event.call]
    call.open_recordings.discard(recording.id)
    if call.recording == recording.id:
        call.recording = None


@folds(e.RecordingKept)
def _(state: State, event: e.RecordingKept, at: int) -> None:
    _recording_closed(state, event)


@folds(e.RecordingFailed)
def _(state: State, event: e.RecordingFailed, at: int) -> None:
    _recording_closed(state, event)
