"""When campaigns are looked at, and what a look leads to: leads are asked for, dials are ended, a dead trunk is left alone.

Looks are items of their own, so a campaign never holds up a caller. When the next one is due is remembered, not recorded: after
a start every campaign is simply looked at once.
"""

from callcenter.hub.dialing import floor as see
from callcenter.hub.dialing import moves, pace, trunks, why
from callcenter.hub.dialing.state import Campaign
from callcenter.hub.state import State
from callcenter.hub.turn import Turn
from callcenter.hub.waiting import FREE, keeps
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel.campaign import CampaignValues
from callcenter.kernel.campaign_state import CampaignState
from callcenter.kernel.dialing import Mode
from callcenter.kernel.ids import AgentId, CampaignId, LeadId
from callcenter.kernel.words import Pause
from dialer.trunk_breaker import Circuit

IDLE_LOOK_MS = 30_000
"""A running campaign is looked at so often though nothing happens: a day begins, a list is filled."""

_STIRS = frozenset(
    {
        e.AgentAvailable,
        e.AgentBack,
        e.AgentMoved,
        e.AgentNotReady,
        e.AgentSetAside,
        e.AgentSignedOut,
        e.AgentWorks,
        e.AnswerHeard,
        e.AttemptAnswered,
        e.AttemptOver,
        e.AttemptSettled,
        e.AttemptsDropped,
        e.CallConnected,
        e.CampaignStarted,
        e.CarrierChanged,
        e.CenterChanged,
        e.ConnectFailed,
        e.DeviceReachable,
        e.DeviceUnreachable,
        e.FollowUpKept,
        e.LeadsAnswered,
        e.OfferMade,
        e.OfferOver,
        e.PlacedCallFailed,
        e.WrapUpEnded,
        e.WrapUpStarted,
    }
)
"""After these the floor of some campaign is another one."""
_FREES_A_LINE = frozenset({e.LegDown})
"""Where lines are counted, also after these."""


class Looks:
    """When each running campaign is looked at next. What it holds follows from the state and may be lost at any time."""

    def __init__(self, state: State) -> None:
        self._at: dict[CampaignId, int] = {}
        self._left_out: set[CampaignId] = set()
        self.pacers = pace.Pacers()
        self.stir(state, state.at)

    def leave_out(self, campaign: CampaignId) -> None:
        """It could not be decided, and is not looked at again before the next start."""
        self._left_out.add(campaign)
        self._at.pop(campaign, None)

    def next(self) -> int | None:
        return min(self._at.values(), default=None)

    def stir(self, state: State, now: int) -> None:
        """Every campaign that runs is looked at at once."""
        for campaign in state.campaigns.values():
            if campaign.state is CampaignState.RUNNING and campaign.id not in self._left_out:
                self._at[campaign.id] = now

    def after(self, turn: Turn) -> None:
        stirs = _STIRS | _FREES_A_LINE if turn.state.center.trunks else _STIRS
        if any(type(recorded.event) in stirs for recorded in turn.events):
            self.stir(turn.state, turn.now)

    def due(self, state: State, now: int) -> CampaignId | None:
        """The campaign that is to be looked at; of several, the one whose turn it is, which so has the first of the lines."""

        def rank(id: CampaignId) -> tuple[float, float, str]:
            values = state.center.campaigns.get(id)
            return trunks.turn_of(state, state.campaigns[id], values) if values is not None else (0, 0.0, id)

        return min((id for id, at in self._at.items() if at <= now), key=rank, default=None)

    def look(self, turn: Turn, id: CampaignId) -> None:
        self._at.pop(id, None)
        campaign, values = turn.state.campaigns[id], turn.state.center.campaigns.get(id)
        if campaign.state is not CampaignState.RUNNING or values is None:
            return
        again_at = look(turn, self.pacers, campaign, values)
        if campaign.state is CampaignState.RUNNING:
            latest = turn.now + IDLE_LOOK_MS
            self._at[id] = max(turn.now + 1, latest if again_at is None else min(again_at, latest))


