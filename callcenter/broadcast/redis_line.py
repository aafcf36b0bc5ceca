"""A line between the processes of one center over Redis: what is said to all, and what is asked of the one that answers.

What is said goes by publish and subscribe: nothing is kept, so nothing old is ever heard, and whoever listens must be able to do
without any of it. What is asked lies under a key of its own that Redis itself deletes in time, and whoever takes it takes it away
in one step: it is carried out at most once, or never. An answer that does not come is `NoAnswer`; the asker cannot know more.

Redis may be slow, frozen, emptied or gone at any time: `say` never waits and never raises, the line is made anew, and `connected`
tells whether our own voice came back lately. Commands of Redis 6.2 and none newer. Knows nothing of what it carries.
"""

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any

import msgspec
import structlog
from msgspec import Struct
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

SOCKET_S = 2.0
"""For connecting to Redis and for each of its answers."""
ECHO_EVERY_S = 1.0
SILENT_S = 4.0
"""A line that has not brought our own echo back for so long is no line."""
ANSWER_MORE_S = 3.0
"""How much longer an asker waits than what it asked may lie there: it may be being carried out."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 1.0
UNSAID = 5_000
"""Messages that wait for Redis at most; what is beyond is lost, as everything said may be."""
REMEMBERED_S = 60.0
"""For so long a repeated question gets the answer that it got, and is not carried out again."""
TAKE_S = 1
SWALLOWED_S = 0.1

Heard = Callable[[bytes], None]
Carry = Callable[[bytes], Awaitable[bytes]]


class NoAnswer(Exception):
    """Nobody took it in time, or its answer was lost."""


class _Question(Struct, frozen=True):
    id: str
    reply_to: str
    body: bytes


class _Answer(Struct, frozen=True):
    id: str
    body: bytes


_pack = msgspec.msgpack.Encoder().encode
_question = msgspec.msgpack.Decoder(_Question).decode
_answer = msgspec.msgpack.Decoder(_Answer).decode


async def answers(url: str) -> str:
    """Why the Redis at `url` cannot be such a line, as the name of what went wrong; empty when it can. Leaves nothing there."""
    redis = _client(url)
    try:
        await redis.getdel(f"callcenter:nothing:{secrets.token_hex(8)}")
    except (RedisError, OSError, TimeoutError) as error:
        return type(error).__name__
    finally:
        await redis.aclose()
    return ""


def _client(url: str) -> Redis:
    # A write that is sent again by the driver may be done twice: whoever asks decides that, not the driver.
    options: dict[str, Any] = {"socket_timeout": SOCKET_S, "socket_connect_timeout": SOCKET_S}
    return Redis.from_url(url, retry=Retry(NoBackoff(), 0), **options)


class RedisLine:
    """One end. `listen` and `serve` before `start`. Centers that share a server differ in the database's number in `url`."""

    def __init__(self, url: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._redis = _client(url)
        number = self._redis.connection_pool.connection_kwargs.get("db") or 0
        self._prefix = f"callcenter:{number}:"
        self._own = f"{self._prefix}end:{secrets.token_hex(8)}"
        self._monotonic = monotonic
        self._heard: dict[str, list[Heard]] = {self._own: [self._at_home]}
        self._carry: Carry | None = None
        self._unsaid: deque[tuple[str, bytes]] = deque(maxlen=UNSAID)
        self._something = asyncio.Event()
        self._open: dict[str, asyncio.Future[bytes]] = {}
        self._done: dict[str, tuple[float, asyncio.Task[bytes]]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._echo_at: float | None = None
        self._closing = False
        self.up: list[Callable[[], None]] = []
        """Called each time the line is there (again): what was said meanwhile has been missed."""

    @property
    def connected(self) -> bool:
        """Whether what we say has come back to us lately."""
        return self._echo_at is not None and self._monotonic() - self._echo_at < SILENT_S

    def listen(self, topic: str, heard: Heard) -> None:
        """`heard` is called with everything that is said under `topic`, in its order, ours included."""
        self._heard.setdefault(self._prefix + topic, []).append(heard)

    def serve(self, carry: Carry) -> None:
        """This end answers questions, one after another begun and any number at work. `carry` may not raise."""
        self._carry = carry

    def say(self, topic: str, message: bytes) -> None:
        """To everybody who listens now; lost when Redis is away."""
        self._say(self._prefix + topic, message)

    async def ask(self, body: bytes, within_s: float) -> bytes:
        """The answer of whoever serves. `within_s`: afterwards nobody will begin with it any more. Raises NoAnswer."""
        id = secrets.token_hex(16)
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._open[id] = answer
        key, queue = f"{self._prefix}asked:{id}", f"{self._prefix}asked"
        try:
            # The driver has its own patience and does not always heed a cancellation: no limit of ours is around it.
            async with self._redis.pipeline(transaction=True) as together:
                together.set(key, _pack(_Question(id, self._own, body)), px=round(within_s * 1000))
                together.rpush(queue, id)
                together.pexpire(queue, round(within_s * 1000))
                await together.execute()
            async with asyncio.timeout(within_s + ANSWER_MORE_S):
                return await answer
        except (RedisError, OSError, TimeoutError) as error:
            raise NoAnswer(type(error).__name__) from error
        finally:
            self._open.pop(id, None)
            answer.cancel()

    # -- life ---------------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Returns at once; Redis need not be there yet."""
        jobs = [("say", self._keep(self._speak)), ("hear", self._keep(self._hear)), ("echo", self._echo())]
        if self._carry is not None:
            jobs.append(("take", self._keep(self._take)))
        self._tasks = [asyncio.create_task(job, name=f"redis.{name}") for name, job in jobs]

    async def close(self) -> None:
        """What is being carried out is left to itself: nobody hears its answer from here any more."""
        self._closing = True
        await _end(self._tasks)
        await _end([task for _, task in self._done.values()])
        self._lose()
        with suppress(RedisError, OSError, TimeoutError):
            await self._redis.aclose()

    async def _keep(self, work: Callable[[], Awaitable[None]]) -> None:
        """Does it for ever: what Redis does wrong costs a pause."""
        pause = FIRST_PAUSE_S
        while True:
            began = self._monotonic()
            try:
                await work()
            except (RedisError, OSError, TimeoutError) as error:
                log.debug("redis_line_broken", kind=type(error).__name__)
            except Exception:
                log.exception("redis_line_failed")
            pause = FIRST_PAUSE_S if self._monotonic() - began > LONGEST_PAUSE_S else min(2 * pause, LONGEST_PAUSE_S)
            await asyncio.sleep(pause)

    # -- saying -------------------------------------------------------------------------------------------------------------

    def _say(self, channel: str, message: bytes) -> None:
        self._unsaid.append((channel, message))
        self._something.set()

    async def _echo(self) -> None:
        while True:
            self._say(self._own, b"")
            await asyncio.sleep(ECHO_EVERY_S)

    async def _speak(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            saying, self._unsaid = self._unsaid, deque(maxlen=UNSAID)  # lost if this fails: said again it could be heard twice
            if saying:
                async with self._redis.pipeline(transaction=False) as together:
                    for channel, message in saying:
                        together.publish(channel, message)
                    await together.execute()

    # -- hearing ------------------------------------------------------------------------------------------------------------

    async def _hear(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as line:
            await line.subscribe(*self._heard)
            self._say(self._own, b"")
            until = self._monotonic() + SILENT_S
            try:
                while self._monotonic() < until:
                    await self._hear_one(line)
                    until = until if self._echo_at is None else self._echo_at + SILENT_S
            finally:
                self._gone()

    async def _hear_one(self, line: PubSub) -> None:
        message = await line.get_message(timeout=ECHO_EVERY_S)
        if message is None:
            return
        for heard in self._heard.get(message["channel"].decode(), ()):
            try:
                heard(message["data"])
            except Exception:
                log.exception("redis_message_not_taken", topic=message["channel"].decode().removeprefix(self._prefix))

    def _at_home(self, message: bytes) -> None:
        """An echo, or an answer."""
        if not message:
            first, self._echo_at = self._echo_at is None, self._monotonic()
            if first:
                log.info("redis_line_up")
                for told in self.up:
                    told()
            return
        found = _answer(message)
        answer = self._open.get(found.id)
        if answer is not None and not answer.done():
            answer.set_result(found.body)

    def _gone(self) -> None:
        if self._echo_at is not None and not self._closing:
            log.warning("redis_line_lost")
        self._echo_at = None
        self._lose()

    def _lose(self) -> None:
        """Answers that were on their way will not come."""
        for answer in self._open.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the line broke"))

    # -- answering ----------------------------------------------------------------------------------------------------------

    async def _take(self) -> None:
        queue = f"{self._prefix}asked"
        while True:
            found: Any = await self._redis.blpop([queue], timeout=TAKE_S)
            if found is None:
                continue
            # Whoever gets the value has it alone, and too late there is none: Redis's own clock decides.
            body: Any = await self._redis.getdel(f"{queue}:{found[1].decode()}")
            if body is not None:
                self._begin(body)

    def _begin(self, packed: bytes) -> None:
        try:
            question = _question(packed)
        except msgspec.MsgspecError:
            log.error("redis_question_not_understood")
            return
        now = self._monotonic()
        while self._done and (oldest := next(iter(self._done))) and self._done[oldest][0] + REMEMBERED_S < now:
            del self._done[oldest]  # its task, should it still work, is kept by the loop through what it waits for
        assert self._carry is not None
        if question.id not in self._done:
            self._done[question.id] = (now, asyncio.create_task(_bytes(self._carry(question.body)), name="redis.carry"))
        _, task = self._done[question.id]
        task.add_done_callback(lambda ended: self._reply(question, ended))

    def _reply(self, question: _Question, ended: asyncio.Task[bytes]) -> None:
        if ended.cancelled():
            return
        if (error := ended.exception()) is not None:
            log.error("redis_question_failed", exc_info=error)
            return
        self._say(question.reply_to, _pack(_Answer(question.id, ended.result())))


async def _end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """The driver swallows a cancellation that comes while it connects, so it is said until it is heard."""
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=SWALLOWED_S)


async def _bytes(work: Awaitable[bytes]) -> bytes:
    return await work
