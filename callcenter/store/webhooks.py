"""Subscriptions of other programs as rows, and how far the log has been turned into deliveries. Every change of a subscription is
one transaction with its entry in the audit log, which has neither a secret nor more of an address than its host.

What is delivered, and how it went, is in `callcenter.store.deliveries`; what is sent and how, in `callcenter.webhooks`.
"""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.kernel.errors import Conflict, NotFound, Refused
from callcenter.kernel.ids import PersonalId
from callcenter.store import audit
from callcenter.store.audit import Entry
from callcenter.store.database import Database
from callcenter.store.tables.webhooks import DeliveryRow, WebhookPositionRow, WebhookRow

MOST = 50
"""Subscriptions of one center: each may have connections open and rows waiting."""
GIVE_UP_AFTER_MS = 24 * 3_600_000
CHUNK = 200
GONE = "gone"
_ONE = 1


class Webhook(Struct, frozen=True, kw_only=True):
    """One subscription; the columns of its row say what each field is."""

    id: int
    name: str
    url: str
    kinds: tuple[str, ...]
    active: bool
    inactive_why: str | None
    numbers_allowed_by: str | None
    since: int
    key_id: str
    key_fingerprint: str
    old_key_id: str | None
    old_key_until: int
    created_by: str
    created_at: int
    changed_at: int

    def wants(self, kind: str, position: int) -> bool:
        return self.active and position > self.since and (not self.kinds or kind in self.kinds)


class Asked(Struct, frozen=True, kw_only=True):
    """What somebody wants of a new subscription."""

    name: str
    url: str
    kinds: tuple[str, ...] = ()
    numbers: bool = False
    active: bool = True


class By(Struct, frozen=True):
    """Who asks for a change."""

    user_id: int
    login: str


class Draft(Struct, frozen=True):
    """A public event that is to be told."""

    event: str
    kind: str
    subject: str
    customer: PersonalId | None
    body: str
    position: int


class Following(Struct, frozen=True):
    """How far the log was looked at, and what is remembered of it."""

    position: int
    format: int
    state: bytes


