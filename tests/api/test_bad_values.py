"""Values that no row can hold: refused at the door with their field on both databases, and never a reason to try again."""

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest

from callcenter.kernel import commands
from callcenter.kernel.ids import AgentId, ContactId
from callcenter.store import paging
from tests.api.house import KNOWN_CALLER, House, Reply

BEYOND_32_BITS, BEYOND_64_BITS, ENDLESS = 2**31, 2**63, 99999999999999999999999
NUL = "a\0b"


def refused(reply: Reply, field: str | None) -> bool:
    assert reply.status == 400, (reply.status, reply.text)
    return bool(reply.json()["field"] == field) and all(reply.json()["message"].values())


@pytest.mark.parametrize("id", [0, -1, BEYOND_32_BITS, BEYOND_64_BITS, ENDLESS])
async def test_a_row_number_that_no_row_can_have(either_house: House, id: int):
    ana = await either_house.at_desk("ana")

    assert refused(await ana.get(f"/api/v1/calls?contact={id}"), "contact")
    assert refused(await ana.get(f"/api/v1/contacts?account={id}"), "account")
    assert refused(await ana.post("/api/v1/contacts", {"name": "A", "account": id}), "account")
    assert refused(await ana.ask("PATCH", "/api/v1/contacts/1", {"account": id}), "account")
    assert refused(await ana.post("/api/v1/calls", {"number": "+12125550177", "contact": id}), "contact")
    assert refused(await ana.put("/api/v1/calls/c1/contact", {"contact": id}), "contact")
    assert either_house.engine.state.calls == {}, "nothing was placed"


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/contacts", {"name": NUL}, "name"),
        ("POST", "/contacts", {"name": "A", "note": NUL}, "note"),
        ("POST", "/contacts", {"name": "A", "numbers": [{"number": "+12125550177", "label": NUL}]}, "numbers"),
        ("PATCH", "/contacts/1", {"email": NUL}, "email"),
        ("POST", "/accounts", {"name": NUL}, "name"),
        ("POST", "/session", {"login": NUL, "password": "correct horse"}, "login"),
        ("PUT", "/calls/c1/notes", {"text": NUL}, "text"),
        ("POST", "/calls", {"number": NUL}, "number"),
    ],
)
async def test_a_text_with_a_character_that_no_database_keeps(
    either_house: House, method: str, path: str, body: dict[str, Any], field: str
):
    ana = await either_house.at_desk("ana")

    assert refused(await ana.ask(method, f"/api/v1{path}", body), field)


@pytest.mark.parametrize(
    ("query", "field"), [("contacts?q=%00", "q"), ("accounts?q=a%00", "q"), ("calls?queue=a&queue=%00", "queue")]
)
async def test_a_parameter_with_that_character(either_house: House, query: str, field: str):
    assert refused(await (await either_house.signed_in("ana")).get(f"/api/v1/{query}"), field)


@pytest.mark.parametrize("path", ["calls/%00", "calls/a%00/notes", "recordings/%00"])
async def test_a_path_with_that_character_leads_nowhere(either_house: House, path: str):
    assert (await (await either_house.signed_in("ana")).get(f"/api/v1/{path}")).status == 404


@pytest.mark.parametrize("last", [("a", ENDLESS), ("a", -ENDLESS), (NUL, 1)])
async def test_a_forged_cursor(either_house: House, last: tuple[str, int]):
    text = json.dumps(["contacts", *last]).encode()
    cursor = base64.urlsafe_b64encode(paging._check(text) + text).decode().rstrip("=")

    assert refused(await (await either_house.signed_in("ana")).get(f"/api/v1/contacts?cursor={quote(cursor)}"), "cursor")


@pytest.mark.parametrize("cursor", [f"{ENDLESS}.a.0", f"1.a.{BEYOND_32_BITS}", "1.a%00.0"])
async def test_a_forged_cursor_behind_a_figure(either_house: House, cursor: str):
    sam = await either_house.signed_in("sam")

    assert refused(await sam.get(f"/api/v1/calls?figure=answered&cursor={cursor}"), "cursor")


async def test_a_stored_call_that_no_row_can_hold_is_told_and_the_next_call_gets_its_record(either_house: House):
    """Past every check of the door: the log holds it, so the records have to live with it."""
    ana = await either_house.at_desk("ana")
    bad = await either_house.engine.ask(
        commands.PlaceCall(agent=AgentId("ana"), number="+12125550177", contact=ContactId(BEYOND_64_BITS))
    )
    await either_house.until(lambda state: all(call.id != bad.call or call.legs for call in state.calls.values()))
    caller = either_house.call_in(KNOWN_CALLER)
    await either_house.until(lambda state: caller in state.legs)
    either_house.hang_up(caller)
    await either_house.until(lambda state: caller not in state.legs)
    await either_house.recorded()

    ready = (await ana.get("/readyz")).json()
    assert ready["ready"]
    assert "1 call records" in ready["warnings"]["records"]
    assert b"callcenter_records_set_aside 1.0" in (await ana.get("/metrics")).text
    sam = await either_house.signed_in("sam")
    calls = (await sam.get("/api/v1/calls")).json()["items"]
    assert [call["direction"] for call in calls] == ["inbound"]
