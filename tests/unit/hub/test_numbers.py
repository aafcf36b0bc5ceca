"""Which numbers may be dialed, in every form in which somebody may write them, and which callers have no number."""

import pytest

from callcenter.hub import numbers
from callcenter.hub.checkpoint import dump
from callcenter.kernel import events as e
from callcenter.kernel.center import Outside
from callcenter.kernel.errors import Refused
from tests.unit.hub.story import Story

US = Outside()
GB = Outside(region="GB", countries=("GB",), emergency=())
CN = Outside(region="CN", countries=("CN",), emergency=())


def refusal(written: str, outside: Outside) -> str:
    with pytest.raises(Refused) as refused:
        numbers.dialable(written, outside)
    return refused.value.code


@pytest.mark.parametrize(
    ("written", "outside", "dialed"),
    [
        ("(212) 555-0123", US, "+12125550123"),
        ("+1 555 555 0100", US, "+15555550100"),  # no area has it, so nobody else's area does
        ("+1 800 555 0100", US, "+18005550100"),
        ("416 555 0100", Outside(countries=("US", "CA")), "+14165550100"),
        ("+1 876 555 0100", Outside(countries=("US", "JM")), "+18765550100"),
        ("020 7946 0000", GB, "+442079460000"),
        ("0999 8123456", CN, "+869998123456"),  # an area, whose code is an emergency number when it stands alone
    ],
)
def test_what_may_be_dialed_is_dialed_in_full(written: str, outside: Outside, dialed: str):
    assert numbers.dialable(written, outside) == dialed


@pytest.mark.parametrize(
    ("written", "outside"),
    [
        ("+1 876 555 0100", US),  # Jamaica
        ("876 555 0100", US),
        ("+1 242 555 0100", US),  # the Bahamas, a number that nobody can have
        ("+1 416 555 0100", US),  # Canada
        ("+44 7781 123456", GB),  # Guernsey
        ("+7 701 123 4567", Outside(countries=("RU",))),  # Kazakhstan
        ("+1 555 555 0100", Outside(countries=("CA",))),
        ("+979 123456789", US),  # of no country: international premium rate
        ("+870 773 123456", US),  # of no country: satellites
    ],
)
def test_a_shared_country_code_is_not_the_country(written: str, outside: Outside):
    assert refusal(written, outside) == "country_not_allowed"


@pytest.mark.parametrize(
    ("written", "outside"),
    [
        ("+1 900 555 1234", US),  # premium rate
        ("1-900-555-1234", US),
        ("+44 871 234 5678", GB),  # premium rate
        ("+44 55 1234 5678", GB),  # one number for a whole company
        ("+44 70 0123 4567", GB),  # follows a person anywhere
        ("+49 180 1 123456", Outside(countries=("DE",))),  # shared cost
    ],
)
def test_numbers_that_cost_more_are_refused_in_an_allowed_country(written: str, outside: Outside):
    assert refusal(written, outside) == "costly_number"


@pytest.mark.parametrize("written", ["5550100", "0011911", "+1 555 0100", "12", "abc", "+4420", "1911", ""])
def test_a_number_that_is_not_whole_is_refused(written: str):
    assert refusal(written, US) == "invalid_number"


@pytest.mark.parametrize(
    ("written", "outside"),
    [
        *((written, US) for written in (
            "911", "9-1-1", "+1 911", "+911", "tel:911", "９１１", "911 ext 5", "112", "00911", "911 555 0100",
        )),
        ("999", GB),  # not on the center's list: every country's own are known
        ("+44 999", US),
        ("110", CN),
        ("003", Outside(region="UZ", countries=("UZ",), emergency=())),  # begins as a call abroad does
        ("+86 120", CN),
        ("+49 110", Outside(countries=("DE",), emergency=())),  # a number of possible length
    ],
)  # fmt: skip
def test_an_emergency_number_is_refused_in_every_form(written: str, outside: Outside):
    assert refusal(written, outside) == "emergency_number"


@pytest.mark.parametrize("written", ["anonymous", "Restricted", "unknown", "Unavailable", "", " ", "+", "-", "0", "000", "*#"])
def test_a_caller_without_a_number_is_withheld_and_leaves_no_row(story: Story, written: str):
    call = story.calls(written)
    assert story.call(call).party is None
    assert story.last(e.CallArrived).caller is None
    assert [row.value for row in story.personal if row.kind == "number"][1:] == ["+15555550100"], "only what was dialed"
    assert story.all(e.ContactsAsked) == []
    assert dump(story.hub.state)


@pytest.mark.parametrize(
    ("written", "kept"), [("2125550123", "+12125550123"), ("1234", "1234"), ("alice7", "alice7"), ("00441", "00441")]
)
def test_a_caller_with_any_digits_keeps_them(written: str, kept: str):
    assert numbers.normal(written, "US") == kept
