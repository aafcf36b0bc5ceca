"""What a center's values must keep to among each other, whoever wrote them: a file, rows, a program."""

from typing import Any

import msgspec
import pytest

from callcenter.kernel.center import Center, HoursValues, Label, NumberValues, QueueValues, mistakes
from callcenter.kernel.flow import SayNumber, SayPrompt
from callcenter.kernel.ids import PromptId
from tests.unit.hub.story import DIALED, center, label


def changed(kind: str, which: str, **values: object) -> Center:
    """The usual center with one of its things changed."""
    return with_one(kind, which, msgspec.structs.replace(getattr(center(), kind)[which], **values))


def with_one(kind: str, which: str, thing: object) -> Center:
    """The usual center with this one beside the others, or in the place of one of them."""
    things: dict[Any, Any] = dict(getattr(center(), kind))
    things[which] = thing
    return center(**{kind: things})


def second_number(dialed: str) -> Center:
    other = NumberValues(id="other", dialed=dialed, label=label("Other"), flow="main")  # type: ignore[arg-type]
    return with_one("numbers", "other", other)


def test_the_usual_center_holds():
    assert list(mistakes(center())) == []


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (changed("queues", "billing", skill="cooking"), "queues.billing.skill"),
        (changed("queues", "billing", ring_ms=0), "queues.billing.ring_ms"),
        (changed("queues", "billing", wrap_up_hard_ms=1), "queues.billing.wrap_up_hard_ms"),
        (changed("agents", "ana", team="night"), "agents.ana.team"),
        (changed("agents", "ana", skills={"cooking": 3}), "agents.ana.skills.cooking"),
        (changed("agents", "ana", skills={"billing": 6}), "agents.ana.skills.billing"),
        (changed("numbers", "main", flow="none"), "numbers.main.flow"),
        (changed("numbers", "main", skills={"cooking": 1}), "numbers.main.skills.cooking"),
        (second_number(DIALED.lstrip("+")), "numbers.other.dialed"),
        (center(hours={"week": HoursValues(id="week", weekdays=())}), "hours.week"),  # type: ignore[arg-type]
        (center(default_queue="none"), "default_queue"),
        (center(default_queue=None), "default_queue"),
        (center(queues={}, default_queue=None), "queues"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_to_write(wrong: Center, path: str):
    (mistake,) = mistakes(wrong)
    assert mistake.path == path
    assert mistake.why
    assert mistake.instead


def test_a_number_is_found_with_or_without_its_plus_sign():
    for dialed in (DIALED, DIALED.lstrip("+")):
        found = center().number_dialed(dialed)
        assert found is not None
        assert found.id == "main"
    assert center().number_dialed("+15555550199") is None


def test_what_a_caller_hears_can_be_read():
    assert center().words(SayPrompt(PromptId("welcome"))) == label("The words of welcome")
    assert center().words(SayNumber(3)) == Label("3", "3")
    assert center().words(SayPrompt(PromptId("none"))) is None


def test_a_queue_without_a_skill_is_anybodys():
    anybody = QueueValues(id="any", label=label("Any"))  # type: ignore[arg-type]
    assert list(mistakes(with_one("queues", "any", anybody))) == []
