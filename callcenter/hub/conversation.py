"""Customer and agent in one bridge: joined, held, interrupted when her line is lost, restored, ended.

The customer's leg lives in a bridge that is the service's own, so an agent's device may vanish without taking the call along.
"""

from callcenter.hub import queueing, transfers
from callcenter.hub.dialing import answers, follow_ups
from callcenter.hub.endings import finish, leave
from callcenter.hub.state import Agent, Call, Leg
from callcenter.hub.turn import Turn
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.call_state import CallState
from callcenter.kernel.commands import Done
from callcenter.kernel.errors import NotFound, Refused
from callcenter.kernel.ids import BridgeId
from callcenter.kernel.words import CallEnd, Cause, LegRole, Party, Treatment

_IN_CONVERSATION = (CallState.CONNECTED, CallState.HELD)


# -- legs come together -----------------------------------------------------------------------------------------------------


def joined(turn: Turn, call: Call, leg: Leg, bridge: BridgeId) -> None:
    """A leg is in the bridge; what that means depends on what the call was waiting for."""
    turn.emit(e.LegInBridge(call=call.id, leg=leg.id, bridge=bridge))
    if bridge != call.bridge:
        return
    customer = _inside(turn, call, call.customer)
    agent = _inside(turn, call, call.agent_leg)
    match call.state:
        case CallState.QUEUED | CallState.PLACING | CallState.TRANSFERRING if customer and agent:
            _connected(turn, call, bridge)
        case CallState.TRANSFERRING if customer and _inside(turn, call, call.target):
            assert call.target is not None
            turn.emit(e.TransferCompleted(call=call.id, leg=call.target))
        case CallState.HELD if leg.id == call.customer:
            assert call.agent is not None
            turn.emit(e.CallRetrieved(call=call.id, agent=call.agent))
        case CallState.INTERRUPTED if agent and (customer or call.on_hold):
            _restored(turn, call, bridge)
        case CallState.CONNECTED if customer and agent:
            _record(turn, call, bridge)
        case _:
            pass


def _inside(turn: Turn, call: Call, leg_id: object) -> bool:
    leg = turn.state.legs.get(leg_id)  # type: ignore[call-overload]
    return leg is not None and leg.bridge is not None and leg.bridge == call.bridge


def _connected(turn: Turn, call: Call, bridge: BridgeId) -> None:
    assert call.agent is not None
    assert call.agent_leg is not None
    turn.emit(
        e.CallConnected(
            call=call.id,
            agent=call.agent,
            leg=call.agent_leg,
            bridge=bridge,
            until=turn.now + turn.state.center.timing.longest_call_ms,
        )
    )
    answers.listen_no_more(turn, call)
    _record(turn, call, bridge)


def _restored(turn: Turn, call: Call, bridge: BridgeId) -> None:
    """She is back as she was: with the customer, or with the customer on hold."""
    assert call.agent is not None
    assert call.agent_leg is not None
    on_hold = call.on_hold
    turn.emit(e.LineRestored(call=call.id, agent=call.agent, leg=call.agent_leg))
    if on_hold:
        turn.emit(e.CallHeld(call=call.id, agent=call.agent))
    _record(turn, call, bridge)


def _record(turn: Turn, call: Call, bridge: BridgeId) -> None:
    """Starts the recording that belongs to the conversation, unless it runs: one ends by itself when both have left a bridge."""
    queue = turn.state.queue_of(call)
    if call.recording is None and (queue is None or queue.record):
        turn.record(call, bridge)


def connect_due(turn: Turn, call: Call) -> None:
    """Legs that were to be joined are still apart."""
    if call.offer is not None:
        transfers.connect_failed(turn, call, "too_slow", her_doing=False)
    elif call.state is CallState.TRANSFERRING:
        turn.drop(call.target)
        transfers.failed(turn, call, "too_slow")
    elif call.state is CallState.PLACING:
        finish(turn, call, CallEnd.FAILED, Party.SYSTEM, cause=Cause.FAILED)
    elif call.state is CallState.INTERRUPTED:
        turn.drop(call.agent_leg)


def join_failed(turn: Turn, call: Call, leg: Leg) -> None:
    """The carrier did not put a leg into the bridge. A leg that is gone says so itself, by its end."""
    if call.state in (CallState.QUEUED, CallState.TRANSFERRING, CallState.PLACING, CallState.INTERRUPTED):
        connect_due(turn, call)
    elif call.state is CallState.HELD and leg.id == call.customer:
        turn.treat(leg.id, Treatment.MUSIC)


def bridge_closed(turn: Turn, call: Call, bridge: BridgeId) -> None:
    """Our own doing after the end; in mid-conversation the two are joined again in a new bridge."""
    current = call.bridge == bridge
    turn.emit(e.BridgeOver(call=call.id, bridge=bridge))
    if not current:
        return
    if call.state in (*_IN_CONVERSATION, CallState.OUTSIDE) or (call.state is CallState.INTERRUPTED and turn.up(call.agent_leg)):
        fresh = turn.entropy.bridge()
        turn.join(call.agent_leg or call.target, fresh)
        if not call.on_hold:
            turn.join(call.customer, fresh)
    elif call.offer is not None and call.agent is not None:
        transfers.connect_failed(turn, call, "bridge_lost", her_doing=False)


# -- commands ---------------------------------------------------------------------------------------------------------------


def hold(turn: Turn, command: c.Hold) -> Done:
    call = turn.call_of(command.agent, command.call)
    if call.state is not CallState.CONNECTED:
        raise Refused("not_talking", "Only a call that is connected can be put on hold.")
    turn.emit(e.CallHeld(call=call.id, agent=command.agent))
    turn.treat(call.customer, Treatment.MUSIC)
    return Done()


