"""The ears of `tests.recount` beside a running service: a process that can be asked whether it has heard everything."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

BEHIND_S = 60
"""On a busy machine packets wait for the ears, but not for ever."""


class Listener:
    """Writes `heard.log`. Use `listen`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def has_heard_all(self) -> None:
        """What has crossed the wire until now is written down: the ears may be behind, and what was said last missing."""
        self._process.send_signal(signal.SIGUSR1)
        assert await self._says(BEHIND_S) == b"heard\n"

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    async def ends(self) -> None:
        self._process.terminate()
        await self._process.wait()

    async def _says(self, seconds: float) -> bytes:
        assert self._process.stdout is not None
        return await asyncio.wait_for(self._process.stdout.readline(), seconds)


async def listen(folder: Path, ports: tuple[int, int], tones: Sequence[int], *options: str) -> Listener:
    """The ears, listening for these tones to and from an exchange whose sound has these ports, first and last."""
    ears = Listener(
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.recount.ears", "--rtp", f"{ports[0]}-{ports[1]}",
            "--tones", ",".join(map(str, tones)), "--out", str(folder / "heard.log"), *options,
            stdout=asyncio.subprocess.PIPE,
        )
    )  # fmt: skip
    assert await ears._says(10) == b"ready\n", "the ears do not listen: are the tests run as root?"
    return ears
