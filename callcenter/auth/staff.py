"""Changes of log-ins: made, given another role or password, closed. Each is one transaction with its entry in the audit log and
with the end of the sessions that it makes stale; sockets and telephones of those are let go of once it is committed.

Whether a desk or a team exists is the center's business and is asked before.
"""

import secrets
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.auth.passwords import Passwords
from callcenter.auth.roles import ROLES
from callcenter.auth.sessions import Sessions, close
from callcenter.auth.users import User, Users, fold_login, listed, to_user
from callcenter.kernel.clock import DAY
from callcenter.kernel.errors import NotFound, Refused
from callcenter.kernel.ids import AgentId, TeamId
from callcenter.kernel.seed import Role
from callcenter.store import audit
from callcenter.store.audit import Entry
from callcenter.store.database import Database
from callcenter.store.tables.people import SessionRow, UserRow

ONE_TIME_MS = 3 * DAY
"""So long a password made by the service opens the choice of another."""
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that look alike."""
LONGEST_LOGIN = 64
MOST_LOG_INS = 10_000


class LogIn(Struct, frozen=True, kw_only=True):
    user: User
    created_at: int
    sessions: int
    """How many are open now."""
    seen_at: int | None
    """Of those, when one was used last, to ten minutes."""


class Change(Struct, frozen=True, kw_only=True):
    """What is UNSET stays."""

    role: Role | UnsetType = UNSET
    agent: AgentId | UnsetType | None = UNSET
    teams: tuple[TeamId, ...] | UnsetType | None = UNSET
    active: bool | UnsetType = UNSET


class Staff:
    """`by` is the number of the user who asks; `now` is ms since the epoch."""

    def __init__(self, database: Database, users: Users, sessions: Sessions, passwords: Passwords | None = None) -> None:
        self._database = database
        self._users = users
        self._sessions = sessions
        self._passwords = passwords or Passwords()

    async def one(self, user: int, now: int) -> LogIn:
        found = await self._find(now, UserRow.id == user)
        if not found:
            raise NotFound("there is no such log-in")
        return found[0]

    async def all(self, now: int) -> list[LogIn]:
        """In order of the log-in, those that are closed included."""
        return await self._find(now)

    async def _find(self, now: int, *where: ColumnElement[bool]) -> list[LogIn]:
        open_now = (
            select(SessionRow.user_id, func.count().label("many"), func.max(SessionRow.seen_at).label("seen_at"))
            .where(SessionRow.expires_at > now)
            .group_by(SessionRow.user_id)
            .subquery()
        )
        chosen = (
            select(UserRow, open_now.c.many, open_now.c.seen_at)
            .outerjoin(open_now, open_now.c.user_id == UserRow.id)
            .where(*where)
            .order_by(UserRow.login)
            .limit(MOST_LOG_INS)
        )
        async with self._database.read() as session:
            rows = (await session.execute(chosen)).all()
        return [
            LogIn(user=to_user(row), created_at=row.created_at, sessions=many or 0, seen_at=seen_at)
            for row, many, seen_at in rows
        ]

    async def create(
        self, login: str, role: Role, agent: AgentId | None, teams: tuple[TeamId, ...] | None, by: int, now: int
    ) -> tuple[User, str]:
        """The log-in, and its password, which is nowhere else and opens only the choice of another."""
        folded = fold_login(login)
        if not folded or len(folded) > LONGEST_LOGIN or not folded.isprintable():
            raise Refused("login_impossible", f"a user name has 1 to {LONGEST_LOGIN} characters: choose another")
        password = one_time_password()
        hashed = await self._passwords.hash(password)
        async with self._database.write() as session:
            if await session.scalar(select(UserRow.id).where(UserRow.login == folded)) is not None:
                raise Refused("login_taken", "somebody has this user name, or had it: choose another")
            row = UserRow(
                login=folded,
                password_hash=hashed,
                role=role,
                agent=agent,
                teams=listed(teams),
                one_time_until=now + ONE_TIME_MS,
                language=None,
                theme="system",
                active=True,
                created_at=now,
            )
            session.add(row)
            await session.flush()
            await self._check(session, row)
            entry = Entry(action="user_created", subject=f"users/{row.id}", user_id=by, details=rights(row))
            await audit.append(session, now, entry)
        return to_user(row), password

    async def change(self, user: int, change: Change, by: int, now: int) -> User:
        """Whoever gets other rights, or none, is signed out: the sessions that she has were given for the old ones."""
        async with self._database.write() as session:
            row = await self._row(session, user)
            before = rights(row)
            if change.role is not UNSET:
                row.role = change.role
            if change.agent is not UNSET:
                row.agent = change.agent
            if change.teams is not UNSET:
                row.teams = listed(change.teams)
            if change.active is not UNSET:
                row.active = change.active
            after = rights(row)
            if after == before:
                return to_user(row)
            await self._check(session, row)
            await session.flush()
            if before["role"] == "administrator" and before["active"]:
                await an_administrator_stays(session)
            ended = await close(session, SessionRow.user_id == user)
            told = {"before": before, "after": after, "sessions_ended": len(ended)}
            await audit.append(session, now, Entry(action="user_changed", subject=f"users/{user}", user_id=by, details=told))
        self._sessions.tell(ended)
        return to_user(row)

    async def reset_password(self, user: int, by: int, now: int) -> tuple[User, str]:
        """As with `create`. Whoever is signed in with the old password is signed out."""
        password = one_time_password()
        hashed = await self._passwords.hash(password)
        async with self._database.write() as session:
            row = await self._row(session, user)
            row.password_hash, row.one_time_until = hashed, now + ONE_TIME_MS
            ended = await close(session, SessionRow.user_id == user)
            told = {"sessions_ended": len(ended)}
            await audit.append(session, now, Entry(action="password_reset", subject=f"users/{user}", user_id=by, details=told))
        self._sessions.tell(ended)
        return to_user(row), password

    async def end_sessions(self, user: int, by: int, now: int) -> int:
        """How many there were."""
        async with self._database.write() as session:
            await self._row(session, user)
            ended = await close(session, SessionRow.user_id == user)
            told = {"sessions_ended": len(ended)}
            await audit.append(session, now, Entry(action="sessions_ended", subject=f"users/{user}", user_id=by, details=told))
        self._sessions.tell(ended)
        return len(ended)

    async def choose_password(self, user: User, log_in: str, present: str, chosen: str, peer: str, now: int) -> User:
        """A person's own choice; her other sessions end, and `log_in` goes on.

        Raises Refused when `present` is not the password that there is, or `chosen` cannot be one; TooManyAttempts.
        """
        await self._users.check(user.login, present, peer, now)
        if chosen == present:
            raise Refused("password_same", "this is the password that you have: choose another")
        hashed = await self._passwords.hash(chosen)
        async with self._database.write() as session:
            row = await self._row(session, user.id)
            row.password_hash, row.one_time_until = hashed, None
            ended = await close(session, (SessionRow.user_id == user.id) & (SessionRow.token_hash != log_in))
            told = {"sessions_ended": len(ended)}
            entry = Entry(action="password_changed", subject=f"users/{row.id}", user_id=row.id, details=told)
            await audit.append(session, now, entry)
        self._sessions.tell(ended)
        return to_user(row)

    async def _row(self, session: AsyncSession, user: int) -> UserRow:
        row = await session.get(UserRow, user, with_for_update=True)
        if row is None:
            raise NotFound("there is no such log-in")
        return row

    async def _check(self, session: AsyncSession, row: UserRow) -> None:
        """Whether the row's rights hold together."""
        if row.role not in ROLES:
            raise Refused("user_invalid", "a log-in needs a name, and a role of " + ", ".join(ROLES))
        if row.role == "agent" and row.agent is None:
            raise Refused("desk_missing", "an agent's log-in needs the desk that it opens: choose one")
        if row.role != "supervisor" and row.teams is not None:
            raise Refused("teams_not_for_role", "only a supervisor has teams: leave them out")
        if row.agent is None or not row.active:
            return
        taken = select(UserRow.id).where(UserRow.agent == row.agent, UserRow.id != row.id, UserRow.active)
        if await session.scalar(taken) is not None:
            raise Refused("desk_taken", "another log-in opens this desk: choose another, or close that log-in")


async def an_administrator_stays(session: AsyncSession) -> None:
    """Raises Refused when nobody would be left who could let anybody in.

    Two administrators who close each other at the same moment wait for each other here: the rows are locked.
    """
    chosen = select(UserRow.id).where(UserRow.role == "administrator", UserRow.active).with_for_update()
    if not list(await session.scalars(chosen)):
        raise Refused("last_administrator", "this is the last administrator: make another one first")


def rights(row: UserRow) -> dict[str, Any]:
    """What a log-in may do, for the audit log."""
    return {"role": row.role, "agent": row.agent, "teams": row.teams, "active": row.active}


def one_time_password() -> str:
    """Sixteen letters and digits in fours, for reading aloud: 79 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
