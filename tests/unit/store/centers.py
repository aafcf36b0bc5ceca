"""Random whole centers for the directory's tests, and one that reads like a story."""

import string
from datetime import date

from hypothesis import strategies as st

from callcenter.kernel.center import (
    AgentValues,
    Center,
    Choice,
    HoursValues,
    Label,
    NumberValues,
    Opening,
    Outside,
    QueueValues,
    Timing,
)
from callcenter.kernel.flow import AnyNode, Flow, HangUpNode, MenuNode, QueueNode, SayNode
from callcenter.kernel.ids import AgentId, FlowId, HoursId, NodeId, NumberId, PromptId, QueueId, SkillId, TeamId
from callcenter.kernel.seed import UNNAMED, CenterSeed

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
ids = st.text(string.ascii_lowercase + string.digits + "_", min_size=1, max_size=8)
labels = st.builds(Label, words, words)
times = st.integers(1, 10_000_000)
shares = st.floats(0, 1, allow_nan=False)
levels = st.integers(1, 5)


@st.composite
def seeds(draw: st.DrawFn) -> CenterSeed:
    """A center whose values hold together."""
    skills = {SkillId(id): draw(labels) for id in draw(st.lists(ids, unique=True, max_size=4))}
    teams = {TeamId(id): draw(labels) for id in draw(st.lists(ids, unique=True, min_size=1, max_size=3))}
    some_skills = st.dictionaries(st.sampled_from(sorted(skills)), levels) if skills else st.just({})
    queues = {}
    for id in draw(st.lists(ids, unique=True, min_size=1, max_size=4)):
        wrap_up = draw(times)
        queues[QueueId(id)] = QueueValues(
            id=QueueId(id), label=draw(labels), skill=draw(st.sampled_from([None, *sorted(skills)])), minimum_level=draw(levels),
            priority=draw(st.integers(-9, 9)), ring_ms=draw(times), service_level_ms=draw(times),
            service_level_target=draw(shares),
            short_abandon_ms=draw(times), abandon_target=draw(shares), longest_wait_alarm_ms=draw(times), wrap_up_ms=wrap_up,
            wrap_up_hard_ms=wrap_up + draw(times), announce_first_ms=draw(times), announce_every_ms=draw(times),
            record=draw(st.booleans()),
        )  # fmt: skip
    agents = {
        AgentId(id): AgentValues(
            id=AgentId(id), name=UNNAMED, team=draw(st.sampled_from(sorted(teams))), skills=draw(some_skills),
            active=draw(st.booleans()),
        )
        for id in draw(st.lists(ids, unique=True, max_size=4))
    }  # fmt: skip
    nodes: dict[NodeId, AnyNode] = {
        NodeId("hello"): SayNode(prompt=PromptId("p"), next=NodeId("menu")),
        NodeId("menu"): MenuNode(
            prompt=PromptId("p"), keys={"2": NodeId("bye"), "1": NodeId("q")}, on_failure=NodeId("q"), attempts=draw(levels)
        ),
        NodeId("q"): QueueNode(queue=draw(st.sampled_from(sorted(queues)))),
        NodeId("bye"): HangUpNode(end="closed"),
    }  # fmt: skip
    flows = {
        FlowId(id): Flow(id=FlowId(id), start=NodeId("hello"), nodes=nodes) for id in draw(st.lists(ids, unique=True, max_size=3))
    }
    dialed = draw(st.lists(st.integers(100, 10**14), unique=True, max_size=3 if flows else 0))
    numbers = {
        NumberId(f"n{number}"): NumberValues(
            id=NumberId(f"n{number}"), dialed=str(number), label=draw(labels), flow=draw(st.sampled_from(sorted(flows))),
            language=draw(st.sampled_from([None, "en", "zh"])), skills=draw(some_skills), priority=draw(st.integers(-9, 9)),
        )
        for number in dialed
    }  # fmt: skip
    openings = st.lists(st.builds(Opening, st.integers(0, 1439), st.integers(1, 1440)), max_size=2).map(tuple)
    hours = {
        HoursId(id): HoursValues(
            id=HoursId(id), weekdays=tuple(draw(st.lists(openings, min_size=7, max_size=7))),
            holidays=tuple(draw(st.lists(st.dates(), max_size=2))),
        )
        for id in draw(st.lists(ids, unique=True, max_size=2))
    }  # fmt: skip
    choices = st.lists(st.builds(Choice, ids, labels), unique_by=lambda choice: choice.code, max_size=3).map(tuple)
    center = Center(
        name=draw(words), zone=draw(st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York"])),
        languages=draw(st.sampled_from([("en",), ("zh", "en"), ("en", "zh")])),
        default_language=draw(st.sampled_from(["en", "zh"])),
        queues=queues, agents=agents, teams=teams, skills=skills, numbers=numbers, hours=hours, flows=flows,
        prompts={PromptId(id): draw(labels) for id in draw(st.lists(ids, unique=True, max_size=3))},
        dispositions=draw(choices), reasons=draw(choices), default_queue=draw(st.sampled_from(sorted(queues))),
        timing=Timing(reject_delay_ms=draw(times), connect_ms=draw(times)),
        outside=Outside(region="US", countries=("US", "CN"), caller_id="+12025550100", emergency=("911",)),
    )  # fmt: skip
    names = {id: draw(words.filter(str.strip)) for id in agents}
    blocked = tuple(f"+120255501{n:02}" for n in draw(st.lists(st.integers(1, 99), unique=True, max_size=3)))
    return CenterSeed(center=center, names=names, blocked=blocked)


def harbor() -> CenterSeed:
    """Two agents, one queue, one blocked number."""
    billing, ana, bo = QueueId("billing"), AgentId("ana"), AgentId("bo")
    words_of = {word: Label(word.title(), word) for word in ("billing", "desk")}
    center = Center(
        name="Harbor", zone="America/New_York",
        queues={billing: QueueValues(id=billing, label=words_of["billing"], skill=SkillId("billing"))},
        skills={SkillId("billing"): words_of["billing"]},
        teams={TeamId("desk"): words_of["desk"]},
        agents={
            ana: AgentValues(id=ana, name=UNNAMED, team=TeamId("desk"), skills={SkillId("billing"): 5}),
            bo: AgentValues(id=bo, name=UNNAMED, team=TeamId("desk"), skills={}),
        },
        hours={HoursId("office"): HoursValues(id=HoursId("office"), weekdays=((),) * 7, holidays=(date(2026, 12, 25),))},
        default_queue=billing,
    )  # fmt: skip
    return CenterSeed(center=center, names={ana: "Ana Belova", bo: "Bo Chen"}, blocked=("(202) 555-0166",))
