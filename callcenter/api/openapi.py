"""The OpenAPI document, generated from the route table and the Structs. Nothing about a route is written here."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from callcenter.api.errors import STATUS
from callcenter.api.route import PREFIX, Route
from callcenter.api.schemas.common import ErrorBody

REF = "#/components/schemas/{name}"
NUMBERED = frozenset({"contact", "account"})
"""Path parameters that are whole numbers."""


def document(routes: Sequence[Route], version: str) -> dict[str, Any]:
    """The whole document, as plain JSON values."""
    kinds: dict[str, type[msgspec.Struct]] = {"ErrorBody": ErrorBody}
    for route in routes:
        for kind in (route.request, route.answer):
            if kind is not None:
                kinds[kind.__name__] = kind
    _, components = msgspec.json.schema_components(list(kinds.values()), ref_template=REF)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(PREFIX + route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "callcenter",
            "version": version,
            "description": "Live values come over the WebSocket at /api/v1/ws; docs/api.md describes its messages.",
        },
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "session"}},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "tags": [route.path.split("/")[1].split(".")[0]],
        "parameters": _path_parameters(route) + _query_parameters(route),
        "responses": _responses(route),
        "security": [] if route.roles is None else [{"session": []}],
        "x-roles": sorted(route.roles or ()),
    }
    if route.request is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(route.request)}}}
    return operation


def _responses(route: Route) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done."}
    if route.answer is not None:
        done["content"] = {route.media: {"schema": _ref(route.answer)}}
    elif route.media != "application/json":
        done["content"] = {route.media: {}}
    responses = {str(int(route.status)): done}
    for status in sorted({400, 403, 404, 500, 503} | ({401} if route.roles else set()) | set(route.refusals)):
        codes = ", ".join(code for code, number in STATUS.items() if number == status)
        responses[str(status)] = {
            "description": f"Refused: {codes}." if codes else "Refused.",
            "content": {"application/json": {"schema": _ref(ErrorBody)}},
        }
    return responses


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer" if name in NUMBERED else "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    if route.query is None:
        return []
    _, components = msgspec.json.schema_components([route.query], ref_template=REF)
    shape = components[route.query.__name__]
    required = set(shape.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in shape["properties"].items()
    ]


def _operation_id(route: Route) -> str:
    words = [word for word in re.split(r"[/{}.]+", route.path) if word]
    return "_".join([route.method.lower(), *words]).replace("-", "_")


def _ref(kind: type[msgspec.Struct]) -> dict[str, str]:
    return {"$ref": REF.format(name=kind.__name__)}
