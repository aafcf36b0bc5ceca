"""The whole service on a private Asterisk: `callcenter serve` as a process of its own, and the people who use it over HTTP.

`running` starts both; a `Desk` is an agent signed in whose telephone is a SIPp endpoint. Nothing of the product is imported:
this is what its users and a PBX see. Who else is there is in `people`; stories are told in `day`.
"""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from tests.fixtures.commands import Running, run_command
from tests.fixtures.ports import claim_free_port
from tests.integration import sound
from tests.integration.center import AGENT_TONES, OTHER_AGENT_HZ, PROMPTS, settings
from tests.integration.pbx import LOOPBACK, Pbx
from tests.integration.people import Answered, Board, Click, Json, Person, now
from tests.integration.scenario import Scenario
from tests.integration.sipp import Sipp, sipp

MUSIC_HZ = 450
PROMPT_HZ = 350
PROMPT_S = 0.4
ROOT = Path(__file__).parents[2]

WriteSettings = Callable[[Path, Pbx, int], Path]
"""(folder, exchange, port of the pages) -> the settings file that it has written."""


def furnish(pbx: Pbx) -> None:
    """Music and prompts as tones, so that it can be heard from outside what a caller hears."""
    sound.write_wav(pbx.home / "moh" / "tune.wav", sound.tone(MUSIC_HZ, 10))
    for language in ("en", "zh"):
        folder = pbx.home / "prompts" / language
        folder.mkdir(parents=True)
        for prompt in PROMPTS:
            sound.write_wav(folder / f"{prompt}.wav", sound.tone(PROMPT_HZ, PROMPT_S))
    pbx.own()


class Desk(Person):
    """An agent at her desk. Her device is the one that the service made for her log-in; a SIPp telephone answers at it."""

    def __init__(self, service: "Service", agent: str, port: int = 0) -> None:
        """`port`: of her telephone; 0: one of her own."""
        super().__init__(service.url, agent)
        self.service = service
        self.agent = agent
        self.port = port or claim_free_port()
        self.device = ""
        self.tone_hz = AGENT_TONES.get(agent, OTHER_AGENT_HZ)

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

    async def works(self, campaign: int | None) -> None:
        await self._click("works", "PUT", "/me/campaign", {"campaign": campaign})

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
        self._config = Path()
        self._process: Running | None = None

    async def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._config = self._write(self.folder, self.pbx, claim_free_port())
        await self.run()

    async def run(self) -> None:
        """Starts the process, also again after `killed`: on the same address, with the same data. Returns when Asterisk is up."""
        await self.launch()
        await self.look()

    async def look(self) -> None:
        """A supervisor looks at the board until Asterisk is connected."""
        self.board = Board(self.url, "lead")
        await self.board.sign_in()
        await self.board.follow()
        await self.board.until(lambda b: b.center["carriers"].get("pbx"), "Asterisk did not connect", 30)

    def _secrets(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if name.startswith("CALLCENTER_")},
            "CALLCENTER_PBX_PASSWORD": self.pbx.values.service_password,
            "CALLCENTER_PBX_ARI_PASSWORD": self.pbx.values.ari_password,
        }

    async def launch(self) -> None:
        """Starts the process and waits for its ready line."""
        with (self.folder / "service.log").open("ab") as log:
            self._process = await run_command(
                "serve", "--config", self._config, secrets=self._secrets(),
                stdout=PIPE, stderr=log, start_new_session=True, anew=self._process is not None,
            )  # fmt: skip
        self.url = await asyncio.wait_for(self._ready_line(), 60)

    def freeze(self) -> None:
        """The service stands still, for good."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    async def killed(self) -> None:
        """kill -9, also of a process that stands still; its end is waited for."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()
        await self.board.close()

    async def _ready_line(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        while line := (await self._process.stdout.readline()).decode().strip():
            if line.startswith("ready "):
                return line.removeprefix("ready ")
        raise AssertionError(f"the service ended at start:\n{self.log()[-3000:]}")

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

    async def doctor(self, *options: str) -> list[Json]:
        """What `callcenter doctor` finds, whatever that is."""
        doctor = await run_command("doctor", "--config", self._config, "--json", *options, secrets=self._secrets(), stdout=PIPE)
        said, _ = await asyncio.wait_for(doctor.communicate(), 60)
        found: list[Json] = msgspec.json.decode(said)
        return found

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


__all__ = ["MUSIC_HZ", "Answered", "Board", "Click", "Desk", "Json", "Service", "now", "running"]
