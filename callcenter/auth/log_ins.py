"""Log-ins as a center file lists them: compared with those that there are, and made so. What a file says besides is in
`whole_center`.

A password is compared with its hash and shown nowhere. A log-in that the file does not list any more is refused from then on; its
row stays, for notes bear its name. Whoever loses a right, a desk or a password is signed out: the session is over at once, and
the running service, which looks through them every minute, closes its telephone.
"""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.auth.passwords import Passwords
from callcenter.auth.roles import ROLES
from callcenter.auth.users import fold_login
from callcenter.kernel.errors import Conflict, Refused
from callcenter.kernel.seed import UserSeed
from callcenter.store.database import Database
from callcenter.store.directory import Difference
from callcenter.store.tables.people import SessionRow, UserRow

SECRET, ANOTHER = "(secret)", "(another)"


class Kept(Struct, frozen=True):
    """A row as it was compared."""

    role: str
    agent: str | None
    password_hash: str
    active: bool


class LogInChange(Struct, frozen=True, kw_only=True):
    """What a file would make of the log-ins. Made outside of a transaction, for hashing takes long."""

    differences: tuple[Difference, ...]
    compared: dict[str, Kept]
    given: dict[str, UserSeed]
    """By folded log-in."""
    hashes: dict[str, str]
    """Of the log-ins that get this password."""


async def compare(database: Database, passwords: Passwords, users: Sequence[UserSeed]) -> LogInChange:
    """Raises Refused for a log-in that cannot be. A file without any log-in says nothing about them."""
    given = {fold_login(user.login): user for user in users}
    if len(given) != len(users) or "" in given or any(user.role not in ROLES for user in users):
        raise Refused("user_invalid", "a log-in needs a name that no other has, and a role of " + ", ".join(ROLES))
    async with database.read() as session:
        kept = await _kept(session)
    found: list[Difference] = []
    hashes: dict[str, str] = {}
    for login, user in given.items():
        path, old = f"users.{login}", kept.get(login)
        if old is None or not old.active:
            found.append(Difference(path=path, kind="added", after={"role": user.role, "agent": user.agent}))
            hashes[login] = await passwords.hash(user.password)
            continue
        if old.role != user.role:
            found.append(Difference(path=f"{path}.role", kind="changed", before=old.role, after=user.role))
        if old.agent != user.agent:
            found.append(Difference(path=f"{path}.agent", kind="changed", before=old.agent, after=user.agent))
        if not (await passwords.verify(old.password_hash, user.password)).right:
            found.append(Difference(path=f"{path}.password", kind="changed", before=SECRET, after=ANOTHER))
            hashes[login] = await passwords.hash(user.password)
    for login, old in kept.items():
        if given and old.active and login not in given:
            found.append(Difference(path=f"users.{login}", kind="removed", before={"role": old.role, "agent": old.agent}))
    return LogInChange(differences=tuple(found), compared=kept, given=given, hashes=hashes)


async def write(session: AsyncSession, change: LogInChange, now: int) -> None:
    """Raises Conflict when a log-in is not as it was compared. Language and theme of somebody who is there are her own."""
    if await _kept(session) != change.compared:
        raise Conflict("the log-ins were changed meanwhile: compare again")
    rows = {row.login: row for row in await session.scalars(select(UserRow))}
    signed_out: list[int] = []
    for login, user in change.given.items():
        row = rows.pop(login, None)
        if row is None:
            row = UserRow(login=login, language=user.language, theme=user.theme, created_at=now)
            session.add(row)
        elif login in change.hashes or (row.role, row.agent) != (user.role, user.agent):
            signed_out.append(row.id)
        row.role, row.agent, row.active = user.role, user.agent, True
        if login in change.hashes:
            row.password_hash, row.one_time_until = change.hashes[login], None
    if change.given:
        for row in rows.values():
            row.active = False
            signed_out.append(row.id)
    await session.flush()
    await session.execute(
        update(SessionRow).where(SessionRow.user_id.in_(signed_out), SessionRow.expires_at > now).values(expires_at=now)
    )


async def _kept(session: AsyncSession) -> dict[str, Kept]:
    rows = await session.execute(
        select(UserRow.login, UserRow.role, UserRow.agent, UserRow.password_hash, UserRow.active).order_by(UserRow.login)
    )
    return {login: Kept(role, agent, hashed, active) for login, role, agent, hashed, active in rows}
