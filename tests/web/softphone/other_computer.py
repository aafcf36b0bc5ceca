"""Another computer: a network namespace with one wire to this machine, and a Chromium that runs inside.

The wire has addresses of the range for benchmarks (198.18.0.0/15, RFC 2544), which are nobody's. Needs root.
"""

import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ARRIVES_S = 1
"""What has not arrived on the wire after so long was let through nowhere."""


@dataclass(frozen=True)
class OtherComputer:
    name: str
    """Of the namespace."""
    here: str
    """This machine's address on the wire."""
    there: str
    chromium: Path
    """Starts Chromium over there."""

    def lets_udp_through_only(self, port: int) -> None:
        """From now on a firewall over there drops every UDP packet but those to and from this port over here, without a word.

        Nor is the port reached by TCP: where both ways are open, either may be the quicker one.
        """
        _ip("-n", self.name, "link", "add", "hole", "arp", "off", "type", "veth", "peer", "name", "pit")
        _ip("-n", self.name, "link", "set", "pit", "up")
        _ip("-n", self.name, "link", "set", "hole", "up")
        _ip("-n", self.name, "route", "add", "default", "dev", "hole", "table", "100")
        # Which table says the way of a packet: rules stand in for a packet filter, which would be one more thing to install.
        for rule in (
            f"pref 10 iif wire ipproto udp sport {port} lookup local",
            "pref 11 iif wire ipproto udp blackhole",
            "pref 12 lookup local",
            f"pref 13 ipproto udp dport {port} lookup main",
            "pref 14 ipproto udp lookup 100",
            f"pref 15 ipproto tcp dport {port} prohibit",
        ):
            _ip("-n", self.name, "rule", "add", *rule.split())
        _ip("-n", self.name, "rule", "delete", "pref", "0")

    def lets_tcp_through_instead(self) -> None:
        """From now on those by TCP, and no UDP at all."""
        for rule in ("10", "13", "15"):
            _ip("-n", self.name, "rule", "delete", "pref", rule)

    def udp_between(self, port: int) -> tuple[bool, bool]:
        """Whether a packet from there arrives at this free port of ours, and one from the port arrives there."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
            ours.bind((self.here, port))
            ours.settimeout(ARRIVES_S)
            over_there = subprocess.Popen(
                ["ip", "netns", "exec", self.name, sys.executable, "-c", _ASK, self.here, str(port), self.there],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            assert over_there.stdin is not None
            assert over_there.stdout is not None
            with over_there:
                theirs = int(over_there.stdout.readline())  # it has sent by now
                try:
                    arrived = ours.recv(10) == b"there"
                except TimeoutError:
                    arrived = False
                ours.sendto(b"here", (self.there, theirs))
                answer, _ = over_there.communicate("sent\n", timeout=10)
        return arrived, answer == "True\n"


_ASK = f"""
import socket, sys
here, port, there = sys.argv[1:]
own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
own.settimeout({ARRIVES_S})
own.bind((there, 0))
own.sendto(b"there", (here, int(port)))
print(own.getsockname()[1], flush=True)
sys.stdin.readline()
try:
    print(own.recv(10) == b"here")
except TimeoutError:
    print(False)
"""


def _ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr} (these tests need root)"


@contextmanager
def other_computer(folder: Path, chromium: Path) -> Iterator[OtherComputer]:
    """Made and removed with the block; `folder` gets the starter of Chromium."""
    name = f"cc{secrets.token_hex(4)}"
    net = f"198.{18 + secrets.randbelow(2)}.{secrets.randbelow(256)}"
    last = secrets.randbelow(64) * 4
    here, there = f"{net}.{last + 1}", f"{net}.{last + 2}"
    starter = folder / "chromium-over-there"
    starter.write_text(f'#!/bin/sh\nexec ip netns exec {name} {chromium} "$@"\n')
    starter.chmod(0o755)
    _ip("netns", "add", name)
    try:
        _ip("link", "add", f"{name}h", "type", "veth", "peer", "name", "wire", "netns", name)
        _ip("address", "add", f"{here}/30", "dev", f"{name}h")
        _ip("link", "set", f"{name}h", "up")
        _ip("-n", name, "address", "add", f"{there}/30", "dev", "wire")
        _ip("-n", name, "link", "set", "wire", "up")
        _ip("-n", name, "link", "set", "lo", "up")
        yield OtherComputer(name, here, there, starter)
    finally:
        _ip("netns", "delete", name)  # its end of the wire goes with it, and so does ours
