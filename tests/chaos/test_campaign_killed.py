"""The same campaign, and the service is killed in its middle (kill -9) and started again after a while that the seed draws.

For the long run alone: on a machine that has other work besides, nobody can say from outside whether a callee who hung up while
an agent was being joined had her or not.
"""

from pathlib import Path

import pytest

from tests.chaos.rounds import Rounds, rounds
from tests.chaos.test_campaign import live

pytestmark = pytest.mark.timeout(900)


@pytest.mark.parametrize("chaos", rounds({"campaign, service killed": (200, 2_000)}, short=1, most=4), indirect=True)
def test_no_lead_is_dialed_twice_when_the_service_is_killed(chaos: Rounds, tmp_path: Path):
    chaos.live(lambda rounds, _: live(rounds, killed=True), tmp_path)
