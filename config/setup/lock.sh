#!/bin/bash
# Writes the lock files: exact versions and hashes for Python 3.11 and later on every platform, and no index address.
set -euo pipefail
cd "$(dirname "$0")/../.."
compile=(.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --no-config --no-header --generate-hashes
    --no-emit-index-url --no-emit-find-links --no-annotate --upgrade --all-extras pyproject.toml)
# run.txt: what a server needs, optional parts included. dev.txt: that, and what building and testing need.
"${compile[@]}" --output-file requirements/run.txt
"${compile[@]}" --group dev --output-file requirements/dev.txt
