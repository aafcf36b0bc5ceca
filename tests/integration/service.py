"""The whole service on a private Asterisk: `callcenter serve` as a process of its own, and the people who use it over HTTP.

`running` starts both; `Person` is somebody signed in (a supervisor follows the board), `Desk` an agent whose telephone is a
SIPp endpoint. Nothing of the product is imported: this is what its users and a PBX see. Stories are told in `day`.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec

from tests.fixtures.ports import claim_free_port
from tests.integration import sound
from tests.integration.center import AGENT_TONES, PASSWORD, PROMPTS, settings
from tests.integration.pbx import LOOPBACK, UID, Pbx
from tests.integration.scenario import Scenario
from tests.integration.sipp import Sipp, sipp

MUSIC_HZ = 450
PROMPT_HZ = 350
PROMPT_S = 0.4
ROOT = Path(__file__).parents[2]

Json = dict[str, Any]
WriteSettings = Callable[[Path, Pbx, int], Path]
"""(folder, exchange, port of the pages) -> the settings file that it has written."""


def now() -> int:
    """Milliseconds since the epoch."""
    return round(time.time() * 1000)


def furnish(pbx: Pbx) -> None:
    """Music and prompts as tones, so that it can be heard from outside what a caller hears."""
    sound.write_wav(pbx.home / "moh" / "tune.wav", sound.tone(MUSIC_HZ, 10))
    for language in ("en", "zh"):
        folder = pbx.home / "prompts" / language
        folder.mkdir(parents=True)
        for prompt in PROMPTS:
            sound.write_wav(folder / f"{prompt}.wav", sound.tone(PROMPT_HZ, PROMPT_S))
    pbx.own()


class Answered(Exception):
    """The service refused; `status` and the body's `code` say how."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.code = body.get("code", "") if isinstance(body, dict) else ""


