#!/usr/bin/env bash
# Makes the scenes of all twenty places ahead of need: seed.sh [--url ...] [--time-of-day ...] [--weather ...] [--dry-run]
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")/.." || exit 2
. scripts/environment.sh || exit 2

run_command seed "$@"
