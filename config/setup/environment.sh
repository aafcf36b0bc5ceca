#!/bin/bash
# Makes .venv as requirements/dev.txt says, byte for byte, with the product in it (editable). A warm run compares one hash.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
stamp=.venv/callcenter.stamp

wanted() { { echo "$root"; cat requirements/dev.txt pyproject.toml; } | sha256sum; }
fresh() { [ -x .venv/bin/python ] && [ -f "$stamp" ] && [ "$(wanted)" = "$(cat "$stamp")" ]; }

fresh && exit 0
python=$(config/setup/preflight.sh)

# Two commands started at once must not install over each other.
mkdir -p .cache
exec 9>.cache/environment.lock
flock 9
fresh && exit 0

echo "installing into .venv with $("$python" --version) ..."
# An environment that was moved, copied or half made is made anew.
if [ -d .venv ] && ! { .venv/bin/python -c 'import pip' && grep -qsF "$root/.venv" .venv/bin/pip; } 2>/dev/null; then
    rm -rf .venv
fi
[ -d .venv ] || "$python" -m venv .venv
rm -f "$stamp"
pip=(.venv/bin/python -m pip --disable-pip-version-check --quiet install)
"${pip[@]}" --require-hashes -r requirements/dev.txt
"${pip[@]}" --no-deps --no-build-isolation --editable .
wanted >"$stamp"
