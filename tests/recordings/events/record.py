"""Examples of every event as it was written at some time: what stands in somebody's log must be read for ever.

`python -m tests.recordings.events.record` adds an example of each kind whose shape is new; it never changes one that is there.
A change that leaves the old examples readable with their old meaning (a new field with a default) needs no more. Any other needs
a new version in `kernel.codec.VERSIONS` and an upcaster from the old one.
"""

import hashlib
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import Struct, inspect

from callcenter.kernel import codec
from callcenter.kernel.events import AnyEvent

EXAMPLES = Path(__file__).parent / "examples.jsonl"
KINDS: dict[str, type[AnyEvent]] = {kind.__name__: kind for kind in get_args(AnyEvent)}


class Example(Struct, frozen=True):
    """One event as it was stored. `shape` tells two shapes of one version apart."""

    kind: str
    version: int
    shape: str
    payload: msgspec.Raw


def recorded() -> list[Example]:
    decoder = msgspec.json.Decoder(Example)
    return [decoder.decode(line) for line in EXAMPLES.read_bytes().splitlines()] if EXAMPLES.exists() else []


def shape(kind: type) -> str:
    """A word for the fields and types of an event, without what is said about them."""
    return hashlib.sha256(msgspec.json.encode(without_words(msgspec.json.schema(kind)), order="deterministic")).hexdigest()[:12]


def without_words(schema: Any) -> Any:
    """A schema without descriptions."""
    if isinstance(schema, dict):
        return {key: without_words(value) for key, value in schema.items() if key not in ("description", "title")}
    return [without_words(value) for value in schema] if isinstance(schema, list) else schema


def example(kind: inspect.Type) -> Any:
    """A value of this type in which nothing is left at its default: a field that is lost shows."""
    match kind:
        case inspect.StructType(fields=fields, tag=tag, tag_field=tag_field):
            values = {field.encode_name: example(field.type) for field in fields}
            return {tag_field: tag, **values} if tag_field else values
        case inspect.DataclassType(fields=fields):
            return {field.encode_name: example(field.type) for field in fields}
        case inspect.UnionType(types=types):
            return example(next(one for one in types if not isinstance(one, inspect.NoneType)))
        case inspect.EnumType(cls=cls):
            return list(cls)[-1].value
        case inspect.LiteralType(values=values):
            return values[-1]
        case inspect.DictType(key_type=key, value_type=value):
            return {example(key): example(value)}
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return [example(item)]
        case inspect.SetType(item_type=item) | inspect.FrozenSetType(item_type=item):
            return [example(item)]
        case inspect.TupleType(item_types=items):
            return [example(item) for item in items]
        case inspect.DateType():
            return "2026-11-01"
        case inspect.StrType():
            return "word"
        case inspect.BoolType():
            return True
        case inspect.IntType():
            return 7
        case inspect.FloatType():
            return 0.5
    raise NotImplementedError(f"no example of {kind}")


def main() -> None:
    there = {(one.kind, one.version, one.shape) for one in recorded()}
    with EXAMPLES.open("ab") as file:
        for name, kind in sorted(KINDS.items()):
            if (name, codec.version(name), shape(kind)) not in there:
                payload = msgspec.Raw(msgspec.json.encode(example(inspect.type_info(kind))))
                file.write(msgspec.json.encode(Example(name, codec.version(name), shape(kind), payload)) + b"\n")


if __name__ == "__main__":
    main()
