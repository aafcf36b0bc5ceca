"""The softphone of the rootless demo over HTTP: what a page can do with its own device, and what nobody else can."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from callcenter.kernel.center import Label
from callcenter.kernel.effects import DeviceTarget, OriginateLeg, PlayPrompts
from callcenter.kernel.flow import SayPrompt
from callcenter.kernel.ids import CallId, CarrierName, Entropy, LegId, PromptId
from callcenter.kernel.signals import LegEnded
from callcenter.kernel.words import Cause, LegRole
from callcenter.runtime import clock
from callcenter.telephony.port import DeviceAccount
from callcenter.telephony.simulated.adapter import SimulatedCarrier


class Desk:
    """A carrier, its web server, and one agent's page with her account."""

    def __init__(self, carrier: SimulatedCarrier, client: "TestClient[web.Request, web.Application]") -> None:
        self.carrier = carrier
        self.client = client
        self.heard: list[object] = []
        self._entropy = Entropy(b"desk")

    async def log_in(self) -> None:
        self.account: DeviceAccount = await self.carrier.open_device("desk-1")

    async def ring(self, role: LegRole = LegRole.AGENT) -> LegId:
        leg = self._entropy.leg()
        asked = OriginateLeg(
            effect=self._entropy.effect(),
            carrier=self.carrier.name,
            leg=leg,
            call=CallId("c1"),
            target=DeviceTarget("desk-1"),
            role=role,
            ring_ms=20_000,
            caller_id="",
        )
        await self.carrier.perform(asked)
        return leg

    async def post(self, verb: str, body: object = None, password: str | None = None) -> int:
        headers = {"X-Phone-Password": self.account.password if password is None else password}
        async with self.client.post(f"{self.account.socket}/{verb}", json=body, headers=headers) as answer:
            return answer.status

    async def state(self) -> dict[str, object]:
        headers = {"X-Phone-Password": self.account.password}
        async with self.client.get(self.account.socket, headers=headers) as answer:
            assert answer.status == 200
            found: dict[str, object] = await answer.json()
            return found


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    carrier = SimulatedCarrier(CarrierName("simulated"), clock=clock.now, seed=b"test")
    carrier.use_prompts({PromptId("hello"): Label("Good morning", "早上好")})
    app = web.Application()
    app.add_routes(carrier.routes())
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        desk = Desk(carrier, client)
        await carrier.start(desk.heard.append)
        await desk.log_in()
        yield desk
        await carrier.close()


async def test_she_answers_mutes_keys_and_hangs_up(desk):
    leg = await desk.ring()
    assert await desk.post("answer") == 204
    assert desk.carrier.network.lines[leg].state == "up"
    assert (await desk.state())["state"] == "talking"
    assert await desk.post("mute", {"muted": True}) == 204
    assert (await desk.state())["muted"] is True
    assert await desk.post("mute", {"muted": False}) == 204
    assert await desk.post("digits", {"digits": "12#"}) == 204
    assert await desk.post("hang-up") == 204
    assert (await desk.state())["state"] == "idle"
    assert LegEnded(leg=leg, cause=Cause.NORMAL) in desk.heard


async def test_she_rejects(desk):
    leg = await desk.ring()
    assert await desk.post("reject") == 204
    assert LegEnded(leg=leg, cause=Cause.REJECTED) in desk.heard


async def test_she_reads_what_she_would_hear(desk):
    leg = await desk.ring()
    await desk.post("answer")
    prompts = (SayPrompt(PromptId("hello")),)
    await desk.carrier.perform(
        PlayPrompts(effect=Entropy(b"x").effect(), carrier=desk.carrier.name, leg=leg, prompts=prompts, language="zh")
    )
    assert (await desk.state())["hears"] == [{"en": "Good morning", "zh": "早上好"}]


@pytest.mark.parametrize("verb", ["answer", "reject", "hang-up"])
async def test_without_a_call_there_is_nothing_to_do(desk, verb):
    assert await desk.post(verb) == 409


@pytest.mark.parametrize("verb", ["answer", "reject", "hang-up", "mute", "digits"])
async def test_nobody_else_uses_her_phone(desk, verb):
    await desk.ring()
    assert await desk.post(verb, {}, password="guessed") == 401
    assert await desk.post(verb, {}, password="") == 401
    async with desk.client.get(desk.account.socket) as answer:
        assert answer.status == 401


async def test_what_went_wrong_is_said_in_both_languages(desk):
    headers = {"X-Phone-Password": desk.account.password}
    async with desk.client.post(f"{desk.account.socket}/answer", headers=headers) as answer:
        error = await answer.json()
    assert (error["code"], error["field"]) == ("no_call", None)
    assert set(error["message"]) == {"en", "zh"}


async def test_a_new_log_in_replaces_the_password_and_the_end_takes_it_away(desk):
    old = desk.account.password
    await desk.log_in()
    assert await desk.post("hang-up", password=old) == 401
    assert await desk.post("hang-up") == 409
    await desk.carrier.close_device("desk-1")
    assert await desk.post("hang-up") == 401
    assert "desk-1" not in desk.carrier.network.seen().reachable


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("mute", {}),
        ("mute", {"muted": 1}),
        ("digits", {"digits": ""}),
        ("digits", {"digits": "1a"}),
        ("digits", {"digits": "1" * 33}),
    ],
)
async def test_a_body_that_makes_no_sense_is_refused(desk, verb, body):
    await desk.ring()
    await desk.post("answer")
    assert await desk.post(verb, body) == 400
