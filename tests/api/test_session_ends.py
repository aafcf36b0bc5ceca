"""What ends somebody's sessions at once: another role, desk, team or password, or a log-in that is closed. Sockets close with
4401, the telephone goes, and a call in her hands goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest
import sqlalchemy as sa

from callcenter.auth import log_ins
from callcenter.auth.passwords import Passwords
from callcenter.kernel.activity import Activity
from callcenter.kernel.commands import ApplyCenter, FinishWrapUp
from callcenter.kernel.ids import AgentId
from callcenter.kernel.seed import CenterSeed
from callcenter.runtime import clock
from tests.api.house import PASSWORD, QUICK, Client, House, Page
from tests.unit.hub.story import PEOPLE

SIGNED_OUT = 4401
ANA = AgentId("ana")


async def closed(page: Page) -> int | None:
    while await page.receive() is not None:
        pass
    return page.close_code


async def id_of(house: House, login: str) -> int:
    return (await house.users.user(login)).id


async def patched(admin: Client, user: int, **rights: object) -> None:
    assert (await admin.ask("PATCH", f"/api/v1/users/{user}", rights)).status == 200


CAUSES: dict[str, Callable[[Client, int], Awaitable[object]]] = {
    "another role": lambda admin, user: patched(admin, user, role="campaign_manager"),
    "another desk": lambda admin, user: patched(admin, user, agent="chen"),
    "closed": lambda admin, user: patched(admin, user, active=False),
    "another password": lambda admin, user: admin.post(f"/api/v1/users/{user}/password"),
    "ended": lambda admin, user: admin.ask("DELETE", f"/api/v1/users/{user}/sessions"),
}


@pytest.mark.parametrize("cause", CAUSES)
async def test_it_ends_at_once_with_sockets_and_telephone(house: House, cause: str):
    admin, ana = await house.signed_in("adi"), await house.at_desk("ana")
    elsewhere = await house.signed_in("ana")
    pages = [await (await client.socket()).follow("desk") for client in (ana, ana, elsewhere)]
    await CAUSES[cause](admin, await id_of(house, "ana"))
    assert [await closed(page) for page in pages] == [SIGNED_OUT] * 3
    for client in (ana, elsewhere):
        assert (await client.get("/api/v1/session")).code == "signed_out"
    await house.until(lambda state: state.agents[AgentId("ana")].presence.value == "signed_out")
    async with asyncio.timeout(10):
        while ana.device in house.carrier.network.devices and house.carrier.network.devices[ana.device].registered:
            await admin.get("/healthz")
    assert (await admin.get("/api/v1/session")).status == 200


async def test_a_supervisors_other_teams_end_her_sessions_too(house: House):
    admin, sam = await house.signed_in("adi"), await house.signed_in("sam")
    board = await (await sam.socket()).follow("board")
    await patched(admin, await id_of(house, "sam"), teams=["day"])
    assert await closed(board) == SIGNED_OUT


async def test_what_changes_nothing_ends_nothing(house: House):
    admin, ana = await house.signed_in("adi"), await house.signed_in("ana")
    await patched(admin, await id_of(house, "ana"), role="agent", agent="ana", teams=None, active=True)
    assert (await ana.get("/api/v1/session")).status == 200


@pytest.mark.parametrize("cause", ["another role", "closed", "another password"])
async def test_a_call_in_her_hands_goes_on(house: House, cause: str):
    admin, ana = await house.signed_in("adi"), await house.at_desk("ana")
    desk = await (await ana.socket()).follow("desk")
    board = await (await (await house.signed_in("sam")).socket()).follow("board")
    customer = house.call_in()
    await desk.until(lambda d: d.call is not None and d.call["offer"] is not None)
    house.answer(ana.device)
    await desk.until(lambda d: d.call["state"] == "connected")

    await CAUSES[cause](admin, await id_of(house, "ana"))

    assert await closed(desk) == SIGNED_OUT
    await house.until(lambda state: AgentId("ana") in state.leaving)
    await board.until(lambda b: b.shown["agents"]["ana"]["leaving"])
    assert board.shown["agents"]["ana"]["activity"] == "talking"
    assert house.carrier.network.devices[ana.device].registered, "they go on talking"
    house.hang_up(customer)
    await board.until(lambda b: b.shown["agents"]["ana"]["activity"] == "wrapping")


async def center_without(house: House, agent: str) -> None:
    """As `center apply` does it with a file in which this agent is not: another process writes, the service follows."""
    there = house.engine.state.center
    center = msgspec.structs.replace(there, agents={id: values for id, values in there.agents.items() if id != agent})
    change = await log_ins.compare(house.database, Passwords(QUICK), CenterSeed(center=center, names={}))
    async with house.database.write() as session:
        await log_ins.write(session, change, clock.now())
    await house.engine.ask(ApplyCenter(version=house.engine.state.center_version + 1, center=center, personal=PEOPLE))
    await house.sessions.sweep(clock.now())  # the service does so every minute


async def test_whose_desk_is_taken_out_of_the_center_ends_her_call_and_then_her_telephone_is_closed(house: House):
    admin, ana = await house.signed_in("adi"), await house.at_desk("ana")
    desk = await (await ana.socket()).follow("desk")
    customer = house.call_in()
    await desk.until(lambda d: d.call is not None and d.call["offer"] is not None)
    house.answer(ana.device)
    await desk.until(lambda d: d.call["state"] == "connected")

    await center_without(house, "ana")

    assert await closed(desk) == SIGNED_OUT
    await house.until(lambda state: ANA in state.leaving)
    assert house.carrier.network.devices[ana.device].registered, "they go on talking"
    refused = await ana.post("/api/v1/session", {"login": "ana", "password": PASSWORD})
    assert (refused.status, refused.code) == (403, "desk_gone")
    house.hang_up(customer)
    await house.until(lambda state: state.agents[ANA].activity is Activity.WRAPPING)
    await house.engine.ask(FinishWrapUp(agent=ANA))
    await house.until(lambda state: ANA not in state.agents or state.agents[ANA].device is None)
    async with asyncio.timeout(10):
        while ana.device in house.carrier.network.devices and house.carrier.network.devices[ana.device].registered:
            await admin.get("/healthz")
    told = await house.audit.page(limit=5, cursor_=None, action="sessions_ended")
    assert told.items[0].details == {"sessions_ended": 1, "desk_gone": "ana"}
    assert (await house.users.user("ana")).active, "her log-in stays; the page of log-ins closes it"


async def test_a_role_taken_by_another_process_is_noticed_with_the_next_message(house: House):
    """Nothing tells this process; the socket asks before it answers."""
    sam = await house.signed_in("sam")
    page = await sam.socket()
    async with house.database.write() as session:
        await session.execute(sa.text("UPDATE app_user SET role = 'agent', agent = 'chen' WHERE login = 'sam'"))
    await page.send("subscribe", topic="board")
    assert await closed(page) == SIGNED_OUT
    assert not any(message["type"] == "snapshot" for message in page.messages)


async def test_my_own_new_password_ends_my_other_sessions_and_keeps_this_one(house: House):
    here, there = await house.signed_in("ana"), await house.signed_in("ana")
    page = await (await there.socket()).follow("desk")
    chosen = {"present": PASSWORD, "password": "tropical fish"}
    assert (await here.put("/api/v1/session/password", {**chosen, "present": "wrong"})).code == "wrong_password"
    assert (await here.put("/api/v1/session/password", {**chosen, "password": "short"})).code == "password_length"
    assert (await here.put("/api/v1/session/password", {**chosen, "password": PASSWORD})).code == "password_same"
    assert (await there.get("/api/v1/session")).status == 200
    assert (await here.put("/api/v1/session/password", chosen)).status == 200
    assert await closed(page) == SIGNED_OUT
    assert (await here.get("/api/v1/session")).status == 200
    assert (await there.get("/api/v1/session")).code == "signed_out"
    assert (await house.client().post("/api/v1/session", {"login": "ana", "password": PASSWORD})).status == 401
    assert (await house.client().post("/api/v1/session", {"login": "ana", "password": "tropical fish"})).status == 200
