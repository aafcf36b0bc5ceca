"""Which encoding a text file is in. The whole file is looked at, because the first foreign letter may stand in its last row.

What is UTF-8 to its end is UTF-8: other encodings do not look like it by chance. Everything else chardet judges, by the lines
that have letters beyond ASCII; the first of its guesses that reads the whole file is taken. Blocking.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

import chardet

from callcenter.kernel.errors import Refused

CHUNK = 1 << 20
LONGEST_LINE = 4 << 20
"""Bytes; a file without line ends is no list."""
SAMPLE = 200_000
"""Bytes of lines beyond ASCII that are judged."""
MOST_CONTROL = 0.01
"""Share of control characters beyond which a file is no text."""
LEAST_LEAD = 2.0
"""Windows-1252 is by far the most usual of its family, and is taken unless another guess is so many times as sure."""

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CANDIDATES = (
    "utf-16-le", "utf-16-be", "gb18030", "big5", "euc-jp", "shift_jis", "euc-kr", "windows-1250", "windows-1251", "windows-1252",
    "windows-1253", "windows-1254", "windows-1255", "windows-1256", "windows-1257", "windows-1258", "koi8-r",
)  # fmt: skip
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_LINE_END = re.compile(rb"[\r\n]")
_BINARY = Refused("no_list", "the file is no text and no workbook: save the list as XLSX or CSV, and import that")


def find(path: Path, chosen: str = "") -> str:
    """A name that Python knows, by which the whole file can be read. `chosen` is only checked. Raises Refused."""
    if chosen:
        if not _known(chosen):
            raise Refused("wrong_encoding", "there is no encoding of this name: choose another, such as utf-8 or gb18030")
        if not _reads(path, chosen):
            raise Refused("wrong_encoding", f"the file is not {chosen}: choose another encoding, or none to have it found")
        return chosen
    with path.open("rb") as file:
        start = file.read(CHUNK)
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            if not _reads(path, encoding):
                raise Refused("broken_file", "the file breaks off in the middle of a letter: export the list again")
            return encoding
    if b"\0" in start:
        guess = chardet.detect(start[: SAMPLE & ~1], include_encodings=("utf-16-le", "utf-16-be"))["encoding"]
        if guess is None or not guess.lower().startswith("utf-16") or not _reads(path, guess):
            raise _BINARY
        return guess.lower()
    if len(_CONTROL.findall(start)) > MOST_CONTROL * len(start):
        raise _BINARY
    utf8, sample = _scan(path)
    if utf8:
        return "utf-8"
    for guess in (*_guesses(sample), "gb18030", "windows-1252", "latin-1"):
        if _reads(path, guess):
            return guess
    raise _BINARY  # latin-1 reads everything


def _guesses(sample: bytes) -> Iterator[str]:
    """Best first."""
    found = {
        guess["encoding"].lower(): guess["confidence"]
        for guess in reversed(chardet.detect_all(sample, ignore_threshold=True, include_encodings=_CANDIDATES))
        if guess["encoding"] is not None
    }
    if "windows-1252" in found:
        found["windows-1252"] *= LEAST_LEAD
    yield from sorted(found, key=lambda name: -found[name])


def _scan(path: Path) -> tuple[bool, bytes]:
    """Whether it is UTF-8 to its end, and lines beyond ASCII."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8, sample, rest = True, bytearray(), b""
    for chunk in _chunks(path):
        if b"\0" in chunk:
            raise _BINARY
        if utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                utf8 = False
        lines = _LINE_END.split(rest + chunk)
        rest = lines.pop()
        if len(rest) > LONGEST_LINE:
            raise Refused("no_list", "the file has no lines: export the list again, one person in each line")
        if len(sample) < SAMPLE and not chunk.isascii():
            sample += b"\n".join(line for line in lines if not line.isascii())[: SAMPLE - len(sample)] + b"\n"
    if utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            utf8 = False
    return utf8, bytes(sample) if rest.isascii() else bytes(sample) + rest[:SAMPLE]


def _reads(path: Path, encoding: str) -> bool:
    """Whether it is this encoding to its end."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _known(encoding: str) -> bool:
    """Codecs of text only: Python has others, such as zip."""
    try:
        return codecs.lookup(encoding)._is_text_encoding
    except LookupError:
        return False


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
