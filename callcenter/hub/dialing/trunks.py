"""What a carrier's lines have left for campaigns: calls at once, dials within a second, and whose turn it is when they are short.

Reads the state, decides nothing. People go first: callers and calls that agents place take a line whatever is left, and
`keep_free` is theirs alone.
"""

from callcenter.hub.dialing.state import Campaign
from callcenter.hub.state import State
from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.campaign_state import CampaignState
from callcenter.kernel.ids import CarrierName
from callcenter.kernel.leg_state import LegState
from callcenter.kernel.words import LegRole

SECOND_MS = 1_000
NO_LIMIT = 1_000_000
_OUTSIDE = frozenset({LegRole.CALLER, LegRole.CUSTOMER, LegRole.DIALED, LegRole.TARGET})


def carrier_of(state: State, values: CampaignValues) -> CarrierName | None:
    """The trunk that a campaign dials over; None while none is up."""
    if values.carrier is not None:
        return values.carrier if state.carrier_up(values.carrier) else None
    return next((name for name in sorted(state.carriers) if state.carriers[name]), None)


def free(state: State, carrier: CarrierName) -> int:
    """Lines that campaigns may still take, leads that were asked for and have not come counted as taken."""
    trunk = state.center.trunks.get(carrier)
    if trunk is None or not trunk.lines:
        return NO_LIMIT
    return max(0, trunk.lines - trunk.keep_free - taken(state, carrier) - _asked(state, carrier))


def taken(state: State, carrier: CarrierName) -> int:
    """Lines that calls have now."""
    return sum(leg.carrier == carrier and leg.role in _OUTSIDE and leg.state is not LegState.DOWN for leg in state.legs.values())


def allowed_now(state: State, carrier: CarrierName, now: int) -> int:
    """Dials that may still begin within this second."""
    trunk = state.center.trunks.get(carrier)
    if trunk is None or not trunk.dials_per_second:
        return NO_LIMIT
    return max(0, trunk.dials_per_second - len(_lately(state, carrier, now)) - _asked(state, carrier))


def again_at(state: State, carrier: CarrierName, now: int) -> int | None:
    """When a dial begins to be allowed that is not now; None when nothing but lines is missing."""
    if allowed_now(state, carrier, now):
        return None
    lately = _lately(state, carrier, now)
    return lately[0] + SECOND_MS if lately else None


def remember(state: State, carrier: CarrierName, at: int) -> None:
    """Folding: a campaign has dialed."""
    state.dialed[carrier] = [*_lately(state, carrier, at), at]


def part(state: State, campaign: Campaign, values: CampaignValues, now: int) -> int:
    """How many of the free lines a campaign takes at one time, by its share among those of its priority that dial over the trunk.
    What they leave is there for whoever looks next, so no line lies idle; a single line goes by `turn_of`."""
    carrier = carrier_of(state, values)
    if carrier is None or (left := free(state, carrier)) == NO_LIMIT:
        return NO_LIMIT
    equals = sum(
        other.share
        for id, other in state.center.campaigns.items()
        if other.priority == values.priority and _dials(state.campaigns.get(id), now) and carrier_of(state, other) == carrier
    )
    return max(1, int(left * values.share / max(equals, values.share)))


def _dials(campaign: Campaign | None, now: int) -> bool:
    if campaign is None or campaign.state is not CampaignState.RUNNING:
        return False
    return campaign.again_at is None or campaign.again_at <= now


def turn_of(state: State, campaign: Campaign, values: CampaignValues) -> tuple[int, float, str]:
    """Lower is served first: by priority; of equals whoever has least of the lines for its share."""
    mine = sum(one.campaign == campaign.id and one.call is not None for one in state.attempts.values())
    return -values.priority, mine / values.share, campaign.id


def _lately(state: State, carrier: CarrierName, now: int) -> list[int]:
    return [at for at in state.dialed.get(carrier, ()) if at > now - SECOND_MS]


def _asked(state: State, carrier: CarrierName) -> int:
    asked = 0
    for job in state.jobs.values():
        values = state.center.campaigns.get(job.campaign) if job.kind == "ClaimLeads" else None
        if values is not None and carrier_of(state, values) == carrier:
            asked += len(job.attempts)
    return asked

