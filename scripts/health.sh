#!/usr/bin/env bash
# Checks the health of the server of this checkout: health.sh [--wait SECONDS] [--version VERSION]
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")/.." || exit 2
. scripts/environment.sh || exit 2

run_command health "$@"
