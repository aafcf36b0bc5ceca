"""`bench pacing`: the production controller beside other dialers' laws, oracles and the exact optimum, in simulated campaigns.

Rivals, environments and the light simulator are test material and live in tests/benchmarks/pacing, so this needs a checkout.
"""

import os
import time

from callcenter.operations.bench.report import MOST_S, Found, machine, progress
from callcenter.operations.bench.servers import Unable

_RESERVE_S = 120
"""For the optimum and the orders of leads, which come after the table."""


def pacing(*, full: bool = False, small: bool = False) -> Found:
    """Everything. `small` is for seeing that it runs: its figures say nothing. Raises Unable where the tests are not at hand."""
    try:
        from tests.benchmarks.pacing.table import measure
    except ModuleNotFoundError as missing:
        raise Unable("bench pacing needs the rivals in tests/benchmarks/pacing: run it in a checkout") from missing
    about = machine()
    until = None if full else time.monotonic() + MOST_S - _RESERVE_S
    rows, ratios = measure(full=full, small=small, until=until, say=progress)
    about["load_after"] = round(os.getloadavg()[0], 2)
    return Found(bench="pacing", machine=about, rows=rows, ratios={key: round(value, 4) for key, value in ratios.items()})
