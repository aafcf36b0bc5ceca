"""A campaign's dial is answered: it is listened who is there, and what follows from what was heard.

Persons first: who is not known to be a machine in time is a person, and nothing that fails here (no verdict, nobody to listen, a
start of the service meanwhile) makes her anything else. A machine never waits for an agent; who was taken for a person is taken
back out of the queue while nobody of ours is with her. From an agent's or a message's beginning on, nobody listens.
"""

from typing import Literal

from callcenter.hub.dialing import answers
from callcenter.hub.dialing.state import Attempt
from callcenter.hub.endings import finish, withdraw
from callcenter.hub.state import Call
from callcenter.hub.turn import Turn
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.call_state import CallState
from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.clock import SECOND
from callcenter.kernel.dialing import Heard, Mode
from callcenter.kernel.ids import CarrierName, LegId
from callcenter.kernel.words import Answerer, CallEnd, Party
from dialer.amd.settings import PRESETS
from dialer.attempt_state import AttemptState

LISTEN_MS = 8 * SECOND
"""After the answer, where nothing is left to machines: later nobody who is found out is still without an agent."""
BEEP_WITHIN_MS = 45 * SECOND
"""After the answer: a machine whose beep was not heard by then is left nothing."""
SILENT_MS = 300
"""So long after its time a verdict is not waited for any more; carriers promise it within 200."""
_OWN = ("silent", "refused", "deaf")
"""Our own verdicts, in place of the listener's."""
_PERSON = (Answerer.HUMAN, Answerer.UNDECIDED)


def answered(turn: Turn, call: Call) -> None:
    """Somebody, or something, is there, and nobody of ours."""
    attempt, values, leg = _attempt(turn, call), _values(turn, call), turn.up(call.customer)
    if attempt is None or values is None or leg is None:
        finish(turn, call, CallEnd.DROPPED, Party.SYSTEM)  # its campaign was deleted while it rang
        return
    if not values.listens:
        answers.person(turn, call, attempt, values)
        return
    if turn.happened_at is not None:  # she answered while nobody could be asked to listen
        _nobody_knows(turn, call, "deaf")
        return
    # With an agent nobody is kept waiting; a message may wait for the end of a long greeting.
    preset: Literal["quick", "patient"] = "patient" if values.mode is Mode.AGENTLESS else "quick"
    by = turn.now + PRESETS[preset].verdict.decide_by_ms + SILENT_MS
    turn.emit(e.AnswerListened(call=call.id, attempt=attempt.id, by=by))
    turn.ask(
        fx.DetectAnswer(
            effect=turn.entropy.effect(),
            carrier=leg.carrier,
            leg=leg.id,
            answered_at=turn.now,
            preset=preset,
            until_ms=BEEP_WITHIN_MS if values.leaves_message else LISTEN_MS,
        )
    )


# -- what was heard ---------------------------------------------------------------------------------------------------------


def judged(turn: Turn, signal: s.AnswerJudged) -> None:
    call = _call(turn, signal.leg)
    attempt = _attempt(turn, call) if call is not None else None
    if call is None or attempt is None or call.state is CallState.OVER:
        _ignore(turn, signal, "no such dial")
        return
    heard = Heard(
        answerer=signal.answerer, confidence=signal.confidence, delay_ms=signal.delay_ms, why=signal.why
    )
    last = attempt.heard
    if last is not None and last.why not in _OWN and (not signal.correction or heard.delay_ms <= last.delay_ms):
        _ignore(turn, signal, "doubled, or older than the last")
    elif not _alone(turn, call):
        turn.emit(e.AnswerHeard(call=call.id, attempt=attempt.id, heard=heard, late=True))
    elif signal.answerer in _PERSON:
        _person(turn, call, attempt, heard, signal.greeting_end_ms)
    else:
        turn.emit(e.AnswerHeard(call=call.id, attempt=attempt.id, heard=heard))
        _machine(turn, call, attempt)


def beep(turn: Turn, signal: s.BeepHeard) -> None:
    """Now it records."""
    call = _call(turn, signal.leg)
    attempt, values = (_attempt(turn, call), _values(turn, call)) if call is not None else (None, None)
    if call is None or attempt is None or values is None or not values.leaves_message or not _machine_waits(call, attempt):
        _ignore(turn, signal, "no message waits for it")
    else:
        answers.leave_message(turn, call, values)


