"""A campaign while it dials: started, paused, stopped, finished by the hub; what it does at this instant, and why not more."""

from callcenter.api.handlers.campaigns import hub_id
from callcenter.api.holds import cause_words
from callcenter.api.route import Ask
from callcenter.api.schemas import campaigns as m
from callcenter.hub.dialing import floor as see
from callcenter.hub.dialing.state import Campaign
from callcenter.hub.dialing.why import why_not
from callcenter.kernel import commands as c
from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.commands import AnyCommand
from callcenter.kernel.ids import CampaignId
from callcenter.store.audit import Action, Entry


async def read_live(ask: Ask) -> m.LiveCampaignBody:
    return await _live(ask)


async def start(ask: Ask) -> m.LiveCampaignBody:
    return await _moved(ask, c.StartCampaign(campaign=_id(ask), by=ask.who.user.login), "campaign_started")


async def pause(ask: Ask) -> m.LiveCampaignBody:
    return await _moved(ask, c.PauseCampaign(campaign=_id(ask), by=ask.who.user.login), "campaign_paused")


async def stop(ask: Ask) -> m.LiveCampaignBody:
    return await _moved(ask, c.StopCampaign(campaign=_id(ask), by=ask.who.user.login), "campaign_stopped")


async def finish(ask: Ask) -> m.LiveCampaignBody:
    return await _moved(ask, c.FinishCampaign(campaign=_id(ask), by=ask.who.user.login), "campaign_finished")


def _id(ask: Ask) -> CampaignId:
    return hub_id(ask.whole("campaign"))


async def _moved(ask: Ask, command: AnyCommand, action: Action) -> m.LiveCampaignBody:
    """The hub decides; the audit log tells who asked."""
    await ask.services.engine.ask(command)
    entry = Entry(action=action, subject=f"campaigns/{ask.whole('campaign')}", user_id=ask.who.user.id)
    await ask.services.audit.add(ask.now, entry)
    return await _live(ask)


async def _live(ask: Ask) -> m.LiveCampaignBody:
    row = await ask.services.campaigns.campaign(ask.whole("campaign"))
    state, id = ask.services.engine.state, hub_id(row.id)
    campaign, values = state.campaigns.get(id), state.center.campaigns.get(id)
    floor = None if campaign is None or values is None else see.floor(state, campaign, values, ask.now)
    return m.LiveCampaignBody(
        state=row.state if campaign is None else campaign.state.value,
        dialing=0 if campaign is None else len(see.ringing(state, campaign)),
        waiting=0 if floor is None else floor.waiting,
        agents_free=0 if floor is None else floor.free,
        agents_busy=0 if floor is None else len(floor.talking_ms) + len(floor.wrapping_ms) + floor.leaving,
        causes=[
            m.CauseBody(code=one.code, text=cause_words(one.code), count=one.count, until=one.until)
            for one in why_not(state, id, ask.now)
        ],
        abandon=None if campaign is None or values is None else _abandon(ask, campaign, values),
        now=ask.now,
    )


def _abandon(ask: Ask, campaign: Campaign, values: CampaignValues) -> m.AbandonBody | None:
    law = ask.services.engine.state.law(values.id)
    version = None if law is None else law.at(ask.now)
    if campaign.counter is None or version is None or version.version.abandon is None:
        return None
    figure = campaign.counter.figure(version.version.abandon, ask.now)
    return m.AbandonBody(
        answers=figure.answers,
        abandons=figure.abandons,
        rate=figure.rate,
        cap=figure.cap,
        left=figure.left,
        since=figure.since.isoformat(),
        machines=figure.machines,
        machine_share=figure.machine_share,
    )
