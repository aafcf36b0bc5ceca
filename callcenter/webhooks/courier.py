"""Tells one subscription what waits for it. Each has its own courier, so none waits for another's receiver.

A round takes what is due (of one call only the oldest), tries all of it at the same time, and writes down what became of it in
one transaction. A process that ends in between has told something that it will tell again: at least once, never not at all.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress

import msgspec
import structlog

from callcenter.kernel.errors import HouseError
from callcenter.kernel.ids import PersonalId
from callcenter.store.deliveries import Deliveries, Delivery, DeliveryState, Outcome
from callcenter.store.webhooks import Webhook, Webhooks
from callcenter.webhooks import signing
from callcenter.webhooks.figures import Figures
from callcenter.webhooks.post import Attempt, Post
from callcenter.webhooks.retry import LONGEST_WISH_MS, Receiver, pause_ms
from callcenter.webhooks.vocabulary import AnyPublicEvent, CallEvent, Customer

log = structlog.get_logger(__name__)

AT_ONCE = 8
"""Connections to one receiver."""
LOOK_S = 30.0
"""It looks again after this even when nobody wakes it."""
RETRY_S = 1.0

Personal = Callable[[Iterable[PersonalId]], Awaitable[Mapping[PersonalId, str]]]

_decoder: msgspec.json.Decoder[AnyPublicEvent] = msgspec.json.Decoder(AnyPublicEvent)
_encoder = msgspec.json.Encoder()


class Courier:
    """`webhook` may be replaced at any time by a newer reading of the same row; `wake` afterwards."""

    def __init__(
        self,
        webhook: Webhook,
        webhooks: Webhooks,
        deliveries: Deliveries,
        post: Post,
        personal: Personal,
        master: bytes,
        figures: Figures,
        now: Callable[[], int],
        dice: random.Random,
        settled: Callable[[], None],
    ) -> None:
        """`settled` is called after each round that tried something."""
        self.webhook = webhook
        self._webhooks = webhooks
        self._deliveries = deliveries
        self._post = post
        self._personal = personal
        self._master = master
        self._figures = figures
        self._now = now
        self._dice = dice
        self._settled = settled
        self._woken = asyncio.Event()
        self._receiver = Receiver()
        self._over = asyncio.Event()
        self._trying: asyncio.Future[list[Attempt]] | None = None
        self.key_changed = False
        """The service's key is not the one with which the secret was made: nothing can be signed."""

    @property
    def down(self) -> bool:
        return self._receiver.down or self.key_changed

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        """`run` returns soon: attempts under way are cut off, to be made again by whoever comes next. It is not to be cancelled
        for that, because a transaction cut in the middle may leave a lock behind."""
        self._over.set()
        self._woken.set()
        if self._trying is not None:
            self._trying.cancel()

    async def run(self) -> None:
        """Until it is stopped, or until the receiver says that it is gone."""
        while self.webhook.active and not self._over.is_set():
            self._woken.clear()
            try:
                pause_s = await self._round()
            except HouseError as error:
                log.warning("webhook_waits_for_the_store", webhook=self.webhook.id, code=error.code)
                pause_s = RETRY_S
            except Exception:
                log.exception("webhook_round_failed", webhook=self.webhook.id)
                pause_s = LOOK_S
            if pause_s > 0 and not self._over.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause_s):
                        await self._woken.wait()

    async def _round(self) -> float:
        """One round; seconds until the next one makes sense."""
        now = self._now()
        keys = self._keys(now)
        if keys is None:
            return LOOK_S
        if self._receiver.resume_at > now:
            return min(LOOK_S, (self._receiver.resume_at - now) / 1000)
        due = await self._deliveries.due(self.webhook.id, now, 1 if self._receiver.down else AT_ONCE)
        if not due:
            soonest = await self._deliveries.next_at(self.webhook.id)
            return LOOK_S if soonest is None else min(LOOK_S, max(0.0, (soonest - self._now()) / 1000))
        numbers = await self._numbers(due)
        if self._over.is_set():
            return 0.0
        self._trying = asyncio.gather(*(self._try(delivery, numbers, keys) for delivery in due))
        try:
            attempts = await self._trying
        except asyncio.CancelledError:
            if self._over.is_set():
                return 0.0
            raise
        finally:
            self._trying = None
        await self._settle(due, attempts)
        self._settled()
        return 0.0

    def _keys(self, now: int) -> list[signing.Key] | None:
        """Those that sign; None when they cannot be made."""
        webhook = self.webhook
        keys = [signing.key(self._master, webhook.key_id)]
        changed = signing.fingerprint(keys[0]) != webhook.key_fingerprint
        if changed and not self.key_changed:
            log.error("webhook_key_changed", webhook=webhook.id)
        self.key_changed = changed
        if webhook.old_key_id is not None and now < webhook.old_key_until:
            keys.append(signing.key(self._master, webhook.old_key_id))
        return None if changed else keys

    async def _numbers(self, due: list[Delivery]) -> Mapping[PersonalId, str]:
        """As they are now: whoever was erased since is not told any more."""
        wanted = {delivery.customer for delivery in due if delivery.customer is not None}
        return await self._personal(wanted) if wanted and self.webhook.numbers_allowed_by is not None else {}

    async def _try(self, delivery: Delivery, numbers: Mapping[PersonalId, str], keys: list[signing.Key]) -> Attempt:
        body = delivery.body.encode()
        if self.webhook.numbers_allowed_by is not None:
            body = with_number(body, delivery.customer, numbers)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "callcenter-webhooks/1",
            "Callcenter-Event": delivery.kind,
            "Callcenter-Event-Id": delivery.event,
            "Callcenter-Attempt": str(delivery.attempts + 1),
            signing.HEADER: signing.signature(keys, body, self._now() // 1000),
        }
        return await self._post.attempt(self.webhook.url, body, headers)

    # -- afterwards -------------------------------------------------------------------------------------------------------

    async def _settle(self, due: list[Delivery], attempts: list[Attempt]) -> None:
        now = self._now()
        back = self._judge(now, attempts)
        outcomes = [self._outcome(delivery, attempt, now) for delivery, attempt in zip(due, attempts, strict=True)]
        gone = any(attempt.fault == "gone" for attempt in attempts)
        await self._until_stored(lambda: self._keep(outcomes, gone, now))
        for outcome, attempt in zip(outcomes, attempts, strict=True):
            self._count(outcome, attempt)
        if gone:
            self.webhook = msgspec.structs.replace(self.webhook, active=False)
            log.error("webhook_receiver_gone", webhook=self.webhook.id)
            return
        if back:
            await self._until_stored(lambda: self._deliveries.wake(self.webhook.id, now))
        elif self._receiver.down:
            fault = attempts[0].fault or "unreachable"
            given_up = await self._deliveries.give_up(self.webhook.id, now, fault)
            if given_up:
                self._figures.given_up += given_up
                log.error("webhook_deliveries_given_up", webhook=self.webhook.id, deliveries=given_up, error=fault)

    def _judge(self, now: int, attempts: list[Attempt]) -> bool:
        """Whether the receiver is there, by all answers of a round. True: it is back."""
        if any(attempt.receiver_there for attempt in attempts):
            if self._receiver.answered():
                log.info("webhook_receiver_back", webhook=self.webhook.id)
                return True
        elif self._receiver.failed(now, self._dice):
            log.warning("webhook_receiver_down", webhook=self.webhook.id, error=attempts[0].fault)
        return False

    def _outcome(self, delivery: Delivery, attempt: Attempt, now: int) -> Outcome:
        wait_ms = max(pause_ms(delivery.attempts + 1, self._dice), min(attempt.wait_ms, LONGEST_WISH_MS))
        failed: DeliveryState = "given_up" if attempt.fault == "gone" or now >= delivery.give_up_at else "pending"
        return Outcome(
            delivery=delivery,
            state="delivered" if attempt.fault is None else failed,
            at=now,
            next_at=now + wait_ms,
            status=attempt.status,
            error=attempt.fault,
            took_ms=attempt.took_ms,
        )

    def _count(self, outcome: Outcome, attempt: Attempt) -> None:
        if attempt.fault is None:
            self._figures.delivered += 1
            return
        self._figures.failed[attempt.fault] += 1
        if outcome.state == "given_up":
            self._figures.given_up += 1
            delivery = outcome.delivery
            log.error(
                "webhook_delivery_given_up", webhook=delivery.webhook, event_id=delivery.event, kind=delivery.kind,
                attempts=delivery.attempts + 1, error=attempt.fault,
            )  # fmt: skip

    async def _keep(self, outcomes: list[Outcome], gone: bool, now: int) -> None:
        """Whoever reads that a receiver is gone reads, too, that it is told nothing more: one transaction."""
        async with self._deliveries.together():
            await self._deliveries.settle(outcomes)
            given_up = await self._webhooks.gone(self.webhook.id, now) if gone else 0
        self._figures.given_up += given_up

    async def _until_stored(self, job: Callable[[], Awaitable[None]]) -> None:
        """What was told is not told again because the database is away for a moment."""
        while True:
            try:
                await job()
                return
            except HouseError as error:
                log.warning("webhook_waits_for_the_store", webhook=self.webhook.id, code=error.code)
                if self._over.is_set():
                    return
                await asyncio.sleep(RETRY_S)


def with_number(body: bytes, row: PersonalId | None, numbers: Mapping[PersonalId, str]) -> bytes:
    """The event with its customer's number, as far as there is one."""
    event = _decoder.decode(body)
    if not isinstance(event, CallEvent):
        return body
    if row is None:
        customer = Customer(state="withheld")
    elif row in numbers:
        customer = Customer(state="shown", number=numbers[row])
    else:
        customer = Customer(state="erased")
    return _encoder.encode(msgspec.structs.replace(event, call=msgspec.structs.replace(event.call, customer=customer)))
