"""A few recorded announcements beside the synthetic corpus: one professional speaker, from the sounds of Asterisk's package.

Read where they lie, inside the folder of the private Asterisk; nothing of them is kept. Too few and too clean for shares: they
only show that the detector is not deaf to a human voice.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from callcenter.media.sound import RATE, Samples
from tests.benchmarks.amd.corpus import Made
from tests.benchmarks.amd.speech import trimmed

FOLDER = "usr/share/asterisk/sounds/en_US_f_Allison"
MACHINES = (
    ("vm-theperson", "digits/4", "digits/7", "digits/1", "vm-isunavail", "vm-intro"),
    ("vm-theperson", "digits/2", "digits/0", "digits/0", "vm-isonphone", "vm-intro"),
    ("vm-nobodyavail", "vm-intro"),
    ("number-not-answering", "vm-leavemsg"),
    ("vm-tempgreetactive", "vm-intro"),
    ("vm-extension", "digits/9", "digits/3", "vm-isunavail", "vm-leavemsg"),
    ("im-sorry", "vm-nobodyavail", "vm-intro"),
)
"""Greetings; each is followed by the beep of the same package."""
CARRIERS = ("ss-noservice", "all-circuits-busy-now", "cannot-complete-as-dialed", "tt-allbusy", "check-number-dial-again")
PERSONS = ("hello", "goodbye", "one-moment-please", "sorry", "from-unknown-caller")
"""Short words by which a person would be taken for one."""


def recorded(chroot: Path) -> Iterator[Made]:
    """Each with half a second before it; nothing where the sounds are not there."""
    folder = chroot / FOLDER
    if not (folder / "hello.gsm").exists():
        return
    beep = _read(folder / "beep.gsm")
    for names in MACHINES:
        words = np.concatenate([_read(folder / f"{name}.gsm") for name in names])
        yield _made("machine", names[0], words, trimmed(beep))
    for name in CARRIERS:
        yield _made("machine", name, _read(folder / f"{name}.gsm"))
    for name in PERSONS:
        yield _made("human", name, _read(folder / f"{name}.gsm"))


def _made(kind: str, name: str, words: Samples, beep: Samples | None = None) -> Made:
    lead, gap = np.zeros(RATE // 2), np.zeros(RATE // 3)
    parts = [lead, words] + ([gap, beep] if beep is not None else [])
    end = sum(map(len, parts)) * 1000 // RATE
    whole = np.concatenate([*parts, np.zeros(6 * RATE)])
    return Made(
        name=f"recorded-{name}", kind="human" if kind == "human" else "machine", stratum="recorded", language="en",
        samples=np.asarray(whole * 32_767, dtype=np.int16), speech_at=500, greeting_end_at=None,
        beep=(end - len(beep) * 1000 // RATE, end) if beep is not None else None, beep_kind="" if beep is None else "recorded",
    )  # fmt: skip


def _read(file: Path) -> Samples:
    raw = f"-f s16le -ac 1 -ar {RATE} -".split()
    words = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "gsm", "-i", str(file)]
    done = subprocess.run([*words, *raw], capture_output=True, check=True)
    return np.frombuffer(done.stdout, "<i2").astype(np.float64) / 32_768
