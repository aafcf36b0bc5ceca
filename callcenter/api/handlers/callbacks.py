"""Calls that were promised: whose they are and when, moved, cancelled, taken. The rows say whose; the hub dials.

An agent has her own, and those that are anyone's of campaigns that she may work; a campaign manager has all.
"""

from typing import cast

from callcenter.api.errors import ApiError
from callcenter.api.handlers.campaigns import hub_id
from callcenter.api.holds import HOLDS
from callcenter.api.numbers import phone_number
from callcenter.api.promises import hour
from callcenter.api.route import Ask
from callcenter.api.schemas import callbacks as m
from callcenter.api.schemas.common import DoneBody, Words
from callcenter.api.views import words
from callcenter.hub.dialing import floor as see
from callcenter.kernel import commands as c
from callcenter.kernel.errors import Refused
from callcenter.kernel.ids import AgentId, CallId, CampaignId, LeadId
from callcenter.store.callbacks import Callbacks, Hour, Promise


async def list_mine(ask: Ask) -> m.CallbackListBody:
    found = await _rows(ask).of_agent(ask.agent, [int(id) for id in _campaigns(ask)], ask.now)
    return m.CallbackListBody(items=[_body(ask, one) for one in found], now=ask.now)


async def list_of_campaign(ask: Ask) -> m.CallbackListBody:
    campaign = await ask.services.campaigns.campaign(ask.whole("campaign"))
    return m.CallbackListBody(items=[_body(ask, one) for one in await _rows(ask).of_campaign(campaign.id)], now=ask.now)


async def take(ask: Ask) -> DoneBody:
    """The gate is asked by the claim; what it forbids is said here, where somebody hears it."""
    one = await _there(ask)
    if one.state != "open":
        raise Refused("callback_over", "This callback was kept, cancelled or has expired.")
    if not _takes(ask, one):
        raise Refused("callback_not_yours", "A colleague has promised to call. Take it when its time with her is over.")
    if ask.now < one.remind_at:
        raise Refused("callback_early", "It is too early for this callback. Move it, or wait for the reminder.")
    said = await hour(ask, one.id, hub_id(one.campaign), ask.now)
    if said is not None and said.hold is not None:
        raise Refused("time_forbidden", f"Nobody may be called there now: {HOLDS[said.hold].en}. Move the callback.")
    done = await ask.services.engine.ask(
        c.TakeCallback(agent=ask.agent, campaign=hub_id(one.campaign), lead=LeadId(one.lead))
    )
    return DoneBody(call=done.call)


async def change(ask: Ask) -> m.CallbackBody:
    given, one = ask.read(m.CallbackPatch), await _there(ask)
    agent = None if given.agent is None else AgentId(given.agent)
    if agent is not None and agent not in ask.services.engine.state.center.agents:
        raise Refused("no_agent", "there is no such agent: choose one of the list")
    if ask.who.user.role == "agent" and agent not in (None, ask.agent, one.agent):
        raise ApiError("forbidden", "you may promise for yourself or for anyone", field="agent")
    if given.at != one.at:
        said = await hour(ask, one.id, hub_id(one.campaign), given.at)
        if said is not None and said.hold is not None:
            why = f"At that time nobody may be called there: {HOLDS[said.hold].en}. Choose another hour."
            raise Refused("time_forbidden", why)
    return _body(ask, await _rows(ask).change(one.id, given.seen, given.at, agent, ask.now))


async def cancel(ask: Ask) -> m.CallbackBody:
    one = await _there(ask)
    return _body(ask, await _rows(ask).cancel(one.id, ask.read(m.CallbackSeen).seen, ask.now))


async def restore(ask: Ask) -> m.CallbackBody:
    one = await _there(ask)
    return _body(ask, await _rows(ask).restore(one.id, ask.read(m.CallbackSeen).seen, ask.now))


async def hour_of_callback(ask: Ask) -> m.HourBody:
    one = await _there(ask)
    return _hour_body(await hour(ask, one.id, hub_id(one.campaign), ask.read(m.HourRequest).at))


async def hour_of_call(ask: Ask) -> m.HourBody:
    """For the agent who talks with her, or wraps up."""
    call = ask.services.engine.state.calls.get(CallId(ask.word("call")))
    if call is None or ask.agent not in call.served or call.dial is None or call.campaign is None:
        raise ApiError("not_found")
    return _hour_body(await hour(ask, call.dial, call.campaign, ask.read(m.HourRequest).at))


# -- whose, and what may be ---------------------------------------------------------------------------------------------------


def _rows(ask: Ask) -> Callbacks:
    return Callbacks(ask.services.database)


def _campaigns(ask: Ask) -> list[CampaignId]:
    """Those that she may work."""
    state = ask.services.engine.state
    her = state.agents.get(ask.agent)
    return [] if her is None else [id for id, values in state.center.campaigns.items() if see.may_work(values, her)]


async def _there(ask: Ask) -> Promise:
    """The callback, if it is there for the one who asks."""
    one = await _rows(ask).one(ask.whole("callback"))
    if ask.who.user.role == "agent":
        anyones = _anyones(one, ask.now) and hub_id(one.campaign) in _campaigns(ask)
        if one.agent != ask.agent and one.promised_by != ask.agent and not anyones:
            raise ApiError("not_found")
    return one


def _anyones(one: Promise, now: int) -> bool:
    return one.anyone_at is None or now >= one.anyone_at


def _takes(ask: Ask, one: Promise) -> bool:
    agent = ask.who.user.agent
    return agent is not None and (one.agent == agent or (_anyones(one, ask.now) and hub_id(one.campaign) in _campaigns(ask)))


def _hour_body(said: Hour | None) -> m.HourBody:
    hold = None if said is None else said.hold
    return m.HourBody(
        allowed=hold is None,
        reason=None if hold is None else HOLDS[hold],
        until=None if said is None else said.until,
    )


def _body(ask: Ask, one: Promise) -> m.CallbackBody:
    values = ask.services.engine.state.center.campaigns.get(hub_id(one.campaign))
    owner = None if one.agent is None else ask.services.engine.state.center.agents.get(one.agent)
    mine = one.agent is not None and one.agent == ask.who.user.agent
    return m.CallbackBody(
        id=one.id,
        campaign=one.campaign,
        label=Words(en=str(one.campaign), zh=str(one.campaign)) if values is None else words(values.label),
        lead=one.lead,
        at=one.at,
        remind_at=one.remind_at,
        anyone_at=one.anyone_at,
        agent=one.agent,
        agent_name=None if owner is None else ask.services.engine.personal(owner.name),
        mine=mine,
        may_take=_takes(ask, one),
        promised_by=one.promised_by,
        note=one.note,
        state=cast("m.State", one.state),
        name=one.name,
        company=one.company,
        number=phone_number(one.e164, ask.services.region),
        zone=one.zone,
        dialing=one.dialing,
        changed_at=one.changed_at,
    )
