"""Folding: calls that arrive, what the flow learns of them, queue entries and offers."""

from callcenter.hub.deadlines import Due
from callcenter.hub.folding.register import act, folds, forget_joins, idle, sync_free
from callcenter.hub.state import Call, Leg, Offer, Pending, Prompting, State
from callcenter.kernel import events as e
from callcenter.kernel.call_state import CALL
from callcenter.kernel.leg_state import LegState
from callcenter.kernel.words import LegRole


@folds(e.CallArrived)
def _(state: State, event: e.CallArrived, at: int) -> None:
    call = Call(
        id=event.call,
        carrier=event.carrier,
        inbound=True,
        state=CALL.next(CALL.start, e.CallArrived),
        began_at=at,
        party=event.caller,
        customer=event.leg,
        number=event.number,
        legs=[event.leg],
    )
    state.calls[call.id] = call
    state.legs[event.leg] = Leg(
        id=event.leg, call=call.id, carrier=event.carrier, role=LegRole.CALLER, state=LegState.RINGING, number=event.caller
    )
    state.deadlines.set(Due.ANSWER, call.id, event.answer_by)


@folds(e.CallBlocked)
def _(state: State, event: e.CallBlocked, at: int) -> None:
    pass


@folds(e.IvrStarted)
def _(state: State, event: e.IvrStarted, at: int) -> None:
    state.calls[event.call].flow = event.flow
    state.deadlines.set(Due.IVR_TOTAL, event.call, event.until)


@folds(e.IvrVisited)
def _(state: State, event: e.IvrVisited, at: int) -> None:
    pass


@folds(e.IvrWaits)
def _(state: State, event: e.IvrWaits, at: int) -> None:
    call = state.calls[event.call]
    call.node, call.attempt = event.node, event.attempt
    call.awaits_look_up, call.leave = event.look_up, event.leave
    state.deadlines.set(Due.IVR_STEP, call.id, event.deadline)


@folds(e.PromptAsked)
def _(state: State, event: e.PromptAsked, at: int) -> None:
    call = state.calls[event.call]
    if call.prompting is not None:
        state.pending.pop(call.prompting.effect, None)
    call.prompting = Prompting(event.effect, event.leg, event.prompts, event.gather)
    kind = "Gather" if event.gather else "PlayPrompts"
    state.pending[event.effect] = Pending(event.effect, kind, call.id, call.carrier, leg=event.leg, since=at)


def _prompt_over(state: State, event: e.PromptOver | e.DigitsEntered) -> Call:
    call = state.calls[event.call]
    state.pending.pop(event.effect, None)
    if call.prompting is not None and call.prompting.effect == event.effect:
        call.prompting = None
    return call


@folds(e.PromptOver)
def _(state: State, event: e.PromptOver, at: int) -> None:
    call = _prompt_over(state, event)
    call.unspoken = call.unspoken + 1 if event.failure is not None else 0


@folds(e.DigitsEntered)
def _(state: State, event: e.DigitsEntered, at: int) -> None:
    call = _prompt_over(state, event)
    call.unspoken = 0
    if event.into is not None and event.digits is not None:
        call.variables[event.into] = event.digits


@folds(e.LanguageChosen)
def _(state: State, event: e.LanguageChosen, at: int) -> None:
    state.calls[event.call].language = event.language


@folds(e.ContactsAsked)
def _(state: State, event: e.ContactsAsked, at: int) -> None:
    call = state.calls[event.call]
    if call.look_up_effect is not None:
        state.pending.pop(call.look_up_effect, None)  # an answer to the question before must not pass for this one's
    call.look_up, call.look_up_effect = "pending", event.effect
    state.pending[event.effect] = Pending(event.effect, "LookUpContacts", call.id, None, number=event.number, since=at)


@folds(e.ContactsMatched)
def _(state: State, event: e.ContactsMatched, at: int) -> None:
    call = state.calls[event.call]
    state.pending.pop(event.effect, None)
    call.matches = event.matches
    call.look_up = "found" if event.matches else "not_found"


@folds(e.ContactsUnknown)
def _(state: State, event: e.ContactsUnknown, at: int) -> None:
    state.pending.pop(event.effect, None)
    state.calls[event.call].look_up = "failed"


