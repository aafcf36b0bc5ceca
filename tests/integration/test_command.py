"""The command `callcenter` as an operator meets it: real processes, broken files, a center changed while it runs, the doctor."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import asyncpg
import pytest
from sqlalchemy import text

from callcenter.store.database import Database
from config.center_file import read_center
from tests.fixtures.commands import Running, run_command
from tests.fixtures.postgres import Postgres
from tests.fixtures.prompts import lay_prompts
from tests.integration.served import lay_sample

SETTINGS = "center: center.yaml\npassword_cost: light\nlisten: 127.0.0.1:0\ndata: var\ncarriers:\n  demo: {kind: simulated}\n"


async def command(*arguments: str, answer: str | None = None, **secrets: str) -> tuple[int, str, str]:
    """Status, stdout and stderr. `secrets` are put into its environment."""
    process = await run_command(*arguments, secrets=secrets, stdin=(answer or "").encode(), stdout=PIPE, stderr=PIPE)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def start(*arguments: str) -> Running:
    return await run_command(*arguments, stdout=PIPE, stderr=PIPE, anew=True)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with the sample center and settings of its own."""
    lay_sample(tmp_path)
    (tmp_path / "settings.yaml").write_text(SETTINGS)
    return tmp_path


@pytest.fixture
async def serving(home: Path) -> AsyncIterator[tuple[Path, str, Running]]:
    """A running service: its folder, its address, its process."""
    lay_prompts(home / "center.yaml", home / "var" / "prompts")
    process = await run_command("serve", "--config", home / "settings.yaml", stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()
        assert line.startswith("ready http://127.0.0.1:"), line
        yield home, line.removeprefix("ready "), process
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.communicate(), 20)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


async def test_the_openapi_document_is_printed():
    status, out, _ = await command("openapi")
    assert status == 0
    assert json.loads(out)["openapi"].startswith("3.")


async def test_a_broken_center_file_is_refused_with_file_line_and_what_to_write(home: Path):
    edit(home / "center.yaml", "skill: billing", "skill: biling")
    line = home.joinpath("center.yaml").read_text().splitlines().index("    skill: biling") + 1
    status, out, err = await command("serve", "--config", str(home / "settings.yaml"))
    assert status == 2
    assert f"center.yaml:{line}: " in err
    assert "billing" in err
    assert "Traceback" not in err
    assert out == ""


async def test_a_broken_flow_file_is_refused(home: Path):
    edit(home / "flows" / "main.yaml", "queue: orders", "queue: ordres")
    status, _, err = await command("center", "apply", str(home / "center.yaml"), "--config", str(home / "settings.yaml"))
    assert status == 2
    assert "main.yaml:" in err


async def test_settings_that_are_no_settings(tmp_path: Path):
    (tmp_path / "settings.yaml").write_text("centre: center.yaml\n")
    status, _, err = await command("serve", "--config", str(tmp_path / "settings.yaml"))
    assert status == 2
    assert "settings.yaml:1: " in err
    assert "center" in err


