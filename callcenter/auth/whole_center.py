"""A center file written whole: directory, log-ins and, into a database that has no center yet, customers. One transaction, so
that nothing which stops it half-way leaves a center that nobody can sign in at.
"""

from msgspec import Struct

from callcenter.auth import log_ins
from callcenter.auth.log_ins import LogInChange
from callcenter.auth.passwords import Passwords
from callcenter.kernel.ids import Entropy
from callcenter.kernel.seed import CenterSeed
from callcenter.store import audit
from callcenter.store.audit import Entry
from callcenter.store.crm import Crm
from callcenter.store.database import Database
from callcenter.store.directory import Difference, Directory, DirectoryStore

PATHS_TOLD = 100
"""How many changed values an entry of the audit log names; never the values themselves, some of which are of people."""


class CenterChange(Struct, frozen=True, kw_only=True):
    """What a file would change, and what it was compared with."""

    seed: CenterSeed
    version: int
    """Of the directory; 0: there is no center yet."""
    differences: tuple[Difference, ...]
    log_ins: LogInChange


class WholeCenter:
    """`entropy` is that of `DirectoryStore`."""

    def __init__(self, database: Database, entropy: Entropy, passwords: Passwords | None = None) -> None:
        self._database = database
        self._directory = DirectoryStore(database, entropy)
        self._crm = Crm(database)
        self._passwords = passwords or Passwords()

    async def compare(self, seed: CenterSeed) -> CenterChange:
        """Customers are not compared: after the first time they belong to the people who work with them."""
        version, differences = await self._directory.diff(seed)
        change = await log_ins.compare(self._database, self._passwords, seed)
        return CenterChange(seed=seed, version=version, differences=(*differences, *change.differences), log_ins=change)

    async def write(self, change: CenterChange, now: int) -> Directory:
        """All of it or nothing. Raises Refused for values that do not hold together, Conflict when somebody else was first."""
        seed = change.seed
        async with self._database.write() as session:
            directory = await self._directory.write(session, seed, change.version, now)
            if directory.version != change.version:
                paths = sorted({one.path for one in change.differences} - {one.path for one in change.log_ins.differences})
                told = {"changes": len(paths), "paths": paths[:PATHS_TOLD]}
                entry = Entry(action="center_changed", subject=f"center/{directory.version}", details=told)
                await audit.append(session, now, entry)
            await log_ins.write(session, change.log_ins, now)
            if change.version == 0:
                await self._crm.write_seed(session, seed.accounts, seed.contacts, directory.center.outside.region, now)
        return directory
