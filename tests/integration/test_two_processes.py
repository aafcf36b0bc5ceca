"""The hub and two web processes joined by a real Redis: a call through two of them, and what happens when Redis or the hub goes.

The limits that are asserted are those of docs/decisions/0013-two-processes.md.
"""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from callcenter.kernel.ids import AgentId
from callcenter.kernel.presence import Presence
from callcenter.operations.doctor import Finding, examine
from tests.fixtures.postgres import Postgres
from tests.fixtures.redis import RedisServer
from tests.fixtures.stores import migrate
from tests.integration.asking import until
from tests.integration.halves import FRESH_AGAIN_S, TOLD_S, TRY_AGAIN_S, Half, Halves, HubHere, halves
from tests.integration.people import Answered, Board, Person

__all__ = ["halves"]

CALLER, OTHER = "+12125550123", "+12125550177"


class Seat:
    """An agent whose softphone is the page's, passed on by her web process."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.phone: dict[str, Any] = {}

    async def sits_down(self) -> None:
        self.phone = await self.person.ask("POST", "/me/phone")
        await self.person.ask("PUT", "/me/presence", {"presence": "available"})

    async def at_phone(self, method: str, verb: str = "") -> Any:
        headers = {"X-Phone-Password": self.phone["password"]}
        url = f"{self.person.url}{self.phone['socket']}{verb}"
        async with self.person.http.request(method, url, headers=headers) as answer:
            assert answer.status in (200, 204), (verb, answer.status, await answer.text())
            return await answer.json() if answer.status == 200 else None

    async def rings(self, seconds: float = 10) -> None:
        async def ringing() -> bool:
            return bool((await self.at_phone("GET"))["state"] == "ringing")

        await until(ringing, seconds)

    async def answers(self) -> None:
        await self.rings()
        await self.at_phone("POST", "/answer")


async def everything(halves: Halves) -> tuple[HubHere, list[Half], Seat, list[Board]]:
    """Hub, two web processes, an agent at the first, a board at each."""
    launched = [await halves.half("web", f"web{number}") for number in (1, 2)]
    hub = await halves.hub_here()
    await asyncio.gather(*(one.ready() for one in launched))
    await halves.live(*launched)
    person = await halves.person(launched[0].url, "1001")
    boards = [await halves.board(one.url) for one in launched]
    return hub, launched, Seat(person), boards


async def in_a_call(halves: Halves) -> tuple[HubHere, list[Half], Seat, list[Board]]:
    """All of that, and she talks with the caller; both boards show it."""
    hub, webs, seat, boards = await everything(halves)
    await seat.sits_down()
    hub.call_in(CALLER)
    await seat.answers()
    for board in boards:
        await board.until(lambda b: (b.call_of(CALLER) or {}).get("state") == "connected", "the conversation is not seen", 5)
    return hub, webs, seat, boards


async def test_a_call_through_two_web_processes(halves: Halves):
    """They were started before the hub had made any table. A session of one is good at the other."""
    hub, webs, seat, boards = await everything(halves)
    await seat.sits_down()
    for board in boards:
        await board.until(lambda b: b.agents["1001"]["state"] == "available", "she is not seen available", 2)
    hub.call_in(CALLER)
    for board in boards:
        await board.until(lambda b: b.agents["1001"]["state"] == "ringing" and b.call_of(CALLER), "the offer is not seen", 5)
    await hub.same(*boards)
    await seat.answers()
    for board in boards:
        await board.until(lambda b: (b.call_of(CALLER) or {}).get("state") == "connected", "the conversation is not seen", 5)
    await hub.same(*boards)
    call = next(iter(boards[1].calls))

    elsewhere = halves.same_person(seat.person, webs[1].url)
    await elsewhere.ask("POST", f"/calls/{call}/hold")
    await boards[0].until(lambda b: b.agents["1001"]["state"] == "holding", "the hold is not seen", 2)
    await seat.person.ask("POST", f"/calls/{call}/retrieve")
    await elsewhere.ask("POST", f"/calls/{call}/hang-up")
    await elsewhere.ask("PUT", f"/calls/{call}/disposition", {"code": "solved"})
    await elsewhere.ask("POST", "/me/wrap-up/finish")
    for board in boards:
        await board.until(lambda b: b.agents["1001"]["state"] == "available", "the end is not seen", 5)
    await hub.same(*boards)

    async def recorded() -> bool:
        """The record follows the log by itself."""
        try:
            found = await boards[0].ask("GET", f"/calls/{call}")
        except Answered as missing:
            if missing.status != 404:
                raise
            return False
        return bool(found["summary"]["disposition"] == "solved")

    await until(recorded)
    for path in ("/readyz", "/metrics"):
        for url in (hub.service.url, *(web.url for web in webs)):
            async with seat.person.http.get(url + path) as answer:
                assert answer.status == 200, (path, await answer.text())
    for web in webs:
        assert CALLER not in web.log()


async def test_a_call_on_postgresql(tmp_path: Path, own_redis: RedisServer, postgres: Postgres):
    database = postgres.create_database(postgres.template("rows", migrate))
    halves = Halves(tmp_path, own_redis, f"database: {database}\n")
    try:
        hub, _, seat, boards = await everything(halves)
        await seat.sits_down()
        leg = hub.call_in(CALLER)
        await seat.answers()
        await boards[1].until(lambda b: (b.call_of(CALLER) or {}).get("state") == "connected", "the conversation is not seen", 5)
        hub.hang_up(leg)
        await seat.person.ask("POST", "/me/wrap-up/finish")
        await hub.same(*boards)
    finally:
        await halves.stop()
        postgres.drop_database(database)


async def test_redis_killed_costs_freshness_only(halves: Halves):
    hub, _, seat, boards = await in_a_call(halves)
    assert all(board.live for board in boards)
    halves.redis.stop()
    began = time.monotonic()
    for board in boards:
        await board.until(lambda b: not b.live, "the page is not told", TOLD_S - (time.monotonic() - began))
    began = time.monotonic()
    with pytest.raises(Answered) as refused:
        await seat.person.ask("POST", "/me/wrap-up/finish")
    assert (refused.value.status, refused.value.code) == (503, "try_again")
    assert time.monotonic() - began < 1, "known at once"
    async with seat.person.http.get(f"{seat.person.url}/readyz") as answer:
        assert answer.status == 503
        assert "Redis does not answer" in (await answer.json())["checks"]["hub"]

    waiting = hub.call_in(OTHER)  # calls go on, and pages follow the log
    for board in boards:
        await board.until(lambda b: (b.call_of(OTHER) or {}).get("state") == "queued", "what the log has is not seen", 5)
        assert not board.live

    halves.redis.start()
    began = time.monotonic()
    for board in boards:
        await board.until(lambda b: b.live, "the page is not live again", FRESH_AGAIN_S - (time.monotonic() - began))
    call = next(call["id"] for call in boards[0].calls.values() if call["state"] == "connected")
    await seat.person.ask("POST", f"/calls/{call}/hang-up")
    hub.hang_up(waiting)
    await boards[1].until(lambda b: b.agents["1001"]["state"] == "wrap_up", "what was asked is not seen", 5)
    halves.redis.empty()
    await seat.person.ask("POST", "/me/wrap-up/finish")
    await boards[1].until(lambda b: b.agents["1001"]["state"] == "available", "an emptied Redis is in the way", 5)
    await hub.same(*boards)


async def test_a_hub_killed_and_started_again(halves: Halves):
    hub = await halves.half("hub", "hub")
    web, other = await halves.webs()
    await hub.ready()
    await halves.live(web, other)
    seat = Seat(await halves.person(web.url, "1001"))
    boards = [await halves.board(one.url) for one in (web, other)]
    await seat.sits_down()
    for board in boards:
        await board.until(lambda b: b.agents["1001"]["state"] == "available", "she is not seen", 5)
    await hub.kill()
    began = time.monotonic()
    with pytest.raises(Answered) as refused:  # nobody knows yet that it is gone
        await seat.person.ask("PUT", "/me/presence", {"presence": "not_ready", "reason": "break"})
    assert (refused.value.status, refused.value.code) == (503, "try_again")
    assert time.monotonic() - began < TRY_AGAIN_S
    for board in boards:
        await board.until(lambda b: not b.live, "the page is not told", TOLD_S)

    await hub.start()
    began = time.monotonic()
    for board in boards:
        await board.until(lambda b: b.live, "the page is not live again", FRESH_AGAIN_S - (time.monotonic() - began))
        assert board.agents["1001"]["presence"] == "available", "what was refused was not done"
    await seat.person.ask("PUT", "/me/presence", {"presence": "not_ready", "reason": "break"})
    for board in boards:
        await board.until(lambda b: b.agents["1001"]["presence"] == "not_ready", "the new hub is not followed", 5)


async def test_a_web_process_killed_costs_its_pages_only(halves: Halves):
    """She goes on at the other one, in her session and in her call; a new process shows what the others show."""
    hub, webs, seat, boards = await in_a_call(halves)
    call = next(iter(boards[1].calls))

    await webs[0].kill()
    waiting = hub.call_in(OTHER)
    await boards[0].until(lambda b: b.closed is not None, "its page is not told", 5)
    await boards[1].until(lambda b: (b.call_of(OTHER) or {}).get("state") == "queued", "who calls now is not seen", 5)
    assert boards[1].live
    assert (boards[1].call_of(CALLER) or {}).get("state") == "connected"

    seat.person = halves.same_person(seat.person, webs[1].url)
    await seat.person.ask("POST", f"/calls/{call}/hang-up")
    await seat.person.ask("POST", "/me/wrap-up/finish")
    await seat.answers()
    await boards[1].until(lambda b: (b.call_of(OTHER) or {}).get("state") == "connected", "her next call is not seen", 5)

    again = await halves.half("web", "again")
    await again.ready()
    await halves.live(again)
    fresh = await halves.board(again.url)
    await hub.same(boards[1], fresh)
    hub.hang_up(waiting)
    await fresh.until(lambda b: b.agents["1001"]["state"] == "wrap_up", "the new process does not follow", 5)


async def test_a_session_ended_at_one_process_is_over_at_the_other(halves: Halves):
    hub, webs, seat, _ = await everything(halves)
    admin = await halves.person(webs[1].url, "admin")
    await seat.sits_down()
    page = await halves.board(webs[0].url, "1001", "desk")
    user = next(one for one in (await admin.ask("GET", "/users"))["items"] if one["login"] == "1001")
    began = time.monotonic()
    await admin.ask("DELETE", f"/users/{user['id']}/sessions")
    await page.until(lambda b: b.closed is not None, "her page is still open", 2)
    assert page.closed == 4401
    assert time.monotonic() - began < 2, "at once, not at the next look"
    with pytest.raises(Answered) as refused:
        await seat.person.ask("GET", "/session")
    assert refused.value.status == 401
    await until(lambda: hub.service.engine.state.agents[AgentId("1001")].presence is Presence.SIGNED_OUT, 5)


async def test_a_contact_renamed_at_one_process_is_renamed_at_the_other(halves: Halves):
    hub, _, seat, boards = await everything(halves)
    await seat.sits_down()
    hub.call_in(OTHER)
    await seat.answers()
    await boards[1].until(lambda b: (b.call_of(OTHER) or {}).get("state") == "connected", "the conversation is not seen", 5)
    call = next(iter(boards[1].calls))
    made = await seat.person.ask("POST", "/contacts", {"name": "Rosa Planted", "numbers": [{"number": OTHER}]})
    await seat.person.ask("PUT", f"/calls/{call}/contact", {"contact": made["id"]})
    await boards[1].until(lambda b: "Rosa Planted" in str(b.calls.get(call)), "the name is not seen", 5)
    await seat.person.ask("PATCH", f"/contacts/{made['id']}", {"name": "Rosa Renamed"})
    for board in boards:
        await board.until(lambda b: "Rosa Renamed" in str(b.calls.get(call)), "the new name is not seen", 2)


async def test_a_second_hub_is_refused_and_a_half_without_redis_says_what_to_do(halves: Halves):
    await halves.hub_here()
    second = await halves.half("hub", "second")
    assert second.process is not None
    assert await asyncio.wait_for(second.process.wait(), 30) == 2
    assert "another service runs on" in second.log()
    settings = halves.home / "settings.yaml"
    settings.write_text("".join(line for line in settings.read_text().splitlines(True) if not line.startswith("redis")))
    alone = await halves.half("web", "alone")
    assert alone.process is not None
    assert await asyncio.wait_for(alone.process.wait(), 30) == 2
    assert "add `redis:" in alone.log()


async def test_the_doctor_asks_redis(halves: Halves):
    async def redis() -> Finding:
        return next(one for one in await examine(halves.home / "settings.yaml", {}) if one.check == "redis")

    assert (await redis()).good
    halves.redis.stop()
    found = await redis()
    assert not found.good
    assert "check that it runs" in found.cure


async def test_a_list_that_is_sent_to_a_web_process_is_filled_by_the_hub(halves: Halves):
    hub = await halves.half("hub", "hub")
    webs = await halves.webs()
    await hub.ready()
    await halves.live(*webs)
    one, other = [await halves.person(web.url, "campaigns") for web in webs]
    made = await one.ask("POST", "/campaigns", {"name": "spring", "label": {"en": "Spring", "zh": "春季"}, "law": "none"})
    upload = (await sent(one, b"Name,Phone\nRosa,(212) 555-0142\nIda,(212) 555-0143\n"))["id"]
    seen = await other.ask("POST", f"/uploads/{upload}/preview", {})
    wanted = {"upload": upload, "order": seen["order"], "name": "East"}
    east = await one.ask("POST", f"/campaigns/{made['id']}/imports", wanted)

    async def filled() -> bool:
        return bool((await other.ask("GET", f"/lists/{east['id']}"))["state"] == "ready")

    await until(filled, 20)
    await until(lambda: "list_filled" in hub.log())
    assert not any("list_filled" in web.log() for web in webs)

    registry = (await sent(other, b"Phone\n(212) 555-0142\n"))["id"]
    begun = await other.ask("POST", "/do-not-call/registries", {"upload": registry, "name": "us-national", "day": "2026-11-20"})
    assert begun["loading"][0]["name"] == "us-national"

    async def loaded() -> bool:
        found = await one.ask("GET", "/do-not-call")
        return not found["loading"] and any(list_["name"] == "us-national" for list_ in found["registers"])

    await until(loaded, 20)
    await until(lambda: "registry_loaded" in hub.log())
    withdrawn = await other.ask("POST", f"/lists/{east['id']}/withdraw")
    assert withdrawn == {"removed": 2, "stayed": 0}


async def sent(person: Person, content: bytes) -> Any:
    """A file, as a page sends it."""
    async with person.http.post(f"{person.url}/api/v1/uploads?name=people.csv", data=content) as answer:
        assert answer.status == 201, await answer.text()
        return await answer.json()
