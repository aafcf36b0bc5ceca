"""Numbers as they are spoken, by what the prompts say when put together."""

import pytest

from callcenter.kernel.flow import SayNumber
from callcenter.media.numbers import number_texts
from callcenter.telephony.spoken import number_pieces, pieces

TEXTS = number_texts()


def said(value: int) -> tuple[str, str]:
    english = " ".join(TEXTS[prompt].en for prompt in pieces(SayNumber(value), "en"))
    return english, "".join(TEXTS[prompt].zh for prompt in pieces(SayNumber(value), "zh"))


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (0, "zero", "零"),
        (7, "seven", "七"),
        (10, "ten", "十"),
        (12, "twelve", "十二"),
        (20, "twenty", "二十"),
        (21, "twenty one", "二十一"),
        (40, "forty", "四十"),
        (99, "ninety nine", "九十九"),
        (100, "one hundred", "一百"),
        (105, "one hundred five", "一百零五"),
        (110, "one hundred ten", "一百一十"),
        (112, "one hundred twelve", "一百一十二"),
        (120, "one hundred twenty", "一百二十"),
        (121, "one hundred twenty one", "一百二十一"),
        (200, "two hundred", "二百"),
        (318, "three hundred eighteen", "三百一十八"),
        (909, "nine hundred nine", "九百零九"),
        (999, "nine hundred ninety nine", "九百九十九"),
    ],
)
def test_a_number_is_said_as_people_say_it(value, english, chinese):
    assert said(value) == (english, chinese)


def test_every_number_can_be_said_and_no_two_sound_the_same():
    sayings = [said(value) for value in range(1_000)]
    assert len({english for english, _ in sayings}) == 1_000
    assert len({chinese for _, chinese in sayings}) == 1_000


@pytest.mark.parametrize("value", [-1, 1_000])
def test_a_number_that_no_prompts_can_say_is_refused(value):
    with pytest.raises(ValueError, match="from 0 to 999"):
        pieces(SayNumber(value), "en")


def test_every_file_that_a_carrier_may_ask_for_is_made():
    assert {*number_pieces("en"), *number_pieces("zh")} <= set(TEXTS)
