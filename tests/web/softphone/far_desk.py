"""An agent's desk at another computer, and a caller for her: `make pbx HOST=address` seen from over there.

How sound found its way is asked of her browser; whether it is right is for the tests to say.
"""

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.fixtures.chromium import FLAGS, Launch
from tests.integration import sound
from tests.integration.make_pbx import MakePbx
from tests.integration.scenario import Keys, Stay, Tone, Wait, caller
from tests.integration.sipp import Sipp, sipp
from tests.web.softphone.desk import Desk
from tests.web.softphone.hearing import Hearing, hearing
from tests.web.softphone.house import ANA_HZ, CALLER_HZ, TONES, microphone
from tests.web.softphone.other_computer import OtherComputer

VERA = "+12125550196"
MAIN_LINE = "+12125550100"
ANA = "1001"
USUAL_NAMES = next(flag for flag in FLAGS if flag.startswith("--host-resolver-rules="))

REMEMBER = """
  window.connections = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) { super(...given); window.connections.push(this); }
  };
  // What goes over the page's sockets and which keys are pressed, with the browser's time of it in ms.
  window.wire = [];
  const note = (way, data) => {
    if (typeof data === "string") window.wire.push({ at: performance.now(), way, data });
  };
  window.WebSocket = class extends WebSocket {
    constructor(...given) { super(...given); this.addEventListener("message", (event) => note("in", event.data)); }
    send(data) { note("out", data); super.send(data); }
  };
  addEventListener("keydown", (event) => note("pressed", event.key), true);
"""
WAY = """async () => {
  const connection = window.connections.at(-1);
  const reports = [...(await connection.getStats()).values()];
  const transport = reports.find((one) => one.type === "transport");
  const pair = reports.find((one) => one.id === transport.selectedCandidatePairId);
  const candidate = (id) => reports.find((one) => one.id === id);
  const here = candidate(pair.localCandidateId), there = candidate(pair.remoteCandidateId);
  return {
    servers: connection.getConfiguration().iceServers.flatMap((one) => one.urls),
    kind: here.candidateType, relayed_by: here.relayProtocol ?? "", here: here.address, there: there.address,
    secured: transport.dtlsState,
    bytes: [pair.bytesSent, pair.bytesReceived],
  };
}"""


def trusts(certificate: Path) -> str:
    """The flag by which a browser takes this certificate's key, and no other unknown one."""
    key = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    return f"--ignore-certificate-errors-spki-list={base64.b64encode(digest).decode()}"


async def sit_down_over_there(folder: Path, other: OtherComputer, launch: Launch, pbx: MakePbx) -> Desk:
    """Ana at a page of the other computer, available; her microphone sends her tone."""
    browser = await launch(
        trusts(pbx.data / "certificate.pem"),
        f"{USUAL_NAMES}, EXCLUDE {other.here}",
        microphone=microphone(folder, ANA_HZ),
        start=other.chromium,
    )
    agent = next(one for one in pbx.log_ins() if one.user == ANA)
    desk = await Desk.sit_down(browser, pbx.url, agent.user, agent.password, script=REMEMBER)
    await desk.go_available()
    return desk


@asynccontextmanager
async def calling(folder: Path, other: OtherComputer, pbx: MakePbx) -> AsyncIterator[tuple[Hearing, Sipp]]:
    """Vera calls the main line in her tone and presses 1 for orders until the menu has heard it; ears that hear her telephone."""
    folder.mkdir()
    (folder / "caller.ul").write_bytes(sound.ulaw(sound.tone(CALLER_HZ, 10)))
    presses = [step for _ in range(8) for step in (Wait(3_000), Keys("1"))]
    does = caller(VERA, Tone(folder / "caller.ul"), *presses, Stay())
    to = (other.here, pbx.sip_port)
    async with (
        hearing(folder, pbx.sound, TONES) as ears,
        sipp(folder / "caller", does, to=to, service=MAIN_LINE, address=other.here) as telephone,
    ):
        yield ears, telephone


async def between(desk: Desk, first: tuple[str, str], second: tuple[str, str]) -> float:
    """ms from the first of one thing to the first of the other after it; each (in, out or pressed; what its text holds)."""
    wire = await desk.page.evaluate("window.wire")
    at = [[float(one["at"]) for one in wire if one["way"] == way and text in one["data"]] for way, text in (first, second)]
    return next(time for time in at[1] if time >= at[0][0]) - at[0][0]


async def way_of_sound(desk: Desk) -> Any:
    """How the sound of her call travels, as her browser says."""
    return await desk.page.evaluate(WAY)
