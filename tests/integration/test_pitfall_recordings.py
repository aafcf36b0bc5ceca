"""What is easy to get wrong with Asterisk's recordings (docs/pitfalls.md): our protection, tried on the real one."""

import asyncio
import io
import json
import re
import shutil
import wave
from collections.abc import Callable

import numpy as np
import pytest

from callcenter.kernel.effects import (
    CloseBridge,
    JoinBridge,
    PlayPrompts,
    StartRecording,
    StopRecording,
)
from callcenter.kernel.errors import CarrierFault
from callcenter.kernel.flow import SayPrompt
from callcenter.kernel.ids import RecordingId
from callcenter.kernel.signals import (
    BridgeClosed,
    CarrierUp,
    LegJoined,
    PlaybackEnded,
    RecordingEnded,
    RecordingStarted,
)
from callcenter.kernel.words import Fault
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.files import AriFiles
from tests.contract.asterisk_world import asterisk_world
from tests.contract.stage import Stage
from tests.contract.world import CALLER_TONE, CallerDoes
from tests.integration.ari_relay import AriRelay
from tests.integration.exchange import settings
from tests.integration.pbx import Pbx
from tests.integration.sound import heard


class Listening(AriRelay):
    """A wire that keeps what went over it, in order: "POST recordings/live/NAME/stop", "RecordingFinished", ..."""

    def __init__(self, port: int, target: int) -> None:
        super().__init__(port, target)
        self.passed: list[str] = []

    def _said(self, payload: bytes) -> None:
        request = json.loads(payload)
        self.passed.append(f"{request['method']} {request['uri']}")
        super()._said(payload)

    def _heard(self, raw: bytes, payload: bytes) -> list[bytes]:
        self.passed.append(json.loads(payload)["type"])
        return super()._heard(raw, payload)


async def test_closing_a_bridge_under_a_recording_ends_the_recording_first(pbx: Pbx):
    async with asterisk_world(pbx, Listening) as world:
        stage, wire = Stage(world), world.relay
        assert isinstance(wire, Listening)
        await world.carrier.start(stage.deliver)
        try:
            await stage.hears(CarrierUp)
            leg, clock, bridge, recording = (
                await stage.caller(CallerDoes(tone=True)), await stage.caller(), stage.bridge(), stage.entropy.recording()
            )  # fmt: skip
            await stage.do(JoinBridge, bridge=bridge, leg=leg)
            await stage.hears(LegJoined, leg=leg)
            await stage.do(StartRecording, recording=recording, bridge=bridge)
            await stage.hears(RecordingStarted, recording=recording)
            prompts = (SayPrompt(world.prompt),)  # 1.5 s on another line
            await stage.hears(PlaybackEnded, effect=await stage.do(PlayPrompts, leg=clock, prompts=prompts, language="en"))
            await stage.do(CloseBridge, bridge=bridge)
            ended = await stage.hears(RecordingEnded, recording=recording)
            stage.order(ended, await stage.hears(BridgeClosed, bridge=bridge))
            ending = [f"POST recordings/live/{recording}/stop", "RecordingFinished", f"DELETE bridges/{bridge}"]
            assert [one for one in wire.passed if one in ending] == ending
            content = b"".join([piece async for piece in await stage.carrier.fetch_recording(recording)])
        finally:
            await world.carrier.close()
    with wave.open(io.BytesIO(content), "rb") as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64) / 32_768
    assert len(content) == 44 + 2 * file.getnframes(), "its head tells how much there is"
    assert len(samples) > 8_000
    assert heard(samples[-4_000:], CALLER_TONE), "she is in it to the end"


def test_only_bridges_are_recorded_and_only_pjsip_is_dialed():
    ours = {name for name, value in vars(r).items() if getattr(value, "__module__", "") == r.__name__}
    assert {"record_bridge", "originate"} <= ours
    assert not ours & {"record_channel", "create_channel", "dial"}


async def test_a_missing_recording_folder_is_said_by_the_effect_and_by_doctor(own_pbx: Callable[..., Pbx]):
    pbx = own_pbx()
    shutil.rmtree(pbx.home / "spool" / "recording")
    (pbx.home / "spool").chmod(0o500)
    pbx.start()
    async with asterisk_world(pbx) as world:
        stage = Stage(world)
        await world.carrier.start(stage.deliver)
        try:
            wrong = await world.asterisk.files.examine()
            assert any("recording/" in sentence for sentence in wrong), wrong
            assert not world.carrier.health().ready
        finally:
            await world.carrier.close()


async def test_a_recordings_name_is_used_once(stage: Stage):
    leg, bridge, recording = await stage.caller(), stage.bridge(), stage.entropy.recording()
    await stage.do(JoinBridge, bridge=bridge, leg=leg)
    await stage.hears(LegJoined, leg=leg)
    await stage.do(StartRecording, recording=recording, bridge=bridge)
    await stage.hears(RecordingStarted, recording=recording)
    await stage.do(StopRecording, recording=recording)
    await stage.hears(RecordingEnded, recording=recording)
    again = await stage.do(StartRecording, recording=recording, bridge=bridge)
    await stage.fails(again, Fault.REFUSED)
    await stage.carrier.discard_recording(recording)
    await stage.carrier.discard_recording(recording)


@pytest.mark.parametrize("name", ["../../etc/asterisk/ari", "nothere", "a/b"])
async def test_a_recordings_name_leads_nowhere_else(stage: Stage, name: str):
    with pytest.raises(CarrierFault) as fault:
        await stage.carrier.fetch_recording(RecordingId(name))
    assert not fault.value.retryable


async def test_many_files_at_once_do_not_exceed_asterisks_sessions(own_pbx: Callable[..., Pbx]):
    pbx = own_pbx()
    web_server = pbx.home / "etc" / "http.conf"  # as many sessions as Asterisk has where nobody set it
    web_server.write_text(re.sub(r"sessionlimit = \d+", "sessionlimit = 100", web_server.read_text()))
    pbx.start()
    (pbx.home / "spool" / "recording" / "many.wav").write_bytes(b"x" * 100_000)
    files = AriFiles(settings(pbx))
    try:

        async def fetch() -> int:
            return sum([len(piece) async for piece in files.recording("many")])

        assert set(await asyncio.gather(*(fetch() for _ in range(300)))) == {100_000}
    finally:
        await files.close()
    assert "session count exceeded" not in pbx.log(), "they came through only because they were asked for again"
