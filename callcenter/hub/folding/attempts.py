"""Folding: dials of campaigns. What happens to their calls moves the attempt, the trunk's breaker and what pacing has learned."""

from collections.abc import Iterator
from typing import Literal

from callcenter.hub.deadlines import Due
from callcenter.hub.dialing import trunks
from callcenter.hub.dialing.state import Attempt
from callcenter.hub.folding.register import folds
from callcenter.hub.state import Agent, Call, State
from callcenter.kernel import events as e
from callcenter.kernel.call_state import CALL, CallState
from callcenter.kernel.words import Answerer, LegRole
from dialer import attempt_state as moves
from dialer.outcome import end_of
from dialer.pacing.curves import RingCurves
from dialer.trunk_breaker import TrunkBreaker

S = moves.AttemptState


@folds(e.AttemptDialed)
def _(state: State, event: e.AttemptDialed, at: int) -> None:
    call = Call(
        id=event.call,
        carrier=event.carrier,
        inbound=False,
        state=CALL.next(CALL.start, e.AttemptDialed),
        began_at=at,
        party=event.number,
        contact=event.contact,
        campaign=event.campaign,
        dial=event.attempt,
        only=event.only,
    )
    state.calls[call.id] = call
    trunks.remember(state, event.carrier, at)
    state.attempts[event.attempt] = Attempt(
        event.attempt,
        event.campaign,
        event.lead,
        event.place,
        event.number,
        event.rule,
        carrier=event.carrier,
        call=event.call,
        contact=event.contact,
        p=event.p,
        agents=event.agents,
    )


@folds(e.LeadDialed)
def _(state: State, event: e.LeadDialed, at: int) -> None:
    call, attempt = state.calls[event.call], state.attempts[event.attempt]
    trunks.remember(state, call.carrier, at)
    call.campaign, call.dial = attempt.campaign, attempt.id
    attempt.call, attempt.reader, attempt.carrier = call.id, None, call.carrier
    attempt.p, attempt.agents = event.p, event.agents
    state.deadlines.clear(Due.PREVIEW, attempt.id)


@folds(e.AttemptAnswered)
def _(state: State, event: e.AttemptAnswered, at: int) -> None:
    if event.by is not None:
        state.deadlines.set(Due.ABANDON, event.call, event.by)


@folds(e.AnswerListened)
def _(state: State, event: e.AnswerListened, at: int) -> None:
    state.attempts[event.attempt].listened = True
    state.deadlines.set(Due.CALL, event.call, event.by)


@folds(e.AnswerHeard)
def _(state: State, event: e.AnswerHeard, at: int) -> None:
    state.attempts[event.attempt].heard = event.heard
    if event.by is not None:
        state.deadlines.set(Due.ABANDON, event.call, event.by)


@folds(e.BeepAwaited)
def _(state: State, event: e.BeepAwaited, at: int) -> None:
    for due in (Due.ABANDON, Due.ANNOUNCE):
        state.deadlines.clear(due, event.call)
    state.deadlines.set(Due.CALL, event.call, event.until)


@folds(e.PersonFound)
def _(state: State, event: e.PersonFound, at: int) -> None:
    pass


@folds(e.MessageBegan)
def _(state: State, event: e.MessageBegan, at: int) -> None:
    state.deadlines.clear(Due.ABANDON, event.call)
    state.deadlines.set(Due.CALL, event.call, event.until)


def follow(state: State, attempt: Attempt, call: Call, event: e.AnyEvent, at: int) -> None:
    """What an event of its call means for an attempt."""
    found = tuple(_moves(attempt, call, event, at))
    if not found and isinstance(event, e.CallOver) and attempt.record.state is S.CLAIMED:
        state.unsettled[attempt.id] = None  # her own device failed before anybody was dialed
    for move in found:
        attempt.record = attempt.record.after(move)
        state.unsettled[attempt.id] = None
        _learn(state, attempt, move)
        _trunk(state, attempt, call, move)
    _learn_who(state, attempt, call, event)


