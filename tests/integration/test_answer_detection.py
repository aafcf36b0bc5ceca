"""Who answered, on the real Asterisk: telephones that are picked up by SIPp play what a person or a machine says."""

import asyncio
import io
import time
import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from callcenter.kernel.ids import LegId
from callcenter.kernel.words import Answerer
from callcenter.media.prompts import speak
from callcenter.telephony.asterisk import events as ari_events
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.answer_detection import PREFIX, AnswerDetection, Heard
from callcenter.telephony.asterisk.client import AriClient
from callcenter.telephony.asterisk.settings import DetectionSettings
from dialer.amd.detector import BeepHeard, Verdict
from dialer.amd.settings import QUICK
from tests.integration import sound
from tests.integration.listening import Ears
from tests.integration.pbx import LOOPBACK, Pbx, free_ports
from tests.integration.scenario import Stay, Tone, phone_answers
from tests.integration.sipp import sipp
from tests.integration.sound import Samples

LATE_MS = 1_000
"""What a busy machine may add to any moment."""
SLOWER = 0.15
"""By so much SIPp plays a file slower than it should when the machine is busy."""


def now() -> int:
    return time.time_ns() // 1_000_000


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * sound.RATE))


def said(text: str) -> Samples:
    with wave.open(io.BytesIO(speak(text, "en"))) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64) / 32_768


def seconds(samples: Samples) -> float:
    return len(samples) / sound.RATE


class Listening:
    """The detection of one exchange, and what it told of each leg, by the clock."""

    def __init__(self, pbx: Pbx, ari: AriClient, folder: Path, people: AsyncExitStack, **settings: Any) -> None:
        self.pbx = pbx
        self.ears = Ears(ari)
        self.ari = ari
        self.detection = AnswerDetection(
            DetectionSettings(**settings), application=pbx.values.application, ask=ari.ask, clock=now, tell=self._take
        )
        self.told: dict[str, list[tuple[int, Heard]]] = {}
        self._changed = asyncio.Condition()
        self._folder = folder
        self._people = people

    def _take(self, heard: Heard) -> None:
        self.told.setdefault(heard.leg, []).append((now(), heard))

    async def picks_up(self, device: str, plays: Samples, *, then_nothing: bool = False) -> tuple[LegId, int]:
        """A telephone rings, is picked up, and plays; then sends silence, or nothing. (leg, when we heard of the answer)."""
        file = self._folder / f"{device}.ulaw"
        file.write_bytes(sound.ulaw(plays if then_nothing else np.concatenate([plays, silence(20)])))
        scenario = phone_answers(Tone(file), Stay(), rings_ms=50)
        if then_nothing:
            scenario = replace(scenario, xml=scenario.xml.replace(',-1,0"', ',1,0"'))
        await self._people.enter_async_context(sipp(self._folder / device, scenario, port=self.pbx.phone_ports[device]))
        leg = LegId(f"l{device}")
        request = r.originate(
            leg, endpoint=f"PJSIP/{device}", application=self.pbx.values.application, arguments="outbound", caller_id="",
            timeout_s=10, formats=None, variables={},
        )  # fmt: skip
        assert (await self.ari.ask(request)).good
        while (await self.ears.hears(ari_events.StasisStart)).channel.id != leg:
            pass
        return leg, now()

    async def hears(self, leg: LegId, count: int, within: float = 15) -> list[tuple[int, Any]]:
        """The first so many findings about a leg: (when, finding)."""
        async with asyncio.timeout(within):
            while len(self.told.get(leg, [])) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return [(at, heard.found) for at, heard in self.told[leg]]

    async def only_legs_are_left(self) -> None:
        async with asyncio.timeout(5):
            while self.detection.listening or any(channel["id"].startswith(PREFIX) for channel in self.pbx.channels()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)


@asynccontextmanager
async def listening(pbx: Pbx, ari: AriClient, folder: Path, **settings: Any) -> AsyncIterator[Listening]:
    async with AsyncExitStack() as people:
        made = Listening(pbx, ari, folder, people, **settings)
        await made.detection.start()
        try:
            yield made
        finally:
            await made.detection.close()
            for channel in pbx.channels():
                pbx.http("DELETE", f"/channels/{channel['id']}")


