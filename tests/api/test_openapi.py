"""The OpenAPI document is strict, and so is the service: what the document does not name is refused, and named in the answer."""

import re
from enum import StrEnum
from typing import Any, get_args

import msgspec
import pytest

from callcenter.api import errors, examples
from callcenter.api.app import openapi_document
from callcenter.api.once import HEADER, KEY_FORM
from callcenter.api.route import PREFIX, Route
from callcenter.api.routes import ROUTES
from callcenter.api.schemas.common import ErrorBody
from callcenter.auth import passwords, staff
from callcenter.kernel.seed import Role
from callcenter.kernel.words import CallEnd, Cause, LegRole, OfferEnd, Party
from callcenter.store import crm
from reporting.call_record import EntryEnd
from reporting.views import AgentState
from tests.api.house import House

DOCUMENT: Any = openapi_document()
SHAPES: dict[str, Any] = DOCUMENT["components"]["schemas"]
LOGINS = {"agent": "ana", "supervisor": "sam", "campaign_manager": "mia", "administrator": "adi", "auditor": "uma"}
WITH_BODY = [route for route in ROUTES if route.request is not None]


def name(route: Route) -> str:
    return route.name


def operation(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][PREFIX + route.path][route.method.lower()]
    return found


def path_of(route: Route) -> str:
    return PREFIX + re.sub(r"{\w+}", "999", route.path)


def structs(kind: Any) -> set[type[msgspec.Struct]]:
    """A Struct and those in it."""
    found: set[type[msgspec.Struct]] = set()

    def visit(shape: Any) -> None:
        if isinstance(shape, msgspec.inspect.StructType) and shape.cls not in found:
            found.add(shape.cls)
            for field in shape.fields:
                visit(field.type)
        for part in ("item_type", "key_type", "value_type"):
            if hasattr(shape, part):
                visit(getattr(shape, part))
        for one in getattr(shape, "types", ()):
            visit(one)

    visit(msgspec.inspect.type_info(kind))
    return found


def test_the_document_has_every_route_and_no_other():
    described = {f"{method.upper()} {path}" for path, operations in DOCUMENT["paths"].items() for method in operations}
    assert described == {route.name for route in ROUTES}
    ids = [operation(route)["operationId"] for route in ROUTES]
    assert len(set(ids)) == len(ids)


def test_no_object_takes_or_has_what_is_not_named():
    loose = [name for name, shape in SHAPES.items() if "properties" in shape and shape.get("additionalProperties") is not False]
    assert loose == []
    assert len(SHAPES) > 50


def test_every_field_of_an_answer_is_there_and_a_request_needs_what_has_no_default():
    for route in ROUTES:
        for kind in structs(route.answer) if route.answer is not None else ():
            assert set(SHAPES[kind.__name__].get("required", ())) >= set(kind.__struct_fields__), kind
        for kind in structs(route.request) if route.request is not None else ():
            fields = msgspec.structs.fields(kind)
            needed = {field.encode_name for field in fields if field.required}
            assert set(SHAPES[kind.__name__].get("required", ())) - {"type"} == needed, kind


@pytest.mark.parametrize("route", ROUTES, ids=name)
def test_every_refusal_has_the_body_of_errors(route: Route):
    told = operation(route)
    assert ("session" in str(told["security"])) == (route.roles is not None)
    expected = {400, 404, 500, 503, *map(int, route.refusals)} | ({401, 403} if route.roles else set())
    refused = {int(status) for status in told["responses"] if int(status) >= 400}
    assert refused >= expected
    for status in refused:
        answer = DOCUMENT["components"]["responses"][told["responses"][str(status)]["$ref"].rsplit("/", 1)[1]]
        content = answer["content"]["application/json"]
        assert content["schema"]["allOf"][0] == {"$ref": "#/components/schemas/ErrorBody"}
        assert content["schema"]["allOf"][1]["properties"]["code"]["enum"] == list(errors.codes(status))
        for example in content["examples"].values():
            msgspec.convert(example["value"], ErrorBody)


def test_parameters_have_bounds():
    for route in ROUTES:
        for parameter in operation(route)["parameters"]:
            assert "anyOf" not in parameter["schema"], "a query has no null"
            if parameter["name"] == "limit":
                assert (parameter["schema"]["minimum"], parameter["schema"]["maximum"]) == (1, 200)
            if parameter["in"] == "path":
                assert parameter["required"]


@pytest.mark.parametrize("route", WITH_BODY, ids=name)
def test_every_request_has_an_example_that_can_be_read(route: Route):
    assert route.request is not None
    (example,) = SHAPES[route.request.__name__]["examples"]
    msgspec.convert(example, route.request)


def test_examples_are_of_bodies_that_there_are():
    assert set(examples.BODIES) <= set(SHAPES)
    assert re.fullmatch(KEY_FORM, examples.KEY)


