"""The rules of the WebSocket: ids, sizes, rates, rights, and what becomes of a page that does not keep up."""

import asyncio
import socket

import pytest
import sqlalchemy as sa

from callcenter.api import session as rules
from callcenter.api import socket as wire
from callcenter.api.schemas import live as m
from callcenter.api.session import Closing, Session
from tests.api.house import House, Page


class Nothing:
    """A center of which nothing is shown yet."""

    position = 7
    center = m.CenterView(
        name="", day="", day_start=0, carriers={}, in_ivr=0, waiting=0, longest_since=None, figures={}
    )  # fmt: skip
    queues: dict[str, m.QueueView] = {}  # noqa: RUF012
    agents: dict[str, m.AgentView] = {}  # noqa: RUF012
    calls: dict[str, m.CallView] = {}  # noqa: RUF012


def subscribe(id: int, topic: str) -> str:
    return f'{{"type": "subscribe", "id": {id}, "topic": "{topic}"}}'


def test_a_subscription_begins_with_a_snapshot_at_a_position():
    (answer,) = Session("supervisor", None).receive(subscribe(1, "board"), 0, Nothing())

    assert isinstance(answer, m.Snapshot)
    assert (answer.subscription, answer.topic, answer.position) == (1, "board", 7)


@pytest.mark.parametrize(
    ("role", "agent", "allowed"),
    [
        ("supervisor", None, {"board", "destinations"}),
        ("agent", "ana", {"desk", "destinations"}),
        ("agent", None, {"destinations"}),
        ("supervisor", "ana", {"board", "destinations"}),
    ],
)
def test_topics_by_role(role, agent, allowed):
    for topic in rules.TOPICS:
        (answer,) = Session(role, agent).receive(subscribe(1, topic), 0, Nothing())
        if topic in allowed:
            assert isinstance(answer, m.Snapshot)
        else:
            assert isinstance(answer, m.Failure)
            assert (answer.id, answer.error.code) == (1, "forbidden")


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        "[]",
        '{"type": "subscribe", "id": 1}',
        '{"type": "subscribe", "id": 1, "topic": "everything"}',
        '{"type": "subscribe", "id": 1, "topic": "board", "more": 1}',
        '{"type": "hang_up", "id": 1}',
        '{"type": "subscribe", "id": "1", "topic": "board"}',
        '{"type": "subscribe", "id": 0, "topic": "board"}',
        " " * 5_000,
    ],
)
def test_a_message_that_breaks_the_rules_ends_the_conversation(broken):
    with pytest.raises(Closing) as closing:
        Session("supervisor", None).receive(broken, 0, Nothing())
    assert closing.value.code == 4400


def test_ids_must_rise():
    session = Session("supervisor", None)
    session.receive(subscribe(5, "board"), 0, Nothing())
    with pytest.raises(Closing) as closing:
        session.receive(subscribe(5, "board"), 0, Nothing())
    assert closing.value.code == 4400


def test_too_many_messages_at_once_end_it_and_a_steady_few_do_not():
    session = Session("supervisor", None)
    for id in range(1, 101):
        session.receive(f'{{"type": "unsubscribe", "id": {id}, "subscription": 9}}', id * 600, Nothing())
    with pytest.raises(Closing) as closing:
        for id in range(101, 200):
            session.receive(f'{{"type": "unsubscribe", "id": {id}, "subscription": 9}}', 60_100, Nothing())
    assert closing.value.code == 4429


def test_an_unsubscribed_topic_is_silent():
    session = Session("supervisor", None)
    session.receive(subscribe(1, "board"), 0, Nothing())
    change = rules.Change(
        position=8, center=Nothing.center, queues={}, agents={}, calls={},
        queues_gone=frozenset(), agents_gone=frozenset(), calls_gone=frozenset(), notices=(),
    )  # fmt: skip
    (delta,) = session.changed(change, 0, Nothing())
    assert isinstance(delta, m.Delta)

    (answer,) = session.receive('{"type": "unsubscribe", "id": 2, "subscription": 1}', 0, Nothing())

    assert isinstance(answer, m.Answer)
    assert session.changed(change, 0, Nothing()) == []
    assert session.topics == []


