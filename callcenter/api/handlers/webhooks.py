"""Subscriptions to what happens, for administrators: the rows, their secrets (shown once), and the log of deliveries."""

from collections.abc import Sequence
from typing import cast

import msgspec

from callcenter.api.route import Ask
from callcenter.api.schemas import webhooks as w
from callcenter.store.deliveries import Delivery
from callcenter.store.webhooks import Asked, By, Webhook


async def list_webhooks(ask: Ask) -> w.WebhookListBody:
    return w.WebhookListBody(items=await _bodies(ask, await ask.services.webhooks.all()))


async def create_webhook(ask: Ask) -> w.WebhookSecretBody:
    given = ask.read(w.WebhookRequest)
    asked = Asked(name=given.name, url=given.url, kinds=tuple(given.kinds), numbers=given.numbers, active=given.active)
    made, key = await ask.services.webhooks.create(asked, ask.parts.stage.position, _by(ask), ask.now)
    return w.WebhookSecretBody(webhook=await _body(ask, made), secret=key.secret)


async def read_webhook(ask: Ask) -> w.WebhookBody:
    return await _body(ask, await ask.services.webhooks.find(ask.whole("webhook")))


async def change_webhook(ask: Ask) -> w.WebhookBody:
    given = ask.read(w.WebhookPatch)
    values = {name: value for name, value in msgspec.structs.asdict(given).items() if value is not msgspec.UNSET}
    if "numbers" in values:
        values["numbers_allowed_by"] = ask.who.user.login if values.pop("numbers") else None
    changed = await ask.services.webhooks.change(ask.whole("webhook"), values, ask.parts.stage.position, _by(ask), ask.now)
    return await _body(ask, changed)


async def delete_webhook(ask: Ask) -> None:
    await ask.services.webhooks.remove(ask.whole("webhook"), _by(ask), ask.now)


async def new_secret(ask: Ask) -> w.WebhookSecretBody:
    changed, key = await ask.services.webhooks.new_secret(ask.whole("webhook"), _by(ask), ask.now)
    return w.WebhookSecretBody(webhook=await _body(ask, changed), secret=key.secret)


async def test_webhook(ask: Ask) -> w.DeliveryBody:
    return _delivery(await ask.services.webhooks.test(ask.whole("webhook"), ask.now))


async def list_deliveries(ask: Ask) -> w.DeliveryListBody:
    query = ask.asked(w.DeliveryQuery)
    page = await ask.services.webhooks.deliveries(ask.whole("webhook"), query.state, query.limit, query.cursor)
    return w.DeliveryListBody(items=[_delivery(delivery) for delivery in page.items], next=page.next)


async def redeliver(ask: Ask) -> w.DeliveryBody:
    return _delivery(await ask.services.webhooks.again(ask.whole("webhook"), ask.whole("delivery"), ask.now))


def _by(ask: Ask) -> By:
    return By(ask.who.user.id, ask.who.user.login)


async def _body(ask: Ask, webhook: Webhook) -> w.WebhookBody:
    return (await _bodies(ask, [webhook]))[0]


async def _bodies(ask: Ask, webhooks: Sequence[Webhook]) -> list[w.WebhookBody]:
    desk = ask.services.webhooks
    waiting, last = await desk.backlog(), await desk.last_tried([webhook.id for webhook in webhooks])
    return [
        w.WebhookBody(
            id=webhook.id,
            name=webhook.name,
            url=webhook.url,
            kinds=cast(list[w.Kind], list(webhook.kinds)),
            active=webhook.active,
            inactive_why="gone" if webhook.inactive_why is not None else None,
            numbers_allowed_by=webhook.numbers_allowed_by,
            key_id=webhook.key_id,
            old_key_id=webhook.old_key_id if ask.now < webhook.old_key_until else None,
            old_key_until=webhook.old_key_until if ask.now < webhook.old_key_until else 0,
            key_changed=desk.key_changed(webhook),
            waiting=waiting[webhook.id].pending if webhook.id in waiting else 0,
            last=_delivery(last[webhook.id]) if webhook.id in last else None,
            created_by=webhook.created_by,
            created_at=webhook.created_at,
            changed_at=webhook.changed_at,
        )
        for webhook in webhooks
    ]


def _delivery(delivery: Delivery) -> w.DeliveryBody:
    names = w.DeliveryBody.__struct_fields__
    return msgspec.convert({name: getattr(delivery, name) for name in names}, w.DeliveryBody)
