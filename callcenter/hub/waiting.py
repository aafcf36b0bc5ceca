"""Why a call still waits: who could take it, and what each of them is doing instead. Reads the state, decides nothing."""

from msgspec import Struct

from callcenter.hub.state import Agent, State
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.ids import AgentId, CallId, QueueId, SkillId
from callcenter.kernel.presence import Presence
from routing.ranking import satisfies


class WhyWaiting(Struct, frozen=True):
    """`position` is None while an offer rings. Each agent of `instead` has the skills; the word is what keeps her."""

    queue: QueueId
    since: int
    position: int | None
    offered_to: AgentId | None
    needs: dict[SkillId, int]
    instead: dict[AgentId, str]
    unskilled: int
    """How many agents lack a skill or a level."""


def why_waiting(state: State, call_id: CallId) -> WhyWaiting | None:
    """None when the call does not wait."""
    call = state.calls.get(call_id)
    if call is None or call.state is not CallState.QUEUED or call.queue is None:
        return None
    offer = state.offers.get(call.offer) if call.offer is not None else None
    able = [agent for agent in state.agents.values() if satisfies(agent.values.skills, call.queue_skills)]
    return WhyWaiting(
        queue=call.queue,
        since=call.since,
        position=state.matcher.position(call_id),
        offered_to=None if offer is None else offer.agent,
        needs=call.queue_skills,
        instead={agent.id: keeps(state, agent) for agent in able},
        unskilled=len(state.agents) - len(able),
    )


def keeps(state: State, agent: Agent) -> str:
    """What keeps an agent from an offer: the first of what holds; `free` when nothing does."""
    if not agent.values.active:
        return "not active"
    if agent.presence is Presence.SIGNED_OUT:
        return "signed out"
    if agent.activity is not Activity.IDLE:
        return agent.activity.value
    if agent.presence is not Presence.AVAILABLE:
        return f"not ready ({agent.reason})" if agent.reason else "not ready"
    if agent.aside is not None:
        return f"set aside ({agent.aside.value})"
    if not state.carrier_up(agent.carrier):
        return "her carrier is down"
    return "free" if agent.reachable else "her phone is not registered"
