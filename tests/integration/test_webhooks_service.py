"""The running service and a program that is told: `callcenter serve` as a process of its own, killed between two attempts."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import config
from callcenter.store.event_log import from_row
from callcenter.webhooks.projection import Projection
from tests.integration.receiver import Receiver, accept, hang, in_order, refuse

EXAMPLE = Path(config.__file__).parent / "example"
SETTINGS = (
    "center: center.yaml\nlisten: 127.0.0.1:0\ndata: var\nwebhook_networks: [127.0.0.0/8]\ncarriers:\n  demo: {kind: simulated}\n"
)
ADMIN = "  - {login: hooks, role: administrator, password: harbor-hooks-1}\n"


class Served:
    """`callcenter serve` on the sample center, with an administrator and an agent signed in."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.url = ""
        self.process: Process | None = None
        self.admin: aiohttp.ClientSession
        self.agent: aiohttp.ClientSession
        self._sessions: list[aiohttp.ClientSession] = []

    async def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLCENTER_")}
        with (self.home / "service.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "callcenter", "serve", "--config", str(self.home / "settings.yaml"),
                stdin=asyncio.subprocess.DEVNULL, stdout=PIPE, stderr=log, env=environment,
            )  # fmt: skip
        assert self.process.stdout is not None
        line = ""
        async with asyncio.timeout(60):
            while not line.startswith("ready "):
                line = (await self.process.stdout.readline()).decode().strip()
                assert line, (self.home / "service.log").read_text()[-2000:]
        self.url = line.removeprefix("ready ")
        self.admin = await self._signed_in("hooks", "harbor-hooks-1")
        self.agent = await self._signed_in("1001", "harbor-1001")

    async def _signed_in(self, login: str, password: str) -> aiohttp.ClientSession:
        session = aiohttp.ClientSession(headers={"Origin": self.url}, cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._sessions.append(session)
        async with session.post(f"{self.url}/api/v1/session", json={"login": login, "password": password}) as answer:
            assert answer.status == 200, await answer.text()
        return session

    async def ask(self, who: aiohttp.ClientSession, method: str, path: str, body: Any = None) -> Any:
        async with who.request(method, f"{self.url}/api/v1{path}", json=body) as answer:
            assert answer.status < 300, (path, answer.status, await answer.text())
            return await answer.json() if answer.status != 204 else None

    async def works(self, times: int) -> None:
        """The agent sits down and changes her mind so often."""
        await self.ask(self.agent, "POST", "/me/phone")
        for _ in range(times):
            await self.ask(self.agent, "PUT", "/me/presence", {"presence": "available"})
            await self.ask(self.agent, "PUT", "/me/presence", {"presence": "not_ready", "reason": "break"})

    async def kill(self) -> None:
        """As a power cut would."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()
        await self.close()

    async def close(self) -> None:
        for session in self._sessions:
            await session.close()

    async def stop(self) -> None:
        await self.close()
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.communicate(), 20)

    def expected(self) -> set[str]:
        """Ids of the public events of the log, read from its file."""
        with contextlib.closing(sqlite3.connect(f"file:{self.home / 'var' / 'events.db'}?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT position, at, kind, version, payload FROM events ORDER BY position").fetchall()
        projection = Projection()
        return {one.event.id for row in rows for one in projection.apply(from_row(*row))}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    for name in ("center.yaml", "agents.yaml", "customers.yaml", "prompts.yaml"):
        shutil.copy(EXAMPLE / name, tmp_path)
    shutil.copytree(EXAMPLE / "flows", tmp_path / "flows")
    people = tmp_path / "agents.yaml"
    people.write_text(people.read_text().replace("users:\n", "users:\n" + ADMIN, 1))
    (tmp_path / "settings.yaml").write_text(SETTINGS)
    served = Served(tmp_path)
    yield served
    await served.stop()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


async def test_killed_between_two_attempts_it_goes_on_where_it_was(served: Served, receiver: Receiver):
    await served.start()
    receiver.answer = refuse(503)
    made = await served.ask(served.admin, "POST", "/webhooks", {"name": "crm", "url": receiver.url})
    first = served.expected()
    await served.works(5)
    await receiver.until(lambda r: len(r.taken) >= 2)
    await served.kill()
    before = {one.id for one in receiver.taken}

    # A second time, in the middle of an attempt: the receiver has the event, and nobody has written that down.
    receiver.answer = hang
    await served.start()
    came = len(receiver.came)
    await receiver.until(lambda r: len(r.came) > came)
    await served.kill()
    await receiver.stop()
    receiver.answer = accept
    await receiver.start()

    await served.start()
    await served.works(3)
    hooks = served.expected() - first
    await receiver.until(lambda r: set(r.ids) >= hooks, 60)
    await served.stop()
    assert set(receiver.ids) == served.expected() - first, "everything since the subscription, and nothing else"
    assert before <= set(receiver.ids), "what had failed came again under its own id"
    assert in_order(receiver.good)
    assert all(one.signed_with(made["secret"]) for one in receiver.taken), "the key outlives the process"
    log = (served.home / "service.log").read_text()
    assert made["secret"] not in log
    assert receiver.url not in log


async def test_what_an_administrator_does(served: Served, receiver: Receiver):
    """Over REST: subscribe, test, list, redeliver, exchange the secret, switch off, end."""
    await served.start()
    made = await served.ask(served.admin, "POST", "/webhooks", {"name": "crm", "url": receiver.url, "kinds": ["agent.presence"]})
    path, secret = f"/webhooks/{made['webhook']['id']}", made["secret"]
    assert "secret" not in await served.ask(served.admin, "GET", path), "shown once"
    await served.ask(served.admin, "POST", f"{path}/test")
    await receiver.until(lambda r: r.good)
    assert receiver.good[0].event["kind"] == "test"
    assert receiver.good[0].signed_with(secret)
    await served.works(2)
    await receiver.until(lambda r: len(r.good) == 5)
    assert [one.event["agent"]["presence"] for one in receiver.good[1:]] == ["available", "not_ready"] * 2
    page = await served.ask(served.admin, "GET", f"{path}/deliveries?limit=2&state=delivered")
    assert len(page["items"]) == 2
    await served.ask(served.admin, "POST", f"{path}/deliveries/{page['items'][0]['id']}/redeliver")
    await receiver.until(lambda r: len(r.good) == 6)
    assert receiver.good[5].id == page["items"][0]["event"]
    await served.ask(served.admin, "POST", f"{path}/secret")
    await served.ask(served.admin, "POST", f"{path}/test")
    await receiver.until(lambda r: len(r.good) == 7)
    assert receiver.good[6].signed_with(secret), "the old secret goes on for a day"
    assert len(receiver.good[6].headers["Callcenter-Signature"].split(",")) == 3
    await served.ask(served.admin, "PATCH", path, {"active": False})
    await served.works(1)
    assert (await served.ask(served.admin, "PATCH", path, {"active": True}))["active"]
    await served.ask(served.admin, "POST", f"{path}/test")
    await receiver.until(lambda r: len(r.good) == 8)
    assert receiver.good[7].event["kind"] == "test", "what happened while it was switched off is not told"
    await served.ask(served.admin, "DELETE", path)
    assert await served.ask(served.admin, "GET", "/webhooks") == {"items": []}
