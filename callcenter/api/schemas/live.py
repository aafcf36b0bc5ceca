"""What is shown live, on the board and at the agent's desk, and the WebSocket's messages that carry it.

Times are absolute (ms since the epoch, UTC, the server's clock): the page counts. A view is always sent whole.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from callcenter.api.schemas.common import Body, CallEndWord, CauseWord, ErrorBody, Language, PhoneNumber, Words
from callcenter.api.schemas.statistics import Figure

Topic = Literal["board", "desk", "destinations"]
AgentState = Literal["available", "ringing", "dialing", "talking", "holding", "wrap_up", "not_ready", "signed_out"]

LookUp = Literal["none", "pending", "found", "not_found", "failed"]


class SetAside(Body, frozen=True, kw_only=True):
    """The system keeps offers away: missed_call (Back ends it), rejected or device_error (a delay)."""

    why: Literal["missed_call", "rejected", "device_error"]
    since: int
    until: int


class WrapUpView(Body, frozen=True, kw_only=True):
    call: str
    queue: str | None
    since: int
    limit_at: int
    """From here on it is amber and counted as overrun."""
    hard_at: int
    """Here it ends by itself."""


class CampaignName(Body, frozen=True, kw_only=True):
    id: int
    label: Words


class LeadView(Body, frozen=True, kw_only=True):
    """A lead in preview that is hers to read, until she dials or skips it. What it says is at GET /me/lead."""

    attempt: str
    since: int
    until: int | None
    """It is given back then; null: no limit."""


class AgentView(Body, frozen=True, kw_only=True):
    id: str
    name: str
    team: str
    skills: dict[str, int]
    """Levels 1 to 5."""
    state: AgentState
    """The one word and colour: activity wins, then what the system put on her, then presence."""
    since: int
    """Since when she is in `state`."""
    presence: Literal["signed_out", "available", "not_ready"]
    """What she chose. While she is in a call, `not_ready` is what comes after it ("then Break")."""
    reason: str | None
    presence_since: int
    activity: Literal["idle", "reserved", "dialing", "talking", "holding", "wrapping"]
    activity_since: int
    set_aside: SetAside | None
    reachable: bool
    """Her device can be rung."""
    leaving: bool
    """Her log-in has ended in mid-call: she is signed out when the call and its wrap-up are over, whatever `presence` says."""
    call: str | None
    """The call she is offered, places, talks in or wraps up. Null on the topic `destinations`, as is `lead`."""
    wrap_up: WrapUpView | None
    campaign: CampaignName | None
    """The one that she works besides her queues, by her own choice; null: her queues alone."""
    lead: LeadView | None
    signed_in_at: int | None
    queues: list[str]
    """Queues that she serves, in the center's order."""
    figures: dict[str, Figure]
    """Her day so far, by name: handled, handle_time, occupancy, ... Empty on the topic `destinations`. Times count once they
    have ended."""


class CenterView(Body, frozen=True, kw_only=True):
    """What concerns the whole center: the tiles of the board."""

    name: str
    day: str
    """The center's day that all figures are of, YYYY-MM-DD."""
    day_start: int
    carriers: dict[str, bool]
    """Which telephone networks are connected."""
    in_ivr: int
    """Callers in a menu now."""
    waiting: int
    longest_since: int | None
    figures: dict[str, Figure]
    """All queues together."""


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
    """One of the routing's reasons, with its figures put in."""

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
    """One party's connection."""

    id: str
    role: Literal["caller", "customer", "agent", "placing", "reconnect", "target", "dialed", "taking"]
    state: Literal["dialing", "ringing", "up", "dropped", "down"]
    agent: str | None
    number: PhoneNumber | None
    since: int
    """Since when it is in `state`."""
    up_at: int | None
    cause: CauseWord | None
    """Why it ended: busy, no_answer, ..."""


class KeyedView(Body, frozen=True, kw_only=True):
    """What the caller keyed in when asked for a number. Never a secret, never a menu key."""

    into: str
    digits: str


class ConversationView(Body, frozen=True, kw_only=True):
    """One agent's part in the call."""

    agent: str
    connected_at: int
    held_since: int | None
    line_lost_until: int | None
    """Her line was lost; the customer is kept for her, and she is rung again, until then."""
    left_at: int | None
    why: str | None
    """caller_hung_up, agent_hung_up, transferred, line_lost, carrier_failed or too_long."""
    hold_ms: int
    """Ended holds together."""


