"""Requests that were made with an Idempotency-Key, and their answers: kept for a day, so that a repetition does nothing again.

Only rows are read and written here; `callcenter.api.once` says what they mean. The key is in no row: names are hashes over it,
and answers (which may hold names and numbers of customers, and passwords) are sealed with it.
"""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.fernet import Fernet
from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.database import Database
from callcenter.store.tables.idempotency import IdempotencyRow

KEPT_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Key:
    """One person's key for one request. `user` is the number of the log-in."""

    user: int
    text: str

    @property
    def name(self) -> str:
        return self._hash(b"name", str(self.user).encode()).hex()

    def request(self, *parts: bytes) -> str:
        """What is asked, in one word that only the holder of the key can make."""
        return self._hash(b"request", *parts).hex()

    def seed(self) -> bytes:
        """For ids of what the request makes: the same in every repetition."""
        return self._hash(b"seed", str(self.user).encode())

    def seal(self, answer: bytes) -> bytes:
        return self._box().encrypt(answer)

    def open(self, sealed: bytes) -> bytes:
        return self._box().decrypt(sealed)

    def _box(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._hash(b"seal", str(self.user).encode())))

    def _hash(self, purpose: bytes, *parts: bytes) -> bytes:
        made = hashlib.sha256(purpose)
        for part in (self.text.encode(), *parts):
            made.update(len(part).to_bytes(8, "big") + part)
        return made.digest()


class Asked(Struct, frozen=True, kw_only=True):
    """A request that was made before with the same key."""

    request: str
    owner: str
    made_at: int
    answer: bytes | None
    """Still sealed; None: it was not finished."""


async def claim(session: AsyncSession, key: Key, request: str, owner: str, now: int) -> Asked | None:
    """Writes that the request begins; or says what was asked with the key before, after waiting for its transaction's end."""
    await session.execute(delete(IdempotencyRow).where(IdempotencyRow.name == key.name, IdempotencyRow.made_at < now - KEPT_MS))
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    made = await session.execute(
        insert(IdempotencyRow)
        .values(name=key.name, request=request, owner=owner, made_at=now, answer=None)
        .on_conflict_do_nothing(index_elements=[IdempotencyRow.name])
        .returning(IdempotencyRow.name)
    )
    if made.scalar() is not None:
        return None
    row = (await session.execute(select(IdempotencyRow).where(IdempotencyRow.name == key.name))).scalar_one()
    return Asked(request=row.request, owner=row.owner, made_at=row.made_at, answer=row.answer)


async def take_over(session: AsyncSession, key: Key, before: Asked, owner: str, now: int) -> bool:
    """What another service left unfinished is carried out here; False: somebody else was quicker."""
    done = await session.execute(
        update(IdempotencyRow)
        .where(IdempotencyRow.name == key.name, IdempotencyRow.owner == before.owner, IdempotencyRow.answer.is_(None))
        .values(owner=owner, made_at=now)
        .returning(IdempotencyRow.name)
    )
    return done.scalar() is not None


async def keep(session: AsyncSession, key: Key, answer: bytes) -> None:
    """The request is carried out."""
    await session.execute(update(IdempotencyRow).where(IdempotencyRow.name == key.name).values(answer=key.seal(answer)))


async def forget(session: AsyncSession, key: Key) -> None:
    """The request was refused and nothing was done: the key is free for a better one."""
    await session.execute(delete(IdempotencyRow).where(IdempotencyRow.name == key.name, IdempotencyRow.answer.is_(None)))


async def sweep(database: Database, now: int) -> None:
    """Deletes what is older than a day."""
    async with database.write() as session:
        await session.execute(delete(IdempotencyRow).where(IdempotencyRow.made_at < now - KEPT_MS))
