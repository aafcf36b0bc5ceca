"""Imports on both databases: what becomes of rows, what a crash leaves, and taking a list back."""

import asyncio
import contextlib
import csv
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from callcenter.kernel.dialing import Outcome
from callcenter.kernel.errors import Conflict, Refused, TryAgain
from callcenter.kernel.ids import AgentId
from callcenter.store import list_import
from callcenter.store.crm import Crm
from callcenter.store.customers import AccountChange, ContactChange, PhoneInput
from callcenter.store.do_not_call import DoNotCall
from callcenter.store.leads import Leads
from callcenter.store.list_orders import Choice, preview, rules
from callcenter.store.lists import STALE_MS, ListChange, Lists
from callcenter.store.tables.leads import LeadPhoneRow, LeadRow
from dialer.columns import Column
from dialer.screening import Policy
from tests.integration import workbooks
from tests.integration.campaigning import NOW, Office, anyone, csv_file, phone, rows


async def leads(office: Office, call_list: int) -> list[LeadRow]:
    async with office.database.read() as session:
        return list(await session.scalars(select(LeadRow).where(LeadRow.call_list == call_list).order_by(LeadRow.id)))


async def test_a_file_becomes_leads_with_their_numbers(office: Office, tmp_path: Path):
    heads = ("First name", "Last name", "Phone", "Mobile", "City", "State", "Zip", "Notes", "Shoe size")
    lines = [["Rosa", "Marin", phone(1), phone(2), "Boston", "MA", "02101", "kind", "38"], ["", "", "", "", "", "", "", "", ""]]
    call_list = await office.imported(await office.campaign(), csv_file(tmp_path / "a.csv", [*lines, lines[1]], heads))
    (lead,) = await leads(office, call_list)
    assert (lead.name, lead.city, lead.province, lead.postal_code, lead.note) == ("Rosa Marin", "Boston", "MA", "02101", "kind")
    assert (lead.extra, lead.line, lead.state, lead.next_at, lead.attempts) == ({"Shoe size": "38"}, 2, "fresh", NOW, 0)
    async with office.database.read() as session:
        query = select(LeadPhoneRow).where(LeadPhoneRow.lead == lead.id).order_by(LeadPhoneRow.place)
        numbers = list(await session.scalars(query))
    assert [(one.e164, one.label, one.region, one.zones) for one in numbers] == [
        ("+14152000001", "Phone", "US", "America/Los_Angeles"),
        ("+13122000002", "Mobile", "US", "America/Chicago"),
    ]
    state = await office.lists.import_state(call_list)
    assert (state.state, state.rows, state.kept, state.refused, state.bytes_done) == ("done", 1, 1, {}, state.bytes_total)
    assert (await office.lists.list(call_list)).state == "ready"
    assert list(office.folder.iterdir()) == [], "the kept file is gone"


async def test_refused_rows_are_a_file_that_runs_nothing(office: Office, tmp_path: Path):
    lines = [["Ann", phone(1)], ["=1+1", phone(2)], ["Bob", "none"], ["Cay", phone(1)], ["@SUM(A1)", "none"]]
    call_list = await office.imported(await office.campaign(), csv_file(tmp_path / "a.csv", lines))
    assert (await office.lists.import_state(call_list)).refused == {
        "formula": 2, "number_unreadable": 1, "duplicate_in_list": 1
    }  # fmt: skip
    english = list(csv.reader(await office.refused(call_list)))
    assert english[0] == ["Row", "Reason", "Detail", "Code", "Name", "Phone"]
    assert [(row[0], row[3], row[4], row[5]) for row in english[1:]] == [
        ("3", "formula", "'=1+1", phone(2)),
        ("4", "number_unreadable", "Bob", "none"),
        ("5", "duplicate_in_list", "Cay", phone(1)),
        ("6", "formula", "'@SUM(A1)", "none"),
    ]
    assert (await office.refused(call_list, "zh"))[0].startswith("行号,原因")


