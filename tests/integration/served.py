"""The sample center on the simulated network, served by `callcenter serve` as a process of its own: to be killed and starved.

`Served` is started and stopped by the test; its fixture prepares the folder and sees to it that nothing is left.
"""

import asyncio
import contextlib
import re
import shutil
import sqlite3
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import config
from callcenter.store.event_log import from_row
from callcenter.webhooks.projection import Projection
from tests.fixtures.commands import Running, run_command
from tests.fixtures.prompts import lay_prompts

EXAMPLE = Path(config.__file__).parent / "example"
SETTINGS = (
    "center: center.yaml\npassword_cost: light\nlisten: 127.0.0.1:0\ndata: var\n"
    "webhook_networks: [127.0.0.0/8]\ncarriers:\n  demo: {kind: simulated}\n"
)
ADMIN = "  - {login: hooks, role: administrator, password: harbor-hooks-1}\n"


class Served:
    """`callcenter serve` on the sample center, with an administrator and an agent signed in."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.url = ""
        self.process: Running | None = None
        self.admin: aiohttp.ClientSession
        self.agent: aiohttp.ClientSession
        self._sessions: list[aiohttp.ClientSession] = []

    async def start(self) -> None:
        with (self.home / "service.log").open("ab") as log:
            self.process = await run_command(
                "serve", "--config", self.home / "settings.yaml",
                stdout=PIPE, stderr=log, anew=self.process is not None,
            )  # fmt: skip
        assert self.process.stdout is not None
        line = ""
        async with asyncio.timeout(60):
            while not line.startswith("ready "):
                line = (await self.process.stdout.readline()).decode().strip()
                assert line, (self.home / "service.log").read_text()[-2000:]
        self.url = line.removeprefix("ready ")
        self.admin = await self.signed_in("hooks", "harbor-hooks-1")
        self.agent = await self.signed_in("1001", "harbor-1001")

    async def signed_in(self, login: str, password: str) -> aiohttp.ClientSession:
        """A browser of somebody; closed with the service."""
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

    async def ready(self) -> tuple[int, Any]:
        """Status and body of /readyz."""
        async with self.admin.get(f"{self.url}/readyz") as answer:
            return answer.status, await answer.json()

    async def alive(self) -> bool:
        async with self.admin.get(f"{self.url}/healthz") as answer:
            return answer.status == 200

    async def until_ready(self, seconds: float = 15) -> None:
        await self.until(lambda status, checks: status == 200 and not any(checks.values()), seconds)

    async def until(self, condition: Callable[[int, Any], bool], seconds: float = 15) -> None:
        """Asks /readyz again and again until its status and checks are so."""
        found: Any = None
        try:
            async with asyncio.timeout(seconds):
                while found is None or not condition(found[0], found[1]["checks"]):
                    found = await self.ready()
                    assert (found[0] == 200) is found[1]["ready"]
        except TimeoutError:
            raise AssertionError(f"not so within {seconds} s, but {found}") from None

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


def lay_sample(folder: Path) -> None:
    """The sample center without the log-ins that no test uses: the password of each takes a fifth of a second of a processor."""
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    people = folder / "agents.yaml"
    lines = people.read_text().splitlines(keepends=True)
    people.write_text("".join(line for line in lines if not re.match(r' *- {login: "10(0[5-9]|1\d)"', line)))


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    lay_sample(tmp_path)
    people = tmp_path / "agents.yaml"
    people.write_text(people.read_text().replace("users:\n", "users:\n" + ADMIN, 1))
    (tmp_path / "settings.yaml").write_text(SETTINGS)
    lay_prompts(tmp_path / "center.yaml", tmp_path / "var" / "prompts")
    served = Served(tmp_path)
    yield served
    await served.stop()


