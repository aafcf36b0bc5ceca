"""Requests on their way to one Asterisk. Each ends exactly once: with Asterisk's reply, with the socket, or when its time is up.

Nothing is sent here and nobody waits here (`client` does both): times are the event loop's seconds, handed in.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from msgspec import Struct

from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk.replies import NO_ANSWER, Reply
from callcenter.telephony.asterisk.requests import Request

log = structlog.get_logger(__name__)


class Asked(Struct, frozen=True, kw_only=True):
    """A request, and who is given its reply: whoever awaits `answer`, else the stream of items, with the sender's `token`."""

    request: Request
    token: Any = None
    answer: asyncio.Future[Reply] | None = None


class Outstanding:
    """The requests of one socket after another that have no reply yet. `deliver` takes the replies that nobody awaits."""

    def __init__(self, deliver: Callable[[Reply], None]) -> None:
        self._deliver = deliver
        self._asked: dict[str, tuple[Asked, float]] = {}
        self.orphans = 0
        """Replies nobody waited for any more."""

    def add(self, request_id: str, asked: Asked, due: float) -> None:
        """The request is about to be written; without a reply by `due` it is `overdue`."""
        self._asked[request_id] = (asked, due)

    def replied(self, response: ari.RESTResponse) -> None:
        found = self._asked.pop(response.request_id, None)
        if found is None:
            self.orphans += 1
            log.warning("ari.answer_to_nobody", status=response.status_code)
        else:
            self._end(found[0], response.status_code, response.reason_phrase, response.message_body)

    def overdue(self, now: float) -> dict[str, Request]:
        """Requests whose time is over, by id."""
        return {request_id: asked.request for request_id, (asked, due) in self._asked.items() if due <= now}

    def fail(self, request_id: str, why: str) -> None:
        """No reply can come for this one; nothing happens when it has ended already."""
        found = self._asked.pop(request_id, None)
        if found is not None:
            self.refuse(found[0], why)

    def fail_all(self, why: str) -> None:
        for request_id in list(self._asked):
            self.fail(request_id, why)

    def refuse(self, asked: Asked, why: str) -> None:
        """Ends a request that was never written."""
        self._end(asked, NO_ANSWER, why, "")

    def _end(self, asked: Asked, status: int, reason: str, body: str) -> None:
        reply = Reply(request=asked.request, status=status, reason=reason, body=body, token=asked.token)
        if asked.answer is None:
            self._deliver(reply)
        elif not asked.answer.done():
            asked.answer.set_result(reply)
