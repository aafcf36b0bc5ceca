"""Asterisk says something that never arrives, and nobody notices: the quiet comparison finds it, and disturbs nobody when all is
well. Real Asterisk; a relay swallows single frames."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from callcenter.kernel.effects import JoinBridge, SetTreatment, StartRecording
from callcenter.kernel.signals import CarrierUp, EffectFailed, LegEnded, LegJoined, LegLeft, RecordingStarted
from callcenter.kernel.words import Cause, Treatment
from callcenter.telephony.port import CarrierSnapshot
from tests.contract.asterisk_world import AsteriskWorld, asterisk_world
from tests.contract.stage import Stage
from tests.contract.world import CallerDoes
from tests.integration.ari_relay import AriRelay, frame
from tests.integration.pbx import Pbx

EVERY_MS = 200
LIMIT_S = 5.0
"""One look, the second after 1.5 s, the listing: with time to spare on a busy machine."""


@asynccontextmanager
async def audited(pbx: Pbx) -> AsyncIterator[tuple[Stage, AriRelay]]:
    """A carrier that looks often, connected; its first snapshot has been forgotten."""
    async with asterisk_world(pbx, AriRelay, audit_every_ms=EVERY_MS) as world:
        stage = Stage(world)
        await world.carrier.start(stage.deliver)
        try:
            await stage.hears(CarrierUp)
            stage.heard.clear()
            assert isinstance(world.relay, AriRelay)
            yield stage, world.relay
        finally:
            await world.carrier.close()


def swallow(relay: AriRelay, leg: str, *events: str) -> None:
    for event in events:
        relay.spoil_event(rf'"type": *"{event}".*{leg}', lambda payload: [])


async def looks(relay: AriRelay, times: int) -> None:
    """Waits for so many complete looks."""
    for _ in range(times):
        await relay.spoil_answer("^GET endpoints/PJSIP", lambda payload: [frame(payload)]).done.wait()


async def test_a_leg_whose_end_was_lost_is_found_gone(pbx: Pbx):
    async with audited(pbx) as (stage, relay):
        leg = await stage.caller(CallerDoes(hangs_up_ms=300))
        stage.remembers(leg)
        swallow(relay, leg, "ChannelHangupRequest", "StasisEnd", "ChannelDestroyed")
        ended = await stage.hears(LegEnded, LIMIT_S, leg=leg)
        assert (ended.cause, ended.by_us) == (Cause.LOST, False)
        assert stage.carrier.health().ready


async def test_a_leg_that_was_taken_out_of_its_bridge_from_outside_is_listed_outside(pbx: Pbx):
    async with audited(pbx) as (stage, _):
        first, second, bridge = await stage.caller(), await stage.caller(), stage.bridge()
        for leg in (first, second):
            await stage.do(JoinBridge, bridge=bridge, leg=leg)
            await stage.hears(LegJoined, leg=leg)
        assert pbx.http("POST", f"/bridges/{bridge}/removeChannel?channel={first}").status == 204
        await stage.hears(LegLeft, leg=first)
        snapshot = await stage.hears(CarrierSnapshot, LIMIT_S)
        assert {seen.leg: seen.bridge for seen in snapshot.legs} == {first: None, second: bridge}
        stage.heard.clear()
        await stage.do(JoinBridge, bridge=bridge, leg=first)  # as the resync asks for it
        await stage.hears(LegJoined, leg=first)


async def test_a_leg_that_left_without_a_word_is_known_to_be_out(pbx: Pbx):
    async with audited(pbx) as (stage, relay):
        leg, bridge = await stage.caller(), stage.bridge()
        await stage.do(JoinBridge, bridge=bridge, leg=leg)
        await stage.hears(LegJoined, leg=leg)
        swallow(relay, leg, "ChannelLeftBridge")
        assert pbx.http("POST", f"/bridges/{bridge}/removeChannel?channel={leg}").status == 204
        snapshot = await stage.hears(CarrierSnapshot, LIMIT_S)
        assert [(seen.leg, seen.bridge) for seen in snapshot.legs] == [(leg, None)]


async def test_a_bridge_and_a_channel_that_nobody_knows_are_shown(pbx: Pbx):
    async with audited(pbx) as (stage, _):
        bridge = stage.bridge()
        assert pbx.http("POST", f"/bridges/{bridge}?type=mixing").status == 200
        snapshot = await stage.hears(CarrierSnapshot, LIMIT_S)
        assert snapshot.bridges == (bridge,)


async def test_a_device_whose_coming_was_lost_is_shown_reachable(pbx: Pbx):
    async with audited(pbx) as (stage, relay):
        world = stage.world
        assert isinstance(world, AsteriskWorld)
        account = await stage.carrier.open_device("deskquiet")
        await looks(relay, 2)  # the states that are asked for after the account was made
        swallow(relay, "deskquiet", *["DeviceStateChanged"] * 3)
        async with world.registered(account):
            snapshot = await stage.hears(CarrierSnapshot, LIMIT_S)
            assert "deskquiet" in snapshot.reachable
        await stage.carrier.close_device("deskquiet")


async def test_when_all_is_well_nobody_notices_the_looks(pbx: Pbx):
    async with audited(pbx) as (stage, relay):
        first, second, bridge = await stage.caller(), await stage.agent(), stage.bridge()
        third, recording = await stage.caller(), stage.entropy.recording()
        for leg in (first, second):
            await stage.do(JoinBridge, bridge=bridge, leg=leg)
            await stage.hears(LegJoined, leg=leg)
        await stage.do(StartRecording, recording=recording, bridge=bridge)
        await stage.hears(RecordingStarted, recording=recording)
        for treatment in (Treatment.MUSIC, Treatment.SILENCE, Treatment.RINGBACK, Treatment.MUSIC):
            await stage.do(SetTreatment, leg=third, treatment=treatment)
            await looks(relay, 2)
            assert stage.carrier.health().ready
        assert not [heard for heard in stage.heard if isinstance(heard, CarrierSnapshot | EffectFailed | LegEnded)]
