"""What a trunk can bear: calls at once, dials within a second, and whose turn it is when lines are short."""

from collections import Counter
from pathlib import Path

from callcenter.hub.dialing.why import why_not
from callcenter.kernel import events as e
from callcenter.kernel.center import Trunk
from callcenter.kernel.dialing import Mode
from callcenter.kernel.ids import CampaignId
from tests.integration.campaigning import Office
from tests.integration.dialing import Dialer, campaign
from tests.integration.test_dialing import filled
from tests.unit.hub.story import CARRIER, DIALED


async def opened(
    dialer: Dialer, office: Office, tmp_path: Path, leads: int, first: int = 0, **values: object
) -> CampaignId:
    """An agentless campaign whose callees never answer; it is not started."""
    id = await dialer.opens(campaign(mode=Mode.AGENTLESS, **values))
    for number in await filled(dialer, office, id, tmp_path, leads, first):
        dialer.behave(number, does="ignores")
    return id


def in_use(dialer: Dialer) -> Counter[CampaignId]:
    """Lines by campaign."""
    return Counter(one.campaign for one in dialer.hub.state.attempts.values() if one.call is not None)


async def test_campaigns_leave_lines_to_people(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await opened(dialer, office, tmp_path, 20)
    await dialer.center_changes(trunks={CARRIER: Trunk(lines=5, keep_free=1)})
    await dialer.starts(spring)
    await dialer.advances(1)
    assert in_use(dialer)[spring] == 4
    dialer.network.call_in("+12125550123", DIALED)
    dialer.network.call_in("+12125550124", DIALED)
    await dialer.settles()
    assert [(one.code, one.count) for one in why_not(dialer.hub.state, spring, dialer.now)] == [("no_lines", 6)]
    await dialer.until(lambda: len(list(dialer.attempts())) > 4)
    assert in_use(dialer)[spring] == 2, "two of its dials have given way to callers"
    await dialer.until(lambda: len(list(dialer.attempts())) == 20, 400)


async def test_no_second_has_more_dials_than_the_carrier_takes(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await opened(dialer, office, tmp_path, 25)
    for number in list(dialer.network.outside)[::2]:
        dialer.behave(number, does="busy")  # gone before the second is over
    await dialer.center_changes(trunks={CARRIER: Trunk(dials_per_second=3)})
    await dialer.starts(spring)
    began = dialer.now
    await dialer.until(lambda: len(list(dialer.attempts())) == 25)
    at = [recorded.at for recorded in dialer.log if isinstance(recorded.event, e.AttemptDialed)]
    assert all(later - earlier >= 1_000 for earlier, later in zip(at, at[3:], strict=False))
    assert at[-1] - began <= 9_500, "and not fewer than it takes"


async def test_of_equals_each_has_its_share_and_no_line_is_idle(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await opened(dialer, office, tmp_path, 60, share=3.0)
    autumn = await opened(dialer, office, tmp_path, 40, first=60, name="autumn", share=1.0)
    await dialer.center_changes(trunks={CARRIER: Trunk(lines=8)})
    await dialer.starts(spring)
    await dialer.starts(autumn)
    await dialer.advances(60)
    for _ in range(5):
        await dialer.advances(20)
        assert in_use(dialer) == {spring: 6, autumn: 2}
    await dialer.until(lambda: not in_use(dialer)[spring], 600)
    assert in_use(dialer) == {autumn: 8}


async def test_a_higher_priority_has_the_first_of_the_lines(dialer: Dialer, office: Office, tmp_path: Path):
    spring = await opened(dialer, office, tmp_path, 20)
    urgent = await opened(dialer, office, tmp_path, 12, first=20, name="urgent", priority=5)
    await dialer.center_changes(trunks={CARRIER: Trunk(lines=4)})
    await dialer.starts(spring)
    await dialer.advances(1)
    assert in_use(dialer) == {spring: 4}
    await dialer.starts(urgent)
    await dialer.advances(30)
    assert in_use(dialer) == {urgent: 4}
    await dialer.until(lambda: in_use(dialer) == {spring: 4}, 600)
