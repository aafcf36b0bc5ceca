"""Whether a campaign runs: said by people, and by the system when its trunk is dead. Its plan and its leads are rows."""

from enum import StrEnum

from callcenter.kernel import events as e
from callcenter.kernel.machine import Table


class CampaignState(StrEnum):
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    """Calls that are under way, ringing ones included, go on; nothing new is dialed."""
    STOPPED = "stopped"
    """What rang was ended too."""
    FINISHED = "finished"
    """For good."""


S = CampaignState

CAMPAIGN: Table[CampaignState] = Table(
    "campaign",
    S.DRAFT,
    {
        S.DRAFT: {e.CampaignStarted: S.RUNNING, e.CampaignFinished: S.FINISHED},
        S.RUNNING: {e.CampaignPaused: S.PAUSED, e.CampaignStopped: S.STOPPED, e.CampaignFinished: S.FINISHED},
        S.PAUSED: {
            e.CampaignStarted: S.RUNNING,
            e.CampaignPaused: S.PAUSED,
            e.CampaignStopped: S.STOPPED,
            e.CampaignFinished: S.FINISHED,
        },
        S.STOPPED: {e.CampaignStarted: S.RUNNING, e.CampaignFinished: S.FINISHED},
        S.FINISHED: {},
    },
)
