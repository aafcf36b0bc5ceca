"""Two agents in two Chromiums and a caller: one conversation, handed over, from the first ring to the last key."""

from pathlib import Path

import pytest

from tests.fixtures.chromium import Launch
from tests.integration import sound
from tests.integration.scenario import Stay
from tests.web.softphone.desk import Desk
from tests.web.softphone.house import ANA_HZ, BEN_HZ, CALLER_HZ, House, microphone

VERA = "+12125550171"

pytestmark = [pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="session")]


async def test_a_call_is_answered_and_handed_over_and_everybody_is_heard(center: House, chromium: Launch, tmp_path: Path):
    vera = await center.known(VERA, "Vera Example")
    ana = await Desk.sit_down(await chromium(microphone=microphone(tmp_path, ANA_HZ)), center.url, "1001")
    ben = await Desk.sit_down(await chromium(microphone=microphone(tmp_path, BEN_HZ)), center.url, "1002")
    await ana.go_available()
    await ben.go_available()
    async with center.caller(VERA, Stay()) as caller:
        await ana.shows("ringing")
        await ana.sees("Vera Example", "[data-card=ringing] .who")
        await ana.sees("Vera Example", ".c-mid")
        assert await ana.page.title() == "Ringing: Orders"
        await ben.shows("idle")

        await ana.press("F8")
        await ana.shows("talking")
        await center.hears(caller, ANA_HZ)
        await ana.hears(CALLER_HZ)

        await ana.press("F10")
        await ana.page.keyboard.type("Ben")
        await ana.sees("Ben", "[role=option][aria-selected=true]")
        await ana.press("Enter")
        await ben.shows("ringing")
        await ben.sees("Vera Example", "[data-card=ringing] .who")
        await ben.press("F8")
        await ben.shows("talking")
        await ana.shows("wrap")
        await center.hears(caller, BEN_HZ)
        await ben.hears(CALLER_HZ)

        await ben.press("Shift+F9")
        await caller.done()
    for desk in (ana, ben):
        await desk.shows("wrap")
        await desk.press("F2")
        await desk.press("1")
        await desk.sees("Solved", ".outcome button[aria-pressed=true]")
        await desk.finish()
    await center.state("1001", "available")
    await center.state("1002", "available")

    record = await center.record(VERA)
    assert record["summary"]["contact"] == vera
    assert record["summary"]["disposition"] == "solved"
    assert [part["agent"] for part in record["conversations"]] == ["1001", "1002"]
    heard = await center.recorded(record)
    for hertz in (CALLER_HZ, ANA_HZ, BEN_HZ):
        assert sound.heard(heard, hertz, 0.4), hertz
    await center.nothing_left()
    await ana.leave()
    await ben.leave()
