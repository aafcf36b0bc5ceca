"""The service killed (kill -9) while it carries out what creates: asked again with the same key after the restart, it has dialed
and created once, and the answer is not lost.

The moments are not left to chance: a lock of ours on the log's file, or on that of the rows, holds the request where it is to be.
"""

import asyncio
import contextlib
import sqlite3
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp

from tests.integration.served import Served, served

__all__ = ["served"]

NUMBER = "+12125550142"
LOG, ROWS = "events.db", "center.db"


@contextlib.contextmanager
def held(served: Served, file: str) -> Iterator[Callable[[], None]]:
    """Nothing is written to this file of the service until the given function is called, or the block ends."""
    db = sqlite3.connect(served.home / "var" / file, isolation_level=None, timeout=20)
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db.rollback
    finally:
        db.close()


async def until(served: Served, file: str, question: str, *values: Any) -> None:
    """The answer to the question, asked of the file beside the service, is not nothing."""
    async with asyncio.timeout(30):
        with contextlib.closing(sqlite3.connect(f"file:{served.home / 'var' / file}?mode=ro", uri=True, timeout=20)) as db:
            while True:
                if db.execute(question, values).fetchone() is not None:
                    return
                await asyncio.sleep(0.02)  # it can only be asked again


async def post(who: aiohttp.ClientSession, served: Served, path: str, body: Any, key: str) -> tuple[int, Any]:
    async with who.post(f"{served.url}/api/v1{path}", json=body, headers={"Idempotency-Key": key}) as answer:
        return answer.status, await answer.json()


async def until_done(who: aiohttp.ClientSession, served: Served, path: str, body: Any, key: str) -> Any:
    """As a page does that has heard nothing: the same again, until there is an answer."""
    async with asyncio.timeout(60):
        while True:
            status, answer = await post(who, served, path, body, key)
            if status == 201:
                return answer
            assert answer["code"] in ("in_progress", "try_again", "store_unavailable"), answer
            await asyncio.sleep(0.2)  # it can only be asked again


def happened(served: Served, kind: str) -> Counter[str]:
    """How often it happened in each call, in the log's own file."""
    with contextlib.closing(sqlite3.connect(f"file:{served.home / 'var' / LOG}?mode=ro", uri=True)) as db:
        return Counter(call for (call,) in db.execute("SELECT call FROM events WHERE kind = ?", (kind,)))


async def at_desk(served: Served, login: str) -> aiohttp.ClientSession:
    who = await served.signed_in(login, f"harbor-{login}")
    await served.ask(who, "POST", "/me/phone")
    return who


async def killed_with_the_intent_alone(served: Served, login: str, key: str) -> None:
    """What is to be done is written among the rows, and the log knows of nothing."""
    who = await at_desk(served, login)
    with held(served, LOG):
        asking = asyncio.create_task(post(who, served, "/calls", {"number": NUMBER}, key))
        await until(served, ROWS, "SELECT 1 FROM idempotency WHERE answer IS NULL")
        await served.kill()
        await asyncio.gather(asking, return_exceptions=True)


async def killed_with_the_call_in_the_log(served: Served, login: str, key: str) -> None:
    """The call is placed, and nobody has written down that it was answered."""
    who = await at_desk(served, login)
    before = happened(served, "CallPlaced").total()
    with held(served, LOG) as log_goes_on:
        asking = asyncio.create_task(post(who, served, "/calls", {"number": NUMBER}, key))
        await until(served, ROWS, "SELECT 1 FROM idempotency WHERE answer IS NULL")
        with held(served, ROWS):
            log_goes_on()
            await until(served, LOG, "SELECT 1 FROM events WHERE kind = 'CallPlaced' LIMIT 1 OFFSET ?", before)
            await served.kill()
        await asyncio.gather(asking, return_exceptions=True)


async def killed_after_the_answer(served: Served, login: str, key: str) -> None:
    """Somebody else than the caller has the answer: it is lost on its way."""
    status, _ = await post(await at_desk(served, login), served, "/calls", {"number": NUMBER}, key)
    assert status == 201
    await served.kill()


async def test_a_call_is_placed_once_whenever_the_service_is_killed(served: Served):
    made: list[str] = []
    for number, moment in enumerate(
        (killed_with_the_intent_alone, killed_with_the_call_in_the_log, killed_after_the_answer), start=2
    ):
        await served.start()
        login, key = f"100{number}", str(uuid.uuid4())
        await moment(served, login, key)
        in_log = set(happened(served, "CallPlaced")) - set(made)
        assert len(in_log) == (0 if moment is killed_with_the_intent_alone else 1)

        await served.start()
        who = await at_desk(served, login)
        answer = await until_done(who, served, "/calls", {"number": NUMBER}, key)
        assert answer == await until_done(who, served, "/calls", {"number": NUMBER}, key), "and again"
        assert in_log <= {answer["call"]}, "the answer is that of the call that was placed before the kill"
        made.append(answer["call"])
        await served.kill()
    assert happened(served, "CallPlaced") == Counter(made)
    assert len(set(made)) == 3
    dialed = happened(served, "LegDialed")
    assert {call: dialed[call] for call in made} == dict.fromkeys(made, 1), "her own telephone was rung once for each"


async def test_rows_are_made_once_whenever_the_service_is_killed(served: Served):
    body, key = {"name": "Made in the middle"}, str(uuid.uuid4())
    await served.start()
    with held(served, ROWS):
        asking = asyncio.create_task(post(served.agent, served, "/contacts", body, key))
        await served.alive()
        await served.kill()
        await asyncio.gather(asking, return_exceptions=True)
    await served.start()
    answer = await until_done(served.agent, served, "/contacts", body, key)
    await served.kill()
    await served.start()
    assert await until_done(served.agent, served, "/contacts", body, key) == answer
    found = await served.ask(served.agent, "GET", "/contacts?q=Made in the middle")
    assert [one["id"] for one in found["items"]] == [answer["id"]]
