"""Sound for tests: tones made, tones found again (Goertzel), mu-law both ways. Imports nothing of ours."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
Samples = NDArray[np.float64]


def tone(frequency: float, seconds: float, level: float = 0.3) -> Samples:
    """A sine at `frequency` Hz, 8 kHz, full scale = 1."""
    return level * np.sin(2 * np.pi * frequency * np.arange(int(RATE * seconds)) / RATE)


def ulaw(samples: Samples) -> bytes:
    """G.711 mu-law of 8 kHz samples (full scale = 1); ITU-T G.711 in its 14-bit form."""
    linear = np.clip(np.rint(samples * 8159), -8159, 8159).astype(np.int32)
    magnitude = np.minimum(np.abs(linear) + 33, 8191)
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 5
    mantissa = (magnitude >> (exponent + 1)) & 0x0F
    code = (exponent << 4) | mantissa | np.where(linear < 0, 0x80, 0)
    return bytes((~code & 0xFF).astype(np.uint8).tobytes())


def read_wav(path: Path) -> Samples:
    """A 16-bit mono file at 8 kHz as samples (full scale = 1)."""
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64) / 32768


def write_wav(path: Path, samples: Samples) -> None:
    with wave.open(str(path), "wb") as file:
        file.setframerate(RATE)
        file.setnchannels(1)
        file.setsampwidth(2)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def strength(samples: Samples, frequency: float) -> float:
    """How much of the sound's power stands at `frequency`: 1 for that tone alone, near 0 for silence or another tone."""
    power = float(np.dot(samples, samples))
    if len(samples) < RATE // 20 or power / len(samples) < 1e-6:
        return 0.0
    turn = np.exp(-2j * np.pi * frequency * np.arange(len(samples)) / RATE)
    return float(2 * abs(np.dot(samples, turn)) ** 2 / (len(samples) * power))


def heard(samples: Samples, frequency: float, seconds: float = 0.5) -> bool:
    """Is `frequency` clearly there for at least `seconds` in all? Judged in blocks of 50 ms."""
    block = RATE // 20
    blocks = [samples[start : start + block] for start in range(0, len(samples) - block + 1, block)]
    return sum(strength(part, frequency) > 0.2 for part in blocks) * 0.05 >= seconds
