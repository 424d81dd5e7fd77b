#!/usr/bin/env bash
# Installs packages, upgrades the database and starts the server. Settings: see .env.example.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")" || exit 2
. scripts/environment.sh || exit 2

prepare requirements.txt
# exec makes signals reach the server itself, so Ctrl-C and a service manager stop it cleanly.
PYTHONPATH=backend exec .venv/bin/python -m app "$@"
