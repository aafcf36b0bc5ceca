"""`callcenter center apply`: the difference between a file and the running center, then all of it or nothing.

Works on the rows of directory and log-ins; a running service compares versions and follows.
"""

import json
from types import TracebackType
from typing import Any

from callcenter.auth.whole_center import CenterChange as Compared
from callcenter.auth.whole_center import WholeCenter
from callcenter.kernel.ids import Entropy
from callcenter.kernel.seed import CenterSeed
from callcenter.runtime import clock
from callcenter.store.database import Database
from callcenter.store.directory import Difference
from config.settings import Settings

_SIGN = {"added": "+", "removed": "-", "changed": "~"}
LONGEST_VALUE = 80


class CenterChange:
    """Inside `async with`, `differences` is known and `carry_out` may be called."""

    def __init__(self, settings: Settings, seed: CenterSeed) -> None:
        settings.data.mkdir(parents=True, exist_ok=True)
        self._database = Database(settings.database_url)
        self._whole = WholeCenter(self._database, Entropy(clock.seed()))
        self._seed = seed
        self._compared: Compared | None = None

    @property
    def differences(self) -> tuple[Difference, ...]:
        assert self._compared is not None, "inside async with"
        return self._compared.differences

    async def __aenter__(self) -> "CenterChange":
        await self._database.upgrade()
        self._compared = await self._whole.compare(self._seed)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        await self._database.close()

    async def carry_out(self) -> int:
        """The new version. Raises Conflict when somebody changed the center or its log-ins since they were compared."""
        assert self._compared is not None, "inside async with"
        directory = await self._whole.write(self._compared, clock.now())
        return directory.version


def line(difference: Difference) -> str:
    """One difference for a terminal."""
    match difference.kind:
        case "added":
            values = _short(difference.after)
        case "removed":
            values = _short(difference.before)
        case _:
            values = f"{_short(difference.before)} -> {_short(difference.after)}"
    return f"{_SIGN[difference.kind]} {difference.path}: {values}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"