def look(turn: Turn, pacers: pace.Pacers, campaign: Campaign, values: CampaignValues) -> int | None:
    """Decides for one campaign. When to look again though nothing happens; None: not before the usual time."""
    state, now = turn.state, turn.now
    if _pause_for_trunk(turn, campaign, values):
        return None
    causes = [cause for cause in why.hindrances(state, campaign, values, now) if cause.code not in _PACING_KNOWS]
    if causes:
        return min((cause.until for cause in causes if cause.until is not None), default=None)
    if values.mode is Mode.PREVIEW:
        _ask_for_readers(turn, pacers, campaign, values)
        return None
    decision = pace.decide(state, pacers, campaign, values, now)
    if decision.cancel:
        rings = see.ringing(state, campaign)
        for attempt in [rings[place] for place in decision.cancel if place < len(rings)]:
            moves.cancel(turn, attempt)
        decision = pace.decide(state, pacers, campaign, values, now)
    again_at = None if decision.again_ms is None else now + decision.again_ms
    if decision.dial > 0 and not see.asked(state, campaign):
        if campaign.again_at is None or campaign.again_at <= now:
            ask(turn, pacers, campaign, values, min(decision.dial, pace.MOST_ASKED, trunks.part(state, campaign, values, now)))
        else:
            again_at = campaign.again_at if again_at is None else max(again_at, campaign.again_at)
    carrier = trunks.carrier_of(state, values)
    paced_at = trunks.again_at(state, carrier, now) if carrier is not None else None
    return min((at for at in (again_at, paced_at, _silent_at(state, values, now)) if at is not None), default=None)


_PACING_KNOWS = frozenset({"no_agents", "nobody_free", "no_lines"})
"""Causes that pacing has an answer to: dials that ring may have to be ended, or agents and lines will be free soon."""


def ask(
    turn: Turn,
    pacers: pace.Pacers,
    campaign: Campaign,
    values: CampaignValues,
    count: int,
    reader: AgentId | None = None,
    lead: LeadId | None = None,
) -> None:
    """Asks for so many leads. They count as ringing from here on. `lead`: a promised call that `reader` keeps."""
    decision = pace.decide(turn.state, pacers, campaign, values, turn.now)
    agents = (reader,) if reader is not None else tuple(her.id for her in see.workers(turn.state, campaign))
    attempts = tuple(turn.entropy.attempt() for _ in range(count))
    effect, anew = turn.entropy.effect(), campaign.anew and lead is None
    turn.emit(
        e.LeadsAsked(
            campaign=campaign.id,
            effect=effect,
            attempts=attempts,
            inputs=decision.inputs,
            agent=reader,
            anew=anew,
            lead=lead,
        )
    )
    turn.ask(fx.ClaimLeads(effect=effect, campaign=campaign.id, attempts=attempts, agents=agents, anew=anew, lead=lead))


def _ask_for_readers(turn: Turn, pacers: pace.Pacers, campaign: Campaign, values: CampaignValues) -> None:
    """A lead for each agent who is free and reads none. One claim for each: leads may be hers alone."""
    if campaign.again_at is not None and campaign.again_at > turn.now:
        return
    coming = {job.agent for job in turn.state.jobs.values() if job.kind == "ClaimLeads" and job.campaign == campaign.id}
    for her in see.workers(turn.state, campaign):
        if keeps(turn.state, her) == FREE and her.id not in coming and see.reading(turn.state, her) is None:
            ask(turn, pacers, campaign, values, 1, her.id)


def _pause_for_trunk(turn: Turn, campaign: Campaign, values: CampaignValues) -> bool:
    """A dead trunk pauses the campaign, until it is tried again."""
    carrier = trunks.carrier_of(turn.state, values)
    if carrier is None:
        return False
    breaker = see.breaker_of(turn.state, carrier)
    permit = breaker.permit(turn.now)
    if breaker.circuit is not Circuit.OPEN:
        return False
    moves.pause(turn, campaign, Pause.TRUNK, until=permit.until)
    return True


def _silent_at(state: State, values: CampaignValues, now: int) -> int | None:
    """When the next dial without a sign of life counts against its trunk."""
    carrier = trunks.carrier_of(state, values)
    if carrier is None:
        return None
    breaker = see.breaker_of(state, carrier)
    late = (at + breaker.limits.silent_ms for at in breaker.waiting.values())
    return min((at for at in late if at > now), default=None)
