#!/bin/bash
# Builds the pages of callcenter/web into callcenter/web/static with the node of .venv. A warm run compares one hash.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
export PATH="$root/.venv/bin:$PATH"
stamp=callcenter/web/static/.built

wanted() {
    find callcenter/web \( -name node_modules -o -name static -o -name __pycache__ \) -prune -o -type f ! -name '*.py' -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}
fresh() { [ -f "$stamp" ] && [ "$(wanted)" = "$(cat "$stamp")" ]; }

fresh && exit 0
mkdir -p .cache
exec 9>.cache/pages.lock
flock 9
fresh && exit 0

echo "building the pages with node $(node --version) ..."
before=$(wanted)
cd callcenter/web
packages=node_modules/.installed
lock=$(sha256sum package.json package-lock.json)
if ! { [ -f "$packages" ] && [ "$lock" = "$(cat "$packages")" ]; }; then
    # node has authorities of its own; a network whose proxy is known to the system only would be refused
    system=/etc/ssl/certs/ca-certificates.crt
    [ -n "${NODE_EXTRA_CA_CERTS:-}" ] || ! [ -f "$system" ] || export NODE_EXTRA_CA_CERTS=$system
    npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
    echo "$lock" >"$packages"
fi
npm run --silent build
cd "$root"
echo "$before" >"$stamp"
