"""From the network's causes to an attempt's outcome, as data: SIP statuses and Q.850 causes, and what they say about a trunk.

Sources: RFC 3261 (statuses), RFC 3398 section 8 (statuses and ISUP causes), RFC 8197 (607), RFC 8688 (608), ITU-T Q.850 (causes).
Asterisk's dial status is not used: it calls 404 and 603 "no answer". A dead trunk ends like an unanswered call (480, cause 19),
and only the missing ringing tells them apart, so "no answer" without any sign of life is a failure and never the callee's doing.
"""

import re
from enum import StrEnum

from msgspec import Struct

from callcenter.kernel.dialing import Outcome
from callcenter.kernel.words import Cause

SIP: dict[int, Outcome] = {
    301: Outcome.INVALID,  # moved permanently, when nobody followed it: the number is another one
    400: Outcome.FAILED,
    401: Outcome.FAILED,  # our credentials
    402: Outcome.FAILED,
    403: Outcome.FAILED,  # the trunk does not let us: caller id, country, balance
    404: Outcome.INVALID,
    406: Outcome.FAILED,
    407: Outcome.FAILED,
    408: Outcome.NO_ANSWER,
    410: Outcome.INVALID,
    413: Outcome.FAILED,
    415: Outcome.FAILED,
    420: Outcome.FAILED,
    480: Outcome.NO_ANSWER,
    481: Outcome.FAILED,
    482: Outcome.FAILED,
    483: Outcome.FAILED,
    484: Outcome.INVALID,
    485: Outcome.INVALID,
    486: Outcome.BUSY,
    487: Outcome.CANCELLED,
    488: Outcome.FAILED,
    491: Outcome.FAILED,
    500: Outcome.FAILED,
    501: Outcome.FAILED,
    502: Outcome.FAILED,
    503: Outcome.CONGESTION,
    504: Outcome.FAILED,
    505: Outcome.FAILED,
    513: Outcome.FAILED,
    580: Outcome.FAILED,
    600: Outcome.BUSY,
    603: Outcome.BLOCKED,  # the callee declined
    604: Outcome.INVALID,
    606: Outcome.FAILED,
    607: Outcome.BLOCKED,  # unwanted: the callee says so of calls like this
    608: Outcome.BLOCKED,  # rejected by an analytics engine on the way
}

Q850: dict[int, Outcome] = {
    1: Outcome.INVALID,  # unallocated number
    2: Outcome.FAILED,  # no route to the transit network: the trunk's matter, not the number's
    3: Outcome.FAILED,  # no route to destination: likewise
    4: Outcome.INVALID,  # special information tone
    5: Outcome.FAILED,  # misdialed trunk prefix
    6: Outcome.FAILED,
    8: Outcome.FAILED,
    16: Outcome.NO_ANSWER,  # normal clearing of what was never answered
    17: Outcome.BUSY,
    18: Outcome.NO_ANSWER,  # no user responding
    19: Outcome.NO_ANSWER,  # alerted, no answer
    20: Outcome.NO_ANSWER,  # subscriber absent: switched off, out of reach
    21: Outcome.BLOCKED,  # call rejected
    22: Outcome.INVALID,  # number changed
    23: Outcome.INVALID,
    25: Outcome.FAILED,  # exchange routing error
    26: Outcome.FAILED,
    27: Outcome.NO_ANSWER,  # destination out of order: the callee's own line
    28: Outcome.INVALID,  # invalid number format
    29: Outcome.FAILED,
    31: Outcome.NO_ANSWER,  # normal, unspecified
    34: Outcome.CONGESTION,  # no circuit available
    38: Outcome.FAILED,  # network out of order
    41: Outcome.FAILED,  # temporary failure
    42: Outcome.CONGESTION,  # switching equipment congestion
    43: Outcome.FAILED,
    44: Outcome.CONGESTION,  # requested circuit not available
    47: Outcome.CONGESTION,  # resource unavailable
    50: Outcome.FAILED,
    52: Outcome.FAILED,  # outgoing calls barred
    54: Outcome.BLOCKED,  # incoming calls barred
    55: Outcome.BLOCKED,
    57: Outcome.FAILED,
    58: Outcome.CONGESTION,
    63: Outcome.FAILED,
    65: Outcome.FAILED,
    79: Outcome.FAILED,
    88: Outcome.FAILED,
    102: Outcome.FAILED,  # recovery on timer expiry
    111: Outcome.FAILED,
    127: Outcome.FAILED,  # interworking
}

