"""Log-ins as a center file lists them: compared with those that there are, and made so. What a file says besides is in
`whole_center`.

A password is compared with its hash and shown nowhere. A log-in that the file does not list any more is refused from then on; its
row stays, for notes bear its name. Whoever loses a right, a desk or a password is signed out: the session is over at once, and
the running service, which looks through them every minute, closes its telephone.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.auth.passwords import Passwords
from callcenter.auth.roles import ROLES
from callcenter.auth.staff import an_administrator_stays, rights
from callcenter.auth.users import fold_login, listed
from callcenter.kernel.errors import Conflict, Refused
from callcenter.kernel.seed import UserSeed
from callcenter.store import audit
from callcenter.store.audit import Entry
from callcenter.store.database import Database
from callcenter.store.directory import Difference
from callcenter.store.tables.people import SessionRow, UserRow

SECRET, ANOTHER = "(secret)", "(another)"


class Kept(Struct, frozen=True):
    """A row as it was compared."""

    role: str
    agent: str | None
    teams: list[str] | None
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
        if old.teams != listed(user.teams):
            found.append(Difference(path=f"{path}.teams", kind="changed", before=old.teams, after=listed(user.teams)))
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
    signed_out: set[int] = set()
    entries: list[Entry] = []
    for login, user in change.given.items():
        row = rows.pop(login, None)
        before = None if row is None else rights(row)
        if row is None:
            row = UserRow(login=login, language=user.language, theme=user.theme, created_at=now)
            session.add(row)
        row.role, row.agent, row.teams, row.active = user.role, user.agent, listed(user.teams), True
        if login in change.hashes:
            row.password_hash, row.one_time_until = change.hashes[login], None
        await session.flush()
        if before is None:
            entries.append(Entry(action="user_created", subject=f"users/{row.id}", details=rights(row)))
            continue
        if login in change.hashes:
            entries.append(Entry(action="password_reset", subject=f"users/{row.id}"))
        if before != rights(row):
            entries.append(_changed(row, before))
        if login in change.hashes or before != rights(row):
            signed_out.add(row.id)
    if change.given:
        for row in (row for row in rows.values() if row.active):
            before, row.active = rights(row), False
            entries.append(_changed(row, before))
            signed_out.add(row.id)
    await session.flush()
    if any(old.role == "administrator" and old.active for old in change.compared.values()):
        await an_administrator_stays(session)
    await audit.append(session, now, *entries)
    await session.execute(
        update(SessionRow).where(SessionRow.user_id.in_(signed_out), SessionRow.expires_at > now).values(expires_at=now)
    )


def _changed(row: UserRow, before: dict[str, Any]) -> Entry:
    return Entry(action="user_changed", subject=f"users/{row.id}", details={"before": before, "after": rights(row)})


async def _kept(session: AsyncSession) -> dict[str, Kept]:
    rows = await session.execute(
        select(
            UserRow.login, UserRow.role, UserRow.agent, UserRow.teams, UserRow.password_hash, UserRow.active
        ).order_by(UserRow.login)
    )  # fmt: skip
    return {
        login: Kept(role, agent, teams, hashed, active) for login, role, agent, teams, hashed, active in rows
    }
