"""A predictive campaign on a real Asterisk: 20 agents, hundreds of callees who talk, ring out, are busy, decline or are gone.

Seen from outside (SIPp's logs, what was heard, Asterisk's records; `tests.recount.dials`): which numbers were dialed and how
often, what became of each lead, whom nobody talked to, and how long whoever answered waited. In the second kind the service is
killed in the middle (kill -9) and started again after a while that the seed draws.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.chaos.rounds import Round, Rounds, rounds
from tests.integration import campaign_center as center
from tests.integration.callees import Answers, Behavior, Refuses, RingsOut, drawn
from tests.integration.campaign_floor import CampaignFloor, campaign_floor
from tests.integration.people import Json, now
from tests.recount import dials

pytestmark = pytest.mark.timeout(900)

AGENTS = 20
CAP = {False: 0.10, True: 0.03}
"""Of the test's law, in a short round and in a long one: of a hundred answers 3 % would be three, and some hang up at once."""
TALKS, TALKS_LONGER, AGENT_ENDS, RINGS_OUT, BUSY, NOBODY, TOO_SHORT, CONGESTED, GONE_AT_ONCE, DECLINES = range(10)
BEHAVIORS: dict[int, Behavior] = {
    TALKS: Answers(400, 1_800),
    TALKS_LONGER: Answers(1_500, 3_000, early=True),
    AGENT_ENDS: Answers(800, None),
    RINGS_OUT: RingsOut(),
    BUSY: Refuses("486 Busy Here"),
    NOBODY: Refuses("404 Not Found"),
    TOO_SHORT: Refuses("484 Address Incomplete"),
    CONGESTED: Refuses("503 Service Unavailable"),
    GONE_AT_ONCE: Answers(300, 0),
    DECLINES: Refuses("603 Decline", 500),
}
SHARES = {
    TALKS: 0.30, TALKS_LONGER: 0.16, AGENT_ENDS: 0.06, RINGS_OUT: 0.20, BUSY: 0.12,
    NOBODY: 0.04, TOO_SHORT: 0.03, CONGESTED: 0.04, GONE_AT_ONCE: 0.008, DECLINES: 0.042,
}  # fmt: skip
AGAIN_MS = {"busy": (4_000,)}
"""The campaign's plan: who was busy is tried a second time, nobody else."""
DOWN_S = (0.5, 3.0)


async def round_of(chaos: Round, killed: bool) -> None:
    numbers = drawn(chaos.draw, chaos.calls, SHARES)
    limit_s = 60 + chaos.calls * 0.5
    async with campaign_floor(AGENTS, BEHAVIORS, cap=CAP[chaos.long]) as floor:
        await floor.opens(numbers, "predictive", AGAIN_MS)
        began = now()
        await floor.begins()
        gap = None
        if killed:
            await floor.dialed(chaos.draw.randrange(chaos.calls // 4, chaos.calls // 2), limit_s)
            gap = await floor.killed(0.0 if chaos.seed % 2 else chaos.draw.uniform(*DOWN_S))
        await floor.used_up(limit_s)
        chaos.note(campaign_s=round((now() - began) / 1000))
        await looked_at(floor, chaos, numbers, gap)


async def looked_at(floor: CampaignFloor, chaos: Round, numbers: Sequence[str], gap: Json | None) -> None:
    left = await floor.quiet()
    leads = await floor.manager.leads(floor.call_list)
    figure = (await floor.live())["abandon"]
    found = await floor.dials()
    delays = dials.delays(found, floor.busy(), AGENTS, None if gap is None else (gap["killed"], gap["until"]))
    unsure = dials.either(
        dials.crossed(found, floor.rings()), {} if gap is None else dials.unheard(found, gap["killed"])
    )
    wrong = [
        *(f"left in Asterisk: {one}" for these in left for one in these),
        *dials.too_often(found, AGAIN_MS, center.RING_MS),
        *dials.wrong_leads(found, leads, center.RING_MS, unsure),
        *dials.wrong_figure(found, figure, center.RING_MS, unsure),
        *dials.two_at_once(floor.rings()),
    ]
    answers = [dial.answered_at for dial in found if dial.answered_at is not None]
    in_gap = [dial for dial in found if gap is not None and gap["killed"] <= (dial.answered_at or 0) <= gap["until"]]
    unforeseen = sum(dial.agent_at is None for dial in in_gap)
    chaos.note(
        leads=len(leads), dials=len(found), answered=len(answers), alone_in_the_gap=unforeseen,
        no_agent=figure["abandons"], no_agent_percent=round(100 * figure["rate"], 1), cap_percent=round(100 * figure["cap"], 1),
        sound_p50_ms=delays.percentile(delays.at_once, 0.5), sound_p99_ms=delays.percentile(delays.at_once, 0.99),
        found_free=len(delays.at_once), waited_p99_ms=delays.percentile(delays.all, 0.99), wrong=len(wrong),
    )  # fmt: skip
    assert not wrong, "\n".join([*wrong, str(dials.counted(found, center.RING_MS))])
    assert sorted(leads) == sorted(numbers) == sorted({dial.number for dial in found}), "every lead was dialed"
    assert {dial.shown for dial in found} == {center.CALLER_ID}
    # Who answers while nobody is there cannot be talked to; pacing answers for all others.
    assert figure["abandons"] - unforeseen <= figure["cap"] * len(answers)
    legs = {row["uniqueid"]: row for row in floor.trunk_rows()}
    assert len(legs) == len(found), "Asterisk's own account of the legs"


def live(rounds: Sequence[Round], killed: bool) -> None:
    (one,) = rounds
    asyncio.run(round_of(one, killed))


@pytest.mark.parametrize("chaos", rounds({"campaign": (200, 2_000)}, short=1, most=2), indirect=True)
def test_every_lead_is_dialed_and_its_outcome_is_right(chaos: Rounds, tmp_path: Path):
    chaos.live(lambda rounds, _: live(rounds, killed=False), tmp_path)


@pytest.mark.parametrize("chaos", rounds({"campaign, service killed": (200, 2_000)}, short=1, most=4), indirect=True)
def test_no_lead_is_dialed_twice_when_the_service_is_killed(chaos: Rounds, tmp_path: Path):
    chaos.live(lambda rounds, _: live(rounds, killed=True), tmp_path)
