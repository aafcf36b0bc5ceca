"""What is shown live, on the board and at the agent's desk, and the WebSocket's messages that carry it.

Times are absolute (ms since the epoch, UTC, the server's clock): the page counts. A view is always sent whole.
"""

from typing import Literal

from msgspec import Struct

from callcenter.api.schemas.common import Body, ErrorBody, Language, PhoneNumber, Words
from callcenter.api.schemas.statistics import Figure

Topic = Literal["board", "desk", "destinations"]
AgentState = Literal["available", "ringing", "dialing", "talking", "holding", "wrap_up", "not_ready", "signed_out"]


class SetAside(Body, frozen=True, kw_only=True):
    """The system keeps offers away: missed_call (Back ends it), rejected or device_error (a delay)."""

    why: Literal["missed_call", "rejected", "device_error"]
    until: int


class WrapUpView(Body, frozen=True, kw_only=True):
    call: str
    since: int
    limit_at: int
    """From here on it is amber and counted as overrun."""
    hard_at: int
    """Here it ends by itself."""


class AgentView(Body, frozen=True, kw_only=True):
    id: str
    name: str
    team: str
    skills: dict[str, int]
    """Levels 1 to 5."""
    state: AgentState
    """The one word and colour: activity wins, then what the system put on her, then presence."""
    since: int | None
    """Since when she is in `state`; null when she was never seen."""
    presence: Literal["signed_out", "available", "not_ready"]
    """What she chose. While she is in a call, `not_ready` is what comes after it ("then Break")."""
    reason: str | None
    presence_since: int | None
    activity: Literal["idle", "reserved", "dialing", "talking", "holding", "wrapping"]
    activity_since: int | None
    set_aside: SetAside | None
    reachable: bool
    """Her device can be rung."""
    call: str | None
    """The call she is in, is offered, or wraps up. At a desk only for oneself."""
    queue: str | None
    """The queue of that call."""
    call_since: int | None
    """Since when she talks in that call (hold included)."""
    wrap_up: WrapUpView | None


class QueueView(Body, frozen=True, kw_only=True):
    id: str
    label: Words
    waiting: int
    longest_since: int | None
    """Since when the longest waiting caller waits."""
    longest_wait_alarm_ms: int
    agents: dict[AgentState, int]
    """Agents who may answer this queue, by state; states with none are left out."""
    figures: dict[str, Figure]
    """Today's figures of the center's day, by name: offered, answered, abandoned, service_level, ..."""


class MatchView(Body, frozen=True, kw_only=True):
    """A contact who may be the caller. `name` is null while the customer store does not answer."""

    contact: int
    name: str | None
    account: str | None
    match: Literal["exact", "last_9", "last_7"]
    tentative: bool


class ContactView(Body, frozen=True, kw_only=True):
    """The contact that the call is with: chosen by a person, or by the system because the match was exact and single."""

    id: int
    name: str | None
    account: str | None
    chosen_by: Literal["system", "agent"]


class ReasonView(Body, frozen=True, kw_only=True):
    code: str
    text: Words


class OfferView(Body, frozen=True, kw_only=True):
    id: str
    agent: str
    made_at: int
    expires_at: int
    accepted: bool
    """The agent has answered; the two are being joined."""
    reasons: list[ReasonView]
    """Why this agent."""


class LegView(Body, frozen=True, kw_only=True):
    id: str
    role: Literal["caller", "customer", "agent", "placing", "reconnect", "target"]
    state: Literal["dialing", "ringing", "up", "dropped", "down"]
    agent: str | None
    number: PhoneNumber | None
    since: int
    """Since when it is in `state`."""


class KeyedView(Body, frozen=True, kw_only=True):
    """What the caller keyed in. Never a secret."""

    into: str
    digits: str


class TransferView(Body, frozen=True, kw_only=True):
    to_agent: str | None
    to_number: PhoneNumber | None
    until: int


class RecordingView(Body, frozen=True, kw_only=True):
    id: str
    since: int | None
    """Null: asked for, not running yet."""
    failed: bool


