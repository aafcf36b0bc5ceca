"""Lists that grow have pages: bounded, without gaps or repetitions while rows are added, and with cursors that fit one list."""

import re
from typing import Any

import msgspec
import pytest

from callcenter.api.route import PREFIX, Route
from callcenter.api.routes import ROUTES
from callcenter.api.schemas.queries import Paging
from tests.api.house import Client, House

PAGED = [route for route in ROUTES if route.query is not None and issubclass(route.query, Paging)]
SMALL = {
    "/users": "one for each person who works here",
    "/webhooks": "at most fifty, docs/webhooks.md",
    "/queues": "of the center file",
    "/agents": "of the center file",
    "/laws": "files of config/law",
    "/campaigns": "one for each plan that somebody makes",
    "/me/campaigns": "those of the campaigns that run for her",
    "/campaigns/{campaign}/lists": "one for each import of a campaign",
    "/campaigns/{campaign}/next": "as many as are asked for, 200 at most",
    "/campaigns/{campaign}/callbacks": "at most 500 promises of a campaign",
    "/me/callbacks": "what one agent has promised, and anyone of her campaigns",
}
"""Lists without pages, and why they stay short."""
LOGINS = {"supervisor": "sam", "administrator": "adi", "agent": "ana", "campaign_manager": "mia"}


def path_of(route: Route, webhook: int) -> str:
    path = route.path.replace("{webhook}", str(webhook)).replace("{contact}", "1").replace("{list}", "1")
    assert "{" not in path
    return PREFIX + path


async def client_for(house: House, route: Route) -> Client:
    assert route.roles is not None
    return await house.signed_in(next(login for role, login in LOGINS.items() if role in route.roles))


async def a_webhook(house: House) -> tuple[Client, int]:
    adi = await house.signed_in("adi")
    made = await adi.post("/api/v1/webhooks", {"name": "w", "url": "http://127.0.0.1:9/", "kinds": ["call.ended"]})
    assert made.status == 201
    return adi, made.json()["webhook"]["id"]


def test_lists_without_pages_are_short_by_nature():
    listing = {
        route.path
        for route in ROUTES
        if route.answer is not None and [f.name for f in msgspec.structs.fields(route.answer)][-1:] != ["next"]
        and any(f.name == "items" for f in msgspec.structs.fields(route.answer))
    }  # fmt: skip
    assert listing == set(SMALL)
    assert len(PAGED) == 8


@pytest.mark.parametrize("route", PAGED, ids=lambda route: route.name)
async def test_limits_are_bounded_and_strange_cursors_refused(house: House, route: Route):
    _, webhook = await a_webhook(house)
    client, path = await client_for(house, route), path_of(route, webhook)
    for limit in ("0", "201", "-1", "many", ""):
        reply = await client.get(f"{path}?limit={limit}")
        assert (reply.status, reply.code, reply.json()["field"]) == (400, "bad_request", "limit"), limit
    for cursor in ("nonsense", "WyJ4Il0", "%21%21", "A" * 500, ""):
        reply = await client.get(f"{path}?cursor={cursor}")
        assert (reply.status, reply.code, reply.json()["field"]) == (400, "bad_cursor", "cursor"), cursor


async def made(house: House, kind: str, count: int, first: int = 0) -> None:
    ana = await house.signed_in("ana")
    for number in range(first, first + count):
        assert (await ana.post(f"/api/v1/{kind}", {"name": f"Name {number:03}"})).status == 201


@pytest.mark.parametrize("kind", ["contacts", "accounts"])
async def test_pages_stay_stable_while_rows_are_added(either_house: House, kind: str):
    await made(either_house, kind, 7)
    ana = await either_house.signed_in("ana")
    before = {row["id"] for row in (await ana.get(f"/api/v1/{kind}?limit=200")).json()["items"]}
    seen: list[int] = []
    cursor, added = None, 100
    while True:
        page = (await ana.get(f"/api/v1/{kind}?limit=2" + (f"&cursor={cursor}" if cursor else ""))).json()
        assert len(page["items"]) <= 2
        seen += [row["id"] for row in page["items"]]
        await made(either_house, kind, 1, first=-added)  # sorts before everything that was seen
        added += 1
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


async def test_newest_first_stays_stable_too(either_house: House):
    adi, webhook = await a_webhook(either_house)
    for path, add in (
        (f"/api/v1/webhooks/{webhook}/deliveries", lambda: adi.post(f"/api/v1/webhooks/{webhook}/test")),
        ("/api/v1/audit", lambda: either_house.signed_in("ana")),
    ):
        for _ in range(5):
            await add()
        before = [row["id"] for row in (await adi.get(f"{path}?limit=200")).json()["items"]]
        assert before == sorted(before, reverse=True)
        seen: list[int] = []
        cursor = None
        while True:
            page = (await adi.get(f"{path}?limit=2" + (f"&cursor={cursor}" if cursor else ""))).json()
            seen += [row["id"] for row in page["items"]]
            await add()
            cursor = page["next"]
            if cursor is None:
                break
        assert seen == before


async def test_a_cursor_fits_one_list_and_is_not_to_be_changed(house: House):
    await made(house, "contacts", 3)
    await made(house, "accounts", 3)
    ana = await house.signed_in("ana")
    cursor = (await ana.get("/api/v1/contacts?limit=1")).json()["next"]
    assert (await ana.get(f"/api/v1/contacts?limit=1&cursor={cursor}")).status == 200
    assert (await ana.get(f"/api/v1/accounts?limit=1&cursor={cursor}")).code == "bad_cursor"
    for place in range(0, len(cursor), 5):
        other = re.sub(r"^.", "A" if cursor[place] != "A" else "B", cursor[place:])
        changed: Any = await ana.get(f"/api/v1/contacts?cursor={cursor[:place]}{other}")
        assert (changed.status, changed.code) == (400, "bad_cursor")
