"""Signing in, who one is, and the phone that comes with it."""

from typing import Literal

from msgspec import UNSET, UnsetType

from callcenter.api.schemas.common import Body, Language, NewPassword, Role, Theme, Words


class SignInRequest(Body, frozen=True, kw_only=True):
    login: str
    password: str


class PasswordRequest(Body, frozen=True, kw_only=True):
    present: str
    password: NewPassword
    """8 to 256 characters, and not the present one."""


class TicketBody(Body, frozen=True, kw_only=True):
    """Opens one WebSocket of this session: /api/v1/ws?ticket=..."""

    ticket: str
    expires_at: int


class SessionPatch(Body, frozen=True, kw_only=True):
    """What is absent stays as it is."""

    language: Language | UnsetType = UNSET
    theme: Theme | UnsetType = UNSET


class CodeChoice(Body, frozen=True, kw_only=True):
    """A code of the center's with its words: a reason for not being ready, a disposition."""

    code: str
    label: Words


class NamedItem(Body, frozen=True, kw_only=True):
    """A thing of the center's (queue, team, skill, number) with its label."""

    id: str
    label: Words


class CenterBody(Body, frozen=True, kw_only=True):
    """What the sign-in page may know before anyone has signed in."""

    name: str
    languages: list[Language]
    default_language: Language
    version: str
    """Of the program."""
    now: int


class SessionBody(Body, frozen=True, kw_only=True):
    """Who I am and the words of my center. Read once after sign-in; live values come over the WebSocket."""

    login: str
    name: str
    role: Role
    agent: str | None
    """My agent id; null for people who take no calls."""
    language: Language
    theme: Theme
    center: str
    center_version: int
    """Rises when the center is changed; a heartbeat with a higher one means: read the session again."""
    zone: str
    """IANA name of the center's zone."""
    region: str
    """ISO 3166 region in whose national form numbers are written."""
    languages: list[Language]
    reasons: list[CodeChoice]
    dispositions: list[CodeChoice]
    """In the order of the outcome keys, 1 first."""
    queues: list[NamedItem]
    teams: list[NamedItem]
    my_teams: list[str] | None
    """Ids of the teams whose agents and calls I see; null: all."""
    my_queues: list[str] | None
    """Ids of the queues that I see, for some agent of my teams serves them; null: all."""
    skills: list[NamedItem]
    numbers: list[NamedItem]
    """The center's own numbers."""
    choose_password: bool
    """My password was made by the service: nothing else is answered until I have chosen one (PUT /session/password)."""
    now: int
    expires_at: int


class IceServer(Body, frozen=True, kw_only=True):
    urls: list[str]
    username: str | None
    credential: str | None


class PhoneBody(Body, frozen=True, kw_only=True):
    """The softphone's account, made for this log-in and refused after it. Do not store it."""

    kind: Literal["jssip", "simulated"]
    """`simulated`: no audio and no SIP; the device answers by itself."""
    device: str
    uri: str
    user: str
    password: str
    socket: str
    """URL of the SIP WebSocket; a path means this page's own origin."""
    ice_servers: list[IceServer]


class PresenceRequest(Body, frozen=True, kw_only=True):
    """`available` is also the Back after a missed call. `not_ready` needs a reason of the session's list."""

    presence: Literal["available", "not_ready"]
    reason: str | None = None
