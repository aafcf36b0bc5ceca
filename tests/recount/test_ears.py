"""The ears: what a packet sounds like, when a telephone hears something new, and keys; and SIPp's logs read as dialogs."""

import io
import math
import struct

import pytest

from tests.recount import wire
from tests.recount.ears import Ears, Judge
from tests.recount.heard import Heard

LOW, HIGH, PHONE, EXCHANGE = 30000, 39999, 12000, 31000


def ulaw(sample: float) -> int:
    """One sample (full scale 1) as G.711 mu-law."""
    magnitude = min(abs(round(sample * 8159)) + 33, 8191)
    exponent = magnitude.bit_length() - 6
    code = exponent << 4 | magnitude >> (exponent + 1) & 15
    return ~(code | (0x80 if sample < 0 else 0)) & 0xFF


def sound(*hertz: int, level: float = 0.3) -> bytes:
    """One packet of these tones together."""
    return bytes(
        ulaw(sum(level * math.sin(2 * math.pi * one * number / 8000) for one in hertz) / max(1, len(hertz)))
        for number in range(160)
    )


def rtp(payload: bytes, kind: int = 0, stamp: int = 0) -> bytes:
    return struct.pack("!BBHII", 0x80, kind, 1, stamp, 7) + payload


@pytest.mark.parametrize(("packet", "what"), [
    (sound(900), "tone 900"), (sound(450), "tone 450"), (sound(900, 450), "other"), (sound(1000), "other"), (sound(), "quiet"),
])  # fmt: skip
def test_a_packet_is_known_by_its_tone(packet: bytes, what: str):
    assert Judge((450, 900))(packet) == what


@pytest.fixture
def ears() -> Ears:
    return Ears(Judge((450, 900)), io.StringIO())


def hears(ears: Ears, packets: list[bytes], since: float = 100.0) -> None:
    for number, packet in enumerate(packets):
        ears.packet(since + number / 50, EXCHANGE, PHONE, rtp(packet), LOW, HIGH)


def told(ears: Ears) -> Heard:
    assert isinstance(ears.out, io.StringIO)
    return Heard.read(ears.out.getvalue())


def test_a_change_is_dated_back_to_its_first_packet(ears: Ears):
    hears(ears, [sound(450)] * 5 + [sound(900)] * 5)
    assert told(ears).sounds[PHONE] == [(100_000, "tone 450"), (100_100, "tone 900")]


def test_one_odd_packet_is_no_change(ears: Ears):
    hears(ears, [sound(450)] * 5 + [sound(900)] + [sound(450)] * 5)
    assert told(ears).sounds[PHONE] == [(100_000, "tone 450")]


def test_when_no_packet_comes_any_more_nothing_is_heard(ears: Ears):
    hears(ears, [sound(450)] * 5)
    ears.sweep(100.1)
    ears.sweep(101.0)
    assert told(ears).sounds[PHONE] == [(100_000, "tone 450"), (100_100, "quiet")]


def test_a_key_counts_once_though_its_end_is_sent_three_times(ears: Ears):
    for at, key, end in ((100.0, 5, 0), (100.12, 5, 0x80), (100.121, 5, 0x80), (100.122, 5, 0x80), (101.0, 11, 0x80)):
        payload = struct.pack("!BBH", key, end | 10, 800)
        ears.packet(at, PHONE, EXCHANGE, rtp(payload, kind=97, stamp=8000), LOW, HIGH)
    assert told(ears).pressed[PHONE] == [(100_120, "5"), (101_000, "#")]


def test_a_telephone_that_begins_to_speak_is_told(ears: Ears):
    for at in (100.0, 100.02, 100.04, 102.0, 102.02):
        ears.packet(at, PHONE, EXCHANGE, rtp(sound(900)), LOW, HIGH)
    heard = told(ears)
    assert heard.sending[PHONE] == [100_000, 102_000]
    assert (heard.began_to_send(PHONE, 101_000), heard.began_to_send(PHONE, 99_000)) == (100_000, 0)


def test_stretches_leave_no_gap(ears: Ears):
    hears(ears, [sound(450)] * 5 + [sound(900)] * 5)
    found = told(ears).stretches(PHONE, 99_000, 100_150)
    assert [(one.since, one.until, one.what) for one in found] == [
        (99_000, 100_000, "quiet"), (100_000, 100_100, "tone 450"), (100_100, 100_150, "tone 900"),
    ]  # fmt: skip


def message(second: str, sent: bool, first: str, method: str, body: str = "") -> str:
    how = "message sent" if sent else "message received"
    return (
        f"----------------------------------------------- 2026-01-02 03:04:{second}\nUDP {how} [9] bytes:\n\n{first}\n"
        f"From: <sip:+12125550110@127.0.0.1>;tag=1\nTo: <sip:1001@127.0.0.1>\nCall-ID: one\nCSeq: 1 {method}\n\n{body}\n"
    )


def test_a_repeated_message_counts_once():
    log = (
        message("05.000000", False, "INVITE sip:1001@x SIP/2.0", "INVITE")
        + message("05.500000", False, "INVITE sip:1001@x SIP/2.0", "INVITE")
        + message("05.100000", True, "SIP/2.0 180 Ringing", "INVITE")
        + message("06.250000", True, "SIP/2.0 200 OK", "INVITE", "m=audio 12000 RTP/AVP 0\n")
        + message("09.000000", False, "BYE sip:1001@x SIP/2.0", "BYE")
        + message("09.500000", False, "BYE sip:1001@x SIP/2.0", "BYE")
    )
    [dialog] = wire.dialogs(log)
    assert (dialog.shown, dialog.dialed, dialog.outgoing, dialog.port) == ("+12125550110", "1001", False, 12000)
    assert dialog.answered_at is not None
    assert (dialog.answered_at - dialog.invite_at, dialog.ended_at) == (1250, dialog.invite_at + 4000)
    assert not dialog.bye_sent


def test_a_cancelled_call_ends_when_it_is_cancelled():
    log = (
        message("05.000000", False, "INVITE sip:1001@x SIP/2.0", "INVITE")
        + message("07.000000", False, "CANCEL sip:1001@x SIP/2.0", "CANCEL")
        + message("07.100000", True, "SIP/2.0 487 Request Terminated", "INVITE")
    )
    [dialog] = wire.dialogs(log)
    assert (dialog.refused_at, dialog.status, dialog.ended_at) == (None, 487, dialog.invite_at + 2000)