def test_a_change_older_than_the_snapshot_is_not_sent():
    session = Session("supervisor", None)
    session.receive(subscribe(1, "board"), 0, Nothing())
    old = rules.Change(
        position=6, center=Nothing.center, queues={}, agents={}, calls={},
        queues_gone=frozenset(), agents_gone=frozenset(), calls_gone=frozenset(), notices=(),
    )  # fmt: skip
    assert session.changed(old, 0, Nothing()) == []


def test_subscriptions_are_few():
    session = Session("supervisor", None)
    for id in range(1, rules.MOST_SUBSCRIPTIONS + 1):
        session.receive(subscribe(id, "board"), 0, Nothing())
    (answer,) = session.receive(subscribe(99, "board"), 0, Nothing())
    assert isinstance(answer, m.Failure)


async def close_code(page: Page) -> int | None:
    while await page.receive() is not None:
        pass
    return page.close_code


async def test_a_broken_message_closes_the_real_socket_with_its_code(house: House):
    sam = await house.signed_in("sam")
    for text, code in (("{", 4400), (" " * 5_000, 1009)):
        page = await sam.socket()
        await page.socket.send_str(text)
        assert await close_code(page) == code, text[:10]
    page = await sam.socket()
    await page.socket.send_bytes(b"{}")
    assert await close_code(page) == 4400


async def test_heartbeats_carry_the_clock_the_position_and_the_centers_version(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wire, "HEARTBEAT_MS", 50)
    page = await (await (await house.signed_in("sam")).socket()).follow("board")

    found = await page.receive()

    assert found["type"] == "heartbeat"
    assert found["position"] == house.engine.position
    assert found["center_version"] == 1
    assert found["ready"] is True
    assert abs(found["now"] - page.messages[0]["now"]) < 10_000


async def test_a_heartbeat_finds_out_that_the_role_was_taken_away(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wire, "HEARTBEAT_MS", 50)
    page = await (await (await house.signed_in("sam")).socket()).follow("board")
    async with house.database.write() as session:  # as another process would: nobody here is told
        await session.execute(sa.text("UPDATE app_user SET role = 'auditor' WHERE login = 'sam'"))

    assert await close_code(page) == 4401


async def test_a_page_that_does_not_keep_up_is_cut_and_others_are_not(house: House, monkeypatch: pytest.MonkeyPatch):
    """The slow page's socket takes nothing more; its queue overflows; everybody else goes on."""
    monkeypatch.setattr(wire, "SEND_WITHIN_S", 0.2)
    monkeypatch.setattr(wire, "UNSENT_BYTES", 16 * 1024)
    sam = await house.signed_in("sam")
    quick = await (await sam.socket()).follow("board")
    slow = await (await sam.socket()).follow("board")
    connection = slow.socket._response.connection
    assert connection is not None
    transport = connection.transport
    assert isinstance(transport, asyncio.Transport)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024)
    transport.pause_reading()

    async def keep_busy() -> None:
        """One caller after the other, so that the pages are shown each: a flood would be shown as one change at its end."""
        while True:
            caller = house.call_in()
            await house.until(lambda state, caller=caller: caller in state.legs, 60)  # type: ignore[misc]
            house.hang_up(caller)
            await house.until(lambda state, caller=caller: caller not in state.legs, 60)  # type: ignore[misc]

    busy = asyncio.create_task(keep_busy())
    sockets = len(house.sockets)
    await quick.until(lambda _: len(house.sockets) < sockets, seconds=60)
    busy.cancel()
    transport.resume_reading()

    assert await close_code(slow) == 4408
    assert house.sockets.cut == 1
    house.call_in()
    await quick.until(lambda q: q.shown["queues"]["billing"]["waiting"] == 1)


async def test_going_down_tells_every_page(house: House):
    page = await (await (await house.signed_in("sam")).socket()).follow("board")
    stopping = asyncio.create_task(house.stop_serving())

    assert await close_code(page) == 1001
    await stopping
    await house.serve()
