"""A campaign starts, pauses, stops, finishes, by command or by itself; what that means for what it has under way."""

from callcenter.hub.dialing import floor as see
from callcenter.hub.dialing.state import Attempt, Campaign
from callcenter.hub.endings import finish
from callcenter.hub.turn import Turn
from callcenter.kernel import commands as c
from callcenter.kernel import effects as fx
from callcenter.kernel import events as e
from callcenter.kernel.campaign_state import CAMPAIGN, CampaignState
from callcenter.kernel.commands import Done
from callcenter.kernel.errors import NotFound, Refused
from callcenter.kernel.ids import AttemptId, CampaignId, EffectId
from callcenter.kernel.words import CallEnd, Cause, Party, Pause


def start(turn: Turn, command: c.StartCampaign) -> Done:
    campaign = _allowed(turn, command.campaign, e.CampaignStarted)
    if campaign.state is not CampaignState.RUNNING:
        if turn.state.law(campaign.id) is None:
            why = "the campaign has no law pack that is known here, and nothing may be dialed without one: choose one"
            raise Refused("no_law", why)
        _start(turn, campaign, command.by)
    return Done()


def _start(turn: Turn, campaign: Campaign, by: str) -> None:
    turn.emit(e.CampaignStarted(campaign=campaign.id, effect=_keep(turn, campaign.id, CampaignState.RUNNING), by=by))


def pause_asked(turn: Turn, command: c.PauseCampaign) -> Done:
    campaign = _allowed(turn, command.campaign, e.CampaignPaused)
    if campaign.pause is not Pause.ASKED:
        pause(turn, campaign, Pause.ASKED, by=command.by)
    return Done()


def pause(turn: Turn, campaign: Campaign, why: Pause, *, by: str = "", until: int | None = None) -> None:
    effect = _keep(turn, campaign.id, CampaignState.PAUSED)
    turn.emit(e.CampaignPaused(campaign=campaign.id, effect=effect, by=by, why=why, until=until))
    put_back(turn, campaign, "paused")


def resume_due(turn: Turn, id: str) -> None:
    """A pause that ends by itself has ended."""
    campaign = turn.state.campaigns.get(CampaignId(id))
    if campaign is not None and campaign.state is CampaignState.PAUSED and campaign.pause is Pause.TRUNK:
        _start(turn, campaign, "")


def stop(turn: Turn, command: c.StopCampaign) -> Done:
    campaign = _allowed(turn, command.campaign, e.CampaignStopped)
    if campaign.state is not CampaignState.STOPPED:
        effect = _keep(turn, campaign.id, CampaignState.STOPPED)
        turn.emit(e.CampaignStopped(campaign=campaign.id, effect=effect, by=command.by))
        _end_all(turn, campaign)
    return Done()


def end(turn: Turn, command: c.FinishCampaign) -> Done:
    campaign = _allowed(turn, command.campaign, e.CampaignFinished)
    if campaign.state is not CampaignState.FINISHED:
        effect = _keep(turn, campaign.id, CampaignState.FINISHED)
        turn.emit(e.CampaignFinished(campaign=campaign.id, effect=effect, by=command.by))
        _end_all(turn, campaign)
    return Done()


def _allowed(turn: Turn, id: CampaignId, event: type[e.CampaignEvent]) -> Campaign:
    """The campaign, if its table allows the move, or if it is there already. Raises NotFound or Refused."""
    campaign = turn.state.campaigns.get(id)
    if campaign is None or id not in turn.state.center.campaigns:
        raise NotFound("There is no such campaign.")
    there: dict[type[e.CampaignEvent], CampaignState] = {
        e.CampaignStarted: CampaignState.RUNNING,
        e.CampaignStopped: CampaignState.STOPPED,
        e.CampaignFinished: CampaignState.FINISHED,
    }
    if not CAMPAIGN.allows(campaign.state, event) and there.get(event) is not campaign.state:
        raise Refused("campaign_state", f"A campaign that is {campaign.state.value} cannot do this.")
    return campaign


def _keep(turn: Turn, campaign: CampaignId, state: CampaignState) -> EffectId:
    """Has the campaign's row say so too; asked for with the event that names the effect."""
    effect = turn.entropy.effect()
    turn.ask(fx.KeepCampaignState(effect=effect, campaign=campaign, state=state))
    return effect


# -- what is under way ------------------------------------------------------------------------------------------------------


def _end_all(turn: Turn, campaign: Campaign) -> None:
    put_back(turn, campaign, campaign.state.value)
    for attempt in see.ringing(turn.state, campaign):
        cancel(turn, attempt)


def cancel(turn: Turn, attempt: Attempt) -> None:
    """Ends a dial that nobody has answered."""
    call = turn.state.calls.get(attempt.call) if attempt.call is not None else None
    if call is not None:
        finish(turn, call, CallEnd.WITHDRAWN, Party.SYSTEM, cause=Cause.NORMAL)


def put_back(turn: Turn, campaign: Campaign, why: str) -> None:
    """Gives back what agents read."""
    drop(turn, campaign.id, tuple(a.id for a in turn.state.attempts.values() if a.campaign == campaign.id and a.reader), why)


def drop(turn: Turn, campaign: CampaignId, attempts: tuple[AttemptId, ...], why: str) -> None:
    """Claims that lead to no dial are given back."""
    if attempts:
        effect = turn.entropy.effect()
        turn.emit(e.AttemptsDropped(campaign=campaign, effect=effect, attempts=attempts, why=why))
        turn.ask(fx.GiveBackClaims(effect=effect, campaign=campaign, attempts=attempts))