class TransferView(Body, frozen=True, kw_only=True):
    """A transfer under way."""

    by_agent: str
    since: int
    to_agent: str | None
    to_number: PhoneNumber | None
    until: int


class RecordingView(Body, frozen=True, kw_only=True):
    state: Literal["none", "starting", "running", "over", "failed"]
    since: int | None
    """Since when it runs."""


class CallView(Body, frozen=True, kw_only=True):
    id: str
    direction: Literal["inbound", "outbound"]
    state: Literal[
        "new", "ivr", "queued", "placing", "dialing", "connected", "held", "interrupted", "transferring", "outside", "message",
        "over",
    ]  # fmt: skip
    """`over` is seen only at the desk, while its agent wraps up."""
    since: int
    """Since when it is in `state`."""
    started_at: int
    number: PhoneNumber | None
    """The customer's; null: withheld."""
    dialed: str | None
    """Id of the center's number that was called."""
    language: Language | None
    queue: str | None
    """The queue that it is or was in last."""
    queued_at: int | None
    waiting_since: int | None
    """Of the last queue entry: the time that counts for the place. First in line is who has the higher `priority`, then the
    earlier `waiting_since`, then the smaller `id`."""
    wait_ms: int | None
    """The wait of that entry, once it is over."""
    priority: int
    told_position: int | None
    """The position that the caller was told last."""
    skills: dict[str, int]
    hears: list[Words]
    """The words that are being played to the caller."""
    chose: list[str]
    """Ids of the flow's nodes that were gone through, in order."""
    keyed: list[KeyedView]
    look_up: LookUp
    """`failed`: the customer store did not answer; the call works, the pop is by number only."""
    matches: list[MatchView]
    contact: ContactView | None
    offer: OfferView | None
    agent: str | None
    """Who talks with the customer now, or talked last."""
    placed_by: str | None
    campaign: CampaignName | None
    """The campaign that dialed it, or for which its agent dialed."""
    attempt: str | None
    """Of that campaign's; GET /me/lead says who it is."""
    conversations: list[ConversationView]
    """In order; the last one is that of `agent`."""
    transfer: TransferView | None
    legs: list[LegView]
    recording: RecordingView
    disposition: str | None
    end: CallEndWord | None
    """Null while it goes on."""
    ended_by: Literal["customer", "agent", "target", "system"] | None
    over_at: int | None


# -- what the page sends ----------------------------------------------------------------------------------------------------


MessageId = Annotated[int, Meta(ge=1, le=2**53 - 1)]
"""What every page can count exactly."""


class ClientMessage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """`id` rises from message to message of one socket."""

    id: MessageId


class Subscribe(ClientMessage, frozen=True, kw_only=True, tag="subscribe"):
    topic: Topic


class Unsubscribe(ClientMessage, frozen=True, kw_only=True, tag="unsubscribe"):
    subscription: MessageId
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
    center: CenterView
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


class Notice(Body, frozen=True, kw_only=True):
    """Something that just happened to the agent and leaves no lasting trace in the views: for a passing word on the page.

    `code` says how: of offer_over an OfferEnd (withdrawn, rang_out, rejected, device_error), of call_not_placed a Cause (busy,
    no_answer, invalid_number, ...), of connect_failed and transfer_failed the hub's reason, of wrap_up_over `limit` or `agent`.
    """

    at: int
    call: str
    kind: Literal[
        "offer_over", "call_not_placed", "connect_failed", "transfer_failed", "line_lost", "line_restored", "wrap_up_over"
    ]
    code: str


class Delta(ServerMessage, frozen=True, kw_only=True, tag="delta"):
    """Replace what is in `set`, drop what is in `remove`. `position` is higher than that of the message before."""

    subscription: int
    position: int
    center: CenterView | None
    """Null: unchanged."""
    set: Views
    remove: Removed
    notices: list[Notice]
    """On the topic `desk` only."""


class Answer(ServerMessage, frozen=True, kw_only=True, tag="done"):
    """The message `id` was carried out (an unsubscribe; a subscribe is answered by its snapshot)."""

    id: int


class Failure(ServerMessage, frozen=True, kw_only=True, tag="error"):
    """The message `id` was refused; null when it could not be read. The socket stays open unless a close code follows."""

    id: int | None
    error: ErrorBody


AnyServerMessage = Welcome | Heartbeat | Snapshot | Delta | Answer | Failure
