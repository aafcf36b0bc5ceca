"""The simulation against queueing theory: M/M/c agrees with Erlang C, M/M/c+M with Erlang A, within the intervals it tells.

The formulas are computed here, from birth and death: Erlang A's states are solved one by one, which gives Erlang C for callers
without end to their patience. What differs from theory is known: a telephone rings for 30 ms before an agent is in the call.
"""

from math import exp, lgamma, log

import pytest

from callcenter.kernel.center import AgentValues as Agent
from callcenter.kernel.center import Center, Label, NumberValues, QueueValues
from callcenter.kernel.clock import HOUR, MINUTE, SECOND
from callcenter.kernel.flow import Flow, QueueNode
from callcenter.kernel.ids import AgentId, FlowId, NodeId, NumberId, QueueId, TeamId
from callcenter.kernel.scenario import Callers, Constant, Exponential, Rates, Scenario, Staff
from callcenter.kernel.seed import UNNAMED
from callcenter.operations.simulate import play
from callcenter.simulation.dialing import RING_MS
from callcenter.simulation.estimates import Estimate, figure, mean
from reporting.counters import Counters, IntervalKey, total
from reporting.metrics import ABANDON_RATE_ALL, ASA, AWT, OCCUPANCY, SL_ANSWERED

pytestmark = pytest.mark.timeout(900)
"""A dozen seconds of CPU each; minutes on a machine that is full."""

NOTHING_MS = Constant(mean_ms=0)
"""Every wait above this is a wait: ringing takes 30 ms, a call's way into the conversation no more."""
AT_ONCE_MS = 100


def scenario(agents: int, per_hour: float, talk_ms: int, patience_ms: int | None, length_ms: int) -> Scenario:
    queue, flow, start = QueueId("q"), FlowId("q"), NodeId("start")
    everybody = tuple(AgentId(f"a{index}") for index in range(agents))
    label = Label("x", "x")
    center = Center(
        name="M/M/c",
        zone="UTC",
        queues={queue: QueueValues(id=queue, label=label, service_level_ms=AT_ONCE_MS, short_abandon_ms=0, announce_every_ms=0)},
        default_queue=queue,
        agents={agent: Agent(id=agent, name=UNNAMED, team=TeamId("t"), skills={}) for agent in everybody},
        teams={TeamId("t"): label},
        numbers={NumberId("n"): NumberValues(id=NumberId("n"), dialed="100", label=label, flow=flow)},
        flows={flow: Flow(id=flow, start=start, nodes={start: QueueNode(queue=queue)})},
    )
    return Scenario(
        name="M/M/c",
        center=center,
        begins_at=1_790_784_000_000,
        length_ms=length_ms,
        warm_up_ms=HOUR,
        callers={
            "all": Callers(
                queue=queue,
                arrivals=Rates(((0, per_hour),)),
                patience=None if patience_ms is None else ((0, Exponential(mean_ms=patience_ms)),),
                talk=((0, Exponential(mean_ms=talk_ms)),),
                wrap_up=((0, NOTHING_MS),),
            )
        },
        staff={"all": Staff(agents=everybody, there=((0, agents),), answer=NOTHING_MS)},
    )


def theory(agents: int, per_hour: float, busy_ms: float, patience_ms: float | None) -> dict[str, float]:
    """Stationary M/M/c+M by its birth and death rates, times in ms. Without patience's end: M/M/c."""
    arrival, service = per_hour / HOUR, 1 / busy_ms
    impatience = 1 / patience_ms if patience_ms is not None else 0.0
    weights, weight = [0.0], 0.0
    for state in range(1, 20_000):
        weight += log(arrival) - log(min(state, agents) * service + max(state - agents, 0) * impatience)
        weights.append(weight)
        if state > agents and weight < max(weights) - 60:
            break
    top = max(weights)
    chances = [exp(weight - top) for weight in weights]
    whole = sum(chances)
    chances = [chance / whole for chance in chances]
    waiting = sum(max(state - agents, 0) * chance for state, chance in enumerate(chances))
    return {
        "waits": sum(chances[agents:]),
        "mean_wait": waiting / arrival,
        "abandoned": impatience * waiting / arrival,
        "occupancy": sum(min(state, agents) * chance for state, chance in enumerate(chances)) / agents,
    }


def erlang_c(agents: int, load: float) -> float:
    """The chance to wait, by the formula."""
    terms = [exp(state * log(load) - lgamma(state + 1)) for state in range(agents)]
    last = exp(agents * log(load) - lgamma(agents + 1)) * agents / (agents - load)
    return last / (sum(terms) + last)


def counted(found: Scenario, replications: int) -> list[Counters]:
    def one(intervals: dict[IntervalKey, Counters]) -> Counters:
        since, until = found.begins_at + found.warm_up_ms, found.begins_at + found.length_ms
        return total(c for key, c in intervals.items() if key.kind == "center" and since <= key.start_at < until)

    played = [play(found, seed, checks=False) for seed in range(replications)]
    return [one(replication.intervals) for replication in played]


def holds(estimate: Estimate, expected: float, within: float = 0.25) -> None:
    """The theory lies in the interval, and the interval is narrow enough (a share of the theory) to say something."""
    assert estimate.value is not None
    assert estimate.low is not None
    assert estimate.high is not None
    # 95 % of intervals hold the truth: of a fixed seed twice the width must
    half = estimate.high - estimate.value
    assert abs(estimate.value - expected) <= 2 * half, f"{estimate} and theory says {expected}"
    assert half <= max(within * expected, 0.01), f"{estimate} says too little about {expected}"


def test_the_two_theories_agree_where_they_must():
    found = theory(10, 150.0, 3 * MINUTE, None)
    assert found["waits"] == pytest.approx(erlang_c(10, 7.5), rel=1e-9)
    assert found["mean_wait"] == pytest.approx(erlang_c(10, 7.5) * 3 * MINUTE / (10 - 7.5), rel=1e-9)
    # Published: 100 calls in half an hour, 3 minutes each, 14 agents (pyworkforce's example): .17413 wait.
    assert erlang_c(14, 10.0) == pytest.approx(0.17413, abs=5e-6)


def test_callers_without_end_to_their_patience_wait_as_erlang_c_says():
    agents, per_hour, talk = 8, 105.0, 3 * MINUTE
    found = counted(scenario(agents, per_hour, talk, None, 13 * HOUR), 8)
    expected = theory(agents, per_hour, talk + RING_MS, None)
    answered_at_once = figure(SL_ANSWERED, found)
    assert answered_at_once.value is not None
    assert answered_at_once.high is not None
    half = answered_at_once.high - answered_at_once.value
    waits = 1 - answered_at_once.value
    holds(Estimate(value=waits, low=waits - half, high=waits + half, unit="ratio"), expected["waits"])
    holds(figure(ASA, found), expected["mean_wait"] + RING_MS, within=0.5)
    assert mean([one.abandoned for one in found], "count").value == 0


def test_impatient_callers_wait_and_leave_as_erlang_a_says():
    agents, per_hour, talk, patience = 8, 170.0, 3 * MINUTE, 2 * MINUTE
    found = counted(scenario(agents, per_hour, talk, patience, 12 * HOUR), 6)
    expected = theory(agents, per_hour, talk + RING_MS, patience)
    holds(figure(ABANDON_RATE_ALL, found), expected["abandoned"])
    holds(figure(AWT, found), expected["mean_wait"] + RING_MS)
    occupancy = figure(OCCUPANCY, found)
    assert occupancy.value == pytest.approx(expected["occupancy"], abs=0.02)
    assert SECOND < expected["mean_wait"] < MINUTE
