"""Who may use which route: every row of the table for every role, and nothing outside the table."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from callcenter.api import errors, handlers
from callcenter.api.route import PREFIX, Route
from callcenter.api.routes import ROUTES
from callcenter.auth.roles import ROLES
from callcenter.kernel.seed import Role
from tests.api.house import House

OUTSIDE = {
    "/api/v1/openapi.json", "/api/v1/ws", "/healthz", "/readyz", "/metrics", "/{path}",
}  # fmt: skip
"""What is served beside the route table. Carriers add their own below /carrier/."""

LOGINS = {
    None: None, "agent": "ana", "supervisor": "sam", "campaign_manager": "mia", "administrator": "adi", "auditor": "uma",
}  # fmt: skip


LETTERS = {"agent": "A", "supervisor": "S", "campaign_manager": "M", "administrator": "D", "auditor": "U"}
WHO = {
    "GET /center": "-",
    "POST /session": "-",
    "GET /session": "ASMDU",
    "PATCH /session": "ASMDU",
    "DELETE /session": "ASMDU",
    "PUT /session/password": "ASMDU",
    "POST /session/ticket": "ASMDU",
    "GET /users": "DU",
    "POST /users": "D",
    "PATCH /users/{user}": "D",
    "POST /users/{user}/password": "D",
    "DELETE /users/{user}/sessions": "D",
    "GET /audit": "DU",
    "POST /me/phone": "A",
    "PUT /me/presence": "A",
    "POST /me/offers/{offer}/reject": "A",
    "POST /me/wrap-up/finish": "A",
    "GET /me/campaigns": "A",
    "PUT /me/campaign": "A",
    "GET /me/lead": "A",
    "POST /me/leads/{attempt}/dial": "A",
    "POST /me/leads/{attempt}/skip": "A",
    "POST /calls": "A",
    "POST /calls/{call}/hold": "A",
    "POST /calls/{call}/retrieve": "A",
    "POST /calls/{call}/hang-up": "A",
    "POST /calls/{call}/transfer": "A",
    "PUT /calls/{call}/disposition": "A",
    "PUT /calls/{call}/contact": "A",
    "GET /calls": "ASMU",
    "GET /calls/{call}": "ASMU",
    "GET /calls/{call}/notes": "ASMU",
    "PUT /calls/{call}/notes": "A",
    "GET /recordings/{recording}": "ASU",
    "GET /contacts": "ASMU",
    "POST /contacts": "AS",
    "GET /contacts/{contact}": "ASMU",
    "PATCH /contacts/{contact}": "AS",
    "GET /contacts/{contact}/timeline": "ASMU",
    "GET /accounts": "ASMU",
    "POST /accounts": "AS",
    "GET /accounts/{account}": "ASMU",
    "GET /statistics/formulas": "ASMDU",
    "GET /statistics/summary": "SMU",
    "GET /statistics/queues": "SMU",
    "GET /statistics/agents": "SMU",
    "GET /statistics/intervals": "SMU",
    "GET /statistics/queues.csv": "SMU",
    "GET /statistics/agents.csv": "SMU",
    "GET /statistics/intervals.csv": "SMU",
    "GET /destinations": "AS",
    "GET /queues": "ASMDU",
    "GET /agents": "SMDU",
    "GET /webhooks": "DU",
    "POST /webhooks": "D",
    "GET /webhooks/{webhook}": "DU",
    "PATCH /webhooks/{webhook}": "D",
    "DELETE /webhooks/{webhook}": "D",
    "POST /webhooks/{webhook}/secret": "D",
    "POST /webhooks/{webhook}/test": "D",
    "GET /webhooks/{webhook}/deliveries": "DU",
    "POST /webhooks/{webhook}/deliveries/{delivery}/redeliver": "D",
    "GET /campaigns": "MU",
    "POST /campaigns": "M",
    "GET /campaigns/{campaign}": "MU",
    "PATCH /campaigns/{campaign}": "M",
    "GET /campaigns/{campaign}/progress": "MU",
    "GET /campaigns/{campaign}/preflight": "MU",
    "GET /campaigns/{campaign}/next": "MU",
    "GET /campaigns/{campaign}/callbacks": "MU",
    "GET /me/callbacks": "A",
    "POST /calls/{call}/callback-hour": "A",
    "POST /callbacks/{callback}/hour": "AM",
    "POST /callbacks/{callback}/take": "A",
    "PATCH /callbacks/{callback}": "AM",
    "POST /callbacks/{callback}/cancel": "AM",
    "POST /callbacks/{callback}/restore": "AM",
    "GET /campaigns/{campaign}/live": "MU",
    "GET /campaigns/{campaign}/report": "MU",
    "GET /report-key": "MU",
    "POST /campaigns/{campaign}/start": "M",
    "POST /campaigns/{campaign}/pause": "M",
    "POST /campaigns/{campaign}/stop": "M",
    "POST /campaigns/{campaign}/finish": "M",
    "GET /laws": "MU",
    "POST /uploads": "M",
    "DELETE /uploads/{upload}": "M",
    "POST /uploads/{upload}/preview": "M",
    "POST /campaigns/{campaign}/imports": "M",
    "POST /target-groups/count": "M",
    "POST /campaigns/{campaign}/target-groups": "M",
    "GET /campaigns/{campaign}/lists": "MU",
    "GET /lists/{list}": "MU",
    "PATCH /lists/{list}": "M",
    "POST /lists/{list}/withdraw": "M",
    "GET /lists/{list}/refused.csv": "M",
    "GET /lists/{list}/leads": "MU",
    "GET /do-not-call": "MU",
    "GET /do-not-call/numbers": "MU",
    "POST /do-not-call/numbers": "M",
    "POST /do-not-call/check": "MU",
    "POST /do-not-call/remove": "M",
    "POST /do-not-call/registries": "M",
}
"""Who may use which route, written down a second time: one that is not here, or opens for others, fails. `-`: anyone."""

BARE = (
    "/me/phone", "/me/offers", "/me/leads", "/callbacks/{callback}/take", "/me/wrap-up", "/session/ticket",
    "/users/{user}/password",
    "/lists/{list}/withdraw",
)  # fmt: skip
"""What begins so takes no body."""


def path_of(route: Route) -> str:
    """The route's path with ids that nothing has."""
    path = re.sub(r"{(contact|account|user|campaign|list|callback)}", "999", route.path)
    return PREFIX + re.sub(r"{\w+}", "cnothing", path)


