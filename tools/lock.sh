#!/usr/bin/env bash
# Compiles the lock files anew: exact versions and hashes, for every supported Python and system, no addresses.
# One version of each package for all Pythons, so that everybody computes the same.
set -euo pipefail
cd "$(dirname "$0")/.."
uv="${UV:-.venv/bin/uv}"
options=(--universal --python-version 3.11 --fork-strategy fewest --generate-hashes
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet "$@")
"$uv" pip compile "${options[@]}" --extra build --output-file requirements.lock pyproject.toml
"$uv" pip compile "${options[@]}" --extra build --extra dev --extra docs --extra peers \
    --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
"$uv" pip compile "${options[@]}" --extra wire \
    --constraint requirements-dev.lock --output-file requirements-wire.lock pyproject.toml
if grep -nE '://|^ *--(index|extra-index|find-links|trusted-host)' requirements*.lock; then
    echo "A lock file holds an address. Expected names, versions and hashes only." >&2
    exit 1
fi
