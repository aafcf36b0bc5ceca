"""What an agent said of a campaign's call, kept with the attempt, and what follows done in the same transaction: the lead's next
time, a callback, an opportunity, the do-not-call list.

What an earlier word of hers about the call had led to is taken back first, so the rows are always those of her last word; a
repetition changes nothing.
"""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.dialing import RetryRule
from callcenter.kernel.follow_up import Disposition, Follow, FollowUp
from callcenter.store import claim_facts, do_not_call
from callcenter.store.claim_facts import DONE
from callcenter.store.lead_plan import lines_of, priority_of, promised_of, tried_of, waits_until
from callcenter.store.leads import rest
from callcenter.store.tables.campaigns import CallListRow, CampaignRow
from callcenter.store.tables.crm import OpportunityRow
from callcenter.store.tables.leads import CallbackRow, FollowUpRow, LeadAttemptRow, LeadPhoneRow, LeadRow
from dialer.planner import upcoming

MOST_NOTE = 2_000


class Said(Struct, frozen=True, kw_only=True):
    """`disposition` is the one that `follow_up.code` names, as it was when it was picked."""

    attempt: str
    follow_up: FollowUp
    disposition: Disposition
    note: str
    revision: int
    at: int


async def keep(session: AsyncSession, said: Said, values: CampaignValues) -> int | None:
    """When the lead is due again; None: it is done, its call is not settled yet, or its list is gone. The session writes."""
    tried = await session.get(LeadAttemptRow, said.attempt, with_for_update=True)
    lead = None if tried is None else await session.get(LeadRow, tried.lead, with_for_update=True)
    if tried is None or lead is None:
        return None
    row = await session.get(FollowUpRow, said.attempt)
    if row is not None and row.revision >= said.revision:
        return lead.next_at
    if row is None:
        row = FollowUpRow(
            attempt=said.attempt, revision=0, agent="", said_at=0, result="", opportunity=None, barred=[], number_dead=False
        )
        session.add(row)
    await _take_back(session, row, tried, said.disposition.follow)
    row.revision, row.agent, row.said_at = said.revision, said.follow_up.agent, said.at
    row.result = said.disposition.result.value
    await _say(session, row, tried, said, values)
    match said.disposition.follow:
        case Follow.CALLBACK:
            await _promise(session, tried, said)
        case Follow.OPPORTUNITY:
            await _opportunity(session, row, lead, said)
        case Follow.DO_NOT_CALL:
            row.barred = sorted({*row.barred, *await _bar(session, lead, tried, said.at)})
    await session.flush()
    return await place(session, lead, values, said.at, tried)


async def place(
    session: AsyncSession, lead: LeadRow, values: CampaignValues, now: int, tried: LeadAttemptRow | None = None
) -> int | None:
    """Puts a lead where plan and promises say. Nothing while it is being dialed, or when `tried` is not its last dial: then what
    came later decides."""
    if lead.attempt is not None or (tried is not None and tried.settled_at is None):
        return None
    sqlite = session.get_bind().dialect.name == "sqlite"
    (found,) = await claim_facts.read(session, [lead], sqlite=sqlite)
    last = select(LeadAttemptRow.attempt).where(LeadAttemptRow.lead == lead.id).order_by(LeadAttemptRow.claimed_at.desc())
    if tried is not None and await session.scalar(last.limit(1)) != tried.attempt:
        return lead.next_at
    following = upcoming(values.retry, lines_of(found), tried_of(found), now, promised_of(found, values.callbacks))
    call_list = await session.get_one(CallListRow, lead.call_list)
    next_at = waits_until(following)
    lead.priority, lead.held = priority_of(following), None
    rest(lead, max(now, next_at) if next_at is not None and call_list.state in ("ready", "filling") else None)
    await session.flush()
    return lead.next_at


