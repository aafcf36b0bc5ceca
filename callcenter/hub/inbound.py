"""Calls that come in: arrival, the look-up of who calls, the flow of the number that was called, up to the queue or the end."""

from callcenter.hub import languages, numbers, queueing
from callcenter.hub.endings import finish
from callcenter.hub.state import Call, Pending
from callcenter.hub.turn import Turn
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.call_state import CallState
from callcenter.kernel.center import SystemPrompt
from callcenter.kernel.flow import Flow, SayPrompt, Spoken
from callcenter.kernel.words import CallEnd, Cause, Fault, Match, Party, Treatment
from ivr import interpreter as ivr

MOST_UNSPOKEN = 5
"""Prompts in a row that could not be played, after which a person takes over: a circle of them would never stand still."""
_SURELY_OVER_MS = 1_000
"""How much longer than its own limits a gather may take before we stop waiting for the carrier's answer."""


def offered(turn: Turn, signal: s.LegOffered) -> None:
    state = turn.state
    center = state.center
    call_id = turn.entropy.call()
    caller = numbers.normal(signal.caller, center.outside.region)
    number = center.number_dialed(signal.dialed)
    turn.emit(
        e.CallArrived(
            call=call_id,
            carrier=signal.carrier,
            leg=signal.leg,
            caller=turn.row("number", caller) if caller else None,
            dialed=turn.row("number", signal.dialed),
            number=number.id if number else None,
            answer_by=turn.now + center.timing.ivr_step_ms,
            happened_at=turn.happened_at,
        )
    )
    call = state.calls[call_id]
    if caller and caller in state.blocked:
        turn.emit(e.CallBlocked(call=call_id))
        turn.emit(
            e.CallOver(
                call=call_id, end=CallEnd.BLOCKED, by=Party.SYSTEM, cause=Cause.REJECTED, happened_at=turn.happened_at
            )
        )  # fmt: skip
        turn.drop(signal.leg, Cause.REJECTED)
        return
    if number is not None:
        turn.emit(e.RequirementsSet(call=call_id, skills=number.skills, priority=number.priority))
    if caller:
        look_up(turn, call, caller)
    turn.ask(fx.AnswerLeg(effect=turn.entropy.effect(), carrier=signal.carrier, leg=signal.leg))


def look_up(turn: Turn, call: Call, number: str, *, secret: bool = False) -> None:
    """Asks who has this number. A secret one is kept in no row: its id reads as erased, also for a repetition after a restart."""
    effect = turn.entropy.effect()
    if secret:
        row = turn.entropy.personal()
    elif call.party is not None and turn.state.value(call.party) == number:
        row = call.party
    else:
        row = turn.row("number", number)
    turn.emit(e.ContactsAsked(call=call.id, effect=effect, number=row))
    turn.ask(fx.LookUpContacts(effect=effect, call=call.id, number=number))


def answered(turn: Turn, call: Call) -> None:
    """Our side is up: the flow begins."""
    center = turn.state.center
    if center.default_queue is None:
        finish(turn, call, CallEnd.FAILED, Party.SYSTEM, cause=Cause.FAILED)  # nobody has made a center yet
        return
    number = center.numbers.get(call.number) if call.number else None
    flow = center.flows.get(number.flow) if number else None
    turn.emit(e.IvrStarted(call=call.id, flow=flow.id if flow else None, until=turn.now + center.timing.ivr_total_ms))
    if flow is None:
        queueing.enqueue(turn, call, center.default_queue)
    else:
        advance(turn, call, ivr.Began())


# -- the flow ---------------------------------------------------------------------------------------------------------------


def advance(turn: Turn, call: Call, outcome: ivr.Outcome, digits: str = "") -> None:
    """Walks the flow on from where the caller stands. A flow that cannot go on sends her to the default queue."""
    flow = turn.state.center.flows.get(call.flow) if call.flow else None
    if flow is None:
        _rescue(turn, call)
        return
    try:
        step = ivr.advance(flow, call.node, call.attempt, outcome, _context(turn, call))
    except ivr.FlowFault:
        _rescue(turn, call)
        return
    _take(turn, call, flow, step, digits)


