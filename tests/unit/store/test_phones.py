"""One number, however it is written, is read as one number; and what is no number is not taken for one."""

import random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.store.phones import Phone, read_phone

WASHINGTON = Phone(e164="+12025550143", last9="025550143", last7="5550143")
LONDON = Phone(e164="+442079460018", last9="079460018", last7="9460018")
BEIJING = Phone(e164="+861065529988", last9="065529988", last7="5529988")


@pytest.mark.parametrize(
    "written",
    [
        "+12025550143", "+1 (202) 555-0143", "2025550143", "202-555-0143", "(202) 555 0143", "1 202 555 0143", "12025550143",
        "0012025550143", "011 1 202 555 0143", "202.555.0143 ext. 12", "tel:+1-202-555-0143", " 202 555 0143 ",
        "２０２５５５０１４３",
    ],
)  # fmt: skip
def test_an_american_number_in_any_form(written: str):
    assert read_phone(written, "US") == WASHINGTON


@pytest.mark.parametrize("written", ["+44 20 7946 0018", "0044 20 7946 0018", "442079460018", "011442079460018"])
def test_a_foreign_number_keeps_its_country(written: str):
    assert read_phone(written, "US") == LONDON


def test_the_region_reads_national_forms():
    assert read_phone("020 7946 0018", "GB") == LONDON
    assert read_phone("010 6552 9988", "CN") == BEIJING
    assert read_phone("020 7946 0018", "US").e164 != LONDON.e164


@pytest.mark.parametrize("written", ["", "anonymous", "12", "+", "unknown 1"])
def test_what_is_no_number_has_nothing_to_match_by(written: str):
    assert not read_phone(written, "US").readable


def test_a_short_number_has_no_tails():
    assert read_phone("5550143", "US") == Phone(e164=None, last9=None, last7="5550143")
    assert read_phone("911", "US").last7 is None


@given(st.text(max_size=40), st.sampled_from(["US", "GB", "CN", "DE"]))
def test_any_text_is_read_without_error_and_tails_are_tails(written: str, region: str):
    phone = read_phone(written, region)
    if phone.last9 is not None:
        assert phone.last7 == phone.last9[-7:]
        assert phone.last9.isascii()
        assert phone.last9.isdigit()
    if phone.e164 is not None and phone.last7 is not None:
        assert phone.e164.endswith(phone.last7)


@given(st.integers(2_000_000_000, 9_999_999_999), st.sampled_from(["US", "GB", "CN"]))
def test_what_was_read_is_read_the_same_again(number: int, region: str):
    phone = read_phone(str(number), region)
    if phone.e164 is not None:
        assert read_phone(phone.e164, region) == phone


def test_area_and_exchange_tell_everything_of_a_north_american_number():
    """What lists of numbers rest on: the last four digits change neither the region nor the kind."""
    draw = random.Random(1)
    for _ in range(1_500):
        first = f"{draw.randrange(200, 1000)}{draw.randrange(200, 1000)}"
        told = {
            (phonenumbers.region_code_for_number(number), phonenumbers.number_type(number))
            for last in ("0000", "2222", "9999", f"{draw.randrange(10_000):04}")
            for number in [phonenumbers.parse(f"+1{first}{last}")]
        }
        assert len(told) == 1, first
