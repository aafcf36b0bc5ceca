"""Secrets that the service makes for itself: a file each, for our eyes only, whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path


def keep(file: Path, content: bytes) -> None:
    """Where there is one already (two made it at the same time) the first one's stays."""
    partial = _beside(file, content)
    with suppress(FileExistsError):
        os.link(partial, file)
    partial.unlink()


def put(file: Path, content: bytes) -> None:
    """In the place of whatever was there."""
    _beside(file, content).replace(file)


def _beside(file: Path, content: bytes) -> Path:
    partial = file.with_name(f".{file.name}.{os.getpid()}.part")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
        output.write(content)
        output.flush()
        os.fsync(output.fileno())
    return partial
