"""The socket that Asterisk opens to us: it comes, goes, is refused, stolen, frozen, and always says the truth about itself."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest

from callcenter.telephony.asterisk import events as ari_events
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.client import AriClient, Connected, Disconnected
from callcenter.telephony.asterisk.replies import NO_ANSWER, Reply
from callcenter.telephony.asterisk.settings import AsteriskSettings
from tests.integration.ari_relay import AriRelay, frame
from tests.integration.exchange import settings
from tests.integration.listening import Ears
from tests.integration.pbx import LOOPBACK, Pbx, free_ports
from tests.integration.relay import Relay
from tests.integration.scenario import HangUp, Wait, caller
from tests.integration.sipp import sipp

AnyRelay = TypeVar("AnyRelay", bound=Relay)


async def condition(true: Callable[[], bool], seconds: float = 10) -> None:
    """Waits until something that nobody announces is true."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_the_first_word_is_an_echo(pbx: Pbx, ari: AriClient):
    assert ari.ready
    assert ari.why_not == ""
    assert ari.version.startswith("22.")


async def test_requests_are_answered_in_their_order(ari: AriClient):
    for number in range(500):
        ari.send(r.bridge(f"nothere{number}"), number)
    replies = [await ari.next_item() for _ in range(500)]
    assert [reply.token for reply in replies if isinstance(reply, Reply)] == list(range(500))
    assert all(isinstance(reply, Reply) and reply.gone for reply in replies)


async def test_a_call_makes_the_events_that_we_use_and_no_others(pbx: Pbx, ari: AriClient, tmp_path: Path):
    ears = Ears(ari)
    to = (LOOPBACK, pbx.values.sip_port)
    async with sipp(tmp_path, caller("+12025550123", Wait(300), HangUp()), to=to, service="+12025550100") as peer:
        entered = await ears.hears(ari_events.StasisStart)
        assert entered.args == ["inbound", "+12025550100"]
        assert entered.channel.caller.number == "+12025550123"
        assert (await ari.ask(r.answer(entered.channel.id))).good
        ended = await ears.hears(ari_events.StasisEnd)
        assert ended.channel.id == entered.channel.id
        await peer.done()
    # A call that is only answered makes about nine events: the filter keeps out what nobody reads (ChannelVarset, ...).
    assert set(ari.unknown) == set()


async def test_asterisk_is_asked_to_wait_while_we_are_passive(pbx: Pbx):
    client = AriClient(settings(pbx))
    await client.start()
    try:
        async with aiohttp.ClientSession() as http:
            given = settings(pbx)
            login = aiohttp.encode_basic_auth(given.listen_user, given.listen_password)
            url = f"http://{LOOPBACK}:{given.listen_port}/carrier/asterisk/pbx"
            async with http.get(url, headers={"Authorization": login}) as answer:
                assert answer.status == 503
        assert "not connected yet" in client.why_not
        client.activate()
        await Ears(client).hears(Connected)
        assert client.why_not == ""
        client.activate(False)
        await Ears(client).hears(Disconnected)
        assert "passive" in client.why_not
    finally:
        await client.close()


@pytest.mark.parametrize("password", ["wrong", ""])
async def test_another_password_is_refused_and_a_good_socket_is_not_the_worse_for_it(ari: AriClient, pbx: Pbx, password: str):
    given = settings(pbx)
    url = f"ws://{LOOPBACK}:{given.listen_port}/carrier/asterisk/pbx"
    headers = {"Authorization": aiohttp.encode_basic_auth(given.listen_user, password)} if password else {}
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(url, headers=headers, protocols=("ari",))
    assert refused.value.status == 401
    assert ari.ready


async def test_a_wrong_password_in_asterisks_configuration_is_named(pbx: Pbx):
    given = settings(pbx, listen_password="another")
    client = AriClient(given)
    await client.start()
    client.activate()
    try:
        await condition(lambda: "websocket_client.conf" in client.why_not and "password" in client.why_not)
        assert not client.ready
    finally:
        await client.close()


