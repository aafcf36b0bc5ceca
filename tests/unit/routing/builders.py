"""Sentences for routing stories, and the naive scan that specifies the matcher."""

from callcenter.kernel.clock import SECOND
from callcenter.kernel.ids import AgentId, CallId, QueueId, SkillId
from routing.matching import Matcher
from routing.queue import Waiting, place
from routing.ranking import LONGEST_IDLE, Free, Strategy, satisfies

NOON = 1_767_268_800_000


def a_call(
    name: str, queue: str = "sales", *, waits: float = 0, priority: int = 0, needs: dict[str, int] | None = None
) -> Waiting:
    """A call that has waited so many seconds at NOON."""
    return Waiting(
        call=CallId(name),
        queue=QueueId(queue),
        since=NOON - round(waits * SECOND),
        priority=priority,
        skills={SkillId(skill): level for skill, level in (needs or {}).items()},
    )


def an_agent(name: str, *, idle: float = 0, **skills: int) -> Free:
    """An agent who has been idle for so many seconds at NOON."""
    return Free(
        agent=AgentId(name),
        skills={SkillId(skill): level for skill, level in skills.items()},
        idle_since=NOON - round(idle * SECOND),
    )


def offers(matcher: Matcher) -> list[tuple[str, str]]:
    """Who is offered which call, in order, until nothing fits any more."""
    made = []
    while (assignment := matcher.next(NOON)) is not None:
        made.append((str(assignment.call), str(assignment.agent)))
        matcher.drop_call(assignment.call)
        matcher.drop_agent(assignment.agent)
    return made


def naive_next(
    calls: dict[str, Waiting], agents: dict[str, Free], strategy: Strategy = LONGEST_IDLE
) -> tuple[str, str, int] | None:
    """The specification: scan the calls in their order, and for the first that anybody can take rank everybody."""
    for call in sorted(calls.values(), key=place):
        able = [agent for agent in agents.values() if satisfies(agent.skills, call.skills)]
        if able:
            best = min(able, key=lambda agent: strategy.rank(agent, call))
            return call.call, best.agent, len(able)
    return None
