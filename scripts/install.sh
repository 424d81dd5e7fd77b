#!/usr/bin/env bash
# Installs what the server needs into .venv, and starts nothing.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")/.." || exit 2
. scripts/environment.sh || exit 2

prepare requirements.txt
