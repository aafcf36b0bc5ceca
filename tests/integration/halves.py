"""A center in several processes on one Redis: hubs and web processes by `callcenter serve --role`, and a hub in the test's own
process for tests that play callers or look at what the hub itself has. The sample center with one straight flow, simulated."""

import asyncio
import contextlib
import re
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TypeVar

import aiohttp
import msgspec
import pytest

from callcenter.api.socket import TURNED_S
from callcenter.api.stage import Stage
from callcenter.api.views import ContactName
from callcenter.broadcast import redis_line
from callcenter.kernel.ids import CarrierName, ContactId, LegId
from callcenter.roles import HubService
from callcenter.runtime import clock, hub_view
from callcenter.telephony.simulated.adapter import SimulatedCarrier
from config.center_file import read_center
from config.settings import read_settings
from reporting.live import Live
from tests.fixtures.commands import Running, run_command
from tests.fixtures.prompts import lay_prompts
from tests.fixtures.redis import RedisServer
from tests.integration.asking import until
from tests.integration.center import PASSWORD
from tests.integration.people import Board, Json, Person
from tests.integration.served import lay_sample

TOLD_S = 5.0
"""In which pages are told that they are not live: no beat for 3 s, or a position behind for 3 s; looked at twice a second."""
FRESH_AGAIN_S = 5.0
"""In which they are live again: the line is made anew within a second or two, and the hub says at once how it is."""
TRY_AGAIN_S = 5.0
"""In which a command is answered whose hub is gone; with a hub that is silent and lives it takes 8 s."""
assert hub_view.FRESH_S + TURNED_S < TOLD_S
assert hub_view.TAKEN_WITHIN_S + redis_line.ANSWER_MORE_S == 8
DIALED = "+12125550100"
FLOW = "id: main\nstart: orders\nnodes:\n  orders: {node: queue, queue: orders}\n"
SETTINGS = (
    "center: center.yaml\npassword_cost: light\nlisten: 127.0.0.1:0\ndata: var\n"
    "redis: {redis}\n{stores}carriers:\n  demo: {{kind: simulated}}\n"
)


P = TypeVar("P", bound=Person)


