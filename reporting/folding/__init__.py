"""What each event does to a call record, one function per event, in files named like those of `callcenter.kernel.events`. Pure.

`reporting.fold` finds the function. What a record counts is decided in `reporting.tally`, not here.
"""

from collections.abc import Callable
from typing import Any

from reporting.call_record import CallRecord

Steps = dict[type, Callable[[CallRecord, int, Any], CallRecord]]
"""Event -> what it makes of the record of its call: `(record, at, event)`, `at` in ms since the epoch."""
