"""The real Asterisk's world: people are SIPp processes, softphones register over the SIP socket, the wire is a relay."""

import asyncio
import io
import tempfile
import time
import wave
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from callcenter.kernel.ids import PromptId
from callcenter.media.prompts import speak
from callcenter.telephony.asterisk.adapter import AsteriskCarrier
from callcenter.telephony.asterisk.settings import DetectionSettings, SoftphoneSettings
from callcenter.telephony.port import Carrier, DeviceAccount
from tests.contract.world import CALLER_TONE, PHONE_TONE, CallerDoes, PhoneDoes
from tests.integration import keys, sound
from tests.integration.exchange import settings, sweep
from tests.integration.pbx import DEVICES, LOOPBACK, Pbx, free_ports
from tests.integration.relay import Relay
from tests.integration.scenario import (
    HangUp,
    Keys,
    Scenario,
    Stay,
    Step,
    Tone,
    Wait,
    caller,
    phone_answers,
    phone_refuses,
    phone_rings,
)
from tests.integration.sipp import Sipp, sipp
from tests.integration.softphone import softphone


def wall_clock() -> int:
    return time.time_ns() // 1_000_000


@lru_cache
def tone_file(frequency: int) -> Path:
    """A second of a tone, for SIPp."""
    path = Path(tempfile.mkdtemp(prefix="callcenter-tone-")) / f"{frequency}.ulaw"
    path.write_bytes(sound.ulaw(sound.tone(frequency, 1)))
    return path


@lru_cache
def said_file(says: str) -> Path:
    """What answers a telephone, and 20 seconds of silence after it."""
    text = "Hello?" if says == "person" else "You have reached the office of Miller and Sons and we can not take calls"
    with wave.open(io.BytesIO(speak(text, "en"))) as file:
        spoken = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64) / 32_768
    silence = np.zeros(sound.RATE // 5)
    parts = [silence, spoken] if says == "person" else [silence, spoken, silence, silence, sound.tone(1_000, 0.4)]
    path = Path(tempfile.mkdtemp(prefix="callcenter-said-")) / f"{says}.ulaw"
    path.write_bytes(sound.ulaw(np.concatenate([*parts, np.zeros(20 * sound.RATE)])))
    return path


class AsteriskWorld:
    dialed = "+12025550100"
    prompt = PromptId("greeting")
    missing = PromptId("lost")

    def __init__(
        self, pbx: Pbx, folder: Path, people: AsyncExitStack, wire: Callable[[int, int], Relay] = Relay, **changes: Any
    ) -> None:
        with free_ports(1) as (port,):
            pass
        self.pbx = pbx
        self.asterisk = AsteriskCarrier(
            settings(pbx, port, **{"detection": DetectionSettings(grace_ms=1_000), **changes}),
            prompts=f"{pbx.values.directory}/prompts",
            clock=wall_clock,
            softphones=SoftphoneSettings(media_address=LOOPBACK),
        )
        self.carrier: Carrier = self.asterisk
        self.relay = wire(pbx.service_port, port)
        self._folder = folder
        self._people = people
        self._names = count(1)
        self._devices = iter(DEVICES)
        self._trunk: Sipp | None = None
        self._leaving: set[str] = set()

    async def call_in(self, caller_number: str, does: CallerDoes) -> None:
        steps: list[Step] = [Tone(tone_file(CALLER_TONE))] if does.tone else []
        pressed_ms = 0
        for press in does.keys:
            steps += [Wait(max(1, press.after_ms - pressed_ms)), Keys(press.key)]
            pressed_ms = keys.duration_ms(press.key) + 60
        if does.hangs_up_ms is None:
            steps.append(Stay())
        else:
            steps += [Wait(max(1, does.hangs_up_ms)), HangUp()]
            self._leaving.add(caller_number)
        scenario = caller(caller_number, *steps, gives_up_ms=does.gives_up_ms)
        to = (LOOPBACK, self.pbx.values.sip_port)
        await self._people.enter_async_context(sipp(self._place("caller"), scenario, to=to, service=self.dialed))

    async def phone(self, does: PhoneDoes) -> str:
        name = next(self._devices)
        await self._people.enter_async_context(
            sipp(self._place(name), _telephone(does), port=self.pbx.phone_ports[name], calls=9)
        )
        return name

    async def number(self, does: PhoneDoes) -> str:
        if self._trunk is not None:
            await self._trunk.end()  # one process stands for the whole network outside
            self._trunk = None
        if does.does != "unreachable":
            self._trunk = await self._outside(does)
        return f"+1202556{next(self._names):04d}"

    async def _outside(self, does: PhoneDoes) -> Sipp:
        return await self._people.enter_async_context(
            sipp(self._place("outside"), _telephone(does), port=self.pbx.trunk_port, calls=9)
        )

    @asynccontextmanager
    async def registered(self, account: DeviceAccount) -> AsyncIterator[None]:
        url = f"ws://{LOOPBACK}:{self.pbx.values.http_port}/ws"
        async with softphone(url, account.user, account.password, domain="callcenter.invalid") as phone:
            assert await phone.register() == 200
            yield

    async def cut(self) -> None:
        await self.relay.cut()

    async def hung_up(self) -> None:
        async with asyncio.timeout(20):
            while self._leaving & {one["caller"]["number"] for one in await asyncio.to_thread(self.pbx.channels)}:  # noqa: ASYNC110
                await asyncio.sleep(0.02)  # while the wire is cut, only its own web server can be asked

    async def mend(self) -> None:
        await self.relay.mend()

    def _place(self, name: str) -> Path:
        return self._folder / f"{next(self._names)}-{name}"


def _telephone(does: PhoneDoes) -> Scenario:
    steps: list[Step] = [Tone(tone_file(PHONE_TONE))] if does.tone else []
    steps += [Tone(said_file(does.says))] if does.says else []
    match does.does:
        case "answers":
            steps += [Stay()] if does.hangs_up_ms is None else [Wait(does.hangs_up_ms), HangUp()]
            return phone_answers(*steps, rings_ms=does.after_ms)
        case "rejects":
            return phone_refuses("603 Decline", rings_ms=max(1, does.after_ms))
        case "busy":
            return phone_refuses("486 Busy Here")
        case "ignores":
            return phone_rings(silent_ms=does.rings_after_ms)
        case "invalid":
            return phone_refuses("404 Not Found")
        case "congestion":
            return phone_refuses("503 Service Unavailable")
        case "fails":
            return phone_refuses("488 Not Acceptable Here")
        case "unreachable":
            raise AssertionError("nobody is there: no telephone plays that part")


@asynccontextmanager
async def asterisk_world(pbx: Pbx, wire: Callable[[int, int], Relay] = Relay, **changes: Any) -> AsyncIterator[AsteriskWorld]:
    """`wire` makes the relay; `changes` replace fields of the settings. People, wires, and every channel and bridge end with the
    block."""
    with tempfile.TemporaryDirectory(prefix="callcenter-contract-") as folder:
        world = AsteriskWorld(pbx, Path(folder), AsyncExitStack(), wire, **changes)
        try:
            await world.relay.mend()
            yield world
        finally:
            await world.relay.cut()
            await asyncio.to_thread(sweep, pbx)
            await world._people.aclose()
