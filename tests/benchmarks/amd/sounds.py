"""Sounds that are no speech: beeps of many kinds, tones of networks, keys and fax machines, noises of places and lines.

Frequencies and cadences of networks are ITU-T's (E.180, E.180 supplement 2, Q.23, T.30, V.25); beeps are our own drawing of what
machines are known to play: 0.1 to 1.5 s, one tone, two at once, one after another, rising or falling.
"""

from collections.abc import Sequence

import numpy as np

from callcenter.media.sound import RATE, Samples

Chance = np.random.Generator

DTMF = {
    "1": (697, 1209), "2": (697, 1336), "3": (697, 1477), "5": (770, 1336), "7": (852, 1209), "9": (852, 1477), "0": (941, 1336),
    "#": (941, 1477),
}  # fmt: skip
RINGBACK: tuple[tuple[tuple[int, ...], tuple[float, ...]], ...] = (
    ((440, 480), (2.0, 4.0)),
    ((400, 450), (0.4, 0.2, 0.4, 2.0)),
    ((450,), (1.0, 4.0)),
    ((425,), (1.0, 4.0)),
)
"""(Hz at once, seconds on and off in turn): North America, United Kingdom, China, most of Europe."""
BUSY: tuple[tuple[tuple[int, ...], tuple[float, ...]], ...] = (
    ((480, 620), (0.5, 0.5)),
    ((480, 620), (0.25, 0.25)),
    ((450,), (0.35, 0.35)),
    ((425,), (0.5, 0.5)),
)
BEEPS = {"train": ("single", "double", "rising", "pair"), "test": ("single", "double", "rising", "falling", "pair", "warble")}


def silence(seconds: float) -> Samples:
    return np.zeros(max(0, round(RATE * seconds)))


def tone(hertz: Sequence[float], seconds: float, amplitude: float = 0.2) -> Samples:
    """Tones at once, with 5 ms of fade at both ends."""
    time = np.arange(round(RATE * seconds)) / RATE
    return faded(amplitude / len(hertz) * np.sum([np.sin(2 * np.pi * one * time) for one in hertz], axis=0))


def sweep(first: float, last: float, seconds: float, amplitude: float = 0.2) -> Samples:
    time = np.arange(round(RATE * seconds)) / RATE
    return faded(amplitude * np.sin(2 * np.pi * (first * time + (last - first) * time**2 / (2 * seconds))))


def faded(samples: Samples) -> Samples:
    edge = min(RATE // 200, len(samples) // 2)
    if edge:
        samples[:edge] *= np.linspace(0, 1, edge)
        samples[-edge:] *= np.linspace(1, 0, edge)
    return samples


def cadence(hertz: Sequence[float], seconds: Sequence[float], total_s: float) -> Samples:
    parts: list[Samples] = []
    while sum(map(len, parts)) < total_s * RATE:
        for number, length in enumerate(seconds):
            parts.append(silence(length) if number % 2 else tone(hertz, length))
    return np.concatenate(parts)[: round(total_s * RATE)]


def beep(chance: Chance, half: str) -> tuple[str, Samples]:
    """(kind, samples)."""
    kind = str(chance.choice(BEEPS[half]))
    hertz = float(chance.choice((440, 800, 850, 1000, 1400))) if chance.random() < 0.5 else float(chance.uniform(500, 2200))
    seconds, amplitude = float(chance.uniform(0.15, 1.0)), float(chance.uniform(0.08, 0.4))
    match kind:
        case "double":
            low, high = hertz, hertz * chance.uniform(1.15, 1.9)
            while _like_a_key(low, high):
                high = low * chance.uniform(1.15, 1.9)
            return kind, tone((low, high), seconds, amplitude)
        case "rising" | "falling":
            low, high = hertz, hertz * chance.uniform(1.2, 1.7)
            return kind, sweep(*((low, high) if kind == "rising" else (high, low)), max(0.2, seconds), amplitude)
        case "pair":
            short = float(chance.uniform(0.12, 0.3))
            gap = silence(float(chance.uniform(0.05, 0.15)))
            return kind, np.concatenate([tone((hertz,), short, amplitude), gap, tone((hertz,), short, amplitude)])
        case "warble":
            other = hertz * chance.uniform(1.2, 1.5)
            return kind, np.concatenate([tone((hertz,), 0.2, amplitude), tone((other,), 0.2, amplitude)])
    return kind, tone((hertz,), seconds, amplitude)


def _like_a_key(low: float, high: float) -> bool:
    """No machine beeps with a pair that means a pressed key."""
    return any(abs(low / one - 1) < 0.03 and abs(high / other - 1) < 0.03 for one, other in DTMF.values())


def keys(chance: Chance, count: int) -> Samples:
    parts: list[Samples] = []
    for _ in range(count):
        low, high = DTMF[str(chance.choice(list(DTMF)))]
        parts += [tone((low, high), float(chance.uniform(0.08, 0.4)), 0.3), silence(float(chance.uniform(0.1, 0.4)))]
    return np.concatenate(parts)


def information_tone() -> Samples:
    """Three rising tones of 330 ms before a carrier's announcement (ITU-T E.180: 950, 1400, 1800 Hz)."""
    return np.concatenate([tone((hertz,), 0.33) for hertz in (950, 1400, 1800)])


def fax(chance: Chance) -> tuple[str, Samples]:
    """(what, samples): a calling fax every 3 s (T.30 CNG), or an answering one (CED after 0.2 s or so, then its preamble)."""
    if chance.random() < 0.4:
        return "cng", np.concatenate([cadence((1100 + chance.uniform(-30, 30),), (0.5, 3.0), 8)])
    lead, flags = silence(float(chance.uniform(0.2, 2.4))), np.where(np.arange(RATE * 2) // 27 % 8 == 0, 1650.0, 1850.0)
    preamble = 0.2 * np.sin(2 * np.pi * np.cumsum(flags) / RATE)
    return "ced", np.concatenate([lead, tone((2100 + chance.uniform(-12, 12),), 2.8), silence(0.08), preamble])


def noise(chance: Chance, kind: str, count: int) -> Samples:
    """`count` samples with a root mean square of 1: hiss, hum, street (below 500 Hz, swelling), office (hiss with knocks)."""
    white = chance.standard_normal(count)
    match kind:
        case "hum":
            time = np.arange(count) / RATE
            white = 0.3 * white
            for hertz, part in ((50, 1.0), (150, 0.5), (250, 0.3)):
                white += part * np.sin(2 * np.pi * hertz * time)
        case "street":
            spectrum = np.fft.rfft(white) / np.maximum(np.fft.rfftfreq(count, 1 / RATE), 60)
            swell = 1 + 0.6 * np.sin(2 * np.pi * np.arange(count) / RATE * chance.uniform(0.1, 0.5) + chance.uniform(0, 6))
            white = np.fft.irfft(spectrum, count) * swell
        case "office":
            white = 0.5 * white / np.std(white)
            for at in chance.integers(0, max(1, count - 400), max(1, count // 12_000)):
                knock = white[at : at + 400]
                knock += 8 * np.exp(-np.arange(len(knock)) / 60) * chance.standard_normal(len(knock))
    return np.asarray(white / max(float(np.std(white)), 1e-9))
