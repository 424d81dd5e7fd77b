#!/usr/bin/env bash
# From a fresh clone to a running server: packages, database, uvicorn. Settings: .env.example.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")" || exit 2
. scripts/environment.sh || exit 2

prepare requirements.txt
# exec: signals reach the server itself, so that Ctrl-C and a service manager end it cleanly.
PYTHONPATH=backend exec .venv/bin/python -m app "$@"
