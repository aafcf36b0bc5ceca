"""Signing in and out: the cookie, the words, what ends with a session."""

import asyncio

import pytest

from callcenter.kernel import commands as c
from callcenter.kernel.ids import AgentId
from tests.api.house import PASSWORD, House


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(house: House):
    reply = await house.client().post("/api/v1/session", {"login": "ANA", "password": PASSWORD})

    cookie = reply.headers["Set-Cookie"]
    name, attributes = cookie.split("=", 1)[0], {part.strip() for part in cookie.split(";")[1:]}
    assert name == "session"
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= attributes
    assert "Secure" not in attributes
    assert not any(part.startswith(("Domain", "Max-Age", "expires")) for part in attributes)


async def test_over_https_the_cookie_never_leaves_https(house: House):
    """The pages' origin is https when something in front of us speaks TLS."""
    await house.stop_serving()
    house.origins = frozenset({"https://desk.example"})
    await house.serve()
    client = house.client()
    reply = await client.ask(
        "POST", "/api/v1/session", {"login": "ana", "password": PASSWORD}, Origin="https://desk.example"
    )  # fmt: skip

    assert reply.status == 200
    assert reply.headers["Set-Cookie"].startswith("__Host-session=")
    assert "Secure" in reply.headers["Set-Cookie"]


async def test_who_am_i(house: House):
    session = (await (await house.signed_in("ana")).get("/api/v1/session")).json()

    assert session["name"] == "Ana"
    assert (session["role"], session["agent"]) == ("agent", "ana")
    assert session["zone"] == "America/New_York"
    assert [choice["code"] for choice in session["dispositions"]] == ["resolved", "wrong"]
    assert [queue["id"] for queue in session["queues"]] == ["billing", "technical"]
    assert session["language"] == "en"
    assert session["expires_at"] > session["now"]


async def test_language_and_theme_are_kept_for_the_person(house: House):
    first = await house.signed_in("sam")
    changed = await first.ask("PATCH", "/api/v1/session", {"language": "zh", "theme": "dark"})
    assert (changed.json()["language"], changed.json()["theme"]) == ("zh", "dark")
    assert (await first.ask("PATCH", "/api/v1/session", {"theme": "light"})).json()["language"] == "zh"

    later = await house.signed_in("sam")

    assert (await later.get("/api/v1/session")).json()["language"] == "zh"


@pytest.mark.parametrize(("login", "password"), [("ana", "wrong password"), ("nobody", PASSWORD), ("", ""), ("ana", "")])
async def test_a_wrong_log_in_says_the_same_whatever_was_wrong(house: House, login: str, password: str):
    reply = await house.client().post("/api/v1/session", {"login": login, "password": password})

    assert (reply.status, reply.code) == (401, "wrong_password")
    assert "Set-Cookie" not in reply.headers
    assert set(reply.json()["message"]) == {"en", "zh"}


async def test_whoever_guesses_is_told_to_wait(house: House):
    client = house.client()
    replies = [await client.post("/api/v1/session", {"login": "ana", "password": f"guess {n}"}) for n in range(7)]

    assert replies[0].status == 401
    assert (replies[-1].status, replies[-1].code) == (429, "too_many_attempts")
    assert int(replies[-1].headers["Retry-After"]) >= 1


async def test_signing_out_ends_the_session_the_phone_and_every_socket(house: House):
    ana = await house.at_desk("ana")
    board = await (await (await house.signed_in("sam")).socket()).follow("board")
    pages = [await (await ana.socket()).follow("desk") for _ in range(2)]

    reply = await ana.ask("DELETE", "/api/v1/session")

    assert reply.status == 204
    for page in pages:
        while await page.receive() is not None:
            pass
        assert page.close_code == 4401
    assert (await ana.get("/api/v1/session")).code == "signed_out"
    await board.until(lambda b: b.shown["agents"]["ana"]["state"] == "signed_out")
    assert house.carrier.network.device_line(ana.device) is None
    with pytest.raises(AssertionError, match="nothing rings"):
        house.answer(ana.device)


async def test_nobody_signs_out_of_a_call(house: House):
    ana = await house.at_desk("ana")
    desk = await (await ana.socket()).follow("desk")
    house.call_in()
    await desk.until(lambda d: d.call is not None and d.call["offer"] is not None)
    house.answer(ana.device)
    await desk.until(lambda d: d.call["state"] == "connected")

    refused = await ana.ask("DELETE", "/api/v1/session")

    assert (refused.status, refused.code) == (409, "in_call")
    assert refused.json()["message"]["zh"].startswith("您正在通话")
    assert (await ana.get("/api/v1/session")).status == 200