def test_every_route_is_listed_with_its_roles():
    found = {
        f"{route.method} {route.path}": "-"
        if route.roles is None
        else "".join(LETTERS[role] for role in LETTERS if role in route.roles)
        for route in ROUTES
    }
    assert found == WHO
    assert LETTERS.keys() == ROLES.keys() == set(get_args(Role)), "a new role has its column"


@pytest.mark.parametrize("role", LOGINS, ids=str)
async def test_a_route_opens_for_its_roles_and_for_nobody_else(house: House, role: str | None):
    login = LOGINS[role]
    client = await house.signed_in(login) if login is not None else house.client()
    wrong = []
    # Signing out comes last: it ends what the others need.
    for route in sorted(ROUTES, key=lambda row: row.method == "DELETE" and row.path == "/session"):
        # A body that is none: whoever gets as far as the body has the right.
        reply = await client.ask(route.method, path_of(route), None if route.method in ("GET", "DELETE") else b"{")
        refused_for = {401: "signed_out", 403: "forbidden"}.get(reply.status) if reply.text else None
        who = WHO[f"{route.method} {route.path}"]
        if role is None and who != "-":
            expected = "signed_out"
        elif role is not None and who != "-" and LETTERS[role] not in who:
            expected = "forbidden"
        else:
            expected = None
        if refused_for != expected or (expected is not None and reply.code != expected):
            wrong.append((route.name, reply.status, reply.text[:80]))
        if reply.status >= 500:
            wrong.append((route.name, reply.status, reply.text[:80]))
    assert wrong == []


async def test_nothing_is_served_that_the_table_does_not_name(house: House):
    table = {(route.method, PREFIX + route.path) for route in ROUTES}
    unlisted = []
    for route in house.app.router.routes():
        assert route.resource is not None
        path = route.resource.canonical
        if path in OUTSIDE or path.startswith("/carrier/"):
            continue
        if (route.method, path) not in table:
            unlisted.append((route.method, path))
    assert unlisted == []


def test_every_row_has_its_schema():
    for route in ROUTES:
        if route.method in ("POST", "PUT", "PATCH"):
            bare = route.path.startswith(BARE) or route.path.endswith(
                ("/hold", "/retrieve", "/hang-up", "/secret", "/test", "/redeliver", "/start", "/pause", "/stop", "/finish")
            )
            assert (route.request is None) == (bare or route.upload), route.name
        assert route.answer is not None or route.status == 204 or route.media != "application/json", route.name
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


def test_every_handler_is_in_the_table():
    used = {route.handler for route in ROUTES}
    folder = Path(handlers.__file__).parent
    unused = []
    for file in sorted(folder.glob("*.py")):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
                names = {handler.__name__ for handler in used if handler.__module__.endswith(file.stem)}
                if node.name not in names:
                    unused.append(f"{file.stem}.{node.name}")
    assert unused == []


def refusals() -> set[str]:
    """Every code with which some part of the house refuses."""
    root = Path(handlers.__file__).parents[2]
    codes: set[str] = set()
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(func=ast.Name(id="Refused"), args=[ast.Constant(value=str(code)), *_]):
                    codes.add(code)
    return codes


def test_every_refusal_is_said_in_chinese_too():
    found = refusals()
    assert "emergency_number" in found, "the search finds what is there"
    assert found - errors.CHINESE.keys() - errors.WORDS.keys() == set()


async def test_an_agent_acts_for_herself_only(house: House):
    """Object checks: an offer and a call of a colleague are as if they were not there."""
    ana, bo = await house.at_desk("ana"), await house.signed_in("bo")
    await bo.post("/api/v1/me/phone")
    desk = await (await ana.socket()).follow("desk")
    house.call_in()
    await desk.until(lambda d: d.call is not None and d.call["offer"] is not None)
    offer, call = desk.call["offer"]["id"], desk.call["id"]

    assert (await bo.post(f"/api/v1/me/offers/{offer}/reject")).code == "offer_over"
    house.answer(ana.device)
    await desk.until(lambda d: d.call["state"] == "connected")
    for verb in ("hold", "hang-up", "retrieve"):
        reply = await bo.post(f"/api/v1/calls/{call}/{verb}")
        assert (reply.status, reply.code) == (404, "not_found"), verb
    reply = await bo.post(f"/api/v1/calls/{call}/transfer", {"to": {"type": "queue", "queue": "technical"}})
    assert reply.status == 404
    assert (await bo.put(f"/api/v1/calls/{call}/disposition", {"code": "resolved"})).code == "not_found"
    assert (await bo.put(f"/api/v1/calls/{call}/contact", {"contact": 1})).status == 404
    assert desk.call["state"] == "connected"
