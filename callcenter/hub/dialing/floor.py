"""What a campaign looks like at one instant: who works it, what rings, what the law's window has left, what its trunk allows.

Reads the state, decides nothing; the same state and time give the same answer, so a replay derives a decision again.
"""

from datetime import date

import msgspec

from callcenter.hub.dialing import trunks
from callcenter.hub.dialing.state import Attempt, Campaign
from callcenter.hub.state import Agent, State
from callcenter.hub.waiting import FREE, keeps
from callcenter.kernel.activity import Activity
from callcenter.kernel.call_state import CallState
from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.center import Center
from callcenter.kernel.dialing import Mode
from callcenter.kernel.ids import CarrierName
from callcenter.kernel.law import LawVersion
from callcenter.kernel.presence import Presence
from dialer.attempt_state import AttemptState
from dialer.facts import CampaignFacts, Message
from dialer.pacing.floor import Floor, Law
from dialer.trunk_breaker import Circuit, TrunkBreaker

NO_VERSION = LawVersion(version="", valid_from=date(1970, 1, 1))
"""In place of a law that was taken away while calls were under way: they are judged by the usual two seconds."""
LEAST_RING_MS = 15_000
"""A dial is not cancelled before, where the law says less or nothing."""

_RINGS = (AttemptState.CLAIMED, AttemptState.DIALING, AttemptState.RINGING)


def may_work(values: CampaignValues, agent: Agent) -> bool:
    """Whether her team and skills are those that the campaign asks for."""
    if values.teams and agent.values.team not in values.teams:
        return False
    return values.skill is None or agent.values.skills.get(values.skill, 0) >= values.minimum_level


def workers(state: State, campaign: Campaign) -> list[Agent]:
    values = state.center.campaigns.get(campaign.id)
    if values is None:
        return []
    return [her for her in state.agents.values() if her.campaign == campaign.id and may_work(values, her)]


def reading(state: State, agent: Agent) -> Attempt | None:
    """What she reads in preview."""
    return next((one for one in state.attempts.values() if one.reader == agent.id), None)


def ringing(state: State, campaign: Campaign) -> list[Attempt]:
    """Dials under way that nobody has answered, in the order of their claims; those that we end are out of it."""
    return [
        one
        for one in state.attempts.values()
        if one.campaign == campaign.id
        and one.call is not None
        and one.record.state in _RINGS
        and one.call in state.calls
        and state.calls[one.call].state is CallState.DIALING
    ]


def asked(state: State, campaign: Campaign) -> int:
    """Leads that were asked for and have not come."""
    return sum(len(job.attempts) for job in state.jobs.values() if job.kind == "ClaimLeads" and job.campaign == campaign.id)


def breaker_of(state: State, carrier: CarrierName) -> TrunkBreaker:
    """The trunk's, to be asked what the clock says without the state being changed by it."""
    breaker = state.breakers.get(carrier)
    return TrunkBreaker() if breaker is None else msgspec.structs.replace(breaker, waiting=dict(breaker.waiting))


def lines_left(state: State, campaign: Campaign, values: CampaignValues, carrier: CarrierName, now: int) -> int:
    """How many more dials its own limit and its trunk allow."""
    open_calls = sum(
        call.campaign == campaign.id and call.state is not CallState.OVER and call.connected_at is None
        for call in state.calls.values()
    )
    left = min(trunks.free(state, carrier), trunks.allowed_now(state, carrier, now))
    left = min(left, values.lines - open_calls - asked(state, campaign))
    breaker = breaker_of(state, carrier)
    if not breaker.permit(now).allowed:
        return 0
    if breaker.circuit is Circuit.TRYING:
        left = min(left, breaker.limits.probes - len(breaker.waiting))
    return max(0, left)


