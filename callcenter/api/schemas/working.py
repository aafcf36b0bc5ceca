"""An agent's own part in campaigns: which she may work, the one that she works, and the lead in her hands."""

from callcenter.api.schemas.callbacks import DispositionBody
from callcenter.api.schemas.campaigns import CampaignState, CauseBody, Mode, Outcome
from callcenter.api.schemas.common import Body, PhoneNumber, RowId, Words


class MyCampaign(Body, frozen=True, kw_only=True):
    id: int
    label: Words
    mode: Mode
    state: CampaignState
    chosen: bool
    """She works it."""
    causes: list[CauseBody]
    """Why none of its calls or leads comes to her though she is free; of the chosen one only."""


class MyCampaignsBody(Body, frozen=True, kw_only=True):
    """Those that run and are for her team and skills, and the one that she works whatever it does."""

    items: list[MyCampaign]


class WorkRequest(Body, frozen=True, kw_only=True):
    campaign: RowId | None
    """Null: her queues alone."""


class EarlierAttempt(Body, frozen=True, kw_only=True):
    at: int
    outcome: Outcome
    number: PhoneNumber | None


class LeadInHand(Body, frozen=True, kw_only=True):
    """As its row says at this moment."""

    attempt: str
    campaign: int
    lead: int
    reading: bool
    """She has not dialed it; false: her call is with it."""
    until: int | None
    """Until when she may read; null: no limit, or dialed."""
    number: PhoneNumber | None
    """That is called, and of the lead's numbers which one it is, 1 first."""
    number_label: str
    place: int
    numbers: int
    name: str
    company: str
    email: str
    city: str
    province: str
    country: str
    zone: str | None
    """Null: nobody knows what time it is there."""
    language: str
    note: str
    contact: int | None
    """The customer that the lead is; null: none is known."""
    account: int | None
    attempts: int
    """Dials so far, of all its numbers."""
    extra: dict[str, str]
    """Further columns of its file."""
    earlier: list[EarlierAttempt]
    """The last eight that have ended, newest first."""
    promised: str | None
    """The note of the callback that is open; null: none is."""
    promised_at: int | None
    dispositions: list[DispositionBody]
    """What she chooses from when the call is over; empty: the center's own."""
    currency: str
    """Of an opportunity's value."""


class MyLeadBody(Body, frozen=True, kw_only=True):
    lead: LeadInHand | None
    """Null: she reads none, and her call is with none."""
