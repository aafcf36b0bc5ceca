"""The corpus: calls as a dialer hears them from the answer on, made from a seed, with what is true of each beside it.

Two halves share no phrase, name, firm or English voice, and the test half has codecs, beeps and a noise that the other has not.
What shares say is written here (SHARES) and nowhere measured: scores are told stratum by stratum for that reason.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from callcenter.kernel.words import Language
from callcenter.media.sound import RATE, Samples
from tests.benchmarks.amd import sounds
from tests.benchmarks.amd.line import CODECS, damaged
from tests.benchmarks.amd.speech import draw_voice, say
from tests.benchmarks.amd.texts import PHRASES

Kind = Literal["human", "machine", "fax"]
SHARES: Mapping[Kind, Mapping[str, float]] = {
    "human": {
        "short": 0.45, "named": 0.20, "long": 0.08, "late": 0.06, "babble": 0.08, "again": 0.06, "keys": 0.03,
        "transferred": 0.04,
    },
    "machine": {"greeting": 0.66, "brief": 0.08, "beep only": 0.05, "music first": 0.06, "carrier": 0.15},
    "fax": {"fax": 1.0},
}  # fmt: skip
NOISES = {"train": ("hiss", "hum", "street"), "test": ("hiss", "hum", "street", "office")}
LISTENED_S = 8.0
"""A person's call is made so long at least; a machine's to two seconds after its beep at least."""


@dataclass(frozen=True, slots=True)
class Made:
    """One call. Times in ms since the answer."""

    name: str
    kind: Kind
    stratum: str
    language: Language
    samples: NDArray[np.int16]
    speech_at: int | None
    greeting_end_at: int | None
    """Of a person's first words, or of a machine's whole text."""
    beep: tuple[int, int] | None
    """First and last moment of a machine's beep."""
    beep_kind: str = ""


def make(seed: int, half: str, counts: Mapping[Kind, int], *, part: int = 0, of: int = 1) -> Iterator[Made]:
    """So many of each kind, or every `of`-th of them; each call has a stream of its own and does not change with the counts."""
    for kind, count in counts.items():
        for number in range(part, count, of):
            chance = np.random.Generator(np.random.PCG64([seed, half == "test", list(SHARES).index(kind), number]))
            stratum = str(chance.choice(list(SHARES[kind]), p=list(SHARES[kind].values())))
            yield _Call(chance, half, kind, stratum).made(f"{half}-{kind}-{number:05}")


