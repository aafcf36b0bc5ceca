"""What became of placed calls while nobody listened, from what Asterisk kept: who answered when, and why others ended."""

from typing import Any

import msgspec
import pytest

from callcenter.kernel.ids import LegId
from callcenter.kernel.words import Cause
from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk.passed import Passed
from callcenter.telephony.port import LegGone
from tests.unit.telephony.replay import lines

ANN, BEN = LegId("laaaaaaaaaaaaaaaaaaa"), LegId("lbbbbbbbbbbbbbbbbbbb")
AT = 1_800_000_000_000
"""2027-01-15T08:00:00Z."""


def told(kind: str, leg: str, second: int, **more: Any) -> ari.AnyEvent:
    """An event as Asterisk writes it, so many seconds after AT."""
    channel = {
        "id": leg, "name": "PJSIP/trunk-1", "state": more.pop("state", "Up"), "creationtime": "2027-01-15T08:00:00.000+0000",
        "caller": {"name": "", "number": ""}, "connected": {"name": "", "number": ""}, "accountcode": "", "language": "en",
        "dialplan": {"context": "", "exten": "", "priority": 1, "app_name": "", "app_data": ""}, "protocol_id": "",
    }  # fmt: skip
    place = "peer" if kind == "Dial" else "channel"
    at = f"2027-01-15T08:00:{second:02}.000+0000"
    event = {"type": kind, "application": "callcenter", "timestamp": at, place: channel, **more}
    found = ari.decode(msgspec.json.encode(event))
    assert not isinstance(found, ari.Unknown | ari.RESTResponse), found
    return found


def rang(leg: str, second: int) -> ari.AnyEvent:
    return told("Dial", leg, second, dialstatus="RINGING", dialstring="")


def answered(leg: str, second: int) -> ari.AnyEvent:
    return told("StasisStart", leg, second, args=["leg"])


def ended(leg: str, second: int, cause: int, sip: int | None) -> ari.AnyEvent:
    return told("ChannelDestroyed", leg, second, cause=cause, cause_txt="", tech_cause=sip)


def of(kept: list[ari.AnyEvent], there: tuple[LegId, ...] = (), meanwhile: list[ari.AnyEvent] | None = None) -> Any:
    passed = Passed("callcenter")
    for event in kept:
        passed.take(event)
    return passed.unheard.told(there, meanwhile or [])


def test_who_is_still_there_answered_when_asterisk_says():
    assert of([rang(ANN, 1), answered(ANN, 3)], (ANN,)) == ({ANN: AT + 3_000}, ())
    assert of([rang(ANN, 1)], (ANN,)) == ({}, ())
    assert of([rang(ANN, 1)], (ANN,), [answered(ANN, 5)]) == ({ANN: AT + 5_000}, ()), "while all was listed"


def test_that_it_rang_is_known_from_asterisks_word_on_its_end():
    """`rang_out.jsonl`: the process that heard it ring is gone, and Asterisk's own limit ended the call."""
    (kept,) = [line["kept"] for line in lines("rang_out") if "kept" in line]
    event = ari.decode(msgspec.json.encode(kept))
    assert isinstance(event, ari.ChannelDestroyed)
    _, (gone,) = of([event])
    assert (gone.rang, gone.cause, gone.detail) == (True, Cause.NO_ANSWER, "q850 19, sip 480")


def test_who_answered_and_left_had_answered():
    left = LegGone(leg=ANN, rang=True, answered_at=AT + 2_000, went_at=AT + 6_000, cause=Cause.NORMAL, detail="q850 16, sip 200")
    assert of([rang(ANN, 1), answered(ANN, 2), ended(ANN, 6, 16, 200)]) == ({}, (left,))
    assert of([rang(ANN, 1), answered(ANN, 2)], meanwhile=[ended(ANN, 6, 16, 200)]) == ({}, (left,))


@pytest.mark.parametrize(
    ("cause", "sip", "rings", "means"),
    [
        (17, 486, False, Cause.BUSY), (1, 404, False, Cause.INVALID_NUMBER), (34, 503, False, Cause.CONGESTION),
        (19, 480, True, Cause.NO_ANSWER), (19, 480, False, Cause.NO_ANSWER), (21, 603, True, Cause.REJECTED),
    ],
)  # fmt: skip
def test_who_did_not_answer_ended_for_its_cause(cause: int, sip: int, rings: bool, means: Cause):
    _, (gone,) = of([*([rang(ANN, 1)] if rings else []), ended(ANN, 2, cause, sip)])
    assert (gone.cause, gone.rang, gone.answered_at, gone.detail) == (means, rings, None, f"q850 {cause}, sip {sip}")


def test_each_leg_is_told_once_and_callers_are_none():
    passed = Passed("callcenter")
    for event in (answered(ANN, 1), ended(ANN, 2, 16, 200), rang(BEN, 1), ended("1769333.7", 3, 16, 200)):
        passed.take(event)
    _, gone = passed.unheard.told((), ())
    assert [one.leg for one in gone] == [ANN], "of the other it is not known that it ended"
    assert passed.unheard.told((), ()) == ({}, ())
