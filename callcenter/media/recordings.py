"""Recordings of conversations: how long, how loud, what shape, and in which form they are served. Files in, values out.

A file that no call can have made (broken, empty) raises ValueError. Blocks while it works.
"""

from pathlib import Path
from typing import Literal

import imageio_ffmpeg
import numpy as np
from msgspec import Struct
from pydub import AudioSegment

from callcenter.media.sound import open_wav, read_wav, wav_bytes, write_whole

Form = Literal["wav", "mp3", "ogg"]
CONTENT_TYPES: dict[Form, str] = {"wav": "audio/wav", "mp3": "audio/mpeg", "ogg": "audio/ogg"}
QUIETEST_DB = -96.0
"""What silence counts as: the floor of 16 bits."""


class Measured(Struct, frozen=True, kw_only=True):
    duration_ms: int
    rate: int
    """Samples a second."""
    level_db: float
    """Mean power, in dB of full scale."""
    peak_db: float
    silent: bool
    """Nothing was said: the loudest moment lies below -50 dB."""


def measure(path: Path) -> Measured:
    """What a WAV file holds. Raises ValueError when it is none."""
    samples, rate = read_wav(path)
    peak = _db(float(np.max(np.abs(samples))) if len(samples) else 0.0)
    return Measured(
        duration_ms=round(len(samples) * 1000 / rate),
        rate=rate,
        level_db=_db(float(np.sqrt(np.mean(samples**2))) if len(samples) else 0.0),
        peak_db=peak,
        silent=peak < -50.0,
    )


def waveform(path: Path, points: int) -> tuple[float, ...]:
    """The loudest moment of each of `points` equal parts, from 0 to 1: what a player draws. Raises ValueError."""
    if points < 1:
        raise ValueError("a waveform needs at least one point")
    samples, _ = read_wav(path)
    return tuple(round(float(np.max(np.abs(part))) if len(part) else 0.0, 4) for part in np.array_split(samples, points))


def serve_as(path: Path, form: Form, target: Path) -> Path:
    """Writes the recording at `path` (WAV) to `target` in another form: speech at 24 kbit/s. Raises ValueError."""
    segment = open_wav(path.read_bytes(), path.name)
    if form == "wav":
        write_whole(target, wav_bytes(segment))
        return target
    AudioSegment.converter = imageio_ffmpeg.get_ffmpeg_exe()
    beside = target.with_name(f".{target.name}.part")
    target.parent.mkdir(parents=True, exist_ok=True)
    codec = {"mp3": "libmp3lame", "ogg": "libopus"}[form]
    segment.export(beside, format=form, codec=codec, bitrate="24k").close()
    beside.replace(target)
    return target


def _db(amplitude: float) -> float:
    return round(max(QUIETEST_DB, 20 * float(np.log10(amplitude))), 1) if amplitude > 0 else QUIETEST_DB