@pytest.mark.parametrize("turns", range(6))
async def test_who_comes_while_it_closes_is_not_left_waiting(pbx: Pbx, turns: int):
    with free_ports(1) as (port,):
        pass
    client = AriClient(settings(pbx, port))
    await client.start()
    closing = asyncio.create_task(client.close())
    for _ in range(turns):
        await asyncio.sleep(0)
    with socket.socket() as peer, suppress(ConnectionRefusedError, ConnectionResetError):
        peer.connect((LOOPBACK, port))
        await closing
        peer.settimeout(5)
        assert await asyncio.to_thread(peer.recv, 1) == b""
    await closing


@asynccontextmanager
async def behind_a_wire(pbx: Pbx, kind: type[AnyRelay], **changes: Any) -> AsyncIterator[tuple[AriClient, AnyRelay]]:
    """A ready client and the wire between it and Asterisk, which can be cut or frozen; `changes` of its settings."""
    with free_ports(1) as (port,):
        pass
    client = AriClient(settings(pbx, port, **changes))
    relay = kind(pbx.service_port, port)
    await client.start()
    client.activate()
    await relay.mend()
    try:
        await Ears(client).hears(Connected)
        yield client, relay
    finally:
        await relay.cut()
        await client.close()


@pytest.fixture
async def wire(pbx: Pbx) -> AsyncIterator[tuple[AriClient, Relay]]:
    async with behind_a_wire(pbx, Relay, echo_every_ms=200, echo_timeout_ms=500, request_timeout_ms=800) as both:
        yield both


async def test_after_a_break_it_comes_back_and_asterisk_is_known_to_be_the_same(wire: tuple[AriClient, Relay]):
    client, relay = wire
    ears = Ears(client)
    await relay.cut()
    await ears.hears(Disconnected)
    assert not client.ready
    assert (await client.ask(r.channels())).status == NO_ANSWER
    await relay.mend()
    first = await ears.hears(Connected)
    await relay.cut()
    await ears.hears(Disconnected)
    await relay.mend()
    second = await ears.hears(Connected)
    assert (first.startup_time, first.version) == (second.startup_time, second.version)
    assert second.session > first.session


async def test_a_peer_that_is_silent_on_an_open_socket_is_given_up(wire: tuple[AriClient, Relay]):
    client, relay = wire
    ears = Ears(client)
    relay.freeze()
    lost = await ears.hears(Disconnected)
    assert "silent" in lost.why
    await relay.cut()
    await relay.mend()
    await ears.hears(Connected)


async def test_a_request_that_is_not_answered_ends_in_time_and_its_late_answer_does_no_harm(pbx: Pbx):
    patient = {"echo_every_ms": 60_000, "echo_timeout_ms": 30_000}  # no echo is missed meanwhile: the socket stays
    async with behind_a_wire(pbx, Relay, request_timeout_ms=800, **patient) as (client, relay):
        relay.freeze()
        started = asyncio.get_running_loop().time()
        reply = await client.ask(r.channels())
        assert reply.status == NO_ANSWER
        assert asyncio.get_running_loop().time() - started < 2
        assert client.orphans == 0
        await relay.mend()  # what was held back flows on
        await condition(lambda: client.orphans > 0)
        gone, listed = await client.ask(r.bridge("nothere")), await client.ask(r.channels())
        assert (gone.gone, listed.good) == (True, True), "each later request has its own answer"
        assert (client.orphans, client.ready) == (1, True)


async def test_a_slow_consumer_does_not_make_asterisk_wait(pbx: Pbx, ari: AriClient):
    # 25,000 answers that nobody takes, over more than Asterisk's patience: the reader goes on draining.
    for number in range(25_000):
        ari.send(r.bridge("nothere"), number)
    await condition(lambda: ari.backlog >= 25_000, seconds=30)
    assert ari.ready
    assert pbx.http("GET", "/applications/callcenter").status == 200
    assert [(await ari.next_item()).token for _ in range(3)] == [0, 1, 2]  # type: ignore[union-attr]


async def test_a_restart_of_asterisk_shows_in_its_start_up_time(own_pbx: Callable[..., Pbx]):
    pbx = own_pbx()
    pbx.start()
    client = AriClient(settings(pbx))
    await client.start()
    client.activate()
    try:
        ears = Ears(client)
        first = await ears.hears(Connected)
        pbx.kill()
        await ears.hears(Disconnected)
        pbx.start(wait=False)
        second = await ears.hears(Connected, 20)
        assert second.startup_time != first.startup_time
        assert second.session - first.session < 5, "while it boots it is asked again, and not sent away again and again"
    finally:
        await client.close()


