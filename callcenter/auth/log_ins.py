"""Log-ins as a center file lists them: those that are missing are made, and whoever is there stays as she is. What a file says
besides is in `whole_center`; who owns what, and why, in docs/decisions/0006.

The file gives a new log-in its first password, and that is the last that it says of it. Rights, passwords and closing belong to
the page of log-ins; what a file says otherwise is shown as a difference that stays. Only the desks are the file's: whoever opens
one that is gone is signed out, and her telephone is closed after her call.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.auth.passwords import Passwords
from callcenter.auth.roles import ROLES
from callcenter.auth.staff import ONE_TIME_MS, one_time_password, rights
from callcenter.auth.users import fold_login, listed
from callcenter.kernel.errors import Conflict, NotFound, Refused
from callcenter.kernel.ids import AgentId, TeamId
from callcenter.kernel.seed import CenterSeed, UserSeed
from callcenter.store import audit
from callcenter.store.audit import Entry
from callcenter.store.database import Database
from callcenter.store.directory import Difference
from callcenter.store.tables.people import SessionRow, UserRow


class Kept(Struct, frozen=True):
    """A row as it was compared."""

    role: str
    agent: str | None
    teams: list[str] | None
    active: bool


class LogInChange(Struct, frozen=True, kw_only=True):
    """What a file would make of the log-ins. Made outside of a transaction, for hashing takes long."""

    differences: tuple[Difference, ...]
    """What is done."""
    stays: tuple[Difference, ...]
    """What the file says otherwise and is not done: `before` is what there is, `after` what the file says."""
    compared: dict[str, Kept]
    made: dict[str, UserSeed]
    """By folded log-in."""
    hashes: dict[str, str]
    """Of those."""
    deskless: tuple[str, ...]
    """Log-ins whose desk the file takes away."""


async def compare(database: Database, passwords: Passwords, seed: CenterSeed) -> LogInChange:
    """A file without any log-in says nothing about them. Raises Refused, and Conflict for a desk that is taken."""
    given = {fold_login(user.login): user for user in seed.users}
    if len(given) != len(seed.users) or "" in given or any(user.role not in ROLES for user in seed.users):
        raise Refused("user_invalid", "a log-in needs a name that no other has, and a role of " + ", ".join(ROLES))
    async with database.read() as session:
        kept = await _kept(session)
    made = {login: user for login, user in given.items() if login not in kept}
    _check_desks(kept, made)
    gone = tuple(login for login, old in kept.items() if old.active and old.agent is not None and not _there(seed, old.agent))
    return LogInChange(
        differences=(
            *(
                Difference(path=f"users.{login}", kind="added", after={"role": user.role, "agent": user.agent})
                for login, user in made.items()
            ),
        ),
        stays=tuple(_stays(kept, given, seed)) if given else (),
        compared=kept,
        made=made,
        hashes={login: await passwords.hash(user.password) for login, user in made.items()},
        deskless=gone,
    )


def _there(seed: CenterSeed, agent: str) -> bool:
    values = seed.center.agents.get(AgentId(agent))
    return values is not None and values.active


def _check_desks(kept: Mapping[str, Kept], made: Mapping[str, UserSeed]) -> None:
    """Raises Conflict when a new log-in would open a desk that another opens."""
    taken = {old.agent: login for login, old in kept.items() if old.active and old.agent is not None}
    for login, user in made.items():
        if user.agent in taken:
            other = taken[user.agent]
            raise Conflict(f"users.{login}: {other} opens the desk {user.agent}: close that log-in first")


def _stays(kept: Mapping[str, Kept], given: Mapping[str, UserSeed], seed: CenterSeed) -> Iterator[Difference]:
    """What is otherwise than the file says, in the order of the log-ins."""
    for login, old in kept.items():
        path, user = f"users.{login}", given.get(login)
        if user is None:
            if old.active:
                yield Difference(path=path, kind="removed", before={"role": old.role, "agent": old.agent})
            continue
        if not old.active:
            yield Difference(path=path, kind="changed", before="closed", after="open")
        told: dict[str, tuple[Any, Any]] = {
            "role": (old.role, user.role), "agent": (old.agent, user.agent), "teams": (old.teams, listed(user.teams)),
        }  # fmt: skip
        for name, (here, there) in told.items():
            if here != there:
                yield Difference(path=f"{path}.{name}", kind="changed", before=here, after=there)
    for login, old in kept.items():
        unknown = [team for team in old.teams or () if TeamId(team) not in seed.center.teams]
        if old.active and unknown:
            yield Difference(path=f"users.{login}.teams", kind="removed", before=unknown)


async def write(session: AsyncSession, change: LogInChange, now: int) -> None:
    """Raises Conflict when a log-in is not as it was compared."""
    if await _kept(session) != change.compared:
        raise Conflict("the log-ins were changed meanwhile: compare again")
    entries: list[Entry] = []
    for login, user in change.made.items():
        row = UserRow(
            login=login, password_hash=change.hashes[login], role=user.role, agent=user.agent, teams=listed(user.teams),
            one_time_until=None, language=user.language, theme=user.theme, active=True, created_at=now,
        )  # fmt: skip
        session.add(row)
        await session.flush()
        entries.append(Entry(action="user_created", subject=f"users/{row.id}", details=rights(row)))
    for row in await session.scalars(select(UserRow).where(UserRow.login.in_(change.deskless)).order_by(UserRow.id)):
        ended = await session.execute(
            update(SessionRow).where(SessionRow.user_id == row.id, SessionRow.expires_at > now).values(expires_at=now)
        )
        many = int(ended.rowcount)  # type: ignore[attr-defined]
        if many:
            told = {"sessions_ended": many, "desk_gone": row.agent}
            entries.append(Entry(action="sessions_ended", subject=f"users/{row.id}", details=told))
    if entries:
        await audit.append(session, now, *entries)


async def reset_password(database: Database, passwords: Passwords, login: str, now: int) -> str:
    """From the command line, for whoever has nobody left to ask: a one-time password. Raises NotFound."""
    password = one_time_password()
    hashed = await passwords.hash(password)
    async with database.write() as session:
        row = await session.scalar(select(UserRow).where(UserRow.login == fold_login(login)))
        if row is None or not row.active:
            raise NotFound(f"no log-in {login} is open: name one that is, or a new one in the center file")
        row.password_hash, row.one_time_until = hashed, now + ONE_TIME_MS
        ended = await session.execute(
            update(SessionRow).where(SessionRow.user_id == row.id, SessionRow.expires_at > now).values(expires_at=now)
        )
        told = {"sessions_ended": int(ended.rowcount)}  # type: ignore[attr-defined]
        await audit.append(session, now, Entry(action="password_reset", subject=f"users/{row.id}", details=told))
    return password


async def _kept(session: AsyncSession) -> dict[str, Kept]:
    rows = await session.execute(
        select(
            UserRow.login, UserRow.role, UserRow.agent, UserRow.teams, UserRow.active
        ).order_by(UserRow.login)
    )  # fmt: skip
    return {login: Kept(role, agent, teams, active) for login, role, agent, teams, active in rows}
