"""The ears that stand beside a running service: nothing of what crossed the wire is missing in what is read of them."""

import asyncio
import socket
from pathlib import Path

from tests.integration.heard import listen
from tests.recount.heard import Heard
from tests.recount.test_ears import rtp, sound

HZ = 900
PACKETS = 400


async def test_ears_that_are_behind_are_waited_for(tmp_path: Path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exchange, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        exchange.bind(("127.0.0.1", 0))
        phone.bind(("127.0.0.1", 0))
        port = exchange.getsockname()[1]
        ears = await listen(tmp_path, (port, port), (HZ,))
        try:
            ears.freeze()  # as a machine with much else to do lets it stand
            packet = rtp(sound(HZ))
            for _ in range(PACKETS):
                exchange.sendto(packet, phone.getsockname())
            asked = asyncio.create_task(ears.has_heard_all())
            await asyncio.sleep(0.2)
            assert not asked.done()
            assert (tmp_path / "heard.log").read_text() == ""
            ears.thaw()
            await asked
            heard = Heard.read((tmp_path / "heard.log").read_text())
            assert f"tone {HZ}" in [what for _, what in heard.sounds[phone.getsockname()[1]]]
            await ears.has_heard_all()  # and again, when nothing more comes
        finally:
            await ears.ends()
