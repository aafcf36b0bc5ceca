"""Numbers from few pieces, in both languages."""

import pytest

from callcenter.kernel.flow import SayNumber, SayPrompt
from callcenter.kernel.ids import PromptId
from callcenter.telephony.spoken import number_pieces, pieces


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0, "0", "0"),
        (7, "7", "7"),
        (10, "10", "10"),
        (12, "12", "10 2"),
        (20, "20", "2 10"),
        (42, "40 2", "4 10 2"),
        (100, "1 hundred", "1 hundred"),
        (105, "1 hundred 5", "1 hundred 0 5"),
        (110, "1 hundred 10", "1 hundred 1 10"),
        (342, "3 hundred 40 2", "3 hundred 4 10 2"),
        (999, "9 hundred 90 9", "9 hundred 9 10 9"),
    ],
)
def test_a_number_is_said_as_people_say_it(value: int, english: str, chinese: str):
    assert pieces(SayNumber(value), "en") == tuple(f"number-{part}" for part in english.split())
    assert pieces(SayNumber(value), "zh") == tuple(f"number-{part}" for part in chinese.split())


def test_every_piece_is_among_those_that_are_made():
    for language in ("en", "zh"):
        made = set(number_pieces(language))
        assert {part for value in range(1000) for part in pieces(SayNumber(value), language)} == made


@pytest.mark.parametrize("value", [-1, 1000])
def test_other_numbers_are_refused(value: int):
    with pytest.raises(ValueError, match="0 to 999"):
        pieces(SayNumber(value), "en")


def test_a_prompt_is_its_own_piece():
    assert pieces(SayPrompt(PromptId("greeting")), "zh") == ("greeting",)
