"""Everything that runs for webhooks in the process of the active hub: the follower of the log, one courier for each active
subscription, and the housekeeping. Subscriptions are rows that any process may change; they are read again every few seconds,
and at once when this process changed them.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import structlog

from callcenter.kernel.errors import HouseError
from callcenter.kernel.events import Recorded
from callcenter.store.deliveries import Deliveries
from callcenter.store.event_log import EventLog
from callcenter.store.webhooks import Webhook, Webhooks
from callcenter.webhooks.address import Fence
from callcenter.webhooks.courier import Courier
from callcenter.webhooks.desk import WebhookDesk
from callcenter.webhooks.figures import Figures
from callcenter.webhooks.follower import Follower
from callcenter.webhooks.post import TIMEOUT_S, Post

log = structlog.get_logger(__name__)

READ_AGAIN_S = 3.0
PRUNE_EVERY_S = 3_600.0
CLOSE_WITHIN_S = 5.0
KEPT_MS = 30 * 24 * 3_600_000
"""How long settled deliveries are kept for whoever looks."""


class Dispatch:
    def __init__(
        self,
        event_log: EventLog,
        webhooks: Webhooks,
        deliveries: Deliveries,
        fence: Fence,
        master: bytes,
        *,
        now: Callable[[], int],
        seed: bytes,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.figures = Figures()
        self._log = event_log
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._master = master
        self._now = now
        self._dice = random.Random(seed)
        self._post = Post(fence, timeout_s=timeout_s)
        self._couriers: dict[int, tuple[Courier, asyncio.Task[None]]] = {}
        self._changed = asyncio.Event()
        self._working = asyncio.Lock()
        """Of the housekeeping, as the follower's."""
        self.turn = asyncio.Event()
        """Set, and replaced by a new one, when something was tried and written down, or the rows were read again."""
        self._tasks: list[asyncio.Task[None]] = []
        self.follower = Follower(event_log, webhooks, self.figures, now, self._made)
        self.desk = WebhookDesk(
            webhooks, deliveries, fence, master, figures=self.figures,
            changed=lambda: webhooks.afterwards(self._changed.set), behind=lambda: self.follower.behind, warning=self.warning,
        )  # fmt: skip

    async def start(self, position: int) -> None:
        """`position`: how far the log reaches."""
        await self._post.open()
        self.follower.wake(position)
        self._tasks = [
            asyncio.create_task(self.follower.run(), name="webhooks"),
            asyncio.create_task(self._keep_reading(), name="webhooks.subscriptions"),
            asyncio.create_task(self._keep_pruning(), name="webhooks.pruning"),
        ]

    async def close(self) -> None:
        """Stops where it is. Attempts under way are cut off and made again by the next process."""
        for courier, _ in self._couriers.values():
            courier.stop()
        locks = (self.follower.working, self._working, self._working)
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN_S):
                await asyncio.gather(*(_end(lock, task) for lock, task in zip(locks, self._tasks, strict=False)))
                if self._couriers:
                    await asyncio.wait([task for _, task in self._couriers.values()])
        left = [*self._tasks, *(task for _, task in self._couriers.values())]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._post.close()

    def appended(self, events: Sequence[Recorded]) -> None:
        """A listener of the engine."""
        self.follower.wake(events[-1].position)

    def read_again(self) -> None:
        """Looks at the rows now: a subscription was changed, or something of its was put back into the queue."""
        self._changed.set()

    def warning(self) -> str:
        """What somebody should look after; empty when all is well. Calls and readiness do not depend on it."""
        said = []
        if self.follower.failed:
            said.append(self.follower.failed)
        if self.figures.down:
            of_all = f"{self.figures.down} of {self.figures.subscriptions}"
            said.append(f"{of_all} receivers of webhooks are not told anything: their delivery logs say why")
        if self.figures.untold:
            said.append(f"{self.figures.untold} events could not be told: see webhook_event_not_told in the log of the service")
        return "; ".join(said)

    # -- what runs --------------------------------------------------------------------------------------------------------

    def _ring(self) -> None:
        self.turn.set()
        self.turn = asyncio.Event()

    def _made(self) -> None:
        for courier, _ in self._couriers.values():
            courier.wake()

    async def _keep_reading(self) -> None:
        while True:
            self._changed.clear()
            await self._quietly(self._read)
            with suppress(TimeoutError):
                async with asyncio.timeout(READ_AGAIN_S):
                    await self._changed.wait()

    async def _read(self) -> None:
        found = {webhook.id: webhook for webhook in await self._webhooks.all()}
        active = {id: webhook for id, webhook in found.items() if webhook.active}
        for id in [id for id, (_, task) in self._couriers.items() if id not in active or task.done()]:
            courier, task = self._couriers.pop(id)
            courier.stop()
            await asyncio.wait([task])
        for id, webhook in active.items():
            if id not in self._couriers:
                self._begin(id, webhook)
            courier, _ = self._couriers[id]
            courier.webhook = webhook
            courier.wake()
        now = self._now()
        for id in found.keys() - active.keys():
            self.figures.given_up += await self._deliveries.give_up(id, now, "inactive")
        backlog = await self._deliveries.backlog()
        waiting = [backlog[id] for id in active if id in backlog]
        self.figures.pending = sum(one.pending for one in waiting)
        self.figures.oldest_at = min((one.oldest_at for one in waiting), default=0)
        self.figures.subscriptions = len(active)
        self.figures.down = sum(courier.down for courier, _ in self._couriers.values())
        self._ring()

    def _begin(self, id: int, webhook: Webhook) -> None:
        courier = Courier(
            webhook, self._webhooks, self._deliveries, self._post, self._log.personal, self._master, self.figures, self._now,
            self._dice, self._ring,
        )  # fmt: skip
        self._couriers[id] = (courier, asyncio.create_task(courier.run(), name=f"webhook {id}"))

    async def _keep_pruning(self) -> None:
        while True:
            await self._quietly(self._prune)
            await asyncio.sleep(PRUNE_EVERY_S)

    async def _prune(self) -> None:
        while await self._deliveries.prune(self._now() - KEPT_MS):
            pass

    async def _quietly(self, job: Callable[[], Awaitable[None]]) -> None:
        try:
            async with self._working:
                await job()
        except HouseError as error:
            log.warning("webhooks_wait_for_the_store", code=error.code)
        except Exception:
            log.exception("webhooks_housekeeping_failed")


async def _end(working: asyncio.Lock, task: asyncio.Task[None]) -> None:
    async with working:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