def floor(state: State, campaign: Campaign, values: CampaignValues, now: int) -> Floor:
    free, leaving = 0, 0
    talking: list[int] = []
    wrapping: list[int] = []
    for her in workers(state, campaign):
        stays = her.presence is Presence.AVAILABLE and her.aside is None and her.id not in state.leaving and her.values.active
        if keeps(state, her) == FREE:
            # Whoever reads a promised call is about to dial: nobody is dialed for her meanwhile.
            free += values.mode is Mode.PREVIEW or reading(state, her) is None
        elif her.activity is Activity.WRAPPING and stays:
            wrapping.append(now - her.wrapping_at)
        elif her.activity in (Activity.TALKING, Activity.HOLDING, Activity.RESERVED, Activity.DIALING) and stays:
            talks = her.activity in (Activity.TALKING, Activity.HOLDING)
            talking.append(now - her.talking_at if talks else 0)
        elif her.activity is not Activity.IDLE:
            leaving += 1
    rings = ringing(state, campaign)
    waits = _waiting(state, campaign)
    claimed = asked(state, campaign)
    carrier = trunks.carrier_of(state, values)
    return Floor(
        free=free,
        waiting=waits,
        talking_ms=tuple(talking),
        wrapping_ms=tuple(wrapping),
        leaving=leaving,
        ringing_ms=(*(now - (one.record.dialed_at or now) for one in rings), *([0] * claimed)),
        rung_ms=(*(now - (one.record.rang_at or now) for one in rings), *([0] * claimed)),
        ringing_p=(*(one.p for one in rings), *([-1.0] * claimed)),
        lines=0 if carrier is None else lines_left(state, campaign, values, carrier, now),
        carrier=carrier is not None,
    )


def _waiting(state: State, campaign: Campaign) -> int:
    """Persons who answered and have nobody yet, and whoever is still listened to and may be one; to whom an agent is being
    brought, she is not free any more either."""
    listened = sum(
        one.campaign == campaign.id and one.record.state is AttemptState.ANSWERED and _dialing(state, one)
        for one in state.attempts.values()
    )
    return listened + sum(
        call.campaign == campaign.id and call.state is CallState.QUEUED and call.offer is None for call in state.calls.values()
    )


def _dialing(state: State, attempt: Attempt) -> bool:
    call = state.calls.get(attempt.call) if attempt.call is not None else None
    return call is not None and call.state is CallState.DIALING


def version(state: State, campaign: Campaign, at: int) -> LawVersion:
    law = state.law(campaign.id)
    in_force = law.at(at) if law is not None else None
    return NO_VERSION if in_force is None else in_force.version


def window(state: State, campaign: Campaign, now: int) -> Law:
    """The law's window of abandoned calls as it stands."""
    rules = version(state, campaign, now)
    ring_ms = max(LEAST_RING_MS, rules.least_ring_ms)
    if rules.abandon is None or campaign.counter is None:
        return Law(ring_ms=ring_ms, patience_ms=rules.connect_ms)
    figure = campaign.counter.figure(rules.abandon, now)
    return Law(
        cap=rules.abandon.share,
        answers=figure.answers,
        abandons=figure.abandons,
        ring_ms=ring_ms,
        patience_ms=rules.connect_ms,
    )


def facts(
    center: Center, values: CampaignValues, registries: dict[str, int] | None = None, *, mode: Mode | None = None
) -> CampaignFacts:
    """What the gate is told of the campaign. How many calls may still be abandoned is not its matter but pacing's: a lead that
    cannot be dialed for that reason now is not held for it. `mode`: of a lead that is dialed otherwise than the campaign's."""
    message = None
    if values.message is not None:
        message = Message(contains=values.message_contains, opt_out_key=values.opt_out_key)
    return CampaignFacts(
        mode=mode or values.mode,
        agent_guaranteed=(mode or values.mode) is Mode.PREVIEW,
        caller_id=values.caller_id or center.outside.caller_id,
        ring_ms=values.ring_ms,
        message=message,
        registries=registries or {},
        own=values.own,
    )
