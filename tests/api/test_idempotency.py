"""A request with an Idempotency-Key has one effect, however often it comes, at once or after a kill."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from callcenter.api.once import HEADER, REPLAYED, Once, Repeatable
from callcenter.api.routes import ROUTES
from callcenter.runtime import clock
from callcenter.store.database import Database
from callcenter.store.idempotency import KEPT_MS, Key
from tests.api.house import Client, House, Reply

KEY = "0a3f0b52-77aa-4a0e-9d6c-1f2e3d4c5b6a"
OTHER = "0a3f0b52-77aa-4a0e-9d6c-1f2e3d4c5b6b"


async def post(client: Client, path: str, body: Any, key: str = KEY) -> Reply:
    return await client.ask("POST", f"/api/v1{path}", body, **{HEADER: key})


async def count(client: Client, path: str) -> int:
    return len((await client.get(f"/api/v1{path}")).json()["items"])


@pytest.mark.parametrize(
    ("path", "body"),
    [("/contacts", {"name": "Twice Born", "numbers": [{"number": "+12125550142"}]}), ("/accounts", {"name": "Twice & Sons"})],
)
async def test_the_same_again_is_answered_as_before(either_house: House, path: str, body: Any):
    ana = await either_house.signed_in("ana")
    before = await count(ana, path)

    first, second = await post(ana, path, body), await post(ana, path, body)
    other = await post(ana, path, body, OTHER)

    assert (first.status, second.status, other.status) == (201, 201, 201)
    assert second.text == first.text
    assert (first.headers.get(REPLAYED), second.headers.get(REPLAYED)) == (None, "true")
    assert other.json()["id"] != first.json()["id"]
    assert await count(ana, path) == before + 2


async def test_twins_have_one_effect(either_house: House):
    ana = await either_house.signed_in("ana")
    before = await count(ana, "/contacts")

    twins = await asyncio.gather(*(post(ana, "/contacts", {"name": "One of many"}) for _ in range(8)))

    assert {twin.status for twin in twins} == {201}
    assert len({twin.text for twin in twins}) == 1
    assert await count(ana, "/contacts") == before + 1


async def test_two_services_make_one_row(either_house: House):
    """The twins are in two processes: only the database is between them."""
    other = Database(
        either_house.database.engine.url.render_as_string(hide_password=False).replace("+aiosqlite", "").replace("+asyncpg", "")
    )
    request = Repeatable(Key(1, KEY), "request", clock.now())
    worked: list[str] = []

    async def known(_: object) -> bool:
        return False

    def work(name: str) -> Any:
        async def job() -> bytes:
            worked.append(name)
            return name.encode()

        return job

    try:
        one, two = Once(either_house.database, known), Once(other, known)
        made = await asyncio.gather(one.rows(request, work("one")), two.rows(request, work("two")))
    finally:
        await other.close()

    assert len(worked) == 1
    assert {answer.text for answer in made} == {worked[0].encode()}
    assert sorted(answer.again for answer in made) == [False, True]


async def test_the_answer_outlives_the_service(house: House):
    ana = await house.signed_in("ana")
    first = await post(ana, "/contacts", {"name": "Before the restart"})
    await house.stop_serving()
    await house.serve()

    second = await post(ana, "/contacts", {"name": "Before the restart"})

    assert second.text == first.text
    assert second.headers[REPLAYED] == "true"


async def test_a_key_is_of_one_request_and_of_one_person(house: House):
    ana, bo = await house.signed_in("ana"), await house.signed_in("bo")
    await post(ana, "/contacts", {"name": "Hers"})

    reused = await post(ana, "/contacts", {"name": "Another"})
    elsewhere = await post(ana, "/accounts", {"name": "Hers"})
    his = await post(bo, "/contacts", {"name": "His"})

    assert [(reply.status, reply.code, reply.json()["field"]) for reply in (reused, elsewhere)] == [
        (422, "key_reused", "Idempotency-Key"),
        (422, "key_reused", "Idempotency-Key"),
    ]
    assert (his.status, his.json()["name"]) == (201, "His")


async def test_what_is_refused_leaves_the_key_free(house: House):
    ana = await house.signed_in("ana")
    refused = await post(ana, "/contacts", {"name": " "})
    better = await post(ana, "/contacts", {"name": "With a name"})
    assert (refused.status, refused.code, better.status) == (400, "name_missing", 201)


@pytest.mark.parametrize("key", ["short", "with a blank inside it", "x" * 129, ""])
async def test_a_key_that_is_none_is_refused(house: House, key: str):
    reply = await post(await house.signed_in("ana"), "/accounts", {"name": "n"}, key)
    assert (reply.status, reply.code, reply.json()["field"]) == (400, "bad_request", "Idempotency-Key")


async def test_nothing_can_be_read_in_the_table_and_it_is_swept(house: House, tmp_path: Path):
    ana = await house.signed_in("ana")
    await post(ana, "/contacts", {"name": "Zacharias Unmistakable", "numbers": [{"number": "+12125550199"}]})
    async with house.database.read() as session:
        (row,) = (await session.execute(_all())).all()
    assert KEY not in str(row)
    for secret in (b"Unmistakable", b"5550199"):
        assert secret not in str(row).encode()

    from callcenter.store import idempotency

    await idempotency.sweep(house.database, clock.now() + KEPT_MS - 60_000)
    assert len(await _rows(house)) == 1
    await idempotency.sweep(house.database, clock.now() + KEPT_MS + 60_000)
    assert await _rows(house) == []


def _all() -> Any:
    from sqlalchemy import text

    return text("SELECT * FROM idempotency")


async def _rows(house: House) -> list[Any]:
    async with house.database.read() as session:
        return list((await session.execute(_all())).all())


# -- never dial twice --------------------------------------------------------------------------------------------------------


async def placed_ever(house: House) -> int:
    count = 0
    async for batch in house.log.read(0):
        count += sum(type(recorded.event).__name__ == "CallPlaced" for recorded in batch)
    return count


async def test_a_double_press_places_one_call(either_house: House):
    ana = await either_house.at_desk("ana")
    body = {"number": "+12125550777"}

    twins = await asyncio.gather(*(post(ana, "/calls", body) for _ in range(5)))

    assert {twin.status for twin in twins} == {201}
    assert len({twin.text for twin in twins}) == 1
    assert await placed_ever(either_house) == 1


async def test_a_call_is_not_placed_again_after_it_has_ended(house: House):
    ana = await house.at_desk("ana")
    first = await post(ana, "/calls", {"number": "+12125550777"})
    call = first.json()["call"]
    assert (await ana.post(f"/api/v1/calls/{call}/hang-up")).status == 200
    await house.until(lambda state: call not in state.calls)

    again = await post(ana, "/calls", {"number": "+12125550777"})
    other = await post(ana, "/calls", {"number": "+12125550778"})

    assert (again.status, again.json(), again.headers[REPLAYED]) == (201, {"call": call}, "true")
    assert (other.status, other.code) == (422, "key_reused")
    assert await placed_ever(house) == 1


@pytest.mark.parametrize("ended", [False, True])
async def test_the_answer_was_lost_between_the_log_and_the_database(house: House, ended: bool):
    """What a kill -9 leaves between the intent and the answer: a row without an answer, and the call in the log."""
    ana = await house.at_desk("ana")
    first = await post(ana, "/calls", {"number": "+12125550777"})
    call = first.json()["call"]
    await _run(house, "UPDATE idempotency SET answer = NULL, owner = 'a service that was killed'")
    if ended:
        assert (await ana.post(f"/api/v1/calls/{call}/hang-up")).status == 200
        await house.until(lambda state: call not in state.calls)

    again = await post(ana, "/calls", {"number": "+12125550777"})

    assert (again.status, again.json(), again.headers[REPLAYED]) == (201, {"call": call}, "true")
    assert await placed_ever(house) == 1


async def test_an_intent_without_a_call_is_carried_out_when_its_service_is_surely_gone(house: House):
    ana = await house.at_desk("ana")
    refused = await post(ana, "/calls", {"number": "not a number"})
    assert (refused.status, await _rows(house)) == (409, [])
    first = await post(ana, "/calls", {"number": "+12125550777"})
    call = first.json()["call"]
    row = (await _rows(house))[0]
    name, request = row.name, row.request
    await house.stop()

    # Another house, whose log has never heard of it: the kill came between the intent and the log.
    empty = House(house.folder / "other")
    await empty.start()
    try:
        ana = await empty.at_desk("ana")
        intent = "INSERT INTO idempotency (name, request, owner, made_at, answer) VALUES ('{}', '{}', 'killed', {}, NULL)"
        await _run(empty, intent.format(name, request, clock.now()))
        young = await post(ana, "/calls", {"number": "+12125550777"})
        assert (young.status, young.code, young.headers["Retry-After"]) == (409, "in_progress", "1")
        assert await placed_ever(empty) == 0
        await _run(empty, f"UPDATE idempotency SET made_at = {clock.now() - 5_000}")

        old = await post(ana, "/calls", {"number": "+12125550777"})

        assert (old.status, old.json(), old.headers.get(REPLAYED)) == (201, {"call": call}, None)
        assert await placed_ever(empty) == 1
    finally:
        await empty.stop()


async def test_a_database_that_does_not_answer_places_the_call_once(house: House):
    ana = await house.at_desk("ana")
    await _run(house, "ALTER TABLE idempotency RENAME TO away")  # every statement about it fails from now on

    first = await post(ana, "/calls", {"number": "+12125550777"})
    again = await post(ana, "/calls", {"number": "+12125550777"})

    assert (first.status, again.status) == (201, 201)
    assert again.json() == first.json()
    assert await placed_ever(house) == 1


async def _run(house: House, sql: str) -> None:
    from sqlalchemy import text

    async with house.database.write() as session:
        await session.execute(text(sql))


def test_every_route_that_creates_takes_a_key():
    creating = {route.name for route in ROUTES if route.status in (201, 202) and route.roles is not None}
    # A ticket is good for half a minute and for one socket; a file that is sent twice makes nothing, and goes within a day.
    once_anyhow = {"POST /api/v1/session/ticket", "POST /api/v1/uploads"}
    # These change a version: repeated without a key they would be told of a conflict with themselves.
    versioned = {f"POST /api/v1/callbacks/{{callback}}/{act}" for act in ("cancel", "restore")}
    assert (creating - once_anyhow) | versioned == {route.name for route in ROUTES if route.makes is not None}
