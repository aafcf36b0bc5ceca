"""`callcenter doctor --count-unadopted`: callers who came while the service was down, counted from Asterisk's own records.

Each call from the trunk has a row in the file that config/asterisk/cdr_custom.conf writes: the dialplan's entry puts the SIP
Call-ID into its last column. A call that never got a call record was not adopted: the dialplan's message took it after eight
seconds, or the caller had hung up before. The rows hold no number, and none is kept.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from callcenter.kernel.clock import SECOND
from callcenter.store.database import Database
from callcenter.store.unadopted import PassedCall, UnadoptedCalls
from config.settings import AsteriskSettings, Settings

COLUMNS = "leg linked channel other start answer end disposition application sequence call_id".split()
"""Of config/asterisk/cdr_custom.conf."""
IN_THE_APPLICATION = "Stasis"
"""Last application of a call that the dialplan did not take back."""
SURELY_RECORDED_MS = 10 * SECOND
"""A record follows its call within a second; a call that ended longer ago has its record, or will have none."""


class BadRow(ValueError):
    """A row of Asterisk's file that is not as our configuration writes it; the message names its line."""


async def count(settings: Settings, now: int) -> dict[str, int]:
    """Carrier -> calls in its file that were not adopted, all kept now. Only carriers whose settings name the file.

    Raises OSError, BadRow, StoreFault.
    """
    carriers = [one for one in settings.carriers if isinstance(one, AsteriskSettings) and one.cdr is not None]
    database = Database(settings.database_url)
    found = {}
    try:
        calls = UnadoptedCalls(database)
        until = max(await calls.recorded_until(), now - SURELY_RECORDED_MS)
        for carrier in carriers:
            assert carrier.cdr is not None
            passed = [call for call in passed_calls(carrier.name, carrier.cdr) if call.ended_at < until]
            found[str(carrier.name)] = await calls.keep(passed)
    finally:
        await database.close()
    return found


def passed_calls(carrier: str, file: Path) -> Iterator[PassedCall]:
    """The calls from the trunk in one file, by their ends. Raises OSError, BadRow."""
    with file.open(newline="", encoding="utf-8", errors="replace") as lines:
        for number, values in enumerate(csv.reader(lines), 1):
            row = dict(zip(COLUMNS, values, strict=False))
            if len(values) != len(COLUMNS):
                raise BadRow(f"line {number} of {file.name} has {len(values)} columns instead of {len(COLUMNS)}")
            if not row["call_id"]:
                continue
            try:
                started_at, ended_at = (round(float(row[name]) * SECOND) for name in ("start", "end"))
            except ValueError:
                raise BadRow(f"line {number} of {file.name} has no time where one is expected") from None
            yield PassedCall(
                leg=row["leg"],
                carrier=carrier,
                started_at=started_at,
                ended_at=ended_at,
                fallback=row["application"] not in ("", IN_THE_APPLICATION),
            )
