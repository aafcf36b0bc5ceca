"""A campaign on a real Asterisk, call by call: a list is imported, an agent chooses the campaign, and people are really dialed."""

import asyncio
from pathlib import Path

from tests.integration import campaign_center as center
from tests.integration.callees import Answers, Refuses, RingsOut, number
from tests.integration.campaign_floor import campaign_floor
from tests.integration.day import CALLER_HZ
from tests.recount import dials

TALKS, RINGS, BUSY, NOBODY = 0, 3, 4, 5


def test_a_first_call(tmp_path: Path):
    async def story() -> None:
        behaviors = {TALKS: Answers(300, 2_500), RINGS: RingsOut(), BUSY: Refuses("486 Busy Here"), NOBODY: Refuses("404 Not Found")}
        async with campaign_floor(1, behaviors) as floor:
            numbers = [number(index, kind) for index, kind in enumerate(behaviors)]
            await floor.opens(numbers, "progressive")
            await floor.begins()
            await floor.used_up(40)
            assert await floor.quiet() == ([], [])
            leads = await floor.manager.leads(floor.call_list)
            found = floor.dials()
            print(dials.counted(found, center.RING_MS), [one.waited_ms for one in found])
            assert [one.number for one in found] == numbers
            assert {one.shown for one in found} == {center.CALLER_ID}
            assert dials.wrong_leads(found, leads, center.RING_MS) == []

    asyncio.run(story())
