"""How a flow runs: from what happened at the node where a caller stands to the next thing that somebody must do for her.

`advance` walks over the nodes that need nobody (set, hours, a language or look-up that is known) and stops at the first that
needs the caller, the look-up, a queue or an end. It keeps nothing: the hub stores where the frame stands (`Step.node`,
`Step.attempt`) and hands it back with the outcome. Nothing here knows legs, carriers or effects.
"""

from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from callcenter.kernel.center import HoursValues
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
    SayPrompt,
    SetNode,
    Spoken,
)
from callcenter.kernel.ids import HoursId, NodeId, PromptId, QueueId, SkillId
from callcenter.kernel.words import GatherEnd, Language
from ivr.hours import is_open

LONGEST_SILENCE = 100
"""Nodes that may be passed without the caller hearing or doing anything; more is a flow that goes in circles."""

LookUpState = Literal["pending", "found", "not_found", "failed", "none"]
LanguageWhy = Literal["contact", "number", "key", "default"]


class FlowFault(Exception):
    """The flow cannot go on: a missing node, hours that are not there, an endless loop. The caller goes to the default queue."""


class IvrContext(Struct, frozen=True, kw_only=True):
    """What the flow may ask about the call at `now` (ms since the epoch)."""

    caller_language: Language | None
    """The language of the caller's contact, once it is found."""
    number_language: Language | None
    default_language: Language
    language: Language | None
    """What was chosen for this call already; a language node does not choose again."""
    now: int
    zone: ZoneInfo
    hours: dict[HoursId, HoursValues]
    look_up: LookUpState
    """`none`: there is nothing to look up by (the number is withheld). `pending` at LookedUp: its time ran out."""


# -- what happened at the node where the caller stands ----------------------------------------------------------------------


class Began(Struct, frozen=True):
    pass


class Spoke(Struct, frozen=True):
    """The prompt is over; `failure` names the fault when it (or a question's prompt) could not be played."""

    failure: str | None = None


class Keyed(Struct, frozen=True):
    """A question was answered, or not: `digits` may be empty, and does not contain the terminator."""

    digits: str
    end: GatherEnd


class LookedUp(Struct, frozen=True):
    """The look-up answered, failed or took too long; the context says which."""


Outcome = Began | Spoke | Keyed | LookedUp


# -- what is needed next ----------------------------------------------------------------------------------------------------


class Speak(Struct, frozen=True):
    prompts: tuple[Spoken, ...]


class Ask(Struct, frozen=True, kw_only=True):
    """`timeout_ms` from the end of the prompts to the first key, `between_ms` from key to key. No terminator: an empty string."""

    prompts: tuple[Spoken, ...]
    maximum: int
    terminator: str
    timeout_ms: int
    between_ms: int
    secret: bool = False


class AwaitLookUp(Struct, frozen=True):
    """`by` is "caller" for the look-up that runs since the call came, else the variable to look up by."""

    by: str
    wait_ms: int


class Enqueue(Struct, frozen=True):
    queue: QueueId


class Leave(Struct, frozen=True):
    """Say `prompts` (perhaps none), then end the call."""

    prompts: tuple[Spoken, ...]
    end: Literal["closed", "ended_by_flow"]


Request = Speak | Ask | AwaitLookUp | Enqueue | Leave


class Visit(Struct, frozen=True):
    """One outcome of a node, for the record: the next node's id, or a word.

    Words: invalid and silence (one of a question's attempts failed), failed (no attempt is left, a prompt could not be played,
    the look-up failed), timeout, found, not_found, open, closed, the language chosen or kept, the queue, the end. Never a key.
    """

    node: NodeId
    outcome: str


class Step(Struct, frozen=True, kw_only=True):
    visits: tuple[Visit, ...]
    node: NodeId
    """Where the caller stands now, for the `attempt`-th time (from 1)."""
    attempt: int
    request: Request
    language: tuple[Language, LanguageWhy] | None = None
    skills: dict[SkillId, int] = field(default_factory=dict)
    """What set nodes asked for on the way; `priority` likewise, None: none did."""
    priority: int | None = None
    into: str | None = None
    """The variable that the digits just keyed go to; `secret` says that they reach only the look-up that asks."""
    secret: bool = False