async def test_duplicates_in_the_list_the_campaign_and_the_crm(office: Office, tmp_path: Path):
    crm = Crm(office.database)
    account = await crm.create_account(AccountChange(name="Harbor"), NOW)
    phones = (PhoneInput(number=phone(3)),)
    rosa = await crm.create_contact(ContactChange(name="Rosa", account=account.id, phones=phones), "US", NOW)
    spring, autumn = await office.campaign(), await office.campaign("autumn")
    first = csv_file(tmp_path / "first.csv", [["Ann", phone(1)]])
    await office.imported(spring, first)
    second = csv_file(tmp_path / "second.csv", [["Ann", phone(1)], ["Bob", phone(2)], ["Bob", phone(2)], ["Rosa", phone(3)]])
    made = await office.imported(spring, second)
    assert (await office.lists.import_state(made)).refused == {"duplicate_in_campaign": 1, "duplicate_in_list": 1}
    assert [(one.name, one.contact, one.account) for one in await leads(office, made)] == [
        ("Bob", None, None),
        ("Rosa", rosa.id, account.id),
    ]
    assert list(csv.reader(await office.refused(made)))[1][2] == "first", "the other list is named"
    strict = await office.imported(autumn, second, policy=Policy(in_list="keep", contacts="refuse"))
    assert (await office.lists.import_state(strict)).refused == {"known_contact": 1}
    assert [one.name for one in await leads(office, strict)] == ["Ann", "Bob", "Bob"]


