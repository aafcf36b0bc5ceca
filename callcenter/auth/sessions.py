"""Sessions of browsers, kept at the server: a cookie holds a random token, the database its hash, and deleting the row ends
the session at once, sockets included. Nothing about a person is in the cookie.

Role, desk and whether the log-in is active are read with every request, so a change of them holds from the next one on.
"""

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterable

from msgspec import Struct
from sqlalchemy import ColumnElement, bindparam, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.auth.users import User, to_user
from callcenter.kernel.clock import DAY, HOUR, MINUTE
from callcenter.kernel.ids import AgentId
from callcenter.store import audit
from callcenter.store.audit import Entry
from callcenter.store.database import Database
from callcenter.store.tables.people import SessionRow, UserRow

IDLE_MS = 12 * HOUR
"""A session ends when it was not used for this long,"""
LONGEST_MS = 7 * DAY
"""and this long after it began, used or not."""
TOKEN_BYTES = 32
MOST_AT_ONCE = 500
"""Sessions that one query names."""
LOOK_S = 3.0
"""How long the look-up before every answer may take, seconds."""
SEEN_EVERY_MS = 10 * MINUTE
"""How exactly the last use is kept: not every request shall write."""


class SignedIn(Struct, frozen=True, kw_only=True):
    """`log_in` names the session: the hash of its token, which is no secret. `expires_at` is pushed on by use."""

    log_in: str
    user: User
    expires_at: int


class Sessions:
    """`ended` are called with the `log_in` of each session that ends before its time, so that its sockets can be closed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.ended: list[Callable[[str], None]] = []

    async def open(self, user: User, now: int, peer: str = "") -> tuple[str, SignedIn]:
        """The token for the cookie, which is nowhere else, and what it stands for. `peer`: the address it goes to."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        log_in, expires_at = token_hash(token), now + IDLE_MS
        row = SessionRow(token_hash=log_in, user_id=user.id, created_at=now, seen_at=now, expires_at=expires_at)
        async with self._database.write() as session:
            session.add(row)
            entry = Entry(action="signed_in", subject=f"users/{user.id}", user_id=user.id, details={"peer": peer})
            await audit.append(session, now, entry)
        return token, SignedIn(log_in=log_in, user=user, expires_at=expires_at)

    async def find(self, token: str, now: int) -> SignedIn | None:
        """Who is signed in with this token; None when it is unknown, over, or its log-in may not come in any more."""
        log_in = token_hash(token)
        return (await self.standing([log_in], now)).get(log_in)

    async def standing(self, log_ins: Collection[str], now: int) -> dict[str, SignedIn]:
        """Which of these sessions still stand, and for whom, in one look at the database; being looked at is use."""
        query = (
            select(SessionRow, UserRow)
            .join(UserRow, UserRow.id == SessionRow.user_id)
            .where(SessionRow.expires_at > now, UserRow.active)
        )
        found: dict[str, SignedIn] = {}
        used = []
        async with self._database.read(LOOK_S) as session:
            asked = tuple(log_ins)
            for first in range(0, len(asked), MOST_AT_ONCE):
                named = SessionRow.token_hash.in_(asked[first : first + MOST_AT_ONCE])
                for row, user in await session.execute(query.where(named)):
                    expires_at = row.expires_at
                    if now - row.seen_at >= SEEN_EVERY_MS:
                        expires_at = min(now + IDLE_MS, row.created_at + LONGEST_MS)
                        used.append({"log_in": row.token_hash, "until": expires_at})
                    found[row.token_hash] = SignedIn(log_in=row.token_hash, user=to_user(user), expires_at=expires_at)
        if used:
            # One that ended a moment ago has no row any more, or none that this may give new life; the next look tells.
            mine = (SessionRow.token_hash == bindparam("log_in")) & (SessionRow.expires_at > now)
            async with self._database.write() as session:
                connection = await session.connection()
                await connection.execute(update(SessionRow).where(mine).values(seen_at=now, expires_at=bindparam("until")), used)
        return found

    async def end(self, log_in: str, now: int, entry: Entry | None = None) -> None:
        """Harmless when it is over already. `entry`: what the audit log says of it."""
        async with self._database.write() as session:
            gone = await close(session, SessionRow.token_hash == log_in)
            if gone and entry is not None:
                await audit.append(session, now, entry)
        self.tell([log_in])

    async def end_all(self, user: int) -> int:
        """Every session of one log-in, e.g. when its password became known; how many."""
        async with self._database.write() as session:
            gone = await close(session, SessionRow.user_id == user)
        self.tell(gone)
        return len(gone)

    async def end_deskless(self, agents: Collection[AgentId]) -> int:
        """Agents' sessions whose desk is none of these; how many. For a center that has changed: somebody may have come in
        between the change of the rows and its arrival here."""
        deskless = select(UserRow.id).where(UserRow.role == "agent", UserRow.agent.is_(None) | UserRow.agent.not_in(agents))
        async with self._database.write() as session:
            gone = await close(session, SessionRow.user_id.in_(deskless))
        self.tell(gone)
        return len(gone)

    async def sweep(self, now: int) -> int:
        """Deletes what is over; how many."""
        over = SessionRow.expires_at <= now
        async with self._database.read() as session:
            if await session.scalar(select(SessionRow.token_hash).where(over).limit(1)) is None:
                return 0
        async with self._database.write() as session:
            gone = await close(session, over)
        self.tell(gone)
        return len(gone)

    def tell(self, log_ins: Iterable[str]) -> None:
        """These sessions are over, and that is stored: whoever serves them lets go."""
        for log_in in log_ins:
            for told in self.ended:
                told(log_in)


async def close(session: AsyncSession, which: ColumnElement[bool]) -> list[str]:
    """Ends sessions in a transaction that does more; their names are for `Sessions.tell`, once it is committed."""
    gone = list(await session.scalars(select(SessionRow.token_hash).where(which)))
    await session.execute(delete(SessionRow).where(SessionRow.token_hash.in_(gone)))
    return gone


def token_hash(token: str) -> str:
    """256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()
