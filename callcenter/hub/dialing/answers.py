"""A campaign's dial is answered by a person: she waits for an agent for as long as the law allows, then hears why we called.

Also the messages: for those whom no agent takes in time, of campaigns without agents, and the one that is left to a machine. Who
answered, a person or a machine, is told by `listening`.
"""

from callcenter.hub import inbound, languages, queueing
from callcenter.hub.deadlines import Due
from callcenter.hub.dialing import floor as see
from callcenter.hub.dialing.state import Attempt
from callcenter.hub.endings import finish, withdraw
from callcenter.hub.state import Call, Offer, Pending
from callcenter.hub.turn import Turn
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.call_state import CallState
from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.clock import SECOND
from callcenter.kernel.dialing import Mode
from callcenter.kernel.flow import SayPrompt
from callcenter.kernel.ids import PromptId
from callcenter.kernel.words import CallEnd, Fault, OfferEnd, Party
from dialer.attempt_state import AttemptState

KEY_WAIT_MS = 5 * SECOND
"""After the message, for the key that opts out."""
MACHINE_WAIT_MS = SECOND
"""After a message that is left to a machine: only a person presses a key."""
PICKS_UP_MS = SECOND
"""A telephone picks up a dial that was answered by itself, and well within this time, or something is wrong with it."""
_MESSAGE_SLACK_MS = 2 * SECOND


def person(turn: Turn, call: Call, attempt: Attempt, values: CampaignValues) -> None:
    """A person is there, as far as is known, and nobody of ours. The law's seconds begin at the end of her greeting; where that
    is not known, at the answer."""
    if values.mode is Mode.AGENTLESS:
        turn.emit(e.AttemptAnswered(call=call.id, attempt=attempt.id, by=None))
        _message(turn, call, values, abandoned=False)
        return
    spoken_at = attempt.record.greeting_end_at
    if spoken_at is None:
        spoken_at = turn.now if attempt.record.answered_at is None else attempt.record.answered_at
    turn.emit(e.AttemptAnswered(call=call.id, attempt=attempt.id, by=spoken_at + connect_ms(turn, attempt)))
    if call.contact is None and call.look_up == "none":
        inbound.look_up(turn, call, turn.state.value(call.party))
    queueing.enqueue(turn, call, values.queue)


def connect_ms(turn: Turn, attempt: Attempt) -> int:
    """How long a person may be without an agent, by the law that held when she answered."""
    at = turn.now if attempt.record.answered_at is None else attempt.record.answered_at
    return see.version(turn.state, turn.state.campaigns[attempt.campaign], at).connect_ms


def abandon_due(turn: Turn, call: Call) -> None:
    """Nobody of ours is there in time. An agent who has answered already is being joined, and is not taken away."""
    if call.state is not CallState.QUEUED or call.connected_at is not None or call.dial is None:
        return
    offer = turn.state.offers.get(call.offer) if call.offer is not None else None
    if offer is not None and offer.accepted:
        return
    if offer is not None and _rung_ms(turn, call, offer) >= PICKS_UP_MS:
        # Her telephone rings on its own: left as she is, she would cost the next callee her two seconds too, and the next.
        queueing.offer_ends(turn, offer, OfferEnd.RANG_OUT)
    else:
        withdraw(turn, call)
    values = turn.state.center.campaigns.get(call.campaign) if call.campaign is not None else None
    if values is None or call.dial not in turn.state.attempts:
        finish(turn, call, CallEnd.DROPPED, Party.SYSTEM)
    else:
        _message(turn, call, values, abandoned=True)


def _rung_ms(turn: Turn, call: Call, offer: Offer) -> int:
    queue, expires_at = turn.state.queue_of(call), turn.state.deadlines.get(Due.OFFER, offer.id)
    return 0 if queue is None or expires_at is None else queue.ring_ms - (expires_at - turn.now)


def waited_in_vain(turn: Turn) -> None:
    """Who answered while we could not hear the carrier, and has waited too long since, is not offered to an agent any more."""
    for call in list(turn.state.calls.values()):
        by = turn.state.deadlines.get(Due.ABANDON, call.id)
        if by is not None and by <= turn.now:
            abandon_due(turn, call)


def leave_message(turn: Turn, call: Call, values: CampaignValues) -> None:
    """To a machine that records."""
    _say(turn, call, values, values.voicemail, wait_ms=MACHINE_WAIT_MS, machine=True)


def _message(turn: Turn, call: Call, values: CampaignValues, *, abandoned: bool) -> None:
    if turn.up(call.customer) is None or values.message is None:
        finish(turn, call, CallEnd.DROPPED if abandoned else CallEnd.MESSAGE_HEARD, Party.SYSTEM)
    else:
        _say(turn, call, values, values.message, wait_ms=KEY_WAIT_MS, abandoned=abandoned)


def _say(
    turn: Turn,
    call: Call,
    values: CampaignValues,
    message: PromptId | None,
    *,
    wait_ms: int,
    abandoned: bool = False,
    machine: bool = False,
) -> None:
    leg = turn.up(call.customer)
    assert leg is not None
    assert message is not None
    assert call.dial is not None
    prompts = (SayPrompt(message),)
    language = languages.spoken(turn.state.center, call)
    until = turn.now + turn.state.center.timing.ivr_step_ms + wait_ms + _MESSAGE_SLACK_MS
    listen_no_more(turn, call)
    turn.emit(e.MessageBegan(call=call.id, attempt=call.dial, abandoned=abandoned, until=until, machine=machine))
    # A key tells that it is a person after all, whether it opts out or not.
    effect, gather = turn.entropy.effect(), machine or values.opt_out_key is not None
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
                timeout_ms=wait_ms,
                between_ms=wait_ms,
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
    """The key that opts out holds at once: before anything else is dialed the number is on the list, or the effect is pending.
    Whoever presses any key while a message is left to a machine is a person."""
    values = turn.state.center.campaigns.get(call.campaign) if call.campaign is not None else None
    turn.emit(e.DigitsEntered(call=call.id, leg=signal.leg, effect=signal.effect, end=signal.end, count=len(signal.digits)))
    attempt = turn.state.attempts.get(call.dial) if call.dial is not None else None
    if attempt is not None and attempt.record.state is AttemptState.MACHINE and signal.digits:
        turn.emit(e.PersonFound(call=call.id, attempt=attempt.id))
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
    if attempt is None:
        return CallEnd.MESSAGE_HEARD
    if attempt.record.machine is not None:
        return CallEnd.DROPPED if attempt.record.person else CallEnd.MACHINE
    return CallEnd.DROPPED if attempt.record.state is AttemptState.APOLOGY else CallEnd.MESSAGE_HEARD


def end_of_dial(turn: Turn, call: Call) -> CallEnd:
    """The callee, or the network, ended it before anybody of ours was there, or it was known who answered."""
    attempt = turn.state.attempts.get(call.dial) if call.dial is not None else None
    if attempt is None or attempt.record.answered_at is None:
        return CallEnd.NOT_REACHED
    return CallEnd.MACHINE if attempt.record.state is AttemptState.MACHINE else CallEnd.DROPPED


def listen_no_more(turn: Turn, call: Call) -> None:
    """An agent is there, or a message begins: who answered matters no more, and nobody listens to what is said."""
    attempt = turn.state.attempts.get(call.dial) if call.dial is not None else None
    leg = turn.up(call.customer)
    if attempt is not None and attempt.listened and leg is not None:
        turn.ask(fx.StopDetecting(effect=turn.entropy.effect(), carrier=leg.carrier, leg=leg.id))