async def test_a_running_center_follows_a_change_as_a_whole(serving: tuple[Path, str, Running]):
    home, url, _ = serving
    async with aiohttp.ClientSession(headers={"Origin": url}, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        credentials = {"login": "lead-en", "password": "harbor-lead-en"}
        async with http.post(f"{url}/api/v1/session", json=credentials) as answer:
            assert answer.status in (200, 201)
        socket = await open_socket(http, url)
        await socket.send_json({"type": "subscribe", "id": 1, "topic": "board"})
        edit(home / "center.yaml", "label: {en: Billing, zh: 账单}", "label: {en: Invoices, zh: 账单}")
        arguments = ("center", "apply", str(home / "center.yaml"), "--config", str(home / "settings.yaml"))
        status, out, err = await command(*arguments)
        assert status == 1, "without a terminal nothing is changed unless --yes says so"
        assert "queues.billing.label.en" in out
        assert "--yes" in err
        status, out, _ = await command(*arguments, "--yes")
        assert status == 0
        assert "version 2" in out
        async with asyncio.timeout(20):
            async for frame in socket:
                if "Invoices" in frame.data:
                    break
        assert "no difference" in (await command(*arguments, "--yes"))[1]
        edit(home / "center.yaml", "default_queue: orders", "default_queue: nowhere")
        status, _, err = await command(*arguments, "--yes")
        assert status == 2
        assert "center.yaml:9: " in err
        assert "nowhere" in err
        async with http.get(f"{url}/readyz") as ready:
            assert ready.status == 200


async def open_socket(http: aiohttp.ClientSession, url: str) -> aiohttp.ClientWebSocketResponse:
    async with http.post(f"{url}/api/v1/session/ticket") as answer:
        ticket = (await answer.json())["ticket"]
    return await http.ws_connect(f"{url}/api/v1/ws", params={"ticket": ticket})


class Browser:
    """Signs in, and asks who she is."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = aiohttp.ClientSession(headers={"Origin": url}, cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def sign_in(self, login: str, password: str) -> int:
        async with self.http.post(f"{self.url}/api/v1/session", json={"login": login, "password": password}) as answer:
            return answer.status

    async def who(self) -> int:
        async with self.http.get(f"{self.url}/api/v1/session") as answer:
            return answer.status


async def test_the_file_makes_log_ins_and_leaves_those_that_there_are(serving: tuple[Path, str, Running]):
    home, url, _ = serving
    people = home / "agents.yaml"
    stays, moved, gone, new = (Browser(url) for _ in range(4))
    for browser, login in ((stays, "1001"), (moved, "1002"), (gone, "1003")):
        assert await browser.sign_in(login, f"harbor-{login}") == 200
    socket = await open_socket(gone.http, url)
    edit(people, '  "1012":', '  "1013":\n    name: Nora Vance\n    team: lane\n    skills: {orders: 2}\n  "1012":')
    edit(people, "password: harbor-1002", "password: another secret word")
    edit(people, '  - {login: "1003", role: agent, agent: "1003", password: harbor-1003, language: en}\n',
         '  - {login: "1013", role: agent, agent: "1013", password: a fresh secret word}\n')  # fmt: skip
    arguments = ("center", "apply", str(home / "center.yaml"), "--config", str(home / "settings.yaml"), "--yes")

    edit(people, "login: lead-zh, role: supervisor, teams: all", "login: lead-zh, role: auditor")
    edit(people, '  "1003":', '  "1014":')
    async with aiohttp.ClientSession(headers={"Origin": url}, cookie_jar=aiohttp.CookieJar(unsafe=True)) as admin:
        assert (await admin.post(f"{url}/api/v1/session", json={"login": "admin", "password": "harbor-admin"})).status == 200
        made = await admin.post(f"{url}/api/v1/users", json={"login": "lea", "role": "auditor"})
        one_time = (await made.json())["password"]

    status, out, err = await command(*arguments)

    assert status == 0, err
    for wanted in (
        "+ users.1013: ", "+ agents.1013", '= users.lead-zh.role: "supervisor" stays; the file says "auditor"',
        "= users.lea: ", "= users.1003: ", "is not in the file, and stays",
    ):  # fmt: skip
        assert wanted in out, out
    assert "users.1002" not in out, "of a password the file says only the first"
    assert not [secret for secret in ("secret word", "harbor-", "argon2", one_time) if secret in out + err]
    assert [await browser.who() for browser in (stays, moved, gone)] == [200, 200, 401], "whose desk is gone is signed out"
    async with asyncio.timeout(20):
        while (await gone.sign_in("1003", "harbor-1003"), await gone.who()) != (403, 401):  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # it can only be asked
    assert await moved.sign_in("1002", "another secret word") == 401
    assert await moved.sign_in("1002", "harbor-1002") == 200
    assert await new.sign_in("1013", "a fresh secret word") == 200
    assert await new.sign_in("lea", one_time) == 200
    async with asyncio.timeout(20):
        while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    assert (message.type, socket.close_code) == (aiohttp.WSMsgType.CLOSE, 4401)
    assert "no difference" in (await command(*arguments))[1]

    status, password, err = await command("center", "password", "1002", "--config", str(home / "settings.yaml"))
    assert status == 0, err
    assert await moved.who() == 401
    assert await moved.sign_in("1002", password.strip()) == 200
    assert all(json.loads(line)["event"] for line in err.splitlines()), "the log is on stderr, and nothing else is"
    status, _, err = await command("center", "password", "nobody", "--config", str(home / "settings.yaml"))
    assert (status, "no log-in nobody is open" in err) == (2, True)
    for browser in (stays, moved, gone, new):
        await browser.http.close()


async def test_a_file_that_lists_no_log_ins_takes_nobodys(serving: tuple[Path, str, Running]):
    home, url, _ = serving
    people = home / "agents.yaml"
    people.write_text(people.read_text().split("users:")[0])

    _, out, _ = await command("center", "apply", str(home / "center.yaml"), "--config", str(home / "settings.yaml"), "--yes")

    assert "no difference" in out
    assert "users." not in out
    browser = Browser(url)
    assert await browser.sign_in("1001", "harbor-1001") == 200
    await browser.http.close()


@pytest.mark.parametrize("table", ["app_user", "contact", "account"])
async def test_a_first_start_that_is_killed_half_way_leaves_a_center_to_begin_with(home: Path, postgres: Postgres, table: str):
    """Killed while it waits for a table that somebody else holds, in the middle of writing the center."""
    lay_prompts(home / "center.yaml", home / "var" / "prompts")
    url = postgres.create_database()
    (home / "settings.yaml").write_text(f"{SETTINGS}database: {url}\n")
    database = Database(url)
    await database.upgrade()
    await database.close()
    holder, watcher = await asyncpg.connect(url), await asyncpg.connect(url)
    held = holder.transaction()
    await held.start()
    await holder.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
    first = await start("serve", "--config", str(home / "settings.yaml"))
    async with asyncio.timeout(60):
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        while not await watcher.fetchval(waiting):
            assert first.returncode is None, await first.communicate()
    first.kill()
    await first.communicate()
    await held.rollback()
    await holder.close()
    await watcher.close()

    again = await start("serve", "--config", str(home / "settings.yaml"))
    assert again.stdout is not None
    line = (await asyncio.wait_for(again.stdout.readline(), 60)).decode().strip()
    browser = Browser(line.removeprefix("ready "))
    assert await browser.sign_in("lead-en", "harbor-lead-en") == 200
    async with browser.http, browser.http.get(f"{browser.url}/api/v1/contacts?limit=1") as answer:
        assert len((await answer.json())["items"]) == 1, "customers too"
    again.terminate()
    await again.communicate()


async def test_a_second_service_on_the_same_folder_is_refused(serving: tuple[Path, str, Running]):
    home, _, process = serving
    status, _, err = await command("serve", "--config", str(home / "settings.yaml"))
    assert status == 2
    assert "another service runs" in err
    assert process.returncode is None


async def test_a_service_that_is_told_to_stop_stops_and_starts_again_at_once(serving: tuple[Path, str, Running]):
    home, _, process = serving
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 10) == 0
    again = await start("serve", "--config", str(home / "settings.yaml"))
    assert again.stdout is not None
    assert (await asyncio.wait_for(again.stdout.readline(), 30)).startswith(b"ready ")
    again.kill()
    await again.communicate()
    third = await start("serve", "--config", str(home / "settings.yaml"))
    assert third.stdout is not None
    assert (await asyncio.wait_for(third.stdout.readline(), 30)).startswith(b"ready "), "a killed one leaves no lock behind"
    third.terminate()
    await third.communicate()


def everything_in(folder: Path) -> dict[str, tuple[int, int]]:
    """Each file and folder below this one, with its size and when it was changed; not where SQLite's readers leave marks."""
    found = [folder, *(path for path in folder.rglob("*") if not path.name.endswith("-shm"))]
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in found}


