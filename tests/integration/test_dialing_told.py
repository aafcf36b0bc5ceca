"""Why a campaign dials nothing, why a lead is not dialed, and each decision derived again from the log."""

from pathlib import Path

import msgspec
import pytest

from callcenter.hub.dialing.replay import Replayer
from callcenter.hub.dialing.why import why_not
from callcenter.kernel import commands as c
from callcenter.kernel import events as e
from callcenter.kernel.dialing import Mode
from callcenter.kernel.events import Recorded
from callcenter.kernel.ids import AgentId, CampaignId
from callcenter.kernel.law import AbandonCap
from callcenter.kernel.words import Fate
from callcenter.operations import one_lead
from callcenter.simulation.phones import Outside
from callcenter.store.campaigns import CampaignChange
from callcenter.store.database import Database
from callcenter.store.do_not_call import DoNotCall
from tests.integration.campaigning import Office
from tests.integration.dialing import Dialer, campaign, law
from tests.integration.test_dialing import filled, rows

ANA = AgentId("ana")


def codes(dialer: Dialer, spring: CampaignId) -> list[str]:
    return [cause.code for cause in why_not(dialer.hub.state, spring, dialer.now)]


async def test_each_cause_is_told_while_it_holds(database: Database, office: Office, tmp_path: Path):
    dialer = Dialer(database, law())
    spring = await dialer.opens(campaign(message=None))
    (one,) = await filled(dialer, office, spring, tmp_path, 1)
    assert codes(dialer, spring) == ["not_running", "law:message_missing", "no_agents"]
    await dialer.starts(spring)
    await dialer.campaigns.change(int(spring), CampaignChange(message="sorry"), "ana", dialer.now)
    await dialer.center_changes()
    assert codes(dialer, spring) == ["no_agents"]
    await DoNotCall(database).add(one, "US", "agent", dialer.now)
    await dialer.works("ana", spring)
    await dialer.advances(1)
    found = why_not(dialer.hub.state, spring, dialer.now)
    assert [(cause.code, cause.count) for cause in found] == [("not_due", 0), ("held:do_not_call_own", 1)]
    await dialer.asks(c.SetNotReady(agent=ANA, reason="break"))
    assert ("nobody_free", 1) in [(cause.code, cause.count) for cause in why_not(dialer.hub.state, spring, dialer.now)]
    dialer.network.lose_connection("planned")
    await dialer.settles()
    assert "carrier_down" in codes(dialer, spring)
    await dialer.asks(c.PauseCampaign(campaign=spring))
    assert codes(dialer, spring)[0] == "paused_asked"
    await dialer.campaigns.change(int(spring), CampaignChange(first_day="2031-01-01"), "ana", dialer.now)
    await dialer.center_changes()
    assert "before_first_day" in codes(dialer, spring)
    assert codes(dialer, CampaignId("77")) == ["no_campaign"]


async def test_a_lead_is_explained(database: Database, office: Office, tmp_path: Path):
    dialer = Dialer(database, law())
    spring = await dialer.opens(campaign())
    one, two = await filled(dialer, office, spring, tmp_path, 2)
    dialer.behave(one, does="busy")
    await DoNotCall(database).add(two, "US", "agent", dialer.now)
    await dialer.works("ana", spring)
    await dialer.starts(spring)
    await dialer.until(lambda: dialer.all(e.AttemptSettled) != [])
    busy, held = [row.id for row in await rows(dialer)]
    first = await one_lead.of_rows(database, dialer.hub.state, busy, dialer.now)
    assert [(dial.outcome, dial.rule) for dial in first.dials] == [("busy", "test 1 allowed")]
    assert first.choice is not None
    assert first.choice.reason == "retry"
    second = await one_lead.of_rows(database, dialer.hub.state, held, dialer.now)
    assert second.dials == ()
    assert second.choice is not None
    assert second.choice.reason == "do_not_call_own"
    told = "\n".join([*one_lead.lines(first, "en"), *one_lead.lines(second, "zh")])
    assert "busy" in told
    assert one not in told
    assert two not in told


async def played(database: Database, office: Office, tmp_path: Path, mode: Mode) -> Dialer:
    """A few minutes in which some answer, some do not, and somebody is abandoned."""
    dialer = Dialer(database, law(abandon=AbandonCap(share=0.2, window_days=30)))
    spring = await dialer.opens(campaign(mode=mode))
    numbers = await filled(dialer, office, spring, tmp_path, 60)
    for place, number in enumerate(numbers):
        dialer.network.outside[number] = Outside(after_ms=5_000) if place % 3 == 0 else Outside(does="no_answer")
    for name in ("ana", "bo"):
        await dialer.works(name, spring)
    await dialer.starts(spring)
    for turn in range(240):
        await dialer.advances(1)
        await dialer.wraps_up()
        for line in list(dialer.network.lines.values()):
            if line.number is not None and line.bridge is not None and turn % 20 == 0:
                dialer.network.hang_up(line.leg, dialer.now)
    return dialer


@pytest.mark.parametrize("mode", [Mode.PROGRESSIVE, Mode.PREDICTIVE, Mode.PREVIEW])
async def test_every_decision_is_derived_again(database: Database, office: Office, tmp_path: Path, mode: Mode):
    dialer = await played(database, office, tmp_path, mode)
    replayer = Replayer(CampaignId("1"))
    replayer.follow(dialer.log)
    assert replayer.found.differences == []
    assert replayer.found.decisions == len(dialer.all(e.LeadsAsked)) > 1
    assert replayer.found.judged == len(dialer.all(e.AttemptJudged))


async def test_what_was_tampered_with_is_found(database: Database, office: Office, tmp_path: Path):
    dialer = await played(database, office, tmp_path, Mode.PREDICTIVE)
    asked = next(one for one in dialer.log if isinstance(one.event, e.LeadsAsked))
    judged = next(one for one in dialer.log if isinstance(one.event, e.AttemptJudged))
    assert isinstance(asked.event, e.LeadsAsked)
    assert isinstance(judged.event, e.AttemptJudged)
    inputs = msgspec.structs.replace(asked.event.inputs, free=9)
    log = list(dialer.log)
    log[asked.position - 1] = Recorded(asked.position, asked.at, msgspec.structs.replace(asked.event, inputs=inputs))
    log[judged.position - 1] = Recorded(judged.position, judged.at, msgspec.structs.replace(judged.event, fate=Fate.MACHINE))
    replayer = Replayer(CampaignId("1"))
    replayer.follow(log[: judged.position])
    assert [(one.position, one.what) for one in replayer.found.differences] == [
        (asked.position, "free"), (judged.position, "fate"),
    ]  # fmt: skip
