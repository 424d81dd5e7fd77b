#!/usr/bin/env bash
# From a fresh clone to a running server: packages, database, uvicorn. Settings: .env.example.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")"
. scripts/environment.sh

prepare requirements.txt
# exec: signals reach the server itself, so that Ctrl-C and a service manager end it cleanly.
PYTHONPATH=backend exec .venv/bin/python -m app "$@"
