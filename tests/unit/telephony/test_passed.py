"""Who came and went while nobody listened, on what a real Asterisk kept and told afterwards (`came_and_went.jsonl`)."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from callcenter.kernel import effects as fx
from callcenter.kernel import signals as sig
from callcenter.kernel.ids import CarrierName, EffectId, LegId
from callcenter.kernel.words import Cause
from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk.listing import Listing
from callcenter.telephony.asterisk.passed import Passed
from callcenter.telephony.asterisk.replies import NO_ANSWER, Reply
from callcenter.telephony.port import LegPassed
from tests.unit.telephony.replay import Replay, lines

FALLBACK, WAITS = "+12025550011", "+12025550014"
KEPT = [line["kept"] for line in lines("came_and_went") if "kept" in line]
LISTED = [line for line in lines("came_and_went") if "listed" in line][-1]
Kept = list[dict[str, Any]]


def decoded(kept: Kept) -> Iterator[ari.AnyEvent]:
    for event in kept:
        told = ari.decode(msgspec.json.encode(event))
        assert not isinstance(told, ari.Unknown | ari.RESTResponse), told
        yield told


def told(kept: Kept, there: list[str] = LISTED["listed"], meanwhile: Kept | None = None) -> tuple[LegPassed, ...]:
    passed = Passed("callcenter")
    for event in decoded(kept):
        passed.take(event)
    return passed.calls(there, decoded(meanwhile or []), LISTED["now"])


def without(kind: str) -> Kept:
    return [event for event in KEPT if event["type"] != kind]


def test_two_came_and_went_one_heard_the_message_and_one_still_waits():
    first, second = told(KEPT)
    assert [first.caller, second.caller] == ["+12025550012", "+12025550013"]
    assert first.dialed == "+12025550100"
    waited = [one.went_at - one.came_at for one in (first, second)]
    assert 600 < waited[0] < 900, "when they came and went is Asterisk's own word, to the millisecond"
    assert 1_400 < waited[1] < 1_700


@pytest.mark.parametrize(
    "kept",
    [[event for event in KEPT for _ in range(2)], without("StasisStart"), [*KEPT, *KEPT]],
    ids=["each twice", "the beginnings lost", "all told again"],
)
def test_it_is_the_same_told_twice_or_only_from_the_end(kept: Kept):
    assert told(kept) == told(KEPT)


def test_nobody_is_said_to_be_gone_of_whom_that_is_not_certain():
    assert told(without("ChannelHangupRequest")) == (), "the dialplan may have taken them back"
    assert told(without("StasisEnd")) == (), "they may still be there"
    everybody = [event["channel"]["id"] for event in KEPT]
    assert told(KEPT, everybody) == ()


def test_an_end_that_is_told_while_all_is_listed_belongs_to_a_beginning_of_before():
    ends = [event for event in KEPT if event["type"] != "StasisStart"]
    starts = [event for event in KEPT if event["type"] == "StasisStart"]
    assert told(starts, meanwhile=ends) == told(KEPT)
    assert told([], meanwhile=KEPT) == (), "who comes while all is listed is heard as usual"


def test_what_was_told_is_told_once():
    passed = Passed("callcenter")
    for event in decoded(KEPT):
        passed.take(event)
    assert len(passed.calls((), (), LISTED["now"])) == 2
    assert passed.calls((), (), LISTED["now"]) == ()


def _nonsense(event: dict[str, Any]) -> None:
    event["channel"]["creationtime"] = event["timestamp"] = "the day before yesterday"


def _nameless(event: dict[str, Any]) -> None:
    event["channel"]["id"] = ""


@pytest.mark.parametrize("spoil", [_nonsense, _nameless])
def test_what_cannot_be_believed_is_left_to_the_call_detail_records(spoil: Callable[[dict[str, Any]], None]):
    kept: Kept = msgspec.json.decode(msgspec.json.encode(KEPT))
    for event in kept:
        spoil(event)
    assert told(kept) == ()


@pytest.mark.parametrize(("adopted", "cause"), [(False, Cause.LOST), (True, Cause.NORMAL)])
def test_whom_the_dialplan_takes_back_in_the_instant_of_her_adoption_has_not_hung_up(adopted: bool, cause: Cause):
    """Her eight seconds were over before Asterisk had read that they do not count."""
    player = Replay()
    start = next(event for event in KEPT if event["type"] == "StasisStart")
    leg = LegId(start["channel"]["id"])
    player.feed({"now": 0, "event": start})
    player.translation.effect(fx.AnswerLeg(effect=EffectId("a" * 20), carrier=CarrierName("pbx"), leg=leg), 0)
    player.drain()
    if adopted:
        player.agree()
    else:
        for send in player.sent:
            player.translation.reply(Reply(request=send.request, status=404, reason="", body="", token=send.token), 0)
    player.feed({"now": 1, "event": next(e for e in KEPT if e["type"] == "StasisEnd") | {"channel": start["channel"]}})
    (ended,) = [signal for signal in player.signals if isinstance(signal, sig.LegEnded)]
    assert ended.cause is cause


def listed(answers: dict[str, int]) -> tuple[list[str], list[str]]:
    """Of two callers found waiting: whose wait was made longer, and who is in the snapshot. `answers`: channel -> status."""
    starts = {event["channel"]["caller"]["number"]: event["channel"] for event in KEPT if event["type"] == "StasisStart"}
    channels = [starts[number] for number in (FALLBACK, WAITS)]
    player = Replay()
    listing = Listing(player.translation, 1, Passed("callcenter"))
    sends, longer = listing.begin(), []
    while sends:
        send = sends.pop(0)
        body, status = b"[]", 200
        if send.token.step == "list_channels":
            body = msgspec.json.encode(channels)
        elif send.token.step == "list_guard":
            assert dict(send.request.query) == {"variable": "TIMEOUT(absolute)", "value": "8"}
            longer.append(send.token.part)
            body, status = b"{}", answers.get(send.token.part, 204)
        if listing.snapshot is None:
            sends += listing.reply(Reply(request=send.request, status=status, reason="", body=body.decode(), token=send.token), 0)
    assert listing.snapshot is not None
    return longer, [leg.leg for leg in listing.snapshot.legs]


def test_whoever_is_found_waiting_may_wait_for_as_long_again():
    """Her eight seconds may be almost over: adopting her takes a moment."""
    ids = [event["channel"]["id"] for event in KEPT if event["type"] == "StasisStart"]
    first, last = ids[2], ids[3]
    assert listed({}) == ([first, last], [first, last])
    for status in (404, 409):
        assert listed({first: status}) == ([first, last], [last]), "the dialplan has her, or she is gone"
    assert listed({first: NO_ANSWER}) == ([first, last], [first, last]), "nobody knows: her end will be told"
