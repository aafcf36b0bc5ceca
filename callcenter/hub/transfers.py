"""Blind transfers: to a queue, to an agent, to a number outside. The agent leaves at once; the customer is never left alone.

Nobody answers: the call goes to the queue it came from (else the default one), at the place that its arrival earns.
"""

from callcenter.hub import numbers, queueing
from callcenter.hub.endings import leave
from callcenter.hub.state import Call, Offer
from callcenter.hub.turn import Turn
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.commands import Done
from callcenter.kernel.effects import SETUP_MS
from callcenter.kernel.errors import NotFound, Refused
from callcenter.kernel.presence import Presence
from callcenter.kernel.words import Cause, LegRole, OfferEnd, Treatment

_ALLOWED = (CallState.CONNECTED, CallState.HELD)
_WHY = {
    OfferEnd.RANG_OUT: Cause.NO_ANSWER.value,
    OfferEnd.REJECTED: Cause.REJECTED.value,
    OfferEnd.DEVICE_ERROR: OfferEnd.DEVICE_ERROR.value,
}
"""Why a transfer failed, by the end of the offer that it was: the same words as for a number outside, where there are any."""


def transfer(turn: Turn, command: c.TransferBlind) -> Done:
    call = turn.call_of(command.agent, command.call)
    if call.state not in _ALLOWED:
        raise Refused("not_talking", "Only a connected or held call can be transferred.")
    match command.to:
        case c.ToQueue(queue):
            if queue not in turn.state.center.queues:
                raise NotFound("There is no such queue.")
            _let_go(turn, call, Treatment.MUSIC)
            queueing.enqueue(turn, call, queue, own_skills=False)
        case c.ToAgent(agent_id):
            _to_agent(turn, call, command, agent_id)
        case c.ToNumber(written):
            number = numbers.dialable(written, turn.state.center.outside)
            ring_ms = turn.state.center.timing.transfer_ring_ms
            row = turn.row("number", number)
            _let_go(turn, call, Treatment.RINGBACK)
            until = turn.now + SETUP_MS + 2 * ring_ms
            turn.emit(e.TransferStarted(call=call.id, agent=command.agent, to_number=row, until=until))
            turn.dial_number(call, row, LegRole.TARGET, ring_ms)
    return Done()


def _to_agent(turn: Turn, call: Call, command: c.TransferBlind, agent_id: object) -> None:
    other = turn.state.agents.get(agent_id)  # type: ignore[call-overload]
    if other is None or not other.values.active or other.presence is Presence.SIGNED_OUT:
        raise Refused("agent_not_there", "This colleague is not signed in. Transfer to a queue instead.")
    if other.id == command.agent:
        raise Refused("same_agent", "You have this call already.")
    if other.presence is not Presence.AVAILABLE or other.activity is not Activity.IDLE or other.aside is not None:
        raise Refused("agent_busy", "This colleague is not free. Choose another, or transfer to a queue.")
    if not other.reachable:
        raise Refused("agent_unreachable", "This colleague's telephone cannot be reached. Choose another, or a queue.")
    ring_ms = turn.state.center.timing.transfer_ring_ms
    _let_go(turn, call, Treatment.MUSIC)
    turn.emit(e.TransferStarted(call=call.id, agent=command.agent, to_agent=other.id, until=turn.now + 2 * ring_ms))
    queueing.offer(turn, call, other, ring_ms, ("transferred to her",))


def _let_go(turn: Turn, call: Call, treatment: Treatment) -> None:
    """The customer leaves the bridge, the agent leaves the call, the bridge goes."""
    bridge = call.bridge
    turn.treat(call.customer, treatment)
    leave(turn, call, "transferred")
    turn.close_bridge(call, bridge)


def answered(turn: Turn, call: Call) -> None:
    """The outside number answered: the customer is joined with it."""
    bridge = turn.entropy.bridge()
    turn.join(call.target, bridge)
    turn.join(call.customer, bridge)


def offer_ends(turn: Turn, offer: Offer, end: OfferEnd) -> None:
    """An offer that still rang is over; if it was a transfer, that has failed."""
    call = turn.state.calls[offer.call]
    queueing.offer_ends(turn, offer, end)
    failed(turn, call, _WHY[end])


def connect_failed(turn: Turn, call: Call, why: str, *, her_doing: bool) -> None:
    """An agent answered but was not joined; if it was a transfer, that has failed."""
    queueing.connect_failed(turn, call, why, her_doing=her_doing)
    failed(turn, call, why)


def failed(turn: Turn, call: Call, why: str) -> None:
    """Nobody took the call: back to a queue, with the wait counted from the call's arrival. Nothing for any other call."""
    if call.state is not CallState.TRANSFERRING:
        return
    bridge = call.bridge
    turn.treat(call.customer, Treatment.MUSIC)
    turn.emit(e.TransferFailed(call=call.id, why=why))
    turn.close_bridge(call, bridge)
    queueing.enqueue(turn, call, call.queue, since=call.began_at)


def due(turn: Turn, call: Call) -> None:
    """The transfer came to nothing in its time."""
    offer = turn.state.offers.get(call.offer) if call.offer is not None else None
    if offer is not None:
        return  # the offer has a deadline of its own, and its end leads here
    turn.drop(call.target)
    failed(turn, call, "no_answer")