async def test_a_person_and_a_machine_are_told_apart_and_the_beep_is_heard(pbx: Pbx, ari: AriClient, tmp_path: Path):
    hello = np.concatenate([silence(0.4), said("Hello?")])
    greeting = np.concatenate([silence(0.3), said("You have reached the office of Miller and Sons and we can not take calls")])
    machine = np.concatenate([greeting, silence(0.6), sound.tone(1_000, 0.4)])
    async with listening(pbx, ari, tmp_path, grace_ms=LATE_MS) as stage:
        person, person_at = await stage.picks_up("deskana", hello)
        stage.detection.listen(person, answered_at=person_at, how=QUICK, until_ms=20_000)
        voicemail, voicemail_at = await stage.picks_up("deskben", machine)
        stage.detection.listen(voicemail, answered_at=voicemail_at, how=QUICK, until_ms=20_000)

        (at, verdict), *_ = await stage.hears(person, 1)
        assert verdict.answerer is Answerer.HUMAN
        assert 1_000 * seconds(hello) < verdict.delay_ms <= QUICK.verdict.decide_by_ms + 20
        assert abs(at - person_at - verdict.delay_ms) < LATE_MS, "the delay is the clock's too"
        stage.detection.stop(person)

        (at, first), (_, second), (told_at, beep) = await stage.hears(voicemail, 3)
        assert (first.answerer, first.correction) == (Answerer.UNDECIDED, False)
        assert abs(at - voicemail_at - QUICK.verdict.decide_by_ms) < LATE_MS
        assert (second.answerer, second.correction) == (Answerer.MACHINE, True)
        assert isinstance(beep, BeepHeard)
        assert beep.hz == pytest.approx(1_000, abs=15)
        assert beep.ended_ms == pytest.approx(1_000 * seconds(machine), abs=400)
        assert beep.heard_ms - beep.ended_ms <= QUICK.tone.settle_ms + 40
        assert told_at - voicemail_at - beep.heard_ms < SLOWER * beep.heard_ms + LATE_MS, "in time for a message"

        await stage.only_legs_are_left()
        assert {channel["id"] for channel in pbx.channels()} == {person, voicemail}, "listening ended, the calls did not"
        assert len(stage.told[person]) == 1


async def test_a_telephone_that_sends_nothing_while_it_is_silent_is_understood(pbx: Pbx, ari: AriClient, tmp_path: Path):
    hello = np.concatenate([silence(0.2), said("Hello?")])
    async with listening(pbx, ari, tmp_path) as stage:
        leg, answered_at = await stage.picks_up("deskleo", hello, then_nothing=True)
        stage.detection.listen(leg, answered_at=answered_at, how=QUICK, until_ms=20_000)
        (at, verdict), *_ = await stage.hears(leg, 1)
        assert (verdict.answerer, verdict.why) == (Answerer.HUMAN, "pause")
        assert at - answered_at < QUICK.verdict.decide_by_ms


async def test_who_cannot_be_heard_counts_as_a_person_and_stays_in_the_call(pbx: Pbx, ari: AriClient, tmp_path: Path):
    talk = np.concatenate([silence(0.2), said("This is the first of many words that are never heard to their end")])
    async with listening(pbx, ari, tmp_path, most=1) as stage:
        leg, answered_at = await stage.picks_up("deskeva", talk)
        stage.detection.listen(leg, answered_at=answered_at, how=QUICK, until_ms=20_000)
        stage.detection.listen(LegId("lanother"), answered_at=answered_at, how=QUICK, until_ms=20_000)
        (_, refused), *_ = await stage.hears(LegId("lanother"), 1)
        assert (refused.answerer, refused.why) == (Answerer.UNDECIDED, "busy"), "no room: at once a person"

        while pbx.http("DELETE", f"/channels/{PREFIX}{leg}").status == 404:  # noqa: ASYNC110
            await asyncio.sleep(0.005)  # until the channel that listens is there
        (at, verdict), *_ = await stage.hears(leg, 1)
        assert (verdict.answerer, verdict.why) == (Answerer.UNDECIDED, "deaf")
        assert at - answered_at <= QUICK.verdict.decide_by_ms + 200 + LATE_MS
        await stage.only_legs_are_left()
        assert [channel["id"] for channel in pbx.channels()] == [leg]


async def test_no_way_to_us_is_a_person_in_time_and_a_leg_that_is_gone_too(pbx: Pbx, ari: AriClient, tmp_path: Path):
    with free_ports(1) as (nobody,):
        pass
    async with listening(pbx, ari, tmp_path, told=f"{LOOPBACK}:{nobody}") as stage:
        leg, answered_at = await stage.picks_up("deskgil", silence(1))
        stage.detection.listen(leg, answered_at=answered_at, how=QUICK, until_ms=20_000)
        stage.detection.listen(LegId("lgone"), answered_at=answered_at, how=QUICK, until_ms=20_000)
        (at, verdict), *_ = await stage.hears(LegId("lgone"), 1)
        assert (verdict.why, at - answered_at < 1_000) == ("deaf", True), "Asterisk says that there is no such leg"
        (at, verdict), *_ = await stage.hears(leg, 1)
        assert isinstance(verdict, Verdict)
        assert (verdict.answerer, verdict.why) == (Answerer.UNDECIDED, "deaf")
        assert QUICK.verdict.decide_by_ms <= at - answered_at <= QUICK.verdict.decide_by_ms + 200 + LATE_MS
        await stage.only_legs_are_left()
        assert [channel["id"] for channel in pbx.channels()] == [leg]


async def test_the_end_of_the_call_ends_the_listening(pbx: Pbx, ari: AriClient, tmp_path: Path):
    async with listening(pbx, ari, tmp_path) as stage:
        leg, answered_at = await stage.picks_up("deskida", sound.tone(300, 5))
        stage.detection.listen(leg, answered_at=answered_at, how=QUICK, until_ms=20_000)
        await stage.hears(leg, 1)
        assert (await ari.ask(r.hang_up(leg))).good
        await stage.only_legs_are_left()
        assert pbx.channels() == []
