"""Asterisk that is there and cannot be heard: frozen, its socket reset, its application taken by a foreign client. Callers keep
their agents, their places and what they hear, as far as Asterisk lives; afterwards everything goes on where it was."""

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import pytest

from tests.chaos.line import BACK_S, Play, lived, on_the_line, readiness, until
from tests.chaos.rounds import Round, Rounds, rounds
from tests.integration.bad_line import BadlyWired, badly_wired
from tests.integration.day import Day, within
from tests.integration.pbx import LOOPBACK
from tests.integration.people import now
from tests.integration.service import ROOT

pytestmark = pytest.mark.timeout(300)

ECHO_MS = 2_000 + 2 * 1_500
"""One echo is asked for every 2 s; the second that is not answered within 1.5 s means that nobody is there."""
BUSY_MS = 1_500
"""For a machine that has other work besides."""
FROZEN_MS = (7_000, 20_000)


async def frozen(chaos: Round, day: Day) -> None:
    """It stands still, and thaws: that is noticed, and everything goes on."""
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


async def reset(chaos: Round, day: Day) -> None:
    """Its socket is reset: nobody misses a sound, and who left meanwhile is gone."""
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


async def taken(chaos: Round, day: Day) -> None:
    """A foreign client takes the application: it is named with its cure, and the cure helps."""
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
        # Put back before Asterisk has let go of its socket, it may be deaf for good.
        _, checks = await within(BACK_S, lambda: readiness(day), lambda said: "closed the socket" in said[1]["carrier pbx"])
        assert "closed the socket" in checks["carrier pbx"]
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


KINDS = {"asterisk frozen": (4, 16), "socket reset": (5, 20), "foreign client": (4, 12)}
PLAY: dict[str, Play] = {"asterisk frozen": frozen, "socket reset": reset, "foreign client": taken}


@pytest.mark.parametrize("chaos", rounds(KINDS), indirect=True)
def test_asterisk_is_there_and_cannot_be_heard(chaos: Rounds, tmp_path: Path):
    def day(rounds: Sequence[Round], folder: Path) -> None:
        kept = lived(folder, rounds, PLAY, badly_wired)
        for one in rounds:
            if one.kind == "socket reset":
                told = kept.story(one.name)
                assert told.record(told.note)["summary"]["end"] in ("lost", "abandoned_in_queue")

    chaos.live(day, tmp_path)


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
