"""Asterisk's words as ours, on recordings of a real one: whole calls, events that come twice, late or never."""

import random

import msgspec
import pytest

from callcenter.kernel import effects as fx
from callcenter.kernel import signals as sig
from callcenter.kernel.ids import BridgeId, CarrierName, EffectId, LegId, RecordingId
from callcenter.kernel.words import Cause, Fault, GatherEnd, PlaybackEnd
from callcenter.telephony.asterisk import requests as r
from callcenter.telephony.asterisk.lines import Send, Token
from callcenter.telephony.asterisk.listing import Listing
from callcenter.telephony.asterisk.passed import Passed
from callcenter.telephony.asterisk.replies import NO_ANSWER, Reply
from tests.unit.telephony.replay import Replay, lines, replay
from tests.unit.telephony.test_unheard import rang

PBX = CarrierName("pbx")


def test_a_served_call_in_our_words():
    player = replay("served_call")
    assert player.said() == [
        "LegOffered",
        "LegAnswered",
        "DigitsGathered",
        "PlaybackEnded",
        "LegRinging",
        "LegAnswered",
        "LegJoined",
        "LegJoined",
        "RecordingStarted",
        "LegLeft",
        "LegJoined",
        "LegLeft",
        "LegEnded",
        "RecordingEnded",
        "LegLeft",
        "BridgeClosed",
        "LegEnded",
    ]
    by_kind = {type(signal): signal for signal in player.signals}
    gathered = by_kind[sig.DigitsGathered]
    assert (gathered.digits, gathered.end) == ("2", GatherEnd.MAXIMUM)
    assert by_kind[sig.PlaybackEnded].end is PlaybackEnd.COMPLETED
    assert 900 < by_kind[sig.RecordingEnded].duration_ms < 3_000
    ends = [signal for signal in player.signals if isinstance(signal, sig.LegEnded)]
    assert [(end.cause, end.by_us) for end in ends] == [(Cause.NORMAL, False), (Cause.NORMAL, True)]


def test_hanging_up_in_a_prompt_is_an_end_and_not_a_missing_sound():
    assert replay("abandoned_in_a_prompt").said() == ["LegOffered", "LegAnswered", "LegEnded"]


def test_every_way_of_not_being_reached():
    player = replay("not_reached")
    assert not [signal for signal in player.signals if isinstance(signal, sig.LegAnswered)]
    ends = [signal.cause for signal in player.signals if isinstance(signal, sig.LegEnded)]
    unreachable = Cause.UNREACHABLE
    assert ends == [Cause.BUSY, Cause.REJECTED, Cause.INVALID_NUMBER, Cause.CONGESTION, Cause.NO_ANSWER, unreachable]
    failures = [signal.fault for signal in player.signals if isinstance(signal, sig.EffectFailed)]
    assert failures == [Fault.UNREACHABLE]


@pytest.mark.parametrize("name", ["served_call", "abandoned_in_a_prompt", "not_reached"])
def test_every_event_twice_says_nothing_more(name: str):
    once, twice = replay(name), Replay()
    for line in lines(name):
        twice.feed(line)
        # A key that is told twice is two keys: nothing tells them apart.
        if "event" in line and line["event"]["type"] != "ChannelDtmfReceived":
            twice.feed(line)
    assert twice.said() == once.said()


@pytest.mark.parametrize("seed", range(25))
def test_events_lost_or_late_break_nothing_and_no_leg_ends_twice(seed: int):
    draw = random.Random(seed)
    player, held = Replay(), []
    for line in lines("served_call"):
        if "event" in line and draw.random() < 0.3:
            if draw.random() < 0.5:
                held.append(line)
            continue
        if "reply" not in line:
            player.feed(line)
            player.agree()
    for line in held:
        player.feed(line)
        player.agree()
    ends = [signal.leg for signal in player.signals if isinstance(signal, sig.LegEnded)]
    assert len(ends) == len(set(ends)), f"seed {seed}"


