"""Pages, probes, measures, and the documents that are generated."""

import asyncio
import json
import re
import sqlite3
from pathlib import Path

import pytest

from callcenter.api.app import openapi_document
from callcenter.api.routes import ROUTES
from callcenter.api.typescript import structs, typescript_document
from callcenter.kernel.ids import QueueId
from tests.api.house import House


@pytest.mark.parametrize("path", ["/", "/board", "/customer/7", "/statistics"])
async def test_page_addresses_show_the_page(house: House, path: str):
    reply = await house.client().get(path)

    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html")
    assert b"<title>page</title>" in reply.text
    assert reply.headers["Cache-Control"] == "no-cache"
    policy = reply.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; ")
    assert f"connect-src 'self' ws://127.0.0.1:{house.port};" in policy
    assert reply.headers["X-Content-Type-Options"] == "nosniff"


async def test_assets_with_a_hash_are_kept_and_others_are_asked_for_again(house: House):
    client = house.client()

    kept = await client.get("/assets/app-0123456789.js")
    asked = await client.get("/assets/mark.svg")

    assert "immutable" in kept.headers["Cache-Control"]
    assert "javascript" in kept.headers["Content-Type"]
    assert asked.headers["Cache-Control"] == "no-cache"
    assert (await client.get("/assets/app-9999999999.js")).status == 404


@pytest.mark.parametrize(
    "path", ["/../events.db", "/%2e%2e/events.db", "/..%2fevents.db", "/assets/../../events.db", "/.built", "/assets/.hidden"]
)
async def test_nothing_outside_the_folder_is_served(house: House, path: str):
    (house.pages / ".built").write_text("secret")
    (house.pages / "assets" / ".hidden").write_text("secret")

    reply = await house.client().get(path)

    assert b"SQLite" not in reply.text
    assert b"secret" not in reply.text


async def test_pages_that_were_not_built_say_what_to_run(house: House):
    (house.pages / "index.html").unlink()

    reply = await house.client().get("/")

    assert (reply.status, reply.code) == (503, "pages_missing")
    assert "make install" in reply.json()["message"]["en"]


async def test_alive_and_ready(house: House):
    client = house.client()
    assert (await client.get("/healthz")).status == 200
    ready = await client.get("/readyz")
    assert ready.status == 200
    checks = dict.fromkeys(("hub", "live", "carrier sim", "database"), "")
    assert ready.json() == {"ready": True, "checks": checks, "warnings": {}}


async def test_not_ready_says_what_is_wrong(house: House):
    async def full() -> str:
        return "the disk is full: make room"

    house.checks["recordings"] = full
    house.carrier.pump.act(lambda now: house.carrier.network.lose_connection("planned"))

    reply = await house.client().get("/readyz")

    assert reply.status == 503
    assert reply.json()["checks"]["recordings"] == "the disk is full: make room"
    assert reply.json()["checks"]["carrier sim"] != ""
    assert reply.json()["checks"]["hub"] == ""


async def test_a_database_that_cannot_be_written_is_not_ready(house: House):
    held = sqlite3.connect(house.folder / "center.db", isolation_level=None, check_same_thread=False)
    # In a thread: the house may be writing, and goes on in this loop.
    await asyncio.to_thread(held.execute, "BEGIN IMMEDIATE")

    reply = await house.client().get("/readyz")

    assert reply.status == 503
    assert reply.json()["checks"]["database"] != ""
    held.execute("ROLLBACK")
    held.close()
    assert (await house.client().get("/readyz")).status == 200


async def test_measures_have_bounded_labels_and_no_ids(house: House):
    ana = await house.at_desk("ana")
    board = await (await (await house.signed_in("sam")).socket()).follow("board")
    house.call_in()
    await board.until(lambda b: b.shown["agents"]["ana"]["state"] == "ringing")
    call = board.call["id"]
    await ana.get(f"/api/v1/contacts/{'7' * 5}")
    await ana.post(f"/api/v1/calls/{call}/hold")
    await ana.get("/nothing/like/this")

    text = (await ana.get("/metrics")).text.decode()

    assert 'callcenter_waiting_calls{queue="billing"} 1.0' in text
    assert 'callcenter_agents{state="ringing"} 1.0' in text
    assert 'callcenter_carrier_up{carrier="sim"} 1.0' in text
    assert "callcenter_sockets 1.0" in text
    assert 'route="/api/v1/calls/{call}/hold"' in text
    for secret in (call, "77777", "2125550123", "nothing/like", "Amelia"):
        assert secret not in text


async def test_the_openapi_document_is_served_and_describes_every_route(house: House):
    served = json.loads((await house.client().get("/api/v1/openapi.json")).text)

    assert served == json.loads(json.dumps(openapi_document()))
    for route in ROUTES:
        operation = served["paths"]["/api/v1" + route.path][route.method.lower()]
        assert operation["x-roles"] == sorted(route.roles or ())
        assert {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"} == set(
            re.findall(r"{(\w+)}", route.path)
        )
        assert str(int(route.status)) in operation["responses"]


def test_the_openapi_document_is_strict():
    document = openapi_document()
    schemas = document["components"]["schemas"]  # type: ignore[index]
    referred = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(document)))
    assert referred <= schemas.keys()
    for name, schema in schemas.items():
        if schema.get("type") == "object":
            assert schema["additionalProperties"] is False, name
    for route in ROUTES:
        if route.answer is not None:
            answer = schemas[route.answer.__name__]
            assert set(answer["required"]) == set(answer["properties"]), f"{route.name}: an answer has all its fields"
    operations = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]  # type: ignore[attr-defined]
    assert len(set(operations)) == len(operations)


def test_the_typescript_names_every_body_and_message():
    text = typescript_document()
    for name in structs():
        assert f"export interface {name} {{" in text
    assert "export type AnyServerMessage = Welcome | Heartbeat | Snapshot | Delta | Answer | Failure;" in text


def test_the_pages_use_the_types_of_today():
    kept = Path(__file__).parents[2] / "callcenter/web/src/api/types.ts"
    assert kept.read_text() == typescript_document(), "run: python -m callcenter.api.typescript > callcenter/web/src/api/types.ts"


async def test_queues_and_agents_as_they_are(house: House):
    sam = await house.signed_in("sam")

    queues = (await sam.get("/api/v1/queues")).json()
    agents = (await sam.get("/api/v1/agents")).json()

    center = house.engine.state.center
    assert queues["version"] == agents["version"] == 1
    assert [queue["id"] for queue in queues["items"]] == list(center.queues)
    assert queues["items"][0]["service_level_ms"] == center.queues[QueueId("billing")].service_level_ms
    assert {agent["id"]: agent["name"] for agent in agents["items"]} == {"ana": "Ana", "bo": "Bo", "chen": "Chen"}


async def test_the_sign_in_page_knows_the_centers_name_and_no_more(house: House):
    shown = (await house.client().get("/api/v1/center")).json()

    assert set(shown) == {"name", "languages", "default_language", "version", "now"}
    assert shown["name"] == "Story"
