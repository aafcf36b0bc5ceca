#!/bin/bash
# The long run: simulated days, every operation of the API asked at length, then rounds on the real thing (tests/chaos), whose table
# goes into docs/chaos.md. SIMULATED=200x10000 (none: left out), FUZZED=100 requests of each kind for each operation and role
# (0: left out), ROUNDS=20 of each kind (0: left out); arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/../.."
simulated=${SIMULATED:-200x10000} rounds=${ROUNDS:-20} fuzzed=${FUZZED:-100} status=0

if [ "$simulated" != none ]; then
    SIMULATED=$simulated .venv/bin/pytest -n "${TEST_WORKERS:-3}" --timeout 3600 tests/simulation/test_seeds.py "$@" || status=$?
fi
if [ "$fuzzed" != 0 ]; then
    FUZZED=$fuzzed .venv/bin/pytest -n "${TEST_WORKERS:-3}" --timeout 3600 tests/api/test_schemathesis.py "$@" || status=$?
fi
if [ "$rounds" != 0 ]; then
    results=$(mktemp)
    trap 'rm -f "$results"' EXIT
    # One at a time: these rounds are about time, and the machine is theirs.
    CHAOS=$rounds CHAOS_RESULTS=$results .venv/bin/pytest -n 0 --timeout 3600 tests/chaos "$@" || status=$?
    .venv/bin/python -m tests.chaos.table "$results" docs/chaos.md "$(git rev-parse --short HEAD 2>/dev/null || echo unknown)"
fi
exit "$status"
