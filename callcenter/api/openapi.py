"""The OpenAPI document, generated from the route table and the Structs. Nothing about a route is written here.

It is strict: it promises no more than is checked, and `tests/api/test_schemathesis.py` holds every answer against it.
"""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from callcenter.api import errors, examples
from callcenter.api.once import HEADER, KEY_FORM, REPLAYED
from callcenter.api.route import PREFIX, Route
from callcenter.api.schemas.common import ErrorBody

REF = "#/components/schemas/{name}"
NUMBERED = frozenset({"contact", "account", "user", "webhook", "delivery", "campaign", "list"})
"""Path parameters that are whole numbers."""
LARGEST_NUMBER = 999_999_999
INFO = """\
Every error has the body `ErrorBody`: a stable `code`, and words in both languages that say what to do. docs/api.md lists all
codes. A request that changes something must come from an allowed origin when a browser sends it. What creates something takes an
`Idempotency-Key`: asked again with the same key, it is answered as before and nothing happens again.
Live values come over the WebSocket at /api/v1/ws: docs/websocket.md.
"""
SIGNED_IN = "The cookie that POST /api/v1/session gives; over https it is called __Host-session."
TIME = {"format": "int64", "description": "Milliseconds since the epoch, UTC."}
LENGTH = {"format": "int64", "minimum": 0, "description": "Milliseconds."}
WAIT = {"description": "Ask again after so many seconds.", "schema": {"type": "integer", "minimum": 1}}


def document(routes: Sequence[Route], version: str) -> dict[str, Any]:
    """The whole document, as plain JSON values."""
    kinds: dict[str, type[msgspec.Struct]] = {"ErrorBody": ErrorBody}
    for route in routes:
        for kind in (route.request, route.answer):
            if kind is not None:
                kinds[kind.__name__] = kind
    _, components = msgspec.json.schema_components(list(kinds.values()), ref_template=REF)
    for name, shape in components.items():
        _measure(shape)
        if name in examples.BODIES:
            shape["examples"] = [examples.BODIES[name]]
    components["ErrorBody"]["properties"]["code"] = {"type": "string", "enum": list(errors.codes())}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "callcenter", "version": version, "description": INFO, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "responses": {f"Refused{status}": _refusal(status) for status in sorted(set().union(*map(_statuses, routes)))},
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "session", "description": SIGNED_IN}},
        },
    }


def _measure(shape: dict[str, Any]) -> None:
    """Says of times and lengths what their names say."""
    for name, value in shape.get("properties", {}).items():
        told = TIME if name.endswith("_at") or name in ("at", "now", "since") else LENGTH if name.endswith("_ms") else None
        for one in value.get("anyOf", [value]) if told else ():
            if one.get("type") == "integer":
                one |= told or {}


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "tags": [route.path.split("/")[1].split(".")[0]],
        "parameters": _path_parameters(route) + _query_parameters(route) + _header_parameters(route),
        "responses": _responses(route),
        "security": [] if route.roles is None else [{"session": []}],
        "x-roles": sorted(route.roles or ()),
    }
    if route.upload:
        file = {"schema": {"type": "string", "format": "binary"}}
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": file}}
    if route.request is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(route.request)}}}
    return operation


def _responses(route: Route) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done."}
    if route.answer is not None:
        done["content"] = {route.media: {"schema": _ref(route.answer)}}
    elif route.media != "application/json":
        binary = not route.media.startswith("text/")
        done["content"] = {route.media: {"schema": {"type": "string"} | ({"format": "binary"} if binary else {})}}
    if route.makes is not None:
        done["headers"] = {REPLAYED: {"description": "true: the answer of the first attempt.", "schema": {"const": "true"}}}
    responses = {str(int(route.status)): done}
    if HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE in route.refusals:
        responses["206"] = done | {"description": "The part that was asked for."}
    return responses | {str(status): {"$ref": f"#/components/responses/Refused{status}"} for status in _statuses(route)}


def _statuses(route: Route) -> list[int]:
    """Those of the errors that it may answer with."""
    found = {400, 404, 500, 503} | set(map(int, route.refusals))
    if route.roles is not None:
        found |= {401, 403}
    if route.method != "GET":
        found.add(403)  # wrong_origin
    if route.request is not None or route.method != "GET":
        found.add(413)
    if route.request is not None:
        found.add(415)
    if route.makes is not None:
        found |= {409, 422}
    return sorted(found)


def _refusal(status: int) -> dict[str, Any]:
    codes = errors.codes(status)
    shape = {"allOf": [_ref(ErrorBody), {"properties": {"code": {"enum": list(codes)}}}]}
    example = {"value": examples.error(codes[0])}
    answer: dict[str, Any] = {
        "description": "Refused: " + ", ".join(codes) + ".",
        "content": {"application/json": {"schema": shape, "examples": {codes[0]: example}}},
    }
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        answer["headers"] = {"Retry-After": WAIT | {"required": True}}
    return answer


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    number = {"type": "integer", "minimum": 1, "maximum": LARGEST_NUMBER}
    word = {"type": "string", "minLength": 1, "maxLength": 200}
    return [
        {"name": name, "in": "path", "required": True, "schema": number if name in NUMBERED else word}
        for name in re.findall(r"{(\w+)}", route.path)
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    _, components = msgspec.json.schema_components([route.query], ref_template=REF)
    shape = components[route.query.__name__]
    required = set(shape.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _plain(schema, components)}
        for name, schema in shape["properties"].items()
    ]


def _plain(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is not given is left out: there is no null in a query. Lists of words stand where they are used."""
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    assert len(kinds) == 1, "a parameter is of one kind"
    [kind] = kinds
    return dict(components[kind["$ref"].rsplit("/", 1)[1]] if "$ref" in kind else kind)


def _header_parameters(route: Route) -> list[dict[str, Any]]:
    if route.makes is None:
        return []
    about = "New for each thing to create, and the same when the request is repeated: kept for 24 hours."
    shape = {"type": "string", "pattern": KEY_FORM}
    return [{"name": HEADER, "in": "header", "required": False, "description": about, "schema": shape, "example": examples.KEY}]


def _operation_id(route: Route) -> str:
    words = [word for word in re.split(r"[/{}.]+", route.path) if word]
    return "_".join([route.method.lower(), *words]).replace("-", "_")


def _ref(kind: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": REF.format(name=kind.__name__)}
