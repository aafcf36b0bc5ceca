"""Writes docs/webhooks.md from the public vocabulary: `python -m tests.architecture.webhooks_handbook`."""

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import msgspec

from callcenter.webhooks import signing
from callcenter.webhooks.post import MOST_READ, TIMEOUT_S
from callcenter.webhooks.vocabulary import (
    EVENTS,
    AgentEvent,
    AgentFacts,
    AnyPublicEvent,
    CallEvent,
    CallFacts,
    Customer,
    PublicEvent,
)
from tests.architecture.prose import described

DOCUMENT = Path(__file__).parents[2] / "docs" / "webhooks.md"
TEXT = Path(__file__).with_name("webhooks.md.in")
MARK = "@KINDS@"


def document() -> str:
    text = TEXT.read_text().replace("@WINDOW_S@", str(signing.REPLAY_WINDOW_S)).replace("@HEADER@", signing.HEADER)
    text = text.replace("@TIMEOUT_S@", f"{TIMEOUT_S:g}").replace("@MOST_READ@", str(MOST_READ))
    return text.replace(MARK, "\n".join(_kinds()))


def _kinds() -> Iterator[str]:
    yield "Every event has:\n"
    yield from _fields(PublicEvent, ("kind", "One of the words below.", "text"))
    for facts, field in ((CallFacts, "call"), (Customer, "call.customer"), (AgentFacts, "agent")):
        yield f"\n### `{field}`\n\n{facts.__doc__}\n"
        yield from _fields(facts)
    for kind, struct in EVENTS.items():
        also = " Has `call`." if issubclass(struct, CallEvent) else " Has `agent`." if issubclass(struct, AgentEvent) else ""
        yield f"\n### {kind}\n\n{struct.__doc__}{also}\n"
        own = [name for name in struct.__struct_fields__ if name in inspect.get_annotations(struct)]
        if own:
            yield from _fields(struct, only=own)
            yield ""
        yield f"```json\n{json.dumps(example(kind), ensure_ascii=False)}\n```"


def _fields(struct: type[msgspec.Struct], *first: tuple[str, str, str], only: list[str] | None = None) -> Iterator[str]:
    yield "| field | | |\n|---|---|---|"
    for name, about, kind in first:
        yield f"| `{name}` | {kind} | {about} |"
    notes = described(struct)
    for field in msgspec.structs.fields(struct):
        if only is None or field.name in only:
            yield f"| `{field.name}` | {_type(field.type)} | {notes.get(field.name, '')} |"


def _type(found: Any) -> str:
    parts = get_args(found)
    if get_origin(found) is Union or type(found).__name__ == "UnionType":
        return " or ".join("null" if part is type(None) else _type(part) for part in parts)
    if parts:
        return ", ".join(f"`{part}`" for part in parts)
    return {"str": "text", "int": "whole number", "bool": "true or false"}.get(found.__name__, f"`{found.__name__.lower()}`")


def example(kind: str) -> Any:
    """An event of this kind, made from its types: what it says is invented, that it is legal is not."""
    values = {field.name: _value(field.name, field.type) for field in msgspec.structs.fields(EVENTS[kind])}
    made = msgspec.convert(msgspec.to_builtins({"kind": kind, **values}), AnyPublicEvent)
    return msgspec.json.decode(msgspec.json.encode(made))


_INVENTED: dict[str, Any] = {
    "id": "1042.0", "version": 1, "at": 1_790_000_012_345, "position": 1042, "started_at": 1_790_000_000_000, "number": "main",
    "queue": "billing", "agent": "1001", "contact": 7, "since": 1_790_000_004_000, "priority": 0, "expires_at": 1_790_000_032_345,
    "until": 1_790_000_042_345, "offer": "oabcdefghijklmnopqrs", "who": "1001", "by": "1001", "to_agent": "1002", "code": "done",
    "recording": "rabcdefghijklmnopqrs", "duration_ms": 12_345, "cause": "normal", "why": "transferred", "reason": "break",
    "call": "cabcdefghijklmnopqrs", "reachable": True,
}  # fmt: skip


def _value(name: str, found: Any) -> Any:
    if found is CallFacts:
        return CallFacts(
            id="cabcdefghijklmnopqrs", direction="inbound", started_at=1_790_000_000_000, number="main", queue="billing",
            agent="1001", contact=7, customer=Customer(),
        )  # fmt: skip
    if found is AgentFacts:
        return AgentFacts(
            id="1001", presence="available", reason=None, set_aside=None, activity="talking", call="cabcdefghijklmnopqrs",
            reachable=True,
        )  # fmt: skip
    words = [word for word in get_args(found) if isinstance(word, str)]
    return words[0] if words else {"to": "1001"}.get(name, _INVENTED.get(name))


if __name__ == "__main__":
    DOCUMENT.write_text(document())
