"""What is read about leads in the transaction that claims them: numbers, every earlier dial of them in any campaign, and
do-not-call entries, as the values that the law and the retry rules are asked with (`dialer.facts`, `dialer.preflight`).
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import cast

from msgspec import Struct
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.dialing import Outcome
from callcenter.kernel.ids import AgentId
from callcenter.kernel.law import ConsentKind, PlaceId
from callcenter.store.among import among
from callcenter.store.tables.campaigns import DoNotCallListRow, DoNotCallRow
from callcenter.store.tables.leads import CallbackRow, LeadAttemptRow, LeadPhoneRow, LeadRow
from dialer import zones
from dialer.facts import Consent, History, LeadFacts, Listing, Past
from dialer.preflight import Candidate
from dialer.retry import Callback, Tried

DONE = "done"
"""In `counts_as`: nothing follows."""
_STATE = re.compile(r"^[A-Za-z]{2,3}$")


class NumberToDial(Struct, frozen=True, kw_only=True):
    """One number of a lead. `asked` is what `dialer.compliance.verdict` is asked with."""

    place: int
    dead: bool
    asked: Candidate


class LeadToDial(Struct, frozen=True, kw_only=True):
    """A lead that is due. `past` are the ended dials of the lead itself, in order, with the place of the number."""

    id: int
    call_list: int
    campaign: int
    priority: int
    attempts: int
    agent: AgentId | None
    numbers: tuple[NumberToDial, ...]
    past: tuple[tuple[int, Past], ...]
    tried: tuple[tuple[int, Tried], ...] = ()
    """The same as the retry plan is asked with: as whoever talked with her says."""
    promised: Callback | None = None
    """A callback that is open; its `number` is the place of the number."""


async def read(session: AsyncSession, leads: Sequence[LeadRow], *, sqlite: bool) -> list[LeadToDial]:
    """In their order."""
    if not leads:
        return []
    ids = [lead.id for lead in leads]
    phones: dict[int, list[LeadPhoneRow]] = defaultdict(list)
    of_leads = select(LeadPhoneRow).where(LeadPhoneRow.lead.in_(ids)).order_by(LeadPhoneRow.lead, LeadPhoneRow.place)
    for phone in await session.scalars(of_leads):
        phones[phone.lead].append(phone)
    numbers = list({phone.e164 for row in phones.values() for phone in row})
    attempts = await _attempts(session, ids, numbers, sqlite=sqlite)
    listings = await _listings(session, leads[0].campaign, numbers, sqlite=sqlite)
    promised = await _promised(session, leads)
    return [_lead(lead, phones[lead.id], attempts, listings, promised.get(lead.id)) for lead in leads]


def _lead(
    lead: LeadRow,
    phones: Sequence[LeadPhoneRow],
    attempts: Sequence[LeadAttemptRow],
    listings: Mapping[str, tuple[Listing, ...]],
    promised: CallbackRow | None,
) -> LeadToDial:
    consents = (Consent(kind=cast(ConsentKind, lead.consent), given_at=lead.created_at),) if lead.consent else ()
    numbers = []
    for phone in phones:
        number = zones.number(phone.e164)
        facts = LeadFacts(
            state=_place(lead, number.country),
            zone=lead.zone or None,
            consents=consents,
            listings=listings.get(phone.e164, ()),
        )
        past = tuple(_past(one, lead.id, phone.e164) for one in attempts if one.lead == lead.id or one.e164 == phone.e164)
        asked = Candidate(number=number, lead=facts, history=History(past=past))
        numbers.append(NumberToDial(place=phone.place, dead=phone.dead, asked=asked))
    mine = sorted((one for one in attempts if one.lead == lead.id and one.outcome is not None), key=lambda one: one.claimed_at)
    return LeadToDial(
        id=lead.id,
        call_list=lead.call_list,
        campaign=lead.campaign,
        priority=lead.priority,
        attempts=lead.attempts,
        agent=AgentId(lead.agent) if lead.agent else None,
        numbers=tuple(numbers),
        past=tuple((one.place, _past(one, lead.id, one.e164)) for one in mine),
        tried=tuple((one.place, tried_of(one)) for one in mine),
        promised=None if promised is None else callback_of(promised),
    )


async def _promised(session: AsyncSession, leads: Sequence[LeadRow]) -> Mapping[int, CallbackRow]:
    """Of leads that were talked with: nobody else was promised anything."""
    ids = [lead.id for lead in leads if lead.attempts or lead.priority]
    if not ids:
        return {}
    found = select(CallbackRow).where(CallbackRow.lead.in_(ids), CallbackRow.state == "open").order_by(CallbackRow.id)
    return {row.lead: row for row in await session.scalars(found)}


def callback_of(row: CallbackRow) -> Callback:
    return Callback(at=row.at, agent=AgentId(row.agent) if row.agent else None, number=row.place)


def tried_of(one: LeadAttemptRow, outcome: Outcome | None = None, ended_at: int | None = None) -> Tried:
    """A dial as the retry plan is asked with. `outcome`, `ended_at`: of one that is only now being settled."""
    ended = outcome or Outcome(one.outcome or Outcome.FAILED)
    reached = ended is Outcome.ANSWERED
    said = one.counts_as if reached else None
    return Tried(
        number=0,
        at=one.claimed_at,
        ended_at=ended_at if ended_at is not None else one.claimed_at if one.settled_at is None else one.settled_at,
        outcome=Outcome(said) if said is not None and said != DONE else ended,
        done=said == DONE,
        again_at=one.again_at if reached else None,
    )


def _place(lead: LeadRow, country: str) -> PlaceId | None:
    """Her state in the words of ISO 3166, where the list writes it by its letters."""
    country = lead.country or country
    return PlaceId(f"{country}-{lead.province.upper()}") if country and _STATE.match(lead.province) else None


def _past(one: LeadAttemptRow, lead: int, number: str) -> Past:
    return Past(
        at=one.claimed_at,
        ended_at=one.settled_at,
        outcome=None if one.outcome is None else Outcome(one.outcome),
        same_lead=one.lead == lead,
        same_number=one.e164 == number,
    )


async def _attempts(session: AsyncSession, ids: Sequence[int], numbers: Sequence[str], *, sqlite: bool) -> list[LeadAttemptRow]:
    there = or_(LeadAttemptRow.lead.in_(ids), among(LeadAttemptRow.e164, numbers, sqlite=sqlite))
    return list(await session.scalars(select(LeadAttemptRow).where(there)))


async def _listings(
    session: AsyncSession, campaign: int, numbers: Sequence[str], *, sqlite: bool
) -> Mapping[str, tuple[Listing, ...]]:
    query = (
        select(DoNotCallRow.e164, DoNotCallListRow.kind, DoNotCallListRow.name)
        .join(DoNotCallListRow, DoNotCallListRow.id == DoNotCallRow.register)
        .where(
            among(DoNotCallRow.e164, numbers, sqlite=sqlite),
            DoNotCallListRow.state == "ready",
            or_(DoNotCallListRow.campaign.is_(None), DoNotCallListRow.campaign == campaign),
        )
    )
    found: dict[str, tuple[Listing, ...]] = defaultdict(tuple)
    for number, kind, name in await session.execute(query):
        found[number] += (Listing(kind=kind, name=name if kind == "registry" else ""),)  # type: ignore[arg-type]
    return found
