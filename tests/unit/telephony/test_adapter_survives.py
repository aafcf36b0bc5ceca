"""A bug that meets one event of Asterisk must not leave the carrier deaf for every call after it."""

import asyncio

import pytest
from structlog.testing import capture_logs

from callcenter.kernel.signals import CarrierDown
from callcenter.runtime import clock
from callcenter.telephony.asterisk import events as ari
from callcenter.telephony.asterisk.adapter import AsteriskCarrier
from callcenter.telephony.asterisk.client import Disconnected
from callcenter.telephony.asterisk.settings import AsteriskSettings
from callcenter.telephony.asterisk.translate import Translation
from tests.fixtures.ports import free_ports


async def test_an_event_that_fails_is_said_and_the_next_one_is_heard(monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise RuntimeError("+12125550123")

    heard: asyncio.Queue[object] = asyncio.Queue()
    (port,) = free_ports(1)
    settings = AsteriskSettings(
        name="pbx", listen_port=port, listen_user="asterisk", listen_password="a", ari_url="http://127.0.0.1:1/ari",
        ari_user="callcenter", ari_password="b",
    )  # fmt: skip
    carrier = AsteriskCarrier(settings, prompts="/prompts", clock=clock.now)
    await carrier.start(heard.put_nowait)
    monkeypatch.setattr(Translation, "event", broken)
    try:
        with capture_logs() as said:
            carrier._listed = True
            playback = ari.Playback(id="p", target_uri="channel:c", state="done")
            carrier.client._items.put_nowait(ari.PlaybackFinished(application="callcenter", timestamp="", playback=playback))
            carrier.client._items.put_nowait(Disconnected(session=1, why="planned"))
            async with asyncio.timeout(5):
                assert await heard.get() == CarrierDown(carrier=carrier.name, why="planned")
        (line,) = [line for line in said if line["event"] == "asterisk.event_failed"]
        assert line["kind"] == "RuntimeError"
        assert "+1212" not in str(line), "the message of an exception may quote what a caller sent"
    finally:
        await carrier.close()