async def test_the_doctor_finds_nothing_wrong_before_the_first_start_and_makes_nothing(home: Path):
    before = everything_in(home)
    status, out, _ = await command("doctor", "--config", str(home / "settings.yaml"))
    assert "FAIL" not in out
    assert status == 0
    assert "not there yet: the service makes" in out
    assert everything_in(home) == before


@pytest.mark.parametrize("stopped", [False, True])
async def test_the_doctor_finds_nothing_wrong_with_a_good_installation(serving: tuple[Path, str, Running], stopped: bool):
    home, _, process = serving
    if stopped:
        process.terminate()
        await process.wait()
    before = everything_in(home)
    status, out, _ = await command("doctor", "--config", str(home / "settings.yaml"))
    assert "FAIL" not in out
    assert status == 0
    assert "not there yet" not in out
    if stopped:  # a running service goes on writing
        assert everything_in(home) == before


async def test_the_doctor_migrates_no_database(home: Path, postgres: Postgres):
    url = postgres.create_database()
    (home / "settings.yaml").write_text(f"{SETTINGS}database: {url}\n")

    async def tables() -> int:
        server = await asyncpg.connect(url)
        ours = "SELECT count(*) FROM pg_class WHERE relname IN ('contact', 'events', 'alembic_version')"
        found = int(await server.fetchval(ours))
        await server.close()
        return found

    _, out, _ = await command("doctor", "--config", str(home / "settings.yaml"))
    assert (out.count("not there yet"), await tables()) == (3, 0)

    database = Database(url)
    await database.upgrade()
    async with database.write() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '0002'"))
    _, out, _ = await command("doctor", "--config", str(home / "settings.yaml"))
    assert "ok   database: not migrated yet: the service does it at its start" in out
    async with database.read() as session:
        assert await session.scalar(text("SELECT version_num FROM alembic_version")) == "0002"
    await database.close()


