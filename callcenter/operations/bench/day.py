"""The center and the traffic of the benches: three queues, agents of two skills each, a day of calls at 85 % occupancy."""

from collections.abc import Callable
from dataclasses import dataclass, field

from callcenter.hub.hub import Hub, Item
from callcenter.hub.state import State
from callcenter.hub.turn import Decision
from callcenter.kernel.center import AgentValues, Center, Label, NumberValues, QueueValues
from callcenter.kernel.clock import HOUR, MINUTE, SECOND
from callcenter.kernel.flow import Flow, QueueNode
from callcenter.kernel.ids import AgentId, Entropy, FlowId, NodeId, NumberId, QueueId, SkillId, TeamId
from callcenter.kernel.scenario import Callers, Exponential, Lognormal, Rates, Scenario, Staff
from callcenter.kernel.seed import UNNAMED
from callcenter.operations.simulate import ServiceResync
from callcenter.simulation.replication import Replication

QUEUES = ("orders", "billing", "technical")
BEGINS = 1_790_784_000_000
CALLS_PER_AGENT_HOUR = 3_600 * 0.85 / (240 + 45 + 3)
"""Talk of 4 minutes, 45 s of wrap-up, 3 s of ringing, 85 % of the time busy."""


def center(agents: int) -> Center:
    label, start = Label("x", "x"), NodeId("start")
    ids = [AgentId(f"a{index:04}") for index in range(agents)]
    return Center(
        name="Bench",
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
            for index, agent in enumerate(ids)
        },
        numbers={
            NumberId(name): NumberValues(id=NumberId(name), dialed=f"10{index}", label=label, flow=FlowId(name))
            for index, name in enumerate(QUEUES)
        },
        flows={
            FlowId(name): Flow(id=FlowId(name), start=start, nodes={start: QueueNode(queue=QueueId(name))}) for name in QUEUES
        },
    )


def inbound(agents: int, length_ms: int = 8 * HOUR) -> Scenario:
    """An inbound day: every call is recorded, nothing fails."""
    made = center(agents)
    return Scenario(
        name=f"{agents} agents",
        center=made,
        begins_at=BEGINS,
        length_ms=length_ms,
        callers={
            name: Callers(
                queue=QueueId(name),
                arrivals=Rates(((0, agents * CALLS_PER_AGENT_HOUR / 3),)),
                patience=((0, Exponential(mean_ms=3 * MINUTE)),),
                talk=((0, Lognormal(mean_ms=4 * MINUTE, cv=0.9)),),
                wrap_up=((0, Exponential(mean_ms=45 * SECOND)),),
            )
            for name in QUEUES
        },
        staff={"all": Staff(agents=tuple(made.agents), there=((0, agents),), answer=Exponential(mean_ms=3 * SECOND))},
    )


@dataclass(slots=True)
class Tape:
    """What a hub was told during a simulated day, to be told again without the world around it."""

    items: list[tuple[Item, int, bytes]] = field(default_factory=list)
    """Item, time of the decision, the chance that it was given."""
    events: int = 0


class _Taping(Hub):
    def __init__(self, tape: Tape, enough: Callable[[State], bool]) -> None:
        super().__init__()
        self._tape = tape
        self._enough = enough

    def decide(self, item: Item, now: int, entropy: Entropy) -> Decision:
        tape = self._tape
        seed = f"{now} {len(tape.items)}".encode()
        tape.items.append((item, now, seed))
        decision = super().decide(item, now, Entropy(seed))
        tape.events += len(decision.events)
        if self._enough(self.state):
            raise _Enough
        return decision


class _Enough(BaseException):
    """The tape is long enough; nobody on the way takes it for a failure of the hub's."""


def tape(scenario: Scenario, enough: Callable[[State], bool] = lambda state: False) -> Tape:
    """The scenario's day as its hub hears it, up to the moment when `enough` says so."""
    made = Tape()
    replication = Replication(scenario, 1, ServiceResync(), checks=False)
    replication.hub = replication.life.hub = _Taping(made, enough)
    try:
        replication.play()
    except _Enough:
        pass
    return made
