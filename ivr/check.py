"""Whether a flow is sound, before a caller meets it: every name it uses exists, every node can be reached, every caller finds a
way out. Pure: `config.flow_file` adds file and line.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from msgspec import Struct

from callcenter.kernel.center import Center
from callcenter.kernel.flow import (
    AnyNode,
    Flow,
    GatherNode,
    HangUpNode,
    HoursNode,
    LanguageNode,
    LookUpNode,
    MenuNode,
    QueueNode,
    SayNode,
    SetNode,
)
from callcenter.kernel.ids import NodeId, PromptId

KEYS = frozenset("0123456789*#")
LISTED = 12
"""So many names are listed where one must be chosen."""


class FlowMistake(Struct, frozen=True):
    """What is wrong at a field of a node (`field` such as `next` or `keys.1`), and what to write instead.

    A mistake of the flow itself has an empty `node`; its field is `start`.
    """

    node: str
    field: str
    why: str
    instead: str


def check(flow: Flow, center: Center) -> list[FlowMistake]:
    """Every mistake of the flow, node by node in the order of the file. Empty: callers may come."""
    return list(_mistakes(flow, center))


def targets(node: AnyNode) -> dict[str, NodeId]:
    """Where a caller may go from a node: field -> node."""
    match node:
        case SayNode() | SetNode() | LanguageNode():
            return {"next": node.next}
        case MenuNode():
            return {**{f"keys.{key}": target for key, target in node.keys.items()}, "on_failure": node.on_failure}
        case GatherNode():
            return {"next": node.next, "on_failure": node.on_failure}
        case HoursNode():
            return {"open": node.open, "closed": node.closed}
        case LookUpNode():
            return {"found": node.found, "not_found": node.not_found, "failed": node.failed}
        case QueueNode() | HangUpNode():
            return {}


def _mistakes(flow: Flow, center: Center) -> Iterator[FlowMistake]:
    if not flow.nodes:
        yield FlowMistake("", "nodes", "a flow without nodes leads nowhere", "at least a queue or hang_up node")
        return
    if flow.start not in flow.nodes:
        yield FlowMistake("", "start", f"there is no node {flow.start!r}", _one_of(flow.nodes, flow.start))
    reached = _reached(flow)
    variables = {node.into for node in flow.nodes.values() if isinstance(node, GatherNode)}
    trapped = _traps(flow)
    for name, node in flow.nodes.items():
        yield from (FlowMistake(name, *rest) for rest in _node(node, center, variables))
        for field, target in targets(node).items():
            if target not in flow.nodes:
                yield FlowMistake(name, field, f"there is no node {target!r}", _one_of(flow.nodes, target))
        if flow.start in flow.nodes and name not in reached:
            yield FlowMistake(
                name, "", "no way leads here", "another node's next, open, found or key with this name, or remove it"
            )
        if name in trapped:
            circle, silent = trapped[name]
            why = "an endless loop without a prompt" if silent else "an endless loop: no way leads to a queue or an end"
            yield FlowMistake(name, next(iter(targets(node))), f"{why} ({_round(circle)})", "a way to a queue or hang_up node")


_Rest = tuple[str, str, str]


def _node(node: AnyNode, center: Center, variables: set[str]) -> Iterator[_Rest]:
    """What is wrong inside a node: (field, why, instead)."""
    for field, prompt in _prompts(node):
        if prompt not in center.prompts:
            yield field, f"there is no prompt {prompt!r}", _one_of(center.prompts, prompt)
    match node:
        case MenuNode():
            yield from _keys(node.keys)
            yield from _asking(node)
        case LanguageNode():
            yield from _keys(node.keys)
            yield from _asking(node)
            for key, language in node.keys.items():
                if language not in center.languages:
                    yield f"keys.{key}", f"the center does not speak {language!r}", _one_of(center.languages)
            if node.default not in center.languages:
                yield "default", f"the center does not speak {node.default!r}", _one_of(center.languages)
        case GatherNode():
            yield from _asking(node)
            yield from _digits(node)
        case HoursNode() if node.hours not in center.hours:
            yield "hours", f"there are no hours {node.hours!r}", _one_of(center.hours, node.hours)
        case LookUpNode():
            if node.by != "caller" and node.by not in variables:
                yield "by", f"no gather node stores {node.by!r}", _one_of({"caller", *variables}, node.by)
            if node.wait_ms <= 0:
                yield "wait_ms", "a look-up needs some time", "for example 1500ms"
            elif node.wait_ms > center.timing.ivr_step_ms:
                yield "wait_ms", "no step of the flow may last that long", f"at most {_seconds(center.timing.ivr_step_ms)}"
        case SetNode():
            for skill, level in node.skills.items():
                if skill not in center.skills:
                    yield f"skills.{skill}", f"there is no skill {skill!r}", _one_of(center.skills, skill)
                if not 1 <= level <= 5:
                    yield f"skills.{skill}", f"level {level} is out of range", "a level from 1 to 5"
            if not node.skills and node.priority is None:
                yield "", "it sets nothing", "skills or priority, or remove the node"
        case QueueNode() if node.queue not in center.queues:
            yield "queue", f"there is no queue {node.queue!r}", _one_of(center.queues, node.queue)
        case _:
            pass


def _prompts(node: AnyNode) -> Iterator[tuple[str, PromptId]]:
    match node:
        case SayNode() | LanguageNode() | GatherNode():
            yield "prompt", node.prompt
        case MenuNode():
            yield "prompt", node.prompt
            for field, prompt in (("invalid", node.invalid), ("silence", node.silence)):
                if prompt is not None:
                    yield field, prompt
        case HangUpNode() if node.prompt is not None:
            yield "prompt", node.prompt
        case _:
            pass


def _keys(keys: Mapping[str, str]) -> Iterator[_Rest]:
    if not keys:
        yield "keys", "without keys the caller has no choice", 'a line for each key, for example "1": billing'
    for key in keys:
        if key not in KEYS:
            yield f"keys.{key}", f"{key!r} is not a key of a telephone", 'one of 0 to 9, "*" and "#", in quotes'


def _asking(node: MenuNode | GatherNode | LanguageNode) -> Iterator[_Rest]:
    if node.attempts < 1:
        yield "attempts", "the caller must be asked at least once", "1 or more"
    if node.timeout_ms <= 0:
        yield "timeout_ms", "the caller needs time for the first key", "for example 5s"


def _digits(node: GatherNode) -> Iterator[_Rest]:
    if node.minimum < 0:
        yield "minimum", "fewer than no digits cannot be pressed", "0 or more"
    if node.maximum < max(1, node.minimum):
        yield "maximum", "it lies below minimum, or no digit is taken", "at least minimum, and 1 or more"
    if node.between_ms <= 0:
        yield "between_ms", "the caller needs time from key to key", "for example 3s"
    if node.terminator and node.terminator not in KEYS:
        yield "terminator", f"{node.terminator!r} is not a key of a telephone", '"#" or "*", or "" for none'
    if node.into == "caller":
        yield "into", "'caller' is the name of the caller's own number", "another word, for example account"
    if not node.into:
        yield "into", "the digits need a name", "a word, for example account"


def _reached(flow: Flow) -> set[NodeId]:
    """Where callers come. A misspelt target counts for the node that was meant: one slip is one mistake, not a dozen."""
    seen: set[NodeId] = set()
    ahead = [flow.start]
    while ahead:
        name = ahead.pop()
        if name not in flow.nodes:
            ahead += map(NodeId, get_close_matches(name, flow.nodes, 1))
        elif name not in seen:
            seen.add(name)
            ahead += targets(flow.nodes[name]).values()
    return seen


def _traps(flow: Flow) -> dict[NodeId, tuple[Sequence[NodeId], bool]]:
    """Circles without a good end, each under its first node: (its nodes in order of walking, whether all of them are silent).

    Two kinds: circles from which no way leads to a queue or an end, and circles of silent nodes, which a caller may run round
    and round in one instant although a way out exists. A missing target counts as an end: it is reported by itself.
    """
    ways = {name: [target for target in targets(node).values() if target in flow.nodes] for name, node in flow.nodes.items()}
    ends = {name for name, node in flow.nodes.items() if len(ways[name]) < max(1, len(targets(node)))}
    saved: set[NodeId] = set(ends)
    while more := {name for name, nexts in ways.items() if name not in saved and any(target in saved for target in nexts)}:
        saved |= more
    silent = {name for name, node in flow.nodes.items() if isinstance(node, SetNode | HoursNode | LanguageNode | LookUpNode)}
    traps: dict[NodeId, tuple[Sequence[NodeId], bool]] = {}
    told: set[NodeId] = set()
    for name in flow.nodes:
        if name in told:
            continue
        if name in silent and (circle := _circle(name, {n: [t for t in ways[n] if t in silent] for n in silent})):
            traps[name] = circle, True
            told |= set(circle)
        elif name not in saved and (circle := _circle(name, ways)):
            traps[name] = circle, False
            told |= set(circle)
    return traps


def _circle(start: NodeId, ways: Mapping[NodeId, Sequence[NodeId]]) -> list[NodeId]:
    """The nodes of a shortest way from `start` back to it; empty when there is none."""
    ahead: list[list[NodeId]] = [[start]]
    seen: set[NodeId] = set()
    for way in ahead:
        for target in ways[way[-1]]:
            if target == start:
                return way
            if target not in seen:
                seen.add(target)
                ahead.append([*way, target])
    return []


def _round(circle: Sequence[NodeId]) -> str:
    return " -> ".join([*circle, circle[0]])


def _seconds(ms: int) -> str:
    return f"{ms / 1000:g}s"


def _one_of(names: Iterable[str], meant: str = "") -> str:
    known = sorted(names)
    if not known:
        return "declare one first"
    near = get_close_matches(meant, known, 1)
    listed = ", ".join(known) if len(known) <= LISTED else f"{', '.join(known[:LISTED])}, ... ({len(known)} in all)"
    return f"{near[0]} (known: {listed})" if near else f"one of {listed}"
