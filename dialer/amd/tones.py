"""Tones as they come and go, and whose they are: a machine's beep, a network's, a fax's, a pressed key's. Numpy only.

A tone is what holds nearly all power in one or two frequencies that stand still or glide along a straight line at an even level;
voices do none of this for a tenth of a second. Times are ms since the answer.
"""

from collections import deque
from enum import StrEnum
from itertools import pairwise

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dialer.amd.settings import FRAME_MS, ToneSettings
from dialer.amd.spectrum import SILENT_DB, Look, look

_GAP = 1
"""Frames without a tone that do not end it (a lost packet)."""
_GLIDES = 0.16
"""Greatest change of frequency from frame to frame inside one tone: an octave in 0.1 s."""
_LONG_MS = 260
"""No voice keeps a tone for so long."""
_BEFORE = 4
_FADES = 3
"""Frames: so long before a tone it has to be quiet, and so long after it may still fade."""


class ToneKind(StrEnum):
    BEEP = "beep"
    INFORMATION = "information"
    """Before a carrier's announcement."""
    FAX = "fax"


class Heard(Struct, frozen=True, kw_only=True):
    """A tone or tones that belong together. `hz`: of the first one, at its beginning."""

    kind: ToneKind
    began_ms: int
    ended_ms: int
    hz: float


class _Frame(Struct, frozen=True, gc=False):
    at_ms: int
    """Its end."""
    level_db: float
    look: Look
    two: bool


class _Tone(Struct, frozen=True, gc=False):
    began_ms: int
    ended_ms: int
    hz: float
    last_hz: float
    second_hz: float
    """0: one tone alone."""
    level_db: float

    @property
    def length_ms(self) -> int:
        return self.ended_ms - self.began_ms


