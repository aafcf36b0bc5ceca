"""Folding: legs and bridges."""

from callcenter.hub.deadlines import Due
from callcenter.hub.folding.register import folds
from callcenter.hub.state import Leg, Pending, State
from callcenter.kernel import events as e
from callcenter.kernel.call_state import CallState
from callcenter.kernel.leg_state import LEG
from callcenter.kernel.words import LegRole

PAST_LEGS = 1_000
"""Callers' legs that are down and still known: more than end between two tellings of one carrier."""

_joining = frozenset({CallState.QUEUED, CallState.PLACING, CallState.TRANSFERRING, CallState.INTERRUPTED})
"""States in which legs that were asked to join must be together soon."""


def _move_leg(state: State, event: e.LegRang | e.LegUp | e.LegDropped | e.LegDown) -> Leg:
    leg = state.legs[event.leg]
    leg.state = LEG.next(leg.state, type(event))
    return leg


@folds(e.LegDialed)
def _(state: State, event: e.LegDialed, at: int) -> None:
    leg = Leg(
        id=event.leg,
        call=event.call,
        carrier=event.carrier,
        role=event.role,
        state=LEG.start,
        agent=event.agent,
        device=event.device,
        number=event.number,
        effect=event.effect,
        ring_ms=event.ring_ms,
    )
    state.legs[leg.id] = leg
    call = state.calls[event.call]
    call.legs.append(leg.id)
    if leg.role in (LegRole.CUSTOMER, LegRole.DIALED):
        call.customer = leg.id
    elif leg.role is LegRole.TARGET:
        call.target = leg.id
    elif leg.role in (LegRole.PLACING, LegRole.RECONNECT):
        call.agent_leg = leg.id
    state.pending[event.effect] = Pending(event.effect, "OriginateLeg", call.id, leg.carrier, leg=leg.id, since=at)
    state.deadlines.set(Due.LEG, leg.id, event.give_up_at)


@folds(e.LegRang)
def _(state: State, event: e.LegRang, at: int) -> None:
    leg = _move_leg(state, event)
    if event.give_up_at is not None:
        state.deadlines.set(Due.LEG, leg.id, event.give_up_at)


@folds(e.LegUp)
def _(state: State, event: e.LegUp, at: int) -> None:
    leg = _move_leg(state, event)
    state.deadlines.clear(Due.LEG, leg.id)
    state.deadlines.clear(Due.ANSWER, leg.call)
    if leg.effect is not None:
        state.pending.pop(leg.effect, None)
        leg.effect = None


@folds(e.LegDropped)
def _(state: State, event: e.LegDropped, at: int) -> None:
    leg = _move_leg(state, event)
    state.deadlines.set(Due.LEG, leg.id, event.by)
    _drop_pending(state, leg)


@folds(e.LegDoubted)
def _(state: State, event: e.LegDoubted, at: int) -> None:
    state.deadlines.set(Due.LEG, event.leg, event.by)


def _drop_pending(state: State, leg: Leg) -> None:
    call = state.calls[leg.call]
    for effect in (leg.effect, leg.joining, call.prompting.effect if call.prompting and call.prompting.leg == leg.id else None):
        if effect is not None:
            state.pending.pop(effect, None)
    leg.effect = leg.joining = None
    if call.prompting is not None and call.prompting.leg == leg.id:
        call.prompting = None


@folds(e.LegDown)
def _(state: State, event: e.LegDown, at: int) -> None:
    leg = _move_leg(state, event)
    state.deadlines.clear(Due.LEG, leg.id)
    _drop_pending(state, leg)
    call = state.calls[leg.call]
    call.legs.remove(leg.id)
    if call.agent_leg == leg.id:
        call.agent_leg = None
    if call.target == leg.id:
        call.target = None
    del state.legs[leg.id]
    if leg.role is LegRole.CALLER:
        state.past_legs[leg.id] = None
        if len(state.past_legs) > PAST_LEGS:
            del state.past_legs[next(iter(state.past_legs))]


@folds(e.LegJoining)
def _(state: State, event: e.LegJoining, at: int) -> None:
    leg = state.legs[event.leg]
    call = state.calls[event.call]
    if leg.joining is not None:
        state.pending.pop(leg.joining, None)
    leg.joining, leg.destination = event.effect, event.bridge
    call.bridge = event.bridge
    state.bridges[event.bridge] = call.id
    if call.state in _joining and state.deadlines.get(Due.CONNECT, call.id) is None:
        state.deadlines.set(Due.CONNECT, call.id, at + state.center.timing.connect_ms)
    if call.prompting is not None and call.prompting.leg == leg.id:
        state.pending.pop(call.prompting.effect, None)
        call.prompting = None
    state.pending[event.effect] = Pending(event.effect, "JoinBridge", call.id, leg.carrier, leg=leg.id, since=at)


@folds(e.LegInBridge)
def _(state: State, event: e.LegInBridge, at: int) -> None:
    leg = state.legs[event.leg]
    leg.bridge = event.bridge
    if leg.alive:  # a leg that was asked to end may have joined late; its limit stands
        state.deadlines.clear(Due.LEG, leg.id)
    if leg.joining is not None:
        state.pending.pop(leg.joining, None)
        leg.joining = None


@folds(e.LegOutOfBridge)
def _(state: State, event: e.LegOutOfBridge, at: int) -> None:
    state.legs[event.leg].bridge = None


@folds(e.BridgeOver)
def _(state: State, event: e.BridgeOver, at: int) -> None:
    call = state.calls[event.call]
    state.bridges.pop(event.bridge, None)
    if call.bridge == event.bridge:
        call.bridge = None
    for leg_id in call.legs:
        leg = state.legs[leg_id]
        if leg.bridge == event.bridge:
            leg.bridge = None
