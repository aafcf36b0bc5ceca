"""Calls that were promised, as people look at them and change them: whose, when, to whom; moved, cancelled, taken back again.

Who is called is read from the lead's row at this moment. Every change puts the lead where it now belongs, in one transaction.
"""

from collections.abc import Collection, Sequence

from msgspec import Struct, structs
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.clock import DAY, MINUTE
from callcenter.kernel.errors import Conflict, NotFound, Refused
from callcenter.kernel.ids import AgentId, AttemptId
from callcenter.store import claim_facts, follow_ups
from callcenter.store.campaign_values import campaign_of
from callcenter.store.database import Database
from callcenter.store.tables.campaigns import CallListRow
from callcenter.store.tables.leads import CallbackRow, LeadAttemptRow, LeadPhoneRow, LeadRow
from dialer.compliance import Hold, next_allowed_at, verdict
from dialer.facts import CampaignFacts
from dialer.law import Law

MOST = 500
"""Of one list; nobody keeps more promises at a time."""
FURTHEST_MS = 366 * DAY


class Promise(Struct, frozen=True, kw_only=True):
    """A callback with the person to whom it was promised. Everything of her is personal."""

    id: int
    lead: int
    campaign: int
    at: int
    remind_at: int
    anyone_at: int | None
    """When it becomes anyone's; None: it is."""
    agent: AgentId | None
    """Whose it is; None: anyone's."""
    promised_by: AgentId
    note: str
    state: str
    name: str
    company: str
    e164: str
    zone: str | None
    """IANA name; None: nobody knows, or the number may ring in several."""
    dialing: bool
    """The lead is claimed at this moment."""
    changed_at: int
    """Also the version."""


class Hour(Struct, frozen=True, kw_only=True):
    """What the gate says of a time that lies ahead. `hold` None: it may be promised."""

    hold: Hold | None
    until: int | None
    """The first time from then on that may be; None: none within its horizon."""


class Callbacks:
    """Times are ms since the epoch. Raises NotFound, Refused, Conflict for an older version, StoreFault."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_agent(self, agent: AgentId, campaigns: Collection[int], now: int) -> tuple[Promise, ...]:
        """Open ones, soonest first: her own, and of these campaigns those that are anyone's by now."""
        found = await self._open(or_(CallbackRow.agent == agent, CallbackRow.campaign.in_(campaigns)))
        return tuple(one for one in found if one.agent in (agent, None) or (one.anyone_at is not None and now >= one.anyone_at))

    async def of_campaign(self, campaign: int) -> tuple[Promise, ...]:
        """Open ones, soonest first."""
        return await self._open(CallbackRow.campaign == campaign)

    async def one(self, id: int) -> Promise:
        async with self._database.read() as session:
            row = await session.get(CallbackRow, id)
            if row is None:
                raise NotFound("there is no such callback")
            return (await _shown(session, [row]))[0]

    async def change(self, id: int, seen: int, at: int, agent: AgentId | None, now: int) -> Promise:
        """To another time, or to somebody else. `seen`: the `changed_at` that the person saw."""
        if not now - MINUTE <= at <= now + FURTHEST_MS:
            why = "A promised call lies in the future, and within a year. Choose another time."
            raise Refused("time_impossible", why)
        async with self._database.write() as session:
            row, values = await _as_seen(session, id, seen)
            if row.state != "open":
                raise Refused("callback_over", "This callback was kept, cancelled or has expired.")
            row.at, row.agent = at, agent or ""
            return await _changed(session, row, values, now)

    async def cancel(self, id: int, seen: int, now: int) -> Promise:
        """Nobody is called; the lead goes on as if nothing had been promised."""
        async with self._database.write() as session:
            row, values = await _as_seen(session, id, seen)
            if row.state == "open":
                row.state = "cancelled"
            return await _changed(session, row, values, now)

    async def restore(self, id: int, seen: int, now: int) -> Promise:
        """One that was cancelled is promised again, for the time that it had."""
        async with self._database.write() as session:
            row, values = await _as_seen(session, id, seen)
            other = select(CallbackRow.id).where(CallbackRow.lead == row.lead, CallbackRow.state == "open", CallbackRow.id != id)
            if row.state not in ("cancelled", "open") or await session.scalar(other) is not None:
                raise Refused("callback_over", "This callback was kept, cancelled or has expired.")
            row.state = "open"
            return await _changed(session, row, values, now)

    async def hour(self, of: AttemptId | int, at: int, law: Law, facts: CampaignFacts) -> Hour:
        """What the gate would say at a time, by what is known now: hours, holidays, caps, lists. `of`: the call in which it is
        promised, or the callback that is to be moved."""
        async with self._database.read() as session:
            if isinstance(of, int):
                row = await session.get(CallbackRow, of)
                lead_id, place = (None, 0) if row is None else (row.lead, row.place)
            else:
                tried = await session.get(LeadAttemptRow, of)
                lead_id, place = (None, 0) if tried is None else (tried.lead, tried.place)
            lead = None if lead_id is None else await session.get(LeadRow, lead_id)
            if lead is None:
                raise NotFound("there is no such call or callback")
            (found,) = await claim_facts.read(session, [lead], sqlite=self._database.sqlite)
        number = next((one for one in found.numbers if one.place == place), None)
        if number is None:
            return Hour(hold=Hold.NUMBER_INVALID, until=None)
        # Registries are loaded anew until then: whether one is fresh is asked when the hour has come.
        facts = structs.replace(facts, registries={name: max(loaded, at) for name, loaded in facts.registries.items()})
        asked = number.asked
        her = structs.replace(asked.lead, asked_for=True)
        said = verdict(law, asked.number, her, asked.history, facts, at)
        if said.allowed:
            return Hour(hold=None, until=at)
        return Hour(hold=said.code, until=next_allowed_at(law, asked.number, her, asked.history, facts, at))

    async def _open(self, whose: object) -> tuple[Promise, ...]:
        query = (
            select(CallbackRow)
            .join(LeadRow, LeadRow.id == CallbackRow.lead)
            .join(CallListRow, CallListRow.id == LeadRow.call_list)
            .where(CallbackRow.state == "open", CallListRow.state == "ready", whose)  # type: ignore[arg-type]
            .order_by(CallbackRow.at, CallbackRow.id)
            .limit(MOST)
        )
        async with self._database.read() as session:
            return await _shown(session, list(await session.scalars(query)))


