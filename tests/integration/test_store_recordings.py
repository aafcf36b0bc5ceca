"""Recordings on the disk: whole or not at all, found by their row, replaced and deleted without leaving anything."""

import asyncio
import hashlib
import io
import os
import resource
import time
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.kernel.errors import NotFound
from callcenter.kernel.ids import Entropy
from callcenter.store.database import Database
from callcenter.store.recordings import BadRecording, RecordingFault, Recordings

ENTROPY = Entropy(b"recordings")
RECORDING, OTHER, CALL = ENTROPY.recording(), ENTROPY.recording(), ENTROPY.call()


def sound(ms: int, *, rate: int = 8_000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(b"\x01\x02" * (rate * ms // 1000))
    return file.getvalue()


async def in_chunks(content: bytes, size: int = 1_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "recordings"


@pytest.fixture
async def recordings(database: Database, folder: Path) -> Recordings:
    recordings = Recordings(database, folder)
    await recordings.prepare()
    return recordings


async def test_what_was_kept_is_found_again(recordings: Recordings, folder: Path):
    content = sound(2_500)
    kept = await recordings.keep(RECORDING, CALL, in_chunks(content))
    assert kept == await recordings.find(RECORDING)
    assert kept.path.read_bytes() == content
    assert (kept.size, kept.duration_ms, kept.media_type, kept.call) == (len(content), 2_500, "audio/wav", CALL)
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert kept.stored_at == kept.path.stat().st_mtime_ns // 1_000_000
    assert files(folder) == [kept.path]


async def test_the_name_tells_nothing_and_only_the_service_may_read(recordings: Recordings, folder: Path):
    kept = await recordings.keep(RECORDING, CALL, in_chunks(sound(100)))
    assert RECORDING not in str(kept.path)
    assert CALL not in str(kept.path)
    assert kept.path.stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
    other = await recordings.keep(OTHER, CALL, in_chunks(sound(100)))
    assert other.path != kept.path
    assert [one.recording for one in await recordings.of_call(CALL)] in ([RECORDING, OTHER], [OTHER, RECORDING])


async def test_keeping_again_replaces_and_leaves_nothing_behind(recordings: Recordings, folder: Path):
    await recordings.keep(RECORDING, CALL, in_chunks(sound(100)))
    again = await recordings.keep(RECORDING, CALL, in_chunks(sound(200)))
    assert (await recordings.find(RECORDING)).duration_ms == 200
    assert files(folder) == [again.path]


async def test_a_carrier_that_fails_half_way_leaves_nothing(recordings: Recordings, folder: Path):
    async def broken() -> AsyncIterator[bytes]:
        yield sound(100)[:50]
        raise ConnectionResetError("gone")

    with pytest.raises(RecordingFault):
        await recordings.keep(RECORDING, CALL, broken())
    assert files(folder) == []
    with pytest.raises(NotFound):
        await recordings.find(RECORDING)


@pytest.mark.parametrize("content", [b"", b"<html>no</html>", sound(100)[:20], sound(0)])
async def test_what_is_no_recording_is_refused(recordings: Recordings, folder: Path, content: bytes):
    with pytest.raises(BadRecording):
        await recordings.keep(RECORDING, CALL, in_chunks(content))
    assert files(folder) == []


async def test_a_header_that_promises_too_much_is_not_believed(recordings: Recordings):
    content = bytearray(sound(1_000))
    content[40:44] = (0x7FFFFFF0).to_bytes(4, "little")
    kept = await recordings.keep(RECORDING, CALL, in_chunks(bytes(content)))
    assert 1_000 <= kept.duration_ms <= 1_010


async def test_a_failed_row_leaves_no_file(database: Database, recordings: Recordings, folder: Path):
    """The database refuses the row: the call is none that a text column can hold."""
    with pytest.raises(Exception, match="recording_file"):
        await recordings.keep(RECORDING, None, in_chunks(sound(100)))  # type: ignore[arg-type]
    assert files(folder) == []


async def test_a_full_disk_is_said_and_leaves_nothing(recordings: Recordings, folder: Path):
    """A file may not grow beyond a limit here, as on a disk without room."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    try:
        with pytest.raises(RecordingFault):
            await recordings.keep(RECORDING, CALL, in_chunks(sound(60_000), 50_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert files(folder) == []


async def test_deleting_takes_row_and_file(recordings: Recordings, folder: Path):
    await recordings.keep(RECORDING, CALL, in_chunks(sound(100)))
    await recordings.delete(RECORDING)
    assert files(folder) == []
    for gone in (recordings.find(RECORDING), recordings.delete(RECORDING)):
        with pytest.raises(NotFound):
            await gone


async def test_a_file_that_vanished_is_not_found(recordings: Recordings):
    kept = await recordings.keep(RECORDING, CALL, in_chunks(sound(100)))
    kept.path.unlink()
    with pytest.raises(NotFound):
        await recordings.find(RECORDING)


async def test_a_start_removes_what_a_crash_left_and_keeps_the_rest(recordings: Recordings, folder: Path):
    kept = await recordings.keep(RECORDING, CALL, in_chunks(sound(100)))
    (kept.path.parent / "half.part").write_bytes(b"half")
    await recordings.prepare()
    assert files(folder) == [kept.path]


async def test_a_folder_that_cannot_be_written_is_said(database: Database, tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RecordingFault, match="check its owner"):
        await Recordings(database, tmp_path / "file" / "recordings").prepare()


def handles(folder: Path) -> list[str]:
    """Files below the folder that this process holds open."""
    opened = (os.readlink(entry) for entry in Path("/proc/self/fd").iterdir() if entry.exists())
    return [name for name in opened if name.startswith(str(folder))]


@pytest.mark.parametrize("steps", range(1, 16))
async def test_giving_up_at_any_moment_leaves_no_file_and_no_handle(recordings: Recordings, folder: Path, steps: int):
    """The loop stands still before the end, so that a thread has done its part and nobody has taken its result yet."""

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield sound(10)

    task = asyncio.create_task(recordings.keep(RECORDING, CALL, endless()))
    for _ in range(steps):
        await asyncio.sleep(0)
        time.sleep(0.003)  # noqa: ASYNC251
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.get_running_loop().shutdown_default_executor()
    await asyncio.sleep(0)
    assert handles(folder) == []
    assert files(folder) == []
