"""Log-ins as the administrator makes, changes and closes them, and what the audit log says of it."""

from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from tests.api.house import PASSWORD, Client, House
from tests.api.test_session_ends import id_of


async def audited(client: Client, **query: object) -> list[Any]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return list((await client.get(f"/api/v1/audit?{asked}")).json()["items"])


async def test_a_new_log_in_from_its_one_time_password_to_her_own(house: House):
    admin, new = await house.signed_in("adi"), house.client()
    made = await admin.post("/api/v1/users", {"login": "Chen ", "role": "agent", "agent": "chen"})
    assert made.status == 201
    user, password = made.json()["user"], made.json()["password"]
    assert (user["login"], user["role"], user["agent"], user["active"], user["sessions"]) == ("chen", "agent", "chen", True, 0)

    session = await new.post("/api/v1/session", {"login": "chen", "password": password})
    assert session.json()["choose_password"] is True
    for method, path in (("GET", "/queues"), ("POST", "/session/ticket"), ("POST", "/me/phone"), ("GET", "/calls")):
        assert (await new.ask(method, f"/api/v1{path}")).code == "password_one_time", path
    assert (await new.get("/api/v1/session")).status == 200

    chosen = await new.put("/api/v1/session/password", {"present": password, "password": "my own words"})
    assert chosen.json()["choose_password"] is False
    assert (await new.post("/api/v1/me/phone")).status == 200
    assert (await house.client().post("/api/v1/session", {"login": "chen", "password": password})).status == 401
    assert (await house.client().post("/api/v1/session", {"login": "chen", "password": "my own words"})).status == 200


async def test_a_one_time_password_is_void_after_three_days(house: House):
    admin = await house.signed_in("adi")
    password = (await admin.post(f"/api/v1/users/{await id_of(house, 'ana')}/password")).json()["password"]
    async with house.database.write() as session:
        await session.execute(sa.text("UPDATE app_user SET one_time_until = one_time_until - 3 * 86400000 WHERE login = 'ana'"))
    assert (await house.client().post("/api/v1/session", {"login": "ana", "password": password})).code == "wrong_password"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"login": "ANA", "role": "auditor"}, 409, "login_taken"),
        ({"login": "x", "role": "agent"}, 409, "desk_missing"),
        ({"login": "x", "role": "agent", "agent": "ana"}, 409, "desk_taken"),
        ({"login": "x", "role": "agent", "agent": "nobody"}, 409, "no_agent"),
        ({"login": "x", "role": "supervisor", "teams": ["moon"]}, 409, "no_team"),
        ({"login": "x", "role": "auditor", "teams": ["day"]}, 409, "teams_not_for_role"),
        ({"login": "  ", "role": "auditor"}, 409, "login_impossible"),
        ({"login": "x\x07", "role": "auditor"}, 409, "login_impossible"),
        ({"login": "", "role": "auditor"}, 400, "bad_request"),
        ({"login": "x", "role": "king"}, 400, "bad_request"),
        ({"login": "x", "role": "auditor", "password": "mine to choose"}, 400, "bad_request"),
    ],
)  # fmt: skip
async def test_a_log_in_that_cannot_be_is_refused_and_nothing_is_written(
    house: House, body: dict[str, Any], status: int, code: str
):
    admin = await house.signed_in("adi")
    before = (await admin.get("/api/v1/users")).json()["items"]
    reply = await admin.post("/api/v1/users", body)
    assert (reply.status, reply.code) == (status, code)
    after = (await admin.get("/api/v1/users")).json()["items"]
    assert [user["login"] for user in after] == [user["login"] for user in before]
    assert await audited(admin, action="user_created") == []


