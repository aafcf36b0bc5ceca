"""What it means for a call that one of its legs is up, unanswered, or gone. Finds the story; the stories say what follows."""

from callcenter.hub import conversation, inbound, outbound, queueing, transfers
from callcenter.hub.dialing import listening
from callcenter.hub.endings import finish
from callcenter.hub.state import Leg
from callcenter.hub.turn import Turn
from callcenter.kernel import events as e
from callcenter.kernel.call_state import CallState
from callcenter.kernel.ids import LegId
from callcenter.kernel.words import CallEnd, Cause, LegRole, Party


def up(turn: Turn, leg: Leg) -> None:
    call = turn.state.calls[leg.call]
    turn.emit(e.LegUp(call=call.id, leg=leg.id, happened_at=turn.happened_at))
    offer = turn.state.offers.get(call.offer) if call.offer is not None else None
    match leg.role:
        case LegRole.CALLER if call.state is CallState.IVR and call.flow is None:
            inbound.answered(turn, call)
        case LegRole.AGENT | LegRole.TAKING if offer is not None and offer.leg == leg.id:
            queueing.accepted(turn, offer)
        case LegRole.DIALED if call.state is CallState.DIALING:
            listening.answered(turn, call)
        case LegRole.PLACING if call.state is CallState.PLACING:
            outbound.device_up(turn, call, leg)
        case LegRole.CUSTOMER if call.state is CallState.PLACING:
            outbound.customer_up(turn, call)
        case LegRole.RECONNECT if call.state is CallState.INTERRUPTED:
            conversation.reconnected(turn, call, leg)
        case LegRole.TARGET if call.state is CallState.TRANSFERRING:
            transfers.answered(turn, call)
        case _:
            turn.drop(leg.id)


def down(turn: Turn, leg_id: LegId, cause: Cause, *, by_us: bool = False, detail: str = "") -> None:
    """A leg is gone: what that means for its call."""
    leg = turn.state.legs[leg_id]
    call = turn.state.calls[leg.call]
    alive, serving, target = leg.alive, call.agent_leg == leg.id, call.target == leg.id
    offer = turn.state.offers.get(call.offer) if call.offer is not None else None
    turn.emit(
        e.LegDown(call=call.id, leg=leg.id, cause=cause, by_us=by_us, detail=detail, happened_at=turn.happened_at)
    )
    if not alive or call.state is CallState.OVER:
        return
    match leg.role:
        case LegRole.CALLER | LegRole.CUSTOMER | LegRole.DIALED:
            conversation.customer_down(turn, call, cause)
        case LegRole.AGENT | LegRole.TAKING if offer is not None and offer.leg == leg.id:
            if offer.accepted:
                transfers.connect_failed(turn, call, "agent_left", her_doing=cause is Cause.NORMAL)
            else:
                transfers.offer_ends(turn, offer, queueing.end_of_ringing(cause))
        case LegRole.PLACING if call.state is CallState.PLACING:
            outbound.device_down(turn, call, cause)
        case LegRole.TARGET if target and call.state is CallState.OUTSIDE:
            finish(turn, call, CallEnd.COMPLETED, Party.TARGET)
        case LegRole.TARGET if target:
            transfers.failed(turn, call, cause.value)
        case LegRole.AGENT | LegRole.TAKING | LegRole.PLACING | LegRole.RECONNECT if serving and call.agent is not None:
            conversation.agent_leg_down(turn, call, cause)
        case _:
            pass


def unanswered(turn: Turn, leg_id: LegId) -> None:
    """A leg that we gave up ringing: for its call it counts as unanswered now; its end will be heard later."""
    leg = turn.state.legs[leg_id]
    call = turn.state.calls[leg.call]
    match leg.role:
        case LegRole.CUSTOMER | LegRole.DIALED if call.state in (CallState.PLACING, CallState.DIALING):
            finish(turn, call, CallEnd.NOT_REACHED, Party.SYSTEM, cause=Cause.NO_ANSWER)
        case LegRole.PLACING if call.state is CallState.PLACING:
            finish(turn, call, CallEnd.FAILED, Party.SYSTEM, cause=Cause.NO_ANSWER)
        case LegRole.TARGET if call.state is CallState.TRANSFERRING:
            transfers.failed(turn, call, Cause.NO_ANSWER.value)
        case LegRole.RECONNECT if call.state is CallState.INTERRUPTED and call.agent is not None:
            conversation.ring_again(turn, turn.state.agents[call.agent])
        case _:
            pass
