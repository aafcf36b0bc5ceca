"""How long spoken prompts last, and what a recording sounds like. Nothing is played: a recording is computed when fetched."""

import math
import struct
from array import array
from collections.abc import Iterator, Mapping

from msgspec import Struct

from callcenter.kernel.center import Label
from callcenter.kernel.flow import SayNumber, SayPrompt, Spoken
from callcenter.kernel.ids import PromptId
from callcenter.kernel.words import Language

RATE = 8_000
"""Samples per second of a recording; 16 bit, one channel."""
_LETTER_MS = {"en": 65, "zh": 230}
"""Reading speed: about 15 letters, or 4 to 5 Chinese characters, a second."""
_SHORTEST_MS = 300
_DIGIT_MS = 450
_BLOCK = RATE // 10
"""Tones are whole multiples of 10 Hz, so a tenth of a second repeats without a click."""
_LOUDNESS = 8_000


def prompt_ms(spoken: Spoken, language: Language, texts: Mapping[PromptId, Label]) -> int | None:
    """How long one prompt lasts, by the length of its text; None when there is no such prompt."""
    match spoken:
        case SayNumber(value=value):
            return _DIGIT_MS * len(str(value))
        case SayPrompt(prompt=prompt):
            label = texts.get(prompt)
            if label is None:
                return None
            text = label.zh if language == "zh" else label.en
            return max(len(text) * _LETTER_MS[language], _SHORTEST_MS)


class Stretch(Struct, frozen=True):
    """Part of a recording in which the same parties were there. Milliseconds from its start; tones in Hz."""

    since_ms: int
    until_ms: int
    tones: tuple[int, ...]


def wav(duration_ms: int, stretches: tuple[Stretch, ...]) -> Iterator[bytes]:
    """A WAV file in pieces: the sum of the tones of each stretch, silence elsewhere."""
    total = duration_ms * RATE // 1_000
    size = total * 2
    yield struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, RATE, RATE * 2, 2, 16, b"data", size)
    at = 0
    for stretch in stretches:
        since, until = (min(edge * RATE // 1_000, total) for edge in (stretch.since_ms, stretch.until_ms))
        yield from _samples((), at, since)
        yield from _samples(stretch.tones, since, until)
        at = max(at, until)
    yield from _samples((), at, total)


def _samples(tones: tuple[int, ...], since: int, until: int) -> Iterator[bytes]:
    block = array("h", [_sample(tones, index) for index in range(_BLOCK)]).tobytes()
    while since < until:
        first = since % _BLOCK
        count = min(_BLOCK - first, until - since)
        yield block[2 * first : 2 * (first + count)]
        since += count


def _sample(tones: tuple[int, ...], index: int) -> int:
    if not tones:
        return 0
    height = sum(math.sin(2 * math.pi * round(tone, -1) * index / RATE) for tone in tones)
    return round(_LOUDNESS * height / len(tones))
