"""A campaign on a real Asterisk, call by call: a list is imported, agents choose the campaign, people are really dialed."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tests.contract.asterisk_world import said_file
from tests.integration import campaign_center as center
from tests.integration import sound
from tests.integration.callees import Answers, Behavior, Refuses, RingsOut, kind_of, number
from tests.integration.campaign_floor import CampaignFloor, campaign_floor
from tests.integration.scenario import phone_rings
from tests.recount import dials

RING_MS = center.RING_MS


async def as_seen(floor: CampaignFloor, again_ms: Mapping[str, Sequence[int]] | None = None) -> list[dials.Dial]:
    """Nothing is left in Asterisk, and what the product says is what the callees saw."""
    assert await floor.quiet() == ([], [])
    found, leads, figure = await floor.dials(), await floor.manager.leads(floor.call_list), (await floor.live())["abandon"]
    assert dials.too_often(found, again_ms or {}, RING_MS) == []
    assert dials.wrong_leads(found, leads, RING_MS, {}) == []
    assert dials.wrong_figure(found, figure, RING_MS) == []
    assert {dial.shown for dial in found} == {center.CALLER_ID}
    return found


def test_each_end_that_a_dial_can_have():
    """Progressive, two agents: who answers is talked to, and every other end is what the network says it is."""
    behaviors: dict[int, Behavior] = {
        0: Answers(300, 1_500),
        1: RingsOut(),
        2: Refuses("486 Busy Here"),
        3: Refuses("404 Not Found"),
        4: Refuses("484 Address Incomplete"),
        5: Refuses("503 Service Unavailable"),
        6: Refuses("603 Decline", 300),
        7: Refuses("480 Temporarily Unavailable", 300),
        8: Refuses("480 Temporarily Unavailable"),
        9: Answers(200, 0),
    }
    wanted = ("answered", "no_answer", "busy", "invalid", "invalid", "congestion", "blocked", "no_answer", "failed", "abandoned")
    again_ms = {"busy": (1_500,)}

    async def story() -> None:
        async with campaign_floor(2, behaviors) as floor:
            numbers = [number(index, kind) for index, kind in enumerate(behaviors)]
            await floor.opens(numbers, "progressive", again_ms)
            await floor.begins()
            await floor.used_up(40)
            found = await as_seen(floor, again_ms)
            assert [dial.number for dial in found if dial.number != numbers[2]] == [*numbers[:2], *numbers[3:]]
            assert len(found) == len(numbers) + 1, "who was busy was tried twice"
            leads = await floor.manager.leads(floor.call_list)
            assert tuple(leads[number]["outcome"] for number in numbers) == wanted

    asyncio.run(story())


def test_whom_nobody_takes_hears_the_message_and_is_called_no_more(tmp_path: Path):
    """The only agent's telephone rings on: one callee hears why we called and presses the key, and nobody else is dialed."""
    behaviors: dict[int, Behavior] = {0: Answers(300, 6_000, presses="9", presses_after_ms=2_800)}

    async def story() -> None:
        async with campaign_floor(1, behaviors, phones=center.names(1)) as floor:
            (agent,) = floor.desks.values()
            await floor.opens([number(index, 0) for index in range(3)], "progressive")
            async with agent.telephone(tmp_path / "telephone", phone_rings(), calls=5):
                await floor.begins()
                await floor.service.board.until(lambda b: b.agents[agent.agent]["set_aside"], "her telephone is not seen to fail")
                assert floor.service.board.agents[agent.agent]["set_aside"]["why"] == "missed_call"
                await floor.service.board.until(lambda b: not b.calls, "the call goes on")
                await floor.settled()
                (dial,) = await as_seen(floor)
            assert dial.answered_at is not None
            assert dial.agent_at is None
            assert dial.message_at is not None
            assert 2_000 <= dial.message_at - dial.answered_at <= 2_400
            barred = (await floor.manager.ask("GET", "/do-not-call/numbers"))["items"]
            assert [(one["number"]["value"], one["source"]) for one in barred] == [(dial.number, "key")]

    asyncio.run(story())


def test_machines_are_heard_and_hung_up_and_persons_get_an_agent():
    """A fax and a network's announcement reach nobody, and are no answers by a person; who says hello is talked to."""
    fax = np.concatenate([sound.tone(2_100, 3.5), np.zeros(sound.RATE)])
    three = [sound.tone(hertz, 0.33) for hertz in (950, 1_400, 1_800)]
    announcement = np.concatenate([*three, np.zeros(sound.RATE * 4)])
    sounds = {
        "person": said_file("person").read_bytes(), "fax": sound.ulaw(fax), "announcement": sound.ulaw(announcement),
    }  # fmt: skip
    behaviors: dict[int, Behavior] = {
        0: Answers(300, 4_000, sound="person"), 1: Answers(300, None, sound="fax"), 2: Answers(300, None, sound="announcement"),
    }  # fmt: skip
    kinds = (0, 1, 2, 0, 1, 2)
    wanted = {0: "answered", 1: "fax", 2: "machine"}

    async def story() -> None:
        async with campaign_floor(2, behaviors, sounds=sounds) as floor:
            numbers = [number(index, kind) for index, kind in enumerate(kinds)]
            await floor.opens(numbers, "progressive", machines="hang_up")
            await floor.begins()
            await floor.used_up(60)
            assert await floor.quiet() == ([], [])
            leads, figure = await floor.manager.leads(floor.call_list), (await floor.live())["abandon"]
            assert [leads[one]["outcome"] for one in numbers] == [wanted[kind] for kind in kinds]
            assert (figure["answers"], figure["abandons"], figure["machines"]) == (2, 0, 4)
            for dial in await floor.dials():
                is_person = kind_of(dial.number) == 0
                assert (dial.agent_at is not None) is is_person, dial
                assert dial.hung_up_itself is is_person, dial
                assert dial.waited_ms is None or dial.waited_ms <= center.CONNECT_MS, dial

    asyncio.run(story())
