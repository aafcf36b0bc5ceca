"""Which waiting call goes to which free agent next. One order over all queues; decided anew on each change, never polled.

Agents are grouped by skill vector and calls by requirement, for there are few of either: whether a group may serve a
requirement is computed once per pair. A change of a group or a requirement from empty to not empty (or back) touches its
partners; everything else costs the logarithm of one row.
"""

from bisect import insort

from msgspec import Struct

from callcenter.kernel.ids import AgentId, CallId, QueueId, SkillId
from routing.heads import Heads
from routing.queue import PlaceKey, QueueRow, Waiting, place, take_out
from routing.ranking import LONGEST_IDLE, Free, Rank, Strategy, level, satisfies

__all__ = ["Assignment", "Free", "Matcher", "Waiting"]

Skills = tuple[tuple[SkillId, int], ...]


class Assignment(Struct, frozen=True, kw_only=True):
    """A proposal: this call to this agent."""

    call: CallId
    agent: AgentId
    reasons: tuple[str, ...]
    """Stable codes with figures, such as `skill billing 5` (her level), `priority 3`, `longest idle 125 s`, `only agent free`."""


class _Group:
    """Free agents with one skill vector, the best first."""

    __slots__ = ("agents", "index", "serves", "skills")

    def __init__(self, index: int, skills: dict[SkillId, int]) -> None:
        self.index = index
        self.skills = skills
        self.agents: list[Rank] = []
        self.serves: list[tuple[_Need, int]] = []
        """The requirements that it qualifies for, with its level for each."""


class _Need:
    """Waiting calls with one requirement, the first one first, and the groups that may take them."""

    __slots__ = ("able", "calls", "groups", "index", "levels", "skills")

    def __init__(self, index: int, skills: dict[SkillId, int], groups: Heads) -> None:
        self.index = index
        self.skills = skills
        self.calls: list[PlaceKey] = []
        self.groups = groups
        self.levels: dict[int, int] = {}
        """The level of each group that qualifies, by the group's index."""
        self.able = 0
        """How many of those groups have a free agent."""


class Matcher:
    """Waiting calls and free agents, and the best pair among them.

    Putting and dropping are idempotent; putting again replaces. Nothing leaves by `next`: the caller drops both when the
    offer is made.
    """

    def __init__(self, strategy: Strategy = LONGEST_IDLE) -> None:
        self._strategy = strategy
        self._waiting: dict[CallId, Waiting] = {}
        self._free: dict[AgentId, Free] = {}
        self._queues: dict[QueueId, QueueRow] = {}
        self._groups: list[_Group] = []
        self._group_of: dict[Skills, _Group] = {}
        self._needs: list[_Need] = []
        self._need_of: dict[Skills, _Need] = {}
        self._ready = Heads(self._head_of_need)

    # -- calls ----------------------------------------------------------------------------------------------------------

    def put_call(self, waiting: Waiting) -> None:
        known = self._waiting.get(waiting.call)
        if known is not None:
            if known == waiting:
                return
            self.drop_call(waiting.call)
        self._waiting[waiting.call] = waiting
        self._queues.setdefault(waiting.queue, QueueRow()).add(waiting)
        need = self._need(waiting.skills)
        key = place(waiting)
        insort(need.calls, key)
        if need.able:
            self._ready.lower(need.index, need.calls[0])

    def drop_call(self, call: CallId) -> None:
        waiting = self._waiting.pop(call, None)
        if waiting is None:
            return
        self._queues[waiting.queue].remove(waiting)
        take_out(self._need(waiting.skills).calls, place(waiting))

    # -- agents ---------------------------------------------------------------------------------------------------------

    def put_agent(self, free: Free) -> None:
        known = self._free.get(free.agent)
        if known is not None:
            if known == free:
                return
            self.drop_agent(free.agent)
        self._free[free.agent] = free
        group = self._group(free.skills)
        key = self._strategy.row_key(free)
        was_empty = not group.agents
        insort(group.agents, key)
        if group.agents[0] == key:
            for need, level_there in group.serves:
                need.groups.lower(group.index, self._strategy.of_row(key, level_there))
                if was_empty:
                    need.able += 1
                    if need.able == 1 and need.calls:
                        self._ready.lower(need.index, need.calls[0])

    def drop_agent(self, agent: AgentId) -> None:
        free = self._free.pop(agent, None)
        if free is None:
            return
        group = self._group(free.skills)
        take_out(group.agents, self._strategy.row_key(free))
        if not group.agents:
            for need, _ in group.serves:
                need.able -= 1

    # -- answers --------------------------------------------------------------------------------------------------------

    def next(self, now: int) -> Assignment | None:
        """The first waiting call that any free agent can take, with the best agent for it; `now` is for the reasons only."""
        index = self._ready.first()
        if index is None:
            return None
        need = self._needs[index]
        call = self._waiting[need.calls[0][2]]
        best = need.groups.first()
        assert best is not None, "a requirement is ready only while a group that qualifies has somebody"
        group = self._groups[best]
        agent = self._free[group.agents[0][-1]]
        reasons = [f"skill {skill} {agent.skills[skill]}" for skill in call.skills if skill in agent.skills]
        if call.priority:
            reasons.append(f"priority {call.priority}")
        only = need.able == 1 and len(group.agents) == 1
        reasons.append("only agent free" if only else self._strategy.reason(agent, now))
        return Assignment(call=call.call, agent=agent.agent, reasons=tuple(reasons))

    def position(self, call: CallId) -> int | None:
        """The call's 1-based place in its queue; None when it does not wait."""
        waiting = self._waiting.get(call)
        return None if waiting is None else self._queues[waiting.queue].position(waiting)

    def waiting(self, queue: QueueId) -> int:
        """How many calls wait in the queue."""
        row = self._queues.get(queue)
        return 0 if row is None else len(row)

    def oldest(self, queue: QueueId) -> int | None:
        """Since when the longest-waiting call of the queue waits, ms since the epoch; None when nobody waits."""
        row = self._queues.get(queue)
        return None if row is None else row.oldest()

    # -- groups and requirements ----------------------------------------------------------------------------------------

    def _group(self, skills: dict[SkillId, int]) -> _Group:
        vector = tuple(sorted(skills.items()))
        group = self._group_of.get(vector)
        if group is None:
            group = _Group(len(self._groups), dict(vector))
            self._group_of[vector] = group
            self._groups.append(group)
            for need in self._needs:
                self._acquaint(group, need)
        return group

    def _need(self, skills: dict[SkillId, int]) -> _Need:
        requirement = tuple(sorted(skills.items()))
        need = self._need_of.get(requirement)
        if need is None:
            index = len(self._needs)
            need = _Need(index, dict(requirement), Heads(lambda group: self._head_of_group(group, index)))
            self._need_of[requirement] = need
            self._needs.append(need)
            for group in self._groups:
                self._acquaint(group, need)
        return need

    def _acquaint(self, group: _Group, need: _Need) -> None:
        """Remembers a pair that fits."""
        if not satisfies(group.skills, need.skills):
            return
        level_there = level(group.skills, tuple(need.skills))
        need.levels[group.index] = level_there
        group.serves.append((need, level_there))
        if group.agents:
            need.able += 1
            need.groups.lower(group.index, self._strategy.of_row(group.agents[0], level_there))

    def _head_of_group(self, group: int, need: int) -> Rank | None:
        agents = self._groups[group].agents
        return self._strategy.of_row(agents[0], self._needs[need].levels[group]) if agents else None

    def _head_of_need(self, index: int) -> PlaceKey | None:
        need = self._needs[index]
        return need.calls[0] if need.calls and need.able else None
