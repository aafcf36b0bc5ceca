"""A firewall that lets no sound through but a TURN server's: an agent behind it talks with a caller all the same."""

from pathlib import Path

import pytest

from tests.fixtures.chromium import chromiums
from tests.fixtures.ports import free_ports
from tests.fixtures.processes import program
from tests.integration.make_pbx import make_pbx
from tests.web.softphone.far_desk import calling, sit_down_over_there, way_of_sound
from tests.web.softphone.house import ANA_HZ, CALLER_HZ
from tests.web.softphone.other_computer import other_computer
from tests.web.softphone.turn import turn

pytestmark = pytest.mark.timeout(400)


async def test_behind_a_firewall_sound_goes_over_the_turn_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with other_computer(tmp_path, program("chromium", "chromium")) as other:
        port, another = free_ports(2)
        assert other.udp_between(another) == (True, True)
        other.lets_udp_through_only(port)
        assert other.udp_between(port) == (True, True)
        assert other.udp_between(another) == (False, False), "sound has another way"
        with turn(tmp_path, other.here, port) as relay:
            monkeypatch.setenv("CALLCENTER_TURN_PASSWORD", relay.password)
            async with (
                chromiums() as launch,
                make_pbx(tmp_path / "data", HOST=other.here, TURN=relay.server, TURN_USER=relay.user) as pbx,
            ):
                await pbx.start()
                ana = await sit_down_over_there(tmp_path, other, launch, pbx)
                for by in ("udp", "tcp"):
                    if by == "tcp":
                        other.lets_tcp_through_instead()
                    async with calling(tmp_path / by, other, pbx) as (ears, telephone):
                        await ana.shows("ringing", seconds=60)
                        await ana.press("F8")
                        await ana.shows("talking")
                        await ears.hears(telephone, ANA_HZ)
                        await ana.hears(CALLER_HZ)
                        way = await way_of_sound(ana)
                        assert way["servers"] == [f"turn:{relay.server}?transport={one}" for one in ("udp", "tcp")]
                        assert (way["kind"], way["relayed_by"], way["here"]) == ("relay", by, relay.address)
                        assert way["secured"] == "connected"
                        assert min(way["bytes"]) > 5_000, way
                        await ana.press("Shift+F9")
                        await telephone.done()
                    await ana.finish()
                await ana.leave()
            # Another word than the right one gets nobody a way: the browser has shown its password.
            assert f"user <{relay.user}>: incoming packet ALLOCATE processed, success" in relay.said()
