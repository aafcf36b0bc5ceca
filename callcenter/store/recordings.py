"""Recordings of conversations on the disk, and the row that finds each again. Nothing here knows how one sounds.

A file has a random name that tells nothing, is complete as soon as it is there, and is only found through its row. Who may
listen is the API's to decide, and range requests are its to answer.
"""

import asyncio
import contextlib
import errno
import hashlib
import os
import secrets
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from sqlalchemy import select

from callcenter.kernel.errors import HouseError, NotFound, TryAgain
from callcenter.kernel.ids import CallId, RecordingId
from callcenter.store.database import Database
from callcenter.store.tables.recordings import RecordingFileRow

PARTIAL = ".part"
WAV = "audio/wav"


class BadRecording(HouseError):
    """What the carrier delivered is no recording, or an empty one: it will not become better by asking again."""

    code = "bad_recording"


class RecordingFault(TryAgain):
    """The file could not be written; nothing of it stays. `why` says what to do."""

    code = "recording_not_written"


class Kept(Struct, frozen=True, kw_only=True):
    recording: RecordingId
    call: CallId
    path: Path
    media_type: str
    size: int
    """Bytes."""
    duration_ms: int
    sha256: str
    stored_at: int
    """ms since the epoch, as the file system says."""


class Recordings:
    """`folder` is made when it is missing; only this service may read it."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    async def prepare(self) -> None:
        """Makes the folder and removes what a crash left half written. Raises RecordingFault when it cannot be written."""
        try:
            await asyncio.to_thread(self._prepare)
        except OSError as error:
            raise _fault(error) from error

    async def keep(self, recording: RecordingId, call: CallId, content: AsyncIterator[bytes]) -> Kept:
        """Stores a WAV file. When this returns, file and row outlive a power cut; a second time replaces the first.

        Raises BadRecording when the content is no WAV file or has no sound in it, RecordingFault and StoreFault when it
        could not be written, and whatever `content` raises.
        """
        file = f"{(name := secrets.token_hex(16))[:2]}/{name}.wav"
        path = self._folder / file
        try:
            partial, stream = await self._begin(path)
            try:
                digest, size = await _write(stream, content)
                duration_ms = await asyncio.to_thread(_duration_ms, partial)
                stored_at = await asyncio.to_thread(_publish, partial, path)
            except BaseException:
                await asyncio.to_thread(partial.unlink, missing_ok=True)
                raise
        except OSError as error:
            raise _fault(error) from error
        try:
            replaced = await self._write_row(recording, call, file, size, duration_ms, digest, stored_at)
        except BaseException:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise
        if replaced is not None:
            await asyncio.to_thread((self._folder / replaced).unlink, missing_ok=True)
        return await self.find(recording)

    async def _write_row(
        self, recording: RecordingId, call: CallId, file: str, size: int, duration_ms: int, digest: str, stored_at: int
    ) -> str | None:
        """The file that the row named before, if any."""
        async with self._database.write() as session:
            there = await session.get(RecordingFileRow, recording)
            replaced = None if there is None else there.file
            await session.merge(
                RecordingFileRow(
                    recording=recording,
                    call=call,
                    file=file,
                    media_type=WAV,
                    size=size,
                    duration_ms=duration_ms,
                    sha256=digest,
                    stored_at=stored_at,
                )
            )
        return replaced

    async def find(self, recording: RecordingId) -> Kept:
        """NotFound when there is none, or when its file is gone."""
        async with self._database.read() as session:
            row = await session.get(RecordingFileRow, recording)
        if row is None or not await asyncio.to_thread((self._folder / row.file).is_file):
            raise NotFound("there is no such recording")
        return self._kept(row)

    async def of_call(self, call: CallId) -> list[Kept]:
        """In the order in which they were stored."""
        query = select(RecordingFileRow).where(RecordingFileRow.call == call).order_by(RecordingFileRow.stored_at)
        async with self._database.read() as session:
            return [self._kept(row) for row in await session.scalars(query)]

    async def delete(self, recording: RecordingId) -> None:
        """The row first: a file without a row is found by nobody, a row without a file would be a promise."""
        async with self._database.write() as session:
            row = await session.get(RecordingFileRow, recording)
            if row is None:
                raise NotFound("there is no such recording")
            await session.delete(row)
        await asyncio.to_thread((self._folder / row.file).unlink, missing_ok=True)

    def _kept(self, row: RecordingFileRow) -> Kept:
        return Kept(
            recording=RecordingId(row.recording),
            call=CallId(row.call),
            path=self._folder / row.file,
            media_type=row.media_type,
            size=row.size,
            duration_ms=row.duration_ms,
            sha256=row.sha256,
            stored_at=row.stored_at,
        )

    def _prepare(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for partial in self._folder.glob(f"*/*{PARTIAL}"):
            partial.unlink(missing_ok=True)
        probe = self._folder / f"probe{PARTIAL}"
        probe.touch(mode=0o600)
        probe.unlink()

    async def _begin(self, path: Path) -> tuple[Path, BinaryIO]:
        """An empty file next to where the whole one will be. Whoever gives up meanwhile leaves neither it nor a handle behind."""
        opening = asyncio.ensure_future(asyncio.to_thread(_open, path))
        try:
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_abandon)
            raise


def _open(path: Path) -> tuple[Path, BinaryIO]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_suffix(PARTIAL)
    partial.touch(mode=0o600, exist_ok=False)
    return partial, partial.open("wb")


def _abandon(opening: "asyncio.Future[tuple[Path, BinaryIO]]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        partial, stream = opening.result()
        stream.close()
        partial.unlink(missing_ok=True)


async def _write(stream: BinaryIO, content: AsyncIterator[bytes]) -> tuple[str, int]:
    """SHA-256 and size of what is then safely in the file. Closes it in any case."""
    digest, size = hashlib.sha256(), 0
    try:
        async for chunk in content:
            digest.update(chunk)
            size += len(chunk)
            await asyncio.to_thread(stream.write, chunk)
        await asyncio.to_thread(stream.flush)
        await asyncio.to_thread(os.fsync, stream.fileno())
    finally:
        with contextlib.suppress(OSError):  # the error that matters is on its way already
            await asyncio.shield(asyncio.to_thread(stream.close))  # a thread that has not begun would be cancelled with us
    return digest.hexdigest(), size


def _duration_ms(file: Path) -> int:
    try:
        with wave.open(str(file), "rb") as sound:
            frames, rate = sound.getnframes(), sound.getframerate()
            width = sound.getnchannels() * sound.getsampwidth()
    except (wave.Error, EOFError) as error:
        raise BadRecording(f"the carrier delivered no WAV file ({error}): see its recording settings") from error
    # A recorder that was cut off leaves a header that promises more than there is.
    frames = min(frames, file.stat().st_size // max(width, 1))
    if frames == 0 or rate == 0:
        raise BadRecording("the carrier delivered a recording without any sound: nothing was said, or it began too late")
    return round(frames * 1000 / rate)


def _publish(partial: Path, path: Path) -> int:
    """Gives the file its name for good; the time at which it was written, ms since the epoch."""
    partial.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return path.stat().st_mtime_ns // 1_000_000


def _fault(error: OSError) -> RecordingFault:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return RecordingFault("the disk of the recordings is full: make room, the carrier keeps its copy meanwhile")
    return RecordingFault(f"the folder of the recordings cannot be written: check its owner and its disk ({error.strerror})")
