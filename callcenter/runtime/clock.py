"""The one reader of the wall clock and the one source of chance."""

import secrets
import time


def now() -> int:
    """Milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000


def seed() -> bytes:
    """Sixteen bytes for the entropy of one decision."""
    return secrets.token_bytes(16)
