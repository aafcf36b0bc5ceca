"""Fixtures: a private Asterisk for the whole process, or one of a test's own. Conftests that want them import them."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from callcenter.telephony.asterisk.settings import AsteriskSettings
from tests.integration import sound
from tests.integration.pbx import LOOPBACK, Pbx


def furnished(**changes: Any) -> Pbx:
    """A prepared exchange with music (440 Hz) and one prompt of each language (700 Hz, 1.5 s)."""
    pbx = Pbx.prepare(**changes)
    sound.write_wav(pbx.home / "moh" / "tune.wav", sound.tone(440, 10))
    for language in ("en", "zh"):
        folder = pbx.home / "prompts" / language
        folder.mkdir()
        sound.write_wav(folder / "greeting.wav", sound.tone(700, 1.5))
        for digit in range(21):
            sound.write_wav(folder / f"number-{digit}.wav", sound.tone(1000 + 20 * digit, 0.3))
    pbx.own()
    return pbx


def settings(pbx: Pbx, port: int = 0, **changes: Any) -> AsteriskSettings:
    """How a service finds this exchange: on `port`, or where Asterisk looks for it."""
    values = pbx.values
    made = AsteriskSettings(
        name="pbx",
        listen_port=port or pbx.service_port,
        listen_user=values.service_user,
        listen_password=values.service_password,
        ari_url=f"http://{LOOPBACK}:{values.http_port}/ari",
        ari_user=values.ari_user,
        ari_password=values.ari_password,
        echo_every_ms=500,
        echo_timeout_ms=1_000,
    )
    return msgspec.structs.replace(made, **changes)


def sweep(pbx: Pbx) -> None:
    """No channel and no bridge stays."""
    for channel in pbx.channels():
        pbx.http("DELETE", f"/channels/{channel['id']}")
    for bridge in pbx.bridges():
        pbx.http("DELETE", f"/bridges/{bridge['id']}")
    deadline = time.monotonic() + 10
    while pbx.channels() or pbx.bridges():
        assert time.monotonic() < deadline, "a channel or bridge stays"
        time.sleep(0.02)  # Asterisk ends them in its own time


@pytest.fixture(scope="session")
def pbx() -> Iterator[Pbx]:
    """One Asterisk for all tests of this process; a test leaves no channel and no bridge behind."""
    pbx = furnished()
    try:
        pbx.start()
        yield pbx
    finally:
        pbx.remove()


@pytest.fixture
def own_pbx() -> Iterator[Callable[..., Pbx]]:
    """Makes exchanges that a test may restart, freeze or spoil; prepared, not started."""
    made: list[Pbx] = []

    def make(**changes: Any) -> Pbx:
        made.append(furnished(**changes))
        return made[-1]

    yield make
    for pbx in made:
        pbx.remove()
