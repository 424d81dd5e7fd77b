#!/usr/bin/env bash
# Sets up and runs every test. Arguments go to pytest; --long runs the counts the promises name.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
. scripts/environment.sh
. scripts/browser.sh

prepare requirements.txt requirements-dev.txt
prepare_browser

if [ $# -eq 0 ] || [ "$*" = --long ]; then
  # Three for each core: most of a test is waiting, for a server, a browser or a lease.
  exec .venv/bin/python -m pytest -n "$(($(nproc 2>/dev/null || echo 2) * 3))" --dist loadgroup \
    --cov --cov-report=term --cov-fail-under=95 "$@"
fi
exec .venv/bin/python -m pytest "$@"
