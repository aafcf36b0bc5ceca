"""Files that somebody has sent and not yet made anything of: received piece by piece, found again by whoever sent them, swept.

A file lies in the folder of imports under a random name; what is known of it stands beside it, so that a restart loses none.
"""

import asyncio
import hashlib
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Collection
from pathlib import Path

import msgspec
from msgspec import Struct

from callcenter.kernel.clock import DAY
from callcenter.kernel.errors import NotFound, Refused
from callcenter.store.list_files import MOST_BYTES
from callcenter.store.list_orders import Order
from callcenter.store.lists import KeptFile

KEPT_MS = DAY
"""How long a file waits for what it was sent for."""
MOST_EACH = 5
"""Files of one person; the oldest makes room for a sixth."""
DISK_LEFT = 1 << 30
"""Bytes that an upload leaves free on the disk: the event log is on it too."""
_NAME = re.compile(r"^[0-9a-f]{32}$")


class Upload(Struct, frozen=True, kw_only=True):
    """`user`: number of the log-in that sent it, who alone may use it. `order`: as its last preview showed it."""

    id: str
    file_name: str
    size: int
    sha256: str
    user: int
    at: int
    order: Order | None = None

    @property
    def kept(self) -> KeptFile:
        return KeptFile(file=self.id, file_name=self.file_name, sha256=self.sha256, size=self.size)


class Uploads:
    """Methods raise NotFound, Refused for a file that is none or too big. Times are ms since the epoch."""

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self.folder, self._most = folder, most_bytes

    async def receive(self, pieces: AsyncIterator[bytes], file_name: str, user: int, now: int) -> Upload:
        """Writes what comes to the disk; half a file leaves nothing behind."""
        await asyncio.to_thread(self.folder.mkdir, 0o700, True, True)
        mine = sorted(await self._of(user), key=lambda one: one.at)
        for old in mine[: max(0, len(mine) - MOST_EACH + 1)]:
            await asyncio.to_thread(self._delete, old.id)
        id, digest, size = secrets.token_hex(16), hashlib.sha256(), 0
        path = self.path(id)
        file = await asyncio.to_thread(path.open, "xb")
        try:
            async for piece in pieces:
                size += len(piece)
                if size > self._most:
                    raise Refused("file_too_big", f"a file has at most {self._most >> 20:,} MB: split it into several lists")
                digest.update(piece)
                await asyncio.to_thread(file.write, piece)
                if shutil.disk_usage(self.folder).free < DISK_LEFT:
                    raise Refused("disk_full", "the service's disk is nearly full: ask the operator to make room, then try again")
            await asyncio.to_thread(file.close)
            if not size:
                raise Refused("empty_file", "there is nothing in the file: export the list again")
            upload = Upload(id=id, file_name=file_name[-200:], size=size, sha256=digest.hexdigest(), user=user, at=now)
            await self._write(upload)
        except BaseException:
            file.close()
            path.unlink(missing_ok=True)
            raise
        return upload

    def path(self, id: str) -> Path:
        return self.folder / id

    async def find(self, id: str, user: int) -> Upload:
        """Raises NotFound, also for somebody else's."""
        found = await asyncio.to_thread(_read, self.folder / f"{id}.json") if _NAME.match(id) else None
        if found is None or found.user != user:
            raise NotFound("there is no such file (any more): choose it again")
        return found

    async def keep_order(self, upload: Upload, order: Order) -> None:
        """What is imported is what the last preview showed."""
        await self._write(msgspec.structs.replace(upload, order=order))

    def taken(self, id: str) -> None:
        """An import has the file now: it is not an upload any more. Quick, and may be told twice."""
        (self.folder / f"{id}.json").unlink(missing_ok=True)

    async def remove(self, id: str, user: int) -> None:
        await self.find(id, user)
        await asyncio.to_thread(self._delete, id)

    async def sweep(self, now: int, needed: Collection[str]) -> int:
        """Deletes what waited too long; `needed` are files of imports that have not ended. How many there were."""
        return await asyncio.to_thread(self._sweep, now, frozenset(needed))

    def _sweep(self, now: int, needed: Collection[str]) -> int:
        """By the file's own age: what is told beside it is written anew with every preview."""
        names = {path.stem for path in self.folder.glob("*")} if self.folder.is_dir() else set()
        old = [name for name in names if _NAME.match(name) and name not in needed and self._is_old(name, now)]
        for name in old:
            self._delete(name)
        return len(old)

    def _is_old(self, name: str, now: int) -> bool:
        try:
            return self.path(name).stat().st_mtime * 1000 < now - KEPT_MS
        except FileNotFoundError:
            return True

    def _delete(self, id: str) -> None:
        self.taken(id)
        self.path(id).unlink(missing_ok=True)

    async def _of(self, user: int) -> list[Upload]:
        def read() -> list[Upload]:
            found = map(_read, self.folder.glob("*.json"))
            return [one for one in found if one is not None and one.user == user]

        return await asyncio.to_thread(read)

    async def _write(self, upload: Upload) -> None:
        await asyncio.to_thread((self.folder / f"{upload.id}.json").write_bytes, msgspec.json.encode(upload))


def _read(path: Path) -> Upload | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Upload)
    except (OSError, msgspec.DecodeError):
        return None