@pytest.mark.parametrize("role", LOGINS)
async def test_what_is_unknown_is_refused_by_name(house: House, role: str):
    """Every route of the table that this role may use: an unknown property, an unknown parameter, a body where none belongs."""
    client = await house.signed_in(LOGINS[role])
    tried = 0
    for route in ROUTES:
        if route.roles is not None and role not in route.roles:
            continue
        body: Any = None if route.request is None else examples.BODIES[route.request.__name__]
        tried += 1
        if route.request is not None:
            reply = await client.ask(route.method, path_of(route), {**body, "surprise": 1})
            assert (reply.status, reply.code, reply.json()["field"]) == (400, "bad_request", "surprise"), route.name
        elif route.method != "GET":
            reply = await client.ask(route.method, path_of(route), {"surprise": 1})
            assert (reply.status, reply.code) == (400, "bad_request"), route.name
        reply = await client.ask(route.method, path_of(route) + "?surprise=1", body)
        assert (reply.status, reply.code, reply.json()["field"]) == (400, "bad_request", "surprise"), route.name
    assert tried > 10


async def test_nested_bodies_are_as_strict(house: House):
    ana = await house.signed_in("ana")
    numbers = [{"number": "+12125550142", "surprise": 1}]
    reply = await ana.post("/api/v1/contacts", {"name": "n", "numbers": numbers})
    assert (reply.status, reply.json()["field"]) == (400, "numbers")
    reply = await ana.post("/api/v1/calls/c/transfer", {"to": {"type": "agent", "agent": "bo", "surprise": 1}})
    assert (reply.status, reply.json()["field"]) == (400, "to")


async def test_the_document_is_served_as_it_is(house: House):
    assert (await house.client().get("/api/v1/openapi.json")).json() == msgspec.to_builtins(DOCUMENT)


def test_routes_that_create_describe_their_key():
    for route in ROUTES:
        named = {parameter["name"] for parameter in operation(route)["parameters"] if parameter["in"] == "header"}
        assert (HEADER in named) == (route.makes is not None), route.name


WORDS: dict[str, type[StrEnum]] = {
    "CallSummary.end": CallEnd, "TimelineItem.end": CallEnd, "QueueEntryRecord.end": EntryEnd, "OfferRecord.end": OfferEnd,
    "CallDetailBody.cause": Cause, "LegRecord.cause": Cause, "LegRecord.role": LegRole, "CallDetailBody.ended_by": Party,
}  # fmt: skip


@pytest.mark.parametrize("field", WORDS)
def test_words_of_the_kernel_stand_in_the_document(field: str):
    body, name = field.split(".")
    shape = SHAPES[body]["properties"][name]
    [listed] = [option for option in shape.get("anyOf", [shape]) if option.get("type") != "null"]
    assert set(listed["enum"]) == {word.value for word in WORDS[field]}


def test_roles_states_and_ends_that_are_asked_for_are_lists():
    assert set(SHAPES["UserBody"]["properties"]["role"]["enum"]) == set(get_args(Role))
    assert set(SHAPES["AgentDestination"]["properties"]["state"]["enum"]) == {state.value for state in AgentState}
    [end] = [each for each in DOCUMENT["paths"]["/api/v1/calls"]["get"]["parameters"] if each["name"] == "end"]
    assert set(end["schema"]["enum"]) == {word.value for word in CallEnd}


def test_limits_of_the_service_are_those_of_the_document():
    assert SHAPES["NotesRequest"]["properties"]["text"]["maxLength"] == crm.LONGEST_TEXT
    for body in ("ContactCreate", "ContactPatch"):
        for name in ("tier", "email", "external_url", "note"):
            assert SHAPES[body]["properties"][name]["maxLength"] == crm.LONGEST_TEXT, (body, name)
    chosen = SHAPES["PasswordRequest"]["properties"]["password"]
    assert (chosen["minLength"], chosen["maxLength"]) == (passwords.SHORTEST, passwords.LONGEST)
    assert SHAPES["UserCreate"]["properties"]["login"]["maxLength"] == staff.LONGEST_LOGIN


async def test_what_is_over_a_limit_is_refused_and_what_reaches_it_is_taken(house: House):
    ana = await house.signed_in("ana")
    fits = await ana.post("/api/v1/contacts", {"name": "n", "note": "x" * crm.LONGEST_TEXT})
    assert fits.status == 201
    over = await ana.post("/api/v1/contacts", {"name": "n", "note": "x" * (crm.LONGEST_TEXT + 1)})
    assert (over.status, over.code) == (400, "text_too_long")
    assert (await ana.get("/api/v1/calls?end=completed")).status == 200
    assert (await ana.get("/api/v1/calls?end=no-such-end")).code == "bad_request"
