"""What a request may not be, and that the answer says what to do, in both languages, without echoing into the log."""

import json
from typing import Any

import aiohttp
import pytest
import structlog

from callcenter.api import errors
from callcenter.api.errors import ApiError
from callcenter.kernel.errors import CarrierFault, Conflict, HouseError, NotFound, Refused, TryAgain
from tests.api.house import House

SECRET = "+12125559876"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", None),
        (b"\xff\xfe", None),
        (b"[]", None),
        (b'{"name": 5}', "name"),
        (b'{"name": "A", "nickname": "B"}', "nickname"),
        (b'{"name": "A", "numbers": [{"number": 5}]}', "numbers"),
        (b'{"name": "A", "language": "fr"}', "language"),
        (b'{"name": "  "}', "name"),
        (b'{"name": "A", "numbers": [{"number": "12"}]}', "numbers"),
        (b'{"name": "A", "account": 4711}', "account"),
        (b"{}", "name"),
    ],
)
async def test_a_body_with_a_mistake_is_refused_with_its_field(house: House, body: bytes, field: str | None):
    reply = await (await house.signed_in("ana")).post("/api/v1/contacts", body)

    assert reply.status == 400
    assert reply.json()["field"] == field
    assert all(reply.json()["message"].values())


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=0", "limit"), ("limit=many", "limit"), ("colour=red", "colour"), ("q=a&q=b", "q"), ("cursor=nonsense", "cursor")],
)
async def test_a_parameter_with_a_mistake_is_refused_with_its_name(house: House, query: str, field: str):
    reply = await (await house.signed_in("ana")).get(f"/api/v1/contacts?{query}")

    assert (reply.status, reply.json()["field"]) == (400, field)


async def test_a_parameter_where_none_is_known_is_refused(house: House):
    assert (await (await house.signed_in("ana")).get("/api/v1/queues?colour=red")).code == "bad_request"


async def test_a_body_must_be_json_and_small(house: House):
    ana = await house.signed_in("ana")

    form = await ana.ask("POST", "/api/v1/contacts", b"name=A", Content_Type="application/x-www-form-urlencoded")
    large = await ana.post("/api/v1/contacts", {"name": "A" * 300_000})

    assert (form.status, form.code) == (415, "not_json")
    assert (large.status, large.code) == (413, "too_large")


@pytest.mark.parametrize("path", ["/api/v1/contacts/0x10", "/api/v1/contacts/99999999999999999999", "/api/v1/contacts/١٢"])
async def test_an_impossible_row_number_is_not_found(house: House, path: str):
    assert (await (await house.signed_in("ana")).get(path)).status == 404


async def test_unknown_addresses_and_methods(house: House):
    ana = await house.signed_in("ana")

    assert (await ana.get("/api/v1/nothing")).code == "not_found"
    assert (await ana.get("/api/v2/session")).code == "not_found"
    wrong = await ana.post("/api/v1/queues")
    assert (wrong.status, wrong.code) == (405, "method_not_allowed")
    assert "GET" in wrong.headers["Allow"]


@pytest.mark.parametrize(
    "sent",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
async def test_another_sites_page_cannot_command_with_our_cookie(house: House, sent: dict[str, str]):
    ana = await house.at_desk("ana")
    async with ana.http.put(
        f"{house.origin}/api/v1/me/presence", json={"presence": "not_ready", "reason": "break"}, headers=sent
    ) as reply:
        assert reply.status == 403
        assert (await reply.json())["code"] == "wrong_origin"
    assert house.engine.state.agents["ana"].presence == "available"  # type: ignore[index]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("911", "emergency_number"),
        ("12", "invalid_number"),
        ("no number", "invalid_number"),
        ("+861012345678", "country_not_allowed"),
    ],
)
async def test_numbers_that_are_not_dialed(house: House, number: str, code: str):
    reply = await (await house.at_desk("ana")).post("/api/v1/calls", {"number": number})

    assert (reply.status, reply.code) == (409, code)
    assert reply.json()["message"]["en"] != reply.json()["message"]["zh"]


def every_error() -> list[HouseError | ApiError]:
    house: list[HouseError | ApiError] = [
        Refused("not_held", "This call is not on hold."),
        NotFound("no"),
        Conflict("no"),
        TryAgain("no"),
        CarrierFault("no", retryable=True),
    ]
    return house + [ApiError(code) for code in errors.STATUS]


@pytest.mark.parametrize("error", every_error(), ids=lambda error: error.code)
def test_every_error_has_a_status_and_words_in_both_languages(error: HouseError | ApiError):
    told = errors.body(error)

    assert 400 <= errors.status(error) < 600
    assert told.code == error.code
    assert told.message.en
    assert any("一" <= letter <= "鿿" for letter in told.message.zh)


def test_every_kind_of_house_error_is_in_the_table():
    for kind in HouseError.__subclasses__():
        if kind.__module__.startswith("callcenter.kernel"):
            assert kind in errors.KINDS, kind


async def test_our_own_mistake_is_500_and_its_log_quotes_nothing(house: House, monkeypatch: pytest.MonkeyPatch):
    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"cannot handle {SECRET}")

    monkeypatch.setattr(house.crm, "find_contacts", broken)
    ana = await house.signed_in("ana")

    with structlog.testing.capture_logs() as logged:
        reply = await ana.get(f"/api/v1/contacts?q={SECRET.replace('+', '%2B')}")

    assert (reply.status, reply.code) == (500, "internal")
    assert SECRET.encode() not in reply.text
    (entry,) = [entry for entry in logged if entry["event"] == "api.failed"]
    assert entry["kind"] == "RuntimeError"
    assert entry["route"] == "/api/v1/contacts"
    assert any("customers.py" in place for place in entry["where"])
    assert SECRET.strip("+") not in json.dumps(logged)


async def test_a_database_that_does_not_answer_is_503_and_signs_nobody_out(house: House):
    ana = await house.at_desk("ana")
    desk = await (await ana.socket()).follow("desk")
    async with house.database.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE contact RENAME TO contact_away")

    reply = await ana.get("/api/v1/contacts")
    assert (reply.status, reply.code) == (503, "store_unavailable")
    assert reply.headers["Retry-After"] == "1"

    # The call works meanwhile: it rings with the number only.
    house.call_in()
    await desk.until(lambda d: d.call is not None and d.call["offer"] is not None)
    assert desk.call["number"]["shown"] == "+1 212 555 0123"
    await desk.until(lambda d: d.call is not None and d.call["look_up"] == "failed", seconds=20)


async def test_the_name_follows_when_the_customer_store_answers_again(house: House):
    ana = await house.at_desk("ana")
    desk = await (await ana.socket()).follow("desk")
    found = house.crm.contacts

    async def away(ids: Any) -> Any:
        raise TryAgain("planned")

    house.crm.contacts = away  # type: ignore[method-assign]
    house.call_in()
    await desk.until(lambda d: d.call is not None and d.call["contact"] is not None)
    assert desk.call["contact"]["name"] is None

    house.crm.contacts = found  # type: ignore[method-assign]
    await desk.until(lambda d: d.call["contact"]["name"] == "Amelia Hartwell")


async def test_the_socket_is_closed_to_other_sites_and_to_strangers(house: House):
    ana = await house.signed_in("ana")
    for client, origin, status in (
        (ana, "https://evil.example", 403),
        (ana, "", 403),
        (house.client(), house.origin, 401),
    ):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.http.ws_connect(f"{house.origin}/api/v1/ws", headers={"Origin": origin} if origin else {})
        assert refused.value.status == status
