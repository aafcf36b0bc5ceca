"""What the gate is told about a lead, its history and its campaign. Values only.

Whoever claims a lead reads them in the transaction that claims it.
"""

from typing import Literal

from msgspec import Struct, field

from callcenter.kernel.dialing import Mode, NumberKind, Outcome
from callcenter.kernel.law import ConsentKind, MessagePart, PlaceId, Rules


class Consent(Struct, frozen=True, kw_only=True):
    """What the callee agreed to. It holds from `given_at` to before `ends_at` (revoked, or run out)."""

    kind: ConsentKind
    given_at: int
    ends_at: int | None = None


class Listing(Struct, frozen=True, kw_only=True):
    """The number stands on a do-not-call list."""

    kind: Literal["own", "campaign", "registry"]
    name: str = ""
    """Of the registry."""


class LeadFacts(Struct, frozen=True, kw_only=True):
    """The lead and the number of it that is to be dialed."""

    state: PlaceId | None = None
    """Her own by address, such as US-FL; it adds rules and zones, and takes none away."""
    zone: str | None = None
    """Her own by postal code or by her word."""
    business: bool = False
    kind: NumberKind | None = None
    """Known from elsewhere: decides where the country's plan does not tell a mobile from a fixed line; otherwise adds."""
    consents: tuple[Consent, ...] = ()
    listings: tuple[Listing, ...] = ()
    asked_for: bool = False
    """She asked to be called at this time."""


class Past(Struct, frozen=True, kw_only=True):
    """An attempt that was dialed, on this lead or on this number in whatever campaign."""

    at: int
    """When it was dialed."""
    ended_at: int | None = None
    outcome: Outcome | None = None
    """None while it is under way."""
    same_lead: bool = True
    same_number: bool = True


class History(Struct, frozen=True, kw_only=True):
    past: tuple[Past, ...] = ()
    """In any order; everything within the longest window of the pack, at least."""
    earlier_of_lead: int = 0
    """Attempts that are not in `past`: they count towards caps for good."""
    earlier_of_number: int = 0


class Message(Struct, frozen=True, kw_only=True):
    """What a campaign plays to somebody it cannot connect."""

    contains: tuple[MessagePart, ...]
    opt_out_key: str | None = None
    """The key that puts the callee on the own do-not-call list, at once."""


class CampaignFacts(Struct, frozen=True, kw_only=True):
    mode: Mode
    agent_guaranteed: bool = False
    """An agent is kept free for this very call, or on the line already: nobody can be abandoned."""
    caller_id: str = ""
    ring_ms: int = 25_000
    """How long an unanswered dial rings."""
    message: Message | None = None
    registries: dict[str, int] = field(default_factory=dict)
    """Name -> when it was loaded last (ms)."""
    abandons_left: int | None = None
    """How many calls may be abandoned now (`abandon_cap`); None where nobody counts, which forbids nothing."""
    own: Rules = field(default_factory=Rules)
    """What the campaign forbids on top of the law: hours, caps, registries, consent."""
