"""The words in which other programs are told what happens: one Struct for each kind of event. Pure.

They are a promise to programs that we do not know: a field may be added, and `version` of the kind is raised when one changes
its meaning or goes. The log's own events may change as they like; `callcenter.webhooks.projection` keeps the two apart.
docs/webhooks.md is printed from here. No field holds a personal value except `Customer.number`, which is filled in at the
moment of delivery, and only where that was allowed.
"""

from typing import Literal, get_args

from msgspec import Struct

CustomerState = Literal["hidden", "withheld", "erased", "shown"]


class Customer(Struct, frozen=True, kw_only=True):
    """The customer's telephone number, if this subscription may have it."""

    state: CustomerState = "hidden"
    """hidden: the subscription is not given numbers; withheld: the network told none; erased: it was erased since; shown."""
    number: str | None = None
    """E.164 where it can be one. Only when `state` is shown."""


class CallFacts(Struct, frozen=True, kw_only=True):
    """The call as it stands after the event."""

    id: str
    """As in the API: GET /api/v1/calls/{id} has the record, seconds after its end at the latest."""
    direction: Literal["inbound", "outbound"] | None
    """Null when the beginning of the call is not in the log."""
    started_at: int | None
    """When it came in or was placed, ms since the epoch."""
    number: str | None
    """The center's own number that was called (its short word, not digits)."""
    queue: str | None
    """The queue in which it waits or waited last."""
    agent: str | None
    """Who talks with the customer, or did so last, or places the call."""
    contact: int | None
    """Row of the contact, once it is known."""
    customer: Customer


class AgentFacts(Struct, frozen=True, kw_only=True):
    """The agent as she stands after the event."""

    id: str
    presence: Literal["signed_out", "available", "not_ready"]
    """What she chose."""
    reason: str | None
    """Why she is not ready: the code of a reason of the center."""
    set_aside: Literal["missed_call", "rejected", "device_error"] | None
    """Why the system gives her no calls for a moment, whatever she chose."""
    activity: Literal["idle", "reserved", "dialing", "talking", "holding", "wrapping"]
    """What she is doing."""
    call: str | None
    """The call that she does it for; null when idle."""
    reachable: bool
    """Whether her telephone is connected."""


