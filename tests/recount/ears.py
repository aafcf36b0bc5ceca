"""Listens on loopback to the sound of SIPp's telephones and writes down what each one hears and which keys it presses.

A program of its own (`python -m tests.recount.ears --rtp 30000-39999 --tones 450,900 --out heard.log`), standard library only.
SIPp's message log shows no music, no talk and no key: those are in its RTP packets, which this program stamps with the
kernel's clock. Every line is `SECONDS.MICROSECONDS PORT WHAT`: PORT is SIPp's media port; WHAT is `tone HZ`, `other` or
`quiet` (what arrives there from now on; `quiet` also when no packet comes any more), `key K` (a key was released there) or
`sends` (the telephone itself begins to send sound). Where many telephones share one port (SIPp has one for all calls of a
process), `--exchange` has PORT be the exchange's instead, of which each call has its own. Told SIGUSR1, it says `heard` on
stdout when it has come to the packets of that instant, which on a busy machine wait for it.

Tones must be multiples of 50 Hz: over the 160 samples of one packet they do not disturb each other.
"""

import argparse
import ctypes
import math
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import mul
from pathlib import Path
from typing import TextIO

RATE = 8000
PACKET = 160
STEADY = 3
"""So many packets in a row must sound the same before a change is believed; it is dated back to the first of them."""
SILENT_AFTER = 0.1
"""Seconds without a packet after which nothing is heard."""
AUDIO, KEYS = 0, (97, 101)
"""RTP payload types: PCMU, and telephone-event in scenario.py's SDP and in Asterisk's offers."""
NAMES = "0123456789*#ABCD"
_SO_TIMESTAMPNS = 35
_SO_ATTACH_FILTER = 26
_SO_RCVBUFFORCE = 33
_ETH_P_IP = 0x0800
_PACKET_HOST = 0


def linear(code: int) -> float:
    """One mu-law byte as a sample, full scale about 1 (ITU-T G.711)."""
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 1) + 33 << (code >> 4 & 7)) - 33
    return (-magnitude if code & 0x80 else magnitude) / 8159


_LINEAR = tuple(linear(code) for code in range(256))


class Judge:
    """Says what one packet of 160 mu-law samples sounds like."""

    def __init__(self, tones: Sequence[int]) -> None:
        assert all(tone % 50 == 0 for tone in tones), "tones are multiples of 50 Hz"
        turn = [2 * math.pi * number / RATE for number in range(PACKET)]
        self._waves = [(tone, [math.cos(tone * t) for t in turn], [math.sin(tone * t) for t in turn]) for tone in tones]

    def __call__(self, payload: bytes) -> str:
        samples = [_LINEAR[code] for code in payload]
        power = sum(map(mul, samples, samples))
        if power / PACKET < 1e-5:
            return "quiet"
        for tone, cosine, sine in self._waves:
            real, imaginary = sum(map(mul, samples, cosine)), sum(map(mul, samples, sine))
            if 2 * (real * real + imaginary * imaginary) > 0.6 * PACKET * power:
                return f"tone {tone}"
        return "other"


@dataclass
class Line:
    """One telephone's ear."""

    told: str = "quiet"
    candidate: str = "quiet"
    since: float = 0.0
    count: int = 0
    last: float = 0.0
    key: tuple[int, float] = (-1, 0.0)
    """RTP timestamp and time of the last key's end, which is sent three times."""
    sent: float = 0.0
    """When the telephone last sent sound."""


