"""The center as it is: what the sign-in page shows, queues and agents, and where a call can be transferred to."""

from callcenter.api.route import Ask
from callcenter.api.schemas import calls, center
from callcenter.api.schemas.common import Words
from callcenter.api.schemas.session import CenterBody


async def read_center(ask: Ask) -> CenterBody:
    state = ask.services.engine.state
    return CenterBody(
        name=state.center.name,
        languages=list(state.center.languages),
        default_language=state.center.default_language,
        version=ask.services.version,
        now=ask.now,
    )


async def list_queues(ask: Ask) -> center.QueueListBody:
    state = ask.services.engine.state
    items = [
        center.QueueBody(
            id=queue.id,
            label=Words(en=queue.label.en, zh=queue.label.zh),
            skill=queue.skill,
            minimum_level=queue.minimum_level,
            priority=queue.priority,
            ring_ms=queue.ring_ms,
            service_level_ms=queue.service_level_ms,
            service_level_target=queue.service_level_target,
            short_abandon_ms=queue.short_abandon_ms,
            abandon_target=queue.abandon_target,
            longest_wait_alarm_ms=queue.longest_wait_alarm_ms,
            wrap_up_ms=queue.wrap_up_ms,
            wrap_up_hard_ms=queue.wrap_up_hard_ms,
            record=queue.record,
        )
        for queue in state.center.queues.values()
    ]
    return center.QueueListBody(version=state.center_version, items=items)


async def list_agents(ask: Ask) -> center.AgentListBody:
    state = ask.services.engine.state
    items = [
        center.AgentBody(
            id=agent.id,
            name=state.value(agent.name),
            team=agent.team,
            skills={str(skill): level for skill, level in agent.skills.items()},
            active=agent.active,
        )
        for agent in state.center.agents.values()
        if ask.reach.agents is None or agent.id in ask.reach.agents
    ]
    return center.AgentListBody(version=state.center_version, items=items)


async def list_destinations(ask: Ask) -> calls.DestinationsBody:
    stage = ask.parts.stage
    agents = [
        calls.AgentDestination(
            agent=agent.id,
            name=agent.name,
            team=agent.team,
            skills=agent.skills,
            state=agent.state,
            since=agent.since,
            reachable=agent.reachable,
        )
        for agent in stage.agents.values()
        if agent.presence != "signed_out"
    ]
    queues = [
        calls.QueueDestination(
            queue=queue.id, waiting=queue.waiting, longest_since=queue.longest_since, available=queue.agents.get("available", 0)
        )
        for queue in stage.queues.values()
    ]
    return calls.DestinationsBody(agents=agents, queues=queues, now=ask.now)
