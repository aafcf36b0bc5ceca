"""Secrets that the service makes for itself: a file each, in the data folder, for our eyes only."""

import os
from contextlib import suppress
from pathlib import Path


def keep(file: Path, content: bytes) -> None:
    """Whole or not at all; where there is one already (two made it at the same time) the first one's stays."""
    partial = file.with_suffix(f".{os.getpid()}.part")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
        output.write(content)
        output.flush()
        os.fsync(output.fileno())
    with suppress(FileExistsError):
        os.link(partial, file)
    partial.unlink()
