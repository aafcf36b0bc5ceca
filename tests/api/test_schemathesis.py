"""schemathesis asks every operation of the OpenAPI document as each role: no 500, and no answer that breaks its own promise.

The service is whole and holds real calls, recordings, contacts and subscriptions, so that many answers are 2xx. `FUZZED=200` asks
each operation so many times (`make chaos`); the quick run asks each a few times. What was reached is printed at the end.
"""

import asyncio
import os
from collections.abc import Callable
from typing import Any

import pytest

from callcenter.api.app import openapi_document
from callcenter.api.route import Route
from callcenter.api.routes import ROUTES
from callcenter.kernel import commands as c
from callcenter.kernel.activity import Activity
from callcenter.kernel.errors import HouseError
from callcenter.kernel.ids import AgentId
from tests.api.exploring import Explorer
from tests.api.house import KNOWN_CALLER, PASSWORD, House
from tests.api.test_lists import begun, campaign, csv, settled
from tests.api.test_records import answered_call
from tests.integration.campaigning import rows

LOGINS = {
    None: None, "agent": "ana", "supervisor": "sam", "campaign_manager": "mia", "administrator": "adi", "auditor": "uma",
}  # fmt: skip
FUZZED = int(os.environ.get("FUZZED", "0"))
EXAMPLES = {None: 2, "agent": 4, "supervisor": 4, "campaign_manager": 3, "administrator": 4, "auditor": 4}
"""How often each operation is asked in the quick run: every operation as every role, those more often who may do more."""
ANA = AgentId("ana")
MOST_DONE = {None: 2, "agent": 25, "supervisor": 22, "campaign_manager": 38, "administrator": 15, "auditor": 35}
"""How many operations must have done what was asked: fewer, and the test would only prove refusals."""


class World:
    """A center with a past, and an agent who is always in the middle of something."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.past = ""
        self.recordings: list[str] = []
        self.account = self.webhook = self.delivery = self.campaign = self.list = 0

    async def live(self) -> None:
        ana = await self.house.at_desk("ana")
        self.past = await answered_call(self.house, ana)
        sam, adi = await self.house.signed_in("sam"), await self.house.signed_in("adi")
        await ana.put(f"/api/v1/calls/{self.past}/notes", {"text": "was friendly"})
        record = (await sam.get(f"/api/v1/calls/{self.past}")).json()
        self.recordings = [recording["id"] for recording in record["recordings"]]
        self.account = (await ana.post("/api/v1/accounts", {"name": "Second"})).json()["id"]
        made = await adi.post("/api/v1/webhooks", {"name": "w", "url": "http://127.0.0.1:9/"})
        assert made.status == 201, made.text
        self.webhook = made.json()["webhook"]["id"]
        sent = await adi.post(f"/api/v1/webhooks/{self.webhook}/test")
        self.delivery = sent.json()["id"]
        mia = await self.house.signed_in("mia")
        self.campaign = await campaign(mia)
        self.list = await begun(mia, self.campaign, csv(rows(5)))
        await settled(mia, self.list)

    async def prepare(self, route: Route) -> None:
        """Whatever the last request has done to her: she is in a call, or offered one, where the route needs it."""
        if "{call}" not in route.path and "{offer}" not in route.path and not route.path.startswith("/me/wrap-up"):
            return
        engine = self.house.engine
        agent = engine.state.agents[ANA]
        if agent.activity is Activity.WRAPPING and "wrap-up" not in route.path:
            await self._try(c.FinishWrapUp(agent=ANA))
        if agent.activity is Activity.IDLE:
            await self._try(c.SetAvailable(agent=ANA))
            self.house.call_in()
            await self.house.until(lambda state: state.agents[ANA].offer is not None or state.agents[ANA].device is None)
        if agent.offer is not None and "{offer}" not in route.path and agent.device is not None:
            self.house.answer(agent.device)
            await self.house.until(lambda state: state.agents[ANA].activity in (Activity.TALKING, Activity.IDLE))
        if "wrap-up" in route.path and agent.activity in (Activity.TALKING, Activity.HOLDING) and agent.call is not None:
            await self._try(c.HangUp(agent=ANA, call=agent.call))
            await self.house.until(lambda state: state.agents[ANA].activity not in (Activity.TALKING, Activity.HOLDING))

    async def _try(self, command: c.AnyCommand) -> None:
        try:
            await self.house.engine.ask(command)
        except HouseError:
            pass  # she is not where the route needs her: then it answers so

    def pool(self, route: Route) -> dict[str, list[Any]]:
        agent = self.house.engine.state.agents[ANA]
        return {
            "login": ["bo"],
            "password": [PASSWORD],
            "call": [agent.call or self.past, self.past],
            "offer": [agent.offer or "onone"],
            "recording": self.recordings or ["rnone"],
            "contact": [1],
            "account": [self.account, None] if route.method == "PATCH" else [self.account],
            "user": [2],
            "webhook": [self.webhook],
            "delivery": [self.delivery],
            "campaign": [self.campaign],
            "list": [self.list],
            "law": ["none"],
            "skill": ["billing"],
            "caller_id": [KNOWN_CALLER],
            "goal_outcomes": [["resolved"]],
            "queue": ["billing"],
            "agent": ["ana", "bo"],
            "team": ["north"],
            "teams": [None],
            "code": ["resolved"],
            "reason": ["lunch"],
            "number": [KNOWN_CALLER],
            "numbers": [[{"number": KNOWN_CALLER, "label": "work"}]],
            "figure": ["offered", "answered"],
            "step": ["1d", "1h"],
            "first": ["2026-11-01"],
            "last": ["2026-11-20"],
            "compare": ["2026-10-01"],
            "url": ["http://127.0.0.1:9/hook"],
            "cursor": [None],
        }


@pytest.mark.timeout(3600 if FUZZED else 240)
@pytest.mark.parametrize("role", LOGINS, ids=str)
async def test_every_operation_keeps_its_promise(house: House, role: str | None, record_property: Callable[[str, object], None]):
    await _explore(house, role, record_property, "SQLite")


@pytest.mark.timeout(3600 if FUZZED else 240)
async def test_every_operation_keeps_its_promise_on_postgresql(
    postgres_house: House, record_property: Callable[[str, object], None]
):
    await _explore(postgres_house, "supervisor", record_property, "PostgreSQL")


async def _explore(house: House, role: str | None, record_property: Callable[[str, object], None], where: str) -> None:
    world = World(house)
    await world.live()
    loop = asyncio.get_running_loop()
    explorer = Explorer(openapi_document(), house.origin, role, loop, world.prepare, world.pool, FUZZED or EXAMPLES[role])
    login = LOGINS[role]
    if login is not None:
        await asyncio.to_thread(explorer.sign_in, login, PASSWORD)

    await asyncio.to_thread(explorer.explore)

    report = explorer.report
    record_property("operations", report.line(f"{role or 'signed out'} ({where})"))
    print(report.line(f"{role or 'signed out'} ({where})"))
    assert report.broken == []
    assert report.operations == {route.name for route in ROUTES}
    assert len(report.done) >= MOST_DONE[role], sorted({route.name for route in ROUTES} - report.done)