class _Call:
    def __init__(self, chance: np.random.Generator, half: str, kind: Kind, stratum: str) -> None:
        self.chance = chance
        self.half = half
        self.kind = kind
        self.stratum = stratum
        self.language: Language = "en" if chance.random() < 0.6 else "zh"
        self.phrases = PHRASES[half, self.language]
        self.voice = draw_voice(chance, half, self.language)
        self.parts: list[Samples] = []
        self.marks: dict[str, int] = {}
        self.beep_kind = ""

    def made(self, name: str) -> Made:
        {"human": self._human, "machine": self._machine, "fax": self._fax}[self.kind]()
        short = LISTENED_S - self._now() / 1000
        self._add(sounds.silence(max(short, 0.5)))
        whole = np.concatenate(self.parts)
        if self.kind != "fax":
            whole = whole + self._around(len(whole))
        codec = str(self.chance.choice(CODECS[self.half])) if self.chance.random() < 0.4 else "ulaw"
        heard = damaged(whole, self.chance, self.half, codec)
        beep = (self.marks["beep"], self.marks["beep end"]) if "beep" in self.marks else None
        return Made(
            name=name, kind=self.kind, stratum=self.stratum, language=self.language,
            samples=np.asarray(np.clip(heard * 32_767, -32_768, 32_767), dtype=np.int16),
            speech_at=self.marks.get("speech"), greeting_end_at=self.marks.get("end"), beep=beep, beep_kind=self.beep_kind,
        )  # fmt: skip

    # -- what is said -------------------------------------------------------------------------------------------------------

    def _human(self) -> None:
        chance, phrases = self.chance, self.phrases
        self._add(self._click())
        self._wait(min(float(chance.lognormal(np.log(0.45), 0.6)), 2.2))
        match self.stratum:
            case "late":
                self._wait(float(chance.uniform(1.5, 3.5)))
                self._say(phrases.short)
            case "keys":
                self._add(sounds.keys(chance, int(chance.integers(1, 4))))
                self._say(phrases.short)
            case "transferred":
                rings, beats = sounds.RINGBACK[int(chance.integers(len(sounds.RINGBACK)))]
                self._add(sounds.cadence(rings, beats, float(chance.uniform(1.0, 4.0))))
                self._say(phrases.short)
            case "again":
                self._say(phrases.short)
                self._wait(float(chance.uniform(0.6, 1.6)))
                self._say(phrases.short)
            case "named":
                self._say(phrases.named)
            case "long":
                self._say(phrases.long)
            case _:
                self._say(phrases.short)
        if self.stratum != "again" and chance.random() < 0.5:
            self._wait(float(chance.uniform(1.3, 2.5)))
            self._say(phrases.short)

    def _machine(self) -> None:
        chance, phrases = self.chance, self.phrases
        self._wait(float(chance.uniform(0.05, 1.5)))
        match self.stratum:
            case "carrier":
                if chance.random() < 0.5:
                    self._add(sounds.information_tone())
                    self._wait(0.1)
                for _ in range(2):
                    self._say(phrases.carrier)
                    self._wait(float(chance.uniform(0.5, 1.5)))
                return
            case "music first":
                self._add(self._music(float(chance.uniform(1.0, 3.0))))
                self._say(phrases.machine)
            case "brief":
                self._say(phrases.brief)
            case "beep only":
                self._wait(float(chance.uniform(0.5, 3.0)))
            case _:
                self._say(phrases.machine)
        self._wait(float(chance.uniform(0.15, 2.0)))
        self.beep_kind, samples = sounds.beep(chance, self.half)
        self.marks["beep"] = self._now()
        self._add(samples)
        self.marks["beep end"] = self._now()
        self._wait(2.0)

    def _fax(self) -> None:
        self.stratum, samples = sounds.fax(self.chance)
        self._add(samples)

    # -- pieces -------------------------------------------------------------------------------------------------------------

    def _say(self, phrases: tuple[str, ...]) -> None:
        chance = self.chance
        name, firm = chance.choice(self.phrases.names), chance.choice(self.phrases.firms)
        text = str(chance.choice(phrases)).format(n=name, f=firm, d=" ".join(map(str, chance.integers(0, 10, 7))))
        self.marks.setdefault("speech", self._now())
        self._add(say(text, self.voice, chance.uniform(0.15, 0.7, 3)))
        if self.kind == "machine" or "end" not in self.marks:
            self.marks["end"] = self._now()

    def _around(self, count: int) -> Samples:
        """The place: a noise of its level, or voices of a television or an office."""
        below_db = self.chance.uniform(18, 50)
        around = sounds.noise(self.chance, str(self.chance.choice(NOISES[self.half])), count)
        around *= 0.1 * 10 ** (-below_db / 20)
        if self.stratum == "babble":
            voices = np.zeros(count)
            for _ in range(int(self.chance.integers(1, 4))):
                text = str(self.chance.choice(self.phrases.machine)).format(n="", f="", d="1 2 3")
                said = say(text, draw_voice(self.chance, self.half, self.language), self.chance.uniform(0.1, 0.5, 3))
                voices += np.resize(np.roll(said, int(self.chance.integers(len(said)))), count)
            around += voices * 10 ** (-self.chance.uniform(10, 22) / 20)
        return around

    def _click(self) -> Samples:
        """A handset is picked up, or nothing is heard."""
        if self.chance.random() < 0.6:
            return sounds.silence(0)
        count = int(RATE * self.chance.uniform(0.01, 0.12))
        return 0.1 * self.chance.standard_normal(count) * np.exp(-np.arange(count) / (count / 3))

    def _music(self, seconds: float) -> Samples:
        notes = self.chance.choice((262, 294, 330, 349, 392, 440, 494, 523), round(seconds / 0.3) + 1)
        return np.concatenate([sounds.tone((hertz, 2 * hertz, 3 * hertz), 0.3, 0.15) for hertz in notes])

    def _wait(self, seconds: float) -> None:
        self._add(sounds.silence(seconds))

    def _add(self, samples: Samples) -> None:
        self.parts.append(samples)

    def _now(self) -> int:
        return round(sum(map(len, self.parts)) * 1000 / RATE)
