"""Waiting for what an AriClient brings."""

import asyncio
from typing import Any, TypeVar

from callcenter.telephony.asterisk.client import AriClient

T = TypeVar("T")


class Ears:
    """Takes a client's items, and keeps those that were passed over."""

    def __init__(self, client: AriClient) -> None:
        self._client = client
        self.passed: list[Any] = []

    async def hears(self, kind: type[T], seconds: float = 10) -> T:
        """The next item of this kind."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    item = await self._client.next_item()
                    if isinstance(item, kind):
                        return item
                    self.passed.append(item)
        except TimeoutError:
            heard = [type(item).__name__ for item in self.passed]
            raise AssertionError(f"no {kind.__name__} in {seconds} s; heard {heard}; why not: {self._client.why_not}") from None
