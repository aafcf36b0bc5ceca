"""Prompts as files: every text of a center spoken by espeak-ng in each language, and the numbers beside them.

One folder holds `<language>/<prompt>.wav`: 8,000 samples a second, mono, 16 bit, so that Asterisk plays
`sound:<folder>/<language>/<prompt>`. Only what changed is made anew. Blocks while it works; several processes may make one
folder at a time.
"""

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct
from pydub import AudioSegment
from pydub.silence import detect_leading_silence

from callcenter.kernel.center import Label
from callcenter.kernel.ids import PromptId
from callcenter.kernel.words import Language
from callcenter.media.numbers import PREFIX, number_texts
from callcenter.media.sound import open_wav, telephone, wav_bytes, write_whole

PROGRAM = "espeak-ng"
STAMPS = "stamps.json"
RECIPE = 1
"""Part of each stamp: raise it when the same text is to sound different, and everything is made anew."""

# "cmn" alone reads most characters as English spelling of their pinyin (espeak-ng 1.51); this one reads them as Mandarin.
VOICES: Mapping[Language, str] = {"en": "en-us", "zh": "cmn-latn-pinyin"}
WORDS_A_MINUTE: Mapping[Language, int] = {"en": 150, "zh": 165}

LOUDNESS_DB = -20.0
PEAK_DB = -3.0
SILENCE_DB = -45.0
PAUSE_MS = 350
"""Between sentences of one prompt."""
EDGE_MS = 80
NUMBER_EDGE_MS = 20
"""Silence kept around a prompt; numbers are put together from several and stand closer."""
TOO_LONG_S = 60

_SENTENCE = re.compile(r"[^.!?。！？\n]*[.!?。！？\n]?")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN_RUN = re.compile(r"[A-Za-z][A-Za-z'’\- ]*[A-Za-z]")


class SpeechFault(Exception):
    """A prompt could not be spoken: says which and what to do."""


class Made(Struct, frozen=True, kw_only=True):
    """What `make_prompts` did, in files."""

    made: int
    kept: int
    removed: int


def file_name(prompt: str, language: Language) -> str:
    """The file of a prompt in a language, below the folder of prompts; without `.wav` it is what Asterisk is asked to play."""
    return f"{language}/{prompt}.wav"


def make_prompts(prompts: Mapping[PromptId, Label], languages: Sequence[Language], folder: Path) -> Made:
    """Makes `folder` hold every prompt and the numbers in each language, and no prompt that is gone. Raises SpeechFault.

    A stamp of the text, the voice and the recipe stands beside each file: what has the right stamp is left alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stamps = _read_stamps(folder)
    texts = {**{str(name): text for name, text in prompts.items()}, **number_texts()}
    wanted: dict[str, tuple[str, Language]] = {
        file_name(name, language): (text.en if language == "en" else text.zh, language)
        for name, text in texts.items()
        for language in languages
    }
    due = [name for name, spoken in wanted.items() if stamps.get(name) != _stamp(*spoken) or not (folder / name).exists()]
    gone = [name for name in stamps if name not in wanted]
    for name in gone:
        (folder / name).unlink(missing_ok=True)
        del stamps[name]
    try:
        if due:
            require_program()
            with ThreadPoolExecutor(max_workers=4) as crew:
                spoken = crew.map(lambda name: speak(*wanted[name], number=Path(name).name.startswith(PREFIX)), due)
                for name, content in zip(due, spoken, strict=True):
                    write_whole(folder / name, content)
                    stamps[name] = _stamp(*wanted[name])
    finally:
        if due or gone:
            write_whole(folder / STAMPS, json.dumps(stamps, indent=1, sort_keys=True).encode())
    return Made(made=len(due), kept=len(wanted) - len(due), removed=len(gone))


def require_program() -> str:
    """The path of espeak-ng; raises SpeechFault when it is not installed."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise SpeechFault(
            "espeak-ng is not installed, so no prompt can be spoken; install it, on Debian or Ubuntu as root: "
            "apt-get install espeak-ng"
        )
    return program


def speak(text: str, language: Language, *, number: bool = False) -> bytes:
    """The text as a WAV file of telephone quality: sentences of other script in their own voice, trimmed, even in level."""
    whole = AudioSegment.silent(duration=0, frame_rate=8_000)
    for sentence in _SENTENCE.findall(text):
        if not sentence.strip():
            continue
        if len(whole):
            whole += AudioSegment.silent(duration=PAUSE_MS, frame_rate=8_000)
        for words, voice in pieces(sentence, language):
            whole += _trimmed(telephone(_said(words, voice)))
    if not len(whole):
        raise SpeechFault(f"nothing can be heard of {text!r}: write words that can be spoken")
    gain = min(LOUDNESS_DB - whole.dBFS, PEAK_DB - whole.max_dBFS)
    edge = AudioSegment.silent(duration=NUMBER_EDGE_MS if number else EDGE_MS, frame_rate=8_000)
    return wav_bytes(edge + whole.apply_gain(gain) + edge)


def pieces(sentence: str, language: Language) -> Iterator[tuple[str, Language]]:
    """(words, voice): Chinese characters in Mandarin, Latin words among them in English; all else in `language`."""
    if not _HAN.search(sentence):
        yield sentence.strip(), "en" if re.search("[A-Za-z]", sentence) else language
        return
    last = 0
    for run in _LATIN_RUN.finditer(sentence):
        if sentence[last : run.start()].strip():
            yield sentence[last : run.start()].strip(), "zh"
        yield run[0], "en"
        last = run.end()
    if re.search(r"\w", sentence[last:]):
        yield sentence[last:].strip(), "zh"


def _said(words: str, voice: Language) -> AudioSegment:
    command = [require_program(), "-v", VOICES[voice], "-s", str(WORDS_A_MINUTE[voice]), "--stdin", "--stdout"]
    try:
        done = subprocess.run(command, input=words.encode(), capture_output=True, timeout=TOO_LONG_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise SpeechFault(f"espeak-ng did not finish {words!r} within {TOO_LONG_S} s: write a shorter prompt") from error
    if done.returncode or len(done.stdout) <= 44:
        raise SpeechFault(f"espeak-ng could not say {words!r}: {done.stderr.decode(errors='replace').strip() or 'no sound'}")
    return open_wav(done.stdout, "what espeak-ng said")


def _trimmed(segment: AudioSegment) -> AudioSegment:
    start = detect_leading_silence(segment, SILENCE_DB, chunk_size=5)
    end = detect_leading_silence(segment.reverse(), SILENCE_DB, chunk_size=5)
    return segment[start : max(start, len(segment) - end)]


def _stamp(text: str, language: Language) -> str:
    said = "\n".join([str(RECIPE), VOICES[language], VOICES["en"], str(WORDS_A_MINUTE), text])
    return hashlib.sha256(said.encode()).hexdigest()


def _read_stamps(folder: Path) -> dict[str, str]:
    """File -> stamp; what cannot be read was never written."""
    try:
        stamps = json.loads((folder / STAMPS).read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(name): str(stamp) for name, stamp in stamps.items()} if isinstance(stamps, dict) else {}
