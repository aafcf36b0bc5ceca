"""Another computer: a network namespace with one wire to this machine, and a Chromium that runs inside.

The wire has addresses of the range for benchmarks (198.18.0.0/15, RFC 2544), which are nobody's. Needs root.
"""

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class OtherComputer:
    name: str
    """Of the namespace."""
    here: str
    """This machine's address on the wire."""
    there: str
    chromium: Path
    """Starts Chromium over there."""


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