def retrieve(turn: Turn, command: c.Retrieve) -> Done:
    call = turn.call_of(command.agent, command.call)
    if call.state is not CallState.HELD:
        raise Refused("not_held", "This call is not on hold.")
    bridge = call.bridge
    if bridge is None:
        bridge = turn.entropy.bridge()
        turn.join(call.agent_leg, bridge)
    turn.join(call.customer, bridge)
    return Done()


def hang_up(turn: Turn, command: c.HangUp) -> Done:
    call = turn.call_of(command.agent, command.call)
    if call.state is CallState.PLACING:
        finish(turn, call, CallEnd.WITHDRAWN, Party.AGENT)
    elif call.state in (*_IN_CONVERSATION, CallState.INTERRUPTED):
        finish(turn, call, CallEnd.COMPLETED, Party.AGENT, why="agent_hung_up")
    else:
        raise Refused("not_in_call", "There is nothing to hang up: the call is not connected yet. Reject the offer instead.")
    return Done()


def choose_contact(turn: Turn, command: c.ChooseContact) -> Done:
    call = turn.state.calls.get(command.call)
    offer = turn.state.offers.get(call.offer) if call is not None and call.offer is not None else None
    offered = offer is not None and offer.agent == command.agent  # her page shows the caller while her phone rings
    if call is None or not (offered or call.agent == command.agent or command.agent in call.wrapping):
        raise NotFound("You are not in this call (any more).")
    turn.emit(e.ContactChosen(call=call.id, contact=command.contact, agent=command.agent))
    return Done()


def set_disposition(turn: Turn, command: c.SetDisposition) -> Done:
    call = turn.state.calls.get(command.call)
    if call is not None and command.agent not in call.served:
        raise NotFound("You were not in this call.")
    if call is None or (call.agent != command.agent and command.agent not in call.wrapping):
        raise Refused("wrap_up_over", "The wrap-up of this call is over; its outcome can no longer be set here.")
    said = follow_ups.of(turn, call, command)
    turn.emit(e.DispositionSet(call=call.id, code=command.code, agent=command.agent))
    if said is not None:
        follow_ups.ask(turn, call, said, command.note)
    return Done()


# -- the agent's line -------------------------------------------------------------------------------------------------------


def line_lost(turn: Turn, call: Call) -> None:
    """The agent's device is gone in mid-call: the customer hears music and is kept for her."""
    assert call.agent is not None
    agent, leg = turn.state.agents[call.agent], call.agent_leg
    until = turn.now + turn.state.center.timing.line_lost_ms
    if call.state is CallState.CONNECTED:
        turn.treat(call.customer, Treatment.MUSIC)
    turn.emit(e.LineLost(call=call.id, agent=agent.id, until=until))
    turn.drop(leg)
    ring_again(turn, agent)


def ring_again(turn: Turn, agent: Agent) -> None:
    """Her device can be rung: if a caller is kept for her, it rings by itself."""
    call = turn.state.calls.get(agent.call) if agent.call is not None else None
    if call is None or call.agent != agent.id or call.state is not CallState.INTERRUPTED or not agent.reachable:
        return
    leg = turn.leg(call.agent_leg)
    if leg is not None and leg.device != agent.device:
        turn.drop(leg.id)  # it rings where she no longer is
        leg = None
    if leg is None:
        turn.dial_device(call, agent, LegRole.RECONNECT, turn.state.center.timing.device_answer_ms)


def reconnected(turn: Turn, call: Call, leg: Leg) -> None:
    """Her device answered again: both go back into the bridge, or she alone when the customer is on hold."""
    bridge = call.bridge or turn.entropy.bridge()
    turn.join(leg.id, bridge)
    if not call.on_hold:
        turn.join(call.customer, bridge)


def line_due(turn: Turn, call: Call) -> None:
    """She did not come back: the caller goes to the head of the queue."""
    since, queue, bridge = call.since, call.queue, call.bridge
    leave(turn, call, "line_lost")
    turn.close_bridge(call, bridge)
    queueing.enqueue(turn, call, queue, since=since or call.began_at, back=True)


# -- legs go ----------------------------------------------------------------------------------------------------------------


def agent_leg_down(turn: Turn, call: Call, cause: Cause) -> None:
    """The device of the agent in the conversation ended: a hang-up ends the call, anything else is a lost line."""
    if call.state not in _IN_CONVERSATION:
        return
    if cause is Cause.NORMAL:
        finish(turn, call, CallEnd.COMPLETED, Party.AGENT, why="agent_hung_up")
    else:
        line_lost(turn, call)


def customer_down(turn: Turn, call: Call, cause: Cause) -> None:
    """The customer is gone: how the call ended depends on how far it had come."""
    lost = cause is Cause.LOST
    match call.state:
        case CallState.IVR:
            end = call.leave or CallEnd.ABANDONED_IN_IVR
        case CallState.QUEUED if call.dial is not None and call.connected_at is None:
            end = CallEnd.DROPPED
        case CallState.QUEUED:
            end = CallEnd.ABANDONED_IN_QUEUE
        case CallState.MESSAGE:
            end = answers.end_of_message(turn, call)
        case CallState.DIALING:
            end = answers.end_of_dial(turn, call)
        case CallState.PLACING:
            end = CallEnd.NOT_REACHED
        case _:
            end = CallEnd.COMPLETED
    party = Party.SYSTEM if lost or end is CallEnd.NOT_REACHED else Party.CUSTOMER
    finish(turn, call, CallEnd.LOST if lost else end, party, why="caller_hung_up", cause=cause)


def longest_due(turn: Turn, call: Call) -> None:
    finish(turn, call, CallEnd.COMPLETED, Party.SYSTEM, why="too_long")
