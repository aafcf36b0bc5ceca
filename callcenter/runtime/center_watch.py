"""Rows of the directory and values of the hub in step: compared at start and again and again; what is missing is appended.

A change may come from another process (`callcenter center apply`), so the version is asked for, not waited for.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from callcenter.kernel.center import Center
from callcenter.kernel.commands import ApplyCenter
from callcenter.kernel.errors import HouseError
from callcenter.runtime.engine import Engine
from callcenter.store.directory import DirectoryStore

log = structlog.get_logger(__name__)

EVERY_S = 2.0

Changed = Callable[[Center], Awaitable[None]]


class CenterWatch:
    """`changed` is called with the new values after the hub has them, and once at the start."""

    def __init__(self, directory: DirectoryStore, engine: Engine, changed: Changed) -> None:
        self._directory = directory
        self._engine = engine
        self._changed = changed
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when the hub has the directory's present values."""
        if not await self.compare() and not await self._other_laws():
            await self._changed(self._engine.state.center)
        self._task = asyncio.create_task(self._watch(), name="center")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def compare(self) -> bool:
        """Whether there was something new."""
        if await self._directory.version() <= self._engine.state.center_version:
            return False
        directory = await self._directory.load()
        if directory is None:
            return False
        await self._engine.ask(
            ApplyCenter(version=directory.version, center=directory.center, personal=directory.personal)
        )
        log.info("center_changed", version=directory.version)
        await self._changed(directory.center)
        return True

    async def _other_laws(self) -> bool:
        """Rule packs are files and have no version of the directory's: whether they are others than the hub has."""
        directory = await self._directory.load()
        if directory is None or directory.center.laws == self._engine.state.center.laws:
            return False
        await self._directory.touch()
        return await self.compare()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.compare()
            except HouseError as error:
                log.warning("center_not_compared", code=error.code)
            except Exception:
                log.exception("center_not_compared")  # or no change would ever arrive again
