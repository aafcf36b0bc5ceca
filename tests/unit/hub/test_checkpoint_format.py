"""What a checkpoint looks like is pinned: who changes the state's shape, or what folding means, raises FORMAT."""

import hashlib
from typing import Any

import msgspec

from callcenter.hub import checkpoint
from callcenter.hub.checkpoint import Saved, dump, load, named
from callcenter.kernel.ids import PersonalId
from tests.unit.hub.story import DIALED, Story

SHAPES = {
    1: "a63454b05657413b",
    2: "5a15487920921e6d",
    3: "2d8e8a13920386e3",
    4: "1a9d2feb2a59e868",
    5: "2d6bc0a36b325c6e",
    6: "255c33c0774603bf",
    7: "2ae7a9215ccc8659",
    8: "6ad24e844f9098dc",
    9: "4f0adfbfcc4d023c",
}
"""FORMAT -> the shape it had. A shape that is not here needs a new FORMAT: bytes of the old one would be read wrongly."""


def shape() -> str:
    return hashlib.sha256(msgspec.json.encode(without_words(msgspec.json.schema(Saved)), order="deterministic")).hexdigest()[:16]


def without_words(schema: Any) -> Any:
    """A schema without what is said about it."""
    if isinstance(schema, dict):
        return {key: without_words(value) for key, value in schema.items() if key not in ("description", "title")}
    return [without_words(value) for value in schema] if isinstance(schema, list) else schema


def test_another_shape_has_another_format():
    assert SHAPES[checkpoint.FORMAT] == shape(), "raise checkpoint.FORMAT and write the new shape down"


def test_no_personal_value_is_in_it(story: Story):
    story.network.call_in("+12125550123", DIALED)
    story.settles()
    saved = dump(story.hub.state)
    assert b"2125550123" not in saved
    assert {row.id for row in story.personal if row.value == "+12125550123"} <= named(saved)
    assert PersonalId("p-name-ana") in named(saved)
    assert load(saved).personal == {}
