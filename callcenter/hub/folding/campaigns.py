"""Folding: campaigns, what they asked of the leads' rows, and what came of it."""

from callcenter.hub.deadlines import Due
from callcenter.hub.dialing.state import Attempt, Campaign, Job
from callcenter.hub.folding.register import folds, sync_free
from callcenter.hub.state import State
from callcenter.kernel import events as e
from callcenter.kernel.campaign_state import CAMPAIGN
from callcenter.kernel.dialing import AnswerTimes
from callcenter.kernel.ids import AttemptId
from callcenter.kernel.words import Fate, Pause
from dialer.abandon_cap import AbandonCounter

Moved = e.CampaignStarted | e.CampaignPaused | e.CampaignStopped | e.CampaignFinished


def campaigns_of_center(state: State) -> None:
    """A campaign that is new is known from now on; one that is gone is remembered, with its count of abandoned calls."""
    state.laws.clear()
    for id in state.center.campaigns:
        state.campaigns.setdefault(id, Campaign(id))


def _move(state: State, event: Moved) -> Campaign:
    campaign = state.campaigns[event.campaign]
    campaign.state = CAMPAIGN.next(campaign.state, type(event))
    campaign.pause = campaign.resume_at = None
    state.deadlines.clear(Due.CAMPAIGN, str(campaign.id))
    for older in [job.effect for job in state.jobs.values() if job.kind == "KeepCampaignState" and job.campaign == campaign.id]:
        del state.jobs[older]  # only the last word is to be kept
    state.jobs[event.effect] = Job(event.effect, "KeepCampaignState", campaign.id, state=campaign.state)
    return campaign


@folds(e.CampaignStarted)
def _(state: State, event: e.CampaignStarted, at: int) -> None:
    campaign = _move(state, event)
    campaign.anew, campaign.again_at, campaign.held, campaign.claimed = True, None, {}, 0
    if campaign.counter is None:
        campaign.counter = AbandonCounter(zone=state.center.zone)


@folds(e.CampaignPaused)
def _(state: State, event: e.CampaignPaused, at: int) -> None:
    campaign = _move(state, event)
    campaign.pause, campaign.resume_at = event.why, event.until
    if event.until is not None:
        state.deadlines.set(Due.CAMPAIGN, str(campaign.id), event.until)
    if event.why is Pause.TRUNK:
        for breaker in state.breakers.values():
            breaker.tick(at)


@folds(e.CampaignStopped)
def _(state: State, event: e.CampaignStopped, at: int) -> None:
    _move(state, event)


@folds(e.CampaignFinished)
def _(state: State, event: e.CampaignFinished, at: int) -> None:
    _move(state, event)


@folds(e.AgentWorks)
def _(state: State, event: e.AgentWorks, at: int) -> None:
    her = state.agents[event.agent]
    her.campaign = event.campaign
    sync_free(state, her)


# -- the leads' rows --------------------------------------------------------------------------------------------------------


@folds(e.LeadsAsked)
def _(state: State, event: e.LeadsAsked, at: int) -> None:
    if event.lead is None:
        state.campaigns[event.campaign].anew = False
    state.jobs[event.effect] = Job(
        event.effect, "ClaimLeads", event.campaign, event.attempts, agent=event.agent, lead=event.lead, at=at
    )


@folds(e.LeadsAnswered)
def _(state: State, event: e.LeadsAnswered, at: int) -> None:
    job = state.jobs.pop(event.effect, None)
    campaign = state.campaigns[event.campaign]
    if job is not None and job.lead is not None:
        return  # of one lead: nothing is learned of the others
    campaign.again_at = event.again_at
    campaign.claimed += event.claimed
    for reason, leads in event.held.items():
        campaign.held[reason] = campaign.held.get(reason, 0) + leads


@folds(e.LeadPreviewed)
def _(state: State, event: e.LeadPreviewed, at: int) -> None:
    state.attempts[event.attempt] = Attempt(
        event.attempt,
        event.campaign,
        event.lead,
        event.place,
        event.number,
        event.rule,
        reader=event.agent,
        contact=event.contact,
        asked_for=event.asked_for,
    )
    if event.until is not None:
        state.deadlines.set(Due.PREVIEW, event.attempt, event.until)


@folds(e.AttemptsDropped)
def _(state: State, event: e.AttemptsDropped, at: int) -> None:
    for attempt in event.attempts:
        forget(state, attempt)
    state.jobs[event.effect] = Job(event.effect, "GiveBackClaims", event.campaign, event.attempts, at=at)


def forget(state: State, attempt: AttemptId) -> None:
    state.attempts.pop(attempt, None)
    state.unsettled.pop(attempt, None)
    state.deadlines.clear(Due.PREVIEW, attempt)


@folds(e.AttemptJudged)
def _(state: State, event: e.AttemptJudged, at: int) -> None:
    state.attempts[event.attempt].judged = event.fate
    campaign = state.campaigns[event.campaign]
    assert campaign.counter is not None, "nothing is dialed before the first start"
    campaign.counter.count(event.answered_at, event.fate)
    if event.fate is not Fate.MACHINE:
        campaign.estimates.answered(abandoned=event.fate is Fate.ABANDONED, cap=event.cap)


@folds(e.AttemptOver)
def _(state: State, event: e.AttemptOver, at: int) -> None:
    forget(state, event.attempt)
    times = AnswerTimes(
        answered_at=event.answered_at,
        greeting_end_at=event.greeting_end_at,
        agent_at=event.agent_at,
        message_played_at=event.message_played_at,
        heard=event.heard,
    )
    state.jobs[event.effect] = Job(
        event.effect, "SettleAttempt", event.campaign, (event.attempt,), outcome=event.outcome, times=times, at=at
    )


@folds(e.OptedOut)
def _(state: State, event: e.OptedOut, at: int) -> None:
    campaign = state.calls[event.call].campaign
    assert campaign is not None, "only a campaign's message offers it"
    state.jobs[event.effect] = Job(event.effect, "KeepOptOut", campaign, (event.attempt,), at=at)


@folds(e.ClaimsGivenBack)
def _(state: State, event: e.ClaimsGivenBack, at: int) -> None:
    state.jobs.pop(event.effect, None)


@folds(e.AttemptSettled)
def _(state: State, event: e.AttemptSettled, at: int) -> None:
    state.jobs.pop(event.effect, None)
    _due_again(state.campaigns[event.campaign], event.next_at)


def _due_again(campaign: Campaign, next_at: int | None) -> None:
    if next_at is not None and campaign.again_at is not None:
        campaign.again_at = min(campaign.again_at, next_at)


@folds(e.FollowUpAsked)
def _(state: State, event: e.FollowUpAsked, at: int) -> None:
    for older in [job.effect for job in state.jobs.values() if job.kind == "KeepFollowUp" and event.attempt in job.attempts]:
        del state.jobs[older]  # only her last word is to be kept
    state.jobs[event.effect] = Job(
        event.effect,
        "KeepFollowUp",
        event.campaign,
        (event.attempt,),
        follow_up=event.follow_up,
        revision=state.position,
        at=at,
    )


@folds(e.FollowUpKept)
def _(state: State, event: e.FollowUpKept, at: int) -> None:
    state.jobs.pop(event.effect, None)
    _due_again(state.campaigns[event.campaign], event.next_at)


@folds(e.OptOutKept)
def _(state: State, event: e.OptOutKept, at: int) -> None:
    state.jobs.pop(event.effect, None)


@folds(e.CampaignKept)
def _(state: State, event: e.CampaignKept, at: int) -> None:
    state.jobs.pop(event.effect, None)
