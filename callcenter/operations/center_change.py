"""`callcenter center apply`: the difference between a file and the running center, then all of it or nothing.

Works on the rows of directory and log-ins; a running service compares versions and follows.
"""

import json
from types import TracebackType
from typing import Any

from callcenter.auth import log_ins
from callcenter.auth.passwords import Passwords
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
        self._whole = WholeCenter(self._database, Entropy(clock.seed()), Passwords.at(settings.password_cost))
        self._seed = seed
        self._compared: Compared | None = None

    @property
    def differences(self) -> tuple[Difference, ...]:
        assert self._compared is not None, "inside async with"
        return self._compared.differences

    @property
    def stays(self) -> tuple[Difference, ...]:
        """What the file says otherwise of log-ins, and what is not done."""
        assert self._compared is not None, "inside async with"
        return self._compared.log_ins.stays

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


async def new_password(settings: Settings, login: str) -> str:
    """A one-time password for a log-in. Raises NotFound."""
    database = Database(settings.database_url)
    try:
        await database.upgrade()
        return await log_ins.reset_password(database, Passwords.at(settings.password_cost), login, clock.now())
    finally:
        await database.close()


def stays_line(difference: Difference) -> str:
    """What stays as it is, for a terminal."""
    match difference.kind:
        case "removed" if difference.path.endswith(".teams"):
            return f"= {difference.path}: {_short(difference.before)} are no teams of the file"
        case "removed":
            return f"= {difference.path}: {_short(difference.before)} is not in the file, and stays"
    return f"= {difference.path}: {_short(difference.before)} stays; the file says {_short(difference.after)}"


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
