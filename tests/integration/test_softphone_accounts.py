"""Softphone accounts: made for one log-in, refused after it, made again when Asterisk has forgotten them; and the SIP socket on
the page's own origin."""

import asyncio
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from aiohttp import web

from callcenter.kernel.effects import DeviceTarget
from callcenter.kernel.signals import CarrierDown, CarrierUp, DeviceChanged, LegEnded
from callcenter.kernel.words import Cause
from tests.contract.asterisk_world import AsteriskWorld, asterisk_world
from tests.contract.stage import Stage
from tests.integration.pbx import LOOPBACK, Pbx, free_ports
from tests.integration.softphone import softphone

DOMAIN = "callcenter.invalid"


@pytest.fixture
async def origin(world: AsteriskWorld) -> AsyncIterator[str]:
    """The public web server with the carrier's routes, as bootstrap mounts them; its origin."""
    with free_ports(1) as (port,):
        pass
    app = web.Application()
    app.router.add_routes(world.carrier.routes())
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, port).start()
    yield f"http://{LOOPBACK}:{port}"
    await runner.cleanup()


def socket_url(origin: str, path: str) -> str:
    return origin.replace("http:", "ws:") + path


async def test_a_phone_registers_on_the_pages_own_origin_and_is_reachable_while_it_is_there(stage: Stage, origin: str):
    account = await stage.carrier.open_device("agent-ana")
    url = socket_url(origin, account.socket)
    async with softphone(url, account.user, account.password, domain=DOMAIN, origin=origin) as phone:
        assert await phone.register() == 200
        await stage.hears(DeviceChanged, device="agent-ana", reachable=True)
    stage.heard.clear()
    await stage.hears(DeviceChanged, device="agent-ana", reachable=False)


async def test_another_sites_page_gets_no_socket(stage: Stage, origin: str):
    account = await stage.carrier.open_device("agent-ana")
    url = socket_url(origin, account.socket)
    for wrong in ("http://evil.example", ""):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with softphone(url, "a", "b", domain=DOMAIN, origin=wrong):
                pass
        assert refused.value.status == 403


async def test_a_second_log_in_ends_the_first_ones_password(stage: Stage, origin: str):
    first = await stage.carrier.open_device("agent-ana")
    second = await stage.carrier.open_device("agent-ana")
    url = socket_url(origin, first.socket)
    async with softphone(url, first.user, first.password, domain=DOMAIN, origin=origin) as old:
        assert await old.register() == 401
    async with softphone(url, second.user, second.password, domain=DOMAIN, origin=origin) as new:
        assert await new.register() == 200


async def test_after_the_log_out_nobody_registers_and_nobody_is_rung(stage: Stage, origin: str):
    # A name of its own: Asterisk does not tell the state of a device that is made again under a deleted one's name while its
    # contact is still there. The service never does that: each load of a page has a device name of its own (api/phones.py).
    account = await stage.carrier.open_device("agent-gone")
    url = socket_url(origin, account.socket)
    async with softphone(url, account.user, account.password, domain=DOMAIN, origin=origin) as phone:
        assert await phone.register() == 200
        await stage.carrier.close_device("agent-gone")
        assert await phone.register() in (401, 403, 404)
    leg = await stage.ring(DeviceTarget("agent-gone"))
    await asyncio.wait_for(_never_rang(stage, leg), 10)


async def _never_rang(stage: Stage, leg: str) -> None:
    while True:
        for signal in stage.about(leg):  # type: ignore[arg-type]
            assert not isinstance(signal, LegEnded) or signal.cause is Cause.UNREACHABLE
            return
        await asyncio.sleep(0.01)  # EffectFailed or LegEnded, whichever comes


async def test_accounts_are_made_again_after_a_restart_of_asterisk(own_pbx: Callable[..., Pbx]):
    pbx = own_pbx()
    pbx.start()
    async with asterisk_world(pbx) as world:
        stage = Stage(world)
        await world.carrier.start(stage.deliver)
        try:
            await stage.hears(CarrierUp)
            account = await stage.carrier.open_device("agent-ana")
            await asyncio.to_thread(pbx.kill)
            await stage.hears(CarrierDown)
            stage.heard.clear()
            pbx.start(wait=False)
            await stage.hears(CarrierUp)
            async with world.registered(account):
                await stage.hears(DeviceChanged, device="agent-ana", reachable=True)
        finally:
            await world.carrier.close()
