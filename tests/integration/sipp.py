"""Runs SIPp: scenarios in, what was said on the wire and when out. Imports nothing of the product.

Times are whole milliseconds since the epoch, read from SIPp's own message log (microseconds there).
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.fixtures.ports import claim_free_port, free_ports, give_back
from tests.fixtures.processes import ELSEWHERE
from tests.integration.scenario import Scenario

LOOPBACK = "127.0.0.1"
LASTS_S = {True: 120, False: 900}
"""After this the process ends by itself: a caller, a telephone."""
_HEAD = re.compile(r"^-{40,} (\d{4}-\d\d-\d\d)[ \t]+(\d\d:\d\d:\d\d\.\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Message:
    """One SIP message as SIPp logged it."""

    at: int
    sent: bool
    """By SIPp."""
    line: str
    """First line: "INVITE sip:..." or "SIP/2.0 180 Ringing"."""
    method: str
    """From CSeq: the request it is or answers."""
    call_id: str

    @property
    def kind(self) -> str:
        """"INVITE", "BYE", ... for requests, "180", "200", ... for answers."""
        first, second = self.line.split(" ", 2)[:2]
        return second if first.startswith("SIP/") else first


def _read_log(text: str) -> list[Message]:
    found: list[Message] = []
    heads = list(_HEAD.finditer(text))
    for number, head in enumerate(heads):
        block = text[head.end() : heads[number + 1].start() if number + 1 < len(heads) else len(text)]
        parts = block.split("\n\n", 1)
        if len(parts) < 2:
            continue  # written this moment
        lines = [line.strip() for line in parts[1].strip().splitlines()]
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        if not lines or "cseq" not in headers:
            continue
        moment = datetime.fromisoformat(f"{head[1]}T{head[2][:15]}").replace(tzinfo=UTC)
        found.append(
            Message(
                at=round(moment.timestamp() * 1000),
                sent=" sent " in parts[0],
                line=lines[0],
                method=headers["cseq"].split()[-1],
                call_id=headers.get("call-id", ""),
            )
        )
    return found


class Sipp:
    """One SIPp process and what it saw."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path, port: int, media_port: int) -> None:
        self.process = process
        self.folder = folder
        self.port = port
        self.media_port = media_port

    def messages(self) -> list[Message]:
        log = self.folder / "messages.log"
        return _read_log(log.read_text(errors="replace")) if log.exists() else []

    def first(self, kind: str, method: str = "") -> Message | None:
        """The first message of that kind, e.g. first("200", "INVITE") or first("BYE")."""
        return next((m for m in self.messages() if m.kind == kind and method in ("", m.method)), None)

    async def saw(self, kind: str, method: str = "", seconds: float = 10) -> Message:
        """Waits until a message of that kind is in the log."""
        deadline = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < deadline:
            if found := self.first(kind, method):
                return found
            await asyncio.sleep(0.01)  # a file can only be looked at
        raise AssertionError(f"no {kind} {method} within {seconds} s; seen: {[m.kind for m in self.messages()]}")

    async def done(self, seconds: float = 30) -> None:
        """Waits for the end; raises unless every call went as the scenario says."""
        code = await asyncio.wait_for(self.process.wait(), seconds)
        assert code == 0, f"SIPp ended with {code}: {self.complaint()}"

    def complaint(self) -> str:
        parts = [self.folder / name for name in ("errors.log", "output")]
        said = "\n".join(part.read_text(errors="replace")[-1500:] for part in parts if part.exists())
        return f"{said}\nmessages: {[('>' if m.sent else '<') + m.kind for m in self.messages()]}"

    async def end(self) -> None:
        """Ends the process if it still runs, with its calls."""
        if self.process.returncode is None:
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), 5)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()


@asynccontextmanager
async def sipp(
    folder: Path,
    scenario: Scenario,
    *,
    to: tuple[str, int] = ("", 0),
    service: str = "",
    port: int = 0,
    calls: int = 1,
    rate: float = 1,
    address: str = LOOPBACK,
) -> AsyncIterator[Sipp]:
    """Runs `scenario` in `folder`: as a caller when `to` is given, else as a telephone on `port`. Ended with the block.

    `address`: this machine's, from which it speaks and where it listens.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.xml").write_text(scenario.xml)
    for name, content in scenario.files.items():
        (folder / name).write_bytes(content)
    port = port or claim_free_port()
    sound = free_ports(4)  # for RTP and RTCP of sound and picture
    arguments = ["sipp", "-sf", "scenario.xml", "-i", address, "-p", str(port), "-mi", address, "-mp", str(sound[0])]
    arguments += ["-m", str(calls), "-r", str(rate), "-nostdin", "-trace_msg", "-message_file", "messages.log"]
    arguments += ["-trace_err", "-error_file", "errors.log", "-timeout", f"{LASTS_S[bool(to[0])]}s", "-timeout_error"]
    if service:
        arguments += ["-s", service]
    if to[1]:
        arguments.append(f"{to[0]}:{to[1]}")
    with (folder / "output").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *ELSEWHERE,
            *arguments,
            cwd=folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, "TZ": "UTC", "TERM": "dumb"},
        )
    peer = Sipp(process, folder, port, sound[0])
    try:
        if not to[1]:
            await _listens(port)
        yield peer
    finally:
        await peer.end()
        give_back(sound)


async def _listens(port: int) -> None:
    """Waits until a telephone's SIP port is bound."""
    wanted = f"0100007F:{port:04X}"
    for _ in range(500):
        if wanted in Path("/proc/net/udp").read_text():
            return
        await asyncio.sleep(0.01)  # a process has no other way to say that it listens
    raise AssertionError(f"SIPp did not listen on {port}")
