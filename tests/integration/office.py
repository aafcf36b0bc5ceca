"""Where deliveries are made and watched: a real log, real rows, and what delivers, in the test's own process.

What is sent goes to a `tests.integration.receiver.Receiver`; time can be moved on, and the delivering part ended at any moment.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from callcenter.kernel.events import Recorded
from callcenter.kernel.personal import PersonalRow
from callcenter.runtime import clock
from callcenter.store.database import Database
from callcenter.store.deliveries import Deliveries, Delivery
from callcenter.store.sqlite_log import SqliteLog
from callcenter.store.webhooks import Asked, By, Webhook, Webhooks
from callcenter.webhooks.address import Fence, networks
from callcenter.webhooks.dispatch import Dispatch
from callcenter.webhooks.projection import Projection
from callcenter.webhooks.retry import GIVE_UP_AFTER_MS
from callcenter.webhooks.signing import Key
from tests.integration.receiver import Receiver, accept

MASTER = b"k" * 32
DAY = GIVE_UP_AFTER_MS
ROOT = By(1, "root")


class Office:
    """A log, rows, and what delivers; `restart` ends it in the middle of whatever it does, as a crash would."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.log = SqliteLog(folder / "events.db")
        self.database = database
        self.deliveries = Deliveries(database)
        self.shift_ms = 0
        self.allowed = ["127.0.0.0/8"]
        self.master = MASTER
        self.timeout_s = 1.0
        self.events: list[Recorded] = []
        self.dispatch = self._dispatch()

    def _dispatch(self) -> Dispatch:
        return Dispatch(
            self.log, Webhooks(self.database), Deliveries(self.database), Fence(networks(self.allowed)), self.master,
            now=self.now, seed=b"seed", timeout_s=self.timeout_s,
        )  # fmt: skip

    def now(self) -> int:
        return clock.now() + self.shift_ms

    async def open(self) -> None:
        await self.log.open()
        await self.log.acquire("test", 3_600_000)

    async def start(self) -> None:
        await self.dispatch.start(len(self.events))

    async def restart(self) -> None:
        await self.dispatch.close()
        self.dispatch = self._dispatch()
        await self.start()

    async def close(self) -> None:
        await self.dispatch.close()
        await self.log.close()

    async def happens(self, events: list[Recorded], personal: tuple[PersonalRow, ...] = ()) -> None:
        """These events are next in the log."""
        await self.log.append(len(self.events), events, personal)
        self.events += events
        self.dispatch.appended(events)

    async def subscribe(self, receiver: Receiver, **asked: object) -> tuple[Webhook, Key]:
        wanted = Asked(name="test", url=receiver.url, **asked)  # type: ignore[arg-type]
        return await self.dispatch.desk.create(wanted, len(self.events), ROOT, self.now())

    def expected(self, after: int = 0) -> list[str]:
        """Ids of all public events of the log, made by nobody who delivers."""
        projection = Projection()
        return [
            one.event.id for recorded in self.events for one in projection.apply(recorded) if recorded.position > after
        ]

    async def listed(self, webhook: int) -> list[Delivery]:
        return list((await self.dispatch.desk.deliveries(webhook, (), 200, None)).items)

    async def later(self, ms: int) -> None:
        """Time passes."""
        self.shift_ms += ms
        self.dispatch.read_again()

    async def until(self, condition: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
        """Whenever something was tried, or the rows were read again, the condition is looked at."""
        async with asyncio.timeout(seconds):
            turn = self.dispatch.turn
            while not await condition():
                await turn.wait()
                turn = self.dispatch.turn


@pytest.fixture
async def rows(migrated_sqlite_url: str) -> AsyncIterator[Database]:
    database = Database(migrated_sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def office(tmp_path: Path, rows: Database) -> AsyncIterator[Office]:
    office = Office(tmp_path, rows)
    await office.open()
    yield office
    await office.close()


@pytest.fixture
async def receivers() -> AsyncIterator[Callable[..., Awaitable[Receiver]]]:
    async with contextlib.AsyncExitStack() as stack:

        async def make(answer: object = accept, running: bool = True) -> Receiver:
            receiver = Receiver(answer)  # type: ignore[arg-type]
            if running:
                await receiver.start()
            stack.push_async_callback(receiver.stop)
            return receiver

        yield make


Make = Callable[..., Awaitable[Receiver]]
