"""Between numpy arrays, pydub segments and WAV files of telephone quality: 8,000 samples a second, mono, 16 bit.

The only place that knows how a rate is changed: pydub's own resampling folds everything above 4 kHz back into the voice.
"""

import io
import os
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydub import AudioSegment

RATE = 8_000
"""Samples a second of everything that a telephone plays."""
FULL_SCALE = 32_768

Samples = NDArray[np.float64]
"""One channel, from -1 to 1."""


def telephone(segment: AudioSegment) -> AudioSegment:
    """The segment as a telephone plays it, with everything above 3.6 kHz taken out before the rate is lowered."""
    mono = segment.set_channels(1).set_sample_width(2)
    if mono.frame_rate == RATE:
        return mono
    return to_segment(resample(to_samples(mono), int(mono.frame_rate), RATE))


def resample(samples: Samples, rate: int, wanted: int) -> Samples:
    """By Fourier: exact, and what does not fit under the new rate (less a tenth) is gone. Ends wrap, so pad what must not."""
    if rate == wanted or not len(samples):
        return samples
    length = max(1, round(len(samples) * wanted / rate))
    spectrum = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / rate)
    spectrum[frequencies > 0.45 * min(rate, wanted)] = 0
    return np.clip(np.fft.irfft(_fit(spectrum, length // 2 + 1), length) * length / len(samples), -1, 1)


def _fit(spectrum: NDArray[np.complex128], size: int) -> NDArray[np.complex128]:
    if len(spectrum) >= size:
        return spectrum[:size]
    return np.concatenate([spectrum, np.zeros(size - len(spectrum), dtype=spectrum.dtype)])


def to_samples(segment: AudioSegment) -> Samples:
    """A 16-bit mono segment as numbers."""
    return np.frombuffer(segment.raw_data, dtype="<i2").astype(np.float64) / FULL_SCALE


def to_segment(samples: Samples, rate: int = RATE) -> AudioSegment:
    whole = np.clip(np.round(samples * FULL_SCALE), -FULL_SCALE, FULL_SCALE - 1).astype("<i2")
    return AudioSegment(data=whole.tobytes(), sample_width=2, frame_rate=rate, channels=1)


def wav_bytes(segment: AudioSegment) -> bytes:
    """A WAV file with a plain header, which is what Asterisk reads."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(segment.channels)
        file.setsampwidth(segment.sample_width)
        file.setframerate(segment.frame_rate)
        file.writeframes(segment.raw_data)
    return out.getvalue()


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file so that nobody ever reads half of it, and a second writer does no harm."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    beside.write_bytes(content)
    beside.replace(path)


def open_wav(content: bytes, name: str) -> AudioSegment:
    """A WAV file of 16 bits as a segment. Raises ValueError with the file's name for everything else.

    Not by pydub's own reader, which hands what it cannot read to ffmpeg and leaves the file open.
    """
    try:
        with wave.open(io.BytesIO(content)) as file:
            width, rate, channels = file.getsampwidth(), file.getframerate(), file.getnchannels()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(f"{name} is no WAV file that can be read ({error})") from error
    if width != 2:
        raise ValueError(f"{name} has {8 * width} bits a sample: save it with 16")
    whole = len(frames) - len(frames) % (width * channels)
    return AudioSegment(data=frames[:whole], sample_width=width, frame_rate=rate, channels=channels)


def read_wav(path: Path) -> tuple[Samples, int]:
    """(samples of all channels mixed to one, rate). Raises ValueError for what is no WAV file of 16 bits."""
    segment = open_wav(path.read_bytes(), path.name)
    return to_samples(segment.set_channels(1)), int(segment.frame_rate)
