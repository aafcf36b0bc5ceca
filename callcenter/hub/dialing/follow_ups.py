"""What an agent says of a campaign's call, and what follows: asked of the rows as one effect, which takes back what an earlier
word of hers about the same call had led to. So a correction within wrap-up is an effect like the first.
"""

import msgspec

from callcenter.hub.dialing import floor as see
from callcenter.hub.state import Call
from callcenter.hub.turn import Turn
from callcenter.kernel import commands as c
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.center import Center
from callcenter.kernel.clock import DAY, MINUTE
from callcenter.kernel.errors import Refused
from callcenter.kernel.follow_up import Disposition, Follow, FollowUp, find
from dialer import zones
from dialer.compliance import closed
from dialer.facts import LeadFacts

FURTHEST_MS = 366 * DAY
"""Nobody is promised a call after this time."""


def choices(center: Center, values: CampaignValues | None) -> tuple[Disposition, ...]:
    """What is chosen from: the campaign's own, else the center's, which leave the lead to the plan."""
    if values is not None and values.dispositions:
        return values.dispositions
    return tuple(Disposition(code=one.code, label=one.label) for one in center.dispositions)


def of(turn: Turn, call: Call, command: c.SetDisposition) -> FollowUp | None:
    """What she says, checked; None: the call is no campaign's. Raises Refused. The gate is asked when the hour has come."""
    center = turn.state.center
    values = center.campaigns.get(call.campaign) if call.campaign is not None else None
    chosen = find(choices(center, values), command.code)
    if chosen is None:
        raise Refused("unknown_disposition", "There is no such outcome for this call. Choose one of the list.")
    if call.dial is None or values is None:
        return None
    at = command.at
    if chosen.follow is Follow.LATER and at is None:
        at = turn.now + chosen.after_ms
    elif chosen.follow in (Follow.LATER, Follow.CALLBACK):
        _check_time(turn, call, values, at)
    else:
        at = None
    if command.team is not None and command.team not in center.teams:
        raise Refused("unknown_team", "There is no such team. Choose one of the list.")
    if not 0 <= (command.probability or 0) <= 1:
        raise Refused("bad_probability", "A probability lies between 0 and 1.")
    if not 0 <= (command.value or 0) < 1e15:
        raise Refused("bad_amount", "A value is 0 or more.")
    chance = chosen.follow is Follow.OPPORTUNITY
    return FollowUp(
        code=chosen.code,
        agent=command.agent,
        at=at,
        mine=chosen.follow is Follow.CALLBACK and command.mine,
        probability=command.probability if chance else None,
        value=command.value if chance else None,
        team=command.team if chance else None,
    )


def _check_time(turn: Turn, call: Call, values: CampaignValues, at: int | None) -> None:
    if at is None:
        raise Refused("time_missing", "Say when the call was promised.")
    if not turn.now - MINUTE <= at <= turn.now + FURTHEST_MS:
        raise Refused("time_impossible", "A promised call lies in the future, and within a year. Choose another time.")
    law = turn.state.law(values.id)
    if law is None:
        return
    number = zones.number(turn.state.value(call.party))
    if closed(law, number, LeadFacts(asked_for=True), see.facts(turn.state.center, values), at) is not None:
        raise Refused("time_forbidden", "At that time nobody may be called there. Choose another hour.")


def ask(turn: Turn, call: Call, said: FollowUp, note: str) -> None:
    """Her last word about the call is kept."""
    assert call.dial is not None
    assert call.campaign is not None
    note = note.strip()
    if note:
        said = _with_note(turn, said, note)
    effect = turn.entropy.effect()
    turn.emit(e.FollowUpAsked(campaign=call.campaign, attempt=call.dial, effect=effect, follow_up=said))
    job = turn.state.jobs[effect]
    turn.ask(
        fx.KeepFollowUp(
            effect=effect,
            campaign=call.campaign,
            attempt=call.dial,
            follow_up=said,
            note=note,
            revision=job.revision,
            at=turn.now,
        )
    )


def _with_note(turn: Turn, said: FollowUp, note: str) -> FollowUp:
    return msgspec.structs.replace(said, note=turn.row("text", note))


def done(turn: Turn, signal: s.FollowUpDone) -> None:
    job = turn.state.jobs.get(signal.effect)
    if job is not None:
        turn.emit(e.FollowUpKept(campaign=job.campaign, effect=job.effect, next_at=signal.next_at))
