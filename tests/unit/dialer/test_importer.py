"""Rows of a file become leads, or say why not: by plain calls, with the real reader of numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.kernel.dialing import NumberKind
from callcenter.store.lead_numbers import read_number
from dialer import columns
from dialer.columns import Column
from dialer.importer import LONGEST_CELL, MOST_NUMBERS, Importer, RefusedRow, Rules, country_of
from dialer.lead import Lead
from dialer.reasons import REASONS, words

HEADS = ["First name", "Last name", "Phone", "Mobile", "Country", "Time zone", "Language", "Salesperson", "Consent", "Segment"]
RULES = Rules(region="US", countries=frozenset(("US", "CN", "GB")), agents={"ana": "ana", "ana silva": "ana"})


def importer(heads: list[str] = HEADS, rules: Rules = RULES) -> Importer:
    return Importer(columns.guess(heads, []), rules, read_number)


def row(**cells: str) -> Lead | RefusedRow | None:
    """A row with these cells, by the words of the heads; a blank in a head is an underscore here."""
    return importer().row(7, values(**cells))


def values(**cells: str) -> list[str]:
    found = [cells.pop(head.replace(" ", "_"), "") for head in HEADS]
    assert not cells, "a cell without a column"
    return found


def lead(**cells: str) -> Lead:
    made = row(**cells)
    assert isinstance(made, Lead), made
    return made


def reason(**cells: str) -> str:
    made = row(**cells)
    assert isinstance(made, RefusedRow), made
    return made.reason


def test_a_whole_row():
    made = lead(
        First_name="Rosa", Last_name="Marin", Phone="(202) 555-0143", Mobile="+44 7400 123456", Country="United States",
        Time_zone="America/New_York", Language="English", Salesperson="Ana Silva", Consent="written", Segment="gold",
    )  # fmt: skip
    assert [number.e164 for number in made.numbers] == ["+12025550143", "+447400123456"]
    assert [number.label for number in made.numbers] == ["Phone", "Mobile"]
    assert [number.region for number in made.numbers] == ["US", "GB"]
    assert [number.kind for number in made.numbers] == [NumberKind.FIXED_OR_MOBILE, NumberKind.MOBILE]
    assert made.numbers[0].zones == ("America/New_York",)
    assert (made.name, made.country, made.zone, made.language) == ("Rosa Marin", "US", "America/New_York", "en")
    assert (made.agent, made.consent, made.extra, made.line) == ("ana", "written", {"Segment": "gold"}, 7)


@pytest.mark.parametrize(
    ("written", "e164"),
    [
        ("2025550143", "+12025550143"),
        ("2025550143.0", "+12025550143"),
        ("'+12025550143", "+12025550143"),
        ('="2025550143"', "+12025550143"),
        ("(202) 555-0143 ext. 12", "+12025550143"),
        ("001 202 555 0143", "+12025550143"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("２０２５５５０１４３", "+12025550143"),
    ],
)
def test_numbers_as_files_write_them(written: str, e164: str):
    assert [number.e164 for number in lead(Phone=written).numbers] == [e164]


def test_the_countrys_own_form_is_read_by_the_country_of_the_row():
    assert lead(Phone="138 0013 8000", Country="中国").numbers[0].e164 == "+8613800138000"
    assert lead(Phone="020 7946 0018", Country="gb").numbers[0].e164 == "+442079460018"


@pytest.mark.parametrize("name", ["US", "us", "USA", "United States", "美国"])
def test_countries_in_both_languages(name: str):
    assert country_of(name) == "US"


def test_several_numbers_in_one_cell_and_each_only_once():
    made = lead(Phone="202-555-0143 / 202-555-0144", Mobile="+1 202 555 0143")
    assert [number.e164 for number in made.numbers] == ["+12025550143", "+12025550144"]


def test_a_good_number_keeps_the_row_and_the_bad_one_is_counted():
    reading = importer()
    made = reading.row(1, ["Rosa", "", "n/a", "2025550143"])
    assert isinstance(made, Lead)
    assert [number.e164 for number in made.numbers] == ["+12025550143"]
    assert reading.left_out == 2, "n and a"


def test_more_numbers_than_a_lead_has():
    reading = importer(["Phone"])
    made = reading.row(1, ["/".join(f"202-555-01{number:02}" for number in range(MOST_NUMBERS + 3))])
    assert isinstance(made, Lead)
    assert (len(made.numbers), reading.left_out) == (MOST_NUMBERS, 3)


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"First_name": "Rosa"}, "no_number"),
        ({"Phone": "call me"}, "number_unreadable"),
        ({"Phone": "12"}, "number_unreadable"),
        ({"Phone": "1.38E+10"}, "number_rounded"),
        ({"Phone": "(111) 555-0143"}, "number_invalid"),
        ({"Phone": "+33 1 42 68 53 00"}, "country_not_allowed"),
        ({"Phone": "+1 900 555 0143"}, "costly_number"),
        ({"Phone": "2025550143", "Country": "Atlantis"}, "unknown_country"),
        ({"Phone": "2025550143", "Time_zone": "Mars/Olympus"}, "unknown_zone"),
        ({"Phone": "2025550143", "Time_zone": "../../etc/passwd"}, "unknown_zone"),
        ({"Phone": "2025550143", "Salesperson": "Zoe"}, "unknown_agent"),
        ({"Phone": "2025550143", "First_name": '=HYPERLINK("http://example.org")'}, "formula"),
        ({"Phone": "=1+1"}, "formula"),
        ({"Phone": "2025550143", "Segment": "+cmd|' /C calc'!A0"}, "formula"),
        ({"Phone": "2025550143", "First_name": "x" * (LONGEST_CELL + 1)}, "cell_too_long"),
    ],
)
def test_why_a_row_is_refused(cells: dict[str, str], why: str):
    assert reason(**cells) == why
    assert words(why, "en") != words(why, "zh")


def test_a_refused_row_keeps_its_cells():
    made = importer(["Name", "Phone"]).row(3, ["Rosa", "none"])
    assert made == RefusedRow(line=3, cells=("Rosa", "none"), reason="number_unreadable")


def test_more_cells_than_columns():
    made = importer(["Name", "Phone"]).row(3, ["Marin", " Rosa", "2025550143"])
    assert isinstance(made, RefusedRow)
    assert made.reason == "too_many_cells"


def test_what_is_no_formula():
    assert lead(Phone="2025550143", First_name="-", Segment="+1 (202) 555-0143").extra == {"Segment": "+1 (202) 555-0143"}


def test_an_empty_row_is_nothing():
    assert row() is None
    assert importer().row(1, ["", "  "]) is None


def test_chinese_names_begin_with_the_family_name():
    assert lead(First_name="小明", Last_name="王", Phone="2025550143").name == "王小明"


def test_no_country_list_means_any_country():
    anywhere = Rules(region="US")
    assert isinstance(importer(rules=anywhere).row(1, values(Phone="+33 1 42 68 53 00")), Lead)


@given(st.lists(st.text(max_size=40), max_size=12))
def test_no_row_breaks_it(cells: list[str]):
    """Whatever stands in a file: a lead with a number, a reason with words, or nothing."""
    made = importer().row(1, cells)
    if isinstance(made, Lead):
        assert all(number.e164.startswith("+") for number in made.numbers)
        assert made.numbers
    elif made is not None:
        assert made.reason in REASONS


# -- columns ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ("First Name", "first_name"), ("LAST_NAME", "last_name"), ("姓名", "name"), ("手机号码", "phone"), ("Phone 2", "phone"),
        ("电话3", "phone"), ("Mobile (private)", "phone"), ("Phone type", None), ("E-Mail", "email"), ("公司名称", "company"),
        ("ZIP", "postal_code"), ("邮编", "postal_code"), ("城市", "city"), ("省份", "state"), ("国家", "country"),
        ("Time-Zone", "zone"), ("时区", "zone"), ("语言", "language"), ("业务员", "agent"), ("Sales person", "agent"),
        ("Customer ID", "external_id"), ("备注", "note"), ("Shoe size", None),
    ],
)  # fmt: skip
def test_heads_in_two_languages(head: str, field: str | None):
    assert columns.field_of(head) == field


def test_the_first_of_two_names_is_the_name():
    found = columns.guess(["Name", "Contact name", "Phone"], [])
    assert [column.field for column in found] == ["name", "extra", "phone"]


def test_heads_below_a_title():
    rows = [["Customers of spring"], [], ["Name", "Phone"], ["Rosa", "2025550143"]]
    assert columns.find_header(rows) == 2


def test_heads_that_nobody_knows():
    assert columns.find_header([["Who", "Reach"], ["Ann", "2025550143"]]) == 0
    assert columns.find_header([["A list"], ["Ann", "2025550143"]]) is None


def test_no_heads():
    rows = [["Rosa Marin", "rosa@example.com", "(202) 555-0143"], ["Li Na", "li@example.com", "(202) 555-0144"]]
    assert columns.find_header(rows) is None
    assert [column.field for column in columns.guess(None, rows)] == ["name", "email", "phone"]
    assert columns.guess(None, rows)[2].head == "Column 3"


def test_an_unknown_head_over_numbers_is_a_phone():
    found = columns.guess(["Who", "Reach"], [["Rosa", "202-555-0143"], ["Li", "202-555-0144"]])
    assert [column.field for column in found] == ["extra", "phone"]


def test_columns_that_make_no_lead_are_refused():
    from callcenter.kernel.errors import Refused

    with pytest.raises(Refused) as caught:
        columns.check([Column(head="Name", field="name")], 1)
    assert caught.value.code == "no_phone_column"
    with pytest.raises(Refused) as caught:
        columns.check([Column(head="A", field="name"), Column(head="B", field="name"), Column(head="C", field="phone")], 3)
    assert caught.value.code == "bad_mapping"
