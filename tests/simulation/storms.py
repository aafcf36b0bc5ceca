"""Days for the seeds: the sample center with everything that callers, agents and a bad carrier do, of as many calls as wanted.

A seed is a world. It also decides how bad the weather is: fair, a poor network, a broken one, or outages besides.
"""

from functools import cache
from pathlib import Path
from random import Random

import msgspec

from callcenter.kernel.clock import MINUTE, QUARTER, SECOND
from callcenter.kernel.ids import QueueId
from callcenter.kernel.scenario import Callers, Counts, Exponential, Faults, Lognormal, Outage, Scenario, Staff
from callcenter.operations.simulate import play
from callcenter.simulation.replication import Played
from config.center_file import read_center

SAMPLE = Path(__file__).parents[2] / "config" / "example" / "center.yaml"
BEGINS = 1_790_784_000_000
"""A Wednesday noon in New York: every queue is open."""
PER_QUARTER = {"orders": 44, "billing": 24, "technical": 20, "business": 12}
"""Calls by queue: a hundred in a quarter hour keep the twelve agents busy."""
assert sum(PER_QUARTER.values()) == 100


@cache
def fair(calls: int) -> Scenario:
    """A day without faults. `calls`: a multiple of 100."""
    assert calls % 100 == 0, "calls come by the hundred"
    center = read_center(SAMPLE).center
    quarters = calls // 100
    agents = tuple(center.agents)
    few = [(quarter * QUARTER, len(agents) if quarter % 4 != 2 else len(agents) // 2) for quarter in range(quarters)]
    return Scenario(
        name="Storm",
        center=center,
        begins_at=BEGINS,
        length_ms=quarters * QUARTER,
        callers={
            queue: Callers(
                queue=QueueId(queue),
                arrivals=Counts(tuple((quarter * QUARTER, QUARTER, count) for quarter in range(quarters))),
                patience=((0, Exponential(mean_ms=90 * SECOND)),),
                talk=((0, Lognormal(mean_ms=50 * SECOND, cv=1.0)),),
                wrap_up=((0, Exponential(mean_ms=12 * SECOND)),),
            )
            for queue, count in PER_QUARTER.items()
        },
        staff={
            "all": Staff(
                agents=agents,
                there=tuple(few),
                answer=Exponential(mean_ms=3 * SECOND),
                misses=0.03,
                rejects=0.03,
                holds=0.15,
                transfers=0.06,
                breaks=0.03,
                break_time=Exponential(mean_ms=MINUTE),
            )
        },
    )


def storm(seed: int, calls: int) -> Scenario:
    """The day of this seed."""
    dice = Random(seed)
    worst = (0.0, 0.01, 0.05, 0.03)[seed % 4]
    scenario = fair(calls)
    outages = tuple(
        Outage(
            at_ms=hour * 4 * QUARTER + dice.randrange(3 * QUARTER),
            lasts_ms=dice.choice((5, 30, 120, 300)) * SECOND,
            calls_die=dice.random() < 0.5,
        )
        for hour in range(scenario.length_ms // (4 * QUARTER) + 1)
    )
    faults = Faults(
        lost=dice.random() * worst,
        doubled=dice.random() * worst,
        late=dice.random() * worst,
        late_by=Exponential(mean_ms=dice.choice((200, 2_000, 10_000))),
        reordered=dice.random() * worst,
        failing=dice.random() * worst,
        outages=tuple(one for one in outages if one.at_ms < scenario.length_ms) if seed % 4 == 3 else (),
    )
    return msgspec.structs.replace(scenario, faults=faults)


def lived(seed: int, calls: int) -> Played:
    return play(storm(seed, calls), seed)
