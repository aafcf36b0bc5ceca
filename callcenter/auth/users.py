"""Log-ins: made, changed, and checked against a password. Sessions are in `sessions`."""

import unicodedata
from collections.abc import Iterable

import msgspec
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import select

from callcenter.auth.passwords import Passwords
from callcenter.auth.roles import ROLES
from callcenter.auth.throttle import Throttle
from callcenter.kernel.errors import NotFound, Refused
from callcenter.kernel.ids import AgentId
from callcenter.kernel.seed import Role, Theme, UserSeed
from callcenter.kernel.words import Language
from callcenter.store.database import Database
from callcenter.store.tables.people import UserRow

WRONG = "wrong_password"


class User(Struct, frozen=True, kw_only=True):
    id: int
    login: str
    role: Role
    agent: AgentId | None
    """Whose desk this is; None: somebody who takes no calls."""
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
        if row is None or not verdict.right:
            self._throttle.failed(folded, peer, now)
            raise Refused(WRONG, "the user name or the password is wrong: check both and try again")
        self._throttle.succeeded(folded, peer)
        if verdict.rehash is not None:
            async with self._database.write() as session:
                kept = await session.get(UserRow, row.id)
                if kept is not None and kept.password_hash == row.password_hash:
                    kept.password_hash = verdict.rehash
        return to_user(row)

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
                    row.role, row.agent = user.role, user.agent
                elif login in hashes:
                    made.append(
                        UserRow(
                            login=login,
                            password_hash=hashes[login],
                            role=user.role,
                            agent=user.agent,
                            language=user.language,
                            theme=user.theme,
                            active=True,
                            created_at=now,
                        )
                    )
            session.add_all(made)
        return [to_user(row) for row in made]

    async def set_password(self, user: int, password: str) -> None:
        """The sessions that are open stay: end them besides, where the old password was known to somebody."""
        hashed = await self._passwords.hash(password)
        async with self._database.write() as session:
            row = await session.get(UserRow, user)
            if row is None:
                raise NotFound("there is no such log-in")
            row.password_hash = hashed

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

    async def set_active(self, user: int, active: bool) -> None:
        """False: refused at the door from now on, with every session that is open."""
        async with self._database.write() as session:
            row = await session.get(UserRow, user)
            if row is None:
                raise NotFound("there is no such log-in")
            row.active = active


def fold_login(login: str) -> str:
    return unicodedata.normalize("NFKC", login).strip().casefold()


def to_user(row: UserRow) -> User:
    """Raises ValidationError when the row holds a role, language or theme that this program does not know."""
    return msgspec.convert({name: getattr(row, name) for name in User.__struct_fields__}, User)
