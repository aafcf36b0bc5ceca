"""Waiting: a call enters a queue, hears music and its position, is offered to the best agent, and is joined with her.

A call keeps its place through every offer that fails; only an agent's delay follows from how it failed.
"""

from callcenter.hub import languages
from callcenter.hub.state import Agent, Call, Offer
from callcenter.hub.turn import Turn
from callcenter.hub.waiting import campaign_skill, own_skill, place
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel.call_state import CallState
from callcenter.kernel.center import SystemPrompt
from callcenter.kernel.flow import SayNumber, SayPrompt, Spoken
from callcenter.kernel.ids import QueueId, SkillId
from callcenter.kernel.words import Cause, LegRole, NotReady, OfferEnd, Treatment


def enqueue(
    turn: Turn, call: Call, queue_id: QueueId | None, *, since: int | None = None, back: bool = False, own_skills: bool = True
) -> None:
    """Begins an entry in `queue_id`, or in the default queue when that is gone.

    `since` keeps an earlier place. `own_skills` False drops what the flow asked for, for good: it was meant for the queue that
    the flow chose, and nobody might have both that and the other queue's skill.
    """
    center = turn.state.center
    queue = center.queue(queue_id)
    if queue is None:
        queue, own_skills = center.queue(center.default_queue), False
    assert queue is not None, "a center without a default queue is not applied"
    skills: dict[SkillId, int] = dict(call.skills) if own_skills else {}
    if queue.skill is not None:
        skills[queue.skill] = max(queue.minimum_level, skills.get(queue.skill, 0))
    if queue.id not in center.queues:
        skills |= _of_campaign(turn, call)
    answered_just_now = call.state is CallState.DIALING
    turn.treat(call.customer, Treatment.SILENCE if answered_just_now else Treatment.MUSIC)
    turn.emit(
        e.CallQueued(
            call=call.id,
            queue=queue.id,
            since=turn.now if since is None else since,
            priority=queue.priority + call.priority,
            skills=skills,
            back=back,
            own_skills=own_skills,
        )
    )
    if queue.announce_every_ms > 0 and SystemPrompt.POSITION in center.prompts:
        turn.emit(e.AnnouncementsSet(call=call.id, next_at=turn.now + queue.announce_first_ms))


def _of_campaign(turn: Turn, call: Call) -> dict[SkillId, int]:
    """Only who works the campaign may have the call, and a lead that is somebody's only she."""
    assert call.campaign is not None, "only a campaign's dials wait in its queue"
    skills = {campaign_skill(call.campaign): 1}
    if call.only is not None:
        skills[own_skill(call.only)] = 1
    return skills


def rehouse(turn: Turn) -> None:
    """Callers whose queue the center no longer has go on waiting in the default one, at the place that they had."""
    for call in [call for call in turn.state.calls.values() if call.state is CallState.QUEUED and call.offer is None]:
        if turn.state.center.queue(call.queue) is None:
            enqueue(turn, call, None, since=call.since)


def announce(turn: Turn, call: Call) -> None:
    """Tells the caller her position, unless she is being connected; while an offer rings she keeps hearing music."""
    queue = turn.state.queue_of(call)
    if call.state is not CallState.QUEUED or queue is None:
        return
    offer = turn.state.offers.get(call.offer) if call.offer is not None else None
    if offer is not None and offer.accepted:
        return
    next_at = turn.now + queue.announce_every_ms if queue.announce_every_ms > 0 else None
    leg = turn.up(call.customer)
    position = place(turn.state, call)
    if leg is None or position is None:
        turn.emit(e.AnnouncementsSet(call=call.id, next_at=next_at))
        return
    turn.emit(e.PositionTold(call=call.id, position=position, next_at=next_at))
    say(turn, call, _position(turn, position))


def _position(turn: Turn, position: int) -> tuple[Spoken, ...]:
    if position == 1 and SystemPrompt.NEXT in turn.state.center.prompts:
        return (SayPrompt(SystemPrompt.NEXT),)
    return (SayPrompt(SystemPrompt.POSITION), SayNumber(min(position, 999)))