async def test_duplicates_over_the_border_of_a_batch(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(list_import, "BATCH", 3)
    path = csv_file(tmp_path / "a.csv", [*rows(5), *rows(5), *rows(2, first=5)])
    call_list = await office.imported(await office.campaign(), path)
    state = await office.lists.import_state(call_list)
    assert (state.kept, state.refused) == (7, {"duplicate_in_list": 5})


async def pieces(*some: list[str]) -> AsyncIterator[list[str]]:
    for one in some:
        yield one


async def test_do_not_call(office: Office, tmp_path: Path):
    spring, autumn = await office.campaign(), await office.campaign("autumn")
    never = DoNotCall(office.database)
    await never.add(phone(1), "US", "agent", NOW)
    await never.add(phone(2), "US", "key", NOW, campaign=spring)
    registry = csv_file(tmp_path / "registry.csv", [[phone(3)], [phone(3)], [phone(4)]], ("Phone",))
    loaded = await office.jobs.load_registry(registry, "us_national", NOW)
    assert (loaded.entries, await never.registries()) == (2, (loaded,))
    path = csv_file(tmp_path / "a.csv", rows(6))
    call_list = await office.imported(spring, path)
    assert [one.name for one in await leads(office, call_list)] == ["Ann0", "Ann5"]
    assert [row[2] for row in csv.reader(await office.refused(call_list))][1:] == [
        "own", "campaign", "us_national 2027-01-15", "us_national 2027-01-15"
    ]  # fmt: skip
    elsewhere = await office.imported(autumn, path)
    assert [one.name for one in await leads(office, elsewhere)] == ["Ann0", "Ann2", "Ann5"], "only a campaign's own list binds it"
    await never.load_registry("us_national", pieces(["+12122000005"]), NOW + 1, NOW)
    assert await never.listed(phone(3), "US") == ()
    assert await never.listed(phone(5), "US") == ("us_national",)
    with pytest.raises(Refused, match="stays as it was"):
        await never.load_registry("us_national", pieces(), NOW + 2, NOW)
    assert await never.listed(phone(5), "US") == ("us_national",)
    assert await never.remove(phone(1), "US")
    assert not await never.remove(phone(1), "US")


async def test_a_broken_import_leaves_nothing(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(list_import, "BATCH", 100)
    path = csv_file(tmp_path / "a.csv", rows(300))
    with path.open("a") as file:
        file.write('"never closed\n' + "x" * (2 << 20))
    call_list = await office.begin(await office.campaign(), path)
    done = await office.fill(call_list)
    state = await office.lists.import_state(call_list)
    assert (done.state, state.state) == ("failed", "failed")
    assert "after row 301 a quote is opened and never closed" in (state.why or "")
    assert await leads(office, call_list) == []
    assert (await office.lists.list(call_list)).state == "withdrawn"
    with pytest.raises(Conflict):
        await office.fill(call_list)


async def test_a_list_of_formulas_is_refused_as_a_whole(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(list_import, "MOST_FORMULA_ROWS", 5)
    path = csv_file(tmp_path / "a.csv", [*rows(5), *([f"=A{number}", phone(number)] for number in range(6))])
    call_list = await office.begin(await office.campaign(), path)
    assert (await office.fill(call_list)).state == "failed"
    assert "paste it as values" in ((await office.lists.import_state(call_list)).why or "")


async def test_the_process_is_killed_and_the_import_goes_on(office: Office, tmp_path: Path):
    """kill -9 after some batches: nothing of the list is seen, and the second run adds what was missing, no row twice."""
    count = 3 * list_import.BATCH
    call_list = await office.begin(await office.campaign(), csv_file(tmp_path / "a.csv", rows(count)))
    told = 0
    with pytest.raises(TryAgain, match="goes on where it was"):
        async for progress in office.jobs.carry_out(call_list):
            told = progress.rows
            for worker in children():
                os.kill(worker, signal.SIGKILL)
    assert 0 < told < count
    state = await office.lists.import_state(call_list)
    assert (state.state, (await office.lists.list(call_list)).state) == ("running", "filling")
    assert (await Leads(office.database).claim(1, ["a1"], 1, NOW, anyone)).claims == (), "half a list is no list"
    assert await office.lists.interrupted(state.beat_at + STALE_MS + 1) == (call_list,)
    assert await office.lists.interrupted(state.beat_at) == ()
    last = await office.fill(call_list, "another")
    assert (last.state, last.rows, last.kept) == ("done", count, count)
    async with office.database.read() as session:
        different = await session.scalar(select(func.count(LeadPhoneRow.e164.distinct())))
        assert (different, await session.scalar(select(func.count()).select_from(LeadPhoneRow))) == (count, count)


def children() -> list[int]:
    """Processes that this one has started to read lists."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == os.getpid() and b"list_worker" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


async def test_who_asked_is_gone_and_the_process_ends(office: Office, tmp_path: Path):
    call_list = await office.begin(await office.campaign(), csv_file(tmp_path / "a.csv", rows(2 * list_import.BATCH)))
    async with contextlib.aclosing(office.jobs.carry_out(call_list)) as progress:
        await anext(progress)
        assert children() != []
    assert children() == []
    assert (await office.fill(call_list)).kept == 2 * list_import.BATCH


async def test_two_processes_and_one_import(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The second takes over; the first finds out at its next batch and writes nothing more."""
    monkeypatch.setattr(list_import, "BATCH", 50)
    call_list = await office.begin(await office.campaign(), csv_file(tmp_path / "a.csv", rows(1_000)))
    first, second = await asyncio.gather(
        office.fill(call_list, "first"), office.fill(call_list, "second"), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in (first, second)) == ["Conflict", "Progress"]
    assert len(await leads(office, call_list)) == 1_000
    assert (await office.lists.import_state(call_list)).kept == 1_000


async def test_a_list_is_taken_back_and_dialed_leads_stay(office: Office, tmp_path: Path):
    campaign = await office.campaign()
    call_list = await office.imported(campaign, csv_file(tmp_path / "a.csv", rows(50)))
    dialing = Leads(office.database)
    (claim, under_way) = (await dialing.claim(campaign, ["a1", "a2"], 1, NOW, anyone)).claims
    assert await dialing.settle("a1", Outcome.NO_ANSWER, NOW + 5, NOW + 10)
    back = await office.lists.withdraw(call_list, office.folder, NOW)
    assert (back.removed, back.stayed) == (48, 2)
    dialed, claimed = await leads(office, call_list)
    assert (dialed.id, dialed.state, dialed.next_at, dialed.outcome) == (claim.lead, "done", None, "withdrawn")
    assert (claimed.id, claimed.state) == (under_way.lead, "claimed")
    assert await dialing.settle("a2", Outcome.BUSY, NOW + 9, NOW + 99)
    assert [(one.state, one.next_at) for one in await leads(office, call_list)] == [("done", None), ("done", None)]
    assert (await office.lists.list(call_list)).state == "withdrawn"
    with pytest.raises(Conflict):
        await office.lists.withdraw(call_list, office.folder, NOW)
    again = await office.imported(campaign, csv_file(tmp_path / "b.csv", rows(50)))
    assert (await office.lists.import_state(again)).refused == {"duplicate_in_campaign": 2}, "who was dialed is not dialed again"
    assert min(one.id for one in await leads(office, again)) > 50, "the log names leads: no number is given twice"


async def test_an_import_is_withdrawn_while_it_waits(office: Office, tmp_path: Path):
    call_list = await office.begin(await office.campaign(), csv_file(tmp_path / "a.csv", rows(5)))
    await office.lists.withdraw(call_list, office.folder, NOW)
    assert list(office.folder.iterdir()) == []
    with pytest.raises(Conflict, match="withdrawn"):
        await office.fill(call_list)


async def test_preview_in_the_other_process(office: Office, tmp_path: Path):
    content: list[list[object]] = [["Who", "Reach"], ["Ann", 2125550143], ["Bob", "none"]]
    path = workbooks.write(tmp_path / "a.xlsx", workbooks.parts({"List": content}))
    known = await rules(office.database)
    seen = preview(path, known, Choice())
    assert [column.field for column in seen.order.columns] == ["extra", "extra"], "half of the cells are no numbers"
    columns = (Column(head="Who", field="name"), Column(head="Reach", field="phone"))
    chosen = await office.jobs.preview(path, Choice(columns=columns))
    assert [(row.line, row.refused) for row in chosen.rows] == [(2, None), (3, "number_unreadable")]
    made = chosen.rows[0].lead
    assert made is not None
    assert (made.name, made.numbers[0].e164) == ("Ann", "+12125550143")
    with pytest.raises(Refused, match="nothing in the file"):
        preview(csv_file(tmp_path / "b.csv", [], ("", "")), known, Choice())
    broken = tmp_path / "c.xlsx"
    broken.write_bytes(b"PK\x03\x04")
    with pytest.raises(Refused, match="save it again"):
        await office.jobs.preview(broken)


async def test_lists_are_changed_assigned_and_linked(office: Office, tmp_path: Path):
    campaign = await office.campaign()
    call_list = await office.imported(campaign, csv_file(tmp_path / "a.csv", rows(3)))
    changed = await office.lists.change(call_list, ListChange(name="gold", active=False, priority=5, share=2.5))
    assert (changed.name, changed.active, changed.priority, changed.share) == ("gold", False, 5, 2.5)
    with pytest.raises(Refused, match="share"):
        await office.lists.change(call_list, ListChange(share=0))
    rosa = await Crm(office.database).create_contact(ContactChange(name="Rosa"), "US", NOW)
    first, second, _ = [one.id for one in await leads(office, call_list)]
    assert await office.lists.assign([first, second], AgentId("ana")) == 2
    assert await office.lists.link([first], contact=rosa.id) == 1
    found = await leads(office, call_list)
    assert [(one.agent, one.contact) for one in found] == [("ana", rosa.id), ("ana", None), ("", None)]
    with pytest.raises(Refused, match="another"):
        await office.begin(campaign, tmp_path / "a.csv", "gold")
    assert (await Lists(office.database).counts(call_list)) == {"fresh": 3, "dialed": 0}
