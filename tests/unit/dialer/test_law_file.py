"""Rule packs as files: the shipped ones say what the design says, mistakes have their line, the document names every key."""

import re
from datetime import date
from pathlib import Path

import msgspec
import phonenumbers
import pytest
from phonenumbers import geocoder

from callcenter.kernel.center import Opening
from callcenter.kernel.law import AttemptCap, Pack, PlaceId
from config import law_file
from config.law_file import SHIPPED, read_pack, read_packs
from config.yaml import BadFile, FileMistake
from tests.unit.config.test_docs import expected, rows
from tests.unit.dialer.law_people import packs

DOCS = Path(__file__).parents[3] / "docs/law.md"
SMALL = """\
id: small
label: {en: Small, zh: 小}
places:
  US: {}
  US-AL: {zones: [America/Chicago], codes: [1205]}
versions:
  - version: "1"
    valid_from: 2020-01-01
    valid_until: 2021-01-01
    everywhere:
      hours: {mon-fri: 08:00-21:00, holidays: {calendar: US, from: 2020, until: 2021, also: [2020-03-03], except: [2020-12-25]}}
      attempts: [{at_most: 3, per: 24h}, {at_most: 9, per: life, of: lead}]
    abandon: {share: 3%, window_days: 30}
  - version: "2"
    based_on: "1"
    valid_from: 2021-01-01
    abandon: {share: 2.5%, window_days: campaign}
    regions:
      US-AL: {hours: {mon-sat: 08:00-20:00}}
"""


def read(folder: Path, text: str) -> Pack:
    (folder / "small.yaml").write_text(text, encoding="utf-8")
    return read_pack(folder / "small.yaml")


def mistakes(folder: Path, text: str) -> list[FileMistake]:
    with pytest.raises(BadFile) as bad:
        read(folder, text)
    return bad.value.mistakes


def test_the_shipped_packs_are_read_and_can_stand_in_the_log():
    assert sorted(packs()) == ["china-example", "eu-example", "none", "uk", "us-federal"]
    for pack in packs().values():
        raw = msgspec.json.encode(pack)
        assert msgspec.json.decode(raw, type=Pack) == pack
        assert len(raw) < 120_000


def test_the_states_hours_are_those_of_the_design():
    """design/domain.md, "Default dial windows shipped": every state that is not named is open from 8 to 21."""
    eight = {"mon-sun": "08:00-20:00"}
    table = {
        **{state: {"mon-sat": "08:00-20:00"} for state in ("AL", "LA", "MS")},
        **dict.fromkeys(["FL", "MD", "MA", "OK", "WA", "WY"], eight),
        **{state: {"mon-sun": "08:00-21:00"} for state in ("IL", "NE", "TN")},
        **{state: {"mon-sun": "09:00-20:00"} for state in ("IN", "NV", "UT")},
        "KY": {"mon-sun": "10:00-21:00"},
        "ME": {"mon-sun": "09:00-17:00"},
        "RI": {"mon-fri": "09:00-18:00", "sat": "10:00-17:00"},
        "SD": {"mon-sat": "08:00-21:00"},
        "TX": {"mon-sat": "08:00-21:00", "sun": "12:00-21:00"},
        "PA": {"mon-sat": "08:00-21:00", "sun": "13:30-21:00"},
    }
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    for version in packs()["us-federal"].versions:
        assert version.everywhere.hours.weekdays == ((Opening(480, 1260),),) * 7
        assert {place.removeprefix("US-") for place in version.regions} == set(table)
        for state, written in table.items():
            expected_rows: list[tuple[Opening, ...]] = [()] * 7
            for span, clock in written.items():
                first, _, last = span.partition("-")
                since, until = (int(hour) * 60 + int(minute) for hour, minute in re.findall(r"(\d+):(\d+)", clock))
                for day in range(days.index(first), days.index(last or first) + 1):
                    expected_rows[day] = (Opening(since, until),)
            assert version.regions[PlaceId(f"US-{state}")].hours.weekdays == tuple(expected_rows), state


def test_the_figures_of_the_law():
    us, uk = packs()["us-federal"].versions[-1], packs()["uk"].versions[-1]
    assert (us.abandon.share, us.abandon.window_days, us.least_ring_ms, us.connect_ms, us.records_years) == (
        0.03,
        30,
        15_000,
        2_000,
        5,
    )
    assert [version.records_years for version in packs()["us-federal"].versions] == [2, 2, 2, 5]
    assert us.message.opt_out_key
    assert us.everywhere.registries[0].greatest_age_days == 31
    for version, states in zip(packs()["us-federal"].versions, (["FL"], ["FL", "OK"], *[["FL", "MD", "OK"]] * 2), strict=True):
        capped = [place for place, rules in version.regions.items() if rules.attempts]
        assert sorted(capped) == [f"US-{state}" for state in states]
        assert {rules.attempts for rules in version.regions.values() if rules.attempts} == {
            (AttemptCap(limit=3, per="window", window_ms=86_400_000, of="number"),)
        }
    assert (uk.abandoned_lock.for_ms, uk.machine_lock.for_ms) == (72 * 3_600_000, 24 * 3_600_000)
    assert (uk.abandoned_lock.unless_agent, uk.least_ring_ms) == (True, 15_000)


