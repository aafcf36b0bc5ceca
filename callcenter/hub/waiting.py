"""Why a call still waits: its place, who could take it, and what keeps each of them. Reads the state, decides nothing.

Here is the one rule for who can be offered a call, and the one place in the queue: callers hear it, `explain` prints it.
"""

from msgspec import Struct

from callcenter.hub.state import Agent, Call, State
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.ids import AgentId, CallId, CampaignId, QueueId, SkillId
from callcenter.kernel.presence import Presence
from routing.ranking import satisfies

FREE = "free"
"""Nothing keeps her from an offer."""


class WhyWaiting(Struct, frozen=True):
    """`position` is what the caller is told, None while an offer rings. Each agent of `instead` has the skills; the word is what
    keeps her."""

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
    able = [agent for agent in state.agents.values() if satisfies(offered_skills(agent), call.queue_skills)]
    return WhyWaiting(
        queue=call.queue,
        since=call.since,
        position=place(state, call),
        offered_to=None if offer is None else offer.agent,
        needs=call.queue_skills,
        instead={agent.id: keeps(state, agent) for agent in able},
        unskilled=len(state.agents) - len(able),
    )


def place(state: State, call: Call) -> int | None:
    """Her place in the queue. Calls ahead that ring at an agent count: their offers may fail, and no place may get worse."""
    position = state.matcher.position(call.id)
    if position is None:
        return None
    rank = (-call.queue_priority, call.since, call.id)
    ringing = (state.calls[offer.call] for offer in state.offers.values())
    return position + sum(
        1 for other in ringing if other.queue == call.queue and (-other.queue_priority, other.since, other.id) < rank
    )


def campaign_skill(campaign: CampaignId) -> SkillId:
    """What whoever works a campaign has, and its answered dials ask for: no skill of the center's has such a name."""
    return SkillId(f"campaign/{campaign}")


def own_skill(agent: AgentId) -> SkillId:
    """What a lead asks for that is hers alone."""
    return SkillId(f"agent/{agent}")


def offered_skills(agent: Agent) -> dict[SkillId, int]:
    """Her skills, and what lets her have her campaign's dials."""
    if agent.campaign is None:
        return agent.values.skills
    return {**agent.values.skills, campaign_skill(agent.campaign): 1, own_skill(agent.id): 1}


def keeps(state: State, agent: Agent) -> str:
    """What keeps an agent from an offer: the first of what holds; FREE when nothing does, and only then is she offered one."""
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
    return FREE if agent.reachable else "her phone is not registered"
