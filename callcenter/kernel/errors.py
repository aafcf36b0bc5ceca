"""Errors that say whose move it is.

They cross every room; one table in `callcenter.api.errors` maps them to HTTP and WebSocket codes. A broken promise inside the
program is an assert, not one of these.
"""


class HouseError(Exception):
    """Base of the errors that a person or a program outside may be shown."""

    code: str = "error"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Refused(HouseError):
    """The caller asked for something that the present state or a rule forbids. `code` is stable, `why` is for people."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class NotFound(HouseError):
    """What was named does not exist, or the caller may not know that it does."""

    code = "not_found"


class Conflict(HouseError):
    """Somebody else was first: read again, then decide again."""

    code = "conflict"


class TryAgain(HouseError):
    """Nothing was done and nothing was wrong with the request: repeat it in a moment."""

    code = "try_again"


class CarrierFault(HouseError):
    """The carrier did not do it. `retryable` says whether the same request may be sent again without harm."""

    code = "carrier_fault"

    def __init__(self, why: str, *, retryable: bool) -> None:
        super().__init__(why)
        self.retryable = retryable