async def test_a_session_ended_by_the_server_closes_the_sockets_and_frees_the_desk(house: House):
    ana = await house.at_desk("ana")
    page = await (await ana.socket()).follow("desk")
    board = await (await (await house.signed_in("sam")).socket()).follow("board")

    await house.sessions.end_all((await house.users.user("ana")).id)

    while await page.receive() is not None:
        pass
    assert page.close_code == 4401
    await board.until(lambda b: b.shown["agents"]["ana"]["state"] == "signed_out")


async def test_a_session_that_ends_in_mid_call_is_the_last_call_of_its_desk(house: House):
    ana = await house.at_desk("ana")
    desk = await (await ana.socket()).follow("desk")
    board = await (await (await house.signed_in("sam")).socket()).follow("board")
    customer = house.call_in()
    await desk.until(lambda d: d.call is not None and d.call["offer"] is not None)
    house.answer(ana.device)
    await desk.until(lambda d: d.call["state"] == "connected")

    await house.sessions.end_all((await house.users.user("ana")).id)
    while await desk.receive() is not None:
        pass

    assert desk.close_code == 4401
    await house.until(lambda state: AgentId("ana") in state.leaving)
    device = house.carrier.network.devices[ana.device]
    await board.until(lambda b: b.shown["agents"]["ana"]["activity"] == "talking")
    assert device.registered, "they go on talking"

    house.hang_up(customer)
    await board.until(lambda b: b.shown["agents"]["ana"]["activity"] == "wrapping")
    waiting = house.call_in()
    await house.until(lambda state: waiting in state.legs and state.calls[state.legs[waiting].call].queue is not None)
    await house.engine.ask(c.FinishWrapUp(agent=AgentId("ana")))

    await board.until(lambda b: b.shown["agents"]["ana"]["state"] == "signed_out")
    assert house.engine.state.offers == {}, "nobody is there for the next caller"
    async with asyncio.timeout(10):
        while device.registered:
            await ana.get("/healthz")


async def test_signing_in_again_in_the_same_browser_ends_the_first_session(house: House):
    client = await house.signed_in("ana")
    token = next(iter(client.http.cookie_jar)).value
    await client.post("/api/v1/session", {"login": "ana", "password": PASSWORD})

    other = house.client()
    other.http.cookie_jar.update_cookies({"session": token})

    assert (await client.get("/api/v1/session")).status == 200
    assert (await other.get("/api/v1/session")).code == "signed_out"


async def test_a_second_desk_moves_the_agent_and_closes_the_first_phone(house: House):
    first, second = await house.at_desk("ana"), await house.signed_in("ana")
    device = (await second.post("/api/v1/me/phone")).json()["device"]

    assert device != first.device
    board = await (await (await house.signed_in("sam")).socket()).follow("board")
    house.call_in()
    await board.until(lambda b: b.shown["agents"]["ana"]["state"] == "ringing")
    with pytest.raises(AssertionError, match="nothing rings"):
        house.answer(first.device)
    house.answer(device)
    await board.until(lambda b: b.shown["agents"]["ana"]["state"] == "talking")
    # The first desk's sign-out no longer concerns the agent.
    assert (await first.ask("DELETE", "/api/v1/session")).status == 204


async def test_a_person_without_a_desk_has_no_phone(house: House):
    reply = await (await house.signed_in("sam")).post("/api/v1/me/phone")

    assert (reply.status, reply.code) == (403, "forbidden")


async def test_presence_and_its_reasons(house: House):
    ana = await house.signed_in("ana")
    assert (await ana.put("/api/v1/me/presence", {"presence": "available"})).code == "not_signed_in"
    await ana.post("/api/v1/me/phone")
    desk = await (await ana.socket()).follow("desk")

    reply = await ana.put("/api/v1/me/presence", {"presence": "not_ready"})
    assert (reply.status, reply.json()["field"]) == (400, "reason")
    assert (await ana.put("/api/v1/me/presence", {"presence": "not_ready", "reason": "nap"})).code == "unknown_reason"
    assert (await ana.put("/api/v1/me/presence", {"presence": "available"})).status == 200
    await desk.until(lambda d: d.shown["agents"]["ana"]["state"] == "available")
    assert (await ana.put("/api/v1/me/presence", {"presence": "not_ready", "reason": "break"})).status == 200
    await desk.until(lambda d: d.shown["agents"]["ana"]["reason"] == "break")
