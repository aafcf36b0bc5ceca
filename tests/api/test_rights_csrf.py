"""No page of another site makes a browser that is signed in here change anything: every changing route of the table, asked with
a good cookie in the ways in which a browser can be made to ask.
"""

import re
from typing import Any

import pytest
from aiohttp import ClientSession

from callcenter.api.origin import SAFE
from callcenter.api.route import PREFIX, Route
from callcenter.api.routes import ROUTES
from tests.api.house import PASSWORD, Client, House
from tests.api.test_rights import LOGINS

CHANGING = [route for route in ROUTES if route.method not in SAFE]
EVIL = "https://evil.example"


def ways(origin: str) -> dict[str, dict[str, str]]:
    """Headers that a forged request can bear. Whoever forges cannot leave out or choose what the browser says of itself."""
    return {
        "another site": {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"},
        "another site, an old browser": {"Origin": EVIL},
        "a page without an origin": {"Origin": "null"},
        "no origin": {},
        "an origin that only looks like ours": {"Origin": origin.replace("127.0.0.1", "127.0.0.1.evil.example")},
        "another port": {"Origin": origin + "1"},
        "a sister site": {"Origin": origin, "Sec-Fetch-Site": "same-site"},
    }


def path_of(route: Route) -> str:
    return PREFIX + re.sub(r"{\w+}", "1", route.path)


async def forged(http: ClientSession, url: str, route: Route, headers: dict[str, str], kind: str) -> tuple[int, str]:
    body: Any = b'{"login": "ana", "password": "x"}'
    async with http.request(route.method, url + path_of(route), data=body, headers={**headers, "Content-Type": kind}) as answer:
        return answer.status, (await answer.json())["code"]


@pytest.fixture
async def people(house: House) -> dict[str, Client]:
    """Somebody signed in for every role."""
    return {role: await house.signed_in(login) for role, login in LOGINS.items() if role is not None and login is not None}


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
async def test_every_changing_route_refuses_what_comes_from_elsewhere(house: House, people: dict[str, Client], kind: str):
    assert len(CHANGING) > 25
    passed = []
    for route in CHANGING:
        role = "agent" if route.roles is None else sorted(route.roles)[0]
        for way, headers in ways(house.origin).items():
            answer = await forged(people[role].http, house.origin, route, headers, kind)
            if answer != (403, "wrong_origin"):
                passed.append((route.name, way, answer))
    assert passed == []
    for client in people.values():
        assert (await client.get("/api/v1/session")).status == 200, "nobody was signed out by it"


async def test_what_a_form_can_send_is_no_body_even_from_our_own_page(house: House, people: dict[str, Client]):
    """A form sends text or pairs and never JSON, so it says nothing to a route that reads one."""
    read = []
    for route in (route for route in CHANGING if route.request is not None):
        role = "agent" if route.roles is None else sorted(route.roles)[0]
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            answer = await forged(people[role].http, house.origin, route, {"Origin": house.origin}, kind)
            if answer != (415, "not_json"):
                read.append((route.name, kind, answer))
    assert read == []


async def test_nobody_is_signed_in_by_another_site(house: House):
    """Else somebody could work, unknowing, in the session of the one who forged it."""
    client = house.client()
    for headers in ways(house.origin).values():
        body = {"login": "ana", "password": PASSWORD}
        async with client.http.post(f"{house.origin}/api/v1/session", json=body, headers=headers) as answer:
            assert answer.status == 403
            assert "Set-Cookie" not in answer.headers


async def test_the_same_requests_pass_from_our_own_page(house: House, people: dict[str, Client]):
    """The refusals above are about where a request comes from, and about nothing else."""
    for headers in ({"Origin": house.origin}, {"Origin": house.origin, "Sec-Fetch-Site": "same-origin"}):
        async with people["agent"].http.post(f"{house.origin}/api/v1/session/ticket", headers=headers) as answer:
            assert answer.status == 201
