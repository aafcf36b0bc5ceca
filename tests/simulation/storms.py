"""Days for the seeds: a center with everything that callers, agents and a bad carrier do, of as many calls as wanted.

A seed is a world. It also decides how bad the weather is: fair, a poor network, a broken one, or outages besides.
"""

from functools import cache
from random import Random

import msgspec

from callcenter.kernel.center import AgentValues, Center, NumberValues
from callcenter.kernel.clock import MINUTE, QUARTER, SECOND
from callcenter.kernel.ids import AgentId, FlowId, NumberId, PersonalId, QueueId, SkillId, TeamId
from callcenter.kernel.scenario import Callers, Counts, Exponential, Faults, Lognormal, Outage, Scenario, Staff
from callcenter.operations.simulate import play
from callcenter.simulation.replication import Played
from tests.unit.hub.story import center, label

BEGINS = 1_790_784_000_000
PER_QUARTER = {"bills": ("billing", "main", 50), "faults": ("technical", "main", 38), "gold": ("technical", "gold", 12)}
"""Kind of caller -> queue, number, calls: a hundred in a quarter hour keep the twelve agents busy."""
AGENTS = 12


def storm_center() -> Center:
    """The center of the stories, with twelve agents and a number whose callers go first. It is not the sample center: that one
    is edited for people, and every change of it would make the pinned seeds mean something else."""
    billing, technical = SkillId("billing"), SkillId("technical")
    skills = ({billing: 5}, {technical: 5}, {billing: 3, technical: 4})
    agents = {
        AgentId(f"a{index:02}"): AgentValues(
            id=AgentId(f"a{index:02}"), name=PersonalId(f"p-name-{index}"), team=TeamId("day"), skills=skills[index % 3]
        )
        for index in range(AGENTS)
    }  # fmt: skip
    numbers = {
        NumberId("main"): NumberValues(id=NumberId("main"), dialed="+15555550100", label=label("Main"), flow=FlowId("main")),
        NumberId("gold"): NumberValues(
            id=NumberId("gold"), dialed="+15555550101", label=label("Gold"), flow=FlowId("main"), priority=3
        ),
    }
    return center(agents=agents, numbers=numbers)


@cache
def fair(calls: int) -> Scenario:
    """A day without faults. `calls`: a multiple of 100."""
    assert calls % 100 == 0, "calls come by the hundred"
    values = storm_center()
    quarters = calls // 100
    few = [(quarter * QUARTER, AGENTS if quarter % 4 != 2 else AGENTS // 2) for quarter in range(quarters)]
    return Scenario(
        name="Storm",
        center=values,
        begins_at=BEGINS,
        length_ms=quarters * QUARTER,
        callers={
            name: Callers(
                queue=QueueId(queue),
                numbers=(NumberId(number),),
                arrivals=Counts(tuple((quarter * QUARTER, QUARTER, count) for quarter in range(quarters))),
                patience=((0, Exponential(mean_ms=90 * SECOND)),),
                talk=((0, Lognormal(mean_ms=50 * SECOND, cv=1.0)),),
                wrap_up=((0, Exponential(mean_ms=12 * SECOND)),),
            )
            for name, (queue, number, count) in PER_QUARTER.items()
        },
        staff={
            "all": Staff(
                agents=tuple(values.agents),
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
