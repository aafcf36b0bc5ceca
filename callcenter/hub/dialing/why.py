"""Why a campaign dials nothing: every cause that holds, with how many it concerns and until when. Pure; reads the state.

The first that is told keeps it from asking for leads at all; the others say what a person may do about it.
"""

from msgspec import Struct

from callcenter.hub.dialing import floor as see
from callcenter.hub.dialing import trunks
from callcenter.hub.dialing.state import Campaign
from callcenter.hub.state import State
from callcenter.hub.waiting import FREE, keeps
from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.campaign_state import CampaignState
from callcenter.kernel.clock import local
from callcenter.kernel.dialing import Mode
from callcenter.kernel.ids import CampaignId
from dialer.compliance import of_campaign


class Cause(Struct, frozen=True, kw_only=True):
    code: str
    """Stable: no_campaign, not_running, paused_asked, paused_trunk, before_first_day, after_last_day, no_law, law:CODE (of the
    gate), no_message, carrier_down, trunk, no_lines, no_agents, nobody_free, not_due, or held:REASON (of the gate)."""
    count: int = 0
    """Agents, calls or leads that it concerns; 0 where there is nothing to count."""
    until: int | None = None
    """When it ends by itself, ms since the epoch; None: nobody knows, or somebody must do something."""
    why: str = ""
    """An English sentence where the code does not say it all."""


def why_not(state: State, id: CampaignId, now: int) -> tuple[Cause, ...]:
    """The causes that hold, those that keep it from asking for leads first; () when nothing does."""
    campaign, values = state.campaigns.get(id), state.center.campaigns.get(id)
    if campaign is None or values is None:
        return (Cause(code="no_campaign"),)
    return (*hindrances(state, campaign, values, now), *_of_leads(campaign, now))


def hindrances(state: State, campaign: Campaign, values: CampaignValues, now: int) -> tuple[Cause, ...]:
    """What keeps the campaign as a whole from dialing."""
    found: list[Cause] = []
    if campaign.state is CampaignState.PAUSED and campaign.pause is not None:
        found.append(Cause(code=f"paused_{campaign.pause.value}", until=campaign.resume_at))
    elif campaign.state is not CampaignState.RUNNING:
        found.append(Cause(code="not_running", why=f"the campaign is {campaign.state.value}"))
    found += _of_days(state, values, now)
    law = state.law(campaign.id)
    if law is None:
        found.append(Cause(code="no_law", why="no law pack is chosen, or the center does not have it"))
    else:
        held = of_campaign(law, see.facts(state.center, values), now)
        found += [Cause(code=f"law:{one.code.value}", until=one.until, why=one.why) for one in held]
    if values.mode is Mode.AGENTLESS and values.message is None:
        found.append(Cause(code="no_message", why="a campaign without agents says a message, and none is chosen"))
    carrier = trunks.carrier_of(state, values)
    if carrier is None:
        found.append(Cause(code="carrier_down"))
    else:
        permit = see.breaker_of(state, carrier).permit(now)
        if not permit.allowed:
            found.append(Cause(code="trunk", until=permit.until, why=permit.why))
        if not trunks.free(state, carrier):
            found.append(Cause(code="no_lines", count=trunks.taken(state, carrier)))
    if values.mode is not Mode.AGENTLESS:
        found += _of_agents(state, campaign)
    return tuple(found)


def _of_days(state: State, values: CampaignValues, now: int) -> list[Cause]:
    zone = state.center.tz()
    today = local(now, zone)
    if values.first_day is not None and today.date().isoformat() < values.first_day:
        return [Cause(code="before_first_day", why=f"it begins on {values.first_day}")]
    if values.last_day is not None and today.date().isoformat() > values.last_day:
        return [Cause(code="after_last_day", why=f"it ended on {values.last_day}")]
    return []


def _of_agents(state: State, campaign: Campaign) -> list[Cause]:
    workers = see.workers(state, campaign)
    if not workers:
        return [Cause(code="no_agents")]
    busy = sum(keeps(state, her) != FREE for her in workers)
    return [Cause(code="nobody_free", count=busy)] if busy == len(workers) else []


def _of_leads(campaign: Campaign, now: int) -> list[Cause]:
    found = []
    if campaign.again_at is not None and campaign.again_at > now:
        found.append(Cause(code="not_due", until=campaign.again_at))
    found += [Cause(code=f"held:{reason}", count=leads) for reason, leads in sorted(campaign.held.items())]
    return found