def refused(turn: Turn, leg: LegId | None) -> None:
    """Nobody listens to this leg."""
    call = _call(turn, leg)
    if call is not None:
        _nobody_knows(turn, call, "refused")


def cut_off(turn: Turn, carrier: CarrierName) -> None:
    """The carrier is not heard any more, or the service was started anew: whoever was being listened to is a person."""
    for call in [one for one in turn.state.calls.values() if one.carrier == carrier and one.state is CallState.DIALING]:
        _nobody_knows(turn, call, "deaf")


def due(turn: Turn, call: Call) -> None:
    """No verdict in time, or no beep."""
    attempt = _attempt(turn, call)
    if attempt is None:
        finish(turn, call, CallEnd.DROPPED, Party.SYSTEM)
    elif _machine_waits(call, attempt):
        finish(turn, call, CallEnd.MACHINE, Party.SYSTEM)
    else:
        _nobody_knows(turn, call, "silent")


def _nobody_knows(turn: Turn, call: Call, why: str) -> None:
    attempt = _attempt(turn, call)
    answered_at = None if attempt is None else attempt.record.answered_at
    if attempt is None or answered_at is None or attempt.heard is not None or call.state is not CallState.DIALING:
        return
    heard = Heard(answerer=Answerer.UNDECIDED, confidence=0.5, delay_ms=turn.now - answered_at, why=why)
    _person(turn, call, attempt, heard, None)


def _person(turn: Turn, call: Call, attempt: Attempt, heard: Heard, greeting_end_ms: int | None) -> None:
    """A person, or nobody knows. The law's seconds begin at the end of her greeting: where the listener was undecided, it had not
    ended until then, as far as could be heard; where nobody could hear, they begin at the answer."""
    answered_at = attempt.record.answered_at
    assert answered_at is not None, "listened to since the answer"
    if greeting_end_ms is None and heard.answerer is Answerer.UNDECIDED and heard.why == "time":
        greeting_end_ms = heard.delay_ms
    end_at = None if greeting_end_ms is None else answered_at + greeting_end_ms
    waits = call.state is CallState.QUEUED
    by = end_at + answers.connect_ms(turn, attempt) if waits and end_at is not None else None
    turn.emit(e.AnswerHeard(call=call.id, attempt=attempt.id, heard=heard, greeting_end_at=end_at, by=by))
    if waits:
        return
    values = _values(turn, call)
    if values is None:
        finish(turn, call, CallEnd.DROPPED, Party.SYSTEM)
    else:
        answers.person(turn, call, attempt, values)


def _machine(turn: Turn, call: Call, attempt: Attempt) -> None:
    withdraw(turn, call)
    values, record = _values(turn, call), attempt.record
    if values is None or not values.leaves_message or record.machine == "fax":
        finish(turn, call, CallEnd.MACHINE, Party.SYSTEM)
    else:
        assert record.answered_at is not None, "listened to since the answer"
        turn.emit(e.BeepAwaited(call=call.id, attempt=attempt.id, until=record.answered_at + BEEP_WITHIN_MS))


# -- whose ------------------------------------------------------------------------------------------------------------------


def _call(turn: Turn, leg_id: LegId | None) -> Call | None:
    """The dial whose callee's leg it is."""
    leg = turn.state.legs.get(leg_id) if leg_id is not None else None
    call = turn.state.calls.get(leg.call) if leg is not None else None
    return call if call is not None and call.customer == leg_id else None


def _attempt(turn: Turn, call: Call) -> Attempt | None:
    return turn.state.attempts.get(call.dial) if call.dial is not None else None


def _values(turn: Turn, call: Call) -> CampaignValues | None:
    return turn.state.center.campaigns.get(call.campaign) if call.campaign is not None else None


def _alone(turn: Turn, call: Call) -> bool:
    """Nobody of ours is with her, or is being joined with her."""
    offer = turn.state.offers.get(call.offer) if call.offer is not None else None
    joining = offer is not None and offer.accepted
    return call.connected_at is None and not joining and call.state in (CallState.DIALING, CallState.QUEUED)


def _machine_waits(call: Call, attempt: Attempt) -> bool:
    return call.state is CallState.DIALING and attempt.record.state is AttemptState.MACHINE


def _ignore(turn: Turn, signal: s.AnswerJudged | s.BeepHeard, why: str) -> None:
    turn.emit(e.SignalIgnored(signal=type(signal).__name__, why=why, leg=signal.leg))
