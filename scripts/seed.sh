#!/usr/bin/env bash
# Paints all twenty places ahead of need: seed.sh [--url ...] [--time-of-day ...] [--weather ...] [--dry-run]
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
. scripts/environment.sh

prepare requirements.txt
PYTHONPATH=backend exec .venv/bin/python -m app.commands.seed "$@"
