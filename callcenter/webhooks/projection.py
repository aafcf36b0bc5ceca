"""From events of the log to public events: which are told, and in which words. Pure.

A little is remembered of live calls and present agents, because an event of the log says only what changed and a program outside
must not have to fold. The same log always makes the same public events with the same ids.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from callcenter.kernel import events as e
from callcenter.kernel.ids import AgentId, CallId, ContactId, NumberId, PersonalId, QueueId, RecordingId
from callcenter.kernel.machine import IllegalMove
from callcenter.kernel.presence import Presence
from callcenter.webhooks import vocabulary as v
from reporting.agent_time import ABSENT, AgentState, agent_of, move
from reporting.fold import call_of

FORMAT = 1
"""Of `dump`; raised when what it holds changes."""


class CallMemory(Struct, omit_defaults=True):
    """What is remembered of one call."""

    direction: Literal["inbound", "outbound"] | None = None
    started_at: int | None = None
    number: NumberId | None = None
    customer: PersonalId | None = None
    queue: QueueId | None = None
    agent: AgentId | None = None
    contact: ContactId | None = None
    over: bool = False
    recordings: set[RecordingId] = field(default_factory=set)
    """Those that are not kept yet, and have not failed."""
    wrapping: set[AgentId] = field(default_factory=set)

    @property
    def settled(self) -> bool:
        return self.over and not self.recordings and not self.wrapping


class AgentMemory(Struct, omit_defaults=True):
    state: AgentState = ABSENT
    call: CallId | None = None
    reachable: bool = False


class Told(Struct, frozen=True):
    """One public event, not yet addressed to anybody."""

    event: v.PublicEvent
    subject: str
    """The call or agent that it is about; events of one subject are delivered in their order."""
    customer: PersonalId | None = None
    """The personal row of the customer's number; its value is looked up when the event is delivered."""


class _Saved(Struct):
    calls: dict[CallId, CallMemory]
    agents: dict[AgentId, AgentMemory]


class Projection:
    """Give it the log's events in order; events of a call that it does not know should be preceded by `recall`."""

    def __init__(self) -> None:
        self._calls: dict[CallId, CallMemory] = {}
        self._agents: dict[AgentId, AgentMemory] = {}

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(_Saved(self._calls, self._agents))

    def load(self, saved: bytes) -> None:
        """Raises ValueError for what this program cannot read."""
        found = msgspec.msgpack.decode(saved, type=_Saved)
        self._calls, self._agents = found.calls, found.agents

    def missing(self, recorded: e.Recorded) -> CallId | None:
        """The call of whose earlier events this one needs to know."""
        call = call_of(recorded.event)
        if call is None or call in self._calls or type(recorded.event) in _BEGINNINGS or type(recorded.event) not in _CALL_EVENTS:
            return None
        return call

    def recall(self, events: Iterable[e.Recorded]) -> None:
        """Remembers a call again, from its events up to now."""
        for recorded in events:
            _remember(self._calls, recorded)

    def apply(self, recorded: e.Recorded) -> list[Told]:
        """What the event tells the world, in order."""
        call, memory = call_of(recorded.event), _remember(self._calls, recorded)
        told = list(self._call_events(recorded, memory)) + list(self._agent_events(recorded))
        if call is not None and memory is not None and memory.settled:
            del self._calls[call]
        return [
            msgspec.structs.replace(one, event=msgspec.structs.replace(one.event, id=f"{recorded.position}.{index}"))
            for index, one in enumerate(told)
        ]

    def _call_events(self, recorded: e.Recorded, memory: CallMemory | None) -> Iterator[Told]:
        words = _CALL_EVENTS.get(type(recorded.event))
        call = call_of(recorded.event)
        if words is None or call is None:
            return
        kind, more = words
        at = e.when(recorded.event, recorded.at)
        memory = memory or CallMemory()
        facts = v.CallFacts(
            id=call, direction=memory.direction, started_at=memory.started_at, number=memory.number, queue=memory.queue,
            agent=memory.agent, contact=memory.contact, customer=v.Customer(),
        )  # fmt: skip
        extra: dict[str, Any] = more(recorded.event)
        if kind is v.CallEnded:
            extra["duration_ms"] = None if memory.started_at is None else at - memory.started_at
        event = kind(id="", at=at, position=recorded.position, call=facts, **extra)
        yield Told(event, call, memory.customer)

    def _agent_events(self, recorded: e.Recorded) -> Iterator[Told]:
        event = recorded.event
        agent = agent_of(event)
        if agent is None:
            return
        before = self._agents.get(agent) or AgentMemory()
        try:
            state = move(before.state, recorded.at, event)
        except IllegalMove:
            return  # what an agent may do is decided elsewhere; here a puzzle must stop nobody
        call = call_of(event) if state.activity is not before.state.activity else before.call
        after = AgentMemory(state, call if state.activity.value != "idle" else None, _reachable(before.reachable, event))
        if state.presence is Presence.SIGNED_OUT and after.call is None:
            self._agents.pop(agent, None)
        else:
            self._agents[agent] = after
        kind = _agent_kind(before, after, event)
        if kind is not None:
            yield Told(kind(id="", at=recorded.at, position=recorded.position, agent=_agent_facts(agent, after)), agent)


