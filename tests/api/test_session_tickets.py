"""A WebSocket is opened by a ticket: once, within half a minute, by the session that asked; and what it may carry."""

import asyncio

import aiohttp
import pytest

from callcenter.api.session import LARGEST_MESSAGE, MOST_MESSAGES
from callcenter.auth.tickets import GOOD_FOR_MS
from callcenter.runtime import clock
from tests.api.house import Client, House


async def refused(client: Client, ticket: str | None, origin: str | None = "") -> int:
    with pytest.raises(aiohttp.WSServerHandshakeError) as handshake:
        await client.open_socket(ticket, origin)
    return handshake.value.status


async def test_a_ticket_opens_one_socket(house: House):
    ana = await house.signed_in("ana")
    ticket = await ana.ticket()
    first = await ana.open_socket(ticket)
    assert (await first.receive_json())["type"] == "welcome"
    assert await refused(ana, ticket) == 403


async def test_of_many_who_show_one_ticket_at_once_one_comes_in(house: House):
    ana = await house.signed_in("ana")
    ticket = await ana.ticket()
    attempts = await asyncio.gather(*(ana.open_socket(ticket) for _ in range(8)), return_exceptions=True)
    assert sum(not isinstance(attempt, BaseException) for attempt in attempts) == 1


@pytest.mark.parametrize("ticket", [None, "", "x", "%00", "a" * 2_000])
async def test_no_socket_without_a_ticket(house: House, ticket: str | None):
    assert await refused(await house.signed_in("ana"), ticket) == 403


async def test_a_ticket_is_of_one_session(house: House):
    """Not even another session of the same person may use it, and her attempt takes it from nobody."""
    ana, again, bo = [await house.signed_in(login) for login in ("ana", "ana", "bo")]
    ticket = await ana.ticket()
    assert await refused(bo, ticket) == 403
    assert await refused(again, ticket) == 403
    assert await refused(house.client(), ticket) == 401
    assert await refused(ana, ticket, "https://evil.example") == 403
    assert await refused(ana, ticket, None) == 403
    await (await ana.open_socket(ticket)).close()


async def test_a_ticket_is_void_after_half_a_minute(house: House):
    ana = await house.signed_in("ana")
    given = clock.now() - GOOD_FOR_MS
    log_in = (await house.sessions.find(next(iter(ana.http.cookie_jar)).value, clock.now())).log_in  # type: ignore[union-attr]
    assert GOOD_FOR_MS == 30_000
    assert await refused(ana, await house.tickets.give(log_in, given)) == 403
    assert (await ana.open_socket(await house.tickets.give(log_in, given + 20_000))).closed is False


async def test_a_ticket_ends_with_its_session(house: House):
    ana = await house.signed_in("ana")
    ticket = await ana.ticket()
    await house.sessions.end_all((await house.users.user("ana")).id)
    assert await refused(ana, ticket) == 401
    assert (await ana.post("/api/v1/session/ticket")).code == "signed_out"


async def test_a_message_has_a_largest_size_on_the_wire(house: House):
    page = await (await house.signed_in("ana")).socket()
    await page.socket.send_str('{"type": "subscribe", "id": 1, "topic": "desk"}'.ljust(LARGEST_MESSAGE + 1))
    assert await page.receive() is None
    assert page.close_code == 1009


async def test_whoever_talks_too_much_is_cut_off(house: House):
    page = await (await house.signed_in("ana")).socket()
    for _ in range(MOST_MESSAGES + 1):
        await page.send("unsubscribe", subscription=1)
    while await page.receive() is not None:
        pass
    assert page.close_code == 4429
