"""A STUN and a TURN server that have gone silent: a call rings and is answered within its limit all the same."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.chromium import chromiums
from tests.fixtures.ports import claim_free_port
from tests.fixtures.processes import program
from tests.integration.make_pbx import make_pbx
from tests.web.softphone.far_desk import between, calling, sit_down_over_there, way_of_sound
from tests.web.softphone.house import ANA_HZ, CALLER_HZ
from tests.web.softphone.other_computer import other_computer

pytestmark = pytest.mark.timeout(400)
RINGS_MS = 1_000
"""From the offer to Asterisk's INVITE: nobody asks those servers before it."""
GATHERS_MS = 1_500
"""So long an answer may wait for them."""
SLOW_MACHINE_MS = 1_000


@contextlib.contextmanager
def silent(address: str) -> Iterator[str]:
    """HOST:PORT of somebody who takes packets and connections, and never says a word."""
    port = claim_free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as by_udp, socket.create_server((address, port)):
        by_udp.bind((address, port))
        yield f"{address}:{port}"


async def test_servers_that_are_silent_hold_no_call_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CALLCENTER_TURN_PASSWORD", "whatever")
    with (
        other_computer(tmp_path, program("chromium", "chromium")) as other,
        silent(other.here) as stun,
        silent(other.here) as turn,
    ):
        async with (
            chromiums() as launch,
            make_pbx(tmp_path / "data", HOST=other.here, STUN=stun, TURN=turn, TURN_USER="desk") as pbx,
        ):
            await pbx.start()
            ana = await sit_down_over_there(tmp_path, other, launch, pbx)
            async with calling(tmp_path / "call", other, pbx) as (ears, telephone):
                await ana.shows("ringing", seconds=60)
                await ana.press("F8")
                await ana.shows("talking")
                await ears.hears(telephone, ANA_HZ)
                await ana.hears(CALLER_HZ)
                way = await way_of_sound(ana)
                assert way["servers"] == [f"stun:{stun}", *(f"turn:{turn}?transport={by}" for by in ("udp", "tcp"))]
                assert (way["kind"], way["here"], way["there"]) == ("host", other.there, other.here)
                rings = await between(ana, ("in", '"offer":{'), ("in", "INVITE "))
                assert rings < RINGS_MS + SLOW_MACHINE_MS
                answers = await between(ana, ("pressed", "F8"), ("out", "SIP/2.0 200 OK"))
                assert answers < GATHERS_MS + SLOW_MACHINE_MS
                await ana.press("Shift+F9")
                await telephone.done()
            await ana.finish()
            await ana.leave()
