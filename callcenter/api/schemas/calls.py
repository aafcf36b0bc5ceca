"""Calls: the commands on a live one, and the record that stays."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from callcenter.api.schemas.callbacks import Instant, Probability, Value
from callcenter.api.schemas.common import (
    Body,
    CallEndWord,
    CauseWord,
    EntryEndWord,
    Language,
    LegRoleWord,
    OfferEndWord,
    PartyWord,
    PhoneNumber,
    RowId,
    Text,
)
from callcenter.api.schemas.live import AgentState

RecordingState = Literal["asked", "running", "over", "kept", "failed"]


class PlaceCallRequest(Body, frozen=True, kw_only=True):
    number: str
    """As a person writes it."""
    contact: RowId | None = None


class ToAgentBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="agent"):
    agent: str


class ToQueueBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="queue"):
    queue: str


class ToNumberBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="number"):
    number: str


class TransferRequest(Body, frozen=True, kw_only=True):
    to: ToAgentBody | ToQueueBody | ToNumberBody


class DispositionRequest(Body, frozen=True, kw_only=True):
    """Of a campaign's call one of the campaign's outcomes, where it has some. The rest is for what follows."""

    code: str
    at: Instant | None = None
    """Of `callback` and `later`: for when."""
    whose: Literal["mine", "anyone"] = "anyone"
    """Of `callback`."""
    note: Annotated[str, Meta(max_length=2_000)] = ""
    """Of `callback`: for whoever keeps it."""
    probability: Probability | None = None
    """Of `opportunity`, here and below; null: as the campaign has it."""
    value: Value | None = None
    team: str | None = None


class ChooseContactRequest(Body, frozen=True, kw_only=True):
    contact: RowId


class NotesRequest(Body, frozen=True, kw_only=True):
    """The whole text; it replaces what stood there."""

    text: Text


class NotesBody(Body, frozen=True, kw_only=True):
    text: str
    author: str | None
    """Log-in of who saved it last."""
    saved_at: int | None
    """Null: nothing was ever written."""


class Counted(Body, frozen=True, kw_only=True):
    """What of the call a figure counted: a queue entry, an offer, a conversation, or the call itself."""

    at: int
    length_ms: int
    """Of an entry the wait, of a conversation talk + hold + wrap-up, of an offer its ringing, of a call the whole."""
    queue: str | None
    agent: str | None
    outcome: str | None


class CallSummary(Body, frozen=True, kw_only=True):
    """One row of a list of calls."""

    id: str
    direction: Literal["inbound", "outbound"]
    started_at: int
    ended_at: int | None
    """Null: it is still going on."""
    end: CallEndWord | None
    """Null while it goes on."""
    number: PhoneNumber | None
    contact: int | None
    contact_name: str | None
    queue: str | None
    """The last queue it was in."""
    agent: str | None
    """The last agent who talked in it."""
    agent_name: str | None
    wait_ms: int
    """In all its queue entries together."""
    talk_ms: int
    disposition: str | None
    recorded: bool
    counted: Counted | None
    """Null unless the list was asked for by figure."""


class CallListBody(Body, frozen=True, kw_only=True):
    """Newest first. Behind a figure a call comes once for each thing in it that was counted."""

    items: list[CallSummary]
    total: int | None
    """How many the figure counts; null unless one was asked for."""
    next: str | None
    """Give it as `cursor` for the rows after these; null: these were the last."""


class LegRecord(Body, frozen=True, kw_only=True):
    id: str
    role: LegRoleWord
    agent: str | None
    number: PhoneNumber | None
    dialed_at: int
    ringing_at: int | None
    answered_at: int | None
    ended_at: int | None
    cause: CauseWord | None
    detail: str
    """The carrier's own words for the cause."""


class QueueEntryRecord(Body, frozen=True, kw_only=True):
    queue: str
    entered_at: int
    since: int
    left_at: int | None
    end: EntryEndWord | None
    wait_ms: int | None
    priority: int
    skills: dict[str, int]


class OfferRecord(Body, frozen=True, kw_only=True):
    id: str
    agent: str
    made_at: int
    ended_at: int | None
    end: OfferEndWord | None
    reasons: list[str]


class ConversationRecord(Body, frozen=True, kw_only=True):
    """One agent's part in the call, from hearing the customer to leaving."""

    agent: str
    queue: str | None
    """Of the last queue entry before it (a transfer to her counts for the same queue); null: a call that she placed."""
    connected_at: int
    left_at: int | None
    why: str | None
    """caller_hung_up, agent_hung_up, transferred, line_lost, carrier_failed or too_long."""
    talk_ms: int
    hold_ms: int
    wrap_up_ms: int


class TransferRecord(Body, frozen=True, kw_only=True):
    agent: str
    at: int
    to_queue: str | None
    to_agent: str | None
    to_number: PhoneNumber | None
    ended_at: int | None
    done: bool
    why: str | None


class SpanRecord(Body, frozen=True, kw_only=True):
    """A hold or a wrap-up."""

    agent: str
    started_at: int
    ended_at: int | None


class VisitRecord(Body, frozen=True, kw_only=True):
    node: str
    outcome: str
    at: int


class RecordingRecord(Body, frozen=True, kw_only=True):
    id: str
    started_at: int | None
    duration_ms: int | None
    state: RecordingState
    """Only a kept one can be listened to, at GET /recordings/ID."""


class CallDetailBody(Body, frozen=True, kw_only=True):
    """The call record. It equals a fold of the call's events."""

    summary: CallSummary
    language: Language | None
    dialed: str | None
    """Id of the center's number that was called."""
    ended_by: PartyWord | None
    certain_until: int | None
    """Of a call whose end is lost: the last moment at which it surely went on; it ended between this and `ended_at`."""
    cause: CauseWord | None
    ivr: list[VisitRecord]
    legs: list[LegRecord]
    queue_entries: list[QueueEntryRecord]
    offers: list[OfferRecord]
    conversations: list[ConversationRecord]
    transfers: list[TransferRecord]
    holds: list[SpanRecord]
    wrap_ups: list[SpanRecord]
    recordings: list[RecordingRecord]
    notes: NotesBody


class AgentDestination(Body, frozen=True, kw_only=True):
    agent: str
    name: str
    team: str
    skills: dict[str, int]
    state: AgentState
    since: int | None
    reachable: bool


class QueueDestination(Body, frozen=True, kw_only=True):
    queue: str
    waiting: int
    longest_since: int | None
    available: int
    """Agents who could take a call of it now."""


class DestinationsBody(Body, frozen=True, kw_only=True):
    agents: list[AgentDestination]
    queues: list[QueueDestination]
    now: int
