"""Log-ins: seeded, looked up, and checked against a password. Sessions are in `sessions`; what changes who may do what is in
`staff`.
"""

import unicodedata
from collections.abc import Iterable

import msgspec
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import select

from callcenter.auth.passwords import Passwords
from callcenter.auth.roles import ROLES
from callcenter.auth.throttle import Throttle
from callcenter.kernel.errors import NotFound, Refused
from callcenter.kernel.ids import AgentId, TeamId
from callcenter.kernel.seed import Role, Theme, UserSeed
from callcenter.kernel.words import Language
from callcenter.store import audit
from callcenter.store.audit import Entry
from callcenter.store.database import Database
from callcenter.store.tables.people import UserRow

WRONG = "wrong_password"


class User(Struct, frozen=True, kw_only=True):
    id: int
    login: str
    role: Role
    agent: AgentId | None
    """Whose desk this is; None: somebody who takes no calls."""
    teams: tuple[TeamId, ...] | None
    """Of a supervisor, the teams that she sees; None: the whole center."""
    one_time_until: int | None
    """The password was made by the service, is void from then on, and opens only the choice of another; None: her own."""
    language: Language | None
    """None: the center's."""
    theme: Theme
    active: bool


class Users:
    """`now` is ms since the epoch. Log-ins are compared without regard to case and to width of letters."""

    def __init__(self, database: Database, passwords: Passwords | None = None) -> None:
        self._database = database
        self._passwords = passwords or Passwords()
        self._throttle = Throttle()

    async def check(self, login: str, password: str, peer: str, now: int) -> User:
        """Whose log-in and password these are. `peer` is the address they came from.

        Raises Refused("wrong_password") whatever was wrong, after the same work; TooManyAttempts when it is too early.
        """
        folded = fold_login(login)
        self._throttle.check(folded, peer, now)
        async with self._database.read() as session:
            row = await session.scalar(select(UserRow).where(UserRow.login == folded, UserRow.active))
        verdict = await self._passwords.verify(row.password_hash if row is not None else None, password)
        void = row is not None and row.one_time_until is not None and row.one_time_until <= now
        if row is None or void or not verdict.right:
            begun = self._throttle.failed(folded, peer, now)
            if begun:
                await self._note_throttled(row, begun, peer, now)
            raise Refused(WRONG, "the user name or the password is wrong: check both and try again")
        self._throttle.succeeded(folded, peer)
        if verdict.rehash is not None:
            async with self._database.write() as session:
                kept = await session.get(UserRow, row.id)
                if kept is not None and kept.password_hash == row.password_hash:
                    kept.password_hash = verdict.rehash
        return to_user(row)

    async def _note_throttled(self, row: UserRow | None, begun: list[str], peer: str, now: int) -> None:
        """What was typed is not kept: people type passwords into the wrong field."""
        subject = "users/unknown" if row is None else f"users/{row.id}"
        async with self._database.write() as session:
            await audit.append(session, now, Entry(action="throttled", subject=subject, details={"peer": peer, "rules": begun}))

    async def user(self, login: str) -> User:
        async with self._database.read() as session:
            row = await session.scalar(select(UserRow).where(UserRow.login == fold_login(login)))
        if row is None:
            raise NotFound("there is no such log-in")
        return to_user(row)

    async def all(self) -> list[User]:
        """In order of the log-in."""
        async with self._database.read() as session:
            return [to_user(row) for row in await session.scalars(select(UserRow).order_by(UserRow.login))]

    async def seed(self, users: Iterable[UserSeed], now: int) -> list[User]:
        """Makes those that are missing, and answers with them. Of the others role and desk follow what is given."""
        async with self._database.read() as session:
            there = set(await session.scalars(select(UserRow.login)))
        given = {fold_login(user.login): user for user in users}
        # Hashing takes long: before the transaction, so that nobody waits for it.
        hashes = {login: await self._passwords.hash(user.password) for login, user in given.items() if login not in there}
        made: list[UserRow] = []
        async with self._database.write() as session:
            rows = {row.login: row for row in await session.scalars(select(UserRow))}
            for login, user in given.items():
                if user.role not in ROLES or not login:
                    raise Refused("user_invalid", "a log-in needs a name, and a role of " + ", ".join(ROLES))
                row = rows.get(login)
                if row is not None:
                    row.role, row.agent, row.teams = user.role, user.agent, listed(user.teams)
                elif login in hashes:
                    made.append(
                        UserRow(
                            login=login,
                            password_hash=hashes[login],
                            role=user.role,
                            agent=user.agent,
                            teams=listed(user.teams),
                            one_time_until=None,
                            language=user.language,
                            theme=user.theme,
                            active=True,
                            created_at=now,
                        )
                    )
            session.add_all(made)
        return [to_user(row) for row in made]

    async def prefer(self, user: int, *, language: Language | UnsetType | None = UNSET, theme: Theme | UnsetType = UNSET) -> User:
        """How the pages look to this person. What is UNSET stays."""
        async with self._database.write() as session:
            row = await session.get(UserRow, user)
            if row is None:
                raise NotFound("there is no such log-in")
            if language is not UNSET:
                row.language = language
            if theme is not UNSET:
                row.theme = theme
        return to_user(row)


def fold_login(login: str) -> str:
    return unicodedata.normalize("NFKC", login).strip().casefold()


def listed(teams: Iterable[TeamId] | None) -> list[str] | None:
    """Teams as a row holds them."""
    return None if teams is None else [str(team) for team in teams]


def to_user(row: UserRow) -> User:
    """Raises ValidationError when the row holds a role, language or theme that this program does not know."""
    return msgspec.convert({name: getattr(row, name) for name in User.__struct_fields__}, User)