def test_a_prompt_is_stopped_before_its_channel_is_asked_for_anything_else():
    player = Replay()
    for line in lines("abandoned_in_a_prompt"):
        if line.get("event", {}).get("type") == "ChannelHangupRequest":
            break
        player.feed(line)
    leg = next(signal.leg for signal in player.signals if isinstance(signal, sig.LegAnswered))
    before = len(player.sent)
    effect = fx.JoinBridge(effect=EffectId("e" * 20), carrier=PBX, bridge=BridgeId("b" * 20), leg=leg)
    player.translation.effect(effect, 0)
    player.drain()
    operations = [send.request.operation for send in player.sent[before:]]
    assert operations == ["playbacks.stop", "bridges.createWithId", "bridges.addChannel"]


DESK = fx.DeviceTarget("deskana")


def originate(player: Replay, target: fx.DeviceTarget | fx.NumberTarget = DESK) -> Send:
    effect = fx.OriginateLeg(
        effect=EffectId("e" * 20),
        carrier=PBX,
        leg=LegId("l" * 20),
        call="c" * 20,  # type: ignore[arg-type]
        target=target,
        role="agent",  # type: ignore[arg-type]
        ring_ms=5_000,
        caller_id="",
    )
    player.translation.effect(effect, 1_000)
    player.drain()
    return player.sent[-1]


@pytest.mark.parametrize(
    ("first", "then", "fault"),
    [
        ((NO_ANSWER, ""), (404, '{"message":"Channel not found"}'), Fault.UNAVAILABLE),
        ((409, '{"message":"in use"}'), (404, '{"message":"Channel not found"}'), Fault.REFUSED),
        ((409, '{"message":"in use"}'), (200, "{}"), None),
        ((NO_ANSWER, ""), (200, "{}"), None),
        ((500, '{"error":"Allocation failed"}'), None, Fault.UNREACHABLE),
        ((400, '{"message":"Endpoint not found"}'), None, Fault.UNREACHABLE),
        ((503, '{"message":"not booted"}'), None, Fault.UNAVAILABLE),
    ],
)
def test_an_originate_that_went_wrong_is_looked_at_and_never_repeated(
    first: tuple[int, str], then: tuple[int, str] | None, fault: Fault | None
):
    player = Replay()
    sent = originate(player)
    for answer in (first, then):
        if answer is not None:
            last = player.sent[-1]
            reply = Reply(request=last.request, status=answer[0], reason="", body=answer[1], token=last.token)
            player.translation.reply(reply, 1_100)
            player.drain()
    assert [send.request.operation for send in player.sent].count(sent.request.operation) == 1
    failed = [signal.fault for signal in player.signals if isinstance(signal, sig.EffectFailed)]
    assert failed == ([] if fault is None else [fault])


def test_ringing_has_its_own_limit_to_the_millisecond():
    player = Replay()
    originate(player)
    assert player.translation.next_deadline() == 6_000
    player.translation.tick(5_999)
    player.drain()
    assert len(player.sent) == 1
    player.translation.tick(6_000)
    player.drain()
    assert player.sent[-1].request.operation == "channels.hangup"
    assert player.translation.next_deadline() is None


def test_a_numbers_limit_begins_when_it_rings():
    player = Replay()
    originate(player, fx.NumberTarget("+12025550100"))
    assert player.translation.next_deadline() == 6_000 + fx.SETUP_MS, "some networks never say that it rings"
    player.translation.event(rang("l" * 20, 4), 4_000)
    assert player.translation.next_deadline() == 9_000
    player.translation.event(rang("l" * 20, 5), 5_000)
    assert player.translation.next_deadline() == 9_000, "said twice"


def test_a_recording_that_never_says_it_ended_does_not_keep_its_bridge():
    player = Replay()
    for line in lines("served_call"):
        if line.get("event", {}).get("type") == "RecordingFinished":
            continue
        player.feed(line)
        if "CloseBridge" in str(line.get("effect", "")):
            break
    due = player.translation.next_deadline()
    assert due is not None
    player.translation.tick(due)
    player.drain()
    assert player.sent[-1].request.operation == "bridges.destroy"
    assert player.said()[-1] == "RecordingEnded"


