"""The database of log and rows goes away under calls: conversations go on, commands are answered "try again", and when it is back
everything goes on by itself. What the log holds then is compared with what telephones and Asterisk saw."""

import asyncio
import csv
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, closing
from functools import partial
from pathlib import Path

import msgspec
import pytest

from tests.chaos.line import BACK_S, Line, lived, on_the_line, readiness, until
from tests.chaos.rounds import Round, Rounds, rounds
from tests.fixtures.postgres import Postgres
from tests.integration.center import settings
from tests.integration.day import Day, Kept, within
from tests.integration.pbx import Pbx
from tests.integration.people import Answered, Json, now
from tests.integration.service import Service, running

pytestmark = pytest.mark.timeout(300)

AWAY_MS = (4_000, 20_000)
ANSWERED_MS = 8_000
"""Within this a command is answered, if only by "try again"."""
AGAIN_MS = 10_000
"""Within this after the database is back the service decides again."""


def on_postgres(url: str) -> Callable[[Path], AbstractAsyncContextManager[Service]]:
    """The service with log and rows in this database."""

    def write(folder: Path, pbx: Pbx, port: int) -> Path:
        file = settings(folder, pbx, port)
        file.write_text(file.read_text() + f"\ndatabase: {url}\n")
        return file

    return partial(running, write=write)


async def ready(day: Day, seconds: float) -> int:
    """Waits until /readyz is content; returns when."""
    status, checks = await within(seconds, lambda: readiness(day), lambda said: said[0] == 200)
    assert status == 200, checks
    return now()


async def refused(line: Line) -> int:
    """The agent cannot put her call on hold now; how long she waited for that answer, ms."""
    talk = line.talking[0]
    assert talk.desk is not None
    asked_at = now()
    with pytest.raises(Answered) as answer:
        await talk.desk.hold(talk.call)
    assert answer.value.status == 503, answer.value
    return now() - asked_at


def once_each(kept: Kept, log: list[Json]) -> None:
    """The log has no gap, and every caller and every ring that was seen from outside is in it once."""
    assert [row["position"] for row in log] == list(range(1, len(log) + 1))
    arrived = [row["payload"]["leg"] for row in log if row["kind"] == "CallArrived"]
    over = [row["payload"]["call"] for row in log if row["kind"] == "CallOver"]
    called = [(story, number) for story, numbers in kept.calls.items() for number in numbers]
    assert len(arrived) == len(set(arrived)) == len(called)
    assert len(over) == len(set(over)) == len(arrived)
    with (kept.folder / "legs.csv").open(newline="") as file:
        channels = [row[0] for row in csv.reader(file)]
    assert set(arrived) <= set(channels)
    rung = [row["payload"]["leg"] for row in log if row["kind"] == "OfferMade"]
    assert len(rung) == len(set(rung))
    ours = {channel for channel in channels if channel.startswith("l") and len(channel) == 20}
    assert ours <= set(rung), "nobody was rung of whom the log knows nothing"
    for story, number in called:
        kept.story(story).record(number)


def log_of(postgres: Postgres, url: str) -> list[Json]:
    rows = postgres.execute(
        "SELECT json_build_object('position', position, 'kind', kind, 'payload', payload) FROM log.events ORDER BY position",
        url.rsplit("/", 1)[1],
    )
    return [msgspec.json.decode(row) for row in rows.splitlines()]


async def away(postgres: Postgres, chaos: Round, day: Day) -> None:
    """It stands still, or is stopped, and comes back."""
    go, back = (postgres.freeze, postgres.thaw) if chaos.kind == "postgres frozen" else (postgres.kill, postgres.start)
    async with on_the_line(day, chaos) as line:
        leaver = line.waiting.pop(chaos.draw.randrange(len(line.waiting)))
        channels = day.service.pbx.channels()
        (channel,) = [one["id"] for one in channels if one["caller"]["number"] == leaver.number]
        await until(now() + chaos.draw.randrange(0, 500))
        gone_at = now()
        await asyncio.to_thread(go)
        try:
            answered_ms = await refused(line)
            assert answered_ms <= ANSWERED_MS
            status, checks = await readiness(day)
            assert status == 503
            assert checks["database"], "it names the database"
            day.service.pbx.http("DELETE", f"/channels/{channel}")
            await leaver.sipp.done()
            await until(gone_at + AWAY_MS[chaos.long])
        finally:
            await asyncio.to_thread(back)
        there_at = now()
        again_at = await ready(day, AGAIN_MS / 1000)
        board = day.service.board
        await board.until(lambda b: leaver.call not in b.calls, "who left is still there", BACK_S)
        await line.still_there()
        assert line.interruptions(gone_at, now() - 500) == {}
        await line.next_caller(line.talking[chaos.draw.randrange(2)])
        await line.go_home()
        await line.no_recording_runs()
        day.note(leaver.number)
    chaos.note(refused_after_ms=answered_ms, decides_again_ms=again_at - there_at)


@pytest.mark.parametrize("chaos", rounds({"postgres frozen": (5, 16), "postgres stopped": (5, 16)}), indirect=True)
def test_calls_go_on_without_the_database_and_it_goes_on_by_itself(chaos: Rounds, tmp_path: Path):
    def day(rounds: Sequence[Round], folder: Path) -> None:
        with closing(Postgres()) as postgres:
            url = postgres.create_database()
            kept = lived(folder, rounds, dict.fromkeys((one.kind for one in rounds), partial(away, postgres)), on_postgres(url))
            once_each(kept, log_of(postgres, url))
        for one in rounds:
            told = kept.story(one.name)
            assert told.record(told.note)["summary"]["end"] == "abandoned_in_queue"

    chaos.live(day, tmp_path)
