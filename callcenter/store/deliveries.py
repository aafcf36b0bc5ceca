"""What is to be told to whom, and how it went: the queue of deliveries and its log, in one table.

The queue lives in rows alone, so that a process that is killed forgets nothing. Of one subject (a call, an agent) only the
oldest pending delivery is ever due: its events are told in their order, however long one of them takes.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, cast

from msgspec import Struct
from sqlalchemy import ColumnElement, Table, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import aliased

from callcenter.kernel.errors import NotFound
from callcenter.kernel.ids import PersonalId
from callcenter.store.database import Database
from callcenter.store.paging import Page, after, cursor
from callcenter.store.tables.webhooks import DeliveryRow
from callcenter.store.webhooks import GIVE_UP_AFTER_MS, Draft

DeliveryState = Literal["pending", "delivered", "given_up"]
PRUNED_AT_ONCE = 1_000


class Delivery(Struct, frozen=True, kw_only=True):
    """One event for one subscription; the columns of its row say what each field is."""

    id: int
    webhook: int
    event: str
    kind: str
    subject: str
    customer: PersonalId | None
    body: str
    state: DeliveryState
    attempts: int
    created_at: int
    next_at: int
    give_up_at: int
    last_at: int | None
    last_status: int | None
    last_error: str | None
    took_ms: int | None


class Outcome(Struct, frozen=True, kw_only=True):
    """How one attempt went. A delivery that stays pending is due again at `next_at`, its subject's later ones not before."""

    delivery: Delivery
    state: DeliveryState
    at: int
    next_at: int
    status: int | None
    error: str | None
    took_ms: int


class Backlog(Struct, frozen=True):
    pending: int
    oldest_at: int
    """When the oldest of them was made, ms since the epoch; 0: none."""


