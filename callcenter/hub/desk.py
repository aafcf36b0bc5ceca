"""The agent at her desk: signing in and out, what she chooses, her device, wrap-up."""

from callcenter.hub import conversation, transfers
from callcenter.hub.state import Agent
from callcenter.hub.turn import Turn
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.commands import Done
from callcenter.kernel.errors import NotFound, Refused
from callcenter.kernel.ids import AgentId
from callcenter.kernel.presence import Presence
from callcenter.kernel.words import OfferEnd


def _agent(turn: Turn, agent_id: AgentId) -> Agent:
    """Also one whom the center no longer has, and who must be able to finish and go home."""
    agent = turn.state.agents.get(agent_id)
    if agent is None:
        raise NotFound("There is no such agent in this center.")
    return agent


def _employed(turn: Turn, agent_id: AgentId) -> Agent:
    agent = _agent(turn, agent_id)
    if not agent.values.active:
        raise NotFound("There is no such agent in this center.")
    return agent


def signed_in(turn: Turn, agent_id: AgentId) -> Agent:
    """The agent, who sits at a device. Raises NotFound or Refused."""
    agent = _employed(turn, agent_id)
    if agent.presence is Presence.SIGNED_OUT:
        raise Refused("not_signed_in", "Sign in with a telephone first.")
    return agent


def sign_in(turn: Turn, command: c.SignIn) -> Done:
    agent = _employed(turn, command.agent)
    owner = turn.state.devices.get((command.carrier, command.device))
    if owner is not None and owner != agent.id:
        raise Refused("device_taken", "This telephone belongs to a colleague who is signed in.")
    if agent.presence is Presence.SIGNED_OUT:
        turn.emit(e.AgentSignedIn(agent=agent.id, carrier=command.carrier, device=command.device, reachable=command.reachable))
        return Done()
    turn.emit(e.AgentMoved(agent=agent.id, carrier=command.carrier, device=command.device, reachable=command.reachable))
    offer = turn.state.offers.get(agent.offer) if agent.offer is not None else None
    call = turn.state.calls.get(agent.call) if agent.call is not None else None
    if offer is not None and not offer.accepted:
        _offer_fails(turn, agent)
    elif call is not None and call.agent == agent.id and call.state in (CallState.CONNECTED, CallState.HELD):
        conversation.line_lost(turn, call)
    else:
        conversation.ring_again(turn, agent)
    return Done()


def _offer_fails(turn: Turn, agent: Agent) -> None:
    """The device that rang is no longer hers; the offer goes on elsewhere, and she is not punished for moving."""
    assert agent.offer is not None
    offer = turn.state.offers[agent.offer]
    turn.emit(e.OfferOver(call=offer.call, offer=offer.id, agent=agent.id, end=OfferEnd.DEVICE_ERROR))
    turn.drop(offer.leg)
    transfers.failed(turn, turn.state.calls[offer.call], OfferEnd.DEVICE_ERROR.value)


def sign_out(turn: Turn, command: c.SignOut) -> Done:
    agent = _agent(turn, command.agent)
    if agent.presence is Presence.SIGNED_OUT:
        return Done()
    if command.after_call and agent.activity is not Activity.IDLE:
        if agent.id not in turn.state.leaving:
            turn.emit(e.AgentLeaving(agent=agent.id))
        offer = turn.state.offers.get(agent.offer) if agent.offer is not None else None
        if offer is not None and not offer.accepted:
            _offer_fails(turn, agent)
        return Done()
    if agent.activity not in (Activity.IDLE, Activity.WRAPPING):
        raise Refused("in_call", "You are in a call. End or transfer it, or reject the offer, before you sign out.")
    if agent.activity is Activity.WRAPPING:
        _end_wrap_up(turn, agent, by_limit=False)
    turn.emit(e.AgentSignedOut(agent=agent.id))
    return Done()


def go_home(turn: Turn) -> None:
    """Whoever was only to finish what she did has finished."""
    for agent in [turn.state.agents[agent_id] for agent_id in sorted(turn.state.leaving)]:
        if agent.activity is Activity.IDLE:
            turn.emit(e.AgentSignedOut(agent=agent.id))


def set_available(turn: Turn, command: c.SetAvailable) -> Done:
    agent = signed_in(turn, command.agent)
    if agent.aside is not None:
        turn.emit(e.AgentBack(agent=agent.id, by_agent=True))
    if agent.presence is not Presence.AVAILABLE:
        turn.emit(e.AgentAvailable(agent=agent.id))
    return Done()


def set_not_ready(turn: Turn, command: c.SetNotReady) -> Done:
    agent = signed_in(turn, command.agent)
    if command.reason not in {choice.code for choice in turn.state.center.reasons}:
        raise Refused("unknown_reason", "The center has no such reason. Choose one of the list.")
    if agent.presence is not Presence.NOT_READY or agent.reason != command.reason:
        turn.emit(e.AgentNotReady(agent=agent.id, reason=command.reason))
    if agent.aside is not None:
        # Her own choice is the newer reason; it comes first, so that no call is offered in between.
        turn.emit(e.AgentBack(agent=agent.id, by_agent=True))
    return Done()


def reject_offer(turn: Turn, command: c.RejectOffer) -> Done:
    offer = turn.state.offers.get(command.offer)
    if offer is None or offer.agent != command.agent or offer.accepted:
        raise Refused("offer_over", "This offer is over already.")
    transfers.offer_ends(turn, offer, OfferEnd.REJECTED)
    return Done()


def finish_wrap_up(turn: Turn, command: c.FinishWrapUp) -> Done:
    agent = _agent(turn, command.agent)
    if agent.activity is not Activity.WRAPPING:
        raise Refused("not_wrapping_up", "You are not in wrap-up.")
    _end_wrap_up(turn, agent, by_limit=False)
    return Done()


def _end_wrap_up(turn: Turn, agent: Agent, *, by_limit: bool) -> None:
    assert agent.call is not None
    turn.emit(e.WrapUpEnded(agent=agent.id, call=agent.call, by_limit=by_limit))


def wrap_up_due(turn: Turn, agent: Agent) -> None:
    if agent.activity is Activity.WRAPPING:
        _end_wrap_up(turn, agent, by_limit=True)


def aside_due(turn: Turn, agent: Agent) -> None:
    if agent.aside is not None:
        turn.emit(e.AgentBack(agent=agent.id, by_agent=False))


def device_changed(turn: Turn, signal: s.DeviceChanged) -> None:
    """Her device can be rung, or no longer. Nothing follows when it is nobody's, or was so before: carriers repeat themselves."""
    agent_id = turn.state.devices.get((signal.carrier, signal.device))
    agent = turn.state.agents.get(agent_id) if agent_id is not None else None
    if agent is None or agent.reachable == signal.reachable:
        return
    if signal.reachable:
        turn.emit(e.DeviceReachable(agent=agent.id))
        conversation.ring_again(turn, agent)
        return
    turn.emit(e.DeviceUnreachable(agent=agent.id))
    call = turn.state.calls.get(agent.call) if agent.call is not None else None
    offer = turn.state.offers.get(agent.offer) if agent.offer is not None else None
    if offer is not None and not offer.accepted:
        _offer_fails(turn, agent)
    elif call is not None and call.agent == agent.id and call.state in (CallState.CONNECTED, CallState.HELD):
        conversation.line_lost(turn, call)