def _context(turn: Turn, call: Call) -> ivr.IvrContext:
    center = turn.state.center
    return ivr.IvrContext(
        caller_language=languages.of_contact(center, call),
        number_language=languages.of_number(center, call),
        default_language=center.default_language,
        language=call.language,
        now=turn.now,
        zone=center.tz(),
        hours=center.hours,
        look_up=call.look_up,
    )


def _take(turn: Turn, call: Call, flow: Flow, step: ivr.Step, digits: str) -> None:
    for visit in step.visits:
        turn.emit(e.IvrVisited(call=call.id, node=visit.node, outcome=visit.outcome))
    if step.language is not None:
        turn.emit(e.LanguageChosen(call=call.id, language=step.language[0], why=step.language[1]))
    if step.skills or step.priority is not None:
        turn.emit(e.RequirementsSet(call=call.id, skills=step.skills, priority=step.priority))
    step_ms = turn.state.center.timing.ivr_step_ms
    match step.request:
        case ivr.Enqueue(queue):
            queueing.enqueue(turn, call, queue)
        case ivr.Speak(prompts):
            _wait(turn, call, step, step_ms)
            _prompt(turn, call, prompts)
        case ivr.Leave(prompts, end):
            if prompts:
                _wait(turn, call, step, step_ms, leave=CallEnd(end))
                _prompt(turn, call, prompts)
            else:
                finish(turn, call, CallEnd(end), Party.SYSTEM)
        case ivr.Ask() as ask:
            limit = step_ms + ask.timeout_ms + ask.maximum * ask.between_ms + _SURELY_OVER_MS
            _wait(turn, call, step, limit)
            _prompt(turn, call, ask.prompts, ask)
        case ivr.AwaitLookUp(by, wait_ms):
            _wait(turn, call, step, wait_ms, look_up=True)
            if by != "caller":
                entered = digits if step.into == by else turn.state.value(call.variables.get(by))
                look_up(turn, call, entered, secret=step.secret and step.into == by)


def _wait(turn: Turn, call: Call, step: ivr.Step, limit_ms: int, *, look_up: bool = False, leave: CallEnd | None = None) -> None:
    turn.emit(
        e.IvrWaits(call=call.id, node=step.node, attempt=step.attempt, deadline=turn.now + limit_ms, look_up=look_up, leave=leave)
    )


def _prompt(turn: Turn, call: Call, prompts: tuple[Spoken, ...], ask: ivr.Ask | None = None) -> None:
    assert call.customer is not None
    effect = turn.entropy.effect()
    language = languages.spoken(turn.state.center, call)
    turn.emit(e.PromptAsked(call=call.id, leg=call.customer, effect=effect, prompts=prompts, gather=ask is not None))
    if ask is None:
        turn.ask(fx.PlayPrompts(effect=effect, carrier=call.carrier, leg=call.customer, prompts=prompts, language=language))
    else:
        turn.ask(
            fx.Gather(
                effect=effect,
                carrier=call.carrier,
                leg=call.customer,
                prompts=prompts,
                language=language,
                maximum=ask.maximum,
                terminator=ask.terminator,
                timeout_ms=ask.timeout_ms,
                between_ms=ask.between_ms,
            )
        )


def _rescue(turn: Turn, call: Call) -> None:
    """The flow is broken or took too long: a person takes over."""
    queueing.enqueue(turn, call, turn.state.center.default_queue)
    if SystemPrompt.TROUBLE in turn.state.center.prompts:
        queueing.say(turn, call, (SayPrompt(SystemPrompt.TROUBLE),))


# -- answers ----------------------------------------------------------------------------------------------------------------


def playback_over(turn: Turn, call: Call, signal: s.PlaybackEnded) -> None:
    turn.emit(e.PromptOver(call=call.id, leg=signal.leg, effect=signal.effect))
    _after_prompt(turn, call, None)