ROUTING_CAUSES = frozenset({2, 3, 5, 25, 38})
"""Causes that blame the way and not the number: with them a 404 does not make the number invalid."""
_CALLEE_KNOWN = frozenset({20, 27})
"""No answer without ringing, but the network names the callee: the trunk is alive."""


class TrunkSign(StrEnum):
    """What one dial tells about its trunk."""

    ALIVE = "alive"
    SILENT = "silent"
    """It ended without a sign of life and without a word about the callee."""
    NEUTRAL = "neutral"


class DialEnd(Struct, frozen=True, kw_only=True):
    """How a dial ended, in the carrier's codes; None where it gave none."""

    sip: int | None = None
    q850: int | None = None
    answered: bool = False
    progressed: bool = False
    """Ringing or progress was heard of: the only proof that the trunk took it."""
    by_us: bool = False
    """We ended it."""
    rang_out: bool = False
    """By us, because it had rung (or been silent) for as long as it may."""


_CAUSES: dict[Cause, int] = {
    Cause.NORMAL: 16,
    Cause.BUSY: 17,
    Cause.NO_ANSWER: 19,
    Cause.REJECTED: 21,
    Cause.INVALID_NUMBER: 1,
    Cause.UNREACHABLE: 3,
    Cause.CONGESTION: 34,
    Cause.FAILED: 41,
    Cause.LOST: 41,
}
"""The Q.850 cause that says the same, for a carrier that gives none."""
_CODES = re.compile(r"(sip|q850) (\d+)")


def end_of(cause: Cause, detail: str, *, by_us: bool) -> DialEnd:
    """What a leg's end says: the carrier's codes where its words hold some ("q850 17, sip 486"), else our own word for it."""
    codes = {kind: int(digits) for kind, digits in _CODES.findall(detail)}
    sip, q850 = codes.get("sip") or None, codes.get("q850") or None
    rang_out = by_us and cause is Cause.NO_ANSWER
    return DialEnd(sip=sip, q850=q850 if sip or q850 else _CAUSES[cause], by_us=by_us, rang_out=rang_out)


class Told(Struct, frozen=True, kw_only=True):
    outcome: Outcome
    sign: TrunkSign
    why: str
    """The codes and what decided, without personal values; for the record."""


def told(end: DialEnd) -> Told:
    """Outcome of a dial and sign of its trunk. What answered, a person or a machine, is told by the attempt (`attempt_state`)."""
    codes = " ".join(
        word for word in (f"SIP {end.sip}" if end.sip else "", f"cause {end.q850}" if end.q850 else "") if word
    )  # fmt: skip
    if end.answered:
        return Told(outcome=Outcome.ANSWERED, sign=TrunkSign.ALIVE, why=codes or "answered")
    if end.by_us and not end.rang_out:
        sign = TrunkSign.ALIVE if end.progressed else TrunkSign.NEUTRAL
        return Told(outcome=Outcome.CANCELLED, sign=sign, why="ended by us before an answer")
    outcome = Outcome.NO_ANSWER if end.rang_out else _outcome(end)
    if outcome is Outcome.NO_ANSWER and not end.progressed and (end.rang_out or end.q850 not in _CALLEE_KNOWN):
        why = f"{codes}: unanswered, but it never rang".removeprefix(": ")
        return Told(outcome=Outcome.FAILED, sign=TrunkSign.SILENT, why=why)
    ours = outcome in (Outcome.FAILED, Outcome.CONGESTION)
    if outcome is Outcome.CANCELLED:
        sign = TrunkSign.ALIVE if end.progressed else TrunkSign.NEUTRAL
    else:
        sign = TrunkSign.SILENT if ours and not end.progressed else TrunkSign.ALIVE
    return Told(outcome=outcome, sign=sign, why=codes or ("rang out" if end.rang_out else "no code"))


def _outcome(end: DialEnd) -> Outcome:
    """The status says more than the cause that is made from it, but where the cause blames the way or the status says little."""
    cause = Q850.get(end.q850) if end.q850 is not None else None
    if end.q850 in ROUTING_CAUSES and cause is not None:
        return cause
    status = SIP.get(end.sip) if end.sip is not None else None
    if status is None and end.sip is not None and 300 <= end.sip < 700:
        status = Outcome.FAILED
    if status in (None, Outcome.NO_ANSWER, Outcome.FAILED) and cause is not None:
        return cause
    return status or Outcome.FAILED
