"""What is easy to get wrong with Asterisk (docs/pitfalls.md): our protection, tried on the real one. Never Asterisk's bug itself:
a later Asterisk may have lost it."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callcenter.kernel.effects import (
    AnswerLeg,
    CloseBridge,
    DeviceTarget,
    HangUpLeg,
    JoinBridge,
    NumberTarget,
    OriginateLeg,
    PlayPrompts,
    SetTreatment,
)
from callcenter.kernel.errors import CarrierFault
from callcenter.kernel.flow import SayPrompt
from callcenter.kernel.ids import Entropy, LegId
from callcenter.kernel.signals import (
    BridgeClosed,
    CarrierUp,
    EffectFailed,
    LegAnswered,
    LegEnded,
    LegJoined,
    LegLeft,
    LegOffered,
    LegRinging,
    PlaybackEnded,
)
from callcenter.kernel.words import Cause, Fault, LegRole, Treatment
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.files import AriFiles
from callcenter.telephony.asterisk.replies import Reply
from tests.contract.asterisk_world import AsteriskWorld, asterisk_world
from tests.contract.stage import Stage
from tests.contract.world import CallerDoes, PhoneDoes
from tests.integration.exchange import settings
from tests.integration.pbx import LOOPBACK, Pbx
from tests.integration.scenario import HangUp, Stay, Tone, Wait, caller, phone_answers
from tests.integration.sipp import sipp

# -- the guard against dead air -----------------------------------------------------------------------------------------------


async def test_a_caller_whom_nobody_takes_hears_an_apology_after_eight_seconds(pbx: Pbx, tmp_path: Path):
    to = (LOOPBACK, pbx.values.sip_port)  # no service listens: Asterisk's socket stays closed
    async with sipp(tmp_path, caller("+12025550111", Stay(20_000)), to=to, service="+12025550100") as peer:
        answered = await peer.saw("200", "INVITE", 15)
        await peer.done(30)
    asked, ended = peer.first("INVITE"), peer.first("BYE")
    assert asked is not None
    assert ended is not None
    assert 7_900 < answered.at - asked.at < 9_500
    assert ended.at - answered.at > 2_000, "an apology takes a while"


async def test_a_caller_who_is_taken_is_not_counted_down(stage: Stage, world: AsteriskWorld, tmp_path: Path):
    number, clock = "+12025550178", asyncio.get_running_loop()
    scenario, to = caller(number, Wait(9_500), HangUp()), (LOOPBACK, world.pbx.values.sip_port)
    async with sipp(tmp_path / "patient", scenario, to=to, service=world.dialed) as peer:
        leg = (await stage.hears(LegOffered, caller=number)).leg
        entered = clock.time()  # Stasis has begun, and with it the eight seconds
        await stage.do(AnswerLeg, leg=leg)
        await stage.hears(LegAnswered, leg=leg)
        await stage.do(SetTreatment, leg=leg, treatment=Treatment.MUSIC)
        ended = await stage.hears(LegEnded, leg=leg)
        stayed, ended_at = clock.time() - entered, time.time_ns() // 1_000_000
        await peer.done()
    bye = peer.first("BYE")
    assert stayed >= 9, f"she was taken away after {stayed:.1f} s"
    assert (ended.cause, ended.by_us) == (Cause.NORMAL, False)
    assert bye is not None
    assert bye.sent
    assert ended_at >= bye.at, "her own BYE was her end"
    assert stage.about(leg)[-1] is ended


# -- ids ----------------------------------------------------------------------------------------------------------------------


def test_ids_have_one_length_and_none_begins_another():
    entropy = Entropy(b"ids")
    ids = [make() for make in (entropy.leg, entropy.bridge, entropy.recording, entropy.effect) for _ in range(200)]
    assert {len(one) for one in ids} == {20}
    assert len({one.lower() for one in ids}) == len(ids)
    assert len(f"{ids[0]}-000") < 149, "Asterisk takes 149 characters"


async def test_many_legs_at_once_are_each_created(stage: Stage):
    device = await stage.world.phone(PhoneDoes(after_ms=300))
    legs = [await stage.ring(DeviceTarget(device)) for _ in range(9)]
    for leg in legs:
        await stage.hears(LegAnswered, leg=leg)
    assert not [signal for signal in stage.heard if isinstance(signal, EffectFailed)]


async def test_what_asterisk_tells_before_it_answers_the_request_is_not_lost(stage: Stage):
    # Ids are ours and known before the request goes out: an event may be faster than the reply.
    device = await stage.world.phone(PhoneDoes(after_ms=100))
    for _ in range(9):
        leg = await stage.ring(DeviceTarget(device))
        ringing = await stage.hears(LegRinging, leg=leg)
        stage.order(ringing, await stage.hears(LegAnswered, leg=leg))
        effect = await stage.do(PlayPrompts, leg=leg, prompts=(), language="en")
        await stage.hears(PlaybackEnded, effect=effect)
        await stage.do(HangUpLeg, leg=leg)
        await stage.hears(LegEnded, leg=leg)


async def test_a_used_id_is_looked_at_before_it_is_called_a_failure(stage: Stage, world: AsteriskWorld):
    device = await stage.world.phone(PhoneDoes(after_ms=1_000))
    leg = stage.entropy.leg()
    path = f"/channels/{leg}?endpoint=PJSIP/{device}&app=callcenter&appArgs=leg"
    assert (await asyncio.to_thread(world.pbx.http, "POST", path)).status == 200
    asked = OriginateLeg(
        effect=stage.entropy.effect(),
        carrier=stage.carrier.name,
        leg=leg,
        call=stage.entropy.call(),
        target=DeviceTarget(device),
        role=LegRole.AGENT,
        ring_ms=9_000,
        caller_id="",
    )
    await stage.again(asked)  # 409: the channel is there
    await stage.hears(LegAnswered, leg=leg)
    assert not [signal for signal in stage.heard if isinstance(signal, EffectFailed)]
    assert len(await asyncio.to_thread(world.pbx.channels)) == 1, "nobody was called twice"


async def test_a_bridge_that_is_there_already_is_used(stage: Stage, world: AsteriskWorld):
    leg, bridge = await stage.caller(), stage.bridge()
    await asyncio.to_thread(world.pbx.http, "POST", f"/bridges/{bridge}?type=mixing")
    await stage.do(JoinBridge, bridge=bridge, leg=leg)
    await stage.hears(LegJoined, bridge=bridge, leg=leg)
    assert not [signal for signal in stage.heard if isinstance(signal, EffectFailed)]


async def test_bridges_go_when_they_are_closed_and_nothing_stays(stage: Stage, world: AsteriskWorld):
    leg, bridge = await stage.caller(), stage.bridge()
    await stage.do(JoinBridge, bridge=bridge, leg=leg)
    await stage.hears(LegJoined, leg=leg)
    await stage.do(HangUpLeg, leg=leg)
    await stage.hears(LegEnded, leg=leg)
    assert [one["id"] for one in await asyncio.to_thread(world.pbx.bridges)] == [bridge], "Asterisk never removes one itself"
    await stage.do(CloseBridge, bridge=bridge)
    await stage.hears(BridgeClosed, bridge=bridge)
    async with asyncio.timeout(5):
        while await asyncio.to_thread(world.pbx.bridges):  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # the list lags behind the answer


async def test_what_is_asked_of_a_leg_the_moment_its_bridge_goes_is_done(stage: Stage):
    leg, silent = await stage.caller(), (SayPrompt(stage.world.missing),)
    for _ in range(40):
        bridge = stage.bridge()
        await stage.do(JoinBridge, bridge=bridge, leg=leg)
        await stage.hears(LegJoined, leg=leg, bridge=bridge)
        await stage.do(CloseBridge, bridge=bridge)
        await stage.hears(LegLeft, leg=leg, bridge=bridge)
        # That it cannot be played is told by who tried.
        await stage.fails(await stage.do(PlayPrompts, leg=leg, prompts=silent, language="en"), Fault.MISSING_MEDIA)


# -- what a leg hears ---------------------------------------------------------------------------------------------------------


async def test_a_missing_sound_is_told_from_the_one_that_was_played(stage: Stage):
    leg = await stage.caller()
    prompts = (SayPrompt(stage.world.missing), SayPrompt(stage.world.prompt))  # of a list, Asterisk tells only the last
    effect = await stage.do(PlayPrompts, leg=leg, prompts=prompts, language="en", then=Treatment.MUSIC)
    failed = await stage.fails(effect, Fault.MISSING_MEDIA)
    assert failed.leg == leg


async def test_a_caller_who_hangs_up_in_a_prompt_is_no_missing_sound(stage: Stage):
    leg = await stage.caller(CallerDoes(hangs_up_ms=400))
    await stage.do(PlayPrompts, leg=leg, prompts=(SayPrompt(stage.world.prompt),), language="en")
    await stage.hears(LegEnded, leg=leg)
    assert not [signal for signal in stage.heard if isinstance(signal, EffectFailed)]


async def test_one_channels_prompt_does_not_hold_up_the_others(stage: Stage):
    # Requests share a socket: a prompt is stopped before its channel is asked to do something that would wait for it.
    leg, other, bridge = await stage.caller(), await stage.caller(), stage.bridge()
    await stage.do(PlayPrompts, leg=leg, prompts=(SayPrompt(stage.world.prompt),) * 3, language="en")
    started = asyncio.get_running_loop().time()
    await stage.do(JoinBridge, bridge=bridge, leg=leg)
    await stage.do(JoinBridge, bridge=bridge, leg=other)
    await stage.hears(LegJoined, leg=other)
    assert asyncio.get_running_loop().time() - started < 0.7, "the prompts would last 4.5 s"


# -- dialing ------------------------------------------------------------------------------------------------------------------


async def test_a_dead_trunk_is_told_from_an_unanswered_call_by_its_silence(stage: Stage):
    dead = await stage.ring(NumberTarget("+12025568888"), ring_ms=1_000)  # nobody listens there
    assert (await stage.hears(LegEnded, leg=dead)).cause is Cause.UNREACHABLE
    rings = await stage.ring(NumberTarget(await stage.world.number(PhoneDoes("ignores"))), ring_ms=1_000)
    assert (await stage.hears(LegEnded, leg=rings)).cause is Cause.NO_ANSWER


async def test_early_media_is_ringing_and_only_the_answer_is_an_answer(stage: Stage, world: AsteriskWorld, tmp_path: Path):
    tone = tmp_path / "ringback.ulaw"
    tone.write_bytes(b"\xff" * 8_000)
    scenario = phone_answers(Tone(tone), Wait(300), Stay(), rings_ms=700, early_media=tone)
    async with sipp(tmp_path / "outside", scenario, port=world.pbx.trunk_port):
        leg = await stage.ring(NumberTarget("+12025567777"))
        await stage.hears(LegRinging, leg=leg)
        assert [type(signal) for signal in stage.about(leg)] == [LegRinging]
        await stage.hears(LegAnswered, leg=leg)
        await stage.do(HangUpLeg, leg=leg)
        await stage.hears(LegEnded, leg=leg)


@pytest.mark.parametrize("number", ["+1202&Local/1@b", "12025550100@evil", "5551;tag", "+1", "abc"])
async def test_a_number_is_only_ever_a_number(stage: Stage, number: str):
    leg = await stage.ring(NumberTarget(number))
    assert (await stage.hears(EffectFailed, leg=leg)).fault is Fault.REFUSED


async def test_joining_a_leg_that_asterisk_has_lost_is_gone_not_an_error(stage: Stage):
    leg = await stage.caller(CallerDoes(hangs_up_ms=100))
    await stage.hears(LegEnded, leg=leg)
    for effect in (
        await stage.do(JoinBridge, bridge=stage.bridge(), leg=leg),
        await stage.do(PlayPrompts, leg=leg, prompts=(), language="en"),
        await stage.do(AnswerLeg, leg=leg),
        await stage.do(JoinBridge, bridge=stage.bridge(), leg=LegId("callcenter-1.1")),
    ):
        await stage.fails(effect, Fault.GONE)


# -- coming back --------------------------------------------------------------------------------------------------------------


async def test_a_service_that_was_away_finds_the_callers_who_wait(pbx: Pbx):
    async with asterisk_world(pbx) as world:
        await world.call_in("+12025550177", CallerDoes())
        stage = Stage(world)
        await world.carrier.start(stage.deliver)
        try:
            leg = (await stage.hears(LegOffered, caller="+12025550177")).leg
            await stage.do(AnswerLeg, leg=leg)
            await stage.hears(LegAnswered, leg=leg)
            await stage.hears(CarrierUp)
        finally:
            await world.carrier.close()


def test_a_page_that_says_404_is_not_a_channel_that_is_gone():
    page = Reply(request=r.channel("x"), status=404, reason="Not Found", body="<!DOCTYPE html><title>404</title>")
    word = Reply(request=r.channel("x"), status=404, reason="Not Found", body='{"message":"Channel not found"}')
    assert (page.gone, word.gone) == (False, True)


async def test_an_asterisk_without_its_interface_is_told_from_one_without_the_call(own_pbx: Callable[..., Pbx]):
    pbx = own_pbx()
    modules = pbx.home / "etc" / "modules.conf"
    modules.write_text("\n".join(line for line in modules.read_text().splitlines() if "res_ari" not in line))
    pbx.start(wait=False)
    files = AriFiles(settings(pbx))
    try:
        async with asyncio.timeout(20):
            while not any("res_ari.so" in sentence for sentence in await files.examine()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)  # it boots
        with pytest.raises(CarrierFault) as fault:
            await anext(files.recording("x"))
        assert fault.value.retryable, "the recording may well be there"
    finally:
        await files.close()


async def test_doctor_finds_nothing_wrong_with_a_good_exchange_and_names_each_fault(stage: Stage, pbx: Pbx):
    async def examined(**changes: Any) -> list[str]:
        files = AriFiles(settings(pbx, **changes))
        try:
            return await files.examine()
        finally:
            await files.close()

    assert await examined() == []
    assert "ari.conf" in (await examined(ari_password="wrong"))[0]
    assert "does not answer" in (await examined(ari_url="http://127.0.0.1:9/ari"))[0]
    assert "does not know the application" in (await examined(application="other"))[0]


def test_the_log_of_a_start_has_no_error_and_no_warning(own_pbx: Callable[..., Pbx]):
    pbx = own_pbx()
    pbx.start()
    said = [line for line in pbx.log().splitlines() if " ERROR[" in line or " WARNING[" in line]
    assert said == []


async def test_joining_twice_is_asked_once(stage: Stage):
    leg, bridge = await stage.caller(), stage.bridge()
    await stage.do(JoinBridge, bridge=bridge, leg=leg)
    await stage.hears(LegJoined, leg=leg)
    await stage.do(JoinBridge, bridge=bridge, leg=leg)
    await stage.do(HangUpLeg, leg=leg)
    await stage.hears(LegEnded, leg=leg)
    kinds = [type(signal) for signal in stage.about(leg) if isinstance(signal, LegJoined | LegLeft)]
    assert kinds == [LegJoined, LegJoined, LegLeft], "Asterisk would have taken it out and put it in again"
