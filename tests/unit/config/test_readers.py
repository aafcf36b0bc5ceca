"""Durations, shares and whole numbers as authors write them."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config.readers import DURATION, LONGEST_MS, SHARE, Reader, show_duration, whole
from config.yaml import Place, Sheet


def read(reader: Reader[Any], written: str) -> Any:
    """What a reader makes of a value, None when it refuses."""
    sheet = Sheet()
    node = yaml.compose(f'"{written}"')
    assert node is not None
    place = Place(sheet, "a.yaml", node, "x")
    value = reader(place)
    return None if sheet.mistakes else value


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("20s", 20_000),
        ("3m", 180_000),
        ("1500ms", 1_500),
        ("4h", 14_400_000),
        ("1m30s", 90_000),
        ("1.5s", 1_500),
        ("0s", 0),
        ("2 m", 120_000),
    ],
)
def test_durations(written, ms):
    assert read(DURATION, written) == ms


@pytest.mark.parametrize("written", ["", "20", "s", "20 seconds", "-3s", "1d", "1e3s", "٣s", "3s ago", "169h"])
def test_what_is_no_duration(written):
    assert read(DURATION, written) is None


@given(st.integers(0, LONGEST_MS))
def test_a_duration_is_shown_as_it_may_be_written(ms):
    assert read(DURATION, show_duration(ms)) == ms


@pytest.mark.parametrize(("written", "share"), [("0.8", 0.8), ("80%", 0.8), ("0", 0.0), ("1", 1.0), ("2.5 %", 0.025)])
def test_shares(written, share):
    assert read(SHARE, written) == pytest.approx(share)


@pytest.mark.parametrize("written", ["80", "101%", "-1%", "most", "nan", "0,8"])
def test_what_is_no_share(written):
    assert read(SHARE, written) is None


@pytest.mark.parametrize(("written", "value"), [("1", 1), ("5", 5), ("0", None), ("6", None), ("1.5", None), ("0x3", None)])
def test_whole_numbers_have_bounds(written, value):
    assert read(whole(1, 5), written) == value
