"""`callcenter import-list` as an operator meets it: a real process, a center of its own, a file with good and bad rows."""

import csv
import json
from pathlib import Path

import pytest

from callcenter.store.campaigns import Campaigns
from callcenter.store.database import Database
from callcenter.store.lists import Lists
from tests.integration.campaigning import csv_file, phone, rows
from tests.integration.test_command import command


@pytest.fixture
def settings(tmp_path: Path) -> str:
    file = tmp_path / "settings.yaml"
    file.write_text("center: center.yaml\npassword_cost: light\ndata: var\ncarriers:\n  demo: {kind: simulated}\n")
    return str(file)


async def test_a_file_from_a_shell(tmp_path: Path, settings: str):
    file = csv_file(tmp_path / "people.csv", [*rows(20), ["Bob", "none"], ["=1+1", phone(50)]])
    refused = tmp_path / "refused.csv"
    options = ("--campaign", "spring", "--config", settings, "--refused", str(refused))
    status, out, err = await command("import-list", str(file), *options, "--json")
    assert status == 0, err
    found = json.loads(out)
    assert (found["rows"], found["kept"], found["refused"], found["campaign_made"]) == (22, 20, 2, True)
    assert found["reasons"] == {"number_unreadable": 1, "formula": 1}
    assert (found["columns"], found["name"]) == ({"Name": "name", "Phone": "phone"}, "people")
    assert found["refused_file"] == str(refused)
    with refused.open(encoding="utf-8-sig", newline="") as lines:
        assert [line[3:] for line in csv.reader(lines)] == [
            ["Code", "Name", "Phone"], ["number_unreadable", "Bob", "none"], ["formula", "'=1+1", phone(50)]
        ]  # fmt: skip
    database = Database(f"sqlite:///{tmp_path / 'var' / 'center.db'}")
    try:
        campaign = await Campaigns(database).named("spring")
        (made,) = await Lists(database).lists(campaign.id)
        assert (campaign.state, made.state, made.leads) == ("draft", "ready", 20)
    finally:
        await database.close()
    assert list((tmp_path / "var" / "imports").iterdir()) == []


async def test_mistakes_of_the_operators_end_with_what_to_do(tmp_path: Path, settings: str):
    status, out, err = await command("import-list", str(tmp_path / "none.csv"), "--campaign", "spring", "--config", settings)
    assert (status, out) == (2, "")
    assert "there is no file" in err
    picture = tmp_path / "list.csv"
    picture.write_bytes(b"%PDF-1.7")
    status, out, err = await command("import-list", str(picture), "--campaign", "spring", "--config", settings)
    assert (status, out) == (2, "")
    assert "ask for the table itself, as XLSX or CSV" in err
    assert "Traceback" not in err
