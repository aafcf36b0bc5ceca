"""What campaigns ask of the leads' rows: one thing that can never be done holds up nothing else."""

from structlog.testing import capture_logs

from callcenter.kernel import effects as fx
from callcenter.kernel import signals as s
from callcenter.kernel.campaign_state import CampaignState
from callcenter.kernel.dialing import Outcome
from callcenter.kernel.ids import AttemptId, CampaignId, EffectId
from callcenter.runtime.lead_desk import LeadDesk
from callcenter.store.database import Database
from tests.integration.dialing import NOON, campaign, law
from tests.unit.hub.story import center


async def test_an_attempt_of_a_campaign_that_is_gone_holds_up_no_other(database: Database):
    desk = LeadDesk(database, lambda: center(laws={law().id: law()}), lambda: NOON)
    told: list[s.AnySignal] = []
    desk.begin(1, (), told.append)
    made = await desk._campaigns.create(campaign(), "ana", NOON)
    gone, there = CampaignId("4711"), CampaignId(str(made.id))
    desk.perform(
        fx.SettleAttempt(
            effect=EffectId("gone"), campaign=gone, attempt=AttemptId("a" * 20), dial_outcome=Outcome.BUSY, at=NOON
        )
    )
    desk.perform(fx.KeepCampaignState(effect=EffectId("kept"), campaign=there, state=CampaignState.RUNNING))
    with capture_logs() as said:
        await desk.catch_up()
    assert [type(signal) for signal in told] == [s.CampaignStateKept], "and nobody is told that the other was done"
    assert [line["event"] for line in said if line["log_level"] == "error"] == ["leads_row_impossible"]
