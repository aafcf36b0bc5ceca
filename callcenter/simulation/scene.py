"""A scenario on the stage: its callers arrive, its staff comes and goes, its faults happen, all on the agenda of one world.

One scene is one replication: everything in it follows from the scenario and its seed. What is counted is not known here.
"""

from collections.abc import Iterator
from functools import partial
from random import Random

from callcenter.kernel.clock import HOUR, MINUTE, SECOND
from callcenter.kernel.ids import AgentId, LegId
from callcenter.kernel.scenario import Callers, Counts, Moments, Outage, Rates, Scenario, Staff, valid_at
from callcenter.simulation.agenda import Action
from callcenter.simulation.crowd import any_key
from callcenter.simulation.draws import draw, factor
from callcenter.simulation.people import CALLER_TONES, AgentTraits, Caller, CallerTraits
from callcenter.simulation.ways import Way, ways
from callcenter.simulation.world import Resync, World

RINGS_MS = MINUTE
"""A caller whom nobody answers at all gives up after this time."""
COME_IN_MS = 20 * SECOND
"""Agents of one step of the staffing come within this time, not all in one millisecond."""


class Scene:
    """One replication of a scenario, ready to live from `scenario.begins_at` on."""

    def __init__(self, scenario: Scenario, seed: int, resync: Resync) -> None:
        self.scenario = scenario
        self.random = Random(seed)
        self.world = World(scenario.center, seed, resync=resync)
        self.callers: dict[LegId, Caller] = {}
        self.called = 0
        self.turned_away = 0
        """Who called while the carrier was gone."""
        self._keys = any_key(scenario.center)
        self._ways: dict[str, tuple[Way, ...]] = {}
        self._dark = False
        self._busyness = factor(self.random, scenario.busyness_cv)
        if scenario.faults.any:
            self.world.network.make_noise(scenario.faults, Random(seed + 1))
        self._arrange_faults()
        for name, kind in scenario.callers.items():
            self._arrange_arrivals(name, kind)
        for staff in scenario.staff.values():
            for moment, _ in staff.there:
                self._at(moment, partial(self._staff, staff))

    @property
    def closes_at(self) -> int:
        """When callers stop coming, ms since the epoch."""
        return self.scenario.begins_at + self.scenario.length_ms

    def busy(self) -> bool:
        """Somebody is still in a call, or on the way into one."""
        return bool(self.callers or self.world.network.lines)

    def send_home(self, now: int) -> None:
        """Everybody's shift ends; who is busy finishes what she does."""
        for played in self.world.agents.values():
            if played.on_duty and not played.going_home:
                played.go_home(now)

    def cut_short(self, now: int) -> None:
        """All callers hang up."""
        for line in list(self.world.network.lines.values()):
            self.world.network.hang_up(line.leg, now)

    def _at(self, moment: int, action: Action) -> None:
        self.world.agenda.arrange(self.scenario.begins_at + moment, action)

    # -- callers --------------------------------------------------------------------------------------------------------

    def _arrange_arrivals(self, name: str, kind: Callers) -> None:
        """One appointment at a time: the next arrival is drawn when this one has called."""
        moments = self._moments(kind)

        def next_one() -> None:
            moment = next(moments, None)
            if moment is not None:
                self._at(moment, arrive)

        def arrive(now: int) -> None:
            self._call(name, kind, now)
            next_one()

        next_one()

    def _moments(self, kind: Callers) -> Iterator[int]:
        match kind.arrivals:
            case Rates(per_hour=rates):
                return self._poisson(rates)
            case Moments(at=moments):
                return iter(sorted(moment for moment in moments if 0 <= moment < self.scenario.length_ms))
            case Counts(rows=rows):
                return self._scattered(rows)

    def _poisson(self, rates: tuple[tuple[int, float], ...]) -> Iterator[int]:
        """A Poisson stream whose rate changes by steps: what is left of a gap goes on at the new rate."""
        ends = [*(since for since, _ in rates[1:]), self.scenario.length_ms]
        for (since, per_hour), until in zip(rates, ends, strict=True):
            at, until = float(max(since, 0)), min(until, self.scenario.length_ms)
            rate = per_hour * self._busyness / HOUR
            while rate > 0 and (at := at + self.random.expovariate(rate)) < until:
                yield int(at)

    def _scattered(self, rows: tuple[tuple[int, int, int], ...]) -> Iterator[int]:
        for since, lasts, count in sorted(rows):
            for at in sorted(since + self.random.randrange(lasts) for _ in range(count)):
                if 0 <= at < self.scenario.length_ms:
                    yield at

    def _call(self, name: str, kind: Callers, now: int) -> None:
        self.called += 1
        if self._dark:
            self.turned_away += 1
            return
        moment, random = now - self.scenario.begins_at, self.random
        traits = CallerTraits(
            number=f"+1202555{random.randrange(10_000):04}",
            way=random.choice(self._ways_of(name, kind, now)),
            keys=self._keys,
            think_ms=draw(random, kind.think),
            patience_ms=None if kind.patience is None else draw(random, valid_at(kind.patience, moment)),
            talk_ms=draw(random, valid_at(kind.talk, moment)),
            rings_ms=RINGS_MS,
            leaves_work_ms=draw(random, valid_at(kind.wrap_up, moment)),
        )
        caller = Caller(self.world.network, traits, self._gone, random.choice(CALLER_TONES), now)
        self.callers[caller.leg] = caller

    def _gone(self, caller: Caller) -> None:
        self.callers.pop(caller.leg, None)

    def _ways_of(self, name: str, kind: Callers, now: int) -> tuple[Way, ...]:
        """By which this kind of caller reaches its queue. Hours of the center are looked at once, at the first call."""
        found = self._ways.get(name)
        if found is None:
            dialed = {self.scenario.center.numbers[number].dialed for number in kind.numbers}
            found = tuple(
                way
                for way in ways(self.scenario.center, now)
                if way.queue == kind.queue and (not dialed or way.dialed in dialed)
            )
            assert found, f"no way leads callers {name!r} to queue {kind.queue!r}: the scenario was not checked"
            self._ways[name] = found
        return found

    # -- staff ----------------------------------------------------------------------------------------------------------

    def _staff(self, staff: Staff, now: int) -> None:
        """Brings the group to the number of this moment: the idle go first, who was leaving stays before another comes."""
        wanted = valid_at(staff.there, now - self.scenario.begins_at)
        played = [self.world.agents[agent] for agent in staff.agents if agent in self.world.agents]
        there = [one for one in played if one.on_duty and not one.going_home]
        for one in sorted(there, key=lambda one: one.busy)[: max(len(there) - wanted, 0)]:
            one.go_home(now)
        missing = wanted - len(there)
        for one in played:
            if missing > 0 and one.on_duty and one.going_home and one not in there:
                one.stay()
                missing -= 1
        away = [agent for agent in staff.agents if agent not in self.world.agents or not self.world.agents[agent].on_duty]
        begins = now == self.scenario.begins_at
        for agent in away[: max(missing, 0)]:
            comes = now if begins else now + self.random.randrange(COME_IN_MS)
            self.world.agenda.arrange(comes, partial(self._comes, staff, agent))

    def _comes(self, staff: Staff, agent: AgentId, now: int) -> None:
        known = self.world.agents.get(agent)
        if known is not None and known.on_duty:
            return
        if known is not None:
            known.sign_in(now)
        else:
            self.world.hire(agent, now, traits=_traits(staff))

    # -- faults ---------------------------------------------------------------------------------------------------------

    def _arrange_faults(self) -> None:
        faults = self.scenario.faults
        for outage in faults.outages:
            self._at(outage.at_ms, partial(self._breaks, outage))
            self._at(outage.at_ms + outage.lasts_ms, self._mended)
        if faults.any:
            self._at(faults.look_again_ms, self._look_again)

    def _breaks(self, outage: Outage, now: int) -> None:
        if outage.calls_die:
            self._dark = True
            self.world.network.break_down("outage of the scenario", now)
        else:
            self.world.network.lose_connection("outage of the scenario")

    def _mended(self, now: int) -> None:
        self._dark = False
        self.world.network.connect()

    def _look_again(self, now: int) -> None:
        self.world.network.listed()
        if self.busy() or now < self.closes_at:
            self.world.agenda.arrange(now + self.scenario.faults.look_again_ms, self._look_again)


def _traits(staff: Staff) -> AgentTraits:
    return AgentTraits(
        answer=staff.answer,
        misses=staff.misses,
        rejects=staff.rejects,
        holds=staff.holds,
        hold=staff.hold,
        transfers=staff.transfers,
        places=0.0,
        breaks=staff.breaks,
        break_time=staff.break_time,
    )
