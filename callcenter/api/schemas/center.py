"""The center's queues and agents, for reading."""

from callcenter.api.schemas.common import Body, Words


class QueueBody(Body, frozen=True, kw_only=True):
    id: str
    label: Words
    skill: str | None
    minimum_level: int
    priority: int
    ring_ms: int
    service_level_ms: int
    service_level_target: float
    short_abandon_ms: int
    abandon_target: float
    longest_wait_alarm_ms: int
    wrap_up_ms: int
    wrap_up_hard_ms: int
    record: bool


class QueueListBody(Body, frozen=True, kw_only=True):
    version: int
    """The center's version that this shows."""
    items: list[QueueBody]


class AgentBody(Body, frozen=True, kw_only=True):
    id: str
    name: str
    team: str
    skills: dict[str, int]
    active: bool


class AgentListBody(Body, frozen=True, kw_only=True):
    version: int
    items: list[AgentBody]


class HealthBody(Body, frozen=True, kw_only=True):
    """`checks`: hub, store and each carrier; the empty string means ready, anything else says what is wrong and what to do."""

    ready: bool
    checks: dict[str, str]
    warnings: dict[str, str]
    """What somebody should look after though the service is ready, and what to do; usually empty."""
