"""docs/webhooks.md is printed from the vocabulary, its examples are legal, and what it tells a receiver to do works."""

import re

import msgspec
import pytest

from callcenter.api.schemas import webhooks as w
from callcenter.webhooks import signing
from callcenter.webhooks.figures import FAULTS
from callcenter.webhooks.vocabulary import EVENTS, KINDS, AnyPublicEvent
from tests.architecture.webhooks_handbook import DOCUMENT, document


def test_the_document_is_not_stale():
    assert DOCUMENT.read_text() == document(), "run: python -m tests.architecture.webhooks_handbook"


def test_every_kind_has_an_example_that_is_legal():
    examples = re.findall(r"```json\n(.*?)\n```", DOCUMENT.read_text(), re.DOTALL)
    found = [msgspec.json.decode(text, type=AnyPublicEvent, strict=True) for text in examples]
    assert [str(one.__struct_config__.tag) for one in found] == list(EVENTS)


def test_the_words_of_the_api_are_those_of_the_vocabulary():
    kinds = msgspec.json.schema(w.Kinds)["items"]["enum"]
    assert sorted(kinds) == sorted(KINDS)
    assert all(f"| `{fault}` |" in DOCUMENT.read_text() for fault in FAULTS)
    schema = msgspec.json.schema(w.DeliveryBody)["$defs"]["DeliveryBody"]["properties"]["last_error"]
    assert {word for one in schema["anyOf"] for word in one.get("enum", [])} == set(FAULTS)


@pytest.fixture(scope="module")
def genuine():
    """The function that the document offers, as a reader would paste it."""
    (source,) = re.findall(r"```python\n(.*?)\n```", DOCUMENT.read_text(), re.DOTALL)
    room: dict[str, object] = {}
    exec(compile(source, str(DOCUMENT), "exec"), room)
    return room["genuine"]


def test_the_offered_check_takes_what_is_ours_and_nothing_else(genuine):
    new, old = signing.key(b"m" * 32, "new"), signing.key(b"m" * 32, "old")
    body, at = b'{"kind":"test"}', 1_790_000_000
    header = signing.signature([new, old], body, at)
    for known in ({"new": new.secret}, {"old": old.secret}, {"new": new.secret, "old": old.secret}):
        assert genuine(header, body, known, at + 10)
    assert not genuine(header, body, {"other": new.secret}, at)
    assert not genuine(header, body, {"new": "whsec_wrong"}, at)
    assert not genuine(header, body + b" ", {"new": new.secret}, at)
    assert not genuine(header.replace(f"t={at}", f"t={at + 1}"), body, {"new": new.secret}, at)
    assert not genuine(header, body, {"new": new.secret}, at + signing.REPLAY_WINDOW_S + 1), "sent again later"
    for broken in ("", "t=", "t=x,new=y", "new=abc", ",", "=" * 5):
        assert not genuine(broken, body, {"new": new.secret}, at)