async def test_a_foreign_client_on_our_application_is_noticed_and_the_cure_we_name_helps(own_pbx: Callable[..., Pbx]):
    pbx = own_pbx()
    pbx.start()
    client = AriClient(settings(pbx, echo_every_ms=300, echo_timeout_ms=500))
    await client.start()
    client.activate()
    try:
        ears = Ears(client)
        await ears.hears(Connected)
        values = pbx.values
        login = aiohttp.encode_basic_auth(values.ari_user, values.ari_password)
        url = f"ws://{LOOPBACK}:{values.http_port}/ari/events?app={values.application}"
        async with aiohttp.ClientSession() as http, http.ws_connect(url, headers={"Authorization": login}):
            lost = await ears.hears(Disconnected)
            assert not client.ready
            assert "Another program has taken the application" in lost.why
        configuration = pbx.home / "etc" / "ari.conf"
        whole = configuration.read_text()
        configuration.write_text(whole[: whole.index(f"[{values.application}]")])
        pbx.cli("module reload res_ari.so")
        # Put back before Asterisk has let go of its socket, it may open others on which it answers nothing, for good (about
        # one time in two hundred on a busy machine; 22.10.1).
        async with asyncio.timeout(10):
            while "closed the socket" not in client.why_not:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        configuration.write_text(whole)
        pbx.cli("module reload res_ari.so")
        await ears.hears(Connected, 15)
        assert client.ready
    finally:
        await client.close()


async def test_a_reload_is_no_theft(own_pbx: Callable[..., Pbx]):
    pbx = own_pbx()
    pbx.start()
    configuration = pbx.home / "etc" / "ari.conf"
    unready: set[str] = set()
    async with behind_a_wire(pbx, AriRelay) as (client, relay):

        async def watch() -> None:
            while True:  # at every turn of the loop: the next echo would hide a moment's doubt
                unready.add(client.why_not)
                await asyncio.sleep(0)

        watching = asyncio.create_task(watch())
        for apps in ("callcenter,another", "callcenter"):
            replaced = relay.spoil_event('"type":"ApplicationReplaced"', lambda payload: [frame(payload)])
            configuration.write_text(re.sub("apps = .*", f"apps = {apps}", configuration.read_text()))
            await asyncio.to_thread(pbx.cli, "module reload res_ari.so")
            async with asyncio.timeout(10):
                await replaced.done.wait()
                for _ in range(2):  # and what Asterisk tells still reaches us
                    echo = relay.spoil_event('"type":"ChannelUserevent"', lambda payload: [frame(payload)])
                    await echo.done.wait()
            assert (await client.ask(r.channels())).good
        watching.cancel()
        assert unready == {""}, "it was ready all the time"
        assert client.backlog == 0, "and said nothing of a break"


# -- a peer that is not quite an Asterisk -------------------------------------------------------------------------------------


@pytest.fixture
async def alone() -> AsyncIterator[tuple[AriClient, AsteriskSettings]]:
    """A client that no Asterisk knows of."""
    with free_ports(1) as (port,):
        pass
    given = AsteriskSettings(
        name="pbx",
        listen_port=port,
        listen_user="pbx",
        listen_password="word",
        ari_url="http://127.0.0.1:9/ari",
        ari_user="ari",
        ari_password="ari",
        echo_every_ms=200,
        echo_timeout_ms=300,
        request_timeout_ms=1_000,
    )
    client = AriClient(given)
    await client.start()
    client.activate()
    yield client, given
    await client.close()


def dial(http: aiohttp.ClientSession, given: AsteriskSettings, *protocols: str) -> "aiohttp.client._WSRequestContextManager":
    login = aiohttp.encode_basic_auth(given.listen_user, given.listen_password)
    url = f"ws://{LOOPBACK}:{given.listen_port}/carrier/asterisk/pbx"
    return http.ws_connect(url, headers={"Authorization": login}, protocols=protocols)


