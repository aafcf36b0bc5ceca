"""`callcenter demo` as whoever tries it meets it: log-ins printed, ready said, a live board, the words that callers hear."""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from config.center_file import read_center
from tests.architecture.tree import ROOT
from tests.fixtures.chromium import Launch
from tests.fixtures.ports import claim_free_port

CENTER = ROOT / "config/example/center.yaml"


@pytest.fixture
async def demo() -> AsyncIterator[tuple[str, dict[str, tuple[str, str]]]]:
    """Its address, and user and password by role and language."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "callcenter", "demo", "--port", str(claim_free_port()), stdout=PIPE
    )
    assert process.stdout is not None
    log_ins: dict[str, tuple[str, str]] = {}
    async with asyncio.timeout(90):
        while not (line := (await process.stdout.readline()).decode()).startswith("ready "):
            assert line, "the demo ended before it was ready"
            if found := re.match(r"  (\w+) +user (\S+) +password (\S+) +(\w+)", line):
                log_ins[f"{found[1]} {found[4]}"] = (found[2], found[3])
    yield line.removeprefix("ready ").strip(), log_ins
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 30) == 0


async def test_the_demo_lives_and_shows_what_callers_hear(
    demo: tuple[str, dict[str, tuple[str, str]]], chromium: Launch
):
    url, log_ins = demo
    assert {"supervisor en", "supervisor zh", "agent en", "agent zh"} <= log_ins.keys()
    prompts = read_center(CENTER).center.prompts.values()
    browser = await chromium()
    for language in ("en", "zh"):
        user, password = log_ins[f"supervisor {language}"]
        page = await (await browser.new_context(viewport={"width": 1440, "height": 900})).new_page()
        await page.goto(url)
        await page.locator("input[name=login]").fill(user)
        await page.locator("input[type=password]").fill(password)
        await page.keyboard.press("Enter")
        await expect(page.locator("html")).to_have_attribute("lang", language)
        await expect(page.locator("[data-agent]").first).to_be_visible(timeout=30_000)
        heard = page.locator("[data-hears]").first
        await expect(heard).to_be_visible(timeout=60_000)
        texts = {getattr(label, language) for label in prompts}
        async with asyncio.timeout(60):
            while not any(text in said for said in await page.locator("[data-hears]").all_inner_texts() for text in texts):
                await page.locator("[data-hears]").first.wait_for()
        await page.close()