class PublicEvent(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What every event has. Its `kind` is one of the words below."""

    id: str
    """Of the event: a repeated delivery has the same. Drop what you have seen."""
    version: int = 1
    """Of this kind."""
    at: int
    """When it happened, ms since the epoch. Not when it was sent: the signature has that."""
    position: int
    """Place in the log: of two events that you hold, the later one has the higher."""


class CallEvent(PublicEvent, frozen=True, kw_only=True):
    call: CallFacts


class AgentEvent(PublicEvent, frozen=True, kw_only=True):
    agent: AgentFacts


class CallArrived(CallEvent, frozen=True, kw_only=True, tag="call.arrived"):
    """A call came in."""


class CallPlaced(CallEvent, frozen=True, kw_only=True, tag="call.placed"):
    """An agent calls somebody."""


class CallQueued(CallEvent, frozen=True, kw_only=True, tag="call.queued"):
    """The call waits in `call.queue`."""

    since: int
    """From when on its waiting counts: earlier than `at` when it kept its place."""
    priority: int


class CallOffered(CallEvent, frozen=True, kw_only=True, tag="call.offered"):
    """The call rings at an agent."""

    offer: str
    to: str
    """The agent."""
    expires_at: int


class CallOfferEnded(CallEvent, frozen=True, kw_only=True, tag="call.offer_ended"):
    """It rings there no longer. Each offer ends once."""

    offer: str
    to: str
    end: Literal["accepted", "rejected", "rang_out", "withdrawn", "device_error"]


class CallConnected(CallEvent, frozen=True, kw_only=True, tag="call.connected"):
    """Customer and `call.agent` hear each other."""


class CallHeld(CallEvent, frozen=True, kw_only=True, tag="call.held"):
    """The customer hears music."""


class CallRetrieved(CallEvent, frozen=True, kw_only=True, tag="call.retrieved"):
    """Taken off hold."""


class CallInterrupted(CallEvent, frozen=True, kw_only=True, tag="call.interrupted"):
    """The agent's telephone is gone; the customer is kept for her until `until`."""

    until: int


class CallRestored(CallEvent, frozen=True, kw_only=True, tag="call.restored"):
    """The agent is back in the call."""


class CallAgentLeft(CallEvent, frozen=True, kw_only=True, tag="call.agent_left"):
    """The agent's part in the call is over."""

    who: str
    why: str
    """caller_hung_up, agent_hung_up, transferred, line_lost, carrier_failed or too_long."""


class CallTransferStarted(CallEvent, frozen=True, kw_only=True, tag="call.transfer_started"):
    """The call is being handed over. (To a queue: call.queued at once.)"""

    by: str
    to: Literal["agent", "number"]
    to_agent: str | None


class CallTransferFailed(CallEvent, frozen=True, kw_only=True, tag="call.transfer_failed"):
    """Nobody took it; it goes back to a queue."""

    why: str


class CallTransferCompleted(CallEvent, frozen=True, kw_only=True, tag="call.transfer_completed"):
    """The customer talks with an outside number."""


class CallContactChosen(CallEvent, frozen=True, kw_only=True, tag="call.contact_chosen"):
    """It is known which contact the customer is: `call.contact`."""

    by: str | None
    """The agent who said so; null: the number is of one contact only."""


class CallDisposition(CallEvent, frozen=True, kw_only=True, tag="call.disposition"):
    """The outcome was set. May come again, and after call.ended: the last one stands."""

    code: str
    by: str


class CallEnded(CallEvent, frozen=True, kw_only=True, tag="call.ended"):
    """The call is over. Recording, disposition and wrap-up may follow."""

    end: Literal[
        "completed", "abandoned_in_ivr", "abandoned_in_queue", "blocked", "closed", "ended_by_flow", "not_reached", "withdrawn",
        "dropped", "message_heard", "machine", "failed", "lost",
    ]  # fmt: skip
    """`dropped`, `message_heard`, `machine`: a campaign's dial was answered; no agent came in time, its message was said, or a
    machine answered."""
    by: Literal["customer", "agent", "target", "system"]
    cause: str
    duration_ms: int | None
    """From `call.started_at` to here."""


class CallRecorded(CallEvent, frozen=True, kw_only=True, tag="call.recorded"):
    """A recording is kept: GET /api/v1/recordings/{recording} has the sound."""

    recording: str
    duration_ms: int


class AgentSignedIn(AgentEvent, frozen=True, kw_only=True, tag="agent.signed_in"):
    """She is there, and not ready until she says otherwise."""


class AgentSignedOut(AgentEvent, frozen=True, kw_only=True, tag="agent.signed_out"):
    """She has gone."""


class AgentPresence(AgentEvent, frozen=True, kw_only=True, tag="agent.presence"):
    """Her presence, its reason, or what the system put on her has changed."""


class AgentActivity(AgentEvent, frozen=True, kw_only=True, tag="agent.activity"):
    """She does something else now."""


class AgentDevice(AgentEvent, frozen=True, kw_only=True, tag="agent.device"):
    """Her telephone was connected, lost, or exchanged."""


class Test(PublicEvent, frozen=True, kw_only=True, tag="test"):
    """Sent when an administrator asks for it, whatever kinds were subscribed to. Position 0."""


AnyPublicEvent = (
    CallArrived
    | CallPlaced
    | CallQueued
    | CallOffered
    | CallOfferEnded
    | CallConnected
    | CallHeld
    | CallRetrieved
    | CallInterrupted
    | CallRestored
    | CallAgentLeft
    | CallTransferStarted
    | CallTransferFailed
    | CallTransferCompleted
    | CallContactChosen
    | CallDisposition
    | CallEnded
    | CallRecorded
    | AgentSignedIn
    | AgentSignedOut
    | AgentPresence
    | AgentActivity
    | AgentDevice
    | Test
)

TEST = "test"
EVENTS: dict[str, type[PublicEvent]] = {str(kind.__struct_config__.tag): kind for kind in get_args(AnyPublicEvent)}
"""Kind -> its Struct."""
KINDS: tuple[str, ...] = tuple(kind for kind in EVENTS if kind != TEST)
"""What can be subscribed to."""
