"""What a route is: one row with its rights and its bodies, and the request as its handler sees it.

The rows themselves are in `callcenter.api.routes`. From a row come the aiohttp handler, the rights check, the OpenAPI
document and the tests; nothing about a route is written twice.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal, TypeVar

import msgspec
from aiohttp import web

from callcenter.api.errors import ApiError
from callcenter.api.once import Makes, Once
from callcenter.api.phones import Phones
from callcenter.api.reach import Reach, reach_of
from callcenter.api.schemas.common import Role
from callcenter.api.services import Services
from callcenter.api.socket import Sockets
from callcenter.api.stage import Stage
from callcenter.auth.sessions import SignedIn
from callcenter.kernel.ids import AgentId, CallId

PREFIX = "/api/v1"
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
S = TypeVar("S", bound=msgspec.Struct)

ANYONE: frozenset[Role] | None = None
AGENT: frozenset[Role] = frozenset({"agent"})
SUPERVISOR: frozenset[Role] = frozenset({"supervisor"})
MANAGER: frozenset[Role] = frozenset({"campaign_manager"})
ADMIN: frozenset[Role] = frozenset({"administrator"})
AUDITOR: frozenset[Role] = frozenset({"auditor"})
EVERYONE: frozenset[Role] = AGENT | SUPERVISOR | MANAGER | ADMIN | AUDITOR
"""Whoever is signed in."""
FLOOR: frozenset[Role] = AGENT | SUPERVISOR
"""Those who work with customers: they change what is kept of them."""
LISTENERS: frozenset[Role] = FLOOR | AUDITOR
"""Those who may hear a recording; which ones, `callcenter.api.reach` says."""
READERS: frozenset[Role] = FLOOR | MANAGER | AUDITOR
"""Those who read records of calls and of customers."""
ANALYSTS: frozenset[Role] = SUPERVISOR | MANAGER | AUDITOR
"""Those who read figures."""
WATCHERS: frozenset[Role] = SUPERVISOR | AUDITOR
"""Those who follow the board."""
PLANNERS: frozenset[Role] = MANAGER
"""Those who plan campaigns and load lists."""
PLANS: frozenset[Role] = MANAGER | AUDITOR
"""Those who look at campaigns, lists and leads."""
OVERSEERS: frozenset[Role] = ADMIN | AUDITOR
"""Those who read who did what; the administrator changes log-ins besides."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the API has: the services it was given, and what it made of them."""

    services: Services
    stage: Stage
    sockets: Sockets
    phones: Phones
    once: Once


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, checked: who asks, and what."""

    parts: Parts
    http: web.Request
    signed_in: SignedIn | None
    now: int
    body: msgspec.Struct | None
    query: msgspec.Struct | None
    new_call: CallId | None = None
    """The id that a call made by this request must have; None: any."""

    @property
    def services(self) -> Services:
        return self.parts.services

    @property
    def who(self) -> SignedIn:
        """Who asks. Only for routes that are not for anyone."""
        assert self.signed_in is not None, "a route for anyone has nobody to name"
        return self.signed_in

    @property
    def agent(self) -> AgentId:
        """The agent who asks. Raises ApiError for a person who takes no calls."""
        if self.who.user.agent is None:
            raise ApiError("forbidden", "this person takes no calls")
        return self.who.user.agent

    @property
    def reach(self) -> Reach:
        """What of the center the one who asks may see."""
        return reach_of(self.who.user, self.services.engine.state.center)

    def read(self, kind: type[S]) -> S:
        """The body, as the route declares it."""
        assert isinstance(self.body, kind), f"{self.http.path} does not declare {kind.__name__}"
        return self.body

    def asked(self, kind: type[S]) -> S:
        """The query, as the route declares it."""
        assert isinstance(self.query, kind), f"{self.http.path} does not declare {kind.__name__}"
        return self.query

    def word(self, name: str) -> str:
        """A part of the path. Raises ApiError for what no row can be called."""
        text = self.http.match_info[name]
        if "\0" in text:
            raise ApiError("not_found")
        return text

    def whole(self, name: str) -> int:
        """A part of the path that is the number of a row. Raises ApiError when no row can have it."""
        text = self.http.match_info[name]
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise ApiError("not_found")
        return int(text)


Answer = msgspec.Struct | web.StreamResponse | None
Handler = Callable[[Ask], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`roles` None: anyone. `answer` None: no body, unless `media` names another kind than JSON."""

    method: Method
    path: str
    roles: frozenset[Role] | None
    handler: Handler
    summary: str
    request: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    answer: type[msgspec.Struct] | None = None
    status: int = HTTPStatus.OK
    media: str = "application/json"
    refusals: Sequence[int] = ()
    """Statuses of errors beyond those that every route may answer with."""
    makes: Makes | None = None
    """What it creates, where it does: such a route takes an Idempotency-Key."""
    upload: bool = False
    """Whether its body is a file, which the handler reads piece by piece."""
    with_one_time_password: bool = False
    """Whether it is open to somebody who has not chosen a password of her own yet."""

    @property
    def name(self) -> str:
        return f"{self.method} {PREFIX}{self.path}"