class Person:
    """Somebody with a log-in, over HTTP as a page would."""

    def __init__(self, url: str, login: str) -> None:
        self.url = url
        self.login = login
        self.http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"Origin": url}, timeout=aiohttp.ClientTimeout(total=20)
        )

    async def ask(self, method: str, path: str, body: Json | None = None) -> Any:
        """One request; raises Answered for a refusal."""
        content = None if body is None else msgspec.json.encode(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        async with self.http.request(method, f"{self.url}/api/v1{path}", data=content, headers=headers) as answer:
            data = await answer.read()
            decoded = msgspec.json.decode(data) if data and answer.content_type == "application/json" else data
            if answer.status >= 400:
                raise Answered(answer.status, decoded)
            return decoded

    async def sign_in(self) -> None:
        await self.ask("POST", "/session", {"login": self.login, "password": PASSWORD})

    async def close(self) -> None:
        await self.http.close()


class Board(Person):
    """A supervisor who follows the board: what is shown now, and waiting until it shows something."""

    def __init__(self, url: str, login: str) -> None:
        super().__init__(url, login)
        self.queues: dict[str, Json] = {}
        self.agents: dict[str, Json] = {}
        self.calls: dict[str, Json] = {}
        self.center: Json = {}
        self.seen: list[Json] = []
        """Every state of every call that was shown, in order."""
        self._changed = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None

    async def follow(self) -> None:
        socket = await self.http.ws_connect(f"{self.url}/api/v1/ws", max_msg_size=0)
        await socket.send_json({"type": "subscribe", "id": 1, "topic": "board"})
        self._reading = asyncio.create_task(self._read(socket))
        await self.until(lambda board: bool(board.center), "the board shows nothing")

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in socket:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                continue
            message = msgspec.json.decode(frame.data)
            match message["type"]:
                case "snapshot":
                    self._take(message, {"queues": (), "agents": (), "calls": ()})
                case "delta":
                    self._take({**message["set"], "center": message["center"]}, message["remove"])
                case "error":
                    raise AssertionError(f"the board was refused: {message}")
            async with self._changed:
                self._changed.notify_all()

    def _take(self, new: Mapping[str, Any], gone: Mapping[str, Any]) -> None:
        self.center = new["center"] or self.center
        for name, shown in (("queues", self.queues), ("agents", self.agents), ("calls", self.calls)):
            shown.update(new[name])
            for one in gone[name]:
                shown.pop(one, None)
        self.seen.extend(new["calls"].values())

    async def until(self, condition: "Callable[[Board], Any]", what: str, seconds: float = 15) -> Any:
        """Waits until the condition holds of what is shown, and returns what it returned."""

        async def wait() -> Any:
            while not (found := condition(self)):
                async with self._changed:
                    await self._changed.wait()
                assert self._reading is not None
                if self._reading.done():
                    self._reading.result()
            return found

        try:
            return await asyncio.wait_for(wait(), seconds)
        except TimeoutError:
            states = {name: one["state"] for name, one in self.agents.items() if one["state"] != "signed_out"}
            calls = [(one["state"], one["queue"], one["end"]) for one in self.calls.values()]
            raise AssertionError(f"{what} (not within {seconds} s); agents {states}, calls {calls}") from None

    def call_of(self, number: str) -> Json | None:
        """The live call with this customer."""
        return next((call for call in self.calls.values() if call["number"] and call["number"]["value"] == number), None)

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        await super().close()


@dataclass
class Click:
    """What an agent did at her desk, and when; the recount's account of it."""

    at: int
    until: int
    agent: str
    did: str
    to: dict[str, str] = field(default_factory=dict)
    refused: str = ""


class Desk(Person):
    """An agent at her desk. Her device is the one that the service made for her log-in; a SIPp telephone answers at it."""

    def __init__(self, service: "Service", agent: str) -> None:
        super().__init__(service.url, agent)
        self.service = service
        self.agent = agent
        self.port = claim_free_port()
        self.device = ""
        self.tone_hz = AGENT_TONES[agent]

    async def _click(self, did: str, method: str, path: str, body: Json | None = None, to: dict[str, str] | None = None) -> Any:
        click = Click(now(), 0, self.agent, did, to or {})
        self.service.clicks.append(click)
        try:
            return await self.ask(method, path, body)
        except Answered as refusal:
            click.refused = refusal.code
            raise
        finally:
            click.until = now()

    async def sits_down(self) -> None:
        """Signs in; the softphone's account is made as for a browser, then a SIPp telephone takes the browser's place."""
        await self.sign_in()
        phone = await self._click("sign_in", "POST", "/me/phone")
        self.device = phone["device"]
        self.service.put_telephone(self.device, self.port)
        await self.service.board.until(lambda b: b.agents[self.agent]["reachable"], f"{self.agent}'s telephone is not reachable")

    async def available(self) -> None:
        await self._click("available", "PUT", "/me/presence", {"presence": "available"})

    async def not_ready(self, reason: str = "break") -> None:
        await self._click("not_ready", "PUT", "/me/presence", {"presence": "not_ready", "reason": reason})

    async def reject(self, offer: str) -> None:
        await self._click("reject", "POST", f"/me/offers/{offer}/reject")

    async def hold(self, call: str) -> None:
        await self._click("hold", "POST", f"/calls/{call}/hold")

    async def retrieve(self, call: str) -> None:
        await self._click("retrieve", "POST", f"/calls/{call}/retrieve")

    async def hang_up(self, call: str) -> None:
        await self._click("hang_up", "POST", f"/calls/{call}/hang-up")

    async def transfer(self, call: str, kind: str, target: str) -> None:
        """`kind`: agent, queue or number."""
        body = {"to": {"type": kind, kind: target}}
        await self._click("transfer", "POST", f"/calls/{call}/transfer", body, {kind: target})

    async def place(self, number: str) -> str:
        done = await self._click("place", "POST", "/calls", {"number": number}, {"number": number})
        return str(done["call"])

    async def dispose(self, call: str, code: str) -> None:
        await self.ask("PUT", f"/calls/{call}/disposition", {"code": code})

    async def finish(self) -> None:
        await self._click("finish", "POST", "/me/wrap-up/finish")

    async def leaves(self) -> None:
        await self._click("sign_out", "DELETE", "/session")
        await self.close()

    @contextlib.asynccontextmanager
    async def telephone(self, folder: Path, scenario: Scenario, calls: int = 1) -> AsyncIterator[Sipp]:
        """Her telephone does this from now on."""
        async with sipp(folder, scenario, port=self.port, calls=calls) as phone:
            yield phone


class Service:
    """The running service. Use `running`."""

    def __init__(self, folder: Path, pbx: Pbx, write: WriteSettings = settings) -> None:
        self.folder = folder
        self.pbx = pbx
        self._write = write
        self.url = ""
        self.clicks: list[Click] = []
        self.board: Board
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self._write(self.folder, self.pbx, claim_free_port())
        environment = {
            **os.environ,
            "CALLCENTER_PBX_PASSWORD": self.pbx.values.service_password,
            "CALLCENTER_PBX_ARI_PASSWORD": self.pbx.values.ari_password,
        }
        with (self.folder / "service.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                ROOT / ".venv" / "bin" / "callcenter", "serve", "--config", config,
                cwd=ROOT, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.url = await asyncio.wait_for(self._ready_line(), 60)
        self.board = Board(self.url, "lead")
        await self.board.sign_in()
        await self.board.follow()
        await self.board.until(lambda b: b.center["carriers"].get("pbx"), "Asterisk did not connect", 30)

    async def _ready_line(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        while line := (await self._process.stdout.readline()).decode().strip():
            if line.startswith("ready "):
                return line.removeprefix("ready ")
        raise AssertionError(f"the service ended at start:\n{self.log()[-3000:]}")

    def processes(self) -> tuple[int, int]:
        """Ids of the exchange and the service."""
        assert self._process is not None
        assert self.pbx.process is not None
        return self.pbx.process.pid, self._process.pid

    def log(self) -> str:
        return (self.folder / "service.log").read_text(errors="replace")

    def complaints(self) -> str:
        """The end of what it logged as wrong."""
        return "\n".join(line for line in self.log().splitlines() if '"level": "info"' not in line)[-3000:]

    @contextlib.contextmanager
    def frozen(self) -> Any:
        """The service stands still while the block runs, and the telephones do not."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def put_telephone(self, device: str, port: int) -> None:
        """A SIP telephone on loopback stands at the device that was made for a browser."""
        parts: tuple[tuple[str, Json], ...] = (
            ("aor", {"contact": f"sip:{device}@{LOOPBACK}:{port}", "max_contacts": "1", "qualify_frequency": "0"}),
            ("endpoint", {
                "transport": "transport-udp", "context": "phones", "aors": device, "disallow": "all", "allow": "ulaw",
                "direct_media": "no", "dtmf_mode": "rfc4733", "rtp_symmetric": "yes", "media_address": LOOPBACK,
                "bind_rtp_to_media_address": "yes", "webrtc": "no", "media_encryption": "no", "use_avpf": "no",
                "ice_support": "no", "rtcp_mux": "no", "bundle": "no", "allow_transfer": "no", "send_connected_line": "no",
            }),
        )  # fmt: skip
        for kind, fields in parts:
            pairs = [{"attribute": name, "value": value} for name, value in fields.items()]
            answer = self.pbx.http("PUT", f"/asterisk/config/dynamic/res_pjsip/{kind}/{device}", {"fields": pairs})
            assert answer.status == 200, (kind, answer)

    async def desk(self, agent: str) -> Desk:
        """The agent signed in at her desk, not ready yet."""
        desk = Desk(self, agent)
        await desk.sits_down()
        return desk

    @contextlib.asynccontextmanager
    async def caller(self, folder: Path, scenario: Scenario, dialed: str) -> AsyncIterator[Sipp]:
        """Somebody calls the number from the telephone network."""
        async with sipp(folder, scenario, to=(LOOPBACK, self.pbx.values.sip_port), service=dialed) as caller:
            yield caller

    @contextlib.asynccontextmanager
    async def outside(self, folder: Path, scenario: Scenario) -> AsyncIterator[Sipp]:
        """A telephone at the far end of the trunk."""
        async with sipp(folder, scenario, port=self.pbx.trunk_port) as phone:
            yield phone

    # -- what it remembers --------------------------------------------------------------------------------------------------

    async def records(self) -> list[Json]:
        """Every call record, whole."""
        found: list[Json] = []
        cursor = ""
        while True:
            page = await self.board.ask("GET", "/calls?limit=200" + (f"&cursor={cursor}" if cursor else ""))
            for row in page["items"]:
                found.append(await self.board.ask("GET", f"/calls/{row['id']}"))
            cursor = page["next"]
            if not cursor:
                return found

    async def statistics(self) -> Json:
        return {name: await self.board.ask("GET", f"/statistics/{name}") for name in ("queues", "agents", "summary")}

    async def recording(self, recording: str) -> bytes:
        """A kept recording as a WAV file."""
        content = await self.board.ask("GET", f"/recordings/{recording}")
        assert isinstance(content, bytes)
        return content

    async def stop(self) -> None:
        if hasattr(self, "board"):
            await self.board.close()
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), 20)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            raise AssertionError(f"the service did not end when told to:\n{self.log()[-3000:]}") from None

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            with contextlib.suppress(AssertionError):
                await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


@contextlib.asynccontextmanager
async def running(folder: Path, write: WriteSettings = settings) -> AsyncIterator[Service]:
    """A private Asterisk and the service on it; both are ended with the block. `write` makes the settings and the center."""
    pbx = Pbx.prepare()
    try:
        furnish(pbx)
        pbx.start()
        async with Service(folder, pbx, write) as service:
            yield service
    finally:
        pbx.remove()


__all__ = ["UID", "Answered", "Board", "Click", "Desk", "Json", "Person", "Service", "running"]