def _moves(attempt: Attempt, call: Call, event: e.AnyEvent, at: int) -> Iterator[moves.Move]:
    record = attempt.record
    match event:
        case e.LegDialed(role=LegRole.DIALED | LegRole.CUSTOMER) if record.state is S.CLAIMED:
            yield moves.Dialed(at=at)
        case e.LegRang(leg=leg) if leg == call.customer and record.state is S.DIALING:
            yield moves.Rang(at=at)
        case e.LegUp(leg=leg) if leg == call.customer and record.answered_at is None:
            yield moves.Answered(at=e.when(event, at))
        case e.AnswerHeard(late=False, heard=heard) if heard.answerer in (Answerer.MACHINE, Answerer.FAX):
            what: Literal["machine", "fax"] = "fax" if heard.answerer is Answerer.FAX else "machine"
            yield moves.MachineHeard(at=at, what=what, confidence=heard.confidence)
        case e.AnswerHeard(late=False):
            if record.state is S.MACHINE:
                yield moves.PersonHeard(at=at)
            if event.greeting_end_at is not None:
                yield moves.GreetingEnded(at=event.greeting_end_at)
        case e.PersonFound():
            yield moves.PersonHeard(at=at)
        case e.CallConnected() if record.agent_at is None:
            yield moves.Connected(at=at)
        case e.MessageBegan(machine=True):
            yield moves.VoicemailBegan(at=at)
        case e.MessageBegan():
            yield moves.MessageBegan(at=at) if event.abandoned else moves.Connected(at=at)
        case e.LegDown(leg=leg) if leg == call.customer:
            assert record.dialed_at is not None
            yield moves.Ended(at=e.when(event, at), end=end_of(event.cause, event.detail, by_us=event.by_us))
        case _:
            pass


def _learn(state: State, attempt: Attempt, move: moves.Move) -> None:
    """A dial that nobody answered."""
    record, estimates = attempt.record, state.campaigns[attempt.campaign].estimates
    if record.dialed_at is None or not isinstance(move, moves.Ended) or record.answered_at is not None:
        return
    after_ms = move.at - record.dialed_at
    if move.end.by_us and not move.end.rang_out:
        chance = RingCurves(estimates).at_last(after_ms / 1_000, attempt.p)
        estimates.dial_cancelled(chance=chance, p=attempt.p, agents=attempt.agents)
    else:
        estimates.dial_resolved(human=False, after_ms=after_ms, p=attempt.p, agents=attempt.agents)


def _learn_who(state: State, attempt: Attempt, call: Call, event: e.AnyEvent) -> None:
    """A dial that was answered: as soon as it is known whether by a person, once. A machine that is found out later has cost
    what a person costs."""
    record = attempt.record
    if attempt.learned or record.dialed_at is None or record.answered_at is None:
        return
    match event:
        case e.LegUp(leg=leg) if leg == call.customer:
            values = state.center.campaigns.get(attempt.campaign)
            if values is not None and values.listens and call.state is CallState.DIALING:
                return
            human = True
        case e.AnswerHeard():
            human = event.heard.answerer not in (Answerer.MACHINE, Answerer.FAX)
        case e.LegDown(leg=leg) if leg == call.customer:
            human = True
        case _:
            return
    attempt.learned = True
    after_ms = record.answered_at - record.dialed_at
    estimates = state.campaigns[attempt.campaign].estimates
    estimates.dial_resolved(human=human, after_ms=after_ms, p=attempt.p, agents=attempt.agents)


def _trunk(state: State, attempt: Attempt, call: Call, move: moves.Move) -> None:
    breaker = state.breakers.get(call.carrier)
    values = state.center.campaigns.get(attempt.campaign)
    if breaker is None:
        breaker = state.breakers[call.carrier] = TrunkBreaker()
    if values is not None:
        breaker.limits = values.limits
    breaker.tick(move.at)
    match move:
        case moves.Dialed():
            breaker.dialed(attempt.id, move.at)
        case moves.Rang() | moves.Answered():
            breaker.progressed(attempt.id)
        case moves.Ended():
            told = attempt.record.told()
            assert told is not None
            breaker.ended(attempt.id, told.sign, move.at)


def served(state: State, agent: Agent, at: int) -> None:
    """She is through with a call: what it took is a fact for the campaign that she works."""
    campaign = state.campaigns.get(agent.campaign) if agent.campaign is not None else None
    if campaign is not None and agent.talking_at:
        campaign.estimates.service_ended(talk_ms=agent.wrapping_at - agent.talking_at, wrap_up_ms=at - agent.wrapping_at)
