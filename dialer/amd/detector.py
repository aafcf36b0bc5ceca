"""The detector: frames of an answered leg in, a verdict out, corrections, and the end of a machine's beep.

Persons first: a short greeting and silence is a person; what is not known by `decide_by_ms` is told as undecided and counts as a
person. After that a beep or a network's tones may still correct it, by some settings a greeting that does not end.
Pure: time is the number of frames. Nothing is kept of the sound but levels.
"""

from collections.abc import Iterator

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from callcenter.kernel.words import Answerer
from dialer.amd.settings import FRAME, FRAME_MS, AmdSettings
from dialer.amd.spectrum import Ear
from dialer.amd.tones import Heard, ToneKind, Tones
from dialer.amd.voice import Said, Voice

LOOK_EVERY = 2
"""Frames between two looks at what was said."""


class Verdict(Struct, frozen=True, kw_only=True):
    """Who answered. Times in ms since the answer."""

    answerer: Answerer
    confidence: float
    """Share of such verdicts that were right in the training half of the corpus, two persons to a machine; 0.5 for undecided."""
    delay_ms: int
    why: str
    """The rule: pause, phrase, beep, information, fax, time."""
    greeting_end_ms: int | None = None
    """The end of what was said first, where it is over."""
    correction: bool = False
    """There was another verdict before this one."""


class BeepHeard(Struct, frozen=True, kw_only=True):
    """A machine's beep is over: now it records. Times in ms since the answer; `heard_ms` is when this was said."""

    began_ms: int
    ended_ms: int
    heard_ms: int
    hz: float


Finding = Verdict | BeepHeard

CONFIDENCE = {"pause": 0.97, "phrase": 0.87, "beep": 0.99, "information": 0.99, "fax": 0.99, "time": 0.5}


class Detector:
    """One leg. `since_answer_ms`: age of the answer when the first frame was taken."""

    def __init__(self, settings: AmdSettings, *, since_answer_ms: int = 0) -> None:
        self._set = settings
        self._start_ms = since_answer_ms
        self._heard_ms = 0
        self._ear = Ear()
        self._voice = Voice(settings.voice, settings.verdict.listen_ms // FRAME_MS)
        self._tones = Tones(settings.tone)
        self._said = Said()
        self._speech_since_ms = 0
        """Speech after the last look at what was said."""
        self._frames = 0
        self.verdict: Verdict | None = None
        """The last one said."""

    @property
    def now_ms(self) -> int:
        """Since the answer, as heard."""
        return self._start_ms + self._heard_ms

    def feed(self, frame: NDArray[np.int16]) -> tuple[Finding, ...]:
        """Takes the next 20 ms: 160 samples of 8 kHz, signed 16 bit. Raises ValueError for another number of samples."""
        if len(frame) != FRAME:
            raise ValueError(f"a frame has {FRAME} samples, this one {len(frame)}")
        self._frames += 1
        self._heard_ms += FRAME_MS
        level, window = self._ear.hear(frame)
        sounded = self._tones.sounding
        tone = self._tones.hear(self.now_ms, level, window, self._said.speech_ms + self._speech_since_ms)
        if self._tones.sounding and not sounded:
            self._voice.hush(2)
        self._voice.hear(level, tone=self._tones.sounding)
        if level > self._voice.threshold_db and not self._tones.sounding:
            self._speech_since_ms += FRAME_MS
        return tuple(self._findings(tone))

    def _findings(self, tone: Heard | None) -> Iterator[Finding]:
        if tone is not None:
            yield from self._told(tone)
        if self._open and (self._frames % LOOK_EVERY == 0 or self._over_time):
            self._said, self._speech_since_ms = self._voice.said(), 0
            verdict = self._spoken()
            if verdict is not None:
                yield self._say(verdict)

    @property
    def _open(self) -> bool:
        """What is said may still decide."""
        if self._heard_ms > self._set.verdict.listen_ms:
            return False
        return self.verdict is None or self.verdict.answerer is Answerer.UNDECIDED

    @property
    def _over_time(self) -> bool:
        return self.verdict is None and self.now_ms >= self._set.verdict.decide_by_ms

    def _told(self, tone: Heard) -> Iterator[Finding]:
        """A tone tells at any time, also after a verdict that was another one."""
        answerer = Answerer.FAX if tone.kind is ToneKind.FAX else Answerer.MACHINE
        if self.verdict is None or self.verdict.answerer not in (Answerer.MACHINE, Answerer.FAX):
            yield self._say((answerer, tone.kind.value, None))
        if tone.kind is ToneKind.BEEP:
            yield BeepHeard(began_ms=tone.began_ms, ended_ms=tone.ended_ms, heard_ms=self.now_ms, hz=tone.hz)

    def _spoken(self) -> tuple[Answerer, str, int | None] | None:
        """What the words say; None: nothing yet."""
        rules, said = self._set.verdict, self._said
        if said.speech_ms >= rules.least_speech_ms and not self._tones.sounding:
            phrase_at, phrase_end, silence = self._phrase(said)
            length = phrase_end - phrase_at
            for up_to, pause in rules.person_pauses:
                if length <= up_to and silence >= pause:
                    return Answerer.HUMAN, "pause", self._start_ms + phrase_end
            longest = rules.machine_phrase_ms
            if longest is not None and length >= longest and self._loud_throughout(phrase_at, phrase_end):
                return Answerer.MACHINE, "phrase", None
        if self._over_time:
            return Answerer.UNDECIDED, "time", None
        return None

    def _phrase(self, said: Said) -> tuple[int, int, int]:
        """(beginning, end, silence after it) of the first phrase, in ms since the first frame."""
        (first, end), *others = said.words
        for begin, last in others:
            if begin - end >= self._set.verdict.phrase_pause_ms:
                return first, end, begin - end
            end = last
        return first, end, self._heard_ms - end

    def _loud_throughout(self, first: int, last: int) -> bool:
        """One mouth on a quiet line: never long without being about as loud as its loudest."""
        if self._said.clear_db < self._set.verdict.clear_db:
            return False
        at = first
        for begin, end in self._said.loud:
            if begin - at > self._set.verdict.loud_gap_ms:
                return False
            at = max(at, end)
        return last - at <= self._set.verdict.loud_gap_ms

    def _say(self, verdict: tuple[Answerer, str, int | None]) -> Verdict:
        answerer, why, end = verdict
        self.verdict = Verdict(
            answerer=answerer, confidence=CONFIDENCE[why], delay_ms=self.now_ms, why=why, greeting_end_ms=end,
            correction=self.verdict is not None,
        )  # fmt: skip
        return self.verdict