async def _as_seen(session: AsyncSession, id: int, seen: int) -> tuple[CallbackRow, CampaignValues]:
    row = await session.get(CallbackRow, id, with_for_update=True)
    values = None if row is None else await campaign_of(session, row.campaign)
    if row is None or values is None:
        raise NotFound("there is no such callback")
    if row.changed_at != seen:
        raise Conflict("somebody else changed the callback: look at it again, then change it")
    return row, values


async def _changed(session: AsyncSession, row: CallbackRow, values: CampaignValues, now: int) -> Promise:
    row.changed_at = max(now, row.changed_at + 1)
    await session.flush()
    await follow_ups.place(session, await session.get_one(LeadRow, row.lead, with_for_update=True), values, now)
    return (await _shown(session, [row]))[0]


async def _shown(session: AsyncSession, rows: Sequence[CallbackRow]) -> tuple[Promise, ...]:
    ids = [row.lead for row in rows]
    leads = {lead.id: lead for lead in await session.scalars(select(LeadRow).where(LeadRow.id.in_(ids)))}
    of_leads = select(LeadPhoneRow).where(LeadPhoneRow.lead.in_(ids))
    phones = {(phone.lead, phone.place): phone for phone in await session.scalars(of_leads)}
    plans: dict[int, CampaignValues] = {}
    for campaign in {row.campaign for row in rows}:
        values = await campaign_of(session, campaign)
        if values is not None:
            plans[campaign] = values
    return tuple(
        _promise(row, leads[row.lead], phones.get((row.lead, row.place)), plans[row.campaign])
        for row in rows
        if row.campaign in plans
    )


def _promise(row: CallbackRow, lead: LeadRow, phone: LeadPhoneRow | None, values: CampaignValues) -> Promise:
    plan = values.callbacks
    zones = [] if phone is None else phone.zones.split()
    return Promise(
        id=row.id,
        lead=row.lead,
        campaign=row.campaign,
        at=row.at,
        remind_at=row.at - plan.remind_before_ms,
        anyone_at=row.at + plan.owner_waits_ms if row.agent else None,
        agent=AgentId(row.agent) if row.agent else None,
        promised_by=AgentId(row.promised_by),
        note=row.note,
        state=row.state,
        name=lead.name,
        company=lead.company,
        e164="" if phone is None else phone.e164,
        zone=lead.zone or (zones[0] if len(zones) == 1 else None),
        dialing=lead.state == "claimed",
        changed_at=row.changed_at,
    )
