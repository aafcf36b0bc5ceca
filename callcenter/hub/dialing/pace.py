"""How many leads a campaign asks for now, and which dials it ends: pacing's answer to the floor as it stands.

A function of the state and the time. What is kept between two decisions are curves that follow from the state alone.
"""

from callcenter.hub.dialing import floor as see
from callcenter.hub.dialing.state import Campaign
from callcenter.hub.state import State
from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.dialing import Mode
from callcenter.kernel.ids import CampaignId
from dialer.pacing.floor import Decision
from dialer.pacing.pacer import Pacer

MOST_ASKED = 50
"""Leads asked for at once; the next look asks for more."""


class Pacers:
    """One for each campaign, made anew when its estimates are other ones."""

    def __init__(self) -> None:
        self._pacers: dict[CampaignId, Pacer] = {}

    def of(self, campaign: Campaign) -> Pacer:
        pacer = self._pacers.get(campaign.id)
        if pacer is None or pacer.estimates is not campaign.estimates:
            pacer = self._pacers[campaign.id] = Pacer(campaign.estimates)
        return pacer


def decide(state: State, pacers: Pacers, campaign: Campaign, values: CampaignValues, now: int) -> Decision:
    """What pacing says. In preview, a lead for each agent who is free and reads none: see `previews`."""
    floor = see.floor(state, campaign, values, now)
    mode = Mode.PROGRESSIVE if values.mode is Mode.PREVIEW else values.mode
    return pacers.of(campaign).decide(floor, see.window(state, campaign, now), mode=mode)
