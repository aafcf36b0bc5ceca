"""Sounds for the detector's tests, of the simplest kind: tones, and a voice of pulses through three resonances."""

import numpy as np
from numpy.typing import NDArray

RATE = 8_000
Sound = NDArray[np.float64]


def silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * RATE))


def tone(seconds: float, *hertz: float, level_db: float = -15.0) -> Sound:
    time = np.arange(round(seconds * RATE)) / RATE
    whole = np.sum([np.sin(2 * np.pi * one * time) for one in hertz], axis=0) * 10 ** (level_db / 20) / len(hertz)
    edge = RATE // 200
    whole[:edge] *= np.linspace(0, 1, edge)
    whole[-edge:] *= np.linspace(1, 0, edge)
    return np.asarray(whole)


def glide(seconds: float, first: float, last: float) -> Sound:
    time = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(0.18 * np.sin(2 * np.pi * (first * time + (last - first) * time**2 / (2 * seconds))))


def voice(seconds: float, *, seed: int = 1, pitch: float = 120.0, level_db: float = -20.0) -> Sound:
    """Syllables of a fifth of a second, each with a vowel and a pitch of its own, with short closures between them."""
    chance = np.random.Generator(np.random.PCG64(seed))
    parts: list[Sound] = []
    while sum(map(len, parts)) < seconds * RATE:
        count = round(RATE * chance.uniform(0.14, 0.24))
        fundamental = pitch * chance.uniform(0.85, 1.2) * np.linspace(1.06, 0.94, count)
        phase = np.cumsum(fundamental) / RATE
        formants = chance.uniform((300, 900, 2_200), (800, 2_100, 3_000))
        harmonics = [number for number in range(1, 28) if number * pitch * 1.3 < 3_500]
        weight = [sum(1 / (1 + ((number * pitch - one) / 110) ** 2) for one in formants) for number in harmonics]
        vowel = np.sum([w * np.cos(2 * np.pi * n * phase + n) for n, w in zip(harmonics, weight, strict=True)], axis=0)
        parts += [vowel * np.sin(np.linspace(0.15, np.pi - 0.15, count)), silence(0.05)]
    whole = np.concatenate(parts)[: round(seconds * RATE)]
    return np.asarray(whole / np.std(whole) * 10 ** (level_db / 20))


def hiss(count: int, level_db: float, seed: int = 9) -> Sound:
    return np.random.Generator(np.random.PCG64(seed)).standard_normal(count) * 10 ** (level_db / 20)


def pcm(*parts: Sound, noise_db: float = -62.0) -> NDArray[np.int16]:
    whole = np.concatenate(parts)
    whole = whole + hiss(len(whole), noise_db)
    return np.asarray(np.clip(whole * 32_767, -32_768, 32_767), dtype=np.int16)
