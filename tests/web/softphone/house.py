"""A small center on a private Asterisk for agents in Chromium: the service of tests.integration with times for people.

What callers hear is judged in `hearing`; the agents' side is in `desk`.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from tests.integration import center, sound
from tests.integration.pbx import LOOPBACK, Pbx
from tests.integration.scenario import Step, Tone, caller
from tests.integration.service import MUSIC_HZ, Json, Service, running
from tests.integration.sipp import Sipp
from tests.web.softphone.hearing import Hearing, hearing

CALLER_HZ = 900
ANA_HZ, BEN_HZ = 1300, 1500
TONES = (MUSIC_HZ, CALLER_HZ, ANA_HZ, BEN_HZ)
ON_S, OFF_S = 0.3, 0.2
"""A microphone's tone comes in pulses: a browser takes a steady one for noise and takes it away."""


def settings(folder: Path, pbx: Pbx, port: int) -> Path:
    """The small center with a ringing long enough for a slow machine, and softphones on loopback."""
    file = center.settings(folder, pbx, port)
    _change(folder / "center.yaml", ("ring: 2s", "ring: 30s"), ("transfer_ring: 3s", "transfer_ring: 30s"))
    _change(file, ("    kind: asterisk", f"    kind: asterisk\n    media_address: {LOOPBACK}"))
    return file


def _change(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"{file.name} has no {old!r} any more"
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def microphone(folder: Path, hertz: int) -> Path:
    """What a fake microphone plays over and over."""
    file = folder / f"microphone-{hertz}.wav"
    pulse = [*sound.tone(hertz, ON_S, level=0.5), *sound.tone(hertz, OFF_S, level=0)]
    sound.write_wav(file, np.array(pulse * 20))
    return file


class House(Hearing):
    """The running center, its callers, and what they hear."""

    def __init__(self, service: Service, folder: Path) -> None:
        super().__init__(folder)
        self.service = service
        self.pbx = service.pbx
        self.url = service.url
        (folder / "caller.ul").write_bytes(sound.ulaw(sound.tone(CALLER_HZ, 10)))

    @asynccontextmanager
    async def caller(self, number: str, *steps: Step) -> AsyncIterator[Sipp]:
        """Somebody calls the queue of orders and talks in her tone."""
        scenario = caller(number, Tone(self.folder / "caller.ul"), *steps)
        async with self.service.caller(self.folder / f"caller-{number}", scenario, center.DIRECT) as sipp:
            try:
                yield sipp
            except BaseException as error:
                service = self.service
                error.add_note(
                    f"the caller: {sipp.complaint()}\nthe service: {service.complaints()}\nAsterisk: {service.pbx.log()[-2000:]}"
                )
                raise

    async def known(self, number: str, name: str) -> int:
        """From now on this is a customer; answers with her id."""
        made = await self.service.board.ask("POST", "/contacts", {"name": name, "numbers": [{"number": number}]})
        return int(made["id"])

    async def state(self, agent: str, *states: str, seconds: float = 20) -> Json:
        """Waits until the board shows the agent in one of these states."""
        board = self.service.board
        await board.until(lambda b: b.agents[agent]["state"] in states, f"{agent} is not {' or '.join(states)}", seconds)
        return board.agents[agent]

    async def record(self, number: str, seconds: float = 20) -> Json:
        """The one record of this customer's call, once everything in it is over."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        found: list[Json] = []
        while loop.time() < deadline:
            records = await self.service.records()
            found = [one for one in records if one["summary"]["number"] and one["summary"]["number"]["value"] == number]
            if found and all(_over(one) for one in found):
                break
            await asyncio.sleep(0.05)  # it can only be asked again
        assert len(found) == 1, f"{len(found)} records"
        assert _over(found[0]), found[0]
        return found[0]

    async def recorded(self, record: Json) -> sound.Samples:
        """The sound of all recordings of a call, one after the other."""
        parts = []
        for one in record["recordings"]:
            assert one["state"] == "kept", one
            file = self.folder / f"{one['id']}.wav"
            file.write_bytes(await self.service.recording(one["id"]))
            parts.append(sound.read_wav(file))
        whole: sound.Samples = np.concatenate(parts)
        return whole

    async def nothing_left(self, seconds: float = 10) -> None:
        """Waits until Asterisk has no channel and no bridge."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while self.pbx.channels() or self.pbx.bridges():
            assert loop.time() < deadline, (self.pbx.channels(), self.pbx.bridges())
            await asyncio.sleep(0.05)  # Asterisk ends them in its own time


def _over(record: Json) -> bool:
    return (
        record["summary"]["ended_at"] is not None
        and all(one["ended_at"] is not None for one in (*record["legs"], *record["wrap_ups"]))
        and all(one["state"] in ("kept", "failed") for one in record["recordings"])
    )


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    """Everything running, and ended with the block."""
    async with running(folder / "service", settings) as service, hearing(folder, service.pbx.rtp_ports, TONES):
        yield House(service, folder)