def say(turn: Turn, call: Call, prompts: tuple[Spoken, ...]) -> None:
    """A sentence over the music."""
    leg = turn.up(call.customer)
    if leg is None:
        return
    effect = turn.entropy.effect()
    turn.emit(e.PromptAsked(call=call.id, leg=leg.id, effect=effect, prompts=prompts, gather=False, then=Treatment.MUSIC))
    turn.ask(
        fx.PlayPrompts(
            effect=effect,
            carrier=leg.carrier,
            leg=leg.id,
            prompts=prompts,
            language=languages.spoken(turn.state.center, call),
            then=Treatment.MUSIC,
        )
    )


# -- offers -----------------------------------------------------------------------------------------------------------------


def match(turn: Turn) -> None:
    """Offers waiting calls to free agents until no pair is left."""
    while (assignment := turn.state.matcher.next(turn.now)) is not None:
        call = turn.state.calls[assignment.call]
        agent = turn.state.agents[assignment.agent]
        queue = turn.state.queue_of(call)
        if queue is None:
            # It went while an offer rang, and the offer came to nothing.
            enqueue(turn, call, None, since=call.since)
            continue
        offer(turn, call, agent, queue.ring_ms, assignment.reasons)


def offer(turn: Turn, call: Call, agent: Agent, ring_ms: int, reasons: tuple[str, ...]) -> None:
    waits = call.dial is not None and call.connected_at is None
    leg = turn.dial_device(call, agent, LegRole.TAKING if waits else LegRole.AGENT, ring_ms)
    turn.emit(
        e.OfferMade(
            call=call.id,
            offer=turn.entropy.offer(),
            agent=agent.id,
            leg=leg,
            expires_at=turn.now + ring_ms,
            reasons=reasons,
        )
    )


def offer_ends(turn: Turn, offer: Offer, end: OfferEnd) -> None:
    """An offer that still rang is over; the call keeps its place, the agent is set aside according to how it ended."""
    timing = turn.state.center.timing
    turn.emit(e.OfferOver(call=offer.call, offer=offer.id, agent=offer.agent, end=end))
    turn.drop(offer.leg)
    aside = {
        OfferEnd.RANG_OUT: (NotReady.MISSED_CALL, timing.missed_call_hold_ms),
        OfferEnd.REJECTED: (NotReady.REJECTED, timing.reject_delay_ms),
        OfferEnd.DEVICE_ERROR: (NotReady.DEVICE_ERROR, timing.device_error_delay_ms),
    }.get(end)
    if aside is not None:
        turn.emit(e.AgentSetAside(agent=offer.agent, why=aside[0], until=turn.now + aside[1]))


def end_of_ringing(cause: Cause) -> OfferEnd:
    """What a device that ended its ringing by itself means for the offer."""
    match cause:
        case Cause.REJECTED | Cause.BUSY | Cause.NORMAL:
            return OfferEnd.REJECTED
        case Cause.NO_ANSWER:
            return OfferEnd.RANG_OUT
        case _:
            return OfferEnd.DEVICE_ERROR


def accepted(turn: Turn, offer: Offer) -> None:
    """The agent answered: both are put into one bridge."""
    call = turn.state.calls[offer.call]
    turn.emit(
        e.OfferAccepted(
            call=call.id, offer=offer.id, agent=offer.agent, connect_by=turn.now + turn.state.center.timing.connect_ms
        )
    )
    bridge = turn.entropy.bridge()
    turn.join(offer.leg, bridge)
    turn.join(call.customer, bridge)


def connect_failed(turn: Turn, call: Call, why: str, *, her_doing: bool) -> None:
    """Answered but not joined: the caller hears music again and is offered to the next agent at once."""
    assert call.agent is not None
    agent, leg, bridge = call.agent, call.agent_leg, call.bridge
    turn.treat(call.customer, Treatment.MUSIC)
    turn.emit(e.ConnectFailed(call=call.id, agent=agent, why=why))
    turn.drop(leg)
    turn.close_bridge(call, bridge)
    timing = turn.state.center.timing
    reason, delay = (
        (NotReady.REJECTED, timing.reject_delay_ms) if her_doing else (NotReady.DEVICE_ERROR, timing.device_error_delay_ms)
    )
    turn.emit(e.AgentSetAside(agent=agent, why=reason, until=turn.now + delay))
