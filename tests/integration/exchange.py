"""Fixtures: a private Asterisk for the whole process, or one of a test's own. Conftests that want them import them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integration import sound
from tests.integration.pbx import Pbx


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
