"""What of the center a person sees: the object checks, once a role has opened the route. Pure.

The rules, and why a queue's figures are whole while its calls are not: docs/decisions/0005-what-a-team-sees.md.
"""

from collections.abc import Collection

from msgspec import Struct

from callcenter.api.errors import ApiError
from callcenter.api.schemas import live as m
from callcenter.auth.users import User
from callcenter.kernel.center import Center
from callcenter.kernel.ids import AgentId, RecordingId
from callcenter.kernel.seed import Role
from reporting.call_record import CallRecord, Conversation
from reporting.tally import queues_of


class Reach(Struct, frozen=True, kw_only=True):
    """Of an agent herself, of a supervisor the teams that she has, of everybody else all. None: all of them."""

    role: Role
    teams: frozenset[str] | None
    agents: frozenset[str] | None
    queues: frozenset[str] | None
    """Those that some agent within reach serves. Of an agent none: no call is hers because of its queue."""
    hears_own: bool
    """The center's rule about agents and their own recordings."""

    @property
    def whole(self) -> bool:
        return self.agents is None

    def call(self, record: CallRecord) -> bool:
        """Whether this call's record may be read."""
        entries = [entry.queue for entry in record.entries]
        attended = bool(record.conversations) or record.placed_by is not None
        return self._call(people(record), attended, entries)

    def live_call(self, view: m.CallView) -> bool:
        """Whether this call may be seen while it lives."""
        people = {one.agent for one in view.conversations} | {view.placed_by, None if view.offer is None else view.offer.agent}
        attended = bool(view.conversations) or view.placed_by is not None
        return self._call(people, attended, [] if view.queue is None else [view.queue])

    def _call(self, people: Collection[str | None], attended: bool, queues: Collection[str]) -> bool:
        if self.agents is None or self.agents.intersection(people):
            return True
        return not attended and self.queues is not None and bool(self.queues.intersection(queues))

    def recording(self, record: CallRecord, recording: RecordingId) -> bool:
        """Whether this recording of the call may be heard."""
        if self.role == "agent":
            return self.hears_own and self._all_hers(record, recording)
        return self.role in ("supervisor", "auditor") and self.call(record)

    def _all_hers(self, record: CallRecord, recording: RecordingId) -> bool:
        """Whether all that was said to an agent in this recording was said to her."""
        found = next((one for one in record.recordings if one.recording == recording), None)
        if found is None or self.agents is None:
            return False
        began = found.asked_at if found.runs_at is None else found.runs_at
        ended = record.over_at if found.over_at is None else found.over_at
        heard = [one for one in record.conversations if _overlaps(one, began, ended)]
        return bool(heard) and all(one.agent in self.agents for one in heard)

    def named_agents(self, named: Collection[str]) -> tuple[str, ...] | None:
        """The agents asked for, or those within reach when none is named. Raises ApiError for one beyond it."""
        return _within(named, self.agents, "agent")

    def named_queues(self, named: Collection[str]) -> tuple[str, ...] | None:
        """Likewise. Of an agent, who has no queues, those that she names: they only narrow what is hers."""
        return tuple(named) or None if self.role == "agent" else _within(named, self.queues, "queue")

    def named_teams(self, named: Collection[str]) -> tuple[str, ...]:
        """Raises ApiError for a team beyond reach."""
        return _within(named, self.teams, "team") or () if named else ()


def _within(named: Collection[str], mine: frozenset[str] | None, field: str) -> tuple[str, ...] | None:
    if mine is None:
        return tuple(named) or None
    if not mine.issuperset(named):
        raise ApiError("forbidden", "this belongs to other people than yours", field=field)
    return tuple(named) or tuple(sorted(mine))


def _overlaps(one: Conversation, began: int, ended: int | None) -> bool:
    return (one.left_at is None or one.left_at > began) and (ended is None or one.connected_at < ended)


def people(record: CallRecord) -> set[AgentId]:
    """The agents who took part: talked, placed it, or were offered it."""
    found = {conversation.agent for conversation in record.conversations} | {offer.agent for offer in record.offers}
    return found if record.placed_by is None else found | {record.placed_by}


def reach_of(user: User, center: Center) -> Reach:
    teams: frozenset[str] | None = None
    agents: frozenset[str] | None = None
    queues: frozenset[str] | None = None
    if user.role == "agent":
        agents, queues = frozenset(() if user.agent is None else (user.agent,)), frozenset()
    elif user.role == "supervisor" and user.teams is not None:
        teams = frozenset(user.teams)
        agents = frozenset(agent.id for agent in center.agents.values() if agent.team in teams)
        queues = frozenset(queue for agent in agents for queue in queues_of(center, AgentId(agent)))
    return Reach(role=user.role, teams=teams, agents=agents, queues=queues, hears_own=center.agents_hear_own)
