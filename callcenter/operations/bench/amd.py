"""`bench amd`: the detector of answering machines beside the real app_amd and trivial rivals, on a synthetic corpus.

Corpus, rivals and scores are test material and live in tests/benchmarks/amd, so this needs a checkout; app_amd needs the Asterisk
of config/setup/asterisk.sh and root.
"""

import os

from callcenter.operations.bench.report import Found, machine, progress
from callcenter.operations.bench.servers import Unable


def amd(*, full: bool = False, small: bool = False) -> Found:
    """Everything. `small` is for seeing that it runs: its figures say nothing. Raises Unable where the tests are not at hand."""
    try:
        from tests.benchmarks.amd.table import measure
    except ModuleNotFoundError as missing:
        raise Unable("bench amd needs the corpus in tests/benchmarks/amd: run it in a checkout") from missing
    about = machine()
    rows, ratios = measure(full=full, small=small, say=progress)
    about["load_after"] = round(os.getloadavg()[0], 2)
    return Found(bench="amd", machine=about, rows=rows, ratios={key: round(value, 4) for key, value in ratios.items()})
