"""What an administrator does with subscriptions: make, change, end, test and repeat. Whoever may do it, the API has checked.

Answers of `create` and `new_secret` hold the secret in the clear, once; nothing keeps it. What runs is told by `changed`.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec

from callcenter.kernel.errors import Refused
from callcenter.store.deliveries import Backlog, Deliveries, Delivery, DeliveryState
from callcenter.store.paging import Page
from callcenter.store.webhooks import Asked, By, Draft, Webhook, Webhooks
from callcenter.webhooks import signing, vocabulary
from callcenter.webhooks.address import Fence
from callcenter.webhooks.figures import Figures


def _nothing() -> None:
    """Where nothing runs (the web process of two, tests of the API), the rows are read by who delivers."""


class WebhookDesk:
    """`figures` are of this process's deliveries; `behind` says by how many events the log is ahead of them."""

    def __init__(
        self,
        webhooks: Webhooks,
        deliveries: Deliveries,
        fence: Fence,
        master: bytes,
        *,
        figures: Figures | None = None,
        changed: Callable[[], None] = _nothing,
        behind: Callable[[], int] = lambda: 0,
        warning: Callable[[], str] = lambda: "",
    ) -> None:
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._fence = fence
        self._master = master
        self._changed = changed
        self.figures = figures or Figures()
        self.behind = behind
        self.warning = warning

    async def all(self) -> list[Webhook]:
        return await self._webhooks.all()

    async def find(self, webhook: int) -> Webhook:
        return await self._webhooks.find(webhook)

    async def backlog(self) -> dict[int, Backlog]:
        """What waits, by subscription."""
        return await self._deliveries.backlog()

    async def last_tried(self, webhooks: Collection[int]) -> dict[int, Delivery]:
        """`Deliveries.last_tried`."""
        return await self._deliveries.last_tried(webhooks)

    def key_changed(self, webhook: Webhook) -> bool:
        """Whether the service has lost the key with which this subscription's secret was made: a new secret mends it."""
        return signing.fingerprint(signing.key(self._master, webhook.key_id)) != webhook.key_fingerprint

    async def create(self, asked: Asked, since: int, by: By, now: int) -> tuple[Webhook, signing.Key]:
        """Events behind the log's position `since` are told. Raises Refused."""
        self._check(asked.url, asked.kinds)
        key = signing.key(self._master, signing.new_key_id())
        made = await self._webhooks.create(asked, key.id, signing.fingerprint(key), since, by, now)
        self._changed()
        return made, key

    async def change(self, webhook: int, values: dict[str, Any], since: int, by: By, now: int) -> Webhook:
        """`values` are columns. Raises NotFound, Refused."""
        there = await self._webhooks.find(webhook)
        self._check(values.get("url", there.url), values.get("kinds", there.kinds))
        changed = await self._webhooks.change(webhook, values, since, by, now)
        self._changed()
        return changed

    async def new_secret(self, webhook: int, by: By, now: int) -> tuple[Webhook, signing.Key]:
        """The old secret goes on beside the new one for a day. Raises NotFound."""
        key = signing.key(self._master, signing.new_key_id())
        changed = await self._webhooks.use_key(webhook, key.id, signing.fingerprint(key), now + signing.ROTATION_MS, by, now)
        self._changed()
        return changed, key

    async def remove(self, webhook: int, by: By, now: int) -> None:
        """Raises NotFound."""
        await self._webhooks.remove(webhook, by, now)
        self._changed()

    async def test(self, webhook: int, now: int) -> Delivery:
        """Puts an event into the queue that says nothing. Raises NotFound, Refused where nothing would be sent."""
        if not (await self._webhooks.find(webhook)).active:
            raise Refused("webhook_inactive", "This subscription is switched off: switch it on, then test it.")
        event = vocabulary.Test(id=f"test-{signing.new_key_id()}", at=now, position=0)
        body = msgspec.json.encode(event).decode()
        made = await self._deliveries.add(webhook, Draft(event.id, vocabulary.TEST, event.id, None, body, 0), now)
        self._changed()
        return made

    async def deliveries(self, webhook: int, states: Sequence[DeliveryState], limit: int, cursor: str | None) -> Page[Delivery]:
        """Newest first. Raises NotFound, Refused."""
        await self._webhooks.find(webhook)
        return await self._deliveries.page(webhook, states, limit, cursor)

    async def again(self, webhook: int, delivery: int, now: int) -> Delivery:
        """Raises NotFound, Refused where nothing would be sent."""
        if not (await self._webhooks.find(webhook)).active:
            raise Refused("webhook_inactive", "This subscription is switched off: switch it on, then send it again.")
        found = await self._deliveries.again(webhook, delivery, now)
        self._changed()
        return found

    def _check(self, url: str, kinds: Sequence[str]) -> None:
        self._fence.check(url)
        unknown = [kind for kind in kinds if kind not in vocabulary.KINDS]
        if unknown:
            raise Refused("unknown_kind", "There are no such events: docs/webhooks.md lists those that there are.")
