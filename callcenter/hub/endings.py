"""How calls, and agents' parts in them, end: in one place, so that an ended call never leaves anything behind."""

from callcenter.hub.state import Call
from callcenter.hub.turn import Turn
from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.center import QueueValues
from callcenter.kernel.words import CallEnd, Cause, OfferEnd, Party


def finish(turn: Turn, call: Call, end: CallEnd, by: Party, *, why: str = "", cause: Cause = Cause.NORMAL) -> None:
    """Ends a call for everyone in it. `why` says why an agent's part ended."""
    if call.state is CallState.OVER:
        return
    withdraw(turn, call)
    bridge = call.bridge
    if call.agent is not None:
        her = turn.state.agents[call.agent]
        if her.activity is Activity.DIALING:
            turn.emit(e.PlacedCallFailed(call=call.id, agent=her.id, cause=cause))
        else:
            leave(turn, call, why or "agent_hung_up")
    turn.emit(e.CallOver(call=call.id, end=end, by=by, cause=cause, happened_at=turn.happened_at))
    for leg in tuple(call.legs):
        turn.drop(leg)
    turn.close_bridge(call, bridge)
    for recording in tuple(call.open_recordings):
        turn.stop_recording(call, recording)  # one of a bridge that went before: its end may have been lost


def withdraw(turn: Turn, call: Call) -> None:
    """Takes back an offer that still rings, or that was accepted but not joined."""
    offer = turn.state.offers.get(call.offer) if call.offer is not None else None
    if offer is None:
        return
    if offer.accepted:
        turn.emit(e.ConnectFailed(call=call.id, agent=offer.agent, why="caller_left"))
    else:
        turn.emit(e.OfferOver(call=call.id, offer=offer.id, agent=offer.agent, end=OfferEnd.WITHDRAWN))
    turn.drop(offer.leg)


def leave(turn: Turn, call: Call, why: str) -> None:
    """The agent's part in a conversation is over; her wrap-up begins."""
    assert call.agent is not None
    agent = call.agent
    leg = call.agent_leg
    turn.emit(e.AgentLeft(call=call.id, agent=agent, why=why))
    values = wrap_up_values(turn, call)
    turn.emit(
        e.WrapUpStarted(
            agent=agent,
            call=call.id,
            queue=call.queue,
            limit_at=turn.now + values.wrap_up_ms,
            hard_at=turn.now + values.wrap_up_hard_ms,
        )
    )
    turn.drop(leg)


def wrap_up_values(turn: Turn, call: Call) -> QueueValues:
    """The queue whose limits hold: the call's, else that of the campaign whose lead an agent dialed, else the default one."""
    center = turn.state.center
    campaign = center.campaigns.get(call.campaign) if call.campaign is not None else None
    of_campaign = center.queue(campaign.queue) if campaign is not None else None
    chosen = center.queue(call.queue) or of_campaign or center.queue(center.default_queue)
    assert chosen is not None, "a center without a default queue is not applied"
    return chosen
