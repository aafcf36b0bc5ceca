"""Waiting for what tells nobody when it comes about: it can only be asked again and again, until a deadline."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable

AGAIN_S = 0.01


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 10) -> None:
    """Returns as soon as the condition holds; raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not (await found if inspect.isawaitable(found := condition()) else found):  # noqa: ASYNC110
            await asyncio.sleep(AGAIN_S)
