"""Who judges: the production detector in each preset, and two rivals that everybody could write in an hour."""

from collections.abc import Callable, Mapping
from functools import partial
from time import process_time

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from callcenter.kernel.words import Answerer
from dialer.amd.detector import BeepHeard, Detector, Verdict
from dialer.amd.settings import FRAME, FRAME_MS, PRESETS, AmdSettings


class Judged(Struct, frozen=True, kw_only=True):
    """What a judge said of one call; times in ms since the answer."""

    first: Answerer
    first_ms: int
    last: Answerer
    """After corrections, if it makes any."""
    machine_ms: int | None = None
    """When it first said machine or fax."""
    beeps: tuple[tuple[int, int], ...] = ()
    """(end of the beep as it was told, when it was told)."""


Judge = Callable[[NDArray[np.int16]], Judged]
NON_HUMAN = (Answerer.MACHINE, Answerer.FAX)


def ours(settings: AmdSettings, samples: NDArray[np.int16]) -> Judged:
    detector = Detector(settings)
    found = [one for at in range(0, len(samples) - FRAME + 1, FRAME) for one in detector.feed(samples[at : at + FRAME])]
    verdicts = [one for one in found if isinstance(one, Verdict)]
    return Judged(
        first=verdicts[0].answerer,
        first_ms=verdicts[0].delay_ms,
        last=verdicts[-1].answerer,
        machine_ms=next((one.delay_ms for one in verdicts if one.answerer in NON_HUMAN), None),
        beeps=tuple((one.ended_ms, one.heard_ms) for one in found if isinstance(one, BeepHeard)),
    )


def always_human(_: NDArray[np.int16]) -> Judged:
    return Judged(first=Answerer.HUMAN, first_ms=0, last=Answerer.HUMAN)


FIRST_UTTERANCE_DB = -40.0
FIRST_UTTERANCE_GAP = 500 // FRAME_MS
FIRST_UTTERANCE_MS = 1_800


def first_utterance(samples: NDArray[np.int16]) -> Judged:
    """Longer than 1.8 s until half a second of silence, by a fixed level: a machine. Silence for 5 s: a person."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64) / 32_768
    loud = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-10) > FIRST_UTTERANCE_DB
    began: int | None = None
    silent = 0
    for number, speaks in enumerate(loud.tolist(), 1):
        silent = 0 if speaks else silent + 1
        if speaks and began is None:
            began = number
        at = number * FRAME_MS
        if began is not None and (number - began) * FRAME_MS > FIRST_UTTERANCE_MS and silent < FIRST_UTTERANCE_GAP:
            return Judged(first=Answerer.MACHINE, first_ms=at, last=Answerer.MACHINE, machine_ms=at)
        if (began is not None and silent >= FIRST_UTTERANCE_GAP) or at >= 5_000:
            return Judged(first=Answerer.HUMAN, first_ms=at, last=Answerer.HUMAN)
    return Judged(first=Answerer.HUMAN, first_ms=len(loud) * FRAME_MS, last=Answerer.HUMAN)


JUDGES: Mapping[str, Judge] = {
    **{f"ours, {name}": partial(ours, settings) for name, settings in PRESETS.items()},
    "always a person": always_human,
    "first utterance": first_utterance,
}


def cost_us(samples: NDArray[np.int16], calls: int) -> float:
    """Processor time of the default detector for one frame of this sound, in microseconds, over so many repetitions."""
    began = process_time()
    for _ in range(calls):
        ours(PRESETS["quick"], samples)
    return (process_time() - began) * 1e6 / (calls * (len(samples) // FRAME))
