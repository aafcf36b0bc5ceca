"""An agent's page in Chromium: what she presses, what she sees, and what comes out of her loudspeaker."""

import re
from typing import Any

from playwright.async_api import Browser, Locator, Page, expect

from tests.integration.center import PASSWORD

WAIT_MS = 20_000

LISTEN = """async ([hertz, wanted_s, limit_s]) => {
  const stream = document.getElementById("remote-sound")?.srcObject;
  if (!stream) return "no stream";
  const context = new AudioContext();
  await context.resume();
  const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
  context.createMediaStreamSource(stream).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  const width = context.sampleRate / analyser.fftSize;
  const every = 0.05, began = performance.now();
  let heard = 0, last = "nothing";
  try {
    return await new Promise((resolve) => {
      const timer = setInterval(() => {
        analyser.getFloatFrequencyData(bins);
        let top = 0;
        for (let i = 1; i < bins.length; i++) if (bins[i] > bins[top]) top = i;
        const loud = bins[top] > -60;
        last = loud ? `${Math.round(top * width)} Hz at ${Math.round(bins[top])} dB` : "nothing";
        const good = hertz === 0 ? !loud : loud && Math.abs(top * width - hertz) < 2 * width;
        heard = good ? heard + every : hertz === 0 ? 0 : heard;
        if (heard >= wanted_s || performance.now() - began > limit_s * 1000) {
          clearInterval(timer);
          resolve(heard >= wanted_s ? "" : last);
        }
      }, every * 1000);
    });
  } finally {
    void context.close();
  }
}"""
"""Looks at the loudest frequency of what comes in, twenty times a second. 0 Hz: nothing is heard, without a break."""


class Desk:
    """One signed-in agent's page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.card: Locator = page.locator("[data-card]")
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    @classmethod
    async def sit_down(
        cls,
        browser: Browser,
        url: str,
        login: str,
        password: str = PASSWORD,
        *,
        line: str = "ready",
        script: str = "",
        **context: Any,
    ) -> "Desk":
        """Signs in and waits until the line is as said. `script` runs before the page's own; `context`: Playwright's."""
        page = await (await browser.new_context(locale="en-US", **context)).new_page()
        if script:
            await page.add_init_script(script)
        page.set_default_timeout(WAIT_MS)
        await page.goto(url)
        await page.locator("input[name=login]").fill(login)
        await page.locator("input[name=password]").fill(password)
        await page.locator("input[name=password]").press("Enter")
        desk = cls(page)
        await desk.line(line)
        return desk

    async def line(self, health: str) -> None:
        await expect(self.page.locator(f"[data-line={health}]")).to_be_attached(timeout=WAIT_MS)

    async def shows(self, *kinds: str, seconds: float = WAIT_MS / 1000) -> None:
        """Waits until the call card is of one of these kinds (agent/card.ts)."""
        await expect(self.card).to_have_attribute(
            "data-card", re.compile("|".join(f"^{kind}$" for kind in kinds)), timeout=seconds * 1000
        )

    async def go_available(self) -> None:
        await self.page.get_by_role("button", name="Go available").click()
        await expect(self.page.locator(".presence[data-st=available]")).to_be_visible(timeout=WAIT_MS)

    async def finish(self) -> None:
        """Ends the wrap-up."""
        await self.shows("wrap")
        await self.page.get_by_role("button", name="Finish").click()
        await self.shows("idle")

    async def leave(self) -> None:
        """Signs out and closes the browser; nothing went wrong in the page meanwhile."""
        assert self.errors == []
        status = await self.page.evaluate("fetch('/api/v1/session', { method: 'DELETE' }).then((answer) => answer.status)")
        assert status == 204, status
        browser = self.page.context.browser
        assert browser is not None
        await browser.close()

    async def press(self, key: str) -> None:
        await self.page.keyboard.press(key)

    async def sees(self, text: str, where: str = "body") -> None:
        await expect(self.page.locator(where)).to_contain_text(text, timeout=WAIT_MS)

    async def hears(self, hertz: int, for_s: float = 0.6, seconds: float = 15) -> None:
        """Waits until the loudspeaker has played the tone for so long; 0 Hz: has been silent for so long."""
        instead = await self.page.evaluate(LISTEN, [hertz, for_s, seconds])
        assert instead == "", f"{hertz} Hz is not heard for {for_s} s within {seconds} s, at last: {instead}"