class Half:
    """One process of `callcenter serve --role ...`."""

    def __init__(self, home: Path, role: str, name: str) -> None:
        self.home, self.role, self.name = home, role, name
        self.url = ""
        self.process: Running | None = None

    async def start(self) -> None:
        await self.launch()
        await self.ready()

    async def launch(self) -> None:
        with (self.home / f"{self.name}.log").open("ab") as log:
            self.process = await run_command(
                "serve", "--role", self.role, "--config", self.home / "settings.yaml",
                stdout=PIPE, stderr=log, anew=self.process is not None,
            )  # fmt: skip

    async def ready(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        line = ""
        async with asyncio.timeout(60):
            while not line.startswith("ready "):
                line = (await self.process.stdout.readline()).decode().strip()
                assert line, self.log()[-3000:]
        self.url = line.removeprefix("ready ")

    async def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            try:
                await asyncio.wait_for(self.process.wait(), 20)
            except TimeoutError:
                self.process.kill()
                await self.process.wait()
                raise AssertionError(f"{self.name} did not end when told to:\n{self.log()[-3000:]}") from None

    def log(self) -> str:
        return (self.home / f"{self.name}.log").read_text(errors="replace")


class Halves:
    """A folder with settings, and who was started in it."""

    def __init__(self, home: Path, redis: RedisServer, stores: str = "") -> None:
        self.home, self.redis = home, redis
        lay_sample(home)
        (home / "flows" / "main.yaml").write_text(FLOW)
        (home / "settings.yaml").write_text(SETTINGS.format(redis=redis.url, stores=stores))
        people = home / "agents.yaml"
        people.write_text(re.sub(r"password: harbor-[\w-]+", f"password: {PASSWORD}", people.read_text()))
        lay_prompts(home / "center.yaml", home / "var" / "prompts")
        self._stack = contextlib.AsyncExitStack()

    async def half(self, role: str, name: str) -> Half:
        """Started, but perhaps not ready."""
        half = Half(self.home, role, name)
        await half.launch()
        self._stack.push_async_callback(half.stop)
        return half

    async def webs(self, count: int = 2) -> list[Half]:
        found = [await self.half("web", f"web{number + 1}") for number in range(count)]
        await asyncio.gather(*(one.ready() for one in found))
        return found

    async def live(self, *webs: Half) -> None:
        """Each of them has heard of the hub, as a balancer would ask."""
        async with aiohttp.ClientSession() as http:

            async def all_ready() -> bool:
                for web in webs:
                    async with http.get(f"{web.url}/readyz") as answer:
                        if answer.status != 200:
                            return False
                return True

            await until(all_ready)

    async def hub_here(self) -> "HubHere":
        settings = read_settings(self.home / "settings.yaml", {})
        hub = HubHere(HubService(settings, read_center(settings.center)))
        self._stack.push_async_callback(hub.service.close)
        await hub.service.prepare()
        await hub.service.start()
        return hub

    async def person(self, url: str, login: str) -> Person:
        return await self._signed_in(Person(url, login))

    def same_person(self, person: Person, url: str) -> Person:
        """In the same session, at another process."""
        there = Person(url, person.login)
        self._stack.push_async_callback(there.close)
        there.http.cookie_jar.update_cookies({cookie.key: cookie.value for cookie in person.http.cookie_jar})
        return there

    async def board(self, url: str, login: str = "lead-en", topic: str = "board") -> Board:
        board = await self._signed_in(Board(url, login))
        await board.follow(topic)
        return board

    async def _signed_in(self, person: P) -> P:
        self._stack.push_async_callback(person.close)
        await person.sign_in()
        return person

    async def stop(self) -> None:
        await self._stack.aclose()


class HubHere:
    """The hub's half in this process."""

    def __init__(self, service: HubService) -> None:
        self.service = service
        carrier = service.carriers[CarrierName("demo")]
        assert isinstance(carrier, SimulatedCarrier)
        self.carrier = carrier

    def call_in(self, caller: str) -> LegId:
        return self.carrier.pump.act(lambda now: self.carrier.network.call_in(caller, DIALED))

    def hang_up(self, leg: LegId) -> None:
        self.carrier.pump.act(lambda now: self.carrier.network.hang_up(leg, now))

    async def shows(self) -> Json:
        """The board as one process would show it, folded anew from the log beside the engine."""
        service = self.service

        async def names(ids: set[ContactId]) -> Mapping[ContactId, ContactName]:
            found = await service.crm.contacts(ids)
            return {
                id: ContactName(name=contact.name, account=contact.account.name if contact.account else None)
                for id, contact in found.items()
            }

        async def keep(live: Live) -> None:
            """Not from here."""

        stage = Stage(Live(), service.fanout, service.log.read, keep, service.engine, names, clock.now)
        await stage.start()
        try:
            whole = {"center": stage.center, "queues": stage.queues, "agents": stage.agents, "calls": stage.calls}
            found: Json = msgspec.json.decode(msgspec.json.encode(whole))
            return found
        finally:
            await stage.close()

    async def same(self, *boards: Board, seconds: float = FRESH_AGAIN_S) -> None:
        """Each of these boards shows what the hub has, within so many seconds."""
        wanted: Json = {}
        try:
            async with asyncio.timeout(seconds):
                while any(shown(board) != wanted for board in boards):
                    wanted = await self.shows()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            for board in boards:
                assert shown(board) == wanted
            raise


def shown(board: Board) -> Json:
    return {"center": board.center, "queues": board.queues, "agents": board.agents, "calls": board.calls}


@pytest.fixture
async def halves(tmp_path: Path, own_redis: RedisServer) -> AsyncIterator[Halves]:
    halves = Halves(tmp_path, own_redis)
    yield halves
    await halves.stop()
