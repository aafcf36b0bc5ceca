"""IVR flows as values: the nodes that a flow file may contain. How they run is in `ivr.interpreter`, whether they are sound in
`ivr.check`, how they are read from YAML in `config.flow_file`.

Every `next`, `open`, `found`, ... names another node of the same flow. Times are whole milliseconds.
"""

from typing import Literal

from msgspec import Struct, field

from callcenter.kernel.ids import FlowId, HoursId, NodeId, PromptId, QueueId, SkillId
from callcenter.kernel.words import Language


class SayPrompt(Struct, frozen=True, tag="prompt"):
    """One prepared prompt, in the leg's language."""

    prompt: PromptId


class SayNumber(Struct, frozen=True, tag="number"):
    """A whole number from 0 to 999, spoken from digit prompts."""

    value: int


Spoken = SayPrompt | SayNumber


class Node(Struct, frozen=True, tag=True, tag_field="node", kw_only=True):
    pass


class SayNode(Node, frozen=True, tag="say", kw_only=True):
    prompt: PromptId
    next: NodeId


class LanguageNode(Node, frozen=True, tag="language", kw_only=True):
    """The contact's language, else the called number's, else the key that the caller presses; `default` when she presses none."""

    prompt: PromptId
    keys: dict[str, Language]
    default: Language
    next: NodeId
    timeout_ms: int = 5_000
    attempts: int = 2


class MenuNode(Node, frozen=True, tag="menu", kw_only=True):
    prompt: PromptId
    keys: dict[str, NodeId]
    on_failure: NodeId
    """Where the caller goes after the last attempt."""
    invalid: PromptId | None = None
    silence: PromptId | None = None
    timeout_ms: int = 5_000
    attempts: int = 3


class GatherNode(Node, frozen=True, tag="gather", kw_only=True):
    prompt: PromptId
    into: str
    next: NodeId
    on_failure: NodeId
    minimum: int = 1
    maximum: int = 20
    terminator: str = "#"
    timeout_ms: int = 5_000
    between_ms: int = 3_000
    attempts: int = 3
    secret: bool = False
    """Secret digits reach only the look-up that asked; no row keeps them."""


class HoursNode(Node, frozen=True, tag="hours", kw_only=True):
    hours: HoursId
    open: NodeId
    closed: NodeId


class LookUpNode(Node, frozen=True, tag="look_up", kw_only=True):
    """Finds the contact by the caller's number, or by what a gather node stored."""

    by: str = "caller"
    wait_ms: int = 1_500
    found: NodeId
    not_found: NodeId
    failed: NodeId


class SetNode(Node, frozen=True, tag="set", kw_only=True):
    next: NodeId
    skills: dict[SkillId, int] = field(default_factory=dict)
    priority: int | None = None


class QueueNode(Node, frozen=True, tag="queue", kw_only=True):
    queue: QueueId


class HangUpNode(Node, frozen=True, tag="hang_up", kw_only=True):
    prompt: PromptId | None = None
    end: Literal["closed", "ended_by_flow"] = "ended_by_flow"


AnyNode = SayNode | LanguageNode | MenuNode | GatherNode | HoursNode | LookUpNode | SetNode | QueueNode | HangUpNode


class Flow(Struct, frozen=True, kw_only=True):
    id: FlowId
    start: NodeId
    nodes: dict[NodeId, AnyNode]