def answer(request: dict[str, str], body: str) -> dict[str, object]:
    return {
        "type": "RESTResponse",
        "transaction_id": "x",
        "request_id": request["request_id"],
        "status_code": 200,
        "reason_phrase": "OK",
        "uri": request["uri"],
        "message_body": body,
    }


@pytest.mark.parametrize("version", ["22.10.0", "22.9.9~dfsg-1", "20.99.1", "not a number"])
async def test_an_old_asterisk_is_refused_and_told_why(alone: tuple[AriClient, AsteriskSettings], version: str):
    client, given = alone
    async with aiohttp.ClientSession() as http:
        async with dial(http, given, "ari") as socket:
            await socket.send_json({"type": "ApplicationRegistered", "application": "callcenter", "timestamp": "t"})
            request = await socket.receive_json(timeout=5)
            body = f'{{"system":{{"version":"{version}","entity_id":"e"}},"status":{{"startup_time":"s"}}}}'
            await socket.send_json(answer(request, body))
            assert (await socket.receive(timeout=5)).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        assert "22.10.1" in client.why_not
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await dial(http, given, "ari")
        assert refused.value.status == 503


async def test_an_asterisk_that_talks_nonsense_about_itself_is_named_and_asked_again(alone: tuple[AriClient, AsteriskSettings]):
    client, given = alone
    async with aiohttp.ClientSession() as http, dial(http, given, "ari") as socket:
        await socket.send_json({"type": "ApplicationRegistered", "application": "callcenter", "timestamp": "t"})
        for nonsense in ("", '{"system":{}}'):
            await socket.send_json(answer(await socket.receive_json(timeout=5), nonsense))
        request = await socket.receive_json(timeout=5)
        assert "does not say what it is" in client.why_not
        await socket.send_json(answer(request, '{"system":{"version":"22.10.1","entity_id":"e"},"status":{"startup_time":"s"}}'))
        assert "eventFilter" in (await socket.receive_json(timeout=5))["uri"]


async def test_a_socket_without_the_subprotocol_is_refused(alone: tuple[AriClient, AsteriskSettings]):
    client, given = alone
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await dial(http, given)
    assert refused.value.status == 400
    assert "protocols=ari" in client.why_not


async def test_nonsense_on_the_socket_is_counted_and_the_rest_is_understood(alone: tuple[AriClient, AsteriskSettings]):
    client, given = alone
    async with aiohttp.ClientSession() as http, dial(http, given, "ari") as socket:
        for text in ("{", "[]", '{"type":"Brandnew"}', '{"type":"StasisStart","application":"callcenter"}', "\udcff"[:0]):
            await socket.send_str(text)
        await socket.send_json({"type": "RESTResponse", "request_id": "nobody", "status_code": 200, "reason_phrase": "OK"})
        recording = {"name": "r", "target_uri": "bridge:b", "state": "done"}
        await socket.send_json(
            {"type": "RecordingFinished", "application": "callcenter", "timestamp": "t", "recording": recording}
        )
        told = await Ears(client).hears(ari_events.RecordingFinished)
    assert told.recording.name == "r"
    assert client.unknown == {"": 3, "Brandnew": 1, "StasisStart": 1}
    assert client.orphans == 1


async def test_events_follow_each_other_without_waiting_for_acknowledgements(pbx: Pbx, ari: AriClient, tmp_path: Path):
    # Asterisk writes without TCP_NODELAY: with delayed acknowledgements, every second message here would take 40 ms.
    ears = Ears(ari)
    async with sipp(tmp_path, caller("+12025550123", Wait(5_000), HangUp()), to=(LOOPBACK, pbx.values.sip_port), service="100"):
        channel = (await ears.hears(ari_events.StasisStart)).channel.id
        assert (await ari.ask(r.answer(channel))).good
        bridges = ["b" * 19 + letter for letter in "abcdefgh"]
        for bridge in bridges:
            await ari.ask(r.create_bridge(bridge))
        started = asyncio.get_running_loop().time()
        for bridge in bridges:
            assert (await ari.ask(r.add_to_bridge(bridge, channel))).good
            await ears.hears(ari_events.ChannelEnteredBridge)
        took = asyncio.get_running_loop().time() - started
    assert took < 0.16, f"eight moves took {took * 1000:.0f} ms"
