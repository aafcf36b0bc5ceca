"""What comes back on a request, and what may be concluded from it. Pure."""

from typing import Any

import msgspec
from msgspec import Struct

from callcenter.telephony.asterisk.events import read
from callcenter.telephony.asterisk.requests import Request

NO_ANSWER = 0
"""Status of a reply that never came: the time was over, or the socket broke."""


class Reply(Struct, frozen=True, kw_only=True):
    """The answer to a request made with `send`. `status` is HTTP's, or NO_ANSWER; `token` is the sender's own."""

    request: Request
    status: int
    reason: str
    body: str
    token: Any = None

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """The thing asked for is not there. A 404 that is no JSON is a module still loading, and says nothing."""
        return self.status == 404 and self.body.lstrip().startswith("{")

    @property
    def unclear(self) -> bool:
        """Nobody can say whether it was done: no answer, or one that is not Asterisk's (a proxy's page, no status of HTTP)."""
        return not self.good and not (400 <= self.status < 600 and self.body.lstrip().startswith("{"))

    @property
    def message(self) -> str:
        """Asterisk's own word for what was wrong."""
        try:
            return read(self.body, _Complaint).message
        except msgspec.DecodeError:
            return self.reason


class _Complaint(Struct):
    message: str = ""
