"""What a bench prints: rows with the keys that stay put, ratios of things measured side by side, and the machine it ran on."""

import os
import platform
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from callcenter.kernel.errors import HouseError

MOST_S = 480
"""A bench without --full ends within this time."""


class Found(Struct, kw_only=True):
    """One run. `ratios` holds quotients of two figures of this run, as their names say, figures against their goals (1 is the
    goal; a rate is to be above, a time or size below), and the further figures that these were made of."""

    bench: str
    machine: dict[str, Any]
    rows: list[dict[str, Any]]
    ratios: dict[str, float]


def machine() -> dict[str, Any]:
    """What figures depend on: processor, memory, interpreter, and how busy everybody else keeps it (load average, 1 minute)."""
    described = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((line.partition(":")[2].strip() for line in described if line.startswith("model name")), platform.machine())
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": model,
        "cores": os.cpu_count() or 1,
        "memory_mb": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "system": platform.release(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def quantile(sorted_values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed (nearest rank)."""
    assert sorted_values, "nothing was measured"
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def p50(values: Sequence[float]) -> float:
    return quantile(sorted(values), 0.5)


def p99(values: Sequence[float]) -> float:
    return quantile(sorted(values), 0.99)


class TookTooLong(HouseError):
    """The machine is too busy for the bench, or something stands still."""

    code = "bench_too_long"


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Ends the block with TookTooLong when it takes longer, as by any other error. Main thread only."""

    def over(*_: object) -> None:
        raise TookTooLong(f"the bench did not end within {seconds} s: see its last line above; --full has no limit")

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


_began = time.monotonic()


def progress(text: str) -> None:
    """One line on stderr, with the seconds since the start."""
    print(f"{time.monotonic() - _began:6.1f} s  {text}", file=sys.stderr, flush=True)


def table(found: Found) -> Iterator[str]:
    """Lines for a terminal."""
    yield f"{found.bench}: " + ", ".join(f"{name} {value}" for name, value in found.machine.items())
    if found.rows:
        columns = list(found.rows[0])
        cells = [[_shown(row[column]) for column in columns] for row in found.rows]
        widths = [max(len(text) for text in (column, *(row[i] for row in cells))) for i, column in enumerate(columns)]
        yield "  ".join(column.rjust(width) for column, width in zip(columns, widths, strict=True))
        for row in cells:
            yield "  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True))
    for name, value in found.ratios.items():
        yield f"{_shown(value):>12}  {name}"


def _shown(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
