"""The production class in the bench, and the oracles: the same class told more than anybody can know."""

import numpy as np

from callcenter.kernel.dialing import Mode
from dialer.pacing.curves import Array
from dialer.pacing.floor import UNKNOWN, Floor, Law
from dialer.pacing.pacer import Pacer
from tests.benchmarks.pacing.world import World

CAP = 0.03
_AHEAD = 60
"""Leads that a decision is shown."""


class Ours:
    """`Pacer` as the hub will drive it: facts in, floor shown, decision done."""

    tick_ms: int | None = None
    mode = Mode.PREDICTIVE

    def __init__(self, pacer: Pacer | None = None) -> None:
        self.pacer = Pacer() if pacer is None else pacer
        self.answers = self.abandons = 0

    def lead(self, world: World, number: int) -> float:
        """The lead's own probability, as far as the controller knows one."""
        return UNKNOWN

    knows_leads = False

    def act(self, world: World) -> tuple[int, list[int], int | None]:
        now, ringing, asked = world.now, world.ringing, world.asked
        law = Law(cap=CAP, answers=self.answers, abandons=self.abandons)
        floor = Floor(
            free=len(world.free),
            waiting=len(world.waiting),
            talking_ms=[now - since for agent, since in world.talking.items() if agent not in asked],
            wrapping_ms=[now - since for agent, since in world.wrapping.items() if agent not in asked],
            leaving=len(asked),
            ringing_ms=[now - since for since in ringing.values()],
            ringing_p=[world.quoted[number] for number in ringing] if self.knows_leads else (),
        )
        leads = [self.lead(world, world.dialed + ahead) for ahead in range(_AHEAD)] if self.knows_leads else None
        decision = self.pacer.decide(floor, law, mode=self.mode, leads=leads)
        for ahead in range(decision.dial):
            own = UNKNOWN if leads is None else leads[ahead]
            world.quoted[world.dialed + ahead] = self.pacer.probability(own)
        cancel: list[int] = []
        if decision.cancel and world.environment.cancels:
            numbers = list(ringing)
            cancel = [numbers[place] for place in decision.cancel]
        return decision.dial, cancel, decision.again_ms

    def resolved(self, world: World, number: int, human: bool, rang_ms: int) -> None:
        self.pacer.estimates.dial_resolved(human=human, after_ms=rang_ms, p=world.quoted.pop(number), agents=_agents(world))

    def cancelled(self, world: World, number: int, rang_ms: int) -> None:
        p = world.quoted.pop(number)
        self.pacer.estimates.dial_cancelled(chance=self.pacer.chance(rang_ms, p), p=p, agents=_agents(world))

    def served(self, talk_ms: int, wrap_up_ms: int) -> None:
        self.pacer.estimates.service_ended(talk_ms=talk_ms, wrap_up_ms=wrap_up_ms)

    def answered(self, abandoned: bool) -> None:
        self.answers += 1
        self.abandons += abandoned
        self.pacer.estimates.answered(abandoned=abandoned, cap=CAP)


class Progressive(Ours):
    mode = Mode.PROGRESSIVE


class _Sees(Pacer):
    """Told how long each agent is busy still (s)."""

    left_s: Array = np.zeros(0)

    def _free(self, floor: Floor) -> Array:
        within: Array = (self.left_s[:, None] <= self._rings.nodes_s[None, :] + 2.0).astype(np.float64)
        return within


class KnowsServices(Ours):
    """Knows when services end."""

    def __init__(self) -> None:
        self.sees = _Sees()
        super().__init__(self.sees)

    def act(self, world: World) -> tuple[int, list[int], int | None]:
        left = [
            since + world.calls[agent].talk_ms + _wrap_up(world, agent) - world.now
            for agent, since in world.talking.items()
            if agent not in world.asked
        ]
        left += [
            since + world.calls[agent].wrap_up_ms - world.now
            for agent, since in world.wrapping.items()
            if agent not in world.asked
        ]
        self.sees.left_s = np.array(left, dtype=np.float64) / 1_000
        return super().act(world)


class KnowsDials(Ours):
    """Knows which dials will be answered by a person (not when)."""

    knows_leads = True

    def lead(self, world: World, number: int) -> float:
        return float(world.human(number))


def _wrap_up(world: World, agent: int) -> int:
    wrap_up = world.calls[agent].wrap_up_ms
    return wrap_up if wrap_up > 1 else 0


def _agents(world: World) -> int:
    return len(world.free) + len(world.talking) + len(world.wrapping)
