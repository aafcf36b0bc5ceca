"""What agents say of a campaign's calls, and calls that were promised."""

from typing import Annotated, Literal

from msgspec import Meta

from callcenter.api.schemas.common import Body, PhoneNumber, Words

Code = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Said = Annotated[str, Meta(max_length=200)]
Instant = Annotated[int, Meta(ge=0, le=4_102_444_800_000)]
"""ms since the epoch, before the year 2100."""
Probability = Annotated[float, Meta(ge=0, le=1)]
Value = Annotated[float, Meta(ge=0, le=1e12)]
Follow = Literal["plan", "done", "rule", "later", "callback", "opportunity", "do_not_call"]
"""As `kernel.follow_up.Follow`; a test holds the two together."""
Result = Literal["success", "neutral", "failure"]
State = Literal["open", "kept", "missed", "cancelled", "expired"]
Like = Literal[
    "answered", "busy", "no_answer", "invalid", "congestion", "blocked", "machine", "fax", "abandoned", "failed", "cancelled",
]  # fmt: skip


class DispositionLabel(Body, frozen=True, kw_only=True):
    en: Said
    zh: Said


class DispositionBody(Body, frozen=True, kw_only=True):
    """One of a campaign's outcomes, and what follows it."""

    code: Code
    label: DispositionLabel
    result: Result
    """What it is for the goal."""
    follow: Follow
    like: Like
    """Of `rule`: of which outcome of a dial the retry rule holds."""
    after_ms: Annotated[int, Meta(ge=0, le=366 * 86_400_000)]
    """Of `later`: how long after, where the agent names no time."""
    probability: Probability
    """Of `opportunity`, here and below: where the agent says nothing else."""
    value: Value
    team: str | None


class SaidCount(Body, frozen=True, kw_only=True):
    """An outcome that agents picked."""

    code: str
    result: Result
    """As it counts towards the goal."""
    calls: int


class CallbackPlanBody(Body, frozen=True, kw_only=True):
    """How callbacks are kept."""

    remind_before_ms: Annotated[int, Meta(ge=0, le=3_600_000)]
    owner_waits_ms: Annotated[int, Meta(ge=0, le=30 * 86_400_000)]
    """After its time without its agent it is anyone's."""
    expires_ms: Annotated[int, Meta(ge=0, le=30 * 86_400_000)]
    """Not kept so long after its time, it is off the lead."""


class CallbackBody(Body, frozen=True, kw_only=True):
    """A call that was promised, with the person as her row says at this moment."""

    id: int
    campaign: int
    label: Words
    """Of the campaign."""
    lead: int
    at: int
    remind_at: int
    anyone_at: int | None
    """When it becomes anyone's; null: it is."""
    agent: str | None
    """Whose it is; null: anyone's."""
    agent_name: str | None
    mine: bool
    may_take: bool
    """Whether the one who asks may take it at its time: her own, or anyone's by now."""
    promised_by: str
    note: str
    state: State
    name: str
    company: str
    number: PhoneNumber | None
    zone: str | None
    """IANA name; null: nobody knows what time it is there."""
    dialing: bool
    """Somebody has the lead at this moment."""
    changed_at: int
    """Also the version; a change names the one it was made from."""


class CallbackListBody(Body, frozen=True, kw_only=True):
    """Open ones, soonest first."""

    items: list[CallbackBody]
    now: int


class CallbackSeen(Body, frozen=True, kw_only=True):
    seen: Instant
    """`changed_at` of the callback as it was seen; a newer one is a conflict."""


class CallbackPatch(Body, frozen=True, kw_only=True):
    """To another time, or to somebody else."""

    seen: Instant
    at: Instant
    agent: str | None
    """Null: anyone's."""


class HourRequest(Body, frozen=True, kw_only=True):
    at: Instant


class HourBody(Body, frozen=True, kw_only=True):
    """Whether a call may be promised for a time, by what is known now. Asked again when the hour has come."""

    allowed: bool
    reason: Words | None
    """Why not."""
    until: int | None
    """The first time from then on that may be promised; null: none is known."""