async def test_the_last_administrator_stays(house: House):
    admin = await house.signed_in("adi")
    me = await id_of(house, "adi")
    for change in ({"active": False}, {"role": "auditor"}):
        refused = await admin.ask("PATCH", f"/api/v1/users/{me}", change)
        assert (refused.status, refused.code) == (409, "last_administrator")
    assert (await admin.get("/api/v1/session")).status == 200, "and is still signed in"
    made = (await admin.post("/api/v1/users", {"login": "second", "role": "administrator"})).json()
    assert (await admin.ask("PATCH", f"/api/v1/users/{made['user']['id']}", {"active": False})).status == 200
    assert (await admin.ask("PATCH", f"/api/v1/users/{me}", {"active": False})).code == "last_administrator"
    assert (await admin.ask("PATCH", f"/api/v1/users/{made['user']['id']}", {"active": True})).status == 200
    assert (await admin.ask("PATCH", f"/api/v1/users/{me}", {"active": False})).status == 200


async def test_whoever_is_not_there_cannot_be_changed(house: House):
    admin = await house.signed_in("adi")
    assert (await admin.ask("PATCH", "/api/v1/users/999", {"active": False})).status == 404
    assert (await admin.post("/api/v1/users/999/password")).status == 404
    assert (await admin.ask("DELETE", "/api/v1/users/999/sessions")).status == 404
    assert (await admin.ask("DELETE", "/api/v1/users/ana/sessions")).status == 404


async def test_every_change_is_in_the_audit_log_with_who_did_it(house: House):
    admin, auditor = await house.signed_in("adi"), await house.signed_in("uma")
    ana, adi = await id_of(house, "ana"), await id_of(house, "adi")
    created = (await admin.post("/api/v1/users", {"login": "lea", "role": "supervisor", "teams": ["day"]})).json()["user"]["id"]
    await admin.ask("PATCH", f"/api/v1/users/{created}", {"role": "auditor", "teams": None})
    await admin.post(f"/api/v1/users/{ana}/password")
    await admin.ask("DELETE", f"/api/v1/users/{ana}/sessions")
    for path in ("queues", "agents", "intervals"):
        assert (await auditor.get(f"/api/v1/statistics/{path}.csv")).status == 200

    found = await audited(auditor, user=adi)
    assert [(entry["action"], entry["subject"]) for entry in found] == [
        ("sessions_ended", f"users/{ana}"),
        ("password_reset", f"users/{ana}"),
        ("user_changed", f"users/{created}"),
        ("user_created", f"users/{created}"),
        ("signed_in", f"users/{adi}"),
    ]
    assert {entry["login"] for entry in found} == {"adi"}
    details = msgspec.json.decode(found[2]["details"])
    assert (details["before"]["role"], details["after"]["role"]) == ("supervisor", "auditor")
    assert [entry["subject"] for entry in await audited(auditor, action="exported")] == [
        "statistics/intervals.csv", "statistics/agents.csv", "statistics/queues.csv",
    ]  # fmt: skip
    assert (await house.audit.verify()).broken is None


async def test_the_audit_log_comes_in_pages_without_gaps(house: House):
    auditor = await house.signed_in("uma")
    for _ in range(7):
        await auditor.get("/api/v1/statistics/queues.csv")
    ids: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await auditor.get("/api/v1/audit?limit=3" + (f"&cursor={cursor}" if cursor else ""))).json()
        assert len(page["items"]) <= 3
        ids += [entry["id"] for entry in page["items"]]
        cursor = page["next"]
    assert ids == sorted(ids, reverse=True)
    assert ids == list(range(ids[0], 0, -1))
    assert (await auditor.get("/api/v1/audit?cursor=x")).code == "bad_cursor"


async def test_a_change_whose_entry_cannot_be_written_is_not_made(house: House):
    """One transaction: no change without its entry."""
    admin, auditor = await house.signed_in("adi"), await house.signed_in("uma")
    ana = await house.users.user("ana")
    async with house.database.write() as session:  # from now on every entry is refused, by the database itself
        await session.execute(
            sa.text("CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'planted'); END")
        )
    assert (await admin.ask("PATCH", f"/api/v1/users/{ana.id}", {"active": False})).status >= 500
    assert (await admin.post(f"/api/v1/users/{ana.id}/password")).status >= 500
    assert (await auditor.get("/api/v1/statistics/queues.csv")).status >= 500, "nothing leaves the house unseen"
    assert await house.users.user("ana") == ana
    assert (await house.users.check("ana", PASSWORD, "192.0.2.1", 1)) == ana
