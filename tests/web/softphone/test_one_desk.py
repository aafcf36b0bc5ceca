"""One agent in a Chromium and a caller: what can happen to her page, her line and her microphone."""

import asyncio
from pathlib import Path

import pytest

from tests.fixtures.chromium import Launch
from tests.integration.center import PASSWORD
from tests.integration.scenario import Stay
from tests.integration.service import MUSIC_HZ
from tests.web.softphone.desk import Desk
from tests.web.softphone.house import ANA_HZ, CALLER_HZ, House, microphone

SIGN_IN = """([login, password]) => fetch("/api/v1/session", {
  method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ login, password }),
})"""

pytestmark = [pytest.mark.timeout(180), pytest.mark.asyncio(loop_scope="session")]


async def test_a_page_that_is_reloaded_in_mid_call_comes_back_to_it(center: House, chromium: Launch, tmp_path: Path):
    number = "+12125550172"
    ana = await Desk.sit_down(await chromium(microphone=microphone(tmp_path, ANA_HZ)), center.url, "1001")
    await ana.go_available()
    async with center.caller(number, Stay()) as caller:
        await ana.shows("ringing")
        await ana.press("F8")
        await ana.shows("talking")
        await center.hears(caller, ANA_HZ)
        before = center.service.board.call_of(number)
        assert before is not None

        # The line is back in well under a second, so the music is listened for from before the reload.
        music = asyncio.create_task(center.hears(caller, MUSIC_HZ, for_s=0.1))
        await ana.page.reload(wait_until="commit")
        await music
        await ana.shows("talking")
        await center.hears(caller, ANA_HZ)
        await ana.hears(CALLER_HZ)
        after = center.service.board.call_of(number)
        assert after is not None
        assert after["id"] == before["id"]

        await ana.press("Shift+F9")
        await caller.done()
    await ana.finish()
    record = await center.record(number)
    assert record["summary"]["id"] == before["id"]
    assert [part["agent"] for part in record["conversations"]] == ["1001"]
    await center.nothing_left()
    await ana.leave()


async def test_a_log_in_that_ends_in_mid_call_does_not_end_the_call(center: House, chromium: Launch, tmp_path: Path):
    number = "+12125550179"
    ana = await Desk.sit_down(await chromium(microphone=microphone(tmp_path, ANA_HZ)), center.url, "1001")
    await ana.go_available()
    async with center.caller(number, Stay()) as caller:
        await ana.shows("ringing")
        await ana.press("F8")
        await ana.shows("talking")
        await center.hears(caller, ANA_HZ)

        # Another tab of this browser signs in: the service ends the log-in of this one.
        await ana.page.evaluate(SIGN_IN, ["1001", PASSWORD])
        await ana.page.wait_for_url("**/signin**")
        await center.hears(caller, ANA_HZ)
        await ana.hears(CALLER_HZ)

        await ana.page.locator("input[name=login]").fill("1001")
        await ana.page.locator("input[name=password]").fill(PASSWORD)
        await ana.page.locator("input[name=password]").press("Enter")
        await ana.shows("talking")
        await center.hears(caller, ANA_HZ)
        await ana.hears(CALLER_HZ)
        await ana.press("Shift+F9")
        await caller.done()
    await ana.finish()
    record = await center.record(number)
    assert [part["agent"] for part in record["conversations"]] == ["1001"]
    await center.nothing_left()
    await ana.leave()


async def test_mute_hold_and_keys(center: House, chromium: Launch, tmp_path: Path):
    number = "+12125550173"
    ana = await Desk.sit_down(await chromium(microphone=microphone(tmp_path, ANA_HZ)), center.url, "1001")
    await ana.go_available()
    async with center.caller(number, Stay()) as caller:
        await ana.shows("ringing")
        await ana.press("F8")
        await ana.shows("talking")
        await center.hears(caller, ANA_HZ)

        await ana.press("F7")
        await ana.sees("muted", "[data-card=talking]")
        await center.hears_nothing(caller)
        await ana.hears(CALLER_HZ)
        await ana.press("F7")
        await center.hears(caller, ANA_HZ)

        await ana.press("F4")
        await ana.shows("holding")
        await center.hears(caller, MUSIC_HZ)
        await ana.hears(0)
        await ana.press("F4")
        await ana.shows("talking")
        await center.hears(caller, ANA_HZ)
        await ana.hears(CALLER_HZ)

        await ana.page.get_by_role("button", name="Keypad").click()
        await ana.press("5")
        await ana.page.get_by_role("button", name="#", exact=True).click()
        lengths = await center.keys(caller, "5#")
        assert all(100 <= held_ms <= 400 for held_ms in lengths), lengths
        await ana.press("Escape")
        await ana.shows("talking")

        await ana.press("Shift+F9")
        await caller.done()
    await ana.finish()
    record = await center.record(number)
    assert len(record["holds"]) == 1
    await center.nothing_left()
    await ana.leave()


async def test_a_refused_microphone_is_told_and_the_caller_is_not_lost(center: House, chromium: Launch, tmp_path: Path):
    number = "+12125550174"
    browser = await chromium(microphone=microphone(tmp_path, ANA_HZ), without=("--use-fake-ui-for-media-stream",))
    ana = await Desk.sit_down(browser, center.url, "1001", line="no-device", permissions=[])
    await ana.shows("device")
    await ana.sees("Device error", "[data-card=device]")
    await ana.page.locator(".presence").click()
    await ana.page.get_by_role("menuitemradio", name="Available").click()
    await center.state("1001", "available")
    async with center.caller(number, Stay()) as caller:
        await ana.shows("ringing")
        await ana.press("F8")
        # Nobody is put through to somebody who cannot be heard.
        await ana.shows("device")
        await center.hears(caller, MUSIC_HZ)

        await ana.page.context.grant_permissions(["microphone"])
        await ana.page.get_by_role("button", name="Try again").click()
        await ana.line("ready")
        await ana.shows("ringing")
        await ana.press("F8")
        await ana.shows("talking")
        await center.hears(caller, ANA_HZ)
        await ana.hears(CALLER_HZ)
        await ana.press("Shift+F9")
        await caller.done()
    await ana.finish()
    await center.nothing_left()
    await ana.leave()


async def test_after_a_restart_of_asterisk_the_page_has_its_line_again(center: House, chromium: Launch, tmp_path: Path):
    number = "+12125550175"
    ana = await Desk.sit_down(await chromium(microphone=microphone(tmp_path, ANA_HZ)), center.url, "1001")
    await ana.go_available()
    center.pbx.kill()
    await ana.line("lost")
    center.pbx.start()
    await ana.line("ready")
    await center.service.board.until(lambda b: b.agents["1001"]["reachable"], "the telephone is not reachable again", 30)
    async with center.caller(number, Stay()) as caller:
        await ana.shows("ringing")
        await ana.press("F8")
        await ana.shows("talking")
        await center.hears(caller, ANA_HZ)
        await ana.hears(CALLER_HZ)
        await ana.press("Shift+F9")
        await caller.done()
    await ana.finish()
    await center.nothing_left()
    await ana.leave()
