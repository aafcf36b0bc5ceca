"""A desk whose browser has no microphone for it.

The telephone is a real one, on an Asterisk of its own: the simulated one has no use for a microphone.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.web.pages.conftest import WAIT_MS
from tests.web.pages.words import Words
from tests.web.softphone.desk import Desk
from tests.web.softphone.house import house


@pytest.mark.timeout(180)
async def test_a_desk_without_a_microphone_says_so_and_is_repaired_there(
    chromium: Callable[..., Awaitable[Browser]], tmp_path: Path, say: Words
):
    async with house(tmp_path) as center:
        browser = await chromium(without=("--use-fake-ui-for-media-stream",))  # nobody allows it, nobody is asked
        ana = await Desk.sit_down(browser, center.url, "1001", line="no-device", permissions=[])
        await ana.page.evaluate(
            """(language) => fetch("/api/v1/session", {
              method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ language }) })""",
            say.language,
        )
        await ana.page.reload()
        card = ana.page.locator("[data-card=device]")
        await expect(card).to_contain_text(say("device.error"), timeout=WAIT_MS)
        await expect(card).to_contain_text(say("device.denied.what"))
        await expect(ana.page.locator("[data-line=no-device]")).to_contain_text(say("line.noDevice"))
        await ana.page.context.grant_permissions(["microphone"])
        await card.get_by_role("button", name=say("repair")).click()
        await ana.line("ready")
        await ana.shows("idle")
        await ana.leave()
