"""Signing in on both databases: passwords, log-ins, and sessions that end at once."""

import asyncio

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text

from callcenter.auth.passwords import LONGEST, Passwords
from callcenter.auth.sessions import IDLE_MS, LONGEST_MS, SEEN_EVERY_MS, Sessions
from callcenter.auth.staff import Change, Staff
from callcenter.auth.throttle import TooManyAttempts
from callcenter.auth.users import User, Users
from callcenter.kernel.clock import HOUR, MINUTE
from callcenter.kernel.errors import NotFound, Refused
from callcenter.kernel.ids import AgentId
from callcenter.kernel.seed import UserSeed
from callcenter.store.database import Database
from callcenter.store.tables.people import SessionRow, UserRow

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
DEARER = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
PEER = "192.0.2.1"
PASSWORD = "correct horse"
ANA = UserSeed(login="Ana", password=PASSWORD, role="agent", agent=AgentId("ana"), language="zh", theme="dark")
SAM = UserSeed(login="sam", password="battery staple", role="supervisor")


@pytest.fixture
def users(database: Database) -> Users:
    return Users(database, Passwords(CHEAP))


@pytest.fixture
def sessions(database: Database) -> Sessions:
    return Sessions(database)


@pytest.fixture
def staff(database: Database, users: Users, sessions: Sessions) -> Staff:
    return Staff(database, users, sessions, Passwords(CHEAP))


@pytest.fixture
async def ana(users: Users) -> User:
    (ana,) = await users.seed([ANA], 1)
    return ana


# -- passwords --------------------------------------------------------------------------------------------------------------


async def test_the_default_cost_is_the_recommended_one():
    hashed = await Passwords().hash(PASSWORD)
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in hashed


@pytest.mark.parametrize("password", ["", "seven77", "x" * (LONGEST + 1)])
async def test_a_password_of_unfit_length_is_refused(password: str):
    with pytest.raises(Refused) as refused:
        await Passwords(CHEAP).hash(password)
    assert refused.value.code == "password_length"


async def test_two_hashes_of_one_password_differ_and_both_verify():
    passwords = Passwords(CHEAP)
    first, second = await asyncio.gather(passwords.hash(PASSWORD), passwords.hash(PASSWORD))
    assert first != second
    assert (await passwords.verify(first, PASSWORD)).right
    assert (await passwords.verify(second, PASSWORD)).right
    assert not (await passwords.verify(first, PASSWORD + " ")).right


@pytest.mark.parametrize("kept", [None, "", "not a hash", "$argon2id$v=19$m=8,t=1,p=1$broken"])
async def test_nothing_verifies_against_what_is_no_hash(kept: str | None):
    assert not (await Passwords(CHEAP).verify(kept, PASSWORD)).right