def advance(flow: Flow, node: NodeId | None, attempt: int, outcome: Outcome, ctx: IvrContext) -> Step:
    """The step after `outcome` at `node`, where the caller stood for the `attempt`-th time; `node` None begins the flow.

    `Began` at a node enters it anew: what was asked there was lost in a gap.

    Raises FlowFault when the flow cannot go on, also when it was changed under the caller and the node is gone.
    """
    walk = _Walk(flow, ctx)
    if node is None:
        return walk.enter(flow.start)
    if isinstance(outcome, Began):
        return walk.enter(node)
    return walk.leave(node, attempt, outcome)


class _Walk:
    """One advance: where it has been, and what it picked up. Lives no longer than the call of `advance`."""

    def __init__(self, flow: Flow, ctx: IvrContext) -> None:
        self.flow = flow
        self.ctx = ctx
        self.language: tuple[Language, LanguageWhy] | None = None
        self.skills: dict[SkillId, int] = {}
        self.priority: int | None = None
        self.into: str | None = None
        self.secret = False
        self.visits: list[Visit] = []

    # -- arriving ---------------------------------------------------------------------------------------------------------

    def enter(self, node: NodeId) -> Step:
        """Arrives at `node` and goes on until somebody is needed."""
        for _ in range(LONGEST_SILENCE + 1):
            at = self._node(node)
            match at:
                case SayNode():
                    return self._stop(node, Speak((SayPrompt(at.prompt),)))
                case MenuNode() | GatherNode():
                    return self._stop(node, _question(at, 1, None))
                case QueueNode():
                    self._visit(node, at.queue)
                    return self._stop(node, Enqueue(at.queue))
                case HangUpNode():
                    self._visit(node, at.end)
                    return self._stop(node, Leave(() if at.prompt is None else (SayPrompt(at.prompt),), at.end))
                case LanguageNode():
                    if not self._language_known(node):
                        return self._stop(node, _question(at, 1, None))
                    node = at.next
                case LookUpNode():
                    if at.by != "caller" or self.ctx.look_up == "pending":
                        return self._stop(node, AwaitLookUp(at.by, at.wait_ms))
                    node = self._looked_up(node, at)
                case HoursNode():
                    node = self._by_hours(node, at)
                case SetNode():
                    self.skills |= at.skills
                    self.priority = self.priority if at.priority is None else at.priority
                    self._visit(node, at.next)
                    node = at.next
        raise FlowFault(f"flow {self.flow.id!r} runs in a circle past {node!r} without a prompt: let the circle say something")

    def _language_known(self, node: NodeId) -> bool:
        known = self.ctx.language or (self.language and self.language[0])
        if known is None:
            if self.ctx.caller_language is not None:
                known, self.language = self.ctx.caller_language, (self.ctx.caller_language, "contact")
            elif self.ctx.number_language is not None:
                known, self.language = self.ctx.number_language, (self.ctx.number_language, "number")
            else:
                return False
        self._visit(node, known)
        return True

    def _by_hours(self, node: NodeId, at: HoursNode) -> NodeId:
        hours = self.ctx.hours.get(at.hours)
        if hours is None:
            raise FlowFault(f"flow {self.flow.id!r}, node {node!r}: there are no hours {at.hours!r}")
        within = is_open(hours, self.ctx.now, self.ctx.zone)
        self._visit(node, "open" if within else "closed")
        return at.open if within else at.closed

    def _looked_up(self, node: NodeId, at: LookUpNode) -> NodeId:
        match self.ctx.look_up:
            case "found":
                outcome, target = "found", at.found
            case "not_found" | "none":
                outcome, target = "not_found", at.not_found
            case "failed":
                outcome, target = "failed", at.failed
            case "pending":
                outcome, target = "timeout", at.failed
        self._visit(node, outcome)
        return target

    # -- leaving ----------------------------------------------------------------------------------------------------------

    def leave(self, node: NodeId, attempt: int, outcome: Outcome) -> Step:
        at = self._node(node)
        match at, outcome:
            case SayNode(), Spoke(failure):
                # A caller who heard nothing is still better off further on than stuck.
                self._visit(node, at.next if failure is None else "failed")
                return self.enter(at.next)
            case ((MenuNode() | GatherNode() | LanguageNode()), Spoke(failure)) if failure is not None:
                return self._give_up(node, at)
            case ((MenuNode() | GatherNode() | LanguageNode()), Keyed(digits)):
                return self._answered(node, at, attempt, digits)
            case LookUpNode(), LookedUp():
                return self.enter(self._looked_up(node, at))
        raise _misfit(self.flow, node, at, outcome)

    def _answered(self, node: NodeId, at: MenuNode | GatherNode | LanguageNode, attempt: int, digits: str) -> Step:
        match at:
            case MenuNode():
                if digits in at.keys:
                    self._visit(node, at.keys[digits])
                    return self.enter(at.keys[digits])
            case LanguageNode():
                if digits in at.keys:
                    chosen = at.keys[digits]
                    self.language = (chosen, "key")
                    self._visit(node, chosen)
                    return self.enter(at.next)
            case GatherNode():
                if at.minimum <= len(digits) <= at.maximum:
                    self.into, self.secret = at.into, at.secret
                    self._visit(node, at.next)
                    return self.enter(at.next)
        wrong: Literal["invalid", "silence"] = "invalid" if digits else "silence"
        self._visit(node, wrong)
        if attempt < at.attempts:
            return self._stop(node, _question(at, attempt + 1, wrong), attempt + 1)
        return self._give_up(node, at)

    def _give_up(self, node: NodeId, at: MenuNode | GatherNode | LanguageNode) -> Step:
        self._visit(node, "failed")
        if isinstance(at, LanguageNode):
            self.language = (at.default, "default")
            return self.enter(at.next)
        return self.enter(at.on_failure)

    # -- words ------------------------------------------------------------------------------------------------------------

    def _node(self, node: NodeId) -> AnyNode:
        at = self.flow.nodes.get(node)
        if at is None:
            raise FlowFault(f"flow {self.flow.id!r} has no node {node!r}")
        return at

    def _visit(self, node: NodeId, outcome: str) -> None:
        self.visits.append(Visit(node, outcome))

    def _stop(self, node: NodeId, request: Request, attempt: int = 1) -> Step:
        return Step(
            visits=tuple(self.visits),
            node=node,
            attempt=attempt,
            request=request,
            language=self.language,
            skills=self.skills,
            priority=self.priority,
            into=self.into,
            secret=self.secret,
        )


def _question(at: MenuNode | GatherNode | LanguageNode, attempt: int, wrong: Literal["invalid", "silence"] | None) -> Ask:
    """Asks, and after a wrong answer says so first."""
    said: list[PromptId] = []
    if isinstance(at, MenuNode) and attempt > 1:
        apology = at.invalid if wrong == "invalid" else at.silence
        said += [apology] if apology is not None else []
    prompts = tuple(SayPrompt(prompt) for prompt in (*said, at.prompt))
    if isinstance(at, GatherNode):
        return Ask(
            prompts=prompts,
            maximum=at.maximum,
            terminator=at.terminator,
            timeout_ms=at.timeout_ms,
            between_ms=at.between_ms,
            secret=at.secret,
        )
    # One key is an answer, so there is nothing between keys to wait for.
    return Ask(prompts=prompts, maximum=1, terminator="", timeout_ms=at.timeout_ms, between_ms=at.timeout_ms)


def _misfit(flow: Flow, node: NodeId, at: AnyNode, outcome: Outcome) -> FlowFault:
    kind, happened = type(at).__name__, type(outcome).__name__
    return FlowFault(f"flow {flow.id!r}: {happened} cannot happen at {node!r}, a {kind}; was the flow changed meanwhile?")
