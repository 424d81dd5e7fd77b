#!/usr/bin/env bash
# Installs the packages of the server into .venv. Starts nothing.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")/.." || exit 2
. scripts/environment.sh || exit 2

prepare requirements.txt
