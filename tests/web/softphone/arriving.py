"""Listens on loopback to the keys that arrive at SIPp's telephones (RFC 4733), and how long each was held.

A program of its own (`python -m tests.web.softphone.arriving --rtp 30000-39999 --out keys.log`). Every line is
`PORT KEY MS`: SIPp's media port, the key, and its length as the last packet of the event says.
"""

import argparse
from pathlib import Path

from tests.recount.ears import KEYS, NAMES, RATE, packets


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rtp", required=True, help="the exchange's RTP ports, LOW-HIGH")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    low, high = map(int, given.rtp.split("-"))
    seen: set[tuple[int, bytes]] = set()
    with given.out.open("w", encoding="ascii") as out:
        for packet in packets(low, high):
            if packet is None:
                continue
            _, source, target, rtp = packet
            ended = len(rtp) >= 16 and rtp[1] & 0x7F in KEYS and low <= source <= high and rtp[13] & 0x80
            if ended and (target, rtp[4:12]) not in seen:  # the end of an event is sent three times
                seen.add((target, rtp[4:12]))
                held_ms = int.from_bytes(rtp[14:16], "big") * 1000 // RATE
                out.write(f"{target} {NAMES[rtp[12] & 15]} {held_ms}\n")
                out.flush()


if __name__ == "__main__":
    main()
