"""A light simulator: agents, dials and people who answered, in a heap of (time, sequence), one campaign of some days.

It tells a controller the facts and the floor, and does what the controller says. Nothing of it knows how the controller thinks.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from tests.benchmarks.pacing.environments import Dial, Environment

MATURE = 100
"""The running rate counts as a window's from so many answers on: one in three would be 33 %."""


class Controller(Protocol):
    """What the world asks of who paces it."""

    tick_ms: int | None
    """Asked at least so often; None: it says itself when to ask again."""

    def act(self, world: "World") -> tuple[int, list[int], int | None]:
        """Dials to place now, numbers of dials to cancel, and ms until it wants to be asked again."""
        ...

    def resolved(self, world: "World", number: int, human: bool, rang_ms: int) -> None: ...
    def cancelled(self, world: "World", number: int, rang_ms: int) -> None: ...
    def served(self, talk_ms: int, wrap_up_ms: int) -> None: ...
    def answered(self, abandoned: bool) -> None: ...


@dataclass(slots=True)
class Day:
    busy_ms: int = 0
    signed_in_ms: int = 0
    dials: int = 0
    answers: int = 0
    abandons: int = 0


@dataclass(slots=True)
class Campaign:
    """What one seed gave."""

    days: list[Day] = field(default_factory=list)
    worst_window: float = 0.0
    """Greatest rate of the campaign so far at any moment, from MATURE answers on."""
    most_over: float = -1e9
    """Greatest of abandons - cap x answers at any moment, from the first answer on: above 0 the cap was broken."""