async def test_the_doctor_warns_of_the_demos_passwords_on_a_real_exchange(home: Path):
    (home / "settings.yaml").write_text(
        "center: center.yaml\npassword_cost: light\ndata: var\ncarriers:\n  pbx: {kind: asterisk, ari_url: 'http://127.0.0.1:1/ari'}\n"
    )
    secrets = {"CALLCENTER_PBX_PASSWORD": "x", "CALLCENTER_PBX_ARI_PASSWORD": "y"}
    arguments = ("doctor", "--config", str(home / "settings.yaml"))
    out, users = (await command(*arguments, **secrets))[1], len(read_center(home / "center.yaml").users)
    assert f"warn log-ins: {users} have the demo's passwords" in out
    assert "FAIL prompts" not in out, "the service makes them at its start"
    assert "harbor-" not in out

    edit(home / "agents.yaml", "harbor-1001", "a word of its own")
    edit(home / "center.yaml", "\ntiming:", "\ntrunks: {pbx: {lines: 30}, pxb: {lines: 8}}\ntiming:")
    out = (await command(*arguments, **secrets))[1]
    assert f"warn log-ins: {users - 1} have" in out
    assert "warn trunks: no carrier of the settings is called pxb" in out


async def test_the_doctor_says_what_to_do(home: Path):
    (home / "settings.yaml").write_text(
        "center: center.yaml\npassword_cost: light\ndata: var\nevent_log: postgresql://nobody@127.0.0.1:1/none\n"
        "carriers:\n  pbx: {kind: asterisk, ari_url: 'http://127.0.0.1:1/ari'}\n"
    )
    secrets = {"CALLCENTER_PBX_PASSWORD": "x", "CALLCENTER_PBX_ARI_PASSWORD": "y"}
    process = await run_command("doctor", "--config", home / "settings.yaml", "--json", secrets=secrets, stdout=PIPE)
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 1
    wrong = {finding["check"]: finding["cure"] for finding in json.loads(out) if not finding["good"]}
    assert {"event log", "asterisk pbx"} <= wrong.keys()
    assert all(wrong.values()), "each says what to do"


async def test_output_that_nobody_reads_to_its_end_is_no_error():
    process = await start("openapi")
    assert process.stdout is not None
    assert process.stderr is not None
    assert await process.stdout.readline() == b"{\n"
    process.stdout._transport.close()  # type: ignore[attr-defined]  # as `| head -1` does
    assert await asyncio.wait_for(process.stderr.read(), 30) == b""
    assert await asyncio.wait_for(process.wait(), 30) == 141, "as a shell reports who was told SIGPIPE"


NOISY = """
import sys, structlog
from callcenter import cli
real = cli.examine
async def noisy(*given, **named):
    structlog.get_logger().warning("planted")
    structlog.get_logger().info("planted too")
    return await real(*given, **named)
cli.examine = noisy
cli.main(sys.argv[1:])
"""


async def test_what_a_command_logs_is_never_in_its_output(home: Path):
    arguments = ("doctor", "--json", "--config", str(home / "settings.yaml"))
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", NOISY, *arguments, stdout=PIPE, stderr=PIPE)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert {finding["check"] for finding in json.loads(out)} >= {"settings", "center file"}
    assert [json.loads(line)["event"] for line in err.decode().splitlines()] == ["planted"]
