"""Calls that an agent places: her own device first, then the customer, then both together.

Her presence is never touched: a call that fails gives back what she had chosen.
"""

from callcenter.hub import desk, inbound, numbers
from callcenter.hub.endings import finish
from callcenter.hub.state import Agent, Call, Leg
from callcenter.hub.turn import Turn
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.commands import Done
from callcenter.kernel.errors import Refused
from callcenter.kernel.ids import AgentId, CallId, ContactId, PersonalId
from callcenter.kernel.words import CallEnd, Cause, LegRole, Party, Treatment


def place(turn: Turn, command: c.PlaceCall) -> Done:
    """A repetition of what was carried out is answered as it was, whatever has become of her meanwhile."""
    if command.call is not None and command.call in turn.state.calls:
        return Done(call=command.call)
    agent = ready(turn, command.agent)
    assert agent.carrier is not None
    number = numbers.dialable(command.number, turn.state.center.outside)
    call_id = command.call or turn.entropy.call()
    turn.emit(
        e.CallPlaced(
            call=call_id,
            carrier=agent.carrier,
            agent=agent.id,
            number=turn.row("number", number),
            contact=command.contact,
        )
    )
    call = turn.state.calls[call_id]
    inbound.look_up(turn, call, number)
    turn.dial_device(call, agent, LegRole.PLACING, turn.state.center.timing.device_answer_ms)
    return Done(call=call_id)


def ready(turn: Turn, agent_id: AgentId) -> Agent:
    """The agent, if she can place a call now. Raises NotFound or Refused."""
    agent = desk.signed_in(turn, agent_id)
    if agent.activity is not Activity.IDLE:
        raise Refused("busy", "Finish what you are doing first: a call, an offer or a wrap-up is open.")
    if not agent.reachable:
        raise Refused("device_unreachable", "Your telephone is not connected. Check the line at the top of the page.")
    if not turn.state.carrier_up(agent.carrier):
        raise Refused("carrier_down", "The telephone system does not answer. Try again in a moment.")
    return agent


def place_lead(
    turn: Turn, agent_id: AgentId, number: PersonalId, contact: ContactId | None, wanted: CallId | None = None
) -> CallId:
    """A lead that she has read: the number was checked when it was claimed. `wanted`: the call's id. Raises as `place`."""
    agent = ready(turn, agent_id)
    assert agent.carrier is not None
    call_id = wanted or turn.entropy.call()
    turn.emit(e.CallPlaced(call=call_id, carrier=agent.carrier, agent=agent.id, number=number, contact=contact))
    call = turn.state.calls[call_id]
    if contact is None:
        inbound.look_up(turn, call, turn.state.value(number))
    turn.dial_device(call, agent, LegRole.PLACING, turn.state.center.timing.device_answer_ms)
    return call_id


def device_up(turn: Turn, call: Call, leg: Leg) -> None:
    """Her device answered: she hears ringing while the customer is called."""
    turn.treat(leg.id, Treatment.RINGBACK)
    assert call.party is not None
    values = turn.state.center.campaigns.get(call.campaign) if call.campaign is not None else None
    ring_ms = turn.state.center.timing.place_ring_ms if values is None else values.ring_ms
    turn.dial_number(call, call.party, LegRole.CUSTOMER, ring_ms, caller_id=values.caller_id if values is not None else "")


def customer_up(turn: Turn, call: Call) -> None:
    bridge = turn.entropy.bridge()
    turn.join(call.agent_leg, bridge)
    turn.join(call.customer, bridge)


def device_down(turn: Turn, call: Call, cause: Cause) -> None:
    """Her device ended before the customer was there: she gave up, or it never answered."""
    gave_up = cause in (Cause.NORMAL, Cause.REJECTED, Cause.BUSY)
    finish(turn, call, CallEnd.WITHDRAWN if gave_up else CallEnd.FAILED, Party.AGENT if gave_up else Party.SYSTEM, cause=cause)
