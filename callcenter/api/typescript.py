"""The API's bodies and messages as TypeScript, printed from the Structs, so that pages and server cannot differ.

`python -m callcenter.api.typescript` prints the module. Nothing is decided here.
"""

import sys
from types import ModuleType
from typing import Any

import msgspec

from callcenter.api.schemas import (
    callbacks,
    calls,
    campaigns,
    center,
    common,
    customers,
    lists,
    live,
    session,
    statistics,
    users,
    webhooks,
    working,
)

MODULES: tuple[ModuleType, ...] = (
    common, session, users, calls, customers, statistics, center, live, webhooks, callbacks, campaigns, lists,
    working,
)  # fmt: skip
HEADER = "// Printed by `python -m callcenter.api.typescript` from callcenter/api/schemas. Do not edit.\n"
UNIONS = {
    "AnyClientMessage": ("Subscribe", "Unsubscribe"),
    "AnyServerMessage": ("Welcome", "Heartbeat", "Snapshot", "Delta", "Answer", "Failure"),
}
BASES = frozenset({"Body", "ClientMessage", "ServerMessage"})


def structs() -> dict[str, type[msgspec.Struct]]:
    """Every Struct of the schemas by its name, bases left out."""
    found: dict[str, type[msgspec.Struct]] = {}
    for module in MODULES:
        for name, value in vars(module).items():
            if isinstance(value, type) and issubclass(value, msgspec.Struct) and value.__module__ == module.__name__:
                assert name not in found, f"two Structs are called {name}"
                found[name] = value
    return {name: value for name, value in found.items() if name not in BASES}


def typescript_document() -> str:
    """The module's text."""
    named = structs()
    _, components = msgspec.json.schema_components(list(named.values()))
    blocks = [HEADER]
    for name in named:
        schema = components[name]
        required = set(schema.get("required", []))
        lines = [f"export interface {name} {{"]
        for field, shape in schema["properties"].items():
            lines.append(f"  {field}{'' if field in required else '?'}: {_type(shape)};")
        lines.append("}\n")
        blocks.append("\n".join(lines))
    for name, members in UNIONS.items():
        blocks.append(f"export type {name} = {' | '.join(members)};\n")
    return "\n".join(blocks)


def _type(shape: dict[str, Any]) -> str:
    match shape:
        case {"$ref": ref}:
            return str(ref).rsplit("/", 1)[1]
        case {"anyOf": options}:
            return " | ".join(_type(option) for option in options)
        case {"enum": values}:
            return " | ".join(msgspec.json.encode(value).decode() for value in values)
        case {"const": value}:
            return msgspec.json.encode(value).decode()
        case {"type": "array", "items": items}:
            inner = _type(items)
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        case {"type": "object", "additionalProperties": dict(inner)}:
            keys = shape.get("propertyNames", {}).get("enum")
            key = "string" if keys is None else " | ".join(msgspec.json.encode(value).decode() for value in keys)
            return f"Partial<Record<{key}, {_type(inner)}>>" if keys else f"Record<string, {_type(inner)}>"
        case {"type": "integer"} | {"type": "number"}:
            return "number"
        case {"type": "string"}:
            return "string"
        case {"type": "boolean"}:
            return "boolean"
        case {"type": "null"}:
            return "null"
    raise AssertionError(f"no TypeScript for {shape}")


if __name__ == "__main__":
    sys.stdout.write(typescript_document())