@dataclass
class Ears:
    """Turns packets into lines; `out` gets them."""

    judge: Judge
    out: TextIO
    exchange: bool = False
    """Calls are told apart by the exchange's ports."""
    lines: dict[int, Line] = field(default_factory=dict)

    def packet(self, at: float, source: int, target: int, rtp: bytes, low: int, high: int) -> None:
        """One RTP packet between a telephone and the exchange, whose ports are `low` to `high`."""
        if len(rtp) <= 12 or rtp[0] >> 6 != 2:
            return
        kind = rtp[1] & 0x7F
        to_exchange = low <= target <= high
        port = target if to_exchange is self.exchange else source
        line = self.lines.setdefault(port, Line())
        if not to_exchange and low <= source <= high and kind == AUDIO and len(rtp) == 12 + PACKET:
            self._heard(line, port, at, self.judge(rtp[12:]))
        elif to_exchange and kind == AUDIO:
            if at - line.sent > SILENT_AFTER:
                self._write(at, port, "sends")
            line.sent = at
        elif to_exchange and kind in KEYS and len(rtp) >= 16 and rtp[13] & 0x80:
            stamp = int.from_bytes(rtp[4:8], "big")
            if stamp != line.key[0] or at - line.key[1] > 0.1:
                self._write(at, port, f"key {NAMES[rtp[12] & 15]}")
            line.key = (stamp, at)

    def _heard(self, line: Line, port: int, at: float, what: str) -> None:
        line.last = at
        if what != line.candidate:
            line.candidate, line.since, line.count = what, at, 0
        line.count += 1
        if line.count >= STEADY and line.candidate != line.told:
            line.told = line.candidate
            self._write(line.since, port, line.told)

    def sweep(self, now: float) -> None:
        """Telephones to which no packet comes any more hear nothing."""
        for port, line in self.lines.items():
            if line.told != "quiet" and now - line.last > SILENT_AFTER:
                line.told = line.candidate = "quiet"
                self._write(line.last + PACKET / RATE, port, "quiet")

    def _write(self, at: float, port: int, what: str) -> None:
        self.out.write(f"{at:.6f} {port} {what}\n")
        self.out.flush()


def _filter(low: int, high: int) -> bytes:
    """A classic BPF program: UDP whose source or target port lies in the range."""
    program = [
        (0x30, 0, 0, 9), (0x15, 0, 8, 17), (0xB1, 0, 0, 0),
        (0x48, 0, 0, 0), (0x35, 0, 1, low), (0x25, 0, 3, high),
        (0x48, 0, 0, 2), (0x35, 0, 2, low), (0x25, 1, 0, high),
        (0x06, 0, 0, 0xFFFF), (0x06, 0, 0, 0),
    ]  # fmt: skip
    return b"".join(struct.pack("HBBI", *step) for step in program)


def packets(low: int, high: int) -> Iterator[tuple[float, int, int, bytes] | None]:
    """(time, source port, target port, RTP) of each packet on loopback; None now and then when there is none. Needs root."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_IP)) as ear:
        code = _filter(low, high)
        buffer = ctypes.create_string_buffer(code)
        ear.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", len(code) // 8, ctypes.addressof(buffer)))
        ear.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        ear.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 64 * 2**20)
        ear.bind(("lo", _ETH_P_IP))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            # Twice: one that a signal interrupts after its time is up says "nothing" without having looked.
            if not (select.select([ear], [], [], SILENT_AFTER)[0] or select.select([ear], [], [], 0)[0]):
                yield None
                continue
            data, extra, _, address = ear.recvmsg(2048, 64)
            if address[2] != _PACKET_HOST:  # loopback shows each packet twice: going out and coming in
                continue
            at = next(struct.unpack("qq", value) for _, kind, value in extra if kind == _SO_TIMESTAMPNS)
            start = (data[0] & 15) * 4
            source, target, length = struct.unpack_from("!HHH", data, start)
            yield at[0] + at[1] / 1e9, source, target, data[start + 8 : start + length]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rtp", required=True, help="the exchange's RTP ports, LOW-HIGH")
    parser.add_argument("--tones", required=True, help="tones to know, in Hz, with commas")
    parser.add_argument("--exchange", action="store_true", help="tell calls apart by the exchange's ports")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    low, high = map(int, given.rtp.split("-"))
    asked: list[float] = []
    signal.signal(signal.SIGUSR1, lambda *_: asked.append(time.time()))
    with given.out.open("w", encoding="ascii") as out:
        ears = Ears(Judge([int(tone) for tone in given.tones.split(",")]), out, given.exchange)
        swept = 0.0
        for packet in packets(low, high):
            if packet is not None:
                ears.packet(*packet, low, high)
            # As far as has been listened: what came since then and waits here unread is no silence.
            now = time.time() if packet is None else packet[0]
            if now - swept > SILENT_AFTER / 2:
                swept = now
                ears.sweep(now)
            if asked and (packet is None or packet[0] > asked[-1]):
                asked.clear()
                ears.sweep(now)
                sys.stdout.write("heard\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
