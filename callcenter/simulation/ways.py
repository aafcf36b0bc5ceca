"""The ways that a caller can take through a center: which number to call and which keys to press to reach which queue.

Read off the flows, so that simulated callers know their way in any center. Pure values; nobody walks here.
"""

from collections.abc import Iterator

from msgspec import Struct

from callcenter.kernel.center import Center, NumberValues
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
from callcenter.kernel.ids import NodeId, PromptId, QueueId, SkillId
from callcenter.kernel.words import Language
from ivr.hours import is_open

MOST_WAYS = 500
"""Of one center; more are of no use to anybody."""
_DIGITS = "4711082593"


class Way(Struct, frozen=True, kw_only=True):
    """From a number of the center's to a queue."""

    dialed: str
    queue: QueueId
    keys: dict[PromptId, str]
    """What to press when this prompt asks."""
    language: Language | None
    skills: dict[SkillId, int]
    """What the agent will have to know."""


def ways(center: Center, at: int) -> tuple[Way, ...]:
    """All ways that end in a queue at this time (ms since the epoch), in the order of the center's numbers and keys."""
    found: list[Way] = []
    for number in center.numbers.values():
        flow = center.flows.get(number.flow)
        if flow is not None:
            for way in _walk(center, number, flow, at):
                if way not in found:
                    found.append(way)
                if len(found) == MOST_WAYS:
                    return tuple(found)
    return tuple(found)


def _walk(center: Center, number: NumberValues, flow: Flow, now: int) -> Iterator[Way]:
    beginning = Way(dialed=number.dialed, queue=QueueId(""), keys={}, language=number.language, skills=dict(number.skills))
    open_ends: list[tuple[NodeId, Way, frozenset[NodeId]]] = [(flow.start, beginning, frozenset())]
    while open_ends:
        at, so_far, seen = open_ends.pop(0)
        node = flow.nodes.get(at)
        if node is None or at in seen:
            continue
        match node:
            case QueueNode(queue=queue_id) if (queue := center.queues.get(queue_id)) is not None:
                skills = dict(so_far.skills)
                if queue.skill is not None:
                    skills[queue.skill] = max(queue.minimum_level, skills.get(queue.skill, 0))
                yield _changed(so_far, queue=queue_id, skills=skills)
            case QueueNode() | HangUpNode():
                pass
            case _:
                open_ends += [(after, way, seen | {at}) for after, way in _steps(center, node, so_far, now)]


def _steps(center: Center, node: AnyNode, way: Way, now: int) -> Iterator[tuple[NodeId, Way]]:
    """Where one node leads, with what the caller presses there."""
    match node:
        case SayNode():
            yield node.next, way
        case LanguageNode():
            for key, language in node.keys.items():
                yield node.next, _changed(way, keys=way.keys | {node.prompt: key}, language=language)
        case MenuNode():
            for key, after in node.keys.items():
                yield after, _changed(way, keys=way.keys | {node.prompt: key})
        case GatherNode():
            digits = (_DIGITS * 10)[: min(max(node.minimum, 6), node.maximum)]
            pressed = digits + (node.terminator[:1] if len(digits) < node.maximum else "")
            yield node.next, _changed(way, keys=way.keys | {node.prompt: pressed})
        case HoursNode():
            hours = center.hours.get(node.hours)
            opened = hours is None or is_open(hours, now, center.tz())
            yield node.open if opened else node.closed, way
        case LookUpNode():
            yield node.not_found, way
            yield node.found, way
        case SetNode():
            yield node.next, _changed(way, skills=way.skills | node.skills)
        case _:
            return


def _changed(
    way: Way,
    *,
    queue: QueueId | None = None,
    keys: dict[PromptId, str] | None = None,
    language: Language | None = None,
    skills: dict[SkillId, int] | None = None,
) -> Way:
    return Way(
        dialed=way.dialed,
        queue=queue if queue is not None else way.queue,
        keys=keys if keys is not None else way.keys,
        language=language if language is not None else way.language,
        skills=skills if skills is not None else way.skills,
    )