class Tones:
    """Fed with every frame; `speech_ms` is how much speech was heard before it."""

    def __init__(self, settings: ToneSettings) -> None:
        self._set = settings
        self._frames: list[_Frame] = []
        self._missed = 0
        self._hz = 0.0
        """Of the tone that sounds; of two, one of them throughout."""
        self._parts: list[_Tone] = []
        """Tones within `settle_ms` of each other: a beep, or a carrier's three."""
        self._speech_before_ms = 0
        self._fax = False
        self._levels: deque[float] = deque(maxlen=settings.settle_ms // FRAME_MS)
        """Of the last frames, this one included."""
        self._before_db = SILENT_DB
        """The loudest shortly before the first of `_parts`."""

    @property
    def sounding(self) -> bool:
        """A tone is heard now, or was a frame ago."""
        return len(self._frames) >= 3

    def hear(self, at_ms: int, level_db: float, window: NDArray[np.float64], speech_ms: int) -> Heard | None:
        frame = self._tonal(at_ms, level_db, window)
        self._levels.append(level_db)
        if frame is not None and self._goes_on(frame):
            if not self._frames and not self._parts:
                self._speech_before_ms = speech_ms
                # Without the last one, into which the tone's own beginning fell.
                self._before_db = max(list(self._levels)[-2 - _BEFORE : -2], default=SILENT_DB)
            self._go_on(frame)
            return self._long_fax(speech_ms)
        if self._frames:
            self._missed += 1
            if frame is not None or self._missed > _GAP:
                self._close()
                if frame is not None:
                    self._go_on(frame)
        return self._settled(at_ms)

    # -- frames -------------------------------------------------------------------------------------------------------------

    def _tonal(self, at_ms: int, level_db: float, window: NDArray[np.float64]) -> _Frame | None:
        if level_db < self._set.quietest_db:
            return None
        seen = look(window)
        two = seen.second_share >= self._set.second_share
        if seen.share + (seen.second_share if two else 0.0) < self._set.share:
            return None
        if not self._set.lowest_hz - 40 <= seen.hz <= self._set.highest_hz:
            return None
        return _Frame(at_ms, level_db, seen, two)

    def _goes_on(self, frame: _Frame) -> bool:
        if not self._frames:
            return True
        steps = (frame.at_ms - self._frames[-1].at_ms) / FRAME_MS
        return abs(_lead(frame, self._hz) - self._hz) <= _GLIDES * self._hz * steps

    def _go_on(self, frame: _Frame) -> None:
        """The frame begins a tone or goes on with it."""
        self._hz = _lead(frame, self._hz) if self._frames else frame.look.hz
        self._frames.append(frame)
        if len(self._frames) * FRAME_MS > self._set.longest_ms + _LONG_MS:
            del self._frames[1]  # no beep any more, however long it goes on
        self._missed = 0

    # -- tones --------------------------------------------------------------------------------------------------------------

    def _close(self) -> None:
        tone = self._tone()
        self._frames.clear()
        self._missed = 0
        if tone is not None:
            self._parts.append(tone)

    def _tone(self) -> _Tone | None:
        """What the frames make, without those at both ends that hear only a part of it."""
        frames = self._frames
        if len(frames) * FRAME_MS < self._set.shortest_ms:
            return None
        whole = frames[1:-1]
        two = sum(frame.two for frame in whole) > len(whole) / 2
        line = [_lead(frame, whole[0].look.hz) if two else frame.look.hz for frame in whole]
        levels = [frame.level_db for frame in whole]
        if _most(np.abs(np.asarray(levels) - float(np.median(levels)))) > self._set.sway_db:
            return None
        began = frames[0].at_ms - FRAME_MS
        if two:
            others = [_other(frame, hz) for frame, hz in zip(whole, line, strict=True)]
            if max(_wander(line), _wander(others)) > self._set.wander_hz:
                return None
            low, high = sorted((float(np.median(line)), float(np.median(others))))
            if low < self._set.lowest_hz:
                return None  # a voice: two of its lowest harmonics
            return _Tone(began, frames[-1].at_ms, low, low, high, float(np.median(levels)))
        if _wander(line) > self._set.wander_hz or line[0] < self._set.lowest_hz:
            return None
        return _Tone(began, frames[-1].at_ms, line[0], line[-1], 0.0, float(np.median(levels)))

    def _long_fax(self, speech_ms: int) -> Heard | None:
        """2,100 Hz need not be over to be known."""
        low, high = self._set.fax_answering_hz
        frames = self._frames
        if self._fax or len(frames) * FRAME_MS < self._set.fax_answering_ms or speech_ms >= self._set.before_ms:
            return None
        if not all(low <= frame.look.hz <= high and not frame.two for frame in frames[1:]):
            return None
        self._fax = True
        return Heard(kind=ToneKind.FAX, began_ms=frames[0].at_ms - FRAME_MS, ended_ms=frames[-1].at_ms, hz=frames[-1].look.hz)

    # -- whose --------------------------------------------------------------------------------------------------------------

    def _settled(self, at_ms: int) -> Heard | None:
        if not self._parts or self._frames or at_ms - self._parts[-1].ended_ms < self._set.settle_ms:
            return None
        parts, self._parts = self._parts, []
        kind = self._kind(parts)
        if kind is None:
            return None
        return Heard(kind=kind, began_ms=parts[0].began_ms, ended_ms=parts[-1].ended_ms, hz=parts[0].hz)

    def _kind(self, parts: list[_Tone]) -> ToneKind | None:
        settings, first = self._set, parts[0]
        silent_before = self._speech_before_ms < settings.before_ms
        if len(parts) >= 2 and self._information(parts):
            return ToneKind.INFORMATION
        low, high = settings.fax_calling_hz
        shortest, longest = settings.fax_calling_ms
        if len(parts) == 1 and not first.second_hz and low <= first.hz <= high and shortest <= first.length_ms <= longest:
            if silent_before and abs(first.last_hz - first.hz) < 20:
                return ToneKind.FAX
        if self._fax and silent_before:
            return None
        if any(self._key(part) for part in parts):
            return None
        if any(self._network(part, silent_before) for part in parts):
            return None
        if parts[-1].ended_ms - first.began_ms > settings.longest_ms:
            return None
        around = max(self._before_db, *list(self._levels)[_FADES:])
        if max(part.level_db for part in parts) - around < settings.alone_db:
            return None
        return ToneKind.BEEP

    def _information(self, parts: list[_Tone]) -> bool:
        """Two of the three in a row are enough: the first is often cut off."""
        places = [
            next((place for place, (low, high) in enumerate(self._set.information_hz) if low <= part.hz <= high), None)
            for part in parts
        ]
        return any(one is not None and after == one + 1 for one, after in pairwise(places))

    def _key(self, tone: _Tone) -> bool:
        def near(hz: float, places: tuple[float, ...]) -> bool:
            return any(abs(hz - place) <= self._set.key_within * place for place in places)

        return near(tone.hz, self._set.key_low_hz) and near(tone.second_hz, self._set.key_high_hz)

    def _network(self, tone: _Tone, silent_before: bool) -> bool:
        within = self._set.network_within_hz
        if tone.second_hz:
            pairs = self._set.network_pairs_hz
            return any(abs(tone.hz - low) <= within and abs(tone.second_hz - high) <= within for low, high in pairs)
        low, high = self._set.network_band_hz
        return silent_before and low <= tone.hz <= high


def _lead(frame: _Frame, hz: float) -> float:
    """Of two tones at once either may be the louder: the one that is nearer to `hz`."""
    seen = frame.look
    return seen.second_hz if frame.two and abs(seen.second_hz - hz) < abs(seen.hz - hz) else seen.hz


def _other(frame: _Frame, hz: float) -> float:
    return frame.look.second_hz if hz == frame.look.hz else frame.look.hz


def _most(values: NDArray[np.float64]) -> float:
    """What four fifths do not exceed, of a long tone three: lost packets, played again at half their level, break its phase."""
    fifths = 4 if len(values) * FRAME_MS < _LONG_MS else 3
    return float(np.sort(values)[(len(values) * fifths - 1) // 5])


def _wander(line: list[float]) -> float:
    """Distance from the straight line of least squares, in Hz."""
    if len(line) < 3:
        return 0.0
    along = np.arange(len(line), dtype=np.float64)
    values = np.asarray(line)
    along -= along.mean()
    slope = float(along @ values) / float(along @ along)
    return _most(np.abs(values - values.mean() - slope * along))
