"""kill -9 of Asterisk with callers in conversations and in the queue; it is started again, as init would do."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.chaos.line import ANA, BACK_S, BEN, Line, lived, on_the_line, until
from tests.chaos.rounds import Round, Rounds, rounds
from tests.integration.center import DIRECT
from tests.integration.day import Day, Kept
from tests.integration.pbx import LOOPBACK
from tests.integration.people import Person, now
from tests.integration.scenario import Stay
from tests.integration.softphone import softphone

pytestmark = pytest.mark.timeout(300)

EVA = "1003"
AFTER = "+12125550280"
NOTICED_MS = 2_000


async def killed(chaos: Round, day: Day) -> None:
    """It dies, and is started again."""
    service, pbx = day.service, day.service.pbx
    eva = Person(service.url, EVA)
    await eva.sign_in()
    account = await eva.ask("POST", "/me/phone")
    url = f"ws://{LOOPBACK}:{pbx.values.http_port}/ws"
    try:
        async with on_the_line(day, chaos) as line:
            async with softphone(url, account["user"], account["password"], domain="callcenter.invalid") as phone:
                assert await phone.register() == 200
                await reachable(line, EVA, True)
                killed_at = now()
                await asyncio.to_thread(pbx.kill)
                noticed_at = await line.carrier(False, 5)
            assert noticed_at - killed_at < NOTICED_MS
            await until(killed_at + chaos.draw.randrange(0, 3_000))
            await asyncio.to_thread(pbx.start)
            started_at = now()
            back_at = await line.carrier(True, BACK_S)
            closed_at = await line.all_over(5)
            day.note((killed_at, closed_at))
            async with softphone(url, account["user"], account["password"], domain="callcenter.invalid") as phone:
                assert await phone.register() == 200, "her account is there again, with the same password"
                await reachable(line, EVA, True)
            await free_again(line)
            await line.no_recording_runs()
    finally:
        await eva.ask("DELETE", "/session")
        await eva.close()
    chaos.note(noticed_ms=noticed_at - killed_at, up_after_start_ms=back_at - started_at, closed_ms=closed_at - back_at)


@pytest.mark.parametrize("chaos", rounds({"asterisk killed": (5, 20)}), indirect=True)
def test_calls_that_died_are_closed_and_agents_are_free_again(chaos: Rounds, tmp_path: Path):
    def day(rounds: Sequence[Round], folder: Path) -> None:
        kept = lived(folder, rounds, {"asterisk killed": killed})
        for one in rounds:
            closed(one, kept)

    chaos.live(day, tmp_path)


def closed(chaos: Round, kept: Kept) -> None:
    """Every call of the round has its record, with the right end."""
    told = kept.story(chaos.name)
    killed_at, closed_at = told.note
    for number in kept.calls[chaos.name][:-1]:
        summary = told.record(number)["summary"]
        assert summary["end"] == "lost"
        assert killed_at - 500 <= summary["ended_at"] <= closed_at
    assert told.record(AFTER)["summary"]["end"] == "completed"
    kept_ms = [one["duration_ms"] for record in told.records()[:2] for one in record["recordings"] if one["state"] == "kept"]
    chaos.note(recordings_kept=len(kept_ms))
    assert all(kept_ms)


async def reachable(line: Line, agent: str, so: bool) -> None:
    await line.day.service.board.until(lambda b: b.agents[agent]["reachable"] is so, f"{agent}'s phone: {not so}", 10)


async def free_again(line: Line) -> None:
    """Both agents leave the wrap-up of the call that died, and a new caller reaches one of them."""
    day = line.day
    for talk in line.talking:
        assert talk.desk is not None
        await day.state(talk.desk.agent, "wrap_up", seconds=5)
        await talk.desk.finish()
        # A restart forgets the telephone that stands in for her softphone; the account itself is the service's to restore.
        day.service.put_telephone(talk.desk.device, talk.desk.port)
        await reachable(line, talk.desk.agent, True)
        await day.state(talk.desk.agent, "available", seconds=5)
    async with day.caller(AFTER, Stay(), dialed=DIRECT) as caller:
        call = await day.call(AFTER, "connected")
        desk = next(talk.desk for talk in line.talking if talk.desk and day.service.board.agents[talk.desk.agent]["call"] == call)
        assert desk.agent in (ANA, BEN)
        await day.hears(caller, desk.tone_hz)
        await desk.hang_up(call)
        await caller.done()
