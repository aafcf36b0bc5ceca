"""The center of a scenario: written in the scenario file itself, or taken from a center file that it names.

A center that is written here has no flows: each kind of caller has a number of its own that leads straight to its queue.
"""

from collections.abc import Mapping
from typing import Any

from callcenter.kernel.center import (
    AgentValues,
    Center,
    Choice,
    Label,
    NumberValues,
    QueueValues,
    Timing,
    mistakes,
)
from callcenter.kernel.flow import Flow, QueueNode
from callcenter.kernel.ids import AgentId, FlowId, NodeId, NumberId, QueueId, TeamId
from callcenter.kernel.seed import UNNAMED
from config.center_file import TIMING_KEYS, read_center
from config.center_values import ZONE
from config.readers import LEVEL, NAME, TEXT, keys_of, listed, optional, whole
from config.scenario_values import group, part
from config.yaml import BadFile, Place, Sheet

_FLOW_START = NodeId("start")

QUEUE_KEYS = keys_of(QueueValues, without=["id", "label"], minimum_level=LEVEL, priority=whole(-100, 100))
CENTER_KEYS = (
    optional("file", TEXT),
    optional("zone", ZONE, "UTC"),
    optional("skills", listed(NAME), ()),
    optional("queues", group(QUEUE_KEYS, "a queue"), {}),
    optional("timing", part(TIMING_KEYS, "timing"), {}),
)


def center_of(sheet: Sheet, top: Place, values: dict[str, Any]) -> Center:
    """The center; raises BadFile when there is none to go on with."""
    written = values["center"]
    inline = bool(written.get("queues"))
    if bool(written.get("file")) == inline:
        sheet.refuse_path("center", "the center stands either here or in a center file", "queues with their keys, or file: FILE")
        sheet.finish()
    only = {"callers": ("skills", "priority"), "staff": ("count", "skills")} if not inline else {}
    theirs = {"callers": ("numbers",), "staff": ("team",)} if inline else only
    for section, keys in theirs.items():
        for name, one in values[section].items():
            for key in keys:
                if one[key]:
                    other = "a center file" if inline else "a center that stands in the scenario"
                    why = f"{key!r} is for {other}"
                    sheet.refuse_path(f"{section}.{name}.{key}", why, f"nothing: take {key} out")
    if inline:
        return _written_center(sheet, values)
    try:
        return read_center(top.folder / written["file"]).center
    except BadFile as bad:
        sheet.mistakes += bad.mistakes
        sheet.finish()
        raise


def _written_center(sheet: Sheet, values: dict[str, Any]) -> Center:
    """The center of the scenario file itself: each kind of caller has a number of its own that leads straight to the queue."""
    written = values["center"]
    queues = {
        QueueId(name): QueueValues(id=QueueId(name), label=Label(name, name), **one) for name, one in written["queues"].items()
    }
    flows = {
        FlowId(name): Flow(id=FlowId(name), start=_FLOW_START, nodes={_FLOW_START: QueueNode(queue=QueueId(name))})
        for name in queues
    }
    numbers = {
        NumberId(name): NumberValues(
            id=NumberId(name),
            dialed=f"+1415555{index:04}",
            label=Label(name, name),
            flow=FlowId(one["queue"]),
            skills=one["skills"],
            priority=one["priority"],
        )
        for index, (name, one) in enumerate(values["callers"].items())
    }
    agents = {}
    for name, one in values["staff"].items():
        if not head_count(one):
            why = "nobody is in this group"
            sheet.refuse_path(f"staff.{name}", why, "count: the number of agents, or there: their number by time of day")
        for id in agent_ids(name, head_count(one)):
            agents[id] = AgentValues(id=id, name=UNNAMED, team=TeamId(name), skills=one["skills"])
    center = Center(
        name=values["name"],
        zone=written["zone"],
        default_queue=next(iter(queues)),
        queues=queues,
        agents=agents,
        teams={TeamId(name): Label(name, name) for name in values["staff"]},
        skills={name: Label(name, name) for name in written["skills"]},
        numbers=numbers,
        flows=flows,
        reasons=(Choice("break", Label("Break", "休息")),),
        timing=Timing(**written["timing"]),
    )
    for one in mistakes(center):
        sheet.refuse_path(_place_of(one.path, values), one.why, one.instead)
    return center


def _place_of(path: str, values: dict[str, Any]) -> str:
    """Where a center's value stands in a scenario file."""
    section, _, rest = path.partition(".")
    name = rest.partition(".")[0]
    if section == "agents":
        return f"staff.{name.rpartition('-')[0]}.{rest.partition('.')[2]}"
    if section == "numbers":
        key = rest.partition(".")[2]
        return f"callers.{name}.{'queue' if key == 'flow' else key}"
    return f"center.{path}"


def agent_ids(name: str, count: int) -> tuple[AgentId, ...]:
    """Of a group of agents."""
    return tuple(AgentId(f"{name}-{index:04}") for index in range(1, count + 1))


def head_count(staff: Mapping[str, Any]) -> int:
    """How many agents a group has."""
    return int(staff["count"] or max((count for _, count in staff["there"] or ()), default=0))
