"""What attempts come to: each answered one is judged once under the law, each dialed one ends once and its lead is settled.

Done at the end of every decision, for the attempts that it touched: so the count of abandoned calls is never a decision behind.
"""

from callcenter.hub.dialing import floor as see
from callcenter.hub.dialing import moves
from callcenter.hub.dialing.state import Attempt
from callcenter.hub.turn import Turn
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.law import LawVersion
from dialer.abandon_cap import fate
from dialer.attempt_state import AttemptState

S = AttemptState


def settle(turn: Turn) -> None:
    """Judges and ends what this decision has brought to its end."""
    state = turn.state
    while state.unsettled:
        id = next(iter(state.unsettled))
        attempt = state.attempts.get(id)
        if attempt is None:
            del state.unsettled[id]
            continue
        rules = see.version(state, state.campaigns[attempt.campaign], attempt.record.answered_at or turn.now)
        _judge(turn, attempt, rules)
        if attempt.record.state is S.OVER:
            _over(turn, attempt, rules)
        elif attempt.record.state is S.CLAIMED and attempt.reader is None and _call_over(turn, attempt):
            moves.drop(turn, attempt.campaign, (attempt.id,), "never dialed")
        state.unsettled.pop(id, None)


def _call_over(turn: Turn, attempt: Attempt) -> bool:
    call = turn.state.calls.get(attempt.call) if attempt.call is not None else None
    return call is None or not any(turn.state.legs[leg].alive for leg in call.legs)


def _judge(turn: Turn, attempt: Attempt, rules: LawVersion) -> None:
    facts = attempt.record.facts()
    if facts is None or attempt.judged is not None:
        return
    if attempt.record.state in (S.CONNECTED, S.APOLOGY, S.OVER):
        turn.emit(
            e.AttemptJudged(
                campaign=attempt.campaign,
                attempt=attempt.id,
                fate=fate(facts, rules),
                answered_at=facts.answered_at,
                cap=rules.abandon.share if rules.abandon is not None else None,
            )
        )


def _over(turn: Turn, attempt: Attempt, rules: LawVersion) -> None:
    record = attempt.record
    outcome, told = record.outcome(rules), record.told()
    assert outcome is not None
    assert told is not None
    assert attempt.call is not None
    assert record.dialed_at is not None
    effect = turn.entropy.effect()
    turn.emit(
        e.AttemptOver(
            campaign=attempt.campaign,
            attempt=attempt.id,
            effect=effect,
            call=attempt.call,
            lead=attempt.lead,
            outcome=outcome,
            why=told.why,
            dialed_at=record.dialed_at,
            rang_at=record.rang_at,
            answered_at=record.answered_at,
            greeting_end_at=record.greeting_end_at,
            agent_at=record.agent_at,
            message_played_at=record.message_played_at,
            fate=attempt.judged,
            heard=attempt.heard,
        )
    )
    times = turn.state.jobs[effect].times
    turn.ask(
        fx.SettleAttempt(
            effect=effect, campaign=attempt.campaign, attempt=attempt.id, dial_outcome=outcome, at=turn.now, times=times
        )
    )


# -- the leads' rows answer -------------------------------------------------------------------------------------------------


def settled(turn: Turn, signal: s.LeadSettled) -> None:
    job = turn.state.jobs.get(signal.effect)
    if job is not None:
        turn.emit(e.AttemptSettled(campaign=job.campaign, effect=job.effect, next_at=signal.next_at, reasons=signal.reasons))


def undone(turn: Turn, signal: s.ClaimsUndone) -> None:
    job = turn.state.jobs.get(signal.effect)
    if job is not None:
        turn.emit(e.ClaimsGivenBack(campaign=job.campaign, effect=job.effect))


def listed(turn: Turn, signal: s.NumberListed) -> None:
    job = turn.state.jobs.get(signal.effect)
    if job is not None:
        turn.emit(e.OptOutKept(campaign=job.campaign, effect=job.effect))


def kept(turn: Turn, signal: s.CampaignStateKept) -> None:
    job = turn.state.jobs.get(signal.effect)
    if job is not None:
        turn.emit(e.CampaignKept(campaign=job.campaign, effect=job.effect))
