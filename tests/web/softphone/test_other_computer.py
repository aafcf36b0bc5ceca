"""`make pbx HOST=address`, and an agent at another computer: her browser opens the page over TLS, and sound goes both ways."""

import base64
import hashlib
import socket
import ssl
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.fixtures.chromium import FLAGS, chromiums
from tests.fixtures.processes import program
from tests.integration import sound
from tests.integration.make_pbx import make_pbx
from tests.integration.scenario import Keys, Stay, Tone, Wait, caller
from tests.integration.sipp import sipp
from tests.web.softphone.desk import Desk
from tests.web.softphone.hearing import hearing
from tests.web.softphone.house import ANA_HZ, CALLER_HZ, TONES, microphone
from tests.web.softphone.other_computer import other_computer
from tests.web.softphone.stun import stun

pytestmark = pytest.mark.timeout(400)
VERA = "+12125550196"

KEEP_CONNECTIONS = """
  window.connections = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) { super(...given); window.connections.push(this); }
  };
"""
CHOSEN_WAY = """async () => {
  const connection = window.connections.at(-1);
  const reports = [...(await connection.getStats()).values()];
  const transport = reports.find((one) => one.type === "transport");
  const pair = reports.find((one) => one.id === transport.selectedCandidatePairId);
  const address = (id) => reports.find((one) => one.id === id).address;
  return {
    servers: connection.getConfiguration().iceServers.flatMap((one) => one.urls),
    here: address(pair.localCandidateId),
    there: address(pair.remoteCandidateId),
    secured: transport.dtlsState,
  };
}"""


def trusts(certificate: Path) -> str:
    """The flag by which a browser takes this certificate's key, and no other unknown one."""
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    return f"--ignore-certificate-errors-spki-list={base64.b64encode(digest).decode()}"


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
    usual = next(flag for flag in FLAGS if flag.startswith("--host-resolver-rules="))
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

            browser = await launch(
                trusts(data / "certificate.pem"),
                f"{usual}, EXCLUDE {other.here}",
                microphone=microphone(tmp_path, ANA_HZ),
                start=other.chromium,
            )
            agent = next(one for one in pbx.log_ins() if one.user == "1001")
            ana = await Desk.sit_down(browser, pbx.url, agent.user, agent.password, script=KEEP_CONNECTIONS)
            assert await ana.page.evaluate("isSecureContext")
            await ana.go_available()

            (tmp_path / "caller.ul").write_bytes(sound.ulaw(sound.tone(CALLER_HZ, 10)))
            # She presses 1 for orders until the menu has heard it.
            presses = [step for _ in range(8) for step in (Wait(3_000), Keys("1"))]
            does = caller(VERA, Tone(tmp_path / "caller.ul"), *presses, Stay())
            async with (
                hearing(tmp_path, pbx.sound, TONES) as ears,
                sipp(
                    tmp_path / "caller", does, to=(other.here, pbx.sip_port), service="+12125550100", address=other.here
                ) as telephone,
            ):
                await ana.shows("ringing", seconds=60)
                await ana.press("F8")
                await ana.shows("talking")
                await ears.hears(telephone, ANA_HZ)
                await ana.hears(CALLER_HZ)
                way = await ana.page.evaluate(CHOSEN_WAY)
                assert way == {
                    "servers": [f"stun:{other.here}:{server.port}"],
                    "here": other.there,
                    "there": other.here,
                    "secured": "connected",
                }
                assert server.asked >= {other.there, other.here}, f"the STUN server was asked by {server.asked} only"
                await ana.press("Shift+F9")
                await telephone.done()
            await ana.finish()
            await ana.leave()
