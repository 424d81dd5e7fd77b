#!/usr/bin/env bash
# Compares the database with the image folder: verify.sh [--repair] [--force]
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")/.." || exit 2
. scripts/environment.sh || exit 2

run_command verify "$@"