def test_every_area_code_belongs_to_the_state_that_libphonenumber_names():
    """Independent data: the descriptions of the number ranges. One number of each hundred exchanges is asked."""
    owner = {code: place for place, values in packs()["us-federal"].places.items() for code in values.codes}
    found = 0
    by_name: dict[str, str | None] = {}
    for area in range(200, 1000):
        for exchange in range(200, 1000, 101):
            parsed = phonenumbers.PhoneNumber(country_code=1, national_number=area * 10_000_000 + exchange * 10_000 + 100)
            if phonenumbers.region_code_for_number(parsed) != "US":
                continue
            said = geocoder.description_for_number(parsed, "en").split(", ")[-1]
            if len(said) == 2:
                assert owner.get(f"1{area}") == f"US-{said}", area
                found += 1
            elif said:
                # A state's full name: whichever it is, it is that of one state alone.
                assert by_name.setdefault(said, owner.get(f"1{area}")) == owner.get(f"1{area}"), (area, said)
    assert found > 150
    assert len(set(by_name.values()) - {None}) == len(by_name) > 40


def test_a_version_takes_what_it_does_not_say_from_the_one_it_is_based_on(tmp_path):
    first, second = read(tmp_path, SMALL).versions
    assert second.everywhere == first.everywhere
    assert (first.valid_until, second.valid_until) == (date(2021, 1, 1), None)
    assert second.abandon is not None
    assert (second.abandon.share, second.abandon.window_days) == (0.025, None)
    assert list(second.regions) == ["US-AL"]
    assert [cap.per for cap in first.everywhere.attempts] == ["window", "life"]


def test_holidays_are_dates_once_the_file_is_read(tmp_path):
    hours = read(tmp_path, SMALL).versions[0].everywhere.hours
    assert hours is not None
    assert date(2020, 7, 3) in hours.holidays  # Independence Day observed
    assert date(2020, 3, 3) in hours.holidays
    assert date(2020, 12, 25) not in hours.holidays
    assert date(2021, 12, 25) in hours.holidays
    assert (hours.known_until, hours.on_holidays) == (date(2021, 12, 31), ())


@pytest.mark.parametrize(
    ("old", "new", "why", "marks"),
    [
        ("per: 24h", "per: soon", "'soon' is no stretch of time for a cap", "at_most: 3"),
        ("calendar: US", "calendar: US-ZZ", "no holidays are known of 'US-ZZ'", "calendar"),
        ("calendar: US", "calendar: QQ", "no holidays are known of 'QQ'", "calendar"),
        ('based_on: "1"', 'based_on: "0"', "there is no version '0' above this one", "based_on"),
        ("US-AL: {hours: {mon-sat", "US-XX: {hours: {mon-sat", "there is no place 'US-XX'", "US-XX"),
        ("valid_until: 2021-01-01", "valid_until: 2021-02-01", "version 1 still holds on 2021-01-01", "valid_from: 2021"),
        ("valid_until: 2021-01-01", "valid_until: 2019-01-01", "it ends before it begins", "valid_until"),
        ("share: 2.5%", "share: 300%", "'300%' is no share", "share: 300%"),
        ("window_days: 30", "window_days: 0", "0 is out of range", "window_days: 0"),
        ("codes: [1205]", "codes: [12o5]", "'12o5' are no digits", "codes"),
        ("America/Chicago", "America/Chikago", "there is no time zone 'America/Chikago'", "Chikago"),
        ("at_most: 9", "at_most: 0", "0 is out of range", "at_most: 3"),
        ("everywhere:", "evrywhere:", "a version has no key 'evrywhere'", "evrywhere"),
        ("mon-sat: 08:00-20:00", "mon-sat: 20:00-08:00", "20:00-08:00 ends before it begins", "US-AL: {hours"),
        ("id: small", "ident: small", "a pack has no key 'ident'", "ident"),
        ("until: 2021, also", "until: 2019, also", "the years 2020 to 2019 are no stretch of time", "holidays"),
        ('version: "2"', 'version: "1"', "two versions are called '1'", 'version: "1"'),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path, old, new, why, marks):
    assert SMALL.count(old) >= 1
    text = SMALL.replace(old, new, 1)
    found = mistakes(tmp_path, text)
    assert why in " | ".join(one.why for one in found)
    (one,) = [one for one in found if why in one.why]
    lines = text.splitlines()
    assert any(marks in lines[line] for line in (one.line - 2, one.line - 1)), (one.line, lines[one.line - 1])
    assert one.instead


def test_a_folder_is_refused_as_a_whole(tmp_path):
    with pytest.raises(BadFile, match="no rule pack"):
        read_packs(tmp_path)
    (tmp_path / "a.yaml").write_text(SMALL, encoding="utf-8")
    assert list(read_packs(tmp_path)) == ["small"]
    (tmp_path / "b.yaml").write_text(SMALL, encoding="utf-8")
    with pytest.raises(BadFile, match=r"a\.yaml has the id 'small' already"):
        read_packs(tmp_path)


@pytest.mark.parametrize("section", list(law_file.TABLES))
def test_every_key_is_documented_with_its_default(section):
    documented = rows(DOCS.read_text(encoding="utf-8"), section)
    defaults = expected(law_file.TABLES[section])
    if "everywhere" in defaults:
        defaults["everywhere"] = ""  # no rules
    assert {key: default for key, (default, _) in documented.items()} == defaults


def test_the_document_says_what_the_packs_are():
    text = DOCS.read_text(encoding="utf-8")
    assert "engineering input, not legal advice" in text.lower()
    for pack in packs():
        assert f"`{pack}`" in text
    for file in SHIPPED.glob("*.yaml"):
        assert "not legal" in " ".join(file.read_text(encoding="utf-8").split("id:")[0].split())