async def test_no_more_than_two_hashes_run_at_once():
    """More would take the processors from the calls."""
    running: list[int] = []
    now = 0

    class Counting(PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            nonlocal now
            now += 1
            running.append(now)
            hashed = super().hash(password, salt=salt)
            now -= 1
            return hashed

    passwords = Passwords(Counting(time_cost=2, memory_cost=4_096, parallelism=1))
    await asyncio.gather(*(passwords.hash(PASSWORD) for _ in range(12)))
    assert len(running) == 12
    assert max(running) <= 2


# -- log-ins ----------------------------------------------------------------------------------------------------------------


async def test_the_right_password_lets_in_however_the_log_in_is_typed(users: Users, ana: User):
    assert (ana.login, ana.role, ana.agent, ana.language, ana.theme) == ("ana", "agent", "ana", "zh", "dark")
    assert ana.active
    for typed in ("ana", " ANA ", "ａｎａ"):
        assert await users.check(typed, PASSWORD, PEER, 2) == ana


@pytest.mark.parametrize(("login", "password"), [("ana", "wrong horse"), ("nobody", PASSWORD), ("", ""), ("ana", "")])
async def test_whatever_is_wrong_the_answer_is_the_same(users: Users, ana: User, login: str, password: str):
    with pytest.raises(Refused) as refused:
        await users.check(login, password, PEER, 2)
    assert refused.value.code == "wrong_password"
    assert refused.value.why == "the user name or the password is wrong: check both and try again"


async def test_guessing_is_slowed_down(users: Users, ana: User):
    for _ in range(5):
        with pytest.raises(Refused):
            await users.check("ana", "wrong horse", PEER, 2)
    with pytest.raises(TooManyAttempts) as refused:
        await users.check("ana", PASSWORD, PEER, 2)
    assert await users.check("ana", PASSWORD, PEER, 2 + refused.value.retry_ms) == ana


async def test_no_password_is_kept_in_the_clear(database: Database, users: Users, ana: User):
    async with database.read() as session:
        row = await session.scalar(select(UserRow))
    assert row is not None
    assert row.password_hash.startswith("$argon2id$")
    assert PASSWORD not in row.password_hash


async def test_a_hash_of_old_cost_is_renewed_at_sign_in(database: Database, users: Users, ana: User):
    later = Users(database, Passwords(DEARER))
    await later.check("ana", PASSWORD, PEER, 2)
    async with database.read() as session:
        row = await session.get(UserRow, ana.id)
    assert row is not None
    assert not DEARER.check_needs_rehash(row.password_hash)
    assert CHEAP.check_needs_rehash(row.password_hash)
    await later.check("ana", PASSWORD, PEER, 3)


async def test_a_seed_makes_what_is_missing_and_keeps_what_people_chose(users: Users, ana: User):
    await users.prefer(ana.id, language="en", theme="light")
    again = UserSeed(login="ana", password="another one", role="supervisor", agent=None, language="zh")
    (made,) = await users.seed([again, SAM], 5)
    assert made.login == "sam"
    kept = await users.check("ana", PASSWORD, PEER, 6)
    assert (kept.role, kept.agent, kept.language, kept.theme) == ("supervisor", None, "en", "light")
    assert [user.login for user in await users.all()] == ["ana", "sam"]


async def test_a_seed_with_a_mistake_makes_nobody(users: Users):
    with pytest.raises(Refused):
        await users.seed([SAM, UserSeed(login="  ", password=PASSWORD, role="agent")], 1)
    with pytest.raises(Refused):
        await users.seed([SAM, UserSeed(login="bo", password="short", role="agent")], 1)
    assert await users.all() == []


async def test_preferences_change_one_by_one(users: Users, ana: User):
    assert (await users.prefer(ana.id, theme="system")).language == "zh"
    assert (await users.prefer(ana.id, language=None)).theme == "system"
    assert (await users.user("ANA")).language is None


async def test_a_new_password_replaces_the_old(users: Users, staff: Staff, ana: User):
    await staff.choose_password(ana, "no session", PASSWORD, "tropical fish", PEER, 1)
    await users.check("ana", "tropical fish", PEER, 2)
    with pytest.raises(Refused):
        await users.check("ana", PASSWORD, PEER, 2)


async def test_who_is_not_there_is_not_found(users: Users, staff: Staff):
    with pytest.raises(NotFound):
        await users.user("nobody")
    with pytest.raises(NotFound):
        await users.prefer(99, theme="dark")
    with pytest.raises(NotFound):
        await staff.change(99, Change(active=False), by=1, now=2)
    with pytest.raises(NotFound):
        await staff.reset_password(99, by=1, now=2)


# -- sessions ---------------------------------------------------------------------------------------------------------------


async def test_a_token_stands_for_its_log_in_and_is_kept_only_as_a_hash(database: Database, sessions: Sessions, ana: User):
    token, opened = await sessions.open(ana, 1_000)
    assert len(token) == 43  # 256 bits in base 64
    assert await sessions.find(token, 2_000) == opened
    assert opened.user == ana
    assert opened.expires_at == 1_000 + IDLE_MS
    async with database.read() as session:
        rows = (await session.execute(text("SELECT * FROM web_session"))).all()
    assert len(rows) == 1
    assert token not in str(rows)
    assert opened.log_in in str(rows)


async def test_tokens_differ(sessions: Sessions, ana: User):
    tokens = [(await sessions.open(ana, 1))[0] for _ in range(5)]
    assert len(set(tokens)) == 5


@pytest.mark.parametrize("token", ["", "guess", "x" * 43])
async def test_an_unknown_token_stands_for_nobody(sessions: Sessions, ana: User, token: str):
    await sessions.open(ana, 1)
    assert await sessions.find(token, 2) is None


async def test_the_hash_is_no_token(sessions: Sessions, ana: User):
    _, opened = await sessions.open(ana, 1)
    assert await sessions.find(opened.log_in, 2) is None


async def test_sign_out_ends_it_at_once_and_says_so(sessions: Sessions, ana: User):
    told: list[str] = []
    sessions.ended.append(told.append)
    token, opened = await sessions.open(ana, 1)
    other, _ = await sessions.open(ana, 1)
    await sessions.end(opened.log_in, 2)
    assert told == [opened.log_in]
    assert await sessions.find(token, 2) is None
    assert await sessions.find(other, 2) is not None
    await sessions.end(opened.log_in, 2)


async def test_use_keeps_it_open_but_not_for_ever(sessions: Sessions, ana: User):
    token, _ = await sessions.open(ana, 0)
    now = 0
    while (found := await sessions.find(token, now)) is not None:
        assert found.expires_at <= LONGEST_MS
        now += 11 * HOUR
    assert LONGEST_MS <= now <= LONGEST_MS + 11 * HOUR


async def test_without_use_it_runs_out(sessions: Sessions, ana: User):
    token, _ = await sessions.open(ana, 0)
    assert await sessions.find(token, IDLE_MS - 1) is not None
    token, _ = await sessions.open(ana, 0)
    assert await sessions.find(token, IDLE_MS) is None


async def test_not_every_request_writes(database: Database, sessions: Sessions, ana: User):
    token, _ = await sessions.open(ana, 0)

    async def seen() -> int:
        async with database.read() as session:
            row = (await session.scalars(select(SessionRow))).one()
            return row.seen_at

    await sessions.find(token, SEEN_EVERY_MS - 1)
    assert await seen() == 0
    await sessions.find(token, SEEN_EVERY_MS + MINUTE)
    assert await seen() == SEEN_EVERY_MS + MINUTE


async def test_a_log_in_that_is_shut_is_refused_and_its_sessions_are_over(
    users: Users, staff: Staff, sessions: Sessions, ana: User
):
    told: list[str] = []
    sessions.ended.append(told.append)
    token, opened = await sessions.open(ana, 1)
    await staff.change(ana.id, Change(active=False), by=ana.id, now=2)
    assert told == [opened.log_in]
    assert await sessions.find(token, 2) is None
    with pytest.raises(Refused):
        await users.check("ana", PASSWORD, PEER, 2)
    await staff.change(ana.id, Change(active=True), by=ana.id, now=3)
    assert await sessions.find(token, 4) is None, "what is over stays over"
    assert (await users.check("ana", PASSWORD, PEER, 4)).active


async def test_a_role_changes_from_one_request_to_the_next(users: Users, sessions: Sessions, ana: User):
    token, _ = await sessions.open(ana, 1)
    await users.seed([UserSeed(login="ana", password=PASSWORD, role="supervisor")], 2)
    found = await sessions.find(token, 3)
    assert found is not None
    assert (found.user.role, found.user.agent) == ("supervisor", None)


async def test_all_sessions_of_one_log_in_end_together(users: Users, sessions: Sessions, ana: User):
    (sam,) = await users.seed([SAM], 1)
    told: list[str] = []
    sessions.ended.append(told.append)
    mine = [await sessions.open(ana, 1) for _ in range(3)]
    hers, _ = await sessions.open(sam, 1)
    await sessions.end_all(ana.id)
    assert sorted(told) == sorted(opened.log_in for _, opened in mine)
    assert [await sessions.find(token, 2) for token, _ in mine] == [None, None, None]
    assert await sessions.find(hers, 2) is not None


async def test_what_is_over_is_swept_away(sessions: Sessions, ana: User):
    await sessions.open(ana, 0)
    token, _ = await sessions.open(ana, HOUR)
    assert await sessions.sweep(IDLE_MS) == 1
    assert await sessions.sweep(IDLE_MS) == 0
    assert await sessions.find(token, IDLE_MS) is not None
