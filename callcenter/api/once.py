"""Requests with an `Idempotency-Key`: asked again with the same key, they are answered as before and do nothing again.

What makes rows is carried out in one transaction with its answer: a service that is killed leaves both or neither. What makes a
call goes to the hub, whose log has the last word: the call's id follows from the key, so that a repetition finds the call that
the first attempt has made, whatever became of the answer.
"""

import asyncio
import re
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal

import msgspec
from aiohttp import web

from callcenter.api.errors import ApiError
from callcenter.kernel.errors import CarrierFault, HouseError, TryAgain
from callcenter.kernel.ids import CallId, Entropy
from callcenter.store import idempotency
from callcenter.store.database import Database, StoreFault
from callcenter.store.idempotency import Asked, Key

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEY_FORM = r"^[A-Za-z0-9_.:-]{16,128}$"
SURELY_OVER_MS = 5_000
"""What another service began so long ago is not being carried out any more: that service is gone."""

Makes = Literal["rows", "call"]
"""What a route creates: rows of the database, or a call."""


@dataclass(frozen=True, slots=True)
class Repeatable:
    """One request that may come again: what is asked, and by whom."""

    key: Key
    request: str
    now: int

    @property
    def call(self) -> CallId:
        """The id of the call that it makes, in every repetition."""
        return Entropy(self.key.seed()).call()


@dataclass(frozen=True, slots=True)
class Made:
    """The answer as it is sent. `again`: it was given before."""

    text: bytes
    again: bool = False


def repeatable(http: web.Request, route: str, user: int, body: msgspec.Struct | None, now: int) -> Repeatable | None:
    """None: the request has no key. Raises ApiError for a key that is none."""
    given = http.headers.getall(HEADER, [])
    if not given:
        return None
    if len(given) > 1 or re.fullmatch(KEY_FORM, given[0]) is None:
        raise ApiError("bad_request", "16 to 128 letters, digits or _.:-, new for each thing to create", field=HEADER)
    key = Key(user, given[0])
    told = b"" if body is None else msgspec.json.encode(body)
    return Repeatable(key, key.request(route.encode(), http.path.encode(), told), now)


class Once:
    """Carries requests out once. One for each process."""

    def __init__(self, database: Database, known: Callable[[CallId], Awaitable[bool]]) -> None:
        self._database = database
        self._known = known
        self._owner = secrets.token_hex(8)
        self._locks: dict[str, asyncio.Lock] = {}
        self._waiting: Counter[str] = Counter()

    async def rows(self, request: Repeatable, work: Callable[[], Awaitable[bytes]]) -> Made:
        """`work` writes rows and answers; what it writes and its answer are kept together."""
        async with self._alone(request), self._database.together() as session:
            before = await idempotency.claim(session, request.key, request.request, self._owner, request.now)
            if before is not None:
                return _again(request, before)
            text = await work()
            await idempotency.keep(session, request.key, text)
        return Made(text)

    async def call(self, request: Repeatable, work: Callable[[], Awaitable[bytes]], answer: bytes) -> Made:
        """`work` asks for the call `request.call`; `answer` is what it answers when the call was made.

        A database that does not answer stops no call: its id alone keeps it from being made twice.
        """
        async with self._alone(request):
            with suppress(StoreFault):
                before = await self._begin(request)
                if before is not None and before.answer is not None:
                    return _again(request, before)
            if await self._known(request.call):
                await self._keep(request, answer)
                return Made(answer, again=True)
            try:
                text = await work()
            except (TryAgain, CarrierFault):
                raise  # whether anything was done is for the log to say, next time
            except (HouseError, ApiError):
                with suppress(StoreFault):
                    async with self._database.write() as session:
                        await idempotency.forget(session, request.key)
                raise
            await self._keep(request, text)
        return Made(text)

    async def _begin(self, request: Repeatable) -> Asked | None:
        """The intent is on the disk before anything is done. None: it is ours; else what was asked before."""
        async with self._database.write() as session:
            before = await idempotency.claim(session, request.key, request.request, self._owner, request.now)
            if before is None or before.answer is not None:
                return before
            _same(request, before)
            if before.owner == self._owner or await self._known(request.call):
                return None
            if request.now < before.made_at + SURELY_OVER_MS:
                raise ApiError("in_progress")
            if not await idempotency.take_over(session, request.key, before, self._owner, request.now):
                raise ApiError("in_progress")
        return None

    async def _keep(self, request: Repeatable, text: bytes) -> None:
        with suppress(StoreFault):
            async with self._database.write() as session:
                await idempotency.keep(session, request.key, text)

    @asynccontextmanager
    async def _alone(self, request: Repeatable) -> AsyncIterator[None]:
        """Twins in this process wait for each other."""
        name = request.key.name
        lock = self._locks.setdefault(name, asyncio.Lock())
        self._waiting[name] += 1
        try:
            async with lock:
                yield
        finally:
            self._waiting[name] -= 1
            if not self._waiting[name]:
                del self._waiting[name], self._locks[name]


def _same(request: Repeatable, before: Asked) -> None:
    if before.request != request.request:
        raise ApiError("key_reused", field=HEADER)


def _again(request: Repeatable, before: Asked) -> Made:
    _same(request, before)
    if before.answer is None:
        raise ApiError("in_progress")
    return Made(request.key.open(before.answer), again=True)
