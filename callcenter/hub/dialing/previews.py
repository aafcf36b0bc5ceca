"""An agent's own choice: which campaign she works, and in preview whether the lead that she has read is dialed or skipped.

A lead in preview is claimed for her alone. Her queues go first: a call that comes while she reads is hers to take, and the lead
waits for her, or goes back when its time is over.
"""

from callcenter.hub import desk, outbound
from callcenter.hub.dialing import floor as see
from callcenter.hub.dialing import looking, moves, pace
from callcenter.hub.dialing.state import Attempt, Campaign
from callcenter.hub.turn import Turn
from callcenter.hub.waiting import FREE, keeps
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.activity import Activity
from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.campaign_state import CampaignState
from callcenter.kernel.commands import Done
from callcenter.kernel.dialing import Mode
from callcenter.kernel.errors import NotFound, Refused
from callcenter.kernel.ids import AgentId, AttemptId
from callcenter.kernel.presence import Presence
from dialer import zones
from dialer.compliance import closed
from dialer.facts import LeadFacts


def work(turn: Turn, command: c.WorkCampaign) -> Done:
    agent = desk.signed_in(turn, command.agent)
    if command.campaign is not None:
        values, campaign = turn.state.center.campaigns.get(command.campaign), turn.state.campaigns.get(command.campaign)
        if values is None or campaign is None or campaign.state is CampaignState.FINISHED:
            raise NotFound("There is no such campaign.")
        if not see.may_work(values, agent):
            raise Refused("not_your_campaign", "This campaign is for other teams or skills. Choose another one.")
    if agent.campaign != command.campaign:
        turn.emit(e.AgentWorks(agent=agent.id, campaign=command.campaign))
        tidy(turn)
    return Done()


def take(turn: Turn, pacers: pace.Pacers, command: c.TakeCallback) -> Done:
    """A promised call is claimed for her, and hers to read when the gate lets it pass. Whose it is the rows say."""
    agent = outbound.ready(turn, command.agent)
    values, campaign = turn.state.center.campaigns.get(command.campaign), turn.state.campaigns.get(command.campaign)
    if values is None or campaign is None:
        raise NotFound("There is no such campaign.")
    if campaign.state is not CampaignState.RUNNING or values.mode is Mode.AGENTLESS:
        raise Refused("campaign_not_running", "The campaign does not run at the moment.")
    reading = see.reading(turn.state, agent)
    if reading is not None and reading.lead == command.lead:
        return Done()
    coming = (job for job in turn.state.jobs.values() if job.kind == "ClaimLeads" and job.agent == agent.id)
    if any(job.lead == command.lead for job in coming):
        return Done()  # repeated: it comes
    if reading is not None:
        moves.drop(turn, reading.campaign, (reading.id,), "a callback is due")
    looking.ask(turn, pacers, campaign, values, 1, agent.id, command.lead)
    return Done()


def show(
    turn: Turn, campaign: Campaign, values: CampaignValues, claim: s.ClaimedLead, agent: AgentId, *, asked_for: bool = False
) -> None:
    """The lead is hers to read, unless she is doing something else by now."""
    her = turn.state.agents.get(agent)
    can = her is not None and (
        (her.presence is not Presence.SIGNED_OUT and her.activity is Activity.IDLE)
        if asked_for
        else (her.campaign == campaign.id and keeps(turn.state, her) == FREE)
    )
    if her is None or not can or see.reading(turn.state, her) is not None:
        moves.drop(turn, campaign.id, (claim.attempt,), "its_agent_busy")
        return
    turn.emit(
        e.LeadPreviewed(
            campaign=campaign.id,
            attempt=claim.attempt,
            agent=agent,
            lead=claim.lead,
            place=claim.place,
            number=turn.row("number", claim.number),
            rule=claim.rule,
            contact=claim.contact,
            until=turn.now + values.preview_ms if values.preview_ms > 0 else None,
            asked_for=asked_for,
        )
    )


def dial(turn: Turn, pacers: pace.Pacers, command: c.DialLead) -> Done:
    """The window is asked once more. Repeated by whoever dialed, it is answered with the call that it made."""
    known = turn.state.attempts.get(command.attempt)
    made = turn.state.calls.get(known.call) if known is not None and known.call is not None else None
    if made is not None and made.agent == command.agent:
        return Done(call=made.id)
    attempt = _hers(turn, command.agent, command.attempt)
    campaign = turn.state.campaigns[attempt.campaign]
    values, law = turn.state.center.campaigns.get(attempt.campaign), turn.state.law(attempt.campaign)
    if values is None or law is None or campaign.state is not CampaignState.RUNNING:
        raise Refused("campaign_not_running", "The campaign does not run at the moment.")
    number = turn.state.value(attempt.number)
    if closed(law, zones.number(number), LeadFacts(), see.facts(turn.state.center, values), turn.now) is not None:
        raise Refused("outside_hours", "It is not the time of day there any more. Skip this lead.")
    call = outbound.place_lead(turn, command.agent, attempt.number, attempt.contact, command.call)
    p = pacers.of(campaign).probability()
    workers = len(see.workers(turn.state, campaign))
    turn.emit(e.LeadDialed(call=call, attempt=attempt.id, campaign=campaign.id, p=p, agents=workers))
    return Done(call=call)


def skip(turn: Turn, command: c.SkipLead) -> Done:
    attempt = _hers(turn, command.agent, command.attempt)
    moves.drop(turn, attempt.campaign, (attempt.id,), "skipped")
    return Done()


def _hers(turn: Turn, agent: AgentId, id: AttemptId) -> Attempt:
    attempt = turn.state.attempts.get(id)
    if attempt is None or attempt.reader != agent:
        raise NotFound("You do not have this lead (any more).")
    return attempt


def preview_due(turn: Turn, id: str) -> None:
    attempt = turn.state.attempts.get(AttemptId(id))
    if attempt is not None and attempt.reader is not None:
        moves.drop(turn, attempt.campaign, (attempt.id,), "not read in time")


def tidy(turn: Turn) -> None:
    """Leads whose reader does not work their campaign any more go back."""
    for attempt in list(turn.state.attempts.values()):
        if attempt.reader is None:
            continue
        her = turn.state.agents.get(attempt.reader)
        gone = her is None or her.presence is Presence.SIGNED_OUT
        if gone or (not attempt.asked_for and her is not None and her.campaign != attempt.campaign):
            moves.drop(turn, attempt.campaign, (attempt.id,), "its_agent_left")
