"""Time as the house counts it: whole milliseconds since the epoch, UTC. Nothing here reads a clock."""

from datetime import UTC, datetime, tzinfo

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
QUARTER = 15 * MINUTE


def local(at: int, zone: tzinfo) -> datetime:
    """The wall-clock time at `at` (ms since the epoch) in `zone`."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)


def instant(moment: datetime) -> int:
    """Milliseconds since the epoch of an aware datetime."""
    assert moment.tzinfo is not None, "a naive datetime names no instant"
    return round(moment.timestamp() * 1000)
