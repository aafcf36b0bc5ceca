"""Whether a call may be promised for a time: what the gate says by all that the rows know now. It is asked again at that time."""

from callcenter.api.holds import HOLDS
from callcenter.api.route import Ask
from callcenter.hub.dialing import floor as see
from callcenter.kernel.dialing import Mode
from callcenter.kernel.errors import Refused
from callcenter.kernel.ids import AttemptId, CallId, CampaignId
from callcenter.store.callbacks import Callbacks, Hour
from callcenter.store.do_not_call import DoNotCall


async def hour(ask: Ask, of: AttemptId | int, campaign: CampaignId, at: int) -> Hour | None:
    """None: the campaign has no law here, and nothing is dialed anyhow."""
    state = ask.services.engine.state
    values, law = state.center.campaigns.get(campaign), state.law(campaign)
    if values is None or law is None:
        return None
    registries = {one.name: one.loaded_at for one in await DoNotCall(ask.services.database).registries()}
    facts = see.facts(state.center, values, registries, mode=Mode.PREVIEW)
    return await Callbacks(ask.services.database).hour(of, at, law, facts)


async def promised_hour(ask: Ask, call_id: CallId, at: int) -> None:
    """Raises Refused for a time at which the gate, by all that the rows know now, would not let the promise be kept."""
    call = ask.services.engine.state.calls.get(call_id)
    if call is None or ask.agent not in call.served or call.dial is None or call.campaign is None:
        return
    said = await hour(ask, call.dial, call.campaign, at)
    if said is not None and said.hold is not None:
        why = f"At that time nobody may be called there: {HOLDS[said.hold].en}. Choose another hour."
        raise Refused("time_forbidden", why)
