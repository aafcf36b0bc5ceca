"""Recordings: they run in the bridge, end with it, and are fetched into the store; each ends kept or failed, never open."""

from callcenter.hub.state import Recording
from callcenter.hub.turn import Turn
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel import signals as s


def started(turn: Turn, recording: Recording) -> bool:
    if recording.running or recording.effect is None:
        return False
    turn.emit(e.RecordingRuns(call=recording.call, recording=recording.id))
    return True


def ended(turn: Turn, recording: Recording, signal: s.RecordingEnded) -> bool:
    if recording.storing is not None:
        return False
    turn.emit(e.RecordingOver(call=recording.call, recording=recording.id, duration_ms=signal.duration_ms))
    effect = turn.entropy.effect()
    call = turn.state.calls[recording.call]
    turn.emit(e.RecordingStoreAsked(call=recording.call, recording=recording.id, effect=effect))
    turn.ask(fx.StoreRecording(effect=effect, carrier=call.carrier, recording=recording.id, call=recording.call))
    return True


def stored(turn: Turn, recording: Recording, signal: s.RecordingStored) -> None:
    turn.emit(
        e.RecordingKept(
            call=recording.call,
            recording=recording.id,
            effect=signal.effect,
            size=signal.size,
            duration_ms=signal.duration_ms,
        )
    )


def failed(turn: Turn, recording: Recording, why: str) -> None:
    turn.emit(e.RecordingFailed(call=recording.call, recording=recording.id, why=why))