class Deliveries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def together(self) -> AbstractAsyncContextManager[object]:
        """One transaction for whatever this task writes inside the block."""
        return self._database.together()

    async def due(self, webhook: int, now: int, limit: int) -> list[Delivery]:
        """The oldest that may be tried now, at most one of each subject."""
        first = select(DeliveryRow).where(DeliveryRow.next_at <= now, *_heads(webhook)).order_by(DeliveryRow.id).limit(limit)
        async with self._database.read() as session:
            return [_delivery(row) for row in await session.scalars(first)]

    async def next_at(self, webhook: int) -> int | None:
        """When the next one is due; None: nothing waits."""
        async with self._database.read() as session:
            found: int | None = await session.scalar(select(func.min(DeliveryRow.next_at)).where(*_heads(webhook)))
            return found

    async def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Writes what became of these attempts, in one transaction."""
        table = cast(Table, DeliveryRow.__table__)
        done = (
            update(table)
            .where(table.c.id == bindparam("which"), table.c.state == "pending")
            .values({name: bindparam(f"new_{name}") for name in _SETTLED})
        )
        async with self._database.write() as session:
            connection = await session.connection()
            await connection.execute(done, [_written(outcome) for outcome in outcomes])
            for outcome in outcomes:
                if outcome.state == "pending":
                    await session.execute(
                        update(DeliveryRow)
                        .where(
                            DeliveryRow.webhook == outcome.delivery.webhook,
                            DeliveryRow.subject == outcome.delivery.subject,
                            DeliveryRow.state == "pending",
                            DeliveryRow.next_at < outcome.next_at,
                        )
                        .values(next_at=outcome.next_at)
                    )

    async def wake(self, webhook: int, now: int) -> None:
        """Whatever waits for this receiver may be tried now: it is back."""
        waiting = update(DeliveryRow).where(
            DeliveryRow.webhook == webhook, DeliveryRow.state == "pending", DeliveryRow.next_at > now
        )
        async with self._database.write() as session:
            await session.execute(waiting.values(next_at=now))

    async def give_up(self, webhook: int, now: int, error: str) -> int:
        """Everything whose time is over, tried or not, because its receiver does not answer; how many."""
        late = update(DeliveryRow).where(
            DeliveryRow.webhook == webhook, DeliveryRow.state == "pending", DeliveryRow.give_up_at <= now
        )
        async with self._database.write() as session:
            return int((await session.execute(late.values(state="given_up", last_error=error))).rowcount)  # type: ignore[attr-defined]

    async def add(self, webhook: int, draft: Draft, now: int) -> Delivery:
        """One delivery more, outside the log: a test."""
        values: dict[str, Any] = {
            "webhook": webhook, "event": draft.event, "kind": draft.kind, "subject": draft.subject, "customer": draft.customer,
            "body": draft.body, "state": "pending", "attempts": 0, "created_at": now, "next_at": now,
            "give_up_at": now + GIVE_UP_AFTER_MS,
        }  # fmt: skip
        async with self._database.write() as session:
            made = await session.scalar(insert(DeliveryRow).values(values).returning(DeliveryRow))
            assert made is not None
            return _delivery(made)

    async def again(self, webhook: int, delivery: int, now: int) -> Delivery:
        """A delivery is tried now, and for another day, with the same event id. One that was settled comes after its time: what
        else is to be told of its call does not wait for it. Raises NotFound."""
        async with self._database.write() as session:
            row = await session.get(DeliveryRow, delivery)
            if row is None or row.webhook != webhook:
                raise NotFound("there is no such delivery: those older than a month are deleted")
            if row.state == "pending":
                row.next_at = min(row.next_at, now)
            else:
                row.state, row.attempts, row.next_at, row.subject = "pending", 0, now, f"again {row.id}"
            row.give_up_at = now + GIVE_UP_AFTER_MS
            return _delivery(row)

    async def page(self, webhook: int, states: Collection[str], limit: int, given: str | None) -> Page[Delivery]:
        """Newest first. Raises Refused for a cursor of another list."""
        chosen = select(DeliveryRow).where(DeliveryRow.webhook == webhook)
        if states:
            chosen = chosen.where(DeliveryRow.state.in_(states))
        if given is not None:
            chosen = chosen.where(DeliveryRow.id < after(given, f"deliveries/{webhook}", int)[0])
        async with self._database.read() as session:
            rows = list(await session.scalars(chosen.order_by(DeliveryRow.id.desc()).limit(limit + 1)))
        more = cursor(f"deliveries/{webhook}", rows[limit - 1].id) if len(rows) > limit else None
        return Page(tuple(_delivery(row) for row in rows[:limit]), more)

    async def backlog(self) -> dict[int, Backlog]:
        """What waits, by subscription."""
        counted = (
            select(DeliveryRow.webhook, func.count(), func.min(DeliveryRow.created_at))
            .where(DeliveryRow.state == "pending")
            .group_by(DeliveryRow.webhook)
        )
        async with self._database.read() as session:
            return {webhook: Backlog(pending, oldest) for webhook, pending, oldest in await session.execute(counted)}

    async def last_tried(self, webhooks: Collection[int]) -> dict[int, Delivery]:
        """Of each subscription the newest delivery that was tried, if any was."""
        found: dict[int, Delivery] = {}
        async with self._database.read() as session:
            for webhook in webhooks:
                chosen = select(DeliveryRow).where(DeliveryRow.webhook == webhook, DeliveryRow.last_at.is_not(None))
                row = await session.scalar(chosen.order_by(DeliveryRow.id.desc()).limit(1))
                if row is not None:
                    found[webhook] = _delivery(row)
        return found

    async def prune(self, before: int) -> int:
        """Deletes some that were settled before; how many. Call it again until there are none."""
        old = (
            select(DeliveryRow.id)
            .where(
                DeliveryRow.state != "pending",
                or_(DeliveryRow.last_at < before, DeliveryRow.last_at.is_(None) & (DeliveryRow.created_at < before)),
            )
            .limit(PRUNED_AT_ONCE)
        )
        async with self._database.write() as session:
            return int((await session.execute(delete(DeliveryRow).where(DeliveryRow.id.in_(old)))).rowcount)  # type: ignore[attr-defined]


def _heads(webhook: int) -> list[ColumnElement[bool]]:
    """Of each subject the oldest that is pending."""
    earlier = aliased(DeliveryRow)
    blocked = select(earlier.id).where(
        earlier.webhook == DeliveryRow.webhook,
        earlier.subject == DeliveryRow.subject,
        earlier.state == "pending",
        earlier.id < DeliveryRow.id,
    )
    return [DeliveryRow.webhook == webhook, DeliveryRow.state == "pending", ~blocked.exists()]


_SETTLED = ("state", "attempts", "next_at", "last_at", "last_status", "last_error", "took_ms")


def _written(outcome: Outcome) -> dict[str, Any]:
    values = (
        outcome.state, outcome.delivery.attempts + 1, outcome.next_at, outcome.at, outcome.status, outcome.error, outcome.took_ms,
    )  # fmt: skip
    return {"which": outcome.delivery.id, **{f"new_{name}": value for name, value in zip(_SETTLED, values, strict=True)}}


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in Delivery.__struct_fields__})