@folds(e.ContactChosen)
def _(state: State, event: e.ContactChosen, at: int) -> None:
    state.calls[event.call].contact = event.contact


@folds(e.RequirementsSet)
def _(state: State, event: e.RequirementsSet, at: int) -> None:
    call = state.calls[event.call]
    call.skills = {**call.skills, **event.skills}
    if event.priority is not None:
        call.priority = event.priority


@folds(e.CallQueued)
def _(state: State, event: e.CallQueued, at: int) -> None:
    call = state.calls[event.call]
    call.queue, call.since = event.queue, event.since
    call.queue_priority, call.queue_skills = event.priority, event.skills
    if not event.own_skills:
        call.skills = {}
    call.node = None
    call.leave = None
    call.awaits_look_up = False
    if call.prompting is not None:
        state.pending.pop(call.prompting.effect, None)
        call.prompting = None
    call.agent = call.agent_leg = call.bridge = None
    call.target = None
    forget_joins(state, call)
    for due in (Due.IVR_STEP, Due.IVR_TOTAL, Due.CONNECT, Due.CALL, Due.LONGEST):
        state.deadlines.clear(due, call.id)


@folds(e.PositionTold)
def _(state: State, event: e.PositionTold, at: int) -> None:
    _announce(state, event)


@folds(e.AnnouncementsSet)
def _(state: State, event: e.AnnouncementsSet, at: int) -> None:
    _announce(state, event)


def _announce(state: State, event: e.PositionTold | e.AnnouncementsSet) -> None:
    if event.next_at is None:
        state.deadlines.clear(Due.ANNOUNCE, event.call)
    else:
        state.deadlines.set(Due.ANNOUNCE, event.call, event.next_at)


@folds(e.OfferMade)
def _(state: State, event: e.OfferMade, at: int) -> None:
    her = act(state, event.agent, event)
    her.call, her.offer = event.call, event.offer
    sync_free(state, her)
    state.calls[event.call].offer = event.offer
    state.offers[event.offer] = Offer(event.offer, event.call, event.agent, event.leg)
    state.deadlines.set(Due.OFFER, event.offer, event.expires_at)


@folds(e.OfferOver)
def _(state: State, event: e.OfferOver, at: int) -> None:
    her = act(state, event.agent, event)
    del state.offers[event.offer]
    state.deadlines.clear(Due.OFFER, event.offer)
    state.calls[event.call].offer = None
    idle(state, her, at)


@folds(e.OfferAccepted)
def _(state: State, event: e.OfferAccepted, at: int) -> None:
    act(state, event.agent, event)
    offer = state.offers[event.offer]
    offer.accepted = True
    call = state.calls[event.call]
    call.agent, call.agent_leg = event.agent, offer.leg
    state.deadlines.clear(Due.OFFER, event.offer)
    state.deadlines.clear(Due.ANNOUNCE, event.call)
    state.deadlines.set(Due.CONNECT, event.call, event.connect_by)


@folds(e.ConnectFailed)
def _(state: State, event: e.ConnectFailed, at: int) -> None:
    her = act(state, event.agent, event)
    call = state.calls[event.call]
    if call.offer is not None:
        state.offers.pop(call.offer, None)
    call.offer = call.agent = call.agent_leg = None
    forget_joins(state, call)
    state.deadlines.clear(Due.CONNECT, call.id)
    if call.dial is not None and call.connected_at is None:
        state.deadlines.set(Due.ABANDON, call.id, at)  # its time may have passed while the two were being joined
    idle(state, her, at)


@folds(e.CallConnected)
def _(state: State, event: e.CallConnected, at: int) -> None:
    her = act(state, event.agent, event)
    her.call, her.offer, her.talking_at = event.call, None, at
    call = state.calls[event.call]
    if call.offer is not None:
        state.offers.pop(call.offer, None)
        call.offer = None
    call.agent, call.agent_leg, call.bridge = event.agent, event.leg, event.bridge
    call.served.add(event.agent)
    if call.connected_at is None:
        call.connected_at = at
    for due in (Due.CONNECT, Due.CALL, Due.ANNOUNCE, Due.ABANDON):
        state.deadlines.clear(due, call.id)
    state.deadlines.set(Due.LONGEST, call.id, event.until)
