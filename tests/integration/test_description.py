"""Our requests and events, held against Asterisk's own description of ARI (rest-api/*.json of the package that runs here)."""

import inspect
import json
import re
import types
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest

from callcenter.telephony.asterisk import events, requests
from callcenter.telephony.asterisk.requests import Request
from tests.integration.pbx import chroot_folder


@cache
def resource(name: str) -> Any:
    return json.loads((chroot_folder() / "usr/share/asterisk/rest-api" / f"{name}.json").read_text())


@cache
def models() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name in "events channels bridges playbacks recordings applications asterisk endpoints deviceStates".split():
        found.update(resource(name).get("models", {}))
    return found


def makers() -> list[Callable[..., Request]]:
    return [
        value
        for name, value in vars(requests).items()
        if inspect.isfunction(value) and value.__module__ == requests.__name__ and not name.startswith("_")
    ]


def example(hint: Any) -> list[Any]:
    """Every value worth trying for a parameter of this type."""
    if hint is str:
        return ["abc"]
    if hint is int:
        return [7]
    if get_origin(hint) is Literal:
        return list(get_args(hint))
    if get_origin(hint) in (Union, types.UnionType):
        return [value for part in get_args(hint) if part is not type(None) for value in example(part)]
    if get_origin(hint) in (Sequence, list):
        return [["abc", "def"]]
    if get_origin(hint) in (Mapping, dict):
        return [{"name": "value"}]
    raise AssertionError(f"no example for {hint}")


def calls(maker: Callable[..., Request]) -> list[Request]:
    """The request with each parameter at each of its values, all others at their first."""
    hints = get_type_hints(maker)
    hints.pop("return")
    values = {name: example(hint) for name, hint in hints.items()}
    first = {name: found[0] for name, found in values.items()}
    return [maker(**first)] + [maker(**first | {name: value}) for name, found in values.items() for value in found[1:]]


def operation(name: str) -> tuple[str, dict[str, Any]]:
    file, nickname = name.split(".")
    for api in resource(file)["apis"]:
        for described in api["operations"]:
            if described["nickname"] == nickname:
                return api["path"], described
    raise AssertionError(f"{name} is not in the description")


def test_there_are_requests_to_check():
    assert len(makers()) > 30


@pytest.mark.parametrize("maker", makers(), ids=lambda maker: maker.__name__)
def test_request_is_as_described(maker: Callable[..., Request]):
    for request in calls(maker):
        path, described = operation(request.operation)
        assert request.method == described["httpMethod"]
        assert re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.path), f"{request.path} is not {path}"
        parameters = {one["name"]: one for one in described.get("parameters", [])}
        for name, value in request.query:
            assert name in parameters, f"{name} is not a parameter of {request.operation}"
            one = parameters[name]
            assert one["paramType"] == "query"
            if one["dataType"] in ("int", "long"):
                assert value.lstrip("-").isdigit()
            elif one["dataType"] == "boolean":
                assert value in ("true", "false")
            allowed = (one.get("allowableValues") or {}).get("values")
            assert not allowed or value in allowed, f"{value} is not allowed for {name}"
        for name, one in parameters.items():
            if one.get("required") and one["paramType"] == "query":
                assert name in dict(request.query), f"{request.operation} needs {name}"
            if one.get("required") and one["paramType"] == "body":
                assert request.body
        if request.body:
            json.loads(request.body)
            assert any(one["paramType"] == "body" for one in parameters.values())


def test_an_id_cannot_leave_its_place_in_the_path():
    assert requests.hang_up("../x/y?z").path == "/channels/..%2Fx%2Fy%3Fz"


# -- events -----------------------------------------------------------------------------------------------------------------


def properties(model: str) -> dict[str, Any]:
    """A model's own properties and those of what it extends."""
    found: dict[str, Any] = {}
    for name, described in models().items():
        if model in described.get("subTypes", []):
            found |= properties(name)
    own: dict[str, Any] = models()[model]["properties"]
    return found | own


STRUCTS = [
    value
    for value in vars(events).values()
    if isinstance(value, type)
    and issubclass(value, msgspec.Struct)
    and value.__module__ == events.__name__
    and value not in (events.Event, events.Unknown, events._Typed)
]


def fits(hint: Any, described: str) -> bool:
    if get_origin(hint) in (Union, types.UnionType):
        return any(fits(part, described) for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is list:
        return described == f"List[{getattr(get_args(hint)[0], '__name__', '')}]".replace("[str]", "[string]")
    if get_origin(hint) is dict:
        return described == "object"
    names = {str: ("string", "Date"), int: ("int", "long"), bool: ("boolean",), float: ("double",)}
    return described in names.get(hint, (getattr(hint, "__name__", ""),))


def test_there_are_events_to_check():
    assert len(STRUCTS) > 25


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_event_is_as_described(struct: type[msgspec.Struct]):
    described = properties(struct.__name__)
    hints = get_type_hints(struct)
    for field in msgspec.structs.fields(struct):
        assert field.encode_name in described, f"{struct.__name__} has no {field.encode_name}"
        one = described[field.encode_name]
        assert fits(hints[field.name], one["type"]), f"{field.name} is {one['type']}"
        if not one.get("required"):
            assert not field.required, f"Asterisk may leave {field.name} out: it needs a default"


def test_the_filter_lets_through_what_we_use_and_the_answers_to_our_requests():
    assert set(events.ALLOWED) <= set(models())
    assert "RESTResponse" in events.ALLOWED
