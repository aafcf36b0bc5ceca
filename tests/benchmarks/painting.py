"""How long after the hub decided to ring an agent her page shows the call: painted, in a real Chromium, on this machine.

`python -m tests.benchmarks.painting [CALLS]`. One agent, one page in each of two kinds of Chromium (the whole one has a softphone
that could ring, the headless one is lighter), the simulated telephone network, the log on SQLite. From the time of the event
`OfferMade`, which is earlier than the ring itself, to the first frame with the ringing card on it: the card is seen by a
MutationObserver, and the frame that holds it is over when the task after the next animation frame runs. The hub, the page's
process and Chromium share the machine's processors and its clock.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Page

from callcenter.bootstrap import PAGES
from callcenter.kernel import events as e
from callcenter.kernel.events import Recorded
from callcenter.operations.bench.report import machine, p50, p99
from tests.api.house import PASSWORD, House
from tests.fixtures.chromium import chromiums
from tests.fixtures.processes import program

CALLS = 100
GOAL_MS = 100
BROWSERS = ("chromium", "chromium-headless-shell")
WATCH = """() => {
  window.painted = [];
  let shown = false;
  new MutationObserver(() => {
    const ringing = document.querySelector("[data-card=ringing]") !== null;
    if (ringing && !shown)
      requestAnimationFrame(() => {
        const done = new MessageChannel();
        done.port1.onmessage = () => window.painted.push(performance.timeOrigin + performance.now());
        done.port2.postMessage(0);
      });
    shown = ringing;
  }).observe(document.body, { childList: true, subtree: true, attributes: true });
}"""


async def sit_down(page: Page, house: House) -> None:
    await page.goto(house.origin)
    await page.locator("input[name=login]").fill("ana")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Go available").click()
    await page.locator("[data-card=idle][data-st=available]").wait_for()
    await page.evaluate(WATCH)


async def ring(page: Page, house: House, calls: int) -> list[float]:
    """For each call, ms from its offer to its paint."""
    offered: list[int] = []

    def heard(batch: Sequence[Recorded]) -> None:
        offered.extend(recorded.at for recorded in batch if isinstance(recorded.event, e.OfferMade))

    house.engine.listeners.append(heard)
    for number in range(calls):
        caller = house.call_in()
        await page.wait_for_function("(count) => window.painted.length > count", arg=number)
        house.hang_up(caller)
        await page.locator("[data-card=idle][data-st=available]").wait_for()
    painted: list[float] = await page.evaluate("window.painted")
    assert len(offered) == len(painted) == calls
    return [shown - at for at, shown in zip(offered, painted, strict=True)]


async def measure(calls: int, browsers: Sequence[str] = BROWSERS) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for name in browsers:
        with TemporaryDirectory() as folder:
            house = House(Path(folder))
            house.pages = PAGES
            await house.start()
            async with chromiums() as launch:
                browser = await launch(start=program(name, name))
                page = await (await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en")).new_page()
                await sit_down(page, house)
                found[name] = await ring(page, house, calls)
            await house.stop()
    return found


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else CALLS
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    for name, times in asyncio.run(measure(calls)).items():
        print(f"{name}: offer to paint p50 {p50(times):.0f} ms, p99 {p99(times):.0f} ms, longest {max(times):.0f} ms "
              f"({calls} calls); p99 to the goal {p99(times) / GOAL_MS:.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
