"""One look at the last 32 ms: how loud, and which one or two frequencies hold most of it. Numpy, no decisions."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dialer.amd.settings import FRAME, RATE

WINDOW = 256
"""Samples: 32 ms, of which 20 are new. A bin is 31.25 Hz wide."""
_BIN_HZ = RATE / WINDOW
_HANN = np.hanning(WINDOW + 1)[:-1]
_LOW, _HIGH = round(300 / _BIN_HZ), round(3_600 / _BIN_HZ)
_LOBE = 3
"""Bins to each side that belong to a peak: a Hann window's main lobe is two, a sweep of 8 kHz a second needs one more."""
SILENT_DB = -96.0


class Look(Struct, frozen=True, gc=False):
    """Frequencies in Hz, the stronger first; shares of the power between 300 and 3,600 Hz."""

    hz: float
    share: float
    second_hz: float
    second_share: float


def level_db(frame: NDArray[np.float64]) -> float:
    """Root mean square in dB of full scale, of samples from -32,768 to 32,767."""
    power = float(frame @ frame) / len(frame) / 2**30
    return 10 * float(np.log10(power)) if power > 2.5e-10 else SILENT_DB


def look(window: NDArray[np.float64]) -> Look:
    """`window`: WINDOW samples."""
    spectrum = np.fft.rfft(window * _HANN)
    power = (spectrum.real**2 + spectrum.imag**2)[: _HIGH + _LOBE + 1]
    total = float(power[_LOW : _HIGH + 1].sum()) + 1e-9
    first_hz, first = _peak(power)
    second_hz, second = _peak(power)
    return Look(first_hz, first / total, second_hz, second / total)


def _peak(power: NDArray[np.float64]) -> tuple[float, float]:
    """(Hz, power) of the strongest peak, which is taken out of `power`."""
    at = _LOW + int(power[_LOW : _HIGH + 1].argmax())
    left, middle, right = (float(value) for value in power[at - 1 : at + 2])
    # Between bins the frequency follows from the ratio to the larger neighbour (exact for a Hann window; Grandke, 1983).
    toward = 1 if right > left else -1
    ratio = (max(left, right) / middle) ** 0.5 if middle > 0 else 0.0
    offset = toward * (2 * ratio - 1) / (ratio + 1)
    lobe = power[at - _LOBE : at + _LOBE + 1]
    found = float(lobe.sum())
    lobe[:] = 0
    return (at + min(0.5, max(-0.5, offset))) * _BIN_HZ, found


class Ear:
    """Keeps the window between frames."""

    def __init__(self) -> None:
        self._window = np.zeros(WINDOW)

    def hear(self, frame: NDArray[np.int16]) -> tuple[float, NDArray[np.float64]]:
        """(level of the frame, window). `frame`: FRAME samples."""
        self._window[:-FRAME] = self._window[FRAME:]
        self._window[-FRAME:] = frame
        return level_db(self._window[-FRAME:]), self._window
