"""What arrives at SIPp's telephones on loopback: tones and keys, read from what two listening programs write down.

Nothing is known here of who telephones, nor of the product.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.integration.service import now
from tests.integration.sipp import Sipp
from tests.recount.heard import Heard


class Hearing:
    """Ears that listen, writing into `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def heard(self) -> Heard:
        return Heard.read((self.folder / "heard.log").read_text())

    async def hears(self, telephone: Sipp, hertz: int, for_s: float = 0.6, seconds: float = 15) -> None:
        """Waits until this telephone has heard the tone for so long in all, counted from now on."""
        since, what = now(), f"tone {hertz}"
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        stretches = []
        while loop.time() < deadline:
            stretches = self.heard().stretches(telephone.media_port, since, now())
            if sum(one.until - one.since for one in stretches if one.what == what) >= for_s * 1000:
                return
            await asyncio.sleep(0.02)  # a file can only be looked at
        raise AssertionError(f"{what} is not heard for {for_s} s, but {[(one.what, one.until - one.since) for one in stretches]}")

    async def hears_nothing(self, telephone: Sipp, for_s: float = 1.5, seconds: float = 15) -> None:
        """Waits until nothing has been heard here for so long: longer than the pause in a microphone's pulses."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        stretches = []
        while loop.time() < deadline:
            at = now()
            stretches = self.heard().stretches(telephone.media_port, at - round(for_s * 1000), at)
            if {one.what for one in stretches} == {"quiet"}:
                return
            await asyncio.sleep(0.02)  # a file can only be looked at
        raise AssertionError(f"it is not quiet: {[(one.what, one.until - one.since) for one in stretches]}")

    async def keys(self, telephone: Sipp, keys: str, seconds: float = 10) -> list[int]:
        """Waits until these keys, and no others, have arrived at the telephone, as RFC 4733 events; how long each was, in ms."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        arrived = ""
        while loop.time() < deadline:
            lines = [line.split() for line in (self.folder / "keys.log").read_text().splitlines()]
            mine = [(key, int(held_ms)) for port, key, held_ms in lines if int(port) == telephone.media_port]
            arrived = "".join(key for key, _ in mine)
            if arrived == keys:
                return [held_ms for _, held_ms in mine]
            await asyncio.sleep(0.02)  # a file can only be looked at
        raise AssertionError(f"keys {keys!r} are awaited, {arrived!r} came")


@asynccontextmanager
async def hearing(folder: Path, ports: tuple[int, int], tones: Sequence[int]) -> AsyncIterator[Hearing]:
    """Listens to an exchange whose sound has these ports; needs raw sockets."""
    rtp = ("--rtp", f"{ports[0]}-{ports[1]}")
    ears = [
        await _listening("tests.recount.ears", *rtp, "--tones", ",".join(map(str, tones)), "--out", str(folder / "heard.log")),
        await _listening("tests.web.softphone.arriving", *rtp, "--out", str(folder / "keys.log")),
    ]
    try:
        yield Hearing(folder)
    finally:
        for one in ears:
            with suppress(ProcessLookupError):
                one.terminate()
            await one.wait()


async def _listening(module: str, *arguments: str) -> asyncio.subprocess.Process:
    started = await asyncio.create_subprocess_exec(sys.executable, "-m", module, *arguments, stdout=asyncio.subprocess.PIPE)
    assert started.stdout is not None
    assert await asyncio.wait_for(started.stdout.readline(), 10) == b"ready\n", "raw sockets are needed: run the tests as root"
    return started
