"""Log-ins, as an administrator works with them, and the audit log."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from callcenter.api.schemas.common import Body, Role
from callcenter.api.schemas.queries import Paging

Teams = Annotated[list[str], Meta(max_length=100)]
Login = Annotated[str, Meta(min_length=1, max_length=64)]
Action = Literal[
    "signed_in", "signed_out", "throttled", "password_changed",
    "user_created", "user_changed", "password_reset", "sessions_ended",
    "center_changed", "listened", "exported",
    "webhook_created", "webhook_changed", "webhook_secret_changed", "webhook_switched_off", "webhook_deleted",
    "campaign_created", "campaign_changed", "campaign_started", "campaign_paused", "campaign_stopped", "campaign_finished",
    "list_begun", "list_changed", "list_withdrawn",
    "do_not_call_added", "do_not_call_removed", "registry_loaded",
]  # fmt: skip


class UserBody(Body, frozen=True, kw_only=True):
    id: int
    login: str
    role: Role
    agent: str | None
    """Whose desk this log-in opens."""
    teams: list[str] | None
    """Of a supervisor, the teams that she sees; null: the whole center, and of every other role."""
    active: bool
    """False: refused at the door. A log-in is never deleted: records bear its name."""
    one_time_until: int | None
    """Her password was made by the service, is void from then on, and opens only the choice of her own; null: her own."""
    created_at: int
    sessions: int
    """Open now."""
    seen_at: int | None
    """When one of them was used last, to ten minutes."""


class UserListBody(Body, frozen=True, kw_only=True):
    items: list[UserBody]


class UserCreate(Body, frozen=True, kw_only=True):
    login: Login
    """Kept in lower case."""
    role: Role
    agent: str | None = None
    teams: Teams | None = None


class UserPatch(Body, frozen=True, kw_only=True):
    """What is absent stays as it is. Any change of these ends the log-in's sessions at once; a call in her hands goes on."""

    role: Role | UnsetType = UNSET
    agent: str | UnsetType | None = UNSET
    teams: Teams | UnsetType | None = UNSET
    active: bool | UnsetType = UNSET


class OneTimeBody(Body, frozen=True, kw_only=True):
    """A password that the service has made. It is shown here once and is nowhere else."""

    user: UserBody
    password: str


class EndedBody(Body, frozen=True, kw_only=True):
    sessions: int
    """How many were ended."""


class AuditQuery(Paging, frozen=True, kw_only=True):
    user: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    """Only what this log-in did."""
    action: Action | None = None


class AuditEntry(Body, frozen=True, kw_only=True):
    id: int
    at: int
    user: int | None
    """Who did it; null: nobody who is signed in (the command line, somebody at the door)."""
    login: str | None
    action: Action
    subject: str
    """What it was done to: recordings/ID, users/NUMBER, center/VERSION, statistics/NAME."""
    details: str
    """More, as JSON: rights before and after, the address a request came from, the days of an export."""
    hash: str
    """SHA-256 over this entry and the hash of the one before, hexadecimal."""


class AuditBody(Body, frozen=True, kw_only=True):
    items: list[AuditEntry]
    next: str | None
