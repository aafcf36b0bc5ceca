#!/bin/bash
# Says plainly what a machine lacks before anything is installed. On success prints the Python to use, and nothing else.
set -euo pipefail

missing=()
for program in git make; do
    command -v "$program" >/dev/null || missing+=("$program")
done

python=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    command -v "$candidate" >/dev/null || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$(command -v "$candidate")
        break
    fi
done

if [ -z "$python" ]; then
    echo "missing: Python 3.11 or later" >&2
    echo "  Debian 12 and newer, Ubuntu 24.04: apt-get install python3 python3-venv" >&2
    echo "  or name one yourself: make PYTHON=/path/to/python3.12 ..." >&2
elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    missing+=(python3-venv)
fi
if [ ${#missing[@]} -gt 0 ]; then
    echo "missing: ${missing[*]}" >&2
    echo "  as root: apt-get install ${missing[*]}" >&2
fi
[ -n "$python" ] && [ ${#missing[@]} -eq 0 ] || exit 1
echo "$python"