class World:
    """One day. `now` is ms since its beginning; dials have numbers in order."""

    def __init__(
        self, environment: Environment, agents: int, controller: Controller, seed: int, day: int, so_far: Campaign
    ) -> None:
        self.environment, self.now = environment, 0
        self.answers = sum(one.answers for one in so_far.days)
        self.abandons = sum(one.abandons for one in so_far.days)
        self.free: list[int] = list(range(agents))
        self.talking: dict[int, int] = {}
        self.wrapping: dict[int, int] = {}
        self.calls: dict[int, Dial] = {}
        self.ringing: dict[int, int] = {}
        self.quoted: dict[int, float] = {}
        """By a dial's number: what the controller expected of it, if it says."""
        self.waiting: list[tuple[int, int]] = []
        self.asked: set[int] = set()
        """Agents who asked for a break while they were busy."""
        self.dial = environment.dials(seed, day)
        self.dialed = 0
        self.seed, self.day = seed, day
        self._chance = np.random.Generator(np.random.PCG64([seed, day, 2]))
        self._heap: list[tuple[int, int, Callable[[int], None], int]] = []
        self._sequence = 0
        self._since = dict.fromkeys(self.free, 0)
        self._controller, self._campaign, self._counted = controller, so_far, Day()
        self._next_tick = -1
        self._moved = True

    def probability(self, number: int) -> float:
        """True probability that this dial, placed now, is answered by a person."""
        own = self.environment.lead
        part = self.now / self.environment.day_ms
        return self.environment.answer(part) if own is None else own(self.seed, self.day, number, part)

    def human(self, number: int) -> bool:
        return self.dial(number).luck < self.probability(number)

    def play(self) -> Day:
        """The whole day; dialing ends with it, and the calls of the last minutes are served."""
        length = self.environment.day_ms
        for agent in list(self.free):
            self._plan_break(agent)
        self._ask()
        while self._heap and self._heap[0][0] < length:
            self.now, _, what, whom = heapq.heappop(self._heap)
            self._moved = True
            what(whom)
            if self._moved:
                self._ask()
        self.now = length
        for since in self._since.values():
            self._counted.signed_in_ms += length - since
        for since in (*self.talking.values(), *self.wrapping.values()):
            self._counted.busy_ms += length - since
        return self._counted

    def _at(self, after: int, what: Callable[[int], None], whom: int) -> None:
        self._sequence += 1
        heapq.heappush(self._heap, (self.now + after, self._sequence, what, whom))

    def _tick(self, planned: int) -> None:
        if planned == self._next_tick:
            self._next_tick = -1
        else:
            self._moved = False  # an earlier look was asked for since

    def _ask(self) -> None:
        dials, cancel, again = self._controller.act(self)
        for number in cancel:
            self._controller.cancelled(self, number, self.now - self.ringing.pop(number))
        for _ in range(dials):
            self._place()
        after = self._controller.tick_ms if self._controller.tick_ms is not None else again
        if after is not None and (self._next_tick < 0 or self.now + after < self._next_tick):
            self._next_tick = self.now + after
            self._at(after, self._tick, self._next_tick)

    # -- dials ----------------------------------------------------------------------------------------------------------

    def _place(self) -> None:
        number, one = self.dialed, self.dial(self.dialed)
        self.dialed += 1
        self._counted.dials += 1
        self.ringing[number] = self.now
        if self.human(number):
            self._at(one.human_ms, self._answers, number)
        else:
            self._at(one.other_ms, self._ends, number)

    def _ends(self, number: int) -> None:
        if number in self.ringing:
            self._controller.resolved(self, number, False, self.now - self.ringing.pop(number))

    def _answers(self, number: int) -> None:
        if number not in self.ringing:
            return
        self._controller.resolved(self, number, True, self.now - self.ringing.pop(number))
        self.answers += 1
        self._counted.answers += 1
        if self.free:
            self._connect(self.free.pop(0), number)
        else:
            self.waiting.append((number, self.now))
            self._at(self.dial(number).patience_ms, self._gives_up, number)
        self._note()

    def _gives_up(self, number: int) -> None:
        for place, (waits, _) in enumerate(self.waiting):
            if waits == number:
                del self.waiting[place]
                self.abandons += 1
                self._counted.abandons += 1
                self._controller.answered(True)
                self._note()
                return

    def _note(self) -> None:
        campaign = self._campaign
        campaign.most_over = max(campaign.most_over, self.abandons - 0.03 * self.answers)
        if self.answers >= MATURE:
            campaign.worst_window = max(campaign.worst_window, self.abandons / self.answers)

    # -- agents ---------------------------------------------------------------------------------------------------------

    def _connect(self, agent: int, number: int) -> None:
        one = self.dial(number)
        self.talking[agent] = self.now
        self.calls[agent] = one
        self._controller.answered(False)
        self._at(one.talk_ms, self._hangs_up, agent)

    def _hangs_up(self, agent: int) -> None:
        self._counted.busy_ms += self.now - self.talking.pop(agent)
        one = self.calls[agent]
        if one.wrap_up_ms > 1:
            self.wrapping[agent] = self.now
            self._at(one.wrap_up_ms, self._wrapped_up, agent)
        else:
            self._through(agent)

    def _wrapped_up(self, agent: int) -> None:
        self._counted.busy_ms += self.now - self.wrapping.pop(agent)
        self._through(agent)

    def _through(self, agent: int) -> None:
        one = self.calls.pop(agent)
        self._controller.served(one.talk_ms, one.wrap_up_ms if one.wrap_up_ms > 1 else 0)
        if agent in self.asked:
            self.asked.discard(agent)
            self._leave(agent)
        elif self.waiting:
            self._connect(agent, self.waiting.pop(0)[0])
        else:
            self.free.append(agent)

    def _plan_break(self, agent: int) -> None:
        if self.environment.work_ms:
            self._at(int(self._chance.exponential(self.environment.work_ms)) + 1, self._asks_break, agent)

    def _asks_break(self, agent: int) -> None:
        if agent in self.free:
            self.free.remove(agent)
            self._leave(agent)
        else:
            self.asked.add(agent)

    def _leave(self, agent: int) -> None:
        self._counted.signed_in_ms += self.now - self._since.pop(agent)
        self._at(int(self._chance.exponential(self.environment.break_ms)) + 1, self._comes_back, agent)

    def _comes_back(self, agent: int) -> None:
        self._since[agent] = self.now
        self._plan_break(agent)
        if self.waiting:
            self._connect(agent, self.waiting.pop(0)[0])
        else:
            self.free.append(agent)


def days_of(agents: int) -> int:
    """Length of a campaign in the bench: enough answers that a window of 3 % means something, and no more work than needed."""
    return max(1, min(5, 100 // agents))


def campaign(environment: Environment, agents: int, controller: Controller, seed: int, days: int | None = None) -> Campaign:
    """One campaign from its first dial on: what was learned stays from day to day, and so does the legal window."""
    found = Campaign()
    for day in range(days_of(agents) if days is None else days):
        found.days.append(World(environment, agents, controller, seed, day, found).play())
    return found
