"""Contract: legs in bridges, and what bridges hear recorded."""

import io
import wave

import numpy as np

from callcenter.kernel.effects import (
    CloseBridge,
    DeviceTarget,
    HangUpLeg,
    JoinBridge,
    LeaveBridge,
    PlayPrompts,
    SetTreatment,
    StartRecording,
    StopRecording,
)
from callcenter.kernel.flow import SayPrompt
from callcenter.kernel.ids import BridgeId, LegId, RecordingId
from callcenter.kernel.signals import (
    BridgeClosed,
    EffectFailed,
    LegEnded,
    LegJoined,
    LegLeft,
    LegRinging,
    PlaybackEnded,
    RecordingEnded,
    RecordingStarted,
)
from callcenter.kernel.words import Fault, PlaybackEnd, Treatment
from tests.contract.stage import Stage, provokes
from tests.contract.world import CALLER_TONE, PHONE_TONE, CallerDoes, PhoneDoes
from tests.integration.sound import heard


async def join(stage: Stage, bridge: BridgeId, *legs: LegId) -> None:
    for leg in legs:
        await stage.do(JoinBridge, bridge=bridge, leg=leg)
        await stage.hears(LegJoined, bridge=bridge, leg=leg)


@provokes(JoinBridge, LegJoined, LegLeft, LegEnded)
async def test_two_talk_and_one_hangs_up(stage: Stage) -> None:
    caller, agent, bridge = await stage.caller(CallerDoes(hangs_up_ms=1_500)), await stage.agent(), stage.bridge()
    await join(stage, bridge, caller, agent)
    ended = await stage.hears(LegEnded, leg=caller)
    stage.order(await stage.hears(LegLeft, leg=caller), ended)
    await stage.do(CloseBridge, bridge=bridge)
    await stage.hears(LegLeft, leg=agent)
    await stage.hears(BridgeClosed, bridge=bridge)
    assert not [signal for signal in stage.about(agent) if isinstance(signal, LegEnded)], "the other one stays"


@provokes(JoinBridge, PlaybackEnded, ends=(PlaybackEnd.REPLACED,))
async def test_joining_replaces_what_the_leg_heard(stage: Stage) -> None:
    caller, bridge = await stage.caller(), stage.bridge()
    prompts = (SayPrompt(stage.world.prompt),)
    effect = await stage.do(PlayPrompts, leg=caller, prompts=prompts, language="en")
    await join(stage, bridge, caller)
    assert (await stage.hears(PlaybackEnded, effect=effect)).end is PlaybackEnd.REPLACED


@provokes(LeaveBridge, LegLeft, SetTreatment)
async def test_a_leg_leaves_hears_music_and_comes_back(stage: Stage) -> None:
    caller, agent, bridge = await stage.caller(), await stage.agent(), stage.bridge()
    await join(stage, bridge, agent, caller)
    await stage.do(LeaveBridge, bridge=bridge, leg=caller, then=Treatment.MUSIC)
    left = await stage.hears(LegLeft, leg=caller)
    await stage.do(SetTreatment, leg=caller, treatment=Treatment.RINGBACK)
    await stage.do(JoinBridge, bridge=bridge, leg=caller)
    await stage.do(LeaveBridge, bridge=bridge, leg=caller, then=Treatment.SILENCE)
    await stage.do(HangUpLeg, leg=caller)
    ended = await stage.hears(LegEnded, leg=caller)
    stage.order(left, ended)
    kinds = [type(signal) for signal in stage.about(caller) if isinstance(signal, LegJoined | LegLeft)]
    assert kinds == [LegJoined, LegLeft, LegJoined, LegLeft]


@provokes(JoinBridge, LegLeft)
async def test_joining_another_bridge_leaves_the_first(stage: Stage) -> None:
    caller, first, second = await stage.caller(), stage.bridge(), stage.bridge()
    await join(stage, first, caller)
    await join(stage, second, caller)
    await stage.hears(LegLeft, leg=caller, bridge=first)


@provokes(CloseBridge, BridgeClosed, LegLeft)
async def test_closing_a_bridge_keeps_its_legs_and_may_be_asked_again(stage: Stage) -> None:
    caller, bridge = await stage.caller(), stage.bridge()
    await join(stage, bridge, caller)
    await stage.do(CloseBridge, bridge=bridge)
    closed = await stage.hears(BridgeClosed, bridge=bridge)
    stage.order(await stage.hears(LegLeft, leg=caller), closed)
    prompts = (SayPrompt(stage.world.prompt),)
    effect = await stage.do(PlayPrompts, leg=caller, prompts=prompts, language="en")
    await stage.hears(PlaybackEnded, effect=effect, end=PlaybackEnd.COMPLETED)
    never = stage.bridge()
    await stage.do(CloseBridge, bridge=never)
    await stage.hears(BridgeClosed, bridge=never)
    assert not [signal for signal in stage.heard if isinstance(signal, EffectFailed)]


