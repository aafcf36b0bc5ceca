"""The model of single leads: learns what differs, says what it expects, tries what it does not know, forgets what changed."""

import msgspec
import pytest

from callcenter.kernel.dialing import NumberKind, Outcome
from dialer.pacing.answer_model import AnswerModel, Look

MOBILE, FIXED = (Look(hour=10, kind=kind) for kind in (NumberKind.MOBILE, NumberKind.FIXED))


def dial(model: AnswerModel, look: Look, share: float, count: int) -> None:
    owed = 0.0
    for _ in range(count):
        owed += share
        human = owed >= 1
        owed -= human
        model.resolved(look, human=human)


def test_before_the_first_dial_half_of_all_are_expected():
    assert AnswerModel().probability(MOBILE) == pytest.approx(0.5)


def test_kinds_are_told_apart():
    model = AnswerModel()
    for _ in range(60):
        dial(model, MOBILE, 0.5, 10)
        dial(model, FIXED, 0.12, 10)
    assert model.probability(MOBILE) == pytest.approx(0.5, abs=0.06)
    assert model.probability(FIXED) == pytest.approx(0.1, abs=0.04)


def test_what_is_alike_is_expected_alike():
    """Another hour of a kind that answers: between what is known of the kind and of everybody."""
    model = AnswerModel()
    for _ in range(60):
        dial(model, MOBILE, 0.6, 10)
        dial(model, FIXED, 0.1, 10)
    later = Look(hour=16, kind=NumberKind.MOBILE)
    assert model.probability(Look(hour=16, kind=NumberKind.FIXED)) < 0.3 < model.probability(later)


def test_the_history_counts():
    model = AnswerModel()
    busy, machine = (Look(hour=10, attempt=2, last=last) for last in (Outcome.BUSY, Outcome.MACHINE))
    for _ in range(50):
        dial(model, busy, 0.4, 10)
        dial(model, machine, 0.1, 10)
    assert model.probability(busy) > model.probability(machine) + 0.2


def test_what_is_unknown_is_worth_trying():
    model = AnswerModel()
    dial(model, MOBILE, 0.3, 400)
    gain = {look: model.rank(look) - model.probability(look) for look in (MOBILE, FIXED)}
    assert 0 < gain[MOBILE] < gain[FIXED]


def test_a_new_day_is_learned_anew():
    model = AnswerModel()
    dial(model, MOBILE, 0.1, 3_000)
    dial(model, MOBILE, 0.4, 400)
    assert model.probability(MOBILE) > 0.3


def test_bounded_and_serialisable():
    model = AnswerModel()
    for number in range(4_000):
        look = Look(
            hour=number % 24, weekday=number % 7, attempt=1 + number % 40, last=list(Outcome)[number % 11],
            kind=list(NumberKind)[number % 6], reached=number % 3 == 0,
        )  # fmt: skip
        model.resolved(look, human=number % 4 == 0)
    assert len(model.weights) < 150
    read = msgspec.json.decode(msgspec.json.encode(model), type=AnswerModel)
    assert read == model
    assert read.probability(MOBILE) == model.probability(MOBILE)
