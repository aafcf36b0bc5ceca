"""What becomes of leads that were claimed: dialed, shown to an agent, or given back because they are no longer wanted."""

from callcenter.hub.dialing import floor as see
from callcenter.hub.dialing import moves, pace, previews, trunks
from callcenter.hub.dialing.state import Campaign
from callcenter.hub.turn import Turn
from callcenter.hub.waiting import FREE, keeps
from callcenter.kernel import events as e
from callcenter.kernel import signals as s
from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.campaign_state import CampaignState
from callcenter.kernel.clock import SECOND
from callcenter.kernel.dialing import Mode
from callcenter.kernel.ids import AttemptId
from callcenter.kernel.law import PlaceId
from callcenter.kernel.words import LegRole
from dialer import zones
from dialer.compliance import closed
from dialer.facts import LeadFacts

AFTER_FAILURE_MS = SECOND
"""A claim that failed is not tried again before."""


def claimed(turn: Turn, pacers: pace.Pacers, signal: s.LeadsClaimed) -> None:
    """A claim that nobody waits for any more (it was taken for failed) is given back: its leads were marked all the same."""
    job = turn.state.jobs.get(signal.effect)
    if job is None:
        stray = tuple(one.attempt for one in signal.claims if one.attempt not in turn.state.attempts)
        moves.drop(turn, signal.campaign, stray, "late")
        return
    campaign = turn.state.campaigns[job.campaign]
    turn.emit(
        e.LeadsAnswered(
            campaign=campaign.id,
            effect=signal.effect,
            claimed=len(signal.claims),
            held=signal.held,
            again_at=signal.again_at,
        )
    )
    dropped: dict[str, list[AttemptId]] = {}
    for claim in signal.claims:
        why = _unwanted(turn, pacers, campaign, claim, read=job.agent is not None)
        values = turn.state.center.campaigns.get(campaign.id)
        if why is None and values is not None:
            if job.agent is not None:
                previews.show(turn, campaign, values, claim, job.agent, asked_for=job.lead is not None)
            else:
                _dial(turn, pacers, campaign, values, claim)
        else:
            dropped.setdefault(why or "no_campaign", []).append(claim.attempt)
    for why, attempts in dropped.items():
        moves.drop(turn, campaign.id, tuple(attempts), why)


def failed(turn: Turn, signal: s.ClaimFailed) -> None:
    """Nobody knows what was claimed: whatever it was is given back."""
    job = turn.state.jobs.get(signal.effect)
    if job is None or job.kind != "ClaimLeads":
        return
    again_at = turn.now + AFTER_FAILURE_MS
    turn.emit(e.LeadsAnswered(campaign=job.campaign, effect=job.effect, claimed=0, again_at=again_at, failed=signal.why))
    moves.drop(turn, job.campaign, job.attempts, "claim failed")


def _unwanted(turn: Turn, pacers: pace.Pacers, campaign: Campaign, claim: s.ClaimedLead, *, read: bool) -> str | None:
    """Why a lead that was asked for is not dialed after all; None: it is wanted still. The law is asked once more."""
    state = turn.state
    values, law = state.center.campaigns.get(campaign.id), state.law(campaign.id)
    if values is None or law is None:
        return "no_campaign"
    if campaign.state is not CampaignState.RUNNING:
        return campaign.state.value
    carrier = trunks.carrier_of(state, values)
    if carrier is None:
        return "carrier_down"
    if not see.breaker_of(state, carrier).permit(turn.now).allowed:
        return "trunk"
    lead = LeadFacts(state=PlaceId(claim.state) if claim.state else None, zone=claim.zone)
    if closed(law, zones.number(claim.number), lead, see.facts(state.center, values), turn.now) is not None:
        return "hours"
    if read or values.mode is Mode.PREVIEW:
        return None
    if claim.agent is not None:
        her = state.agents.get(claim.agent)
        if her is None or her.campaign != campaign.id or keeps(state, her) != FREE:
            return "its_agent_busy"
    if values.mode is Mode.AGENTLESS:
        return None
    decision = pace.decide(state, pacers, campaign, values, turn.now)
    if values.mode is Mode.PROGRESSIVE:
        return None if decision.dial > 0 else decision.why
    # A few hundredths of a second ago it was worth the risk; only what changes everything counts.
    return decision.why if decision.why in ("no_agents", "all_leaving", "carrier_down", "no_lines") else None


def _dial(turn: Turn, pacers: pace.Pacers, campaign: Campaign, values: CampaignValues, claim: s.ClaimedLead) -> None:
    carrier = trunks.carrier_of(turn.state, values)
    assert carrier is not None, "asked before"
    call_id = turn.entropy.call()
    number = turn.row("number", claim.number)
    turn.emit(
        e.AttemptDialed(
            call=call_id,
            attempt=claim.attempt,
            campaign=campaign.id,
            carrier=carrier,
            lead=claim.lead,
            place=claim.place,
            number=number,
            rule=claim.rule,
            p=pacers.of(campaign).probability(),
            agents=len(see.workers(turn.state, campaign)),
            only=claim.agent,
            contact=claim.contact,
        )
    )
    turn.dial_number(
        turn.state.calls[call_id],
        number,
        LegRole.DIALED,
        values.ring_ms,
        caller_id=values.caller_id,
    )
