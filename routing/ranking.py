"""Strategies: which of the free agents who may take a call is the best, and why, in words for the record.

A strategy is specified by `rank(agent, call) -> tuple` (smaller is better): the naive scan of the tests runs on it. To be
served fast it also says by what key free agents of one skill vector stand in a row (`row_key`), and how such a key grows into
a rank for a given level (`of_row`); that the two agree is tested. Further strategies (fewest calls, most skilled, ...) are
further objects of this kind, here; those that no key can serve (ring several, random) will be exceptions and look like it.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from msgspec import Struct

from callcenter.kernel.clock import SECOND
from callcenter.kernel.ids import AgentId, SkillId
from routing.queue import Waiting

Rank = tuple[Any, ...]


class Free(Struct, frozen=True, kw_only=True):
    """An agent who could be offered a call now."""

    agent: AgentId
    skills: dict[SkillId, int]
    """Levels 1 (beginner) to 5 (expert)."""
    idle_since: int
    """ms since the epoch."""


def satisfies(skills: dict[SkillId, int], needed: dict[SkillId, int]) -> bool:
    """True if every skill that is needed is there, at the level needed or above."""
    return all(skills.get(skill, 0) >= wanted for skill, wanted in needed.items())


def level(skills: dict[SkillId, int], needed: Sequence[SkillId]) -> int:
    """How good somebody is for a call: the sum of the levels in the skills that it needs."""
    return sum(skills.get(skill, 0) for skill in needed)


class Strategy(Protocol):
    """One way to choose among the agents who qualify."""

    name: str

    def rank(self, agent: Free, call: Waiting) -> Rank:
        """The specification: the agent with the smallest rank is offered the call."""

    def row_key(self, agent: Free) -> Rank:
        """The place of an agent among those with the same skill vector; its last field is her id."""

    def of_row(self, row_key: Rank, level: int) -> Rank:
        """`rank` of the agent with this `row_key` when the skill vector has this level for the call."""

    def reason(self, agent: Free, now: int) -> str:
        """Why she was the best of several: a rule and a figure, no name."""


class LongestIdle:
    """Who has been idle longest goes first; of two at once the better skilled; of two alike the smaller id."""

    name = "longest_idle"

    def rank(self, agent: Free, call: Waiting) -> Rank:
        return (agent.idle_since, -level(agent.skills, tuple(call.skills)), agent.agent)

    def row_key(self, agent: Free) -> Rank:
        return (agent.idle_since, agent.agent)

    def of_row(self, row_key: Rank, level: int) -> Rank:
        idle_since, agent = row_key
        return (idle_since, -level, agent)

    def reason(self, agent: Free, now: int) -> str:
        return f"longest idle {max(now - agent.idle_since, 0) // SECOND} s"


LONGEST_IDLE = LongestIdle()
