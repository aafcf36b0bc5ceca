"""Keys as RFC 4733 packets in a capture file, for SIPp's play_pcap_audio. Imports nothing of ours.

(SIPp 3.6.1's own play_dtmf sends no proper end of an event.)
"""

import struct

PAYLOAD_TYPE = 97
PRESS_MS = 120
GAP_MS = 100
_EVENTS = {key: number for number, key in enumerate("0123456789*#ABCD")}


def duration_ms(keys: str) -> int:
    """How long `capture` plays."""
    return len(keys) * (PRESS_MS + GAP_MS)


def capture(keys: str, turn: int = 0, payload_type: int = PAYLOAD_TYPE) -> bytes:
    """A pcap file that presses `keys` one after another, each for PRESS_MS with GAP_MS between.

    `turn` counts the captures of one call: an event with the sequence and time of an earlier one would be taken for its echo.
    `payload_type`: that of whoever is called is the one that the caller's offer names.
    """
    out = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)]
    sequence = 1000 + 500 * turn
    at_ms = 0
    for index, key in enumerate(keys):
        stamp = 8000 + 400_000 * turn + index * (PRESS_MS + GAP_MS) * 8
        steps = [(ms, False) for ms in range(20, PRESS_MS, 20)] + [(PRESS_MS, True)] * 3
        for number, (held_ms, last) in enumerate(steps):
            event = struct.pack("!BBH", _EVENTS[key], 0x8A if last else 0x0A, held_ms * 8)
            header = struct.pack("!BBHII", 0x80, payload_type | (0x80 if number == 0 else 0), sequence, stamp, 0x4B455953)
            sequence += 1
            out.append(_frame(at_ms + held_ms + (number - len(steps) + 3 if last else 0), header + event))
        at_ms += PRESS_MS + GAP_MS
    return b"".join(out)


def _frame(at_ms: int, rtp: bytes) -> bytes:
    udp = struct.pack("!HHHH", 6000, 6000, 8 + len(rtp), 0) + rtp
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
    packet = b"\0" * 12 + b"\x08\0" + ip + udp
    return struct.pack("<IIII", at_ms // 1000, at_ms % 1000 * 1000, len(packet), len(packet)) + packet