def _agent_kind(before: AgentMemory, after: AgentMemory, event: e.AnyEvent) -> type[v.AgentEvent] | None:
    """One event of the log changes one thing of an agent."""
    old, new = before.state, after.state
    if isinstance(event, e.AgentSignedIn):
        return v.AgentSignedIn
    if isinstance(event, e.AgentSignedOut):
        return v.AgentSignedOut
    if (old.presence, old.reason, old.set_aside) != (new.presence, new.reason, new.set_aside):
        return v.AgentPresence
    if old.activity is not new.activity:
        return v.AgentActivity
    if isinstance(event, e.AgentMoved) or before.reachable is not after.reachable:
        return v.AgentDevice
    return None


def _reachable(before: bool, event: e.AnyEvent) -> bool:
    match event:
        case e.AgentSignedIn(reachable=reachable) | e.AgentMoved(reachable=reachable):
            return reachable
        case e.DeviceReachable():
            return True
        case e.DeviceUnreachable() | e.AgentSignedOut():
            return False
    return before


def _agent_facts(agent: AgentId, memory: AgentMemory) -> v.AgentFacts:
    state = memory.state
    return v.AgentFacts(
        id=agent,
        presence=state.presence.value,
        reason=state.reason,
        set_aside=None if state.set_aside is None else state.set_aside.value,
        activity=state.activity.value,
        call=memory.call,
        reachable=memory.reachable,
    )


# -- calls --------------------------------------------------------------------------------------------------------------------


def _remember(calls: dict[CallId, CallMemory], recorded: e.Recorded) -> CallMemory | None:
    """What is known of the event's call after it; None: an event of no call, or of one whose beginning was not seen."""
    event, call = recorded.event, call_of(recorded.event)
    if call is None:
        return None
    if isinstance(event, e.CallArrived):
        calls[call] = CallMemory(
            direction="inbound", started_at=e.when(event, recorded.at), number=event.number, customer=event.caller
        )
    elif isinstance(event, e.CallPlaced):
        calls[call] = CallMemory(
            direction="outbound", started_at=recorded.at, customer=event.number, agent=event.agent, contact=event.contact
        )
    elif isinstance(event, e.AttemptDialed):
        calls[call] = CallMemory(
            direction="outbound", started_at=recorded.at, customer=event.number, contact=event.contact
        )
    memory = calls.get(call)
    if memory is None:
        return None
    match event:
        case e.CallQueued(queue=queue):
            memory.queue = queue
        case e.CallConnected(agent=agent) | e.LineRestored(agent=agent):
            memory.agent = agent
        case e.ContactChosen(contact=contact):
            memory.contact = contact
        case e.RecordingAsked(recording=recording):
            memory.recordings.add(recording)
        case e.RecordingKept(recording=recording) | e.RecordingFailed(recording=recording):
            memory.recordings.discard(recording)
        case e.WrapUpStarted(agent=agent):
            memory.wrapping.add(agent)
        case e.WrapUpEnded(agent=agent):
            memory.wrapping.discard(agent)
        case e.CallOver():
            memory.over = True
    return memory


Words = tuple[type[v.CallEvent], Callable[[Any], dict[str, Any]]]


def _nothing(_: object) -> dict[str, Any]:
    return {}


def _ended(event: e.CallOver) -> dict[str, Any]:
    return {"end": event.end.value, "by": event.by.value, "cause": event.cause.value}


def _transfer(event: e.TransferStarted) -> dict[str, Any]:
    return {"by": event.agent, "to": "number" if event.to_agent is None else "agent", "to_agent": event.to_agent}


_BEGINNINGS = frozenset({e.CallArrived, e.CallPlaced, e.AttemptDialed})
_CALL_EVENTS: dict[type, Words] = {
    e.CallArrived: (v.CallArrived, _nothing),
    e.CallPlaced: (v.CallPlaced, _nothing),
    e.AttemptDialed: (v.CallPlaced, _nothing),
    e.CallQueued: (v.CallQueued, lambda x: {"since": x.since, "priority": x.priority}),
    e.OfferMade: (v.CallOffered, lambda x: {"offer": x.offer, "to": x.agent, "expires_at": x.expires_at}),
    e.OfferAccepted: (v.CallOfferEnded, lambda x: {"offer": x.offer, "to": x.agent, "end": "accepted"}),
    e.OfferOver: (v.CallOfferEnded, lambda x: {"offer": x.offer, "to": x.agent, "end": x.end.value}),
    e.CallConnected: (v.CallConnected, _nothing),
    e.CallHeld: (v.CallHeld, _nothing),
    e.CallRetrieved: (v.CallRetrieved, _nothing),
    e.LineLost: (v.CallInterrupted, lambda x: {"until": x.until}),
    e.LineRestored: (v.CallRestored, _nothing),
    e.AgentLeft: (v.CallAgentLeft, lambda x: {"who": x.agent, "why": x.why}),
    e.TransferStarted: (v.CallTransferStarted, _transfer),
    e.TransferFailed: (v.CallTransferFailed, lambda x: {"why": str(x.why)}),
    e.TransferCompleted: (v.CallTransferCompleted, _nothing),
    e.ContactChosen: (v.CallContactChosen, lambda x: {"by": x.agent}),
    e.DispositionSet: (v.CallDisposition, lambda x: {"code": x.code, "by": x.agent}),
    e.CallOver: (v.CallEnded, _ended),
    e.RecordingKept: (v.CallRecorded, lambda x: {"recording": x.recording, "duration_ms": x.duration_ms}),
}
