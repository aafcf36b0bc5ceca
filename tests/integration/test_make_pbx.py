"""`make pbx`: it starts, says how to sign in and whom to call, keeps its secrets, ends with Ctrl-C, and refuses in words."""

import asyncio
import os
import signal
import socket
import stat
from pathlib import Path

import aiohttp
import pytest

from tests.fixtures.ports import claim_free_port
from tests.integration.make_pbx import MakePbx, make_pbx
from tests.integration.pbx import LOOPBACK
from tests.integration.scenario import HangUp, Wait, caller
from tests.integration.sipp import sipp

pytestmark = pytest.mark.timeout(400)
CALLER = "+12125550191"


async def signed_in(http: aiohttp.ClientSession, pbx: MakePbx, user: str, password: str) -> int:
    body = {"login": user, "password": password}
    async with http.post(f"{pbx.url}/api/v1/session", json=body, headers={"Origin": pbx.url}) as answer:
        return answer.status


async def live_calls(http: aiohttp.ClientSession, pbx: MakePbx) -> int:
    async with http.get(f"{pbx.url}/api/v1/calls") as answer:
        return len((await answer.json())["items"])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


async def test_from_nothing_to_a_call_and_back(tmp_path: Path):
    data = tmp_path / "data"
    async with make_pbx(data) as pbx:
        await pbx.start()
        assert pbx.url == f"http://127.0.0.1:{pbx.port}"
        log_ins = pbx.log_ins()
        assert {one.role for one in log_ins} == {"supervisor", "agent"}
        lead = log_ins[0]
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            assert await signed_in(http, pbx, lead.user, lead.password) == 200
            assert await signed_in(http, pbx, lead.user, "harbor-lead-en") == 401, "the sample's password would open it"
            async with http.get(f"{pbx.url}/readyz") as answer:
                assert answer.status == 200
            # As the words say, and without a plus, as many telephones send it.
            number = next(line for line in pbx.said if f"@{LOOPBACK}:{pbx.sip_port} " in line).split("sip:+")[1].split("@")[0]
            does = caller(CALLER, Wait(3_000), HangUp())
            async with sipp(tmp_path / "caller", does, to=(LOOPBACK, pbx.sip_port), service=number) as telephone:
                await telephone.saw("200", "INVITE")
                await telephone.done()
            log = (pbx.exchange() / "log" / "messages.log").read_text()
            assert "Unable" not in log, log
            deadline = asyncio.get_running_loop().time() + 20
            while not await live_calls(http, pbx):
                assert asyncio.get_running_loop().time() < deadline, "the call is in no record"
                await asyncio.sleep(0.1)  # it can only be asked again

        assert (pbx.exchange() / "moh" / "waiting.wav").stat().st_size > 100_000
        kept = [path for path in (data / "secrets").iterdir() if path.is_file()]
        assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        logs = (data / "service.log").read_text() + log + (data / "settings.yaml").read_text()
        assert [path.name for path in kept if path.read_text() in logs] == []
        words = "\n".join(pbx.said)
        assert [path.name for path in kept if not path.name.startswith("login-") and path.read_text() in words] == []

        (asterisk,) = pbx.asterisks()
        await pbx.interrupt()
        assert pbx.asterisks() == [], asterisk
        with socket.create_server((LOOPBACK, pbx.port)):
            pass  # nobody else has it

        # The next start keeps log-ins, prompts and records.
        await pbx.start()
        assert pbx.log_ins() == log_ins
        assert any(line.strip().startswith("0 prompts made") for line in pbx.said), pbx.said
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            assert await signed_in(http, pbx, lead.user, lead.password) == 200
            assert await live_calls(http, pbx) == 1

        # Killed, it leaves nobody behind who would hold the ports.
        os.kill(pbx.own_process(), signal.SIGKILL)
        deadline = asyncio.get_running_loop().time() + 30
        while pbx.asterisks() or answers(pbx.port):
            assert asyncio.get_running_loop().time() < deadline, "somebody lives on"
            await asyncio.sleep(0.05)  # nobody tells when another's child ends