async def _take_back(session: AsyncSession, row: FollowUpRow, tried: LeadAttemptRow, follow: Follow) -> None:
    """What her earlier word led to and this one does not."""
    if follow is not Follow.CALLBACK:
        promised = await session.scalar(select(CallbackRow).where(CallbackRow.attempt == tried.attempt))
        if promised is not None and promised.state == "open":
            await session.delete(promised)
    if follow is not Follow.OPPORTUNITY and row.opportunity is not None:
        made = await session.get(OpportunityRow, row.opportunity)
        if made is not None and made.changed_at == made.created_at:  # somebody who works on it already keeps it
            await session.delete(made)
        row.opportunity = None
    if follow is not Follow.DO_NOT_CALL and row.barred:
        await do_not_call.take_back(session, row.barred)
        row.barred = []
    if row.number_dead:
        phone = await session.get(LeadPhoneRow, (tried.lead, tried.place))
        if phone is not None:
            phone.dead = False
        row.number_dead = False
    await session.flush()


async def _say(session: AsyncSession, row: FollowUpRow, tried: LeadAttemptRow, said: Said, values: CampaignValues) -> None:
    """What the retry plan is asked with from now on."""
    disposition = said.disposition
    tried.disposition, tried.counts_as, tried.again_at = disposition.code, None, None
    match disposition.follow:
        case Follow.PLAN:
            pass
        case Follow.RULE:
            tried.counts_as = disposition.like.value
            phone = await session.get(LeadPhoneRow, (tried.lead, tried.place))
            if values.retry.rules.get(disposition.like, RetryRule(again=False)).number_dead and phone is not None:
                row.number_dead, phone.dead = not phone.dead, True
        case Follow.LATER:
            tried.again_at = said.follow_up.at
        case _:
            tried.counts_as = DONE  # a callback that expires leaves nothing to be tried


async def _promise(session: AsyncSession, tried: LeadAttemptRow, said: Said) -> None:
    """One promise for a lead: this one takes the place of an older one, which was kept by this very call."""
    assert said.follow_up.at is not None, "the hub has asked for it"
    older = select(CallbackRow).where(CallbackRow.lead == tried.lead, CallbackRow.state == "open")
    for other in await session.scalars(older):
        if other.attempt != tried.attempt:
            other.state, other.changed_at = "kept", max(said.at, other.changed_at + 1)
    row = await session.scalar(select(CallbackRow).where(CallbackRow.attempt == tried.attempt))
    if row is None:
        row = CallbackRow(
            lead=tried.lead, campaign=tried.campaign, attempt=tried.attempt, place=tried.place, created_at=said.at, changed_at=0
        )
        session.add(row)
    row.at, row.note, row.promised_by = said.follow_up.at, said.note[:MOST_NOTE], said.follow_up.agent
    row.agent = said.follow_up.agent if said.follow_up.mine else ""
    row.state, row.changed_at = "open", max(said.at, row.changed_at + 1)


async def _opportunity(session: AsyncSession, row: FollowUpRow, lead: LeadRow, said: Said) -> None:
    campaign = await session.get_one(CampaignRow, lead.campaign)
    picked, usual = said.follow_up, said.disposition
    made = None if row.opportunity is None else await session.get(OpportunityRow, row.opportunity)
    if made is None:
        who = lead.company or lead.name
        made = OpportunityRow(
            name=f"{campaign.label_en or campaign.name}: {who}" if who else campaign.label_en or campaign.name,
            account=lead.account, contact=lead.contact, campaign=lead.campaign, stage="open", probability=0.0, value=0.0,
            currency=campaign.currency, team=None, agent=None, created_at=said.at, changed_at=said.at,
        )  # fmt: skip
        session.add(made)
    made.probability = usual.probability if picked.probability is None else picked.probability
    made.value = usual.value if picked.value is None else picked.value
    made.team = picked.team if picked.team is not None else usual.team
    await session.flush()
    row.opportunity = made.id
    if lead.opportunity is None:
        lead.opportunity = made.id


async def _bar(session: AsyncSession, lead: LeadRow, tried: LeadAttemptRow, at: int) -> Sequence[str]:
    """All her numbers, and the one that was dialed whatever became of it; those that were put there now."""
    numbers = list(await session.scalars(select(LeadPhoneRow.e164).where(LeadPhoneRow.lead == lead.id)))
    return [e164 for e164 in sorted({*numbers, tried.e164}) if await do_not_call.add(session, e164, "agent", at)]
