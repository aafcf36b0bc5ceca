"""Contract: the connection between the service and the carrier breaks, calls go on, and it comes back."""

from callcenter.kernel.effects import (
    AnswerLeg,
    CloseBridge,
    DetectAnswer,
    DeviceTarget,
    Gather,
    HangUpLeg,
    JoinBridge,
    LeaveBridge,
    OriginateLeg,
    PlayPrompts,
    SetTreatment,
    StartRecording,
    StopDetecting,
    StopRecording,
)
from callcenter.kernel.flow import SayPrompt
from callcenter.kernel.signals import (
    CarrierDown,
    CarrierUp,
    EffectFailed,
    LegAnswered,
    LegEnded,
    LegJoined,
    LegOffered,
    PlaybackEnded,
    RecordingStarted,
)
from callcenter.kernel.words import Cause, Fault, LegRole, PlaybackEnd, Treatment
from callcenter.telephony.port import CarrierSnapshot
from tests.contract.stage import Stage, provokes
from tests.contract.world import CallerDoes


async def back(stage: Stage) -> CarrierSnapshot:
    """Mends the connection; answers with the snapshot that came with it."""
    stage.heard.clear()
    await stage.world.mend()
    await stage.hears(CarrierUp)
    snapshot = await stage.hears(CarrierSnapshot)
    stage.order(snapshot, await stage.hears(CarrierUp))  # type: ignore[arg-type]
    return snapshot


@provokes(CarrierSnapshot, CarrierUp)
async def test_the_first_connection_shows_an_empty_house(stage: Stage) -> None:
    snapshot = await stage.hears(CarrierSnapshot)
    assert snapshot.carrier == stage.carrier.name
    assert (snapshot.legs, snapshot.bridges, snapshot.recordings, snapshot.working) == ((), (), (), ())
    assert stage.carrier.health().ready


@provokes(CarrierDown, CarrierUp, CarrierSnapshot)
async def test_what_goes_on_meanwhile_is_in_the_snapshot(stage: Stage) -> None:
    stays, leaves = await stage.caller(), await stage.caller(CallerDoes(hangs_up_ms=1_500))
    bridge, recording = stage.bridge(), stage.entropy.recording()
    await stage.do(JoinBridge, bridge=bridge, leg=stays)
    await stage.hears(LegJoined, leg=stays)
    await stage.do(StartRecording, recording=recording, bridge=bridge)
    await stage.hears(RecordingStarted, recording=recording)
    await stage.world.cut()
    await stage.hears(CarrierDown)
    assert not stage.carrier.health().ready
    assert stage.carrier.health().why
    snapshot = await back(stage)
    seen = {line.leg: line for line in snapshot.legs}
    assert seen[stays].up
    assert seen[stays].bridge == bridge
    assert bridge in snapshot.bridges
    assert recording in snapshot.recordings
    assert stage.carrier.health().ready
    if leaves in seen:  # the break was shorter than the caller's patience
        await stage.hears(LegEnded, leg=leaves)


@provokes(CarrierDown, CarrierSnapshot, LegOffered)
async def test_a_caller_of_the_gap_is_not_lost(stage: Stage) -> None:
    await stage.world.cut()
    await stage.hears(CarrierDown)
    caller = "+12025559999"
    await stage.world.call_in(caller, CallerDoes())
    snapshot = await back(stage)
    leg = (await stage.hears(LegOffered, caller=caller)).leg
    for line in snapshot.legs:  # or she came through after it
        assert (line.leg, line.inbound, line.up) == (leg, True, False)
    await stage.do(AnswerLeg, leg=leg)
    await stage.hears(LegAnswered, leg=leg)
    others = await stage.offered(CallerDoes())
    await stage.do(HangUpLeg, leg=others)
    await stage.hears(LegEnded, leg=others)


