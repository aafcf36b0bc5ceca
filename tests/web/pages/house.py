"""The API tests' house with the built pages on it and its rows in a PostgreSQL of its own, which can be stopped and held up.

The log stays on SQLite: calls go on while the customer store is away, which is what the pages have to show.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from callcenter.auth.passwords import Passwords
from callcenter.auth.sessions import Sessions
from callcenter.auth.users import Users
from callcenter.bootstrap import PAGES
from callcenter.broadcast.fanout import Fanout
from callcenter.kernel.events import Recorded
from callcenter.store.crm import Crm
from callcenter.store.database import Database
from callcenter.store.projector import Projector
from callcenter.store.recordings import Recordings
from tests.api.house import QUICK, House
from tests.fixtures.postgres import Postgres
from tests.fixtures.stores import migrate
from tests.web.pages.relay import Relay


class WebHouse(House):
    """A house whose customer store can fail for real."""

    def __init__(self, folder: Path, server: Postgres) -> None:
        super().__init__(folder)
        self.pages = PAGES
        self._server = server
        self._url = server.create_database(server.template("rows", migrate))
        self._held: asyncpg.Connection | None = None
        self._log_held: sqlite3.Connection | None = None
        self.relay = Relay(self.port)
        self.origins = frozenset({self.origin, self.relay.origin})
        self.rows_url = self._url
        self.database = Database(self._url)
        self.crm = Crm(self.database)
        self.recordings = Recordings(self.database, folder / "recordings")
        self.projector = Projector(self.log, self.database, pause_s=0)
        self.users = Users(self.database, Passwords(QUICK))
        self.sessions = Sessions(self.database)
        self.engine = self._employ()
        self.fanout: Fanout[Sequence[Recorded]] = Fanout()
        self.engine.listeners.append(self.fanout.publish)
        self.engine.listeners.append(lambda _: self._committed.set())

    async def speak(self, login: str, language: str) -> None:
        """The person's pages are in this language from now on."""
        client = await self.signed_in(login)
        reply = await client.ask("PATCH", "/api/v1/session", {"language": language})
        assert reply.status == 200, reply.text

    # -- trouble, for real --------------------------------------------------------------------------------------------

    async def store_stops(self) -> None:
        """The database takes no connection any more and cuts those it has, but for one that holds tables: whoever waits for it
        would be answered in the moment in which it is cut."""
        await asyncio.to_thread(self._server.execute, self._sql("ALLOW_CONNECTIONS false"))
        holder = 0 if self._held is None else self._held.get_server_pid()
        await asyncio.to_thread(
            self._server.execute,
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self._name}' AND pid <> {holder}",
        )

    async def store_comes_back(self) -> None:
        await asyncio.to_thread(self._server.execute, self._sql("ALLOW_CONNECTIONS true"))

    async def store_hangs(self, *tables: str) -> None:
        """Somebody holds these tables: questions about them are not answered until `store_goes_on`."""
        self._held = await asyncpg.connect(self._url)
        await self._held.execute("BEGIN")
        for table in tables:
            await self._held.execute(f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE')

    async def store_goes_on(self) -> None:
        if self._held is not None:
            await self._held.close()
            self._held = None

    def log_is_locked(self) -> None:
        """Another program has the file of the event log for itself: nothing is decided, commands are answered "try again"."""
        self._log_held = sqlite3.connect(self.folder / "events.db", isolation_level=None)
        self._log_held.execute("BEGIN EXCLUSIVE")

    async def log_is_free(self) -> None:
        """Returns when decisions reach the log again."""
        if self._log_held is not None:
            self._log_held.close()
            self._log_held = None
        deadline = asyncio.get_running_loop().time() + 15
        while not self.engine.writable:
            assert asyncio.get_running_loop().time() < deadline, "the log is free and the engine does not take it up"
            await asyncio.sleep(0.05)  # it can only be asked again

    async def start(self) -> None:
        await super().start()
        await self.relay.start()

    async def stop(self) -> None:
        await self.log_is_free()
        await self.relay.stop()
        await self.store_goes_on()
        await self.store_comes_back()
        await super().stop()

    @property
    def _name(self) -> str:
        return self._url.rsplit("/", 1)[1]

    def _sql(self, what: str) -> str:
        return f'ALTER DATABASE "{self._name}" WITH {what}'
