"""Call lists over the API, with the real process that reads files: sent, looked at, imported, looked through, taken back."""

import asyncio
import io
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError

from callcenter.api.once import HEADER
from callcenter.runtime import list_desk, uploads
from tests.api.house import KNOWN_CALLER, Client, House, Reply
from tests.integration import workbooks
from tests.integration.campaigning import rows

API = "/api/v1"


async def send(client: Client, content: bytes, name: str = "people.csv") -> Reply:
    headers = {"Origin": client.origin, "Sec-Fetch-Site": "same-origin"}
    async with client.http.post(f"{client.origin}{API}/uploads?name={name}", data=io.BytesIO(content), headers=headers) as got:
        return Reply(got.status, got.headers, await got.read())


def csv(lines: list[list[str]], heads: str = "Name,Phone") -> bytes:
    return "\n".join([heads, *(",".join(line) for line in lines)]).encode()


async def campaign(client: Client, name: str = "spring", **more: Any) -> int:
    label = {"en": "Spring", "zh": "春季"}
    made = await client.post(f"{API}/campaigns", {"name": name, "label": label, "law": "none", **more})
    assert made.status == 201, made.text
    return int(made.json()["id"])


async def looked_at(client: Client, content: bytes, choice: dict[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
    sent = await send(client, content)
    assert sent.status == 201, sent.text
    upload = sent.json()["id"]
    seen = await client.post(f"{API}/uploads/{upload}/preview", choice or {})
    assert seen.status == 200, seen.text
    return upload, seen.json()


async def begun(client: Client, of: int, content: bytes, name: str = "East", **more: Any) -> int:
    upload, seen = await looked_at(client, content)
    made = await client.post(f"{API}/campaigns/{of}/imports", {"upload": upload, "order": seen["order"], "name": name, **more})
    assert made.status == 201, made.text
    return int(made.json()["id"])


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not await holds():
        assert asyncio.get_running_loop().time() < deadline, "it does not come"
        await asyncio.sleep(0.05)  # it can only be asked again


async def _true(what: bool) -> bool:
    return what


async def settled(client: Client, call_list: int) -> dict[str, Any]:
    """The list when nothing is done to it any more."""
    found: dict[str, Any] = {}

    async def done() -> bool:
        found.update((await client.get(f"{API}/lists/{call_list}")).json())
        return found["state"] in ("ready", "withdrawn")

    await until(done)
    return found


@pytest.fixture
async def mia(house: House) -> Client:
    return await house.signed_in("mia")


async def test_from_a_file_to_a_list_and_back(house: House, mia: Client):
    of = await campaign(mia)
    upload, seen = await looked_at(mia, csv([*rows(30), ["Nobody", ""], ["Again", rows(1)[0][1]], ["=1+1", "(212) 555-0188"]]))
    assert [column["field"] for column in seen["columns"]] == ["name", "phone"]
    assert seen["rows"][0]["numbers"][0]["value"].startswith("+1")
    assert seen["rows"][0]["zones"]

    columns = [{"head": "Name", "field": "company"}, seen["columns"][1]]
    chosen = (await mia.post(f"{API}/uploads/{upload}/preview", {"columns": columns})).json()
    body = {"upload": upload, "order": seen["order"], "name": "East", "priority": 3}
    stale = await mia.post(f"{API}/campaigns/{of}/imports", body)
    assert (stale.status, stale.code) == (409, "conflict"), "what is imported is what was looked at last"
    made = await mia.post(f"{API}/campaigns/{of}/imports", body | {"order": chosen["order"]})
    assert made.status == 201, made.text
    assert (await mia.post(f"{API}/campaigns/{of}/imports", body | {"order": chosen["order"], "name": "B"})).status == 404

    found = await settled(mia, made.json()["id"])
    assert (found["leads"], found["priority"], found["counts"]["fresh"]) == (30, 3, 30)
    assert {one["code"]: one["rows"] for one in found["filled"]["refused"]} == {
        "no_number": 1, "duplicate_in_list": 1, "formula": 1,
    }  # fmt: skip
    assert all(one["text"]["zh"] for one in found["filled"]["refused"])
    refused = await mia.get(f"{API}/lists/{found['id']}/refused.csv")
    assert refused.headers["Content-Disposition"] == f'attachment; filename="refused-{found["id"]}.csv"'
    assert "duplicate_in_list" in refused.text.decode("utf-8-sig")
    assert "\"'=1+1\"" in refused.text.decode(), "no cell is run as a formula"

    page = (await mia.get(f"{API}/lists/{found['id']}/leads?limit=20")).json()
    rest = (await mia.get(f"{API}/lists/{found['id']}/leads?limit=20&cursor={page['next']}")).json()
    assert (len(page["items"]), len(rest["items"]), rest["next"]) == (20, 10, None)
    one = rest["items"][3]
    by_name = (await mia.get(f"{API}/lists/{found['id']}/leads?q={one['company'].upper()}")).json()["items"]
    by_number = (await mia.get(f"{API}/lists/{found['id']}/leads?q={one['numbers'][0]['number']['value'][2:]}")).json()["items"]
    assert [lead["id"] for lead in by_name] == [lead["id"] for lead in by_number] == [one["id"]]

    switched = await mia.ask("PATCH", f"{API}/lists/{found['id']}", {"active": False, "share": 2.5})
    assert (switched.json()["active"], switched.json()["share"]) == (False, 2.5)
    gone = await mia.post(f"{API}/lists/{found['id']}/withdraw")
    assert gone.json() == {"removed": 30, "stayed": 0}
    assert (await settled(mia, found["id"]))["state"] == "withdrawn"
    told = (await (await house.signed_in("uma")).get(f"{API}/audit")).json()["items"]
    assert [one["action"] for one in told if one["login"] == "mia" and one["action"] != "signed_in"] == [
        "list_withdrawn", "list_changed", "exported", "list_begun", "campaign_created",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty", b"", "empty_file"),
        ("picture", b"\x89PNG\r\n\x1a\n" + bytes(2_000), "no_list"),
        ("quote", b'Name,Phone\n"Ann,(212) 555-0101\n' + b"Bo,(212) 555-0102\n" * 60_000, "unclosed_quote"),
        ("broken", b"PK\x03\x04" + bytes(500), "broken_file"),
    ],
)
async def test_a_file_that_is_no_list_is_refused_in_words(mia: Client, name: str, content: bytes, code: str):
    sent = await send(mia, content, f"{name}.csv")
    if sent.status == 201:
        sent = await mia.post(f"{API}/uploads/{sent.json()['id']}/preview", {})
    assert (sent.status, sent.code) == (409, code), sent.text
    assert sent.json()["message"]["zh"] != sent.json()["message"]["en"]


async def test_a_zip_bomb_and_formulas_without_end_are_refused(mia: Client, tmp_path: Path):
    sheet = {"xl/worksheets/sheet1.xml": "<row>" + " " * (400 << 20)}
    path = workbooks.write(tmp_path / "bomb.xlsx", workbooks.parts({"People": rows(2)}) | sheet)
    assert path.stat().st_size < 2 << 20, "small enough to be sent"
    sent = (await send(mia, path.read_bytes(), "bomb.xlsx")).json()["id"]
    refused = await mia.post(f"{API}/uploads/{sent}/preview", {})
    assert (refused.status, refused.code) == (409, "file_too_big")

    of = await campaign(mia)
    loaded = csv([[f'=HYPERLINK("http://x/{number}")', rows(1, number)[0][1]] for number in range(1_200)])
    found = await settled(mia, await begun(mia, of, loaded))
    assert (found["state"], found["filled"]["state"]) == ("withdrawn", "failed")
    assert "paste it as values" in found["filled"]["why"]["en"]
    assert found["filled"]["why"]["zh"] == "文件中含有公式，请以“选择性粘贴为数值”另存后再导入。"


async def test_a_large_file_is_received_without_being_held(house: House, mia: Client):
    """50 MB in pieces, and what stops half-way leaves nothing behind."""
    piece = csv(rows(20_000)) + b"\n"

    async def pieces(count: int, broken: bool = False) -> AsyncIterator[bytes]:
        for _ in range(count):
            yield piece
        if broken:
            await until(lambda: _true(len(list(folder.iterdir())) > kept_files))
            raise ConnectionError

    folder, kept_files = house.lists.uploads.folder, 0
    headers = {"Origin": mia.origin, "Sec-Fetch-Site": "same-origin"}
    url = f"{mia.origin}{API}/uploads?name=big.csv"
    count = -(-(50 << 20) // len(piece))
    async with mia.http.post(url, data=pieces(count), headers=headers) as answer:
        assert answer.status == 201
        kept = await answer.json()
    assert kept["size"] == count * len(piece) >= 50 << 20
    assert (folder / kept["id"]).stat().st_size == kept["size"]
    kept_files = len(list(folder.iterdir()))
    with pytest.raises(ClientError):
        await mia.http.post(url, data=pieces(2, broken=True), headers=headers)
    await until(lambda: _true(len(list(folder.iterdir())) == kept_files))
    assert (await mia.ask("DELETE", f"{API}/uploads/{kept['id']}")).status == 204
    assert list(folder.iterdir()) == []


async def test_a_file_beyond_the_limit_and_a_full_disk_are_refused(house: House, mia: Client, monkeypatch: pytest.MonkeyPatch):
    house.lists.uploads._most = 1 << 20
    refused = await send(mia, bytes(2 << 20))
    assert (refused.status, refused.code) == (409, "file_too_big")
    monkeypatch.setattr(uploads, "DISK_LEFT", 1 << 60)
    refused = await send(mia, b"Phone\n2125550101")
    assert (refused.status, refused.code) == (409, "disk_full")
    assert list(house.lists.uploads.folder.iterdir()) == []


async def test_a_file_is_its_senders_alone_and_does_not_wait_for_ever(house: House, mia: Client):
    sent = [(await send(mia, csv(rows(1, number)))).json()["id"] for number in range(uploads.MOST_EACH + 1)]
    first = await mia.post(f"{API}/uploads/{sent[0]}/preview", {})
    assert (first.status, first.code) == (404, "not_found"), "the oldest made room"
    found = await house.lists.uploads.find(sent[1], (await house.users.user("mia")).id)
    with pytest.raises(Exception, match="no such file"):
        await house.lists.uploads.find(found.id, found.user + 1)
    for odd in ("..%2F..%2Fcenter.db", "x", "0" * 31):
        assert (await mia.ask("DELETE", f"{API}/uploads/{odd}")).status == 404
    later = found.at + 2 * uploads.KEPT_MS
    assert await house.lists.uploads.sweep(later, {sent[2]}) == uploads.MOST_EACH - 1
    assert {path.stem for path in house.lists.uploads.folder.iterdir()} == {sent[2]}


async def test_an_import_asked_for_again_with_its_key_is_one_import(mia: Client):
    of = await campaign(mia)
    upload, seen = await looked_at(mia, csv(rows(5)))
    body = {"upload": upload, "order": seen["order"], "name": "East"}
    twice = await asyncio.gather(
        *(mia.ask("POST", f"{API}/campaigns/{of}/imports", body, **{HEADER: "an-import-of-the-east"}) for _ in range(2))
    )
    assert [one.status for one in twice] == [201, 201]
    assert twice[0].json()["id"] == twice[1].json()["id"]
    assert len((await mia.get(f"{API}/campaigns/{of}/lists")).json()["items"]) == 1
    other = await mia.ask(
        "POST", f"{API}/campaigns/{of}/imports", body | {"name": "B"}, **{HEADER: "an-import-of-the-east"}
    )  # fmt: skip
    assert (other.status, other.code) == (422, "key_reused")
    assert (await settled(mia, twice[0].json()["id"]))["leads"] == 5


async def test_an_import_goes_on_after_a_restart_and_can_be_stopped(
    house: House, mia: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("callcenter.store.lists.STALE_MS", -1)
    monkeypatch.setattr(list_desk, "LOOK_S", 0.05)
    of = await campaign(mia)
    await house.lists.close()  # the service ends before anything of the file was read
    interrupted = await begun_without_a_service(house, mia, of)
    assert (await mia.get(f"{API}/lists/{interrupted}")).json()["state"] == "filling"
    await house.lists.start()
    assert (await settled(mia, interrupted))["leads"] == 4_000

    stopped = await begun(mia, of, csv(rows(60_000, 10_000)), "West")
    assert (await mia.post(f"{API}/lists/{stopped}/withdraw")).status == 200
    assert (await settled(mia, stopped))["state"] == "withdrawn"
    again = await mia.post(f"{API}/lists/{stopped}/withdraw")
    assert (again.status, again.code) == (409, "conflict")


async def begun_without_a_service(house: House, mia: Client, of: int) -> int:
    """Its row is written, and whoever should fill it is gone."""
    monkeyed = house.lists._begin
    house.lists._begin = lambda *_: None  # type: ignore[method-assign]
    made = await begun(mia, of, csv(rows(4_000)), "South")
    house.lists._begin = monkeyed  # type: ignore[method-assign]
    return made


async def test_customers_become_a_list_by_a_filter(house: House, mia: Client):
    of = await campaign(mia)
    conditions = [{"field": "account.name", "op": "begins", "value": "hartwell"}]
    counted = (await mia.post(f"{API}/target-groups/count", {"conditions": conditions})).json()
    assert (counted["with_number"], counted["shown"]) == (1, ["Amelia Hartwell"])
    made = await mia.post(f"{API}/campaigns/{of}/target-groups", {"name": "Frames", "conditions": conditions})
    found = await settled(mia, made.json()["id"])
    assert (found["source"], found["leads"], found["filled"]["linked"]) == ("target", 1, 1)
    [lead] = (await mia.get(f"{API}/lists/{found['id']}/leads")).json()["items"]
    assert (lead["contact"], lead["numbers"][0]["number"]["value"]) == (1, KNOWN_CALLER)
    odd = await mia.post(f"{API}/target-groups/count", {"conditions": [{"field": "name", "op": "at_least", "value": 3}]})
    assert (odd.status, odd.code) == (409, "bad_filter")


async def test_do_not_call_lists(house: House, mia: Client):
    of = await campaign(mia)
    own = {"number": "(212) 555-0142"}
    assert (await mia.post(f"{API}/do-not-call/numbers", own)).json()["lists"] == ["own"]
    mine = await mia.post(f"{API}/do-not-call/numbers", own | {"campaign": of})
    assert mine.json() == {
        "number": {"value": "+12125550142", "shown": "+1 212 555 0142"}, "lists": [f"campaign/{of}", "own"],
    }  # fmt: skip
    for number in range(150, 153):
        await mia.post(f"{API}/do-not-call/numbers", {"number": f"212 555 0{number}"})
    first = (await mia.get(f"{API}/do-not-call/numbers?limit=2")).json()
    rest = (await mia.get(f"{API}/do-not-call/numbers?limit=2&cursor={first['next']}")).json()
    assert [one["number"]["value"][-3:] for one in (*first["items"], *rest["items"])] == ["152", "151", "150", "142"]
    assert {one["source"] for one in rest["items"]} == {"administrator"}
    assert (await mia.post(f"{API}/do-not-call/remove", own)).json()["lists"] == [f"campaign/{of}"]
    assert (await mia.post(f"{API}/do-not-call/remove", own)).status == 404
    assert (await mia.post(f"{API}/do-not-call/numbers", {"number": "12"})).code == "bad_number"

    upload = (await send(mia, csv([], "Phone\n(212) 555-0142\n(212) 555-0143"), "registry.csv")).json()["id"]
    request = {"upload": upload, "name": "us-national", "day": "2026-11-20"}
    late = await mia.post(f"{API}/do-not-call/registries", request | {"day": "2031-01-01"})
    assert (late.status, late.code) == (409, "bad_day")
    begun = await mia.post(f"{API}/do-not-call/registries", request)
    assert (begun.status, begun.json()["loading"][0]["name"]) == (202, "us-national")

    async def loaded() -> bool:
        return not (await mia.get(f"{API}/do-not-call")).json()["loading"]

    await until(loaded)
    found = (await mia.get(f"{API}/do-not-call")).json()
    assert [(one["kind"], one["name"], one["entries"]) for one in found["registers"]] == [
        ("own", "", 3), ("campaign", "spring", 1), ("registry", "us-national", 2),
    ]  # fmt: skip
    asked = await mia.post(f"{API}/do-not-call/check", own)
    assert asked.json()["lists"] == [f"campaign/{of}", "us-national"]
    told = (await (await house.signed_in("uma")).get(f"{API}/audit?action=do_not_call_added")).text.decode()
    assert "555" not in re.sub("[0-9a-f]{64}", "", told), "the audit log names no number"
    assert "ends_with" in told


async def test_others_have_no_right_to_lists(house: House, mia: Client):
    of = await campaign(mia)
    made = await begun(mia, of, csv(rows(3)))
    for login in ("ana", "sam", "adi"):
        client = await house.signed_in(login)
        for method, path in (
            ("GET", f"/lists/{made}/leads"), ("GET", f"/campaigns/{of}"), ("GET", "/do-not-call"),
            ("POST", f"/lists/{made}/withdraw"), ("POST", "/uploads?name=x.csv"), ("GET", f"/lists/{made}/refused.csv"),
        ):  # fmt: skip
            reply = await client.ask(method, API + path, b"Phone" if "uploads" in path else None)
            assert (reply.status, reply.code) == (403, "forbidden"), (login, path)
    uma = await house.signed_in("uma")
    assert (await uma.get(f"{API}/lists/{made}/leads")).status == 200, "an auditor looks"
    assert (await uma.post(f"{API}/lists/{made}/withdraw")).status == 403
    assert list(house.lists.uploads.folder.glob("*.json")) == []
