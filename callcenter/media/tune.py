"""The waiting tune, composed and played by us, so that nobody's licence stands between a center and its callers.

Twelve bars over four chords: a soft pad, a bass note, and a plucked line that a seed of its own draws from the chord. All
partials stay below 3.3 kHz. Notes that ring over the end go on at the beginning: played in a circle there is no seam.
"""

from pathlib import Path

import numpy as np

from callcenter.media.sound import RATE, Samples, to_segment, wav_bytes, write_whole

BEAT_S = 0.8
BEATS_A_BAR = 4
# Semitones from A4 = 440 Hz. Fmaj7, Am7, Dm7, G6: nothing that pulls, so that any moment is a good one to be interrupted.
CHORDS = ((-16, -12, -9, -5), (-12, -9, -5, -2), (-19, -16, -12, -9), (-14, -10, -7, -5))
BARS = (0, 1, 2, 3, 0, 1, 3, 3, 2, 1, 0, 3)
# Which note of the chord the plucked line plays on each half beat; None rests.
LINE = ((0, 2, 3, 2, 1, None, 2, None), (3, 2, 1, 2, 0, None, None, 2), (1, 3, 2, None, 3, 2, 1, None))
LEVEL_DB = -24.0
"""Mean power, in dB of full scale: a voice prompt stands well above it."""
HIGHEST_HZ = 3_300.0


def compose() -> Samples:
    """The tune, 38.4 seconds at 8,000 samples a second; the same samples every time."""
    sound = np.zeros(round(len(BARS) * BEATS_A_BAR * BEAT_S * RATE))
    for bar, which in enumerate(BARS):
        start = bar * BEATS_A_BAR * BEAT_S
        chord = CHORDS[which]
        for note in chord:
            _add(sound, start, _pad(_hz(note), (BEATS_A_BAR + 1) * BEAT_S), 0.16)
        _add(sound, start, _pluck(_hz(chord[0] - 12), 2.4), 0.5)
        for half, degree in enumerate(LINE[bar % len(LINE)]):
            if degree is not None:
                _add(sound, start + half * BEAT_S / 2, _pluck(_hz(chord[degree] + 12), 1.6), 0.34 if half % 2 else 0.45)
    loudness = np.sqrt(np.mean(sound**2))
    return np.asarray(sound * (10 ** (LEVEL_DB / 20) / loudness), dtype=np.float64)


def write_tune(path: Path) -> Path:
    """Writes the tune as a WAV file, unless the same is there already."""
    content = wav_bytes(to_segment(compose()))
    if not path.exists() or path.read_bytes() != content:
        write_whole(path, content)
    return path


def _hz(semitones: int) -> float:
    return float(440.0 * 2 ** (semitones / 12))


def _add(sound: Samples, at_s: float, note: Samples, level: float) -> None:
    """Mixes a note in; what rings over the end comes back at the beginning."""
    places = (round(at_s * RATE) + np.arange(len(note))) % len(sound)
    np.add.at(sound, places, level * note)


def _pluck(hz: float, seconds: float) -> Samples:
    """A struck string: partials die the faster the higher they are."""
    t = np.arange(round(seconds * RATE)) / RATE
    note = np.zeros_like(t)
    for partial in range(1, 7):
        if hz * partial < HIGHEST_HZ:
            note += np.exp(-t * (1.6 + 1.4 * partial)) * np.sin(2 * np.pi * hz * partial * t) / partial**1.6
    return np.asarray(note * np.minimum(1, t / 0.006) * np.minimum(1, (t[-1] - t) / 0.05))


def _pad(hz: float, seconds: float) -> Samples:
    """A slow breath of two slightly different voices, faded in and out over a beat."""
    t = np.arange(round(seconds * RATE)) / RATE
    note = sum(np.sin(2 * np.pi * hz * detune * t) for detune in (0.9985, 1.0015)) + 0.3 * np.sin(4 * np.pi * hz * t)
    return np.asarray(note * np.sin(np.pi * np.minimum(1, np.minimum(t, t[-1] - t) / (2 * BEAT_S))) ** 2 * 0.5)
