"""The command `callcenter` as an operator meets it: real processes, broken files, a center changed while it runs, the doctor."""

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

import config

EXAMPLE = Path(config.__file__).parent / "example"
SETTINGS = "center: center.yaml\nlisten: 127.0.0.1:0\ndata: var\ncarriers:\n  demo: {kind: simulated}\n"


async def command(*arguments: str, answer: str | None = None) -> tuple[int, str, str]:
    """Status, stdout and stderr."""
    process = await start(*arguments)
    out, err = await asyncio.wait_for(process.communicate(answer.encode() if answer else None), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def start(*arguments: str) -> Process:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CALLCENTER_")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "callcenter", *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with the sample center and settings of its own."""
    for name in ("center.yaml", "agents.yaml", "customers.yaml", "prompts.yaml"):
        shutil.copy(EXAMPLE / name, tmp_path)
    shutil.copytree(EXAMPLE / "flows", tmp_path / "flows")
    (tmp_path / "settings.yaml").write_text(SETTINGS)
    return tmp_path


@pytest.fixture
async def serving(home: Path) -> AsyncIterator[tuple[Path, str, Process]]:
    """A running service: its folder, its address, its process."""
    process = await start("serve", "--config", str(home / "settings.yaml"))
    assert process.stdout is not None
    line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode().strip()
    assert line.startswith("ready http://127.0.0.1:"), line
    yield home, line.removeprefix("ready "), process
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


async def test_a_running_center_follows_a_change_as_a_whole(serving: tuple[Path, str, Process]):
    home, url, _ = serving
    async with aiohttp.ClientSession(headers={"Origin": url}, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        credentials = {"login": "lead-en", "password": "harbor-lead-en"}
        async with http.post(f"{url}/api/v1/session", json=credentials) as answer:
            assert answer.status in (200, 201)
        socket = await http.ws_connect(f"{url}/api/v1/ws")
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
        assert (await command(*arguments, "--yes"))[1].startswith("no difference")
        edit(home / "center.yaml", "default_queue: orders", "default_queue: nowhere")
        status, _, err = await command(*arguments, "--yes")
        assert status == 2
        assert "center.yaml:8: " in err
        assert "nowhere" in err
        async with http.get(f"{url}/readyz") as ready:
            assert ready.status == 200


async def test_a_second_service_on_the_same_folder_is_refused(serving: tuple[Path, str, Process]):
    home, _, process = serving
    status, _, err = await command("serve", "--config", str(home / "settings.yaml"))
    assert status == 2
    assert "another service runs" in err
    assert process.returncode is None


async def test_a_service_that_is_told_to_stop_stops_and_starts_again_at_once(serving: tuple[Path, str, Process]):
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


async def test_the_doctor_finds_nothing_wrong_with_a_good_installation(home: Path):
    status, out, _ = await command("doctor", "--config", str(home / "settings.yaml"))
    assert "FAIL" not in out
    assert status == 0


async def test_the_doctor_says_what_to_do(home: Path):
    (home / "settings.yaml").write_text(
        "center: center.yaml\ndata: var\nevent_log: postgresql://nobody@127.0.0.1:1/none\n"
        "carriers:\n  pbx: {kind: asterisk, ari_url: 'http://127.0.0.1:1/ari'}\n"
    )
    environment = dict(os.environ, CALLCENTER_PBX_PASSWORD="x", CALLCENTER_PBX_ARI_PASSWORD="y")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "callcenter", "doctor", "--config", str(home / "settings.yaml"), "--json"),
        stdout=PIPE, stderr=PIPE, env=environment,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 1
    wrong = {finding["check"]: finding["cure"] for finding in json.loads(out) if not finding["good"]}
    assert {"event log", "asterisk pbx", "prompts"} <= wrong.keys()
    assert all(wrong.values()), "each says what to do"


async def test_output_that_nobody_reads_to_its_end_is_no_error():
    process = await start("openapi")
    assert process.stdout is not None
    assert process.stderr is not None
    assert await process.stdout.readline() == b"{\n"
    process.stdout._transport.close()  # type: ignore[attr-defined]  # as `| head -1` does
    assert await asyncio.wait_for(process.stderr.read(), 30) == b""
    assert await asyncio.wait_for(process.wait(), 30) == 141, "as a shell reports who was told SIGPIPE"
