"""The register of folding functions, and the small steps that several of them share."""

from collections.abc import Callable
from typing import Any, TypeVar

from callcenter.hub.deadlines import Due
from callcenter.hub.state import Agent, Call, State
from callcenter.hub.waiting import FREE, keeps, offered_skills
from callcenter.kernel import events as e
from callcenter.kernel.activity import ACTIVITY
from callcenter.kernel.call_state import CallState
from callcenter.kernel.ids import AgentId
from routing.matching import Free, Waiting

E = TypeVar("E")
Folder = Callable[[State, Any, int], None]
folders: dict[type, Folder] = {}

CALL_DEADLINES = (
    Due.ANSWER,
    Due.IVR_STEP,
    Due.IVR_TOTAL,
    Due.ANNOUNCE,
    Due.CONNECT,
    Due.CALL,
    Due.LONGEST,
    Due.ABANDON,
)
"""Those of a call itself; none outlives it."""


def folds(event_type: type[E]) -> Callable[[Callable[[State, E, int], None]], Callable[[State, E, int], None]]:
    def register(function: Callable[[State, E, int], None]) -> Callable[[State, E, int], None]:
        folders[event_type] = function
        return function

    return register


def act(state: State, agent: AgentId, event: e.AnyEvent) -> Agent:
    """Moves the agent's activity by its table and keeps her place among the free in step."""
    her = state.agents[agent]
    her.activity = ACTIVITY.next(her.activity, type(event))
    return her


def sync_free(state: State, agent: Agent) -> None:
    if keeps(state, agent) == FREE:
        state.matcher.put_agent(Free(agent=agent.id, skills=offered_skills(agent), idle_since=agent.idle_since))
    else:
        state.matcher.drop_agent(agent.id)


def sync_waiting(state: State, call: Call) -> None:
    if call.state is CallState.QUEUED and call.offer is None and call.queue is not None:
        state.matcher.put_call(
            Waiting(call=call.id, queue=call.queue, since=call.since, priority=call.queue_priority, skills=call.queue_skills)
        )
    else:
        state.matcher.drop_call(call.id)


def forget_when_done(state: State, call: Call) -> None:
    if call.state is CallState.OVER and not call.legs and not call.open_recordings and not call.wrapping:
        for due in CALL_DEADLINES:
            state.deadlines.clear(due, call.id)
        for effect in [p.effect for p in state.pending.values() if p.call == call.id]:
            del state.pending[effect]
        for bridge in [b for b, owner in state.bridges.items() if owner == call.id]:
            del state.bridges[bridge]
        state.matcher.drop_call(call.id)
        del state.calls[call.id]


def idle(state: State, agent: Agent, at: int) -> None:
    agent.call = None
    agent.offer = None
    agent.idle_since = at
    sync_free(state, agent)


def forget_joins(state: State, call: Call) -> None:
    """Joins that are under way no longer matter: the call goes another way."""
    for leg_id in call.legs:
        leg = state.legs[leg_id]
        if leg.joining is not None:
            state.pending.pop(leg.joining, None)
            leg.joining = None