@provokes(
    JoinBridge,
    LeaveBridge,
    faults=((JoinBridge, Fault.GONE), (LeaveBridge, Fault.GONE), (JoinBridge, Fault.REFUSED)),
)
async def test_only_a_leg_that_is_up_joins(stage: Stage) -> None:
    caller, bridge = await stage.caller(CallerDoes(hangs_up_ms=100)), stage.bridge()
    await stage.hears(LegEnded, leg=caller)
    await stage.fails(await stage.do(JoinBridge, bridge=bridge, leg=caller), Fault.GONE)
    effect = await stage.do(LeaveBridge, bridge=bridge, leg=caller, then=Treatment.SILENCE)
    await stage.fails(effect, Fault.GONE)
    ringing = await stage.ring(DeviceTarget(await stage.world.phone(PhoneDoes("ignores"))))
    await stage.hears(LegRinging, leg=ringing)
    await stage.fails(await stage.do(JoinBridge, bridge=bridge, leg=ringing), Fault.REFUSED)
    await stage.do(HangUpLeg, leg=ringing)
    await stage.hears(LegEnded, leg=ringing)


@provokes(StartRecording, StopRecording, RecordingStarted, RecordingEnded)
async def test_a_recording_has_both_voices_and_its_length(stage: Stage) -> None:
    caller, agent = await stage.caller(CallerDoes(tone=True)), await stage.agent(PhoneDoes(tone=True))
    bridge, recording = stage.bridge(), stage.entropy.recording()
    await join(stage, bridge, caller, agent)
    await stage.do(StartRecording, recording=recording, bridge=bridge)
    await stage.hears(RecordingStarted, recording=recording)
    prompt = await stage.caller()  # a prompt on another line is the clock: a second or more
    prompts = (SayPrompt(stage.world.prompt),)
    effect = await stage.do(PlayPrompts, leg=prompt, prompts=prompts, language="en")
    await stage.hears(PlaybackEnded, effect=effect)
    await stage.do(StopRecording, recording=recording)
    ended = await stage.hears(RecordingEnded, recording=recording)
    samples = await wav_of(stage, recording)
    assert ended.duration_ms >= 900
    # Told by the carrier's clock; on a busy machine its mixer falls behind. What records keep is the file's own length.
    assert abs(len(samples) / 8 - ended.duration_ms) <= 1_000
    assert heard(samples, CALLER_TONE)
    assert heard(samples, PHONE_TONE)
    await stage.carrier.discard_recording(recording)
    await stage.carrier.discard_recording(recording)


async def wav_of(stage: Stage, recording: RecordingId) -> np.ndarray:
    """The finished recording's samples, full scale 1."""
    content = b"".join([piece async for piece in await stage.carrier.fetch_recording(recording)])
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8_000, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64) / 32_768


@provokes(CloseBridge, RecordingEnded, BridgeClosed)
async def test_closing_a_bridge_ends_its_recording_first(stage: Stage) -> None:
    caller, bridge, recording = await stage.caller(), stage.bridge(), stage.entropy.recording()
    await join(stage, bridge, caller)
    await stage.do(StartRecording, recording=recording, bridge=bridge)
    await stage.hears(RecordingStarted, recording=recording)
    await stage.do(CloseBridge, bridge=bridge)
    closed = await stage.hears(BridgeClosed, bridge=bridge)
    stage.order(await stage.hears(RecordingEnded, recording=recording), closed)


@provokes(
    StartRecording,
    StopRecording,
    faults=((StartRecording, Fault.GONE), (StartRecording, Fault.REFUSED), (StopRecording, Fault.GONE)),
)
async def test_recordings_that_cannot_be(stage: Stage) -> None:
    nowhere = await stage.do(StartRecording, recording=stage.entropy.recording(), bridge=stage.bridge())
    await stage.fails(nowhere, Fault.GONE)
    await stage.fails(await stage.do(StopRecording, recording=stage.entropy.recording()), Fault.GONE)
    caller, bridge, recording = await stage.caller(), stage.bridge(), stage.entropy.recording()
    await join(stage, bridge, caller)
    await stage.do(StartRecording, recording=recording, bridge=bridge)
    await stage.hears(RecordingStarted, recording=recording)
    await stage.do(StopRecording, recording=recording)
    await stage.hears(RecordingEnded, recording=recording)
    again = await stage.do(StartRecording, recording=recording, bridge=bridge)
    await stage.fails(again, Fault.REFUSED)