@provokes(CarrierDown, CarrierSnapshot, LegEnded, causes=(Cause.LOST,))
async def test_a_caller_who_hung_up_in_the_gap_is_known_to_be_gone(stage: Stage) -> None:
    leg = await stage.caller(CallerDoes(hangs_up_ms=1_500))
    stage.remembers(leg)
    await stage.world.cut()
    await stage.hears(CarrierDown)
    await stage.world.hung_up()
    snapshot = await back(stage)
    assert leg not in {line.leg for line in snapshot.legs}
    ended = await stage.hears(LegEnded, leg=leg)
    assert (ended.cause, ended.by_us) == (Cause.LOST, False)


@provokes(
    CarrierSnapshot,
    EffectFailed,
    faults=tuple((kind, Fault.LOST) for kind in (PlayPrompts, Gather, JoinBridge, StartRecording)),
)
async def test_what_the_carrier_never_heard_of_is_lost(stage: Stage) -> None:
    leg = await stage.caller()
    stage.remembers(leg)
    effects = [stage.meant(kind, leg) for kind in (PlayPrompts, Gather, JoinBridge)]
    effects.append(stage.meant(StartRecording, leg, stage.entropy.recording()))
    await stage.world.cut()
    await stage.hears(CarrierDown)
    await back(stage)
    for effect in effects:
        await stage.fails(effect, Fault.LOST)
    effect = await stage.do(PlayPrompts, leg=leg, prompts=(SayPrompt(stage.world.prompt),), language="en")
    await stage.hears(PlaybackEnded, effect=effect, end=PlaybackEnd.COMPLETED)


@provokes(
    AnswerLeg,
    OriginateLeg,
    HangUpLeg,
    PlayPrompts,
    Gather,
    SetTreatment,
    JoinBridge,
    LeaveBridge,
    CloseBridge,
    StartRecording,
    StopRecording,
    DetectAnswer,
    StopDetecting,
    EffectFailed,
    faults=tuple(
        (kind, Fault.UNAVAILABLE)
        for kind in (
            AnswerLeg,
            OriginateLeg,
            HangUpLeg,
            PlayPrompts,
            Gather,
            SetTreatment,
            JoinBridge,
            LeaveBridge,
            CloseBridge,
            StartRecording,
            StopRecording,
            DetectAnswer,
            StopDetecting,
        )
    ),
)
async def test_nothing_can_be_done_while_the_carrier_does_not_answer(stage: Stage) -> None:
    leg, bridge, recording = await stage.caller(), stage.bridge(), stage.entropy.recording()
    await stage.world.cut()
    await stage.hears(CarrierDown)
    say = {"prompts": (SayPrompt(stage.world.prompt),), "language": "en"}
    asked = [
        await stage.do(AnswerLeg, leg=leg),
        await stage.do(
            OriginateLeg,
            leg=stage.entropy.leg(),
            call=stage.entropy.call(),
            target=DeviceTarget("nobodyhere"),
            role=LegRole.AGENT,
            ring_ms=1_000,
            caller_id="",
        ),
        await stage.do(HangUpLeg, leg=leg),
        await stage.do(PlayPrompts, leg=leg, **say),
        await stage.do(Gather, leg=leg, maximum=1, terminator="#", timeout_ms=500, between_ms=500, **say),
        await stage.do(SetTreatment, leg=leg, treatment=Treatment.MUSIC),
        await stage.do(JoinBridge, bridge=bridge, leg=leg),
        await stage.do(LeaveBridge, bridge=bridge, leg=leg, then=Treatment.SILENCE),
        await stage.do(CloseBridge, bridge=bridge),
        await stage.do(StartRecording, recording=recording, bridge=bridge),
        await stage.do(StopRecording, recording=recording),
        await stage.do(DetectAnswer, leg=leg, answered_at=0, preset="quick", until_ms=8_000),
        await stage.do(StopDetecting, leg=leg),
    ]
    for effect in asked:
        await stage.fails(effect, Fault.UNAVAILABLE)
    await back(stage)
    await stage.do(HangUpLeg, leg=leg)
    await stage.hears(LegEnded, leg=leg)
