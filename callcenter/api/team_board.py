"""The board as a supervisor of some teams sees it: her agents, the queues that they serve, and the calls of both. Pure.

What is left out is left out here, before it is sent; which rule that is: `callcenter.api.reach`.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from callcenter.api.schemas import live as m
from callcenter.api.schemas.statistics import Figure

GREATEST = frozenset({"max_wait"})
OF_AGENTS_TIME = frozenset({"occupancy"})
"""An agent who serves two queues would count in both."""


class Shown(Protocol):
    @property
    def center(self) -> m.CenterView: ...
    @property
    def queues(self) -> Mapping[str, m.QueueView]: ...
    @property
    def agents(self) -> Mapping[str, m.AgentView]: ...


class TeamBoard:
    """`teams`: ids of the teams that she has."""

    def __init__(self, teams: frozenset[str]) -> None:
        self._teams = teams

    def agent(self, view: m.AgentView) -> bool:
        return view.team in self._teams

    def queues(self, shown: Shown) -> frozenset[str]:
        return frozenset(queue for view in shown.agents.values() if view.team in self._teams for queue in view.queues)

    def call(self, view: m.CallView, shown: Shown, queues: frozenset[str]) -> bool:
        """As `Reach.live_call`, with what the stage shows."""
        people = {one.agent for one in view.conversations} | {view.placed_by, None if view.offer is None else view.offer.agent}
        if any(id is not None and id in shown.agents and self.agent(shown.agents[id]) for id in people):
            return True
        return not view.conversations and view.placed_by is None and view.queue in queues

    def center(self, shown: Shown, queues: frozenset[str]) -> m.CenterView:
        """The tiles, of her queues together. Who is in a menu has no queue yet, and is told by number to everybody."""
        mine = [view for id, view in shown.queues.items() if id in queues]
        longest = [view.longest_since for view in mine if view.longest_since is not None]
        names = [name for name in shown.center.figures if mine and all(name in view.figures for view in mine)]
        return msgspec.structs.replace(
            shown.center,
            waiting=sum(view.waiting for view in mine),
            longest_since=min(longest, default=None),
            figures={name: together(name, [view.figures[name] for view in mine]) for name in names},
        )


def together(name: str, figures: Iterable[Figure]) -> Figure:
    """One figure of several queues: what is above and below the line is added up, and the greatest wait is the greatest."""
    all_ = list(figures)
    targets = {figure.target for figure in all_}
    target = targets.pop() if len(targets) == 1 else None
    values = [figure.value for figure in all_ if figure.value is not None]
    if name in GREATEST:
        return Figure(value=max(values, default=None), numerator=None, denominator=None, target=target)
    if name in OF_AGENTS_TIME and len(all_) > 1:
        return Figure(value=None, numerator=None, denominator=None, target=target)
    if any(figure.denominator is None for figure in all_):
        return Figure(value=sum(values), numerator=None, denominator=None, target=target)
    above, below = sum(figure.numerator or 0 for figure in all_), sum(figure.denominator or 0 for figure in all_)
    return Figure(value=above / below if below else None, numerator=above, denominator=below, target=target)