def test_legs_are_taken_out_of_a_bridge_before_it_goes():
    player = Replay()
    for line in lines("served_call"):
        if line.get("event", {}).get("type") == "ChannelHangupRequest":
            break
        player.feed(line)
    known = player.translation.known
    (room,) = known.rooms
    inside = sorted(line.leg for line in known.lines.values() if line.joined)
    assert len(inside) == 2
    for tape in known.tapes.values():
        tape.state = "ended"
    before = len(player.sent)
    player.translation.effect(fx.CloseBridge(effect=EffectId("e1"), carrier=CarrierName("pbx"), bridge=room), 0)
    player.drain()
    asked = [(one.request.operation, one.token.leg) for one in player.sent[before:]]
    assert sorted(asked[:2]) == [("bridges.removeChannel", leg) for leg in inside]
    assert asked[2:] == [("bridges.destroy", None)]


def test_what_is_not_ours_is_passed_by():
    player = Replay()
    for line in lines("served_call"):
        if "event" in line and line["event"]["type"] not in ("StasisStart", "DeviceStateChanged"):
            player.feed(line)
    assert player.signals == []
    stop = fx.StopRecording(effect=EffectId("e" * 20), carrier=PBX, recording=RecordingId("r" * 20))
    player.translation.effect(stop, 0)
    player.drain()
    send = player.sent[-1]
    gone = Reply(request=send.request, status=404, reason="", body='{"message":"Recording not found"}', token=send.token)
    player.translation.reply(gone, 0)
    player.drain()
    assert [signal.fault for signal in player.signals] == [Fault.GONE]


def test_a_hang_up_that_was_lost_in_a_gap_is_made_again():
    """Else the channel would stand for ever: its end was asked for once, and nobody heard."""
    player = Replay()
    originate(player)
    effect = fx.HangUpLeg(effect=EffectId("h" * 20), carrier=PBX, leg=LegId("l" * 20))
    player.translation.effect(effect, 2_000)
    player.drain()
    lost = player.sent[-1]
    player.translation.reply(Reply(request=lost.request, status=NO_ANSWER, reason="", body="", token=lost.token), 2_000)
    listing = Listing(player.translation, 1, Passed("callcenter"))
    channel = {
        "id": "l" * 20, "name": "PJSIP/deskana-1", "state": "Up", "creationtime": "", "caller": {"name": "", "number": ""},
        "connected": {"name": "", "number": ""},
        "dialplan": {"context": "", "exten": "", "priority": 1, "app_name": "Stasis", "app_data": "callcenter,outbound"},
    }  # fmt: skip
    for send in listing.begin():
        body = msgspec.json.encode([channel] if send.token.step == "list_channels" else []).decode()
        listing.reply(Reply(request=send.request, status=200, reason="OK", body=body, token=send.token), 2_500)
    assert listing.snapshot is not None
    assert [leg.leg for leg in listing.snapshot.legs] == ["l" * 20]
    player.drain()
    player.translation.effect(effect, 3_000)
    player.drain()
    assert [send.request.operation for send in player.sent].count("channels.hangup") == 2


def test_a_device_that_came_before_we_listened_to_it_is_seen_once():
    translation = Replay().translation
    online = '[{"technology":"PJSIP","resource":"ana","channel_ids":[],"state":"online"}]'
    offline = online.replace("online", "offline")
    for body, wanted in ((online, [True]), (online, []), (offline, [False]), ("?", [])):
        answer = Reply(request=r.endpoints(), status=200, reason="", body=body, token=Token(step="devices"))
        translation.reply(answer, 0)
        said = [out.reachable for out in translation.take() if isinstance(out, sig.DeviceChanged)]
        assert said == wanted
