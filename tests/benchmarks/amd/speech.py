"""Speech by espeak-ng, the program that also speaks our prompts: a voice is drawn, phrases become 8 kHz samples.

Two halves of voices, like the phrases: what parameters were set on was spoken by nobody who is in the test.
"""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from callcenter.kernel.words import Language
from callcenter.media.prompts import require_program
from callcenter.media.sound import RATE, Samples, open_wav, resample, to_samples

BASES: Mapping[tuple[str, Language], tuple[str, ...]] = {
    ("train", "en"): ("en-us", "en-gb"),
    ("test", "en"): ("en-gb-scotland", "en-029", "en-gb-x-rp", "en-us-nyc"),
    ("train", "zh"): ("cmn-latn-pinyin",),
    ("test", "zh"): ("cmn-latn-pinyin",),
}
"""espeak-ng has one Mandarin voice: only its variants differ between the halves."""
VARIANTS: Mapping[str, tuple[str, ...]] = {
    "train": ("f1", "f2", "m1", "m2", "m3", "Alex", "klatt", "Andrea", "grandpa", "linda"),
    "test": ("f3", "f4", "f5", "m4", "m5", "m7", "Annie", "klatt3", "belinda", "croak", "shelby", "Lee"),
}
LOUDNESS = 0.1
"""Root mean square of the loud half of what was said: -20 dB of full scale."""


@dataclass(frozen=True, slots=True)
class Voice:
    """As espeak-ng's options: name, words a minute, pitch (0 to 99)."""

    name: str
    speed: int
    pitch: int


def draw_voice(chance: np.random.Generator, half: str, language: Language) -> Voice:
    base = str(chance.choice(BASES[half, language]))
    return Voice(f"{base}+{chance.choice(VARIANTS[half])}", int(chance.integers(145, 230)), int(chance.integers(25, 75)))


def say(text: str, voice: Voice, pauses_s: Samples) -> Samples:
    """The text with its pieces apart by the given pauses, used in turn; trimmed at both ends, even in level."""
    pieces = [spoken(piece, voice) for piece in re.findall(r"[^.。]+[.。]?", text) if piece.strip(" .。")]
    whole: list[Samples] = []
    for number, piece in enumerate(pieces):
        if number:
            whole.append(np.zeros(round(RATE * float(pauses_s[number % len(pauses_s)]))))
        whole.append(piece)
    return np.concatenate(whole)


@lru_cache(maxsize=4_000)
def spoken(text: str, voice: Voice) -> Samples:
    command = [require_program(), "-v", voice.name, "-s", str(voice.speed), "-p", str(voice.pitch), "--stdin", "--stdout"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=60, check=True)
    segment = open_wav(done.stdout, "what espeak-ng said")
    samples = resample(to_samples(segment), int(segment.frame_rate), RATE)
    return level(trimmed(samples))


def trimmed(samples: Samples) -> Samples:
    """Without the silence at both ends: so the ends of a greeting are known."""
    loud = np.flatnonzero(np.abs(samples) > 0.02 * float(np.max(np.abs(samples))))
    return samples[loud[0] : loud[-1] + 1]


def level(samples: Samples) -> Samples:
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    power = np.sort(np.mean(frames**2, axis=1))
    loud = float(np.sqrt(np.mean(power[len(power) // 2 :]))) if len(power) else float(np.std(samples))
    return np.clip(samples * (LOUDNESS / max(loud, 1e-6)), -1, 1)
