"""Why a leg ended: Q.850 causes and SIP answers as our `Cause`, and our `Cause` as ARI's reason for hanging up. Pure tables."""

from callcenter.kernel.words import Cause
from callcenter.telephony.asterisk.requests import HangUpReason

_BY_SIP = {
    404: Cause.INVALID_NUMBER,
    410: Cause.INVALID_NUMBER,
    484: Cause.INVALID_NUMBER,
    486: Cause.BUSY,
    600: Cause.BUSY,
    603: Cause.REJECTED,
    604: Cause.INVALID_NUMBER,
    607: Cause.REJECTED,
    608: Cause.REJECTED,
}
_BY_Q850 = {
    1: Cause.INVALID_NUMBER,
    2: Cause.UNREACHABLE,
    3: Cause.UNREACHABLE,
    16: Cause.NORMAL,
    17: Cause.BUSY,
    18: Cause.NO_ANSWER,
    19: Cause.NO_ANSWER,
    20: Cause.UNREACHABLE,
    21: Cause.REJECTED,
    22: Cause.INVALID_NUMBER,
    26: Cause.NORMAL,
    27: Cause.UNREACHABLE,
    28: Cause.INVALID_NUMBER,
    34: Cause.CONGESTION,
    38: Cause.CONGESTION,
    41: Cause.CONGESTION,
    42: Cause.CONGESTION,
    44: Cause.CONGESTION,
}
_REASONS: dict[Cause, HangUpReason] = {
    Cause.NORMAL: "normal",
    Cause.BUSY: "busy",
    Cause.NO_ANSWER: "no_answer",
    Cause.REJECTED: "rejected",
    Cause.INVALID_NUMBER: "unallocated",
    Cause.UNREACHABLE: "congestion",
    Cause.CONGESTION: "congestion",
    Cause.FAILED: "failure",
    Cause.LOST: "normal",
}


def cause_of(q850: int, sip: int | None, *, was_up: bool, rang: bool) -> Cause:
    """Why a leg ended that we did not end.

    A dead trunk ends like an unanswered call (Q.850 19, SIP 480); only that it never rang tells them apart.
    """
    if was_up:
        return Cause.NORMAL
    found = _BY_SIP.get(sip or 0) or _BY_Q850.get(q850, Cause.FAILED)
    if found is Cause.NO_ANSWER and not rang:
        return Cause.UNREACHABLE
    return found


def reason_for(cause: Cause) -> HangUpReason:
    return _REASONS[cause]


def in_words(q850: int, sip: int | None) -> str:
    """For the record: "q850 17, sip 486"."""
    return f"q850 {q850}" if sip is None else f"q850 {q850}, sip {sip}"
