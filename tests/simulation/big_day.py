"""An inbound day of 200 agents, for measuring: `python -m tests.simulation.big_day [--checks] [--profile]`.

Eight hours, three queues, talk of 4 minutes on average and 45 s of wrap-up at 85 % occupancy: about 17,000 calls, each recorded.
"""

import argparse
import cProfile
import pstats
import time

from callcenter.kernel.center import AgentValues, Center, Label, NumberValues, QueueValues
from callcenter.kernel.clock import HOUR, MINUTE, SECOND
from callcenter.kernel.flow import Flow, QueueNode
from callcenter.kernel.ids import AgentId, FlowId, NodeId, NumberId, QueueId, SkillId, TeamId
from callcenter.kernel.scenario import Callers, Exponential, Lognormal, Rates, Scenario, Staff
from callcenter.kernel.seed import UNNAMED
from callcenter.operations.simulate import play

QUEUES = ("orders", "billing", "technical")
AGENTS = 200
PER_HOUR = 2_120.0
"""200 agents x 3,600 s x 0.85 / (240 + 45 + 3) s."""
BEGINS = 1_790_784_000_000


def big_day() -> Scenario:
    label, start = Label("x", "x"), NodeId("start")
    agents = tuple(AgentId(f"a{index:03}") for index in range(AGENTS))
    center = Center(
        name="Big",
        zone="UTC",
        queues={QueueId(name): QueueValues(id=QueueId(name), label=label, skill=SkillId(name)) for name in QUEUES},
        default_queue=QueueId(QUEUES[0]),
        skills={SkillId(name): label for name in QUEUES},
        teams={TeamId("t"): label},
        agents={
            agent: AgentValues(
                id=agent,
                name=UNNAMED,
                team=TeamId("t"),
                skills={SkillId(QUEUES[index % 3]): 5, SkillId(QUEUES[(index + 1) % 3]): 3},
            )
            for index, agent in enumerate(agents)
        },
        numbers={
            NumberId(name): NumberValues(id=NumberId(name), dialed=f"10{index}", label=label, flow=FlowId(name))
            for index, name in enumerate(QUEUES)
        },
        flows={
            FlowId(name): Flow(id=FlowId(name), start=start, nodes={start: QueueNode(queue=QueueId(name))}) for name in QUEUES
        },
    )
    return Scenario(
        name="200 agents",
        center=center,
        begins_at=BEGINS,
        length_ms=8 * HOUR,
        callers={
            name: Callers(
                queue=QueueId(name),
                arrivals=Rates(((0, PER_HOUR / 3),)),
                patience=((0, Exponential(mean_ms=3 * MINUTE)),),
                talk=((0, Lognormal(mean_ms=4 * MINUTE, cv=0.9)),),
                wrap_up=((0, Exponential(mean_ms=45 * SECOND)),),
            )
            for name in QUEUES
        },
        staff={"all": Staff(agents=agents, there=((0, AGENTS),), answer=Exponential(mean_ms=3 * SECOND))},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="An inbound day of 200 agents")
    parser.add_argument("--checks", action="store_true", help="with the invariants after every step")
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    scenario = big_day()
    profile = cProfile.Profile()
    began, cpu = time.perf_counter(), time.process_time()
    played = profile.runcall(play, scenario, 1, checks=given.checks) if given.profile else play(scenario, 1, checks=given.checks)
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    if given.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
    print(
        f"{played.called} calls, {played.events} events, {played.decisions} decisions in {wall:.1f} s ({cpu:.1f} s of CPU): "
        f"{played.called / cpu:.0f} calls/s, {played.events / cpu:.0f} events/s; {played.broken} violations"
    )


if __name__ == "__main__":
    main()
