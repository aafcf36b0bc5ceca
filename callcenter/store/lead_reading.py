"""A lead as the agent who has it reads it: what its row says, the number that the attempt is for, and the earlier attempts.

Everything here is personal, comes from the rows at this moment, and goes nowhere but to her page.
"""

from typing import Any

from msgspec import Struct
from sqlalchemy import select

from callcenter.kernel.ids import AttemptId
from callcenter.store.database import Database
from callcenter.store.tables.campaigns import CampaignRow
from callcenter.store.tables.leads import CallbackRow, LeadAttemptRow, LeadPhoneRow, LeadRow

MOST_EARLIER = 8
"""Attempts that are shown, the newest ones."""


class EarlierDial(Struct, frozen=True, kw_only=True):
    at: int
    outcome: str
    e164: str


class LeadToRead(Struct, frozen=True, kw_only=True):
    lead: int
    campaign: int
    e164: str
    """The number that the attempt is for; as the attempt's row says, whatever became of the list."""
    label: str
    """Of the number: head of its column; empty when the number is no longer there."""
    place: int
    """Which of the lead's numbers, from 0, and how many there are."""
    numbers: int
    name: str
    company: str
    email: str
    city: str
    province: str
    country: str
    zone: str
    """IANA name; empty: nobody knows, or the number may ring in several."""
    language: str
    note: str
    contact: int | None
    account: int | None
    attempts: int
    extra: dict[str, Any]
    earlier: tuple[EarlierDial, ...]
    """Newest first, without the one under way."""
    promised: str | None
    """The note of the callback that is open; None: none is."""
    promised_at: int | None
    currency: str
    """The campaign's."""


class LeadReading:
    """Raises StoreFault."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, attempt: AttemptId) -> LeadToRead | None:
        """None: no lead is claimed under this attempt, or its list was taken back."""
        async with self._database.read() as session:
            claimed = await session.get(LeadAttemptRow, attempt)
            lead = None if claimed is None else await session.get(LeadRow, claimed.lead)
            if claimed is None or lead is None:
                return None
            of_lead = select(LeadPhoneRow).where(LeadPhoneRow.lead == lead.id)
            phones = {row.place: row for row in await session.scalars(of_lead)}
            before = (
                select(LeadAttemptRow)
                .where(
                    LeadAttemptRow.lead == lead.id,
                    LeadAttemptRow.outcome.is_not(None),
                    LeadAttemptRow.attempt != attempt,
                )
                .order_by(LeadAttemptRow.claimed_at.desc())
                .limit(MOST_EARLIER)
            )
            earlier = tuple(
                EarlierDial(at=row.claimed_at, outcome=row.outcome or "", e164=row.e164)
                for row in await session.scalars(before)
            )
            open_ = select(CallbackRow).where(CallbackRow.lead == lead.id, CallbackRow.state == "open")
            promised = (await session.scalars(open_)).first()
            campaign = await session.get(CampaignRow, lead.campaign)
        phone = phones.get(claimed.place)
        plain = {name: getattr(lead, name) for name in _AS_THEY_STAND}
        return LeadToRead(
            lead=lead.id,
            e164=claimed.e164,
            label="" if phone is None else phone.label,
            place=claimed.place,
            numbers=len(phones),
            zone=lead.zone or _only_zone("" if phone is None else phone.zones),
            earlier=earlier,
            promised=None if promised is None else promised.note,
            promised_at=None if promised is None else promised.at,
            currency="" if campaign is None else campaign.currency,
            **plain,
        )


_AS_THEY_STAND = (
    "campaign", "name", "company", "email", "city", "province", "country", "language", "note", "contact", "account",
    "attempts", "extra",
)  # fmt: skip


def _only_zone(zones: str) -> str:
    possible = zones.split()
    return possible[0] if len(possible) == 1 else ""
