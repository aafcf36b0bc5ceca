"""Subscriptions of other programs to what happens, and the log of what they were told. What they are told is in
`callcenter.webhooks.vocabulary`."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from callcenter.api.schemas.common import Body
from callcenter.api.schemas.queries import Paging

WebhookName = Annotated[str, Meta(min_length=1, max_length=100)]
WebhookUrl = Annotated[str, Meta(min_length=1, max_length=2000)]
Kind = Literal[
    "call.arrived", "call.placed", "call.queued", "call.offered", "call.offer_ended", "call.connected", "call.held",
    "call.retrieved", "call.interrupted", "call.restored", "call.agent_left", "call.transfer_started", "call.transfer_failed",
    "call.transfer_completed", "call.contact_chosen", "call.disposition", "call.ended", "call.recorded", "agent.signed_in",
    "agent.signed_out", "agent.presence", "agent.activity", "agent.device",
]  # fmt: skip
"""As `webhooks.vocabulary.KINDS`; a test holds the two together."""
Kinds = Annotated[list[Kind], Meta(max_length=50)]
DeliveryState = Literal["pending", "delivered", "given_up"]


class WebhookRequest(Body, frozen=True, kw_only=True):
    name: WebhookName
    url: WebhookUrl
    """https, without user name and password. Private addresses must be allowed by the settings file."""
    kinds: Kinds = field(default_factory=list)
    """Empty: all."""
    numbers: bool = False
    """Whether events hold customers' telephone numbers: personal values leave the center."""
    active: bool = True


class WebhookPatch(Body, frozen=True, kw_only=True):
    """What is left out stays as it is."""

    name: WebhookName | UnsetType = UNSET
    url: WebhookUrl | UnsetType = UNSET
    kinds: Kinds | UnsetType = UNSET
    """Other kinds are told from now on."""
    numbers: bool | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    """Switched on again, it is told what happens from now on."""


class DeliveryBody(Body, frozen=True, kw_only=True):
    id: int
    event: str
    """Id of the event; every attempt has the same."""
    kind: Kind | Literal["test"]
    state: DeliveryState
    attempts: int
    created_at: int
    next_at: int
    """Of a pending one: not before."""
    give_up_at: int
    """When an attempt that fails is the last."""
    last_at: int | None
    last_status: int | None
    """HTTP status of the last answer."""
    last_error: Literal[
        "timeout", "refused", "unreachable", "unknown_name", "tls", "protocol", "address_not_allowed", "redirect",
        "client_error", "server_error", "gone", "key_changed", "inactive",
    ] | None  # fmt: skip
    took_ms: int | None


class WebhookBody(Body, frozen=True, kw_only=True):
    id: int
    name: str
    url: str
    kinds: list[Kind]
    active: bool
    inactive_why: Literal["gone"] | None
    """gone: the receiver answered 410."""
    numbers_allowed_by: str | None
    """The administrator who allowed numbers; null: events hold none."""
    key_id: str
    """Name of the secret, as it stands in the signature."""
    old_key_id: str | None
    """Of the secret before, while both sign."""
    old_key_until: int
    key_changed: bool
    """True: the service's own key is another one, so nothing can be signed. Make a new secret."""
    waiting: int
    """Deliveries that are still to be made."""
    last: DeliveryBody | None
    """The newest delivery that was tried; null: none, or none of the last month."""
    created_by: str
    created_at: int
    changed_at: int


class WebhookListBody(Body, frozen=True, kw_only=True):
    items: list[WebhookBody]


class WebhookSecretBody(Body, frozen=True, kw_only=True):
    """The only answer that ever holds the secret: keep it."""

    webhook: WebhookBody
    secret: str


class DeliveryQuery(Paging, frozen=True, kw_only=True):
    state: list[DeliveryState] = field(default_factory=list)


class DeliveryListBody(Body, frozen=True, kw_only=True):
    items: list[DeliveryBody]
    next: str | None
