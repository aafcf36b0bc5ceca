"""`make pbx HOST=address`, and an agent at another computer: her browser opens the page over TLS, and sound goes both ways."""

import hashlib
import socket
import ssl
from pathlib import Path

import aiohttp
import pytest

from tests.fixtures.chromium import chromiums
from tests.fixtures.processes import program
from tests.integration.make_pbx import make_pbx
from tests.web.softphone.far_desk import calling, sit_down_over_there, way_of_sound
from tests.web.softphone.house import ANA_HZ, CALLER_HZ
from tests.web.softphone.other_computer import other_computer
from tests.web.softphone.stun import stun

pytestmark = pytest.mark.timeout(400)
async def invited(url: str, trust: ssl.SSLContext) -> int:
    """The final answer to somebody without an account who calls the main line over the softphones' socket."""
    invite = (
        "INVITE sip:+12125550100@nowhere.invalid SIP/2.0\r\nVia: SIP/2.0/WSS nobody.invalid;branch=z9hG4bKnobody\r\n"
        "Max-Forwards: 70\r\nFrom: <sip:trunk@nowhere.invalid>;tag=nobody\r\nTo: <sip:+12125550100@nowhere.invalid>\r\n"
        "Call-ID: nobody\r\nCSeq: 1 INVITE\r\nContact: <sip:trunk@nobody.invalid;transport=ws>\r\nContent-Length: 0\r\n\r\n"
    )
    socket_url = url.replace("https:", "wss:") + "/carrier/pbx/sip"
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(socket_url, protocols=("sip",), headers={"Origin": url}, ssl=trust) as wire,
    ):
        await wire.send_str(invite)
        while True:
            status = int((await wire.receive_str(timeout=10)).split(" ", 2)[1])
            if status >= 200:
                return status


async def test_an_agent_at_another_computer_talks_with_a_caller(tmp_path: Path):
    with other_computer(tmp_path, program("chromium", "chromium")) as other:
        data = tmp_path / "data"
        async with (
            chromiums() as launch,
            stun(other.here) as server,
            make_pbx(data, HOST=other.here, STUN=f"{other.here}:{server.port}") as pbx,
        ):
            await pbx.start()
            assert pbx.url == f"https://{other.here}:{pbx.port}"
            assert any(f"{pbx.sound[0]}-{pbx.sound[1]}" in line for line in pbx.said), "the ports for a firewall are not said"

            # The certificate is for this address, and the one whose fingerprint was printed.
            trust = ssl.create_default_context(cafile=data / "certificate.pem")
            with (
                socket.create_connection((other.here, pbx.port)) as wire,
                trust.wrap_socket(wire, server_hostname=other.here) as page,
            ):
                shown = hashlib.sha256(page.getpeercert(binary_form=True) or b"").hexdigest().upper()
            assert any(line.strip().replace(":", "") == shown for line in pbx.said), "its fingerprint is not said"

            assert await invited(pbx.url, trust) == 401, "a call without an account comes in over the softphones' socket"

            ana = await sit_down_over_there(tmp_path, other, launch, pbx)
            assert await ana.page.evaluate("isSecureContext")
            async with calling(tmp_path / "call", other, pbx) as (ears, telephone):
                await ana.shows("ringing", seconds=60)
                await ana.press("F8")
                await ana.shows("talking")
                await ears.hears(telephone, ANA_HZ)
                await ana.hears(CALLER_HZ)
                way = await way_of_sound(ana)
                assert way["servers"] == [f"stun:{other.here}:{server.port}"]
                assert (way["here"], way["there"], way["secured"]) == (other.there, other.here, "connected")
                # Asterisk knows its address; asking would hold up every call when the server is gone.
                assert server.asked == {other.there}
                await ana.press("Shift+F9")
                await telephone.done()
            await ana.finish()
            await ana.leave()
