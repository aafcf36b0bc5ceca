"""The line between processes on a real Redis: what is said and asked, and what is left when Redis is emptied, frozen or gone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest
from redis.asyncio import Redis

from callcenter.broadcast import redis_line
from callcenter.broadcast.redis_line import NoAnswer, RedisLine
from tests.fixtures.redis import RedisServer
from tests.integration.asking import until

Make = Callable[..., Awaitable[RedisLine]]


@pytest.fixture
async def make() -> AsyncIterator[Make]:
    lines: list[RedisLine] = []

    async def started(server: RedisServer, carry: redis_line.Carry | None = None, *topics: tuple[str, list[bytes]]) -> RedisLine:
        line = RedisLine(server.url)
        lines.append(line)
        for topic, heard in topics:
            line.listen(topic, heard.append)
        if carry is not None:
            line.serve(carry)
        await line.start()
        return line

    yield started
    for line in lines:
        await line.close()


class Desk:
    """Answers every question with its number, and counts."""

    def __init__(self) -> None:
        self.carried: list[bytes] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def carry(self, body: bytes) -> bytes:
        self.carried.append(body)
        number = len(self.carried)
        await self.may_answer.wait()
        return b"%d" % number


async def test_what_is_said_reaches_everybody_in_its_order(redis_server: RedisServer, make: Make):
    first: list[bytes] = []
    second: list[bytes] = []
    other: list[bytes] = []
    speaker = await make(redis_server)
    lines = [await make(redis_server, None, ("news", first)), await make(redis_server, None, ("news", second), ("else", other))]
    await until(lambda: all(line.connected for line in [speaker, *lines]))
    for number in range(500):
        speaker.say("news", b"%d" % number)
    await until(lambda: len(first) == len(second) == 500)
    assert first == second == [b"%d" % number for number in range(500)]
    assert other == []


async def test_a_question_is_answered_to_who_asked(redis_server: RedisServer, make: Make):
    desk = Desk()
    await make(redis_server, desk.carry)
    one, two = await make(redis_server), await make(redis_server)
    await until(lambda: one.connected and two.connected)
    answers = await asyncio.gather(*(line.ask(b"?", 5) for line in (one, two) for _ in range(20)))
    assert sorted(map(int, answers)) == list(range(1, 41))


async def test_a_question_that_nobody_takes_has_no_answer_and_is_never_taken_late(
    redis_server: RedisServer, make: Make, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(redis_line, "ANSWER_MORE_S", 0.2)
    line = await make(redis_server)
    await until(lambda: line.connected)
    with pytest.raises(NoAnswer):
        await line.ask(b"too late", 0.3)
    desk = Desk()
    await make(redis_server, desk.carry)
    assert await line.ask(b"in time", 5) == b"1"
    assert desk.carried == [b"in time"]
    async with Redis(port=redis_server.port) as client:
        assert await client.keys("*") == [], "what was asked lies nowhere any more"


async def test_a_question_that_is_sent_again_is_carried_out_once(redis_server: RedisServer, make: Make):
    """Also while it is being carried out, and after it was: as a driver that repeats its write would send it."""
    desk = Desk()
    desk.may_answer.clear()
    await make(redis_server, desk.carry)
    answers: list[bytes] = []
    async with Redis(port=redis_server.port) as client, client.pubsub(ignore_subscribe_messages=True) as back:
        await back.subscribe("answers")
        await back.get_message(timeout=5)
        packed = msgspec.msgpack.encode({"id": "one-id", "reply_to": "answers", "body": b"once"})

        async def send() -> None:
            await client.set("callcenter:0:asked:one-id", packed, px=5000)
            await client.rpush("callcenter:0:asked", "one-id", "one-id")

        await send()
        await until(lambda: desk.carried == [b"once"])
        await send()
        desk.may_answer.set()
        async with asyncio.timeout(5):
            while len(answers) < 2:
                message = await back.get_message(timeout=1)
                if message is not None:
                    answers.append(message["data"])
        await send()
        async with asyncio.timeout(5):
            while len(answers) < 3:
                message = await back.get_message(timeout=1)
                if message is not None:
                    answers.append(message["data"])
    assert desk.carried == [b"once"]
    assert len(set(answers)) == 1, "each time the answer of the first time"


async def test_a_redis_that_is_killed_and_comes_back(own_redis: RedisServer, make: Make):
    heard: list[bytes] = []
    desk = Desk()
    hub = await make(own_redis, desk.carry)
    web = await make(own_redis, None, ("news", heard))
    back: list[str] = []
    web.up.append(lambda: back.append("up"))
    await until(lambda: hub.connected and web.connected)
    assert back == ["up"]

    desk.may_answer.clear()
    asking = asyncio.create_task(web.ask(b"lost", 5))
    await until(lambda: desk.carried == [b"lost"])
    own_redis.stop()
    with pytest.raises(NoAnswer):
        await asyncio.wait_for(asking, 2)  # a broken line is known at once
    await until(lambda: not hub.connected and not web.connected, redis_line.SILENT_S + 1)
    with pytest.raises(NoAnswer):
        await web.ask(b"nobody", 5)
    hub.say("news", b"unheard")  # neither waits nor raises

    own_redis.start()
    await until(lambda: hub.connected and web.connected, 5)
    assert back == ["up", "up"]
    desk.may_answer.set()
    hub.say("news", b"again")
    await until(lambda: b"again" in heard)
    assert await web.ask(b"again", 5) == b"2"


async def test_a_redis_that_stands_still_is_noticed_and_one_that_goes_on_too(own_redis: RedisServer, make: Make):
    desk = Desk()
    hub, web = await make(own_redis, desk.carry), await make(own_redis)
    await until(lambda: hub.connected and web.connected)
    own_redis.freeze()
    await until(lambda: not web.connected, redis_line.SILENT_S + 1)
    with pytest.raises(NoAnswer):
        await asyncio.wait_for(web.ask(b"?", 5), 2 * redis_line.SOCKET_S + 1)
    own_redis.thaw()
    await until(lambda: hub.connected and web.connected, 5)
    assert await web.ask(b"?", 5) in (b"1", b"2"), "what lay there may have been carried out; nobody was told that it was"


async def lies_there(client: Redis) -> bool:
    return bool(await client.llen("callcenter:0:asked"))


async def test_a_redis_that_is_emptied_costs_what_lay_there(own_redis: RedisServer, make: Make, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(redis_line, "ANSWER_MORE_S", 0.2)
    heard: list[bytes] = []
    web = await make(own_redis, None, ("news", heard))
    await until(lambda: web.connected)
    asking = asyncio.create_task(web.ask(b"gone", 1))
    async with Redis(port=own_redis.port) as client:
        await until(lambda: lies_there(client))
    own_redis.empty()
    desk = Desk()
    hub = await make(own_redis, desk.carry)
    with pytest.raises(NoAnswer):
        await asking
    await until(lambda: hub.connected)
    hub.say("news", b"on")
    await until(lambda: heard == [b"on"])
    assert await web.ask(b"next", 5) == b"1"
    assert desk.carried == [b"next"]
