"""`make pbx` as a person runs it: the command in a process of its own, its words read, ended by Ctrl-C.

Nothing of the product is imported; what is asserted stands in the tests.
"""

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fixtures.ports import claim_free_port, free_ports

ROOT = Path(__file__).parents[2]
READY_S = 180
"""The first start speaks some eighty prompts, on a machine that does other things too."""
GOODBYE_S = 40


@dataclass(frozen=True)
class LogIn:
    role: str
    user: str
    password: str


class MakePbx:
    """One run of the command with its own folder and ports; a second run may use the same."""

    def __init__(self, data: Path, within: Sequence[str] = (), **variables: str) -> None:
        sound = free_ports(40)
        self.data = data
        self.within = within
        self.port = claim_free_port()
        self.sip_port = claim_free_port()
        self.sound = (sound[0], sound[-1])
        self.variables = {
            "DATA": str(data),
            "PORT": str(self.port),
            "SIP_PORT": str(self.sip_port),
            "RTP": f"{sound[0]}-{sound[-1]}",
            "TRUNK": f"127.0.0.1:{claim_free_port()}",
            **variables,
        }
        self.said: list[str] = []
        self.complaint = ""
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, **more: Any) -> None:
        """Starts it and returns when it is ready, or has ended; `said` holds its lines."""
        words = [f"{name}={value}" for name, value in self.variables.items()]
        self.said = []
        process = await asyncio.create_subprocess_exec(
            *self.within, "make", "--silent", "pbx", *words,
            cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            start_new_session=True, **more,
        )  # fmt: skip
        self._process = process
        assert process.stdout is not None
        assert process.stderr is not None
        errors = asyncio.create_task(process.stderr.read())
        try:
            async with asyncio.timeout(READY_S):
                while line := (await process.stdout.readline()).decode():
                    self.said.append(line.rstrip())
                    if line.startswith("ready "):
                        return
                self.complaint = (await errors).decode()
                await process.wait()
        except TimeoutError:
            raise AssertionError(f"not ready within {READY_S} s: {self.said}") from None
        finally:
            if process.returncode is None:
                self._errors = errors

    @property
    def url(self) -> str:
        """Of the ready line."""
        assert self.said, "it has not been started"
        assert self.said[-1].startswith("ready "), f"{self.said}\n{self.complaint}"
        return self.said[-1].removeprefix("ready ")

    @property
    def status(self) -> int | None:
        """None while it runs."""
        return None if self._process is None else self._process.returncode

    def log_ins(self) -> list[LogIn]:
        found = [re.fullmatch(r"  (supervisor|agent) +(\S+) +(\S+)( +\S+)?", line) for line in self.said]
        return [LogIn(one[1], one[2], one[3]) for one in found if one]

    def asterisks(self) -> list[int]:
        """Process ids of every Asterisk of this folder."""
        return _processes(rf"/{re.escape(self.exchange().name)}/etc/asterisk\.conf")

    def own_process(self) -> int:
        """Process id of the command itself, below make."""
        (found,) = _processes(rf"callcenter\.operations\.pbx.*DATA={re.escape(str(self.data))}\0")
        return found

    def exchange(self) -> Path:
        """Asterisk's folder, as the last words name it."""
        line = next(line for line in self.said if "messages.log" in line)
        found = re.search(r"(/\S+)/log/messages\.log", line)
        assert found is not None, line
        return Path(found[1])

    async def interrupt(self) -> None:
        """Ctrl-C: the signal goes to everybody at the terminal."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGINT)
        await asyncio.wait_for(self._process.wait(), GOODBYE_S)
        await self._errors

    async def ended(self, seconds: float = GOODBYE_S) -> None:
        """Waits until it has ended by itself."""
        assert self._process is not None
        await asyncio.wait_for(self._process.wait(), seconds)
        self.complaint = (await self._errors).decode()

    async def end(self) -> None:
        if self._process is not None and self._process.returncode is None:
            try:
                await self.interrupt()
            except ProcessLookupError:  # it has ended by itself, and nobody was told yet
                await self._process.wait()
            except TimeoutError:
                os.killpg(self._process.pid, signal.SIGKILL)
                await self._process.wait()


def _processes(pattern: str) -> list[int]:
    """Those whose command line holds the pattern, make and shells left out."""
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and re.search(pattern, command := _command(entry)) and not re.match(r"make|/bin/(ba)?sh", command)
    ]


def _command(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""  # it has just ended


@contextlib.asynccontextmanager
async def make_pbx(data: Path, *, within: Sequence[str] = (), **variables: str) -> AsyncIterator[MakePbx]:
    """Not started yet; ended with the block, and its exchange removed. `within`: a program that runs it, with its arguments."""
    command = MakePbx(data, within, **variables)
    try:
        yield command
    finally:
        await command.end()
        if any("messages.log" in line for line in command.said):
            home = command.exchange()
            assert home.parent.name == "callcenter", home
            await asyncio.to_thread(_remove, home)


def _remove(home: Path) -> None:
    for path in sorted(home.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    home.rmdir()
