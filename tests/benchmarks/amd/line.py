"""What a telephone line does to sound: level, band, companding, mobile codecs, lost packets, clipping. Seeded like everything."""

import subprocess

import imageio_ffmpeg
import numpy as np

from callcenter.media.sound import RATE, Samples

CODECS = {"train": ("ulaw", "alaw", "g726"), "test": ("ulaw", "alaw", "amr", "g723")}
"""Mobile codecs (AMR at its lowest rates, G.723.1) are in the test only."""
_FFMPEG = {
    "g726": ("-c:a g726 -b:a 24k", "wav"),
    "amr": ("-c:a libopencore_amrnb -b:a 5.9k", "amr"),
    "g723": ("-c:a g723_1 -b:a 6.3k", "wav"),
}


def damaged(samples: Samples, chance: np.random.Generator, half: str, codec: str) -> Samples:
    """As it arrives: 8 kHz, as many samples as before."""
    count = len(samples)
    samples = _band(samples) * 10 ** (chance.uniform(-14, 6) / 20)
    samples = np.clip(samples, -0.98, 0.98)
    if codec in _FFMPEG:
        samples = _through(samples, codec)
    samples = _companded(samples, 87.6 if codec == "alaw" else 255.0)
    if chance.random() < 0.25:
        samples = _lossy(samples, chance, float(chance.uniform(0.01, 0.05 if half == "train" else 0.08)))
    return np.concatenate([samples, np.zeros(count)])[:count]


def _band(samples: Samples) -> Samples:
    spectrum = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
    passed = np.clip((frequencies - 150) / 150, 0, 1) * np.clip((3_700 - frequencies) / 300, 0, 1)
    return np.fft.irfft(spectrum * passed, len(samples))


def _companded(samples: Samples, mu: float) -> Samples:
    """To eight bits on a logarithmic scale and back (G.711's curve; A-law's is taken as the same with another constant)."""
    coded = np.round(127 * np.sign(samples) * np.log1p(mu * np.abs(samples)) / np.log1p(mu)) / 127
    return np.asarray(np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(mu)) / mu)


def _lossy(samples: Samples, chance: np.random.Generator, share: float) -> Samples:
    """Packets of 20 ms are lost, half of them in bursts; the last one is played again at half its level."""
    samples = samples.copy()
    lost = chance.random(len(samples) // 160) < share
    for at in np.flatnonzero(lost).tolist():
        for one in range(at, min(at + int(chance.integers(1, 4)), len(lost))):
            before = samples[(one - 1) * 160 : one * 160] if one else np.zeros(160)
            samples[one * 160 : (one + 1) * 160] = 0.5 * before
    return samples


def _through(samples: Samples, codec: str) -> Samples:
    words, form = _FFMPEG[codec]
    pcm = (samples * 32_767).astype("<i2").tobytes()
    raw = ["-f", "s16le", "-ar", str(RATE), "-ac", "1"]
    quiet = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error"]
    coded = subprocess.run([*quiet, *raw, "-i", "-", *words.split(), "-f", form, "-"], input=pcm, capture_output=True, check=True)
    back = subprocess.run([*quiet, "-f", form, "-i", "-", *raw, "-"], input=coded.stdout, capture_output=True, check=True)
    return np.frombuffer(back.stdout, "<i2").astype(np.float64) / 32_768