class CallView(Body, frozen=True, kw_only=True):
    id: str
    direction: Literal["inbound", "outbound"]
    state: Literal["new", "ivr", "queued", "placing", "connected", "held", "interrupted", "transferring", "outside", "over"]
    """`over` is seen only at the desk, while its agent wraps up."""
    started_at: int
    number: PhoneNumber | None
    """The customer's; null: withheld."""
    dialed: str | None
    """Id of the center's number that was called."""
    language: Language | None
    queue: str | None
    queued_since: int | None
    """The time that counts for the place; null once connected."""
    waited_ms: int | None
    """Wait until the first connection of the last queue entry; null while waiting."""
    position: int | None
    priority: int
    skills: dict[str, int]
    chose: list[str]
    """Ids of the flow's nodes that were gone through, in order."""
    keyed: list[KeyedView]
    look_up: Literal["none", "pending", "found", "not_found", "failed"]
    """`failed`: the customer store did not answer; the call works, the pop is by number only."""
    matches: list[MatchView]
    contact: ContactView | None
    offer: OfferView | None
    agent: str | None
    """The agent in the conversation, or who is placing the call."""
    connected_at: int | None
    held_since: int | None
    interrupted_until: int | None
    """The agent's line was lost; the customer is kept for her until then."""
    transfer: TransferView | None
    legs: list[LegView]
    """Those that are not down."""
    recording: RecordingView | None
    disposition: str | None
    failed: str | None
    """Why the last thing asked did not come about: a cause of the placed call or of the transfer; null otherwise."""


# -- what the page sends ----------------------------------------------------------------------------------------------------


class ClientMessage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """`id` rises from message to message of one socket."""

    id: int


class Subscribe(ClientMessage, frozen=True, kw_only=True, tag="subscribe"):
    topic: Topic


class Unsubscribe(ClientMessage, frozen=True, kw_only=True, tag="unsubscribe"):
    subscription: int
    """The id of the subscribe message."""


AnyClientMessage = Subscribe | Unsubscribe


# -- what the server sends --------------------------------------------------------------------------------------------------


class ServerMessage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    now: int
    """The server's clock."""


class Welcome(ServerMessage, frozen=True, kw_only=True, tag="welcome"):
    heartbeat_ms: int
    """A heartbeat comes at least this often; twice as long without any message is a dead line."""


class Heartbeat(ServerMessage, frozen=True, kw_only=True, tag="heartbeat"):
    position: int
    """The log's position up to which everything subscribed to has been sent."""
    center_version: int
    ready: bool
    """False: the hub does not decide at present (no lease, store not writable); what is shown may be old."""


class Snapshot(ServerMessage, frozen=True, kw_only=True, tag="snapshot"):
    subscription: int
    topic: Topic
    position: int
    queues: dict[str, QueueView]
    agents: dict[str, AgentView]
    calls: dict[str, CallView]


class Views(Body, frozen=True, kw_only=True):
    queues: dict[str, QueueView]
    agents: dict[str, AgentView]
    calls: dict[str, CallView]


class Removed(Body, frozen=True, kw_only=True):
    queues: list[str]
    agents: list[str]
    calls: list[str]


class Delta(ServerMessage, frozen=True, kw_only=True, tag="delta"):
    """Replace what is in `set`, drop what is in `remove`. `position` is higher than that of the message before."""

    subscription: int
    position: int
    set: Views
    remove: Removed


class Answer(ServerMessage, frozen=True, kw_only=True, tag="done"):
    """The message `id` was carried out (an unsubscribe; a subscribe is answered by its snapshot)."""

    id: int


class Failure(ServerMessage, frozen=True, kw_only=True, tag="error"):
    """The message `id` was refused; null when it could not be read. The socket stays open unless a close code follows."""

    id: int | None
    error: ErrorBody


AnyServerMessage = Welcome | Heartbeat | Snapshot | Delta | Answer | Failure
