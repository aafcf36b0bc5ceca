"""Guessing passwords over HTTP: what slows the one who guesses, and whom it leaves alone."""

import asyncio

import pytest
from aiohttp import ClientSession, TCPConnector

from callcenter.runtime import clock
from tests.api.house import PASSWORD, House


class Street:
    """Browsers at addresses of their own, all of them on loopback."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._doors: dict[str, ClientSession] = {}

    async def knock(self, address: str, login: str, password: str = "a guess") -> tuple[int, int | None]:
        """The status, and how many seconds to wait."""
        if address not in self._doors:
            self._doors[address] = ClientSession(connector=TCPConnector(local_addr=(address, 0)))
        body, headers = {"login": login, "password": password}, {"Origin": self.house.origin}
        async with self._doors[address].post(f"{self.house.origin}/api/v1/session", json=body, headers=headers) as answer:
            wait = answer.headers.get("Retry-After")
            return answer.status, None if wait is None else int(wait)

    async def close(self) -> None:
        await asyncio.gather(*(door.close() for door in self._doors.values()))


@pytest.fixture
async def street(house: House):
    found = Street(house)
    yield found
    await found.close()


async def test_five_guesses_are_free_and_the_next_waits_longer_each_time(street: Street):
    assert [await street.knock("127.0.0.2", "ana") for _ in range(5)] == [(401, None)] * 5
    status, wait = await street.knock("127.0.0.2", "ana")
    assert (status, wait) == (429, 1)
    assert (await street.knock("127.0.0.2", "ana", PASSWORD))[0] == 429, "not even the right one, which would be a guess too"
    assert (await street.knock("127.0.0.2", "ANA "))[0] == 429, "the same log-in, however it is typed"


async def test_whoever_guesses_elsewhere_locks_nobody_out(street: Street):
    for _ in range(7):
        await street.knock("127.0.0.2", "ana")
    assert (await street.knock("127.0.0.3", "ana", PASSWORD))[0] == 200
    assert (await street.knock("127.0.0.2", "bo", PASSWORD))[0] == 200


async def test_many_addresses_that_guess_at_one_log_in_are_slowed_together(street: Street):
    for address in range(2, 7):
        assert {(await street.knock(f"127.0.0.{address}", "ana"))[0] for _ in range(4)} == {401}
    status, wait = await street.knock("127.0.0.9", "ana")
    assert status == 429
    assert wait is not None
    assert wait <= 30, "and the one whose log-in it is waits half a minute at most"


async def test_one_address_that_guesses_at_many_log_ins_is_slowed(street: Street):
    for number in range(50):
        assert (await street.knock("127.0.0.2", f"nobody-{number}"))[0] == 401
    assert (await street.knock("127.0.0.2", "ana", PASSWORD))[0] == 429
    assert (await street.knock("127.0.0.3", "ana", PASSWORD))[0] == 200


async def test_the_audit_log_has_one_entry_where_it_begins_and_never_what_was_typed(street: Street):
    house = street.house
    for _ in range(12):
        await street.knock("127.0.0.2", "ana", "hunter2-planted")
    for _ in range(6):
        await street.knock("127.0.0.4", "hunter3-typed-into-the-wrong-field")
    page = await house.audit.page(limit=50, cursor_=None, action="throttled")
    ana = (await house.users.user("ana")).id
    assert [(entry.subject, entry.details["peer"], entry.details["rules"]) for entry in page.items] == [
        ("users/unknown", "127.0.0.4", ["pair"]),
        (f"users/{ana}", "127.0.0.2", ["pair"]),
    ]
    assert "hunter" not in str(page.items)


async def test_with_the_password_changed_by_oneself_guesses_count_too(street: Street):
    ana = await street.house.signed_in("ana")
    for _ in range(5):
        await ana.put("/api/v1/session/password", {"present": "a guess", "password": "tropical fish"})
    reply = await ana.put("/api/v1/session/password", {"present": PASSWORD, "password": "tropical fish"})
    assert reply.status == 429
    assert (await ana.get("/api/v1/session")).status == 200
    assert (await street.house.users.check("ana", PASSWORD, "192.0.2.9", clock.now())).login == "ana"
