"""Pure tones, and finding them again in a sound: how tests know who is heard where. Numpy only, no decisions."""

from pathlib import Path

import numpy as np

from callcenter.media.sound import RATE, Samples, to_segment, wav_bytes, write_whole


def sine(hz: float, seconds: float, *, level_db: float = -12.0, rate: int = RATE) -> Samples:
    """A tone of `level_db` below full scale (its peak), with 5 ms of fade at both ends so that it does not click."""
    count = round(seconds * rate)
    tone = 10 ** (level_db / 20) * np.sin(2 * np.pi * hz * np.arange(count) / rate)
    fade = min(count // 2, rate // 200)
    if fade:
        slope = np.linspace(0, 1, fade)
        tone[:fade] *= slope
        tone[-fade:] *= slope[::-1]
    return np.asarray(tone, dtype=np.float64)


def write_tone(path: Path, hz: float, seconds: float, *, level_db: float = -12.0) -> Path:
    """A WAV file of telephone quality with one tone."""
    write_whole(path, wav_bytes(to_segment(sine(hz, seconds, level_db=level_db))))
    return path


def goertzel(samples: Samples, hz: float, rate: int = RATE) -> float:
    """The share of the sound's power that lies at `hz`, from 0 to 1: a pure tone of that frequency gives 1, silence 0.

    This is Goertzel's sum written as a dot product with a complex exponential (G. Goertzel, 1958), divided by the power of
    all samples; a tone that lasts half of the sound gives about a half, so cut the sound to where the tone is looked for.
    """
    count = len(samples)
    power = float(np.dot(samples, samples))
    if not count or power == 0.0:
        return 0.0
    found = np.dot(samples, np.exp(-2j * np.pi * hz * np.arange(count) / rate))
    return min(1.0, 2.0 * float(abs(found)) ** 2 / (count * power))


def heard(
    samples: Samples, hz: float, rate: int = RATE, *, share: float = 0.25, window_s: float = 0.2, floor_db: float = -50.0
) -> float:
    """Seconds in which the tone is heard: windows with at least this share of their power at `hz`, and not silent.

    `floor_db` is the power below which a window counts as silent, in dB of full scale.
    """
    size = max(1, round(window_s * rate))
    seconds = 0.0
    for start in range(0, len(samples) - size + 1, size):
        window = samples[start : start + size]
        if float(np.mean(window**2)) >= 10 ** (floor_db / 10) and goertzel(window, hz, rate) >= share:
            seconds += window_s
    return seconds
