"""A campaign's dial is answered: the callee waits for an agent for as long as the law allows, then hears why we called.

A detector of answering machines will tell here what answered: a person begins to wait at the end of her greeting
(`AttemptAnswered` then names that instant), a machine does not enter the queue. Until there is one, whoever answers is a person
from the first moment on, which is the stricter reading.
"""

from callcenter.hub import inbound, languages, queueing
from callcenter.hub.dialing import floor as see
from callcenter.hub.endings import finish, withdraw
from callcenter.hub.state import Call, Pending
from callcenter.hub.turn import Turn
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.call_state import CallState
from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.clock import SECOND
from callcenter.kernel.dialing import Mode
from callcenter.kernel.flow import SayPrompt
from callcenter.kernel.words import CallEnd, Fault, Party
from dialer.attempt_state import AttemptState

KEY_WAIT_MS = 5 * SECOND
"""After the message, for the key that opts out."""
_MESSAGE_SLACK_MS = 2 * SECOND


def answered(turn: Turn, call: Call) -> None:
    """Somebody is there, and nobody of ours."""
    attempt = turn.state.attempts.get(call.dial) if call.dial is not None else None
    values = turn.state.center.campaigns.get(call.campaign) if call.campaign is not None else None
    if attempt is None or values is None:
        finish(turn, call, CallEnd.DROPPED, Party.SYSTEM)  # its campaign was deleted while it rang
        return
    if values.mode is Mode.AGENTLESS:
        turn.emit(e.AttemptAnswered(call=call.id, attempt=attempt.id, by=None))
        _message(turn, call, values, abandoned=False)
        return
    rules = see.version(turn.state, turn.state.campaigns[values.id], turn.now)
    turn.emit(e.AttemptAnswered(call=call.id, attempt=attempt.id, by=turn.now + rules.connect_ms))
    if call.contact is None:
        inbound.look_up(turn, call, turn.state.value(call.party))
    queueing.enqueue(turn, call, values.queue)


def abandon_due(turn: Turn, call: Call) -> None:
    """Nobody of ours is there in time. An agent who has answered already is being joined, and is not taken away."""
    if call.state is not CallState.QUEUED or call.connected_at is not None or call.dial is None:
        return
    offer = turn.state.offers.get(call.offer) if call.offer is not None else None
    if offer is not None and offer.accepted:
        return
    withdraw(turn, call)
    values = turn.state.center.campaigns.get(call.campaign) if call.campaign is not None else None
    if values is None or call.dial not in turn.state.attempts:
        finish(turn, call, CallEnd.DROPPED, Party.SYSTEM)
    else:
        _message(turn, call, values, abandoned=True)


def _message(turn: Turn, call: Call, values: CampaignValues, *, abandoned: bool) -> None:
    leg = turn.up(call.customer)
    if leg is None or values.message is None:
        finish(turn, call, CallEnd.DROPPED if abandoned else CallEnd.MESSAGE_HEARD, Party.SYSTEM)
        return
    assert call.dial is not None
    prompts = (SayPrompt(values.message),)
    language = languages.spoken(turn.state.center, call)
    step_ms = turn.state.center.timing.ivr_step_ms
    until = turn.now + step_ms + KEY_WAIT_MS + _MESSAGE_SLACK_MS
    turn.emit(e.MessageBegan(call=call.id, attempt=call.dial, abandoned=abandoned, until=until))
    effect, gather = turn.entropy.effect(), values.opt_out_key is not None
    turn.emit(e.PromptAsked(call=call.id, leg=leg.id, effect=effect, prompts=prompts, gather=gather))
    if gather:
        turn.ask(
            fx.Gather(
                effect=effect,
                carrier=leg.carrier,
                leg=leg.id,
                prompts=prompts,
                language=language,
                maximum=1,
                terminator="",
                timeout_ms=KEY_WAIT_MS,
                between_ms=KEY_WAIT_MS,
            )
        )
    else:
        turn.ask(fx.PlayPrompts(effect=effect, carrier=leg.carrier, leg=leg.id, prompts=prompts, language=language))


# -- the message ------------------------------------------------------------------------------------------------------------


def message_played(turn: Turn, call: Call, signal: s.PlaybackEnded) -> None:
    turn.emit(e.PromptOver(call=call.id, leg=signal.leg, effect=signal.effect))
    message_over(turn, call)


def message_failed(turn: Turn, call: Call, pending: Pending, fault: Fault) -> None:
    assert pending.leg is not None
    turn.emit(e.PromptOver(call=call.id, leg=pending.leg, effect=pending.effect, failure=fault.value))
    message_over(turn, call)


def key_pressed(turn: Turn, call: Call, signal: s.DigitsGathered) -> None:
    """The key that opts out holds at once: before anything else is dialed the number is on the list, or the effect is pending."""
    values = turn.state.center.campaigns.get(call.campaign) if call.campaign is not None else None
    turn.emit(e.DigitsEntered(call=call.id, leg=signal.leg, effect=signal.effect, end=signal.end, count=len(signal.digits)))
    if values is not None and call.dial is not None and signal.digits and signal.digits == values.opt_out_key:
        effect = turn.entropy.effect()
        turn.emit(e.OptedOut(call=call.id, attempt=call.dial, effect=effect))
        turn.ask(fx.KeepOptOut(effect=effect, campaign=values.id, attempt=call.dial, at=turn.now))
    message_over(turn, call)


def message_over(turn: Turn, call: Call) -> None:
    if call.state is CallState.MESSAGE:
        finish(turn, call, end_of_message(turn, call), Party.SYSTEM)


def end_of_message(turn: Turn, call: Call) -> CallEnd:
    attempt = turn.state.attempts.get(call.dial) if call.dial is not None else None
    apologized = attempt is not None and attempt.record.state is AttemptState.APOLOGY
    return CallEnd.DROPPED if apologized else CallEnd.MESSAGE_HEARD
