"""Where in what was heard somebody speaks: judged anew at each look, over everything since the answer. Numpy, no decisions.

A line's noise is not known when somebody speaks at once; it is a moment later. So nothing is decided frame by frame: the quietest
tenth and the loudest moment of all that was heard say what speech is, for every frame of it.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dialer.amd.settings import FRAME_MS, VoiceSettings

_NOT_KNOWN_DB = -50.0
"""The floor is not taken for higher than this before FLOOR_AFTER frames: a voice may fill them."""
FLOOR_AFTER = 25


class Said(Struct, frozen=True, kw_only=True):
    """Pieces of speech, apart by more than `bridge_ms`: first and last ms since the beginning."""

    words: tuple[tuple[int, int], ...] = ()
    loud: tuple[tuple[int, int], ...] = ()
    """Those as loud as the loudest, nearly."""
    clear_db: float = 0.0
    """How far the quietest tenth of what was heard lies below the loudest."""

    @property
    def speech_ms(self) -> int:
        return sum(last - first for first, last in self.words)


class Voice:
    """Levels of frames, kept up to `keep` frames."""

    def __init__(self, settings: VoiceSettings, keep: int) -> None:
        self._set = settings
        self._levels = np.full(keep, -96.0)
        self._count = 0
        self.threshold_db = settings.quietest_db
        """Of the last look: louder frames are speech."""

    def hear(self, level_db: float, *, tone: bool) -> None:
        """A tone is no speech, however loud."""
        if self._count < len(self._levels):
            self._levels[self._count] = -96.0 if tone else level_db
            self._count += 1

    def hush(self, frames: int) -> None:
        """The last `frames` turned out to be a tone."""
        self._levels[max(0, self._count - frames) : self._count] = -96.0

    def said(self) -> Said:
        settings, levels = self._set, self._levels[: self._count]
        loud = levels[levels > settings.quietest_db]
        if len(loud) * FRAME_MS < settings.shortest_ms:
            return Said()
        floor = _floor(levels)
        peak = float(np.sort(loud)[-max(2, len(loud) // 20)])
        self.threshold_db = max(settings.quietest_db, floor + settings.above_floor_db, peak - settings.below_peak_db)
        loud_db = max(self.threshold_db, peak - settings.loud_db)
        words = self._pieces(levels > self.threshold_db)
        return Said(words=words, loud=self._pieces(levels > loud_db), clear_db=peak - floor)

    def _pieces(self, speech: NDArray[np.bool_]) -> tuple[tuple[int, int], ...]:
        edges = np.flatnonzero(np.diff(np.concatenate(([0], speech.view(np.int8), [0]))))
        words: list[tuple[int, int]] = []
        for first, last in zip((edges[::2] * FRAME_MS).tolist(), (edges[1::2] * FRAME_MS).tolist(), strict=True):
            if words and first - words[-1][1] <= self._set.bridge_ms:
                words[-1] = (words[-1][0], last)
            else:
                words.append((first, last))
        return tuple(word for word in words if word[1] - word[0] >= self._set.shortest_ms)


def _floor(levels: NDArray[np.float64]) -> float:
    """The level that a tenth of the frames do not exceed."""
    tenth = len(levels) // 10
    floor = float(np.partition(levels, tenth)[tenth])
    return floor if len(levels) >= FLOOR_AFTER else min(floor, _NOT_KNOWN_DB)