def _after_prompt(turn: Turn, call: Call, failure: str | None) -> None:
    if call.state is not CallState.IVR:
        return
    if call.leave is not None:
        finish(turn, call, call.leave, Party.SYSTEM)
    else:
        advance(turn, call, ivr.Spoke(failure))


def prompt_failed(turn: Turn, call: Call, pending: Pending, fault: Fault) -> None:
    """A prompt or gather came to nothing. Lost in a gap it is asked again; a missing prompt lets the flow go on without it."""
    assert pending.leg is not None
    if fault is Fault.UNAVAILABLE and not turn.state.carrier_up(pending.carrier):
        return  # it stays pending, and the resync asks again: until then it would only fail again
    turn.emit(e.PromptOver(call=call.id, leg=pending.leg, effect=pending.effect, failure=fault.value))
    if fault is Fault.GONE:
        return
    if call.state is CallState.IVR:
        if call.unspoken >= MOST_UNSPOKEN and call.leave is None:
            _rescue(turn, call)
        elif fault in (Fault.LOST, Fault.UNAVAILABLE) and call.leave is None:
            advance(turn, call, ivr.Began())
        else:
            _after_prompt(turn, call, fault.value)
    elif call.state is CallState.QUEUED and call.offer is None:
        turn.treat(call.customer, Treatment.MUSIC)


def digits_gathered(turn: Turn, call: Call, signal: s.DigitsGathered) -> None:
    """Keys of a menu are told by the way that they led; keys of a gather node become a personal row, secret ones no row."""
    gathering = turn.state.center.flows.get(call.flow) if call.flow else None
    node = gathering.nodes.get(call.node) if gathering and call.node else None
    into: str | None = getattr(node, "into", None)
    keep = into is not None and bool(signal.digits) and not getattr(node, "secret", False)
    turn.emit(
        e.DigitsEntered(
            call=call.id,
            leg=signal.leg,
            effect=signal.effect,
            end=signal.end,
            count=len(signal.digits),
            into=into,
            digits=turn.row("digits", signal.digits) if keep else None,
        )
    )
    if call.state is CallState.IVR:
        advance(turn, call, ivr.Keyed(signal.digits, signal.end), signal.digits)


def contacts_found(turn: Turn, call: Call, signal: s.ContactsFound) -> None:
    turn.emit(e.ContactsMatched(call=call.id, effect=signal.effect, matches=signal.matches))
    exact = [match for match in signal.matches if match.match is Match.EXACT]
    if len(signal.matches) == 1 and exact and call.contact is None:
        turn.emit(e.ContactChosen(call=call.id, contact=exact[0].contact, agent=None))
    _after_look_up(turn, call)


def look_up_failed(turn: Turn, call: Call, signal: s.LookUpFailed) -> None:
    turn.emit(e.ContactsUnknown(call=call.id, effect=signal.effect, why=signal.why))
    _after_look_up(turn, call)


def _after_look_up(turn: Turn, call: Call) -> None:
    if call.state is CallState.IVR and call.awaits_look_up:
        advance(turn, call, ivr.LookedUp())


# -- deadlines --------------------------------------------------------------------------------------------------------------


def step_due(turn: Turn, call: Call) -> None:
    """Nothing came back for the node where the caller stands."""
    if call.state is not CallState.IVR:
        return
    if call.awaits_look_up:
        advance(turn, call, ivr.LookedUp())
    elif call.leave is not None:
        finish(turn, call, call.leave, Party.SYSTEM)
    else:
        _rescue(turn, call)


def total_due(turn: Turn, call: Call) -> None:
    if call.state is CallState.IVR:
        _rescue(turn, call)


def answer_due(turn: Turn, call: Call) -> None:
    """The carrier never said that our side is up."""
    finish(turn, call, CallEnd.FAILED, Party.SYSTEM, cause=Cause.FAILED)