async def test_an_asterisk_that_dies_is_told_and_nothing_goes_on_without_it(tmp_path: Path):
    async with make_pbx(tmp_path / "data") as pbx:
        await pbx.start()
        for process in pbx.asterisks():
            os.kill(process, signal.SIGKILL)
        await pbx.ended()
        assert "Asterisk ended by itself" in pbx.complaint
        assert pbx.status != 0
        with socket.create_server((LOOPBACK, pbx.port)):
            pass


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PORT": "taken"}, ["TCP port", "make pbx PORT="]),
        ({"SIP_PORT": "taken"}, ["UDP port", "make pbx SIP_PORT="]),
        ({"RTP": "20000"}, ["RTP=20000", "RTP=20000-20199"]),
        ({"HOST": "nobody.invalid"}, ["cannot look up", "EXTERNAL="]),
        ({"HOST": "https://calls.example.com"}, ["without https://"]),
        ({"HOST": "2001:db8::7"}, ["IPv6", "write an IPv4 address"]),
        ({"HOST": "127.0.0.1", "CERT": "/nowhere.pem"}, ["CERT and KEY belong together"]),
        ({"HOST": "127.0.0.1", "CERT": "/nowhere.pem", "KEY": "/nowhere.key"}, ["there is no such file"]),
        ({"TURN": "turn.example.com"}, ["TURN_USER=", "CALLCENTER_TURN_PASSWORD"]),
    ],
)
async def test_what_cannot_be_is_refused_in_words(tmp_path: Path, variables: dict[str, str], words: list[str]):
    port = claim_free_port()
    with (
        socket.create_server((LOOPBACK, port)),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as telephone,
    ):
        telephone.bind((LOOPBACK, port))
        given = {name: str(port) if value == "taken" else value for name, value in variables.items()}
        async with make_pbx(tmp_path / "data", **given) as pbx:
            await pbx.start()
            assert pbx.status not in (0, None)
            for word in words:
                assert word in pbx.complaint, pbx.complaint
            assert "Traceback" not in pbx.complaint


async def test_a_host_that_has_an_ipv6_address_only_is_refused_in_words(tmp_path: Path):
    (tmp_path / "hosts").write_text("127.0.0.1 localhost\n2001:db8::7 six.example\n")
    within = ("unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', str(tmp_path / "hosts"))
    async with make_pbx(tmp_path / "data", within=within, HOST="six.example") as pbx:
        await pbx.start()
        assert pbx.status not in (0, None)
        for word in ("six.example", "2001:db8::7", "write an IPv4 address"):
            assert word in pbx.complaint, pbx.complaint


def debootstrap(folder: Path, shell: str) -> dict[str, str]:
    """An environment in which no Asterisk has been made yet, and which finds a debootstrap that does this line of shell."""
    (folder / "bin").mkdir()
    program = folder / "bin" / "debootstrap"
    program.write_text(f"#!/bin/sh\n{shell}\n")
    program.chmod(0o755)
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "CALLCENTER_ASTERISK": str(folder / "cache" / "asterisk")}


async def test_without_an_asterisk_one_is_made_and_where_that_fails_it_says_what_to_do(tmp_path: Path):
    place = tmp_path / "cache" / "asterisk"
    async with make_pbx(tmp_path / "data") as pbx:
        await pbx.start(env=debootstrap(tmp_path, "echo 'E: the mirror does not answer'; exit 1"))
        assert pbx.status not in (0, None)
        for word in (f"into {place}", "the mirror does not answer", f"see {place}.log", "then run make pbx again"):
            assert word in pbx.complaint, pbx.complaint
        assert not place.exists()


async def test_ended_while_it_makes_an_asterisk_it_leaves_nobody_at_work(tmp_path: Path):
    at_work = tmp_path / "at-work"
    async with make_pbx(tmp_path / "data") as pbx:
        environment = debootstrap(tmp_path, f"sleep 1000 & echo $! >{at_work}.new; mv {at_work}.new {at_work}; wait")
        starting = asyncio.create_task(pbx.start(env=environment))
        loop = asyncio.get_running_loop()
        deadline = loop.time() + 60
        while not at_work.exists():
            assert loop.time() < deadline and not starting.done(), (pbx.said, pbx.complaint)  # noqa: PT018  one story
            await asyncio.sleep(0.05)  # a file can only be looked for
        os.kill(pbx.own_process(), signal.SIGTERM)
        await starting
        assert pbx.status is not None
        worker = Path("/proc") / at_work.read_text().strip() / "cmdline"
        while worker.exists() and worker.read_bytes():
            assert loop.time() < deadline, "debootstrap's child works on"
            await asyncio.sleep(0.05)  # nobody tells when another's child ends
