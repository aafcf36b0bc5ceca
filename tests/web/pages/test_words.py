"""Every code of the service that a page puts into words has words: what has none would be shown as it is, in English."""

import ast
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import get_args

import pytest

import callcenter.hub
from callcenter.api.schemas import common, live
from callcenter.api.schemas import webhooks as hooks
from callcenter.hub import transfers
from callcenter.kernel.words import CallEnd, Cause, Match, NotReady, OfferEnd
from callcenter.store.audit import Action
from reporting.call_record import EntryEnd
from tests.web.pages.words import Words

REASONS = {"connect_failed", "failed", "ConnectFailed", "TransferFailed"}
"""What the hub calls with a reason that an agent is told, in the story of a call."""
LEAVES = {"leave", "finish", "AgentLeft"}
NO_WORDS = {"wrap_up_over", "line_restored"}
"""Notices that are seen without words."""


def values(kind: object) -> Iterable[str]:
    """Of an enumeration, a Literal, or a union of those."""
    if isinstance(kind, type):
        return [each.value for each in kind] if issubclass(kind, StrEnum) else []
    return [each for part in get_args(kind) for each in ([part] if isinstance(part, str) else values(part))]


@pytest.mark.parametrize(
    ("prefix", "kind"),
    [
        ("end", CallEnd),
        ("end", EntryEnd),
        ("code", Cause),
        ("code", OfferEnd),
        ("aside", NotReady),
        ("match", Match),
        ("lookUp", live.LookUp),
        ("state", live.AgentState),
        ("role", common.Role),
        ("audit", Action),
        ("delivery", hooks.DeliveryState),
        ("fault", hooks.DeliveryBody.__annotations__["last_error"]),
        ("kind", hooks.Kind),
    ],
)
def test_codes_have_words_in_both_languages(prefix: str, kind: object):
    codes = list(values(kind))
    assert codes
    assert [f"{prefix}.{code}" for code in codes if f"{prefix}.{code}" not in Words.pairs] == []


def reasons(functions: set[str], keyword: str) -> set[str]:
    """Every string that the hub gives as a reason to one of these."""
    found: set[str] = set()
    for file in sorted(Path(callcenter.hub.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and _name(node.func) in functions and _of_a_call(node.func):
                given = [*node.args, *(each.value for each in node.keywords if each.arg == keyword)]
                found.update(_strings(given))
    return found


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def _of_a_call(function: ast.expr) -> bool:
    """Recordings fail too, and nobody is told in words."""
    return not (isinstance(function, ast.Attribute) and ast.unparse(function.value) == "recordings")


def _strings(given: Iterable[ast.expr]) -> Iterator[str]:
    for each in given:
        for node in ast.walk(each):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_every_reason_of_the_hub_that_an_agent_is_told_has_words():
    codes = reasons(REASONS, "why") | set(transfers._WHY.values())
    assert {"too_slow", "bridge_lost", "agent_left", "caller_left", "device_error"} <= codes
    assert {code for code in codes if f"code.{code}" not in Words.pairs} == set()
    kinds = set(values(live.Notice.__annotations__["kind"])) - NO_WORDS
    assert {kind for kind in kinds if f"notice.{kind}" not in Words.pairs} == set()


def test_every_way_to_leave_a_call_has_words():
    codes = reasons(LEAVES, "why")
    assert {"transferred", "caller_hung_up", "agent_hung_up"} <= codes
    assert {code for code in codes if f"end.{code}" not in Words.pairs} == set()
