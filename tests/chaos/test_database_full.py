"""The disk of the event log runs full under calls: conversations go on, everybody is told, no file is hurt, and once there is
room everything goes on by itself. A real small file system, filled to its last byte."""

import asyncio
import json
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.chaos.line import Line, lived, on_the_line, readiness
from tests.chaos.rounds import Round, Rounds, rounds
from tests.chaos.test_database_away import AGAIN_MS, once_each, ready
from tests.integration.center import settings
from tests.integration.day import Day
from tests.integration.pbx import Pbx
from tests.integration.people import Answered, Json, now
from tests.integration.service import running

pytestmark = pytest.mark.timeout(300)

SIZE = "24m"
EVENTS = "events.db"


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own, large enough for an ordinary day of the test center."""
    folder = folder / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path) -> Path:
    """Leaves not one byte; answers with the file to delete."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    return filler


async def refused_at_last(line: Line) -> int:
    """The log has some room left in a file of its own: commands are given until one finds none. How long that one took, ms."""
    talk = line.talking[0]
    assert talk.desk is not None
    for _ in range(3_000):
        asked_at = now()
        try:
            await talk.desk.dispose(talk.call, "solved")
        except Answered as answer:
            if answer.status != 503:
                raise
            return now() - asked_at
    raise AssertionError("the disk is not full")


def log_of(events: Path) -> list[Json]:
    """What stands in the log; its file is whole."""
    with sqlite3.connect(events) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = db.execute("SELECT position, kind, payload FROM events ORDER BY position").fetchall()
    db.close()
    return [{"position": position, "kind": kind, "payload": json.loads(it)} for position, kind, it in rows]


async def full(disk: Path, chaos: Round, day: Day) -> None:
    """Not a byte is left on the disk of the log, and then there is room again."""
    async with on_the_line(day, chaos) as line:
        full_at = now()
        filler = await asyncio.to_thread(fill, disk)
        try:
            answered_ms = await refused_at_last(line)
            status, checks = await readiness(day)
            assert status == 503
            assert "full" in checks["hub"], checks["hub"]
            assert "log_disk_full" in day.service.log()
            log_of(disk / EVENTS)
        finally:
            filler.unlink()
        room_at = now()
        again_at = await ready(day, AGAIN_MS / 1000)
        await line.still_there()
        assert line.interruptions(full_at, now() - 500) == {}
        await line.next_caller(line.talking[chaos.draw.randrange(2)])
        await line.go_home()
        await line.no_recording_runs()
    chaos.note(refused_after_ms=answered_ms, decides_again_ms=again_at - room_at)


@pytest.mark.parametrize("chaos", rounds({"disk full": (4, 12)}), indirect=True)
def test_a_full_disk_is_told_and_nothing_is_hurt(chaos: Rounds, tmp_path: Path):
    def day(rounds: Sequence[Round], folder: Path) -> None:
        with small_disk(folder) as disk:
            kept = lived(folder, rounds, {"disk full": partial(full, disk)}, partial(running, write=partial(log_there, disk)))
            once_each(kept, log_of(disk / EVENTS))

    chaos.live(day, tmp_path)


def log_there(disk: Path, folder: Path, pbx: Pbx, port: int) -> Path:
    """The log alone is on the small disk; rows and recordings have room."""
    file = settings(folder, pbx, port)
    file.write_text(file.read_text() + f"\nevent_log: sqlite:///{disk / EVENTS}\n")
    return file
