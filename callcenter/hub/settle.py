"""Effects that came to nothing: what each failure means. The only place that reads EffectFailed."""

from callcenter.hub import conversation, inbound, legs, recordings
from callcenter.hub.deadlines import Due
from callcenter.hub.dialing import answers, listening
from callcenter.hub.state import Pending
from callcenter.hub.turn import Turn
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.call_state import CallState
from callcenter.kernel.words import Cause, Fault

_CAUSE = {
    Fault.UNREACHABLE: Cause.UNREACHABLE,
    Fault.LOST: Cause.LOST,
    Fault.GONE: Cause.LOST,
}


DOUBT_MS = 2_000
"""A carrier that does not know a leg tells of its end within this time, or the leg is lost."""


def effect_failed(turn: Turn, signal: s.EffectFailed) -> None:
    leg = turn.up(signal.leg)
    if signal.fault is Fault.GONE and leg is not None and turn.state.deadlines.get(Due.LEG, leg.id) is None:
        turn.emit(e.LegDoubted(call=leg.call, leg=leg.id, by=turn.now + DOUBT_MS))
    pending = turn.state.pending.get(signal.effect)
    if pending is not None:
        _pending_failed(turn, pending, signal)
    elif signal.kind == "DetectAnswer":
        listening.refused(turn, signal.leg)
    elif signal.kind == "AnswerLeg" and signal.leg is not None:
        leg = turn.state.legs.get(signal.leg)
        if leg is not None and turn.state.calls[leg.call].state is CallState.IVR and signal.fault is not Fault.GONE:
            inbound.answer_due(turn, turn.state.calls[leg.call])
    elif signal.fault is not Fault.GONE:
        turn.emit(e.SignalIgnored(signal=f"EffectFailed {signal.kind}", why=signal.fault.value, leg=signal.leg))


def _pending_failed(turn: Turn, pending: Pending, signal: s.EffectFailed) -> None:
    call = turn.state.calls[pending.call]
    match pending.kind:
        case "OriginateLeg":
            assert pending.leg is not None
            legs.down(turn, pending.leg, _CAUSE.get(signal.fault, Cause.FAILED), detail=signal.detail)
        case "JoinBridge":
            assert pending.leg is not None
            leg = turn.state.legs[pending.leg]
            if signal.fault is not Fault.GONE:
                conversation.join_failed(turn, call, leg)
        case "PlayPrompts" | "Gather" if call.state is CallState.MESSAGE:
            answers.message_failed(turn, call, pending, signal.fault)
        case "PlayPrompts" | "Gather":
            inbound.prompt_failed(turn, call, pending, signal.fault)
        case "StartRecording":
            assert pending.recording is not None
            recordings.failed(turn, turn.state.recordings[pending.recording], signal.fault.value)
        case _:
            pass