class Webhooks:
    def __init__(self, database: Database) -> None:
        self._database = database

    def afterwards(self, job: Callable[[], object]) -> None:
        """`Database.afterwards`: when what was written here can be read."""
        self._database.afterwards(job)

    # -- subscriptions ----------------------------------------------------------------------------------------------------

    async def all(self) -> list[Webhook]:
        async with self._database.read() as session:
            return await _all(session)

    async def any_active(self) -> bool:
        """Whether anybody is to be told anything; asked several times a second."""
        async with self._database.read() as session:
            return await session.scalar(select(WebhookRow.id).where(WebhookRow.active).limit(1)) is not None

    async def find(self, webhook: int) -> Webhook:
        """Raises NotFound."""
        async with self._database.read() as session:
            return _webhook(await _row(session, webhook))

    async def create(self, asked: Asked, key_id: str, fingerprint: str, since: int, by: By, now: int) -> Webhook:
        """Raises Refused when there are too many."""
        async with self._database.write() as session:
            if (await session.scalar(select(func.count()).select_from(WebhookRow)) or 0) >= MOST:
                raise Refused("too_many_webhooks", f"There are {MOST} subscriptions already: delete one that nobody needs.")
            row = WebhookRow(
                name=asked.name, url=asked.url, kinds=list(asked.kinds), active=asked.active, inactive_why=None,
                numbers_allowed_by=by.login if asked.numbers else None, since=since, key_id=key_id, key_fingerprint=fingerprint,
                old_key_id=None, old_key_until=0, created_by=by.login, created_at=now, changed_at=now,
            )  # fmt: skip
            session.add(row)
            await session.flush()
            await audit.append(session, now, _entry("webhook_created", row.id, by, _told(row)))
            return _webhook(row)

    async def use_key(self, webhook: int, key_id: str, fingerprint: str, old_until: int, by: By, now: int) -> Webhook:
        """From now on this key signs; the one before goes on beside it until `old_until`. Raises NotFound."""
        async with self._database.write() as session:
            row = await _row(session, webhook)
            row.old_key_id, row.old_key_until = row.key_id, old_until
            row.key_id, row.key_fingerprint, row.changed_at = key_id, fingerprint, now
            told = {"name": row.name, "old_until": old_until}
            await audit.append(session, now, _entry("webhook_secret_changed", webhook, by, told))
            return _webhook(row)

    async def change(self, webhook: int, values: dict[str, Any], since: int, by: By, now: int) -> Webhook:
        """Sets columns. Who begins anew, or asks for other kinds, is told what comes from now on (`since`). Raises NotFound."""
        async with self._database.write() as session:
            row = await _row(session, webhook)
            before, address = _told(row), row.url
            begins = values.get("active", row.active) and not row.active
            if begins or list(values.get("kinds", row.kinds)) != row.kinds:
                row.since = max(row.since, since)
            for name, value in values.items():
                setattr(row, name, list(value) if name == "kinds" else value)
            if "active" in values:
                row.inactive_why = None
            row.changed_at = now
            after = _told(row)
            if after != before or row.url != address:
                told = {"before": before, "after": after, "url_changed": row.url != address}
                await audit.append(session, now, _entry("webhook_changed", webhook, by, told))
            return _webhook(row)

    async def gone(self, webhook: int, now: int) -> int:
        """The receiver wants nothing more: collects and sends nothing for it. How many deliveries were given up."""
        async with self._database.write() as session:
            row = await session.get(WebhookRow, webhook)
            if row is not None and row.active:
                row.active, row.inactive_why, row.changed_at = False, GONE, now
                told = {"name": row.name, "inactive_why": GONE}
                await audit.append(session, now, _entry("webhook_switched_off", webhook, None, told))
            given_up = (
                update(DeliveryRow)
                .where(DeliveryRow.webhook == webhook, DeliveryRow.state == "pending")
                .values(state="given_up", last_error=GONE)
            )
            return int((await session.execute(given_up)).rowcount)  # type: ignore[attr-defined]

    async def remove(self, webhook: int, by: By, now: int) -> None:
        """With its deliveries. Raises NotFound."""
        async with self._database.write() as session:
            row = await _row(session, webhook)
            await audit.append(session, now, _entry("webhook_deleted", webhook, by, _told(row)))
            await session.execute(delete(DeliveryRow).where(DeliveryRow.webhook == webhook))
            await session.execute(delete(WebhookRow).where(WebhookRow.id == webhook))

    # -- from the log to deliveries ---------------------------------------------------------------------------------------

    async def following(self) -> Following | None:
        """None: the log was never looked at."""
        async with self._database.read() as session:
            row = await session.get(WebhookPositionRow, _ONE)
            return None if row is None else Following(row.position, row.format, row.state)

    async def keep(self, expected: int | None, reached: Following, drafts: Sequence[Draft], now: int) -> int:
        """Deliveries of these events and the position, in one transaction; how many deliveries they became.

        Whoever subscribed before is told, for the subscriptions are read here. Raises Conflict when somebody else follows too.
        """
        async with self._database.write() as session:
            position = await session.scalar(
                select(WebhookPositionRow.position).where(WebhookPositionRow.id == _ONE).with_for_update()
            )
            if position != expected:
                raise Conflict(f"deliveries are made up to {position}, not {expected}: another service makes them, end one")
            rows = [
                {
                    "webhook": webhook.id, "event": draft.event, "kind": draft.kind, "subject": draft.subject,
                    "customer": draft.customer, "body": draft.body, "state": "pending", "attempts": 0, "created_at": now,
                    "next_at": now, "give_up_at": now + GIVE_UP_AFTER_MS, "last_at": None, "last_status": None,
                    "last_error": None, "took_ms": None,
                }
                for webhook in await _all(session)
                for draft in drafts
                if webhook.wants(draft.kind, draft.position)
            ]  # fmt: skip
            rows.sort(key=lambda row: (str(row["event"]).split(".")[0].zfill(20), str(row["event"])))
            for start in range(0, len(rows), CHUNK):
                await session.execute(insert(DeliveryRow), rows[start : start + CHUNK])
            await session.merge(WebhookPositionRow(id=_ONE, **asdict(reached)))
            return len(rows)


async def _all(session: AsyncSession) -> list[Webhook]:
    return [_webhook(row) for row in await session.scalars(select(WebhookRow).order_by(WebhookRow.id))]


async def _row(session: AsyncSession, webhook: int) -> WebhookRow:
    row = await session.get(WebhookRow, webhook)
    if row is None:
        raise NotFound("there is no such subscription")
    return row


def _told(row: WebhookRow) -> dict[str, Any]:
    """For the audit log. Of the address only the host: what comes after it is often a secret of its own."""
    return {
        "name": row.name,
        "host": urlsplit(row.url).netloc.rpartition("@")[2],
        "kinds": list(row.kinds),
        "active": row.active,
        "numbers_allowed_by": row.numbers_allowed_by,
    }


def _entry(action: audit.Action, webhook: int, by: By | None, told: dict[str, Any]) -> Entry:
    return Entry(action=action, subject=f"webhooks/{webhook}", user_id=None if by is None else by.user_id, details=told)


def _webhook(row: WebhookRow) -> Webhook:
    values = {name: getattr(row, name) for name in Webhook.__struct_fields__}
    return Webhook(**{**values, "kinds": tuple(row.kinds)})
