"""Folding: the center, its carriers, and agents at their desks."""

import msgspec

from callcenter.hub.deadlines import Due
from callcenter.hub.folding.attempts import served
from callcenter.hub.folding.campaigns import campaigns_of_center
from callcenter.hub.folding.register import act, folds, forget_when_done, idle, sync_free
from callcenter.hub.state import Agent, State
from callcenter.kernel import events as e
from callcenter.kernel.activity import Activity
from callcenter.kernel.presence import PRESENCE, Presence


def refused_numbers(state: State) -> frozenset[str]:
    return frozenset(state.personal[row] for row in state.center.blocked if row in state.personal)


@folds(e.CenterChanged)
def _(state: State, event: e.CenterChanged, at: int) -> None:
    state.center = event.center
    state.center_version = event.version
    state.blocked = refused_numbers(state)
    for values in event.center.agents.values():
        known = state.agents.get(values.id)
        if known is None:
            state.agents[values.id] = Agent(values=values)
        else:
            known.values = values
    for agent_id in [a for a in state.agents if a not in event.center.agents]:
        her = state.agents[agent_id]
        if her.presence is Presence.SIGNED_OUT and her.activity is Activity.IDLE:
            state.matcher.drop_agent(agent_id)
            del state.agents[agent_id]
        else:
            her.values = msgspec.structs.replace(her.values, active=False)
    campaigns_of_center(state)
    for her in state.agents.values():
        sync_free(state, her)


@folds(e.CarrierChanged)
def _(state: State, event: e.CarrierChanged, at: int) -> None:
    state.carriers[event.carrier] = event.up
    if event.up:
        state.down_since.pop(event.carrier, None)
    else:
        state.down_since[event.carrier] = at
    for her in state.agents.values():
        if her.carrier == event.carrier:
            sync_free(state, her)


@folds(e.SignalIgnored)
def _(state: State, event: e.SignalIgnored, at: int) -> None:
    state.ignored += 1


@folds(e.PersonErased)
def _(state: State, event: e.PersonErased, at: int) -> None:
    for row in event.rows:
        state.personal.pop(row, None)
    state.blocked = refused_numbers(state)


def _present(state: State, event: e.AgentEvent) -> Agent:
    her = state.agents[event.agent]
    her.presence = PRESENCE.next(her.presence, type(event))
    return her


@folds(e.AgentSignedIn)
def _(state: State, event: e.AgentSignedIn, at: int) -> None:
    her = _present(state, event)
    her.reason = None
    her.aside = None
    her.idle_since = at
    _seat(state, her, event)


@folds(e.AgentMoved)
def _(state: State, event: e.AgentMoved, at: int) -> None:
    state.leaving.discard(event.agent)
    _seat(state, state.agents[event.agent], event)


@folds(e.AgentLeaving)
def _(state: State, event: e.AgentLeaving, at: int) -> None:
    state.leaving.add(event.agent)


def _seat(state: State, her: Agent, event: e.AgentSignedIn | e.AgentMoved) -> None:
    if her.carrier is not None and her.device is not None:
        state.devices.pop((her.carrier, her.device), None)
    her.carrier, her.device, her.reachable = event.carrier, event.device, event.reachable
    state.devices[(event.carrier, event.device)] = her.id
    sync_free(state, her)


@folds(e.AgentSignedOut)
def _(state: State, event: e.AgentSignedOut, at: int) -> None:
    her = _present(state, event)
    if her.carrier is not None and her.device is not None:
        state.devices.pop((her.carrier, her.device), None)
    state.leaving.discard(her.id)
    her.carrier = her.device = her.reason = her.aside = her.campaign = None
    her.reachable = False
    state.deadlines.clear(Due.ASIDE, her.id)
    sync_free(state, her)


@folds(e.DeviceReachable)
def _(state: State, event: e.DeviceReachable, at: int) -> None:
    her = state.agents[event.agent]
    her.reachable = True
    sync_free(state, her)


@folds(e.DeviceUnreachable)
def _(state: State, event: e.DeviceUnreachable, at: int) -> None:
    her = state.agents[event.agent]
    her.reachable = False
    sync_free(state, her)


@folds(e.AgentAvailable)
def _(state: State, event: e.AgentAvailable, at: int) -> None:
    her = _present(state, event)
    her.reason = None
    if her.activity is Activity.IDLE:
        her.idle_since = at
    sync_free(state, her)


@folds(e.AgentNotReady)
def _(state: State, event: e.AgentNotReady, at: int) -> None:
    her = _present(state, event)
    her.reason = event.reason
    sync_free(state, her)


@folds(e.AgentSetAside)
def _(state: State, event: e.AgentSetAside, at: int) -> None:
    her = state.agents[event.agent]
    her.aside = event.why
    state.deadlines.set(Due.ASIDE, her.id, event.until)
    sync_free(state, her)


@folds(e.AgentBack)
def _(state: State, event: e.AgentBack, at: int) -> None:
    her = state.agents[event.agent]
    her.aside = None
    her.idle_since = at
    state.deadlines.clear(Due.ASIDE, her.id)
    sync_free(state, her)


@folds(e.WrapUpStarted)
def _(state: State, event: e.WrapUpStarted, at: int) -> None:
    her = act(state, event.agent, event)
    her.call = event.call
    her.wrapping_at = at
    call = state.calls.get(event.call)
    if call is not None:
        call.wrapping.add(her.id)
    state.deadlines.set(Due.WRAP_UP, her.id, event.hard_at)


@folds(e.WrapUpEnded)
def _(state: State, event: e.WrapUpEnded, at: int) -> None:
    her = act(state, event.agent, event)
    state.deadlines.clear(Due.WRAP_UP, her.id)
    served(state, her, at)
    idle(state, her, at)
    call = state.calls.get(event.call)
    if call is not None:
        call.wrapping.discard(her.id)
        forget_when_done(state, call)
