"""Asterisk that is there and cannot be heard: frozen, its socket reset, its application taken by a foreign client. Callers keep
their agents, their places and what they hear, as far as Asterisk lives; afterwards everything goes on where it was."""

import asyncio
import os
import signal
from pathlib import Path

import aiohttp
import pytest

from tests.chaos.line import BACK_S, lived, on_the_line, readiness, until
from tests.chaos.rounds import Round, rounds
from tests.integration.bad_line import BadlyWired, badly_wired
from tests.integration.day import Day
from tests.integration.pbx import LOOPBACK
from tests.integration.people import now
from tests.integration.service import ROOT

pytestmark = pytest.mark.timeout(300)

ECHO_MS = 2_000 + 2 * 1_500
"""One echo is asked for every 2 s; the second that is not answered within 1.5 s means that nobody is there."""
BUSY_MS = 1_500
"""For a machine that has other work besides."""
FROZEN_MS = (7_000, 20_000)


@pytest.mark.parametrize("chaos", rounds("asterisk frozen", calls=(4, 16)), indirect=True)
def test_a_frozen_asterisk_is_noticed_and_everything_goes_on_when_it_thaws(chaos: Round, tmp_path: Path):
    async def story(day: Day) -> None:
        pbx = day.service.pbx
        async with on_the_line(day, chaos) as line:
            frozen_at = now()
            pbx.signal(signal.SIGSTOP)
            try:
                noticed_at = await line.carrier(False, 10)
                assert noticed_at - frozen_at <= ECHO_MS + BUSY_MS
                status, checks = await readiness(day)
                assert status == 503
                assert "Asterisk is silent" in checks["carrier pbx"]
                await until(frozen_at + FROZEN_MS[chaos.long])
            finally:
                pbx.signal(signal.SIGCONT)
            thawed_at = now()
            back_at = await line.carrier(True, BACK_S)
            await line.still_there()
            await line.all_hear()
            found_at = now()
            await line.next_caller(line.talking[chaos.draw.randrange(2)])
            await line.go_home()
            await line.no_recording_runs()
        chaos.note(noticed_ms=noticed_at - frozen_at, back_ms=back_at - thawed_at, heard_again_ms=found_at - thawed_at)

    lived(tmp_path, story)


@pytest.mark.parametrize("chaos", rounds("socket reset", calls=(5, 20)), indirect=True)
def test_a_reset_socket_costs_nobody_a_sound_and_who_left_meanwhile_is_gone(chaos: Round, tmp_path: Path):
    async def story(day: Day) -> None:
        service = day.service
        assert isinstance(service, BadlyWired)
        async with on_the_line(day, chaos) as line:
            leaver = line.waiting.pop(chaos.draw.randrange(len(line.waiting)))
            (channel,) = [one["id"] for one in service.pbx.channels() if one["caller"]["number"] == leaver.number]
            reset_at = now()
            await service.relay.reset()
            noticed_at = await line.carrier(False, 5)
            service.pbx.http("DELETE", f"/channels/{channel}")
            await leaver.sipp.done()
            await until(reset_at + chaos.draw.randrange(0, 3_000))
            await service.relay.mend()
            mended_at = now()
            back_at = await line.carrier(True, BACK_S)
            await service.board.until(lambda b: leaver.call not in b.calls, "who left is still there", BACK_S)
            gone_at = now()
            await line.still_there()
            await line.all_hear()
            assert line.interruptions(reset_at, now() - 500) == {}
            await line.next_caller(line.talking[chaos.draw.randrange(2)])
            await line.go_home()
            await line.no_recording_runs()
            day.note(leaver.number)
        chaos.note(noticed_ms=noticed_at - reset_at, back_ms=back_at - mended_at, gone_ms=gone_at - mended_at)

    kept = lived(tmp_path, story, badly_wired)
    told = kept.story("round")
    assert told.record(told.note)["summary"]["end"] in ("lost", "abandoned_in_queue")


@pytest.mark.parametrize("chaos", rounds("foreign client", calls=(4, 12)), indirect=True)
def test_a_foreign_client_is_named_with_its_cure_and_the_cure_helps(chaos: Round, tmp_path: Path):
    async def story(day: Day) -> None:
        pbx = day.service.pbx
        values = pbx.values
        login = aiohttp.encode_basic_auth(values.ari_user, values.ari_password)
        url = f"ws://{LOOPBACK}:{values.http_port}/ari/events?app={values.application}"
        async with on_the_line(day, chaos) as line:
            came_at = now()
            async with aiohttp.ClientSession() as http, http.ws_connect(url, headers={"Authorization": login}):
                noticed_at = await line.carrier(False, 10)
                assert noticed_at - came_at <= ECHO_MS + BUSY_MS
                status, checks = await readiness(day)
                assert status == 503
                assert "Another program has taken the application" in checks["carrier pbx"]
                assert "Stop that program" in checks["carrier pbx"]
                said = await doctor(day)
                assert "Another program has taken the application" in said
                assert "module reload res_ari.so" in said
            configuration = pbx.home / "etc" / "ari.conf"
            whole = configuration.read_text()
            configuration.write_text(whole[: whole.index(f"[{values.application}]")])
            await asyncio.to_thread(pbx.cli, "module reload res_ari.so")
            configuration.write_text(whole)
            await asyncio.to_thread(pbx.cli, "module reload res_ari.so")
            cured_at = now()
            back_at = await line.carrier(True, BACK_S)
            await line.still_there()
            await line.all_hear()
            assert line.interruptions(came_at, now() - 500) == {}
            await line.next_caller(line.talking[chaos.draw.randrange(2)])
            await line.go_home()
            await line.no_recording_runs()
        chaos.note(noticed_ms=noticed_at - came_at, back_after_cure_ms=back_at - cured_at)

    lived(tmp_path, story)


async def doctor(day: Day) -> str:
    """What `callcenter doctor` says now; it finds something wrong."""
    values = day.service.pbx.values
    secrets = {"CALLCENTER_PBX_PASSWORD": values.service_password, "CALLCENTER_PBX_ARI_PASSWORD": values.ari_password}
    process = await asyncio.create_subprocess_exec(
        ROOT / ".venv" / "bin" / "callcenter", "doctor", "--config", day.service.folder / "service.yaml",
        env={**os.environ, **secrets}, stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 1, "the doctor finds nothing wrong"
    return said.decode()
