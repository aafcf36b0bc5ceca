"""An agent works a campaign: her choice, the lead that she reads or talks with, and whether it is dialed. The hub decides."""

from typing import cast

from callcenter.api import dispositions
from callcenter.api.handlers.campaigns import hub_id
from callcenter.api.holds import cause_words
from callcenter.api.numbers import phone_number
from callcenter.api.route import Ask
from callcenter.api.schemas import working as m
from callcenter.api.schemas.campaigns import CauseBody, Outcome
from callcenter.api.schemas.common import DoneBody
from callcenter.api.views import words
from callcenter.hub.deadlines import Due
from callcenter.hub.dialing import floor as see
from callcenter.hub.dialing.state import Campaign
from callcenter.hub.dialing.why import why_not
from callcenter.hub.state import Agent
from callcenter.kernel import commands as c
from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.campaign_state import CampaignState
from callcenter.kernel.dialing import Mode
from callcenter.kernel.ids import AttemptId, CampaignId

OF_AGENTS = frozenset({"no_agents", "nobody_free"})
"""Causes that she knows herself."""


async def list_my_campaigns(ask: Ask) -> m.MyCampaignsBody:
    state, her = ask.services.engine.state, _her(ask)
    offered = [
        (state.campaigns[id], values)
        for id, values in state.center.campaigns.items()
        if her is not None and id in state.campaigns and _offered(state.campaigns[id], values, her)
    ]
    offered.sort(key=lambda one: (-one[1].priority, int(one[0].id)))
    return m.MyCampaignsBody(items=[_item(ask, campaign, values, her) for campaign, values in offered])


def _offered(campaign: Campaign, values: CampaignValues, her: Agent) -> bool:
    if her.campaign == campaign.id:
        return True
    return campaign.state is CampaignState.RUNNING and values.mode is not Mode.AGENTLESS and see.may_work(values, her)


def _item(ask: Ask, campaign: Campaign, values: CampaignValues, her: Agent | None) -> m.MyCampaign:
    chosen = her is not None and her.campaign == campaign.id
    causes = why_not(ask.services.engine.state, campaign.id, ask.now) if chosen else ()
    return m.MyCampaign(
        id=int(campaign.id),
        label=words(values.label),
        mode=values.mode.value,
        state=campaign.state.value,
        chosen=chosen,
        causes=[
            CauseBody(code=one.code, text=cause_words(one.code), count=one.count, until=one.until)
            for one in causes
            if one.code not in OF_AGENTS
        ],
    )


async def work(ask: Ask) -> DoneBody:
    wanted = ask.read(m.WorkRequest).campaign
    campaign: CampaignId | None = None if wanted is None else hub_id(wanted)
    await ask.services.engine.ask(c.WorkCampaign(agent=ask.agent, campaign=campaign))
    return DoneBody(call=None)


async def read_my_lead(ask: Ask) -> m.MyLeadBody:
    """Which attempt is in her hands the hub knows; everything else the rows say."""
    state, her = ask.services.engine.state, _her(ask)
    call = None if her is None or her.call is None else state.calls.get(her.call)
    read = None if her is None else see.reading(state, her)
    attempt = call.dial if call is not None and call.dial is not None else None if read is None else read.id
    if attempt is None:
        return m.MyLeadBody(lead=None)
    row = await ask.services.lead_reading.of(attempt)
    if row is None:
        return m.MyLeadBody(lead=None)
    reading = read is not None and read.id == attempt
    values = state.center.campaigns.get(hub_id(row.campaign))
    region = ask.services.region
    return m.MyLeadBody(
        lead=m.LeadInHand(
            attempt=attempt,
            campaign=row.campaign,
            lead=row.lead,
            reading=reading,
            until=state.deadlines.get(Due.PREVIEW, attempt) if reading else None,
            number=phone_number(row.e164, region),
            number_label=row.label,
            place=row.place + 1,
            numbers=row.numbers,
            name=row.name,
            company=row.company,
            email=row.email,
            city=row.city,
            province=row.province,
            country=row.country,
            zone=row.zone or None,
            language=row.language,
            note=row.note,
            contact=row.contact,
            account=row.account,
            attempts=row.attempts,
            extra={name: str(value) for name, value in row.extra.items()},
            earlier=[
                m.EarlierAttempt(at=one.at, outcome=cast(Outcome, one.outcome), number=phone_number(one.e164, region))
                for one in row.earlier
            ],
            promised=row.promised,
            promised_at=row.promised_at,
            dispositions=[] if values is None else [dispositions.body(one) for one in values.dispositions],
            currency=row.currency,
        )
    )


async def dial_lead(ask: Ask) -> DoneBody:
    done = await ask.services.engine.ask(c.DialLead(agent=ask.agent, attempt=_attempt(ask), call=ask.new_call))
    return DoneBody(call=done.call)


async def skip_lead(ask: Ask) -> DoneBody:
    await ask.services.engine.ask(c.SkipLead(agent=ask.agent, attempt=_attempt(ask)))
    return DoneBody(call=None)


def _attempt(ask: Ask) -> AttemptId:
    return AttemptId(ask.word("attempt"))


def _her(ask: Ask) -> Agent | None:
    return ask.services.engine.state.agents.get(ask.agent)
